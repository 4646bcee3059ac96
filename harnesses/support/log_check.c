/* SPDX-License-Identifier: Apache-2.0 */
#include "log_check.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "marvin32.h"

enum { FIRST = 512, HEADER = 40, SECTOR = 512, HASHED = 32, CASES = 5 };

static const struct hp_span none;

static struct hp_log_set set_of(const struct log_outcome *outcome)
{
    struct hp_log_set set = outcome->plan.set;

    set.primary.reads = NULL;
    for (size_t i = 0; i < HP_LOG_COUNT; i++)
        set.log[i].reads = NULL;
    return set;
}

/* ---- oracle 3 ------------------------------------------------------------ */

/* A log that is applied, of the new format, by dice; HP_LOG_COUNT: none. Logs
 * that begin with the same number are told apart by their bytes, which change
 * here: they are left out. */
static size_t any_applied(const struct hp_recovery *plan, uint64_t hash)
{
    size_t found = HP_LOG_COUNT;

    for (size_t i = 0; i < HP_LOG_COUNT; i++) {
        size_t at = (i + hash) % HP_LOG_COUNT;
        const struct hp_log_verdict *log = &plan->log[at];
        for (size_t k = 0; k < HP_LOG_COUNT; k++)
            if (k != at && plan->log[k].format == HP_LOG_HVLE &&
                plan->log[k].first == log->first)
                return HP_LOG_COUNT;
        if (log->order > 0 && log->format == HP_LOG_HVLE)
            found = at;
    }
    return found;
}

/* Where entry `n` of those that are applied stands. */
static size_t entry_at(struct hp_span log, uint32_t n)
{
    size_t at = FIRST;

    for (; n > 0; n--)
        at += hp_at_u32(log, at + 4);
    return at;
}

static void put(uint8_t *at, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

/* An entry with right hashes that writes over the first bin's header. */
static void put_entry(uint8_t *at, uint32_t sequence, uint32_t bins_size)
{
    memset(at, 0xa5, SECTOR);
    memcpy(at, "HvLE", 4);
    put(at + 4, 4, SECTOR);
    put(at + 8, 4, 0);
    put(at + 12, 4, sequence);
    put(at + 16, 4, bins_size);
    put(at + 20, 4, 1);
    put(at + HEADER, 4, 0);
    put(at + HEADER + 4, 4, 64);
    struct hp_span body = hp_span_of(at + HEADER, SECTOR - HEADER);
    put(at + 24, 8, hp_marvin32(body, HP_MARVIN32_LOG_SEED));
    struct hp_span header = hp_span_of(at, HASHED);
    put(at + HASHED, 8, hp_marvin32(header, HP_MARVIN32_LOG_SEED));
}

/* What the log becomes from `at` on: nothing; or what it was, spoilt; or an
 * entry that does not follow. */
static void spoil(uint8_t *log, size_t at, size_t size, uint64_t hash)
{
    log[at + hash % size] ^= (uint8_t)(1U << (hash >> 32) % 8);
}

void log_check_invalid(const struct log_outcome *outcome, uint64_t hash)
{
    const struct hp_recovery *plan = &outcome->plan;
    struct hp_log_set set = set_of(outcome);
    size_t which = any_applied(plan, hash);
    struct log_outcome without;

    if (which == HP_LOG_COUNT)
        return;
    const struct hp_log_verdict *verdict = &plan->log[which];
    struct hp_span log = set.log[which];
    bool follows = hash % 3 == 0;
    uint32_t n =
        follows ? verdict->entries : (uint32_t)((hash >> 8) % verdict->entries);
    size_t at = entry_at(log, n), more = follows ? SECTOR : 0;
    size_t size = follows ? at + more : log.len;
    uint8_t *bytes = calloc(1, size);
    FUZZ_CHECK(bytes != NULL, "0: memory");
    memcpy(bytes, log.ptr, at);
    set.log[which] = hp_span_of(bytes, size);
    log_recover(&without, set);
    if (follows) {
        uint32_t sequence = verdict->last + 2 + (uint32_t)(hash >> 16) % 8;
        if ((hash >> 20) % 2 == 0)
            sequence = verdict->last - (uint32_t)(hash >> 16) % 8;
        put_entry(bytes + at, sequence, plan->bins_size);
    } else {
        memcpy(bytes + at, log.ptr + at, size - at);
        spoil(bytes, at, hp_at_u32(log, at + 4), hash >> 12);
    }
    log_expect(&without, set, "3: an invalid entry changes nothing");
    log_outcome_close(&without);
    free(bytes);
}

/* ---- oracles 4 and 5 ----------------------------------------------------- */

void log_check_orders(const struct log_outcome *outcome, bool all,
                      uint64_t hash)
{
    static const uint8_t orders[CASES][HP_LOG_COUNT] = {
        {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const struct hp_log_set set = set_of(outcome);

    for (size_t i = 0; i < CASES; i++) {
        struct hp_log_set other = set;
        if (!all && i != hash % CASES)
            continue;
        for (size_t k = 0; k < HP_LOG_COUNT; k++)
            other.log[k] = set.log[orders[i][k]];
        log_expect(outcome, other, "4: the order of the logs");
    }
}

void log_check_twice(const struct log_outcome *outcome)
{
    struct hp_log_set set = set_of(outcome);

    if (outcome->plan.result == HP_RECOVERY_DONE) {
        set.primary = hp_span_of(outcome->image, outcome->plan.size);
        struct log_outcome again;
        log_recover(&again, set);
        FUZZ_CHECK(again.plan.result == HP_RECOVERY_CLEAN, "5: clean");
        FUZZ_CHECK(
            again.plan.size == outcome->plan.size &&
                memcmp(again.image, outcome->image, outcome->plan.size) == 0,
            "5: once is as good as twice");
        log_outcome_close(&again);
        return;
    }
    FUZZ_CHECK(
        outcome->plan.size == set.primary.len &&
            (set.primary.len == 0 ||
             memcmp(outcome->image, set.primary.ptr, set.primary.len) == 0),
        "5: left alone");
    for (size_t i = 0; i < HP_LOG_COUNT; i++)
        set.log[i] = none;
    if (outcome->plan.result == HP_RECOVERY_CLEAN)
        log_expect(outcome, set, "5: no log is needed");
}
