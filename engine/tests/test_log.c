/* SPDX-License-Identifier: Apache-2.0
 *
 * Which logs apply, and what becomes of the base block. */
#include "recovery_asserts.h"

#include "log_layout.h"

static void no_log__leaves_a_dirty_hive_as_it_lies(void **state)
{
    struct hp_recovery plan;
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_REFUSED);
    assert_int_equal(plan.size, d.set.primary.len);
    assert_int_equal(plan.dirty.status, HP_E_MISMATCH);
    assert_string_equal(plan.dirty.field, "base_block.sequence2");
    assert_int_equal(plan.dirty.found, 10);
    assert_int_equal(plan.log[0].why.status, HP_OK);
    dirty_close(&d);
}

static void clean_hive__ignores_later_entries(void **state)
{
    struct hp_recovery plan;
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    hb_poke(&d.stage[0], "base", BASE_SEQUENCE1, 4, 10);
    dirty_change(&d, dirty_log(&d, 0, HVLE, 10), 10, 1);
    assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_CLEAN);
    assert_int_equal(plan.dirty.status, HP_OK);
    assert_int_equal(plan.log[0].format, HP_LOG_HVLE);
    assert_int_equal(plan.log[0].order, 0);
    assert_int_equal(plan.log[0].why.status, HP_E_NOT_NEEDED);
    uint8_t *image = recovered(&d, &plan);
    assert_memory_equal(image, d.set.primary.ptr, plan.size);
    free(image);
    dirty_close(&d);
}

static void one_log__may_be_any_of_the_three(void **state)
{
    (void)state;
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        struct dirty_hive d;
        dirty_open(&d, 10);
        struct log_builder *l = dirty_log(&d, i, HVLE, 10);
        dirty_change(&d, l, 10, 1);
        expect_stage(&d, 1, 10);
        dirty_change(&d, l, 11, 2);
        dirty_change(&d, l, 12, 3);
        expect_stage(&d, 3, 12);
        expect_why(&d, i, 1, 3, HP_OK);
        dirty_close(&d);
    }
}

/* Fills the logs a, b and c with an entry each, numbers 10 to 12. */
static void spread(struct dirty_hive *d, size_t a, size_t b, size_t c,
                   uint32_t first)
{
    dirty_change(d, dirty_log(d, a, HVLE, first), first, 1);
    dirty_change(d, dirty_log(d, b, HVLE, first + 1), first + 1, 2);
    dirty_change(d, dirty_log(d, c, HVLE, first + 2), first + 2, 3);
}

static void three_logs__are_applied_in_sequence(void **state)
{
    static const size_t orders[][HP_LIMIT_LOGS] = {
        {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        const size_t *at = orders[i];
        struct dirty_hive d;
        dirty_open(&d, 10);
        spread(&d, at[0], at[1], at[2], 10);
        expect_stage(&d, 3, 12);
        for (unsigned k = 0; k < HP_LIMIT_LOGS; k++)
            expect_why(&d, at[k], k + 1, 1, HP_OK);
        dirty_close(&d);
    }
}

static void sequence__goes_on_at_zero(void **state)
{
    (void)state;
    for (uint32_t back = 0; back < 4; back++) {
        struct dirty_hive d;
        dirty_open(&d, UINT32_C(0) - back);
        spread(&d, 2, 1, 0, UINT32_C(0) - back);
        expect_stage(&d, 3, 2 - back);
        dirty_close(&d);
        dirty_open(&d, UINT32_C(0) - back);
        struct log_builder *l = dirty_log(&d, 1, HVLE, UINT32_C(0) - back);
        for (uint32_t i = 0; i < 3; i++)
            dirty_change(&d, l, i - back, i + 1);
        expect_stage(&d, 3, 2 - back);
        dirty_close(&d);
    }
}

/* The log's first entry need not be the hive's second sequence number, but not
 * be before it; half of all numbers are. */
static void first_entry__is_not_older_than_the_hive(void **state)
{
    static const struct {
        uint32_t first;
        bool applies;
    } cases[] = {{9, false},         {10, true},         {11, true},
                 {500, true},        {0x80000009, true}, {0x8000000a, false},
                 {0xffffffff, false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dirty_hive d;
        dirty_open(&d, 10);
        struct log_builder *l = dirty_log(&d, 1, HVLE, cases[i].first);
        dirty_change(&d, l, cases[i].first, 1);
        if (cases[i].applies)
            expect_stage(&d, 1, cases[i].first);
        else
            expect_refused(&d, 1, HP_E_STALE, "log.sequence1");
        dirty_close(&d);
    }
}

static void stale_log__does_not_keep_the_other_from_applying(void **state)
{
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    lb_change(dirty_log(&d, 0, HVLE, 8), 8, stage_span(&d, 0),
              stage_span(&d, 3));
    dirty_change(&d, dirty_log(&d, 1, HVLE, 10), 10, 1);
    expect_stage(&d, 1, 10);
    expect_why(&d, 0, 0, 1, HP_E_STALE);
    dirty_close(&d);
}

static void gap_between_logs__ends_it(void **state)
{
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    dirty_change(&d, dirty_log(&d, 1, HVLE, 10), 10, 1);
    dirty_change(&d, dirty_log(&d, 0, HVLE, 12), 12, 2);
    expect_stage(&d, 1, 10);
    expect_why(&d, 0, 0, 1, HP_E_SEQUENCE);
    dirty_close(&d);
}

/* What ends one log does not matter to the next, which has to follow what was
 * applied. */
static void broken_log__is_continued_by_the_other(void **state)
{
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    struct log_builder *l = dirty_log(&d, 1, HVLE, 10);
    dirty_change(&d, l, 10, 1);
    size_t bad = dirty_change(&d, l, 11, 2);
    lb_poke(l, bad + 24, 1, ~(unsigned)l->bytes[bad + 24] & 0xff);
    dirty_change(&d, dirty_log(&d, 2, HVLE, 11), 11, 2);
    expect_stage(&d, 2, 11);
    expect_why(&d, 1, 1, 1, HP_E_HASH);
    dirty_close(&d);
}

/* Two that begin alike: the one with more in it. Two that nothing tells apart:
 * the same one whichever is which. */
static void logs_that_begin_alike__are_told_apart_by_content(void **state)
{
    uint8_t *image[2] = {NULL, NULL};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct hp_recovery plan;
        struct dirty_hive d;
        dirty_open(&d, 10);
        dirty_change(&d, dirty_log(&d, i, HVLE, 10), 10, 1);
        lb_change(dirty_log(&d, 1 - i, HVLE, 10), 10, stage_span(&d, 0),
                  stage_span(&d, 2));
        assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_DONE);
        assert_int_equal(plan.log[0].order + plan.log[1].order, 1);
        image[i] = recovered(&d, &plan);
        if (i == 1)
            assert_memory_equal(image[0], image[1], plan.size);
        dirty_change(&d, &d.log[i], 11, 2);
        expect_stage(&d, 2, 11);
        expect_why(&d, 1 - i, 0, 1, HP_E_STALE);
        dirty_close(&d);
    }
    free(image[0]);
    free(image[1]);
}

/* ---- the base block ------------------------------------------------------ */

static void base_block__gets_nothing_but_bit_0_of_the_flags(void **state)
{
    static const struct {
        uint32_t base, entry, want;
    } cases[] = {{0, 0, 0},       {0, 1, 1},      {1, 0, 0},
                 {6, 0xff, 7},    {7, 0xfe, 6},   {0, 0xfffffffe, 0},
                 {0xff, 0, 0xfe}, {0xfe, 1, 0xff}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_recovery plan;
        struct dirty_hive d;
        dirty_open(&d, 10);
        hb_poke(&d.stage[0], "base", BASE_FLAGS, 4, cases[i].base);
        struct log_builder *l = dirty_log(&d, 0, HVLE, 10);
        size_t entry = dirty_change(&d, l, 10, 1);
        lb_poke(l, entry + HVLE_FLAGS, 4, cases[i].entry);
        lb_hash2(l, entry);
        assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_DONE);
        uint8_t *image = recovered(&d, &plan);
        assert_int_equal(hp_at_u32(hp_span_of(image, plan.size), BASE_FLAGS),
                         cases[i].want);
        free(image);
        dirty_close(&d);
    }
}

/* Breaks the base block of the hive in one of three ways. */
static const struct {
    size_t at;
    enum hp_status status;
    const char *field;
} breaks[] = {
    {BASE_SIGNATURE, HP_E_SIGNATURE, "base_block.signature"},
    {BASE_MINOR, HP_E_CHECKSUM, "base_block.checksum"},
    {BASE_CHECKSUM, HP_E_CHECKSUM, "base_block.checksum"},
};

static void bad_base_block__comes_from_the_log(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(breaks); i++) {
        struct hp_recovery plan;
        struct dirty_hive d;
        dirty_open(&d, 10);
        /* A log that is older than the hive says it is. */
        dirty_change(&d, dirty_log(&d, 2, HVLE, 3), 3, 1);
        d.stage[0].image[breaks[i].at] ^= 0x40;
        expect_stage(&d, 1, 3);
        plan_of(&plan, &d);
        assert_true(plan.base_lost);
        assert_int_equal(plan.dirty.status, breaks[i].status);
        assert_string_equal(plan.dirty.field, breaks[i].field);
        uint8_t *image = recovered(&d, &plan);
        assert_int_equal(hp_at_u32(hp_span_of(image, plan.size), BASE_MINOR),
                         5);
        free(image);
        dirty_close(&d);
    }
}

static void bad_base_block__takes_only_the_latest_log(void **state)
{
    static const uint32_t firsts[] = {5, 0xfffffffe};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(firsts); i++) {
        for (size_t k = 0; k < 2; k++) {
            struct dirty_hive d;
            dirty_open(&d, 10);
            struct log_builder *l = dirty_log(&d, k, HVLE, firsts[i]);
            dirty_change(&d, l, firsts[i], 1);
            dirty_change(&d, l, firsts[i] + 1, 2);
            lb_change(dirty_log(&d, 1 - k, HVLE, firsts[i] + 2), firsts[i] + 2,
                      stage_span(&d, 0), stage_span(&d, 3));
            d.stage[0].image[BASE_SIGNATURE] = 'R';
            expect_stage(&d, 3, firsts[i] + 2);
            expect_why(&d, k, 0, 2, HP_E_OTHER_LOG);
            dirty_close(&d);
        }
    }
}

static void bad_base_block_and_bad_logs__are_refused(void **state)
{
    struct hp_recovery plan;
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    dirty_change(&d, dirty_log(&d, 0, HVLE, 10), 10, 1);
    lb_poke(&d.log[0], BASE_CHECKSUM, 4, 0);
    dirty_log(&d, 1, HVLE, 10); /* nothing in it */
    d.stage[0].image[BASE_SIGNATURE] = 'R';
    expect_refused(&d, 0, HP_E_CHECKSUM, "log.checksum");
    plan_of(&plan, &d);
    assert_false(plan.base_lost);
    dirty_close(&d);
}

/* A hive that is shorter than its base block, down to nothing. */
static void short_hive__is_made_of_the_log_alone(void **state)
{
    static const size_t sizes[] = {0, 1, 511, 512, 4095, 4096, 4127, 4128};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct dirty_hive d;
        dirty_open(&d, 10);
        lb_change(dirty_log(&d, 1, HVLE, 10), 10, hp_span_of(NULL, 0),
                  stage_span(&d, 2));
        uint8_t *cut = malloc(sizes[i] + 1);
        assert_non_null(cut);
        memcpy(cut, d.stage[0].image, sizes[i]);
        d.set.primary = hp_span_of(cut, sizes[i]);
        expect_stage(&d, 2, 10);
        free(cut);
        dirty_close(&d);
    }
}

/* ---- the log's own base block ---------------------------------------------
 */

static const struct {
    size_t at;
    uint32_t value;
    enum hp_status status;
    const char *field;
} bad_bases[] = {
    {BASE_SIGNATURE, 0x66676553, HP_E_SIGNATURE, "log.signature"},
    {BASE_TYPE, 0, HP_E_FILE_TYPE, "log.type"},
    {BASE_TYPE, 3, HP_E_FILE_TYPE, "log.type"},
    {BASE_TYPE, 7, HP_E_FILE_TYPE, "log.type"},
    {BASE_TYPE, 0xffffffff, HP_E_FILE_TYPE, "log.type"},
    {BASE_SEQUENCE1, 9, HP_E_MISMATCH, "log.sequence2"},
    {BASE_SEQUENCE2, 9, HP_E_MISMATCH, "log.sequence2"},
};

static void log__needs_a_good_base_block(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad_bases); i++) {
        struct dirty_hive d;
        dirty_open(&d, 10);
        dirty_change(&d, dirty_log(&d, 1, HVLE, 10), 10, 1);
        lb_poke(&d.log[1], bad_bases[i].at, 4, bad_bases[i].value);
        lb_fix_checksum(&d.log[1]);
        expect_refused(&d, 1, bad_bases[i].status, bad_bases[i].field);
        dirty_close(&d);
    }
}

static void log__of_zeros_or_cut_short_is_none(void **state)
{
    static const size_t sizes[] = {1, 40, 511, 512, 513, 4096};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct dirty_hive d;
        dirty_open(&d, 10);
        lb_append(&d.log[1], 0, sizes[i]);
        if (sizes[i] < 512)
            expect_refused(&d, 1, HP_E_FILE_SHORT, "log.size");
        else
            expect_refused(&d, 1, HP_E_SIGNATURE, "log.signature");
        dirty_close(&d);
    }
}

static void log_without_entries__says_what_is_there(void **state)
{
    struct hp_recovery plan;
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    dirty_log(&d, 0, HVLE, 10);
    assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_REFUSED);
    assert_int_equal(plan.log[0].format, HP_LOG_HVLE);
    assert_int_equal(plan.log[0].end, 512);
    assert_int_equal(plan.log[0].why.status, HP_OK);
    lb_append(&d.log[0], 0, 512);
    expect_refused(&d, 0, HP_E_SIGNATURE, "hvle.signature");
    dirty_close(&d);
}

/* ---- both formats ---------------------------------------------------------
 */

static void hvle__goes_before_dirt(void **state)
{
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    lb_dirt(dirty_log(&d, 0, DIRT, 11), 1, 4096, stage_span(&d, 0),
            stage_span(&d, 2));
    expect_stage(&d, 2, 11);
    dirty_change(&d, dirty_log(&d, 1, HVLE, 10), 10, 1);
    expect_stage(&d, 1, 10);
    expect_why(&d, 0, 0, 1, HP_E_OTHER_LOG);
    lb_poke(&d.log[1], 512, 1, 'h'); /* and if it has nothing, DIRT applies */
    expect_stage(&d, 2, 11);
    dirty_close(&d);
}

static void type__has_to_be_that_of_the_content(void **state)
{
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    lb_dirt(dirty_log(&d, 0, HVLE, 10), 1, 4096, stage_span(&d, 0),
            stage_span(&d, 2));
    expect_refused(&d, 0, HP_E_SIGNATURE, "hvle.signature");
    lb_close(&d.log[0]);
    dirty_change(&d, dirty_log(&d, 0, DIRT, 10), 10, 1);
    expect_refused(&d, 0, HP_E_SIGNATURE, "dirt.signature");
    dirty_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_log__leaves_a_dirty_hive_as_it_lies),
        cmocka_unit_test(clean_hive__ignores_later_entries),
        cmocka_unit_test(one_log__may_be_any_of_the_three),
        cmocka_unit_test(three_logs__are_applied_in_sequence),
        cmocka_unit_test(sequence__goes_on_at_zero),
        cmocka_unit_test(first_entry__is_not_older_than_the_hive),
        cmocka_unit_test(stale_log__does_not_keep_the_other_from_applying),
        cmocka_unit_test(gap_between_logs__ends_it),
        cmocka_unit_test(broken_log__is_continued_by_the_other),
        cmocka_unit_test(logs_that_begin_alike__are_told_apart_by_content),
        cmocka_unit_test(base_block__gets_nothing_but_bit_0_of_the_flags),
        cmocka_unit_test(bad_base_block__comes_from_the_log),
        cmocka_unit_test(bad_base_block__takes_only_the_latest_log),
        cmocka_unit_test(bad_base_block_and_bad_logs__are_refused),
        cmocka_unit_test(short_hive__is_made_of_the_log_alone),
        cmocka_unit_test(log__needs_a_good_base_block),
        cmocka_unit_test(log__of_zeros_or_cut_short_is_none),
        cmocka_unit_test(log_without_entries__says_what_is_there),
        cmocka_unit_test(hvle__goes_before_dirt),
        cmocka_unit_test(type__has_to_be_that_of_the_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
