/* SPDX-License-Identifier: Apache-2.0 */
#include "log_check.h"

#include <stdlib.h>
#include <string.h>

#include "assemble.h"
#include "event_check.h"
#include "fuzz.h"
#include "layout.h"
#include "log_twin.h"
#include "marvin32.h"
#include "native.h"
#include "put.h"

enum { HEADER = 40, SECTOR = 512, HASHED = 32, PAGE = 64, CASES = 5 };

/* Of the base block of a log. */
enum { TYPE_DIRT = 1, TYPE_HVLE = 6, CLUSTER_MOST = 8 };

static const struct hp_span none;

static struct hp_log_set set_of(const struct log_outcome *outcome)
{
    struct hp_log_set set = outcome->plan.set;

    set.primary.reads = NULL;
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        set.log[i].reads = NULL;
    return set;
}

/* Whether `set` becomes `want`. If not, logs may be read wrong that are right:
 * twins tell that first. */
static void expect(const struct log_outcome *want, struct hp_log_set set,
                   const char *oracle)
{
    if (log_becomes(want, set))
        return;
    log_check_twins(hp_span_of(want->image, want->plan.size));
    FUZZ_CHECK(false, oracle);
}

/* ---- oracle 3 ------------------------------------------------------------ */

/* A log that is applied, of the new format, by dice; HP_LIMIT_LOGS: none. Logs
 * that begin with the same number are told apart by their bytes, which change
 * here: they are left out. */
static size_t any_applied(const struct hp_recovery *plan, uint64_t hash)
{
    size_t found = HP_LIMIT_LOGS;

    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        size_t at = (i + hash) % HP_LIMIT_LOGS;
        const struct hp_log_verdict *log = &plan->log[at];
        for (size_t k = 0; k < HP_LIMIT_LOGS; k++)
            if (k != at && plan->log[k].format == HP_LOG_HVLE &&
                plan->log[k].first == log->first)
                return HP_LIMIT_LOGS;
        if (log->order > 0 && log->format == HP_LOG_HVLE)
            found = at;
    }
    return found;
}

/* Where entry `n` of those that are applied stands. */
static size_t entry_at(struct hp_span log, uint32_t n)
{
    size_t at = (size_t)SECTOR * hp_at_u32(log, BASE_CLUSTER);

    for (; n > 0; n--)
        at += hp_at_u32(log, at + 4);
    return at;
}

/* What is wrong with an entry whose hashes are right. */
enum fault {
    FAULT_SEQUENCE,
    FAULT_PAGE_OFFSET, /* half of a page lies behind the bins */
    FAULT_PAGE_WRAPS,  /* or its end before them, in 32 bits */
    FAULT_PAGE_SIZE,   /* it has more bytes than the entry */
    FAULT_BINS_SIZE,   /* no whole bins */
    FAULT_MANY_BINS,   /* more than there are bytes */
    FAULT_COUNT,       /* times 8 it is 8 */
    FAULTS
};

/* An entry that would write over the first bin's header. */
static void put_entry(uint8_t *at, uint32_t sequence, uint32_t bins_size,
                      enum fault fault)
{
    uint32_t bins = bins_size, offset = 0;

    if (fault == FAULT_PAGE_OFFSET)
        offset = bins_size - PAGE / 2;
    if (fault == FAULT_PAGE_WRAPS)
        offset = UINT32_MAX - PAGE / 2;
    if (fault == FAULT_BINS_SIZE)
        bins++;
    if (fault == FAULT_MANY_BINS)
        bins = UINT32_C(0xfffff000);
    memset(at, 0xa5, SECTOR);
    memcpy(at, "HvLE", 4);
    put(at + 4, 4, SECTOR);
    put(at + 8, 4, 0);
    put(at + 12, 4, sequence);
    put(at + 16, 4, bins);
    put(at + 20, 4, fault == FAULT_COUNT ? UINT32_C(0x20000001) : 2);
    put(at + HEADER, 4, 0);
    put(at + HEADER + 4, 4, PAGE);
    put(at + HEADER + 8, 4, offset);
    put(at + HEADER + 12, 4, fault == FAULT_PAGE_SIZE ? SECTOR : PAGE);
    struct hp_span body = hp_span_of(at + HEADER, SECTOR - HEADER);
    put(at + 24, 8, hp_marvin32(body, HP_MARVIN32_LOG_SEED));
    struct hp_span header = hp_span_of(at, HASHED);
    put(at + HASHED, 8, hp_marvin32(header, HP_MARVIN32_LOG_SEED));
}

static void put_fault(uint8_t *at, const struct hp_recovery *plan,
                      uint32_t last, uint64_t hash)
{
    enum fault fault = (enum fault)(hash % FAULTS);
    uint32_t away = (uint32_t)(hash >> 8) % 8;
    uint32_t sequence = last + 1;

    if (fault == FAULT_SEQUENCE)
        sequence = (hash >> 16) % 2 == 0 ? last - away : last + 2 + away;
    put_entry(at, sequence, plan->bins_size, fault);
}

/* One bit of the `size` bytes from `at` on. */
static void spoil(uint8_t *log, size_t at, size_t size, uint64_t hash)
{
    log[at + hash % size] ^= (uint8_t)(1U << (hash >> 32) % 8);
}

static void check_entry(const struct log_outcome *outcome, uint64_t hash)
{
    const struct hp_recovery *plan = &outcome->plan;
    struct hp_log_set set = set_of(outcome);
    size_t which = any_applied(plan, hash);
    struct log_outcome without;

    if (which == HP_LIMIT_LOGS)
        return;
    const struct hp_log_verdict *verdict = &plan->log[which];
    struct hp_span log = set.log[which];
    bool added = hash % 2 == 0;
    uint32_t n =
        added ? verdict->entries : (uint32_t)((hash >> 8) % verdict->entries);
    size_t at = entry_at(log, n), more = added ? SECTOR : 0;
    size_t size = added ? at + more : log.len;
    uint8_t *bytes = calloc(1, size);
    FUZZ_CHECK(bytes != NULL, "0: memory");
    memcpy(bytes, log.ptr, at);
    set.log[which] = hp_span_of(bytes, size);
    log_recover(&without, set);
    if (added) {
        put_fault(bytes + at, plan, verdict->last, hash >> 16);
    } else {
        memcpy(bytes + at, log.ptr + at, size - at);
        spoil(bytes, at, hp_at_u32(log, at + 4), hash >> 12);
    }
    expect(&without, set, "3: an invalid entry changes nothing");
    log_outcome_close(&without);
    free(bytes);
}

/* What is wrong with the base block of a log. */
enum base_fault {
    BASE_FAULT_FORMAT, /* the other one's type */
    BASE_FAULT_TYPE,   /* a hive's, or none that there is */
    BASE_FAULT_SEQUENCE,
    BASE_FAULT_CLUSTER,
    BASE_FAULT_CHECKSUM,
    BASE_FAULTS
};

static void put_base_fault(uint8_t *log, enum hp_log_format format,
                           uint64_t hash)
{
    static const uint8_t types[] = {0, 3, 4, 5, 7, 255};
    enum base_fault fault = (enum base_fault)(hash % BASE_FAULTS);
    uint64_t dice = hash >> 8;

    if (fault == BASE_FAULT_FORMAT)
        put_u32(log + BASE_TYPE,
                format == HP_LOG_DIRT ? TYPE_HVLE : TYPE_DIRT + dice % 2);
    if (fault == BASE_FAULT_TYPE)
        put_u32(log + BASE_TYPE, types[dice % sizeof types]);
    if (fault == BASE_FAULT_SEQUENCE)
        log[BASE_SEQUENCE2 + dice % 4] ^= (uint8_t)(1 + (dice >> 8) % 255);
    if (fault == BASE_FAULT_CLUSTER)
        put_u32(log + BASE_CLUSTER,
                dice % 2 == 0 ? 0 : CLUSTER_MOST + 1 + dice % 99);
    put_u32(log + BASE_CHECKSUM, hp_base_checksum(log));
    if (fault == BASE_FAULT_CHECKSUM)
        log[BASE_CHECKSUM + dice % 4] ^= 1;
}

/* A log that is applied, with a wrong base block and with none. */
static void check_base(const struct log_outcome *outcome, uint64_t hash)
{
    const struct hp_recovery *plan = &outcome->plan;
    struct hp_log_set set = set_of(outcome);
    struct log_outcome without;
    size_t which = 0;

    while (which < HP_LIMIT_LOGS && plan->log[which].order != 1)
        which++;
    if (which == HP_LIMIT_LOGS)
        return;
    struct hp_span log = set.log[which];
    uint8_t *bytes = calloc(1, log.len);
    FUZZ_CHECK(bytes != NULL, "0: memory");
    set.log[which] = hp_span_of(bytes, log.len);
    log_recover(&without, set);
    memcpy(bytes, log.ptr, log.len);
    put_base_fault(bytes, plan->log[which].format, hash);
    expect(&without, set, "3: an invalid log changes nothing");
    log_outcome_close(&without);
    free(bytes);
}

void log_check_invalid(const struct log_outcome *outcome, uint64_t hash)
{
    if (hash % 4 == 0)
        check_base(outcome, hash >> 2);
    else
        check_entry(outcome, hash >> 2);
}

/* ---- oracles 4 and 5 ----------------------------------------------------- */

void log_check_orders(const struct log_outcome *outcome, bool all,
                      uint64_t hash)
{
    static const uint8_t orders[CASES][HP_LIMIT_LOGS] = {
        {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const struct hp_log_set set = set_of(outcome);

    for (size_t i = 0; i < CASES; i++) {
        struct hp_log_set other = set;
        if (!all && i != hash % CASES)
            continue;
        for (size_t k = 0; k < HP_LIMIT_LOGS; k++)
            other.log[k] = set.log[orders[i][k]];
        expect(outcome, other, "4: the order of the logs");
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
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        set.log[i] = none;
    if (outcome->plan.result == HP_RECOVERY_CLEAN)
        expect(outcome, set, "5: no log is needed");
}

/* ---- oracle 6 ------------------------------------------------------------ */

void log_check_native(const struct log_outcome *outcome)
{
    const struct event_wish wish = {UINT64_MAX, NULL, false, true};
    const struct hp_log_set *set = &outcome->plan.set;
    struct hp_input input = {.size = sizeof input,
                             .mode = HP_MODE_FORENSIC,
                             .image = set->primary.ptr,
                             .image_size = set->primary.len};
    struct event_check with, without;

    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        input.log[i].data = set->log[i].ptr;
        input.log[i].size = set->log[i].len;
    }
    uint32_t result =
        event_check_input(&with, &hp_backend_native, &input, wish);
    FUZZ_CHECK(event_check_walk(&without, &hp_backend_native, HP_MODE_FORENSIC,
                                hp_span_of(outcome->image, outcome->plan.size),
                                false) == result &&
                   with.all == without.all,
               "6: the recovered image");
}
