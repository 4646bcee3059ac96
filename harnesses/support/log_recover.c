/* SPDX-License-Identifier: Apache-2.0 */
#include "log_recover.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "layout.h"

enum {
    HEADER = 20, /* of a container */
    /* Each byte is read by a hash once, and as an integer a few times at most;
     * a bitmap is small beside the bins. */
    READS_PER_BYTE = 4,
    READS_MORE = 4096
};

static struct hp_span part(struct hp_span *left, uint32_t size)
{
    size_t most = size < left->len ? size : left->len;
    struct hp_span cut = {0};

    (void)hp_span_sub(*left, 0, most, &cut);
    (void)hp_span_sub(*left, most, left->len - most, left);
    return cut;
}

struct hp_log_set log_set_of(const uint8_t *data, size_t size)
{
    struct hp_span all = hp_span_of(data, size), left = all;
    struct hp_log_set set = {.primary = all};

    if (size < HEADER || memcmp(data, "HPLG", 4) != 0)
        return set;
    (void)hp_span_sub(all, HEADER, size - HEADER, &left);
    set.primary = part(&left, hp_at_u32(all, 4));
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        set.log[i] = part(&left, hp_at_u32(all, 8 + 4 * i));
    return set;
}

/* ---- oracle 1 ------------------------------------------------------------ */

static size_t bytes_of(const struct hp_log_set *set)
{
    size_t bytes = set->primary.len;

    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        bytes += set->log[i].len;
    return bytes;
}

static void check_error(const struct hp_error *err, size_t size)
{
    enum hp_class class = hp_status_class(err->status);

    if (err->status == HP_OK)
        return;
    FUZZ_CHECK(class == HP_CLASS_INPUT || class == HP_CLASS_LIMIT, "1: class");
    FUZZ_CHECK(err->offset <= size, "1: an offset inside the file");
    FUZZ_CHECK(err->status == HP_E_NOT_NEEDED || err->field != NULL,
               "1: a field");
}

static void check_verdicts(const struct hp_recovery *plan,
                           const struct hp_log_set *set)
{
    unsigned applied = 0;

    check_error(&plan->dirty, set->primary.len);
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        const struct hp_log_verdict *log = &plan->log[i];
        check_error(&log->why, set->log[i].len);
        applied += log->order > 0;
        FUZZ_CHECK(log->order <= HP_LIMIT_LOGS, "1: an order");
        FUZZ_CHECK(log->order == 0 || log->entries > 0, "1: entries");
        FUZZ_CHECK(log->order > 0 || set->log[i].len == 0 ||
                       log->why.status != HP_OK || log->entries == 0,
                   "1: a reason");
        FUZZ_CHECK(log->order == 0 || log->end <= set->log[i].len, "1: an end");
        FUZZ_CHECK(log->format != HP_LOG_HVLE || log->why.status != HP_OK ||
                       log->end == set->log[i].len,
                   "1: why no entry follows");
    }
    FUZZ_CHECK((applied > 0) == (plan->result == HP_RECOVERY_DONE),
               "1: a result");
    FUZZ_CHECK((plan->dirty.status == HP_OK) ==
                   (plan->result == HP_RECOVERY_CLEAN),
               "1: clean");
}

static void count_reads(struct hp_log_set *set, uint64_t *reads)
{
    set->primary.reads = reads;
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        set->log[i].reads = reads;
}

/* The image that was there once, recovered where it stands. */
static void check_mend(const struct log_outcome *outcome, struct hp_span hive)
{
    size_t size = outcome->plan.size;
    uint8_t *image = calloc(1, size + 1);

    FUZZ_CHECK(image != NULL, "0: memory");
    memcpy(image, hive.ptr, hive.len < size ? hive.len : size);
    hp_recovery_mend(&outcome->plan, image);
    FUZZ_CHECK(memcmp(image, outcome->image, size) == 0, "1: mended alike");
    free(image);
}

void log_recover(struct log_outcome *outcome, struct hp_log_set set)
{
    uint64_t reads = 0;
    size_t bytes = bytes_of(&set);

    count_reads(&set, &reads);
    enum hp_recovery_result result = hp_recovery_plan(&outcome->plan, &set);
    FUZZ_CHECK(result == outcome->plan.result, "1: one result");
    FUZZ_CHECK(outcome->plan.size <= bytes + BASE_SIZE, "1: bounded memory");
    check_verdicts(&outcome->plan, &set);
    outcome->image = malloc(outcome->plan.size + (outcome->plan.size == 0));
    FUZZ_CHECK(outcome->image != NULL, "0: memory");
    hp_recovery_apply(&outcome->plan, outcome->image);
    FUZZ_CHECK(reads <= READS_MORE + READS_PER_BYTE * (uint64_t)bytes,
               "1: bounded work");
    if (outcome->plan.size > 0 && set.primary.len > 0)
        check_mend(outcome, set.primary);
}

void log_outcome_close(struct log_outcome *outcome)
{
    free(outcome->image);
}

bool log_becomes(const struct log_outcome *want, struct hp_log_set set)
{
    struct log_outcome got;

    log_recover(&got, set);
    bool same = got.plan.result == want->plan.result &&
                got.plan.size == want->plan.size &&
                (want->plan.size == 0 ||
                 memcmp(got.image, want->image, want->plan.size) == 0);
    log_outcome_close(&got);
    return same;
}
