/* SPDX-License-Identifier: Apache-2.0
 *
 * Stages of one hive for tests of logs, and assertions on what is recovered. */
#ifndef HP_RECOVERY_ASSERTS_H
#define HP_RECOVERY_ASSERTS_H

#include "hp_cmocka.h"

#include <stdlib.h>

#include "base_block.h"
#include "log_builder.h"
#include "sample_hives.h"

enum { STAGES = 4, HVLE = 6, DIRT = 1 };

/* The hive as it lies (dirty, sequence numbers 11 and 10), what its logs make
 * of it one after the other, and the logs. The stages grow, grow and shrink. */
struct dirty_hive {
    struct hive_builder stage[STAGES];
    struct log_builder log[HP_LIMIT_LOGS];
    struct hp_log_set set;
};

static inline struct hp_span stage_span(const struct dirty_hive *d, size_t i)
{
    return hp_span_of(d->stage[i].image, d->stage[i].size);
}

static inline void dirty_open(struct dirty_hive *d, uint32_t sequence2)
{
    static const size_t sizes[STAGES] = {100, 9000, 14000, 5000};

    *d = (struct dirty_hive){0};
    for (size_t i = 0; i < STAGES; i++)
        hb_data(&d->stage[i], 5, sizes[i]);
    hb_poke(&d->stage[0], "base", BASE_SEQUENCE1, 4, sequence2 + 1);
    hb_poke(&d->stage[0], "base", BASE_SEQUENCE2, 4, sequence2);
    d->set.primary = stage_span(d, 0);
}

static inline void dirty_close(struct dirty_hive *d)
{
    for (size_t i = 0; i < STAGES; i++)
        hb_close(&d->stage[i]);
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        lb_close(&d->log[i]);
}

/* Begins log `i`, whose first entry is to be `sequence`. */
static inline struct log_builder *dirty_log(struct dirty_hive *d, size_t i,
                                            uint32_t type, uint32_t sequence)
{
    lb_open(&d->log[i], stage_span(d, 0), type, sequence);
    return &d->log[i];
}

/* Appends the entry that makes stage `to` of the one before. */
static inline size_t dirty_change(struct dirty_hive *d, struct log_builder *l,
                                  uint32_t sequence, size_t to)
{
    return lb_change(l, sequence, stage_span(d, to - 1), stage_span(d, to));
}

static inline enum hp_recovery_result plan_of(struct hp_recovery *plan,
                                              struct dirty_hive *d)
{
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        d->set.log[i] = lb_span(&d->log[i]);
    return hp_recovery_plan(plan, &d->set);
}

/* The image is clean, and the same logs change it no more. */
static inline void expect_clean(const struct dirty_hive *d,
                                struct hp_span image)
{
    struct hp_log_set again = d->set;
    struct hp_recovery plan;

    again.primary = image;
    assert_int_equal(hp_recovery_plan(&plan, &again), HP_RECOVERY_CLEAN);
    assert_int_equal(plan.size, image.len);
    assert_int_equal(hp_at_u32(image, BASE_TYPE), 0);
    assert_int_equal(hp_at_u32(image, BASE_BINS_SIZE), image.len - BASE_SIZE);
}

/* The recovered image, to be freed; it is also made in place. */
static inline uint8_t *recovered(const struct dirty_hive *d,
                                 const struct hp_recovery *plan)
{
    size_t size = plan->size, held = d->set.primary.len;
    uint8_t *image = malloc(size), *place = calloc(1, size);

    assert_non_null(image);
    assert_non_null(place);
    hp_recovery_apply(plan, image);
    memcpy(place, d->set.primary.ptr, held < size ? held : size);
    hp_recovery_mend(plan, place);
    assert_memory_equal(image, place, size);
    free(place);
    return image;
}

/* Logs apply, and make the bins of stage `stage`; `last` is the number of the
 * last entry. */
static inline void expect_stage(struct dirty_hive *d, size_t stage,
                                uint32_t last)
{
    struct hp_span want = stage_span(d, stage);
    struct hp_recovery plan;

    assert_int_equal(plan_of(&plan, d), HP_RECOVERY_DONE);
    assert_int_equal(plan.size, want.len);
    uint8_t *image = recovered(d, &plan);
    struct hp_span got = hp_span_of(image, plan.size);
    assert_memory_equal(image + BASE_SIZE, want.ptr + BASE_SIZE,
                        want.len - BASE_SIZE);
    assert_int_equal(hp_at_u32(got, BASE_SEQUENCE1), last);
    assert_int_equal(hp_at_u32(got, BASE_SEQUENCE2), last);
    expect_clean(d, got);
    free(image);
}

/* No log applies, and log `i` not for this reason. */
static inline void expect_refused(struct dirty_hive *d, size_t i,
                                  enum hp_status status, const char *field)
{
    struct hp_recovery plan;

    assert_int_equal(plan_of(&plan, d), HP_RECOVERY_REFUSED);
    assert_int_equal(plan.size, d->set.primary.len);
    assert_int_equal(plan.log[i].order, 0);
    assert_int_equal(plan.log[i].why.status, status);
    assert_string_equal(plan.log[i].why.field, field);
    uint8_t *image = recovered(d, &plan);
    assert_memory_equal(image, d->set.primary.ptr, plan.size);
    free(image);
}

/* What the plan says of log `i`. */
static inline void expect_why(struct dirty_hive *d, size_t i, unsigned order,
                              uint32_t entries, enum hp_status status)
{
    struct hp_recovery plan;

    plan_of(&plan, d);
    assert_int_equal(plan.log[i].order, order);
    assert_int_equal(plan.log[i].entries, entries);
    assert_int_equal(plan.log[i].why.status, status);
}

#endif
