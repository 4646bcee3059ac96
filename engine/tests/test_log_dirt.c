/* SPDX-License-Identifier: Apache-2.0
 *
 * The old format: a log applies whole or not at all. */
#include "recovery_asserts.h"

#include "log_layout.h"

enum { FIRST_PAGE = 1024, BITMAP = 516 };

/* Log 0 makes stage `to` of the hive. */
static struct log_builder *open_dirt(struct dirty_hive *d, size_t to)
{
    dirty_open(d, 10);
    struct log_builder *l = dirty_log(d, 0, DIRT, 11);
    lb_dirt(l, 1, 4096, stage_span(d, 0), stage_span(d, to));
    return l;
}

static void dirt__makes_the_hive_that_was_to_be(void **state)
{
    (void)state;
    for (size_t to = 1; to < STAGES; to++) {
        struct hp_recovery plan;
        struct dirty_hive d;
        struct log_builder *l = open_dirt(&d, to);
        expect_stage(&d, to, 11);
        plan_of(&plan, &d);
        assert_int_equal(plan.log[0].format, HP_LOG_DIRT);
        assert_int_equal(plan.log[0].entries, 1);
        assert_int_equal(plan.log[0].pages, (l->size - FIRST_PAGE) / 512);
        assert_int_equal(plan.log[0].first, 11);
        assert_int_equal(plan.log[0].end, l->size);
        lb_append(l, 0xa5, 1000); /* remnants */
        expect_stage(&d, to, 11);
        dirty_close(&d);
    }
}

static void dirt__may_make_a_hive_smaller(void **state)
{
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    hb_poke(&d.stage[2], "base", BASE_SEQUENCE2, 4, 6);
    d.set.primary = stage_span(&d, 2);
    lb_dirt(dirty_log(&d, 0, DIRT, 11), 1, 512, stage_span(&d, 2),
            stage_span(&d, 1));
    expect_stage(&d, 1, 11);
    dirty_close(&d);
}

static void pages__are_of_512_bytes(void **state)
{
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    hb_close(&d.stage[1]);
    hb_data(&d.stage[1], 5, 100);
    d.stage[1].image[BASE_SIZE + 0x1600] ^= 0xff;
    d.stage[1].image[BASE_SIZE + 0x1fff] ^= 0xff;
    struct log_builder *l = dirty_log(&d, 0, DIRT, 11);
    lb_dirt(l, 1, 512, stage_span(&d, 0), stage_span(&d, 1));
    assert_int_equal(l->size, FIRST_PAGE + 2 * 512);
    assert_int_equal(l->bytes[BITMAP], 0);
    assert_int_equal(l->bytes[BITMAP + 1], 0x88);
    expect_stage(&d, 1, 11);
    dirty_close(&d);
}

/* Type 2 is that of Windows 2000. */
static void type__is_1_or_2(void **state)
{
    struct dirty_hive d;

    (void)state;
    struct log_builder *l = open_dirt(&d, 1);
    lb_poke(l, BASE_TYPE, 4, 2);
    lb_fix_checksum(l);
    expect_stage(&d, 1, 11);
    dirty_close(&d);
}

static void time__is_that_of_the_hive(void **state)
{
    static const struct {
        int64_t later;
        enum hp_status status;
    } cases[] = {{-1, HP_E_STALE}, {0, HP_OK}, {1, HP_E_TIMESTAMP}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dirty_hive d;
        struct log_builder *l = open_dirt(&d, 1);
        uint64_t time = hp_at_u64(d.set.primary, BASE_FILETIME);
        lb_poke(l, BASE_FILETIME, 8, time + (uint64_t)cases[i].later);
        lb_fix_checksum(l);
        if (cases[i].status == HP_OK)
            expect_stage(&d, 1, 11);
        else
            expect_refused(&d, 0, cases[i].status, "log.filetime");
        dirty_close(&d);
    }
}

/* Without a base block the hive's time is that of its first bin, which is not
 * kept up: later is right. */
static void bad_base_block__asks_the_first_bin_for_the_time(void **state)
{
    static const struct {
        int64_t later;
        bool applies;
    } cases[] = {{-1, false}, {0, true}, {1, true}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_recovery plan;
        struct dirty_hive d;
        struct log_builder *l = open_dirt(&d, 1);
        uint8_t *image = d.stage[0].image;
        image[BASE_MINOR] = 1;
        for (unsigned k = 0; k < 8; k++)
            image[BASE_SIZE + BIN_FILETIME + k] =
                (uint8_t)(hp_at_u64(lb_span(l), BASE_FILETIME) >> 8 * k);
        lb_poke(l, BASE_FILETIME, 8,
                hp_at_u64(lb_span(l), BASE_FILETIME) +
                    (uint64_t)cases[i].later);
        lb_fix_checksum(l);
        if (cases[i].applies) {
            expect_stage(&d, 1, 11);
            plan_of(&plan, &d);
            assert_true(plan.base_lost);
        } else {
            expect_refused(&d, 0, HP_E_STALE, "log.filetime");
        }
        dirty_close(&d);
    }
}

/* ---- bitmap and pages ------------------------------------------------------
 */

/* A hive of that many bytes of data, and one that differs in its last page:
 * bitmaps of a sector and of more. */
static void bitmap__may_be_longer_than_its_sector(void **state)
{
    static const size_t sizes[] = {0x1f9000, 0x1fa000, 0x1fb000, 0x1fc000,
                                   0x3fb000};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct dirty_hive d;
        dirty_open(&d, 10);
        for (size_t k = 0; k < 2; k++) {
            hb_close(&d.stage[k]);
            hb_data(&d.stage[k], 3, sizes[i]);
        }
        hb_poke(&d.stage[0], "base", BASE_SEQUENCE2, 4, 6);
        d.set.primary = stage_span(&d, 0);
        d.stage[1].image[d.stage[1].size - 1] ^= 0xff;
        d.stage[1].image[BASE_SIZE + BIN_SPARE] ^= 0xff;
        lb_dirt(dirty_log(&d, 0, DIRT, 11), 1, 4096, stage_span(&d, 0),
                stage_span(&d, 1));
        size_t first = d.log[0].size - 2 * 4096;
        assert_int_equal(first, sizes[i] < 0x1fb000   ? 1024
                                : sizes[i] < 0x3fb000 ? 1536
                                                      : 2048);
        expect_stage(&d, 1, 11);
        dirty_close(&d);
    }
}

static void clusters__are_of_1_to_8_sectors(void **state)
{
    static const uint32_t good[] = {1, 2, 8}, bad[] = {0, 9, 0xffffffff};
    struct dirty_hive d;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        dirty_open(&d, 10);
        lb_dirt(dirty_log(&d, 0, DIRT, 11), good[i], 4096, stage_span(&d, 0),
                stage_span(&d, 2));
        expect_stage(&d, 2, 11);
        dirty_close(&d);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct log_builder *l = open_dirt(&d, 1);
        lb_poke(l, BASE_CLUSTER, 4, bad[i]);
        lb_fix_checksum(l);
        expect_refused(&d, 0, HP_E_FORMAT, "log.cluster");
        dirty_close(&d);
    }
}

static void expect_torn(struct dirty_hive *d, size_t size)
{
    struct hp_recovery plan;

    lb_cut(&d->log[0], size);
    assert_int_equal(plan_of(&plan, d), HP_RECOVERY_REFUSED);
    assert_int_equal(plan.log[0].why.status, HP_E_FILE_SHORT);
    assert_string_equal(plan.log[0].why.field, size < BITMAP ? "log.size"
                                               : size < BITMAP + 3
                                                   ? "dirt.bitmap"
                                                   : "dirt.pages");
}

/* Whatever the log's length, all of it applies or nothing. */
static void torn_log__does_not_apply(void **state)
{
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    hb_poke(&d.stage[2], "base", BASE_SEQUENCE2, 4, 6);
    d.set.primary = stage_span(&d, 2);
    struct log_builder *l = dirty_log(&d, 0, DIRT, 11);
    lb_dirt(l, 1, 4096, d.set.primary, stage_span(&d, 3));
    expect_stage(&d, 3, 11);
    for (size_t size = l->size - 1; size > 0; size--)
        if (size % 512 == 0 || size % 512 == 511 || size < 1100)
            expect_torn(&d, size);
    dirty_close(&d);
}

static void bitmap_without_bits__needs_no_pages(void **state)
{
    static const size_t sizes[] = {BITMAP + 2, BITMAP + 3, FIRST_PAGE - 1,
                                   FIRST_PAGE};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct dirty_hive d;
        dirty_open(&d, 10);
        struct log_builder *l = dirty_log(&d, 0, DIRT, 11);
        lb_dirt(l, 1, 512, stage_span(&d, 0), stage_span(&d, 0));
        assert_int_equal(l->size, FIRST_PAGE);
        lb_cut(l, sizes[i]);
        expect_stage(&d, 0, 11);
        dirty_close(&d);
    }
}

/* A bit more, somewhere, asks for a page more than there is; bits behind the
 * hive's size are padding. */
static void bits__each_have_a_page(void **state)
{
    struct dirty_hive d;

    (void)state;
    struct log_builder *l = open_dirt(&d, 1); /* 4 pages: 4 bytes of bitmap */
    assert_int_equal(hp_at_u32(lb_span(l), BITMAP) & 0xff, 0xff);
    lb_poke(l, BITMAP + 4, 1, 1);
    expect_stage(&d, 1, 11);
    lb_poke(l, BITMAP + 4, 1, 0);
    uint8_t last = l->bytes[BITMAP + 3];
    lb_poke(l, BITMAP + 3, 1, last & 0x7fu);
    expect_why(&d, 0, 1, 1, HP_OK); /* one page less, and remnants */
    lb_cut(l, l->size - 512);
    expect_why(&d, 0, 1, 1, HP_OK);
    lb_poke(l, BITMAP + 3, 1, last);
    expect_refused(&d, 0, HP_E_FILE_SHORT, "dirt.pages");
    dirty_close(&d);
}

static void bins_size__is_bounded(void **state)
{
    static const uint32_t sizes[] = {
        0, 1, 0xfff, 0x4fff, 0x7ffff000, 0x80000000, 0xfffff000, 0xffffffff};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct dirty_hive d;
        struct log_builder *l = open_dirt(&d, 1);
        lb_append(l, 0, 0x40000);
        lb_poke(l, BASE_BINS_SIZE, 4, sizes[i]);
        lb_fix_checksum(l);
        expect_refused(&d, 0, HP_E_BINS_SIZE, "log.bins_size");
        dirty_close(&d);
    }
}

/* Where a bin begins, a dirty page is its header. */
static void bin__has_a_header_in_a_dirty_page(void **state)
{
    static const struct {
        size_t at;
        uint32_t value;
    } lies[] = {{BIN_SIGNATURE, 0x6e696269},
                {BIN_OFFSET, 0x1000},
                {BIN_SIZE, 0},
                {BIN_SIZE, 0x1001}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        struct dirty_hive d;
        struct log_builder *l = open_dirt(&d, 1);
        lb_poke(l, FIRST_PAGE + lies[i].at, 4, lies[i].value);
        expect_refused(&d, 0, HP_E_BIN_OFFSET, "dirt.page");
        dirty_close(&d);
    }
}

/* The second bin's header is the ninth page; the first bin is clean. What is
 * wrong in the hive itself is not the log's fault. */
static void bins__are_followed_from_the_hive_into_the_log(void **state)
{
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    for (size_t k = 0; k < 2; k++) {
        hb_close(&d.stage[k]);
        hb_small(&d.stage[k]);
    }
    hb_poke(&d.stage[0], "base", BASE_SEQUENCE2, 4, 6);
    d.set.primary = stage_span(&d, 0);
    uint8_t *spare = d.stage[1].image + 2 * BASE_SIZE + BIN_SPARE;
    *spare ^= 0xff;
    struct log_builder *l = dirty_log(&d, 0, DIRT, 11);
    lb_dirt(l, 1, 512, stage_span(&d, 0), stage_span(&d, 1));
    assert_int_equal(l->size, FIRST_PAGE + 512);
    expect_stage(&d, 1, 11);
    lb_poke(l, FIRST_PAGE, 1, 'H');
    expect_refused(&d, 0, HP_E_BIN_OFFSET, "dirt.page");
    d.stage[0].image[BASE_SIZE] = 'H'; /* nothing is known of bins then */
    expect_why(&d, 0, 1, 1, HP_OK);
    dirty_close(&d);
}

/* Behind the end of the hive nothing says where bins begin. */
static void hive__may_grow_without_pages(void **state)
{
    struct hp_recovery plan;
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    struct log_builder *l = dirty_log(&d, 0, DIRT, 11);
    lb_dirt(l, 1, 512, stage_span(&d, 0), stage_span(&d, 0));
    lb_append(l, 0, 0x1000);
    lb_poke(l, BASE_BINS_SIZE, 4, 0x3000);
    lb_fix_checksum(l);
    assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_DONE);
    assert_int_equal(plan.size, 0x4000);
    uint8_t *image = recovered(&d, &plan);
    assert_memory_equal(image + BASE_SIZE, d.set.primary.ptr + BASE_SIZE,
                        0x2000);
    for (size_t at = 0x3000; at < 0x4000; at++)
        assert_int_equal(image[at], 0);
    free(image);
    dirty_close(&d);
}

/* A mapped file may be written to between plan and image. */
static void image__is_bounded_whatever_the_log_became(void **state)
{
    struct hp_recovery plan;
    struct dirty_hive d;

    (void)state;
    struct log_builder *l = open_dirt(&d, 1);
    assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_DONE);
    for (size_t at = 0; at < BITMAP + 8; at++) {
        uint8_t was = l->bytes[at];
        for (unsigned flip = 1; flip < 256; flip *= 2) {
            l->bytes[at] = was ^ (uint8_t)flip;
            free(recovered(&d, &plan)); /* the checksum is wrong */
            if (at < BASE_CHECKSUM) {
                lb_fix_checksum(l);
                free(recovered(&d, &plan));
            }
        }
        l->bytes[at] = was;
        lb_fix_checksum(l);
    }
    memset(l->bytes + BITMAP, 0xff, 4); /* more bits than pages */
    lb_cut(l, l->size - 512);
    d.set.log[0] = plan.set.log[0] = lb_span(l);
    free(recovered(&d, &plan));
    dirty_close(&d);
}

/* ---- more than one --------------------------------------------------------
 */

/* The same where the later one is not the first in the order of bytes. */
static void later_log__may_be_the_second(void **state)
{
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    for (size_t i = 0; i < 2; i++)
        lb_dirt(dirty_log(&d, i, DIRT, 5 + 2 * (uint32_t)i), 1, 4096,
                stage_span(&d, 0), stage_span(&d, 1 + i));
    expect_stage(&d, 2, 7);
    dirty_close(&d);
}

/* Of two that apply, the one that was written later. */
static void later_log__is_the_one(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct dirty_hive d;
        dirty_open(&d, 10);
        lb_dirt(dirty_log(&d, 2 * k, DIRT, 0xffffffff), 1, 4096,
                stage_span(&d, 0), stage_span(&d, 1));
        lb_dirt(dirty_log(&d, 2 - 2 * k, DIRT, 0), 1, 4096, stage_span(&d, 0),
                stage_span(&d, 2));
        expect_stage(&d, 2, 0);
        expect_why(&d, 2 * k, 0, 1, HP_E_OTHER_LOG);
        /* Torn, it leaves the field to the one before. */
        lb_cut(&d.log[2 - 2 * k], d.log[2 - 2 * k].size - 1);
        expect_stage(&d, 1, 0xffffffff);
        dirty_close(&d);
    }
}

static void bad_base_block__takes_the_log_with_the_later_time(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct dirty_hive d;
        dirty_open(&d, 10);
        lb_dirt(dirty_log(&d, 2 * k, DIRT, 11), 1, 4096, stage_span(&d, 0),
                stage_span(&d, 1));
        struct log_builder *l = dirty_log(&d, 2 - 2 * k, DIRT, 3);
        lb_dirt(l, 1, 4096, stage_span(&d, 0), stage_span(&d, 2));
        lb_poke(l, BASE_FILETIME, 8, hp_at_u64(lb_span(l), BASE_FILETIME) + 1);
        lb_fix_checksum(l);
        expect_stage(&d, 1, 11);
        d.stage[0].image[BASE_MINOR] = 1;
        expect_stage(&d, 2, 3);
        dirty_close(&d);
    }
}

/* With the first bin gone as well there is no time to hold against a log. */
static void lost_first_bin__takes_any_log(void **state)
{
    struct dirty_hive d;

    (void)state;
    struct log_builder *l = open_dirt(&d, 1);
    lb_poke(l, BASE_FILETIME, 8, 1);
    lb_fix_checksum(l);
    d.stage[0].image[BASE_MINOR] = 1;
    d.stage[0].image[BASE_SIZE + BIN_FILETIME] = 2;
    expect_refused(&d, 0, HP_E_STALE, "log.filetime");
    d.stage[0].image[BASE_SIZE] = 'H';
    expect_stage(&d, 1, 11);
    dirty_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dirt__makes_the_hive_that_was_to_be),
        cmocka_unit_test(dirt__may_make_a_hive_smaller),
        cmocka_unit_test(pages__are_of_512_bytes),
        cmocka_unit_test(type__is_1_or_2),
        cmocka_unit_test(time__is_that_of_the_hive),
        cmocka_unit_test(bad_base_block__asks_the_first_bin_for_the_time),
        cmocka_unit_test(bitmap__may_be_longer_than_its_sector),
        cmocka_unit_test(clusters__are_of_1_to_8_sectors),
        cmocka_unit_test(torn_log__does_not_apply),
        cmocka_unit_test(bitmap_without_bits__needs_no_pages),
        cmocka_unit_test(bits__each_have_a_page),
        cmocka_unit_test(bins_size__is_bounded),
        cmocka_unit_test(bin__has_a_header_in_a_dirty_page),
        cmocka_unit_test(bins__are_followed_from_the_hive_into_the_log),
        cmocka_unit_test(hive__may_grow_without_pages),
        cmocka_unit_test(image__is_bounded_whatever_the_log_became),
        cmocka_unit_test(lost_first_bin__takes_any_log),
        cmocka_unit_test(later_log__may_be_the_second),
        cmocka_unit_test(later_log__is_the_one),
        cmocka_unit_test(bad_base_block__takes_the_log_with_the_later_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
