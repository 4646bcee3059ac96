/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries of the new format: only whole valid ones count. */
#include "recovery_asserts.h"

#include "log_file.h"
#include "log_layout.h"

/* A log with entries 10, 11 and 12; `entry` are their positions. */
static void open_three(struct dirty_hive *d, size_t entry[3])
{
    dirty_open(d, 10);
    struct log_builder *l = dirty_log(d, 1, HVLE, 10);
    for (uint32_t i = 0; i < 3; i++)
        entry[i] = dirty_change(d, l, 10 + i, i + 1);
}

/* `valid` entries count, and what comes then is refused for this reason. */
static void expect_valid(struct dirty_hive *d, uint32_t valid,
                         enum hp_status status, const char *field)
{
    struct hp_recovery plan;

    if (valid > 0)
        expect_stage(d, valid, 9 + valid);
    assert_int_equal(plan_of(&plan, d),
                     valid > 0 ? HP_RECOVERY_DONE : HP_RECOVERY_REFUSED);
    assert_int_equal(plan.log[1].entries, valid);
    assert_int_equal(plan.log[1].why.status, status);
    if (field != NULL)
        assert_string_equal(plan.log[1].why.field, field);
    else
        assert_null(plan.log[1].why.field);
}

/* Writes a field of entry 2 of 3, and both hashes anew. */
static const struct {
    size_t at;
    unsigned width;
    uint64_t value;
    enum hp_status status;
    const char *field;
} lies[] = {
    {HVLE_SIGNATURE, 4, 0x654c7648, HP_E_SIGNATURE, "hvle.signature"},
    {HVLE_SEQUENCE, 4, 10, HP_E_SEQUENCE, "hvle.sequence"},
    {HVLE_SEQUENCE, 4, 12, HP_E_SEQUENCE, "hvle.sequence"},
    {HVLE_BINS_SIZE, 4, 0, HP_E_BINS_SIZE, "hvle.bins_size"},
    {HVLE_BINS_SIZE, 4, 4095, HP_E_BINS_SIZE, "hvle.bins_size"},
    {HVLE_BINS_SIZE, 4, 0x5001, HP_E_BINS_SIZE, "hvle.bins_size"},
    {HVLE_BINS_SIZE, 4, 0x7ffff000, HP_E_BINS_SIZE, "hvle.bins_size"},
    {HVLE_BINS_SIZE, 4, 0x80000000, HP_E_BINS_SIZE, "hvle.bins_size"},
    {HVLE_BINS_SIZE, 4, 0xfffff000, HP_E_BINS_SIZE, "hvle.bins_size"},
    {HVLE_COUNT, 4, 0xffffffff, HP_E_COUNT, "hvle.count"},
    {HVLE_COUNT, 4, 0x20000001, HP_E_COUNT, "hvle.count"},
    {HVLE_REFERENCES, 4, 0xfffff000, HP_E_PAGE, "hvle.page_offset"},
    {HVLE_REFERENCES, 4, 0xffffffff, HP_E_PAGE, "hvle.page_offset"},
    {HVLE_REFERENCES, 4, 0x7fffffff, HP_E_PAGE, "hvle.page_offset"},
    {HVLE_REFERENCES, 4, 0x4001, HP_E_PAGE, "hvle.page_offset"},
    {HVLE_REFERENCES, 4, 0x5000, HP_E_PAGE, "hvle.page_offset"},
    {HVLE_REFERENCES + 4, 4, 0xffffffff, HP_E_PAGE, "hvle.page_size"},
    {HVLE_REFERENCES + 4, 4, 0x80000000, HP_E_PAGE, "hvle.page_size"},
    {HVLE_REFERENCES + 4, 4, 0x7000, HP_E_PAGE, "hvle.page_size"},
};

static void entry__whose_fields_lie_ends_the_log(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        struct dirty_hive d;
        size_t entry[3];
        open_three(&d, entry);
        /* The lies are about stage 2, of 5 pages, which all differ. */
        assert_int_equal(
            hp_at_u32(lb_span(&d.log[1]), entry[1] + HVLE_BINS_SIZE), 0x5000);
        lb_poke(&d.log[1], entry[1] + lies[i].at, lies[i].width, lies[i].value);
        lb_hash(&d.log[1], entry[1]);
        expect_valid(&d, 1, lies[i].status, lies[i].field);
        dirty_close(&d);
    }
}

static void entry__has_two_hashes(void **state)
{
    static const size_t places[] = {HVLE_HASH1, HVLE_HASH1 + 7, HVLE_HASH2,
                                    HVLE_HASH2 + 7};

    (void)state;
    for (uint32_t valid = 0; valid < 3; valid++) {
        for (size_t i = 0; i < COUNT_OF(places); i++) {
            struct dirty_hive d;
            size_t entry[3];
            open_three(&d, entry);
            size_t at = entry[valid] + places[i];
            lb_poke(&d.log[1], at, 1, d.log[1].bytes[at] ^ 0x80u);
            bool second = places[i] >= HVLE_HASH2;
            if (!second) /* so that hash 1 alone is wrong */
                lb_hash2(&d.log[1], entry[valid]);
            expect_valid(&d, valid, HP_E_HASH,
                         second ? "hvle.hash2" : "hvle.hash1");
            dirty_close(&d);
        }
    }
}

/* The first hash reaches to the entry's end, padding included. */
static void entry__is_hashed_to_its_end(void **state)
{
    struct dirty_hive d;
    size_t entry[3];

    (void)state;
    open_three(&d, entry);
    lb_poke(&d.log[1], entry[2] - 1, 1, 0xcd);
    expect_valid(&d, 1, HP_E_HASH, "hvle.hash1");
    lb_poke(&d.log[1], entry[2] - 1, 1, 0xcc);
    expect_valid(&d, 3, HP_OK, NULL);
    dirty_close(&d);
}

/* Sizes that no hash can be made for: the header says them, and it is sound. */
static void size__has_these_edges(void **state)
{
    static const struct {
        uint32_t size;
        enum hp_status status;
        const char *field;
    } cases[] = {
        {0, HP_E_ENTRY_SIZE, "hvle.size"},
        {8, HP_E_ENTRY_SIZE, "hvle.size"},
        {39, HP_E_ENTRY_SIZE, "hvle.size"},
        {40, HP_E_ENTRY_SIZE, "hvle.size"},
        {511, HP_E_ENTRY_SIZE, "hvle.size"},
        {513, HP_E_ENTRY_SIZE, "hvle.size"},
        {0xffffffff, HP_E_ENTRY_SIZE, "hvle.size"},
        {0xfffffe00, HP_E_FILE_SHORT, "hvle.size"},
        {0x80000000, HP_E_FILE_SHORT, "hvle.size"},
        {0x100000, HP_E_FILE_SHORT, "hvle.size"},
        {512, HP_E_HASH, "hvle.hash1"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dirty_hive d;
        size_t entry[3];
        open_three(&d, entry);
        lb_poke(&d.log[1], entry[1] + HVLE_SIZE, 4, cases[i].size);
        lb_hash2(&d.log[1], entry[1]);
        expect_valid(&d, 1, cases[i].status, cases[i].field);
        dirty_close(&d);
    }
}

/* As many references as fit into the least entry are 59. */
static void count__is_what_the_entry_holds(void **state)
{
    (void)state;
    for (uint32_t count = 58; count <= 60; count++) {
        struct dirty_hive d;
        dirty_open(&d, 10);
        struct log_builder *l = dirty_log(&d, 1, HVLE, 10);
        size_t entry = lb_entry(l, 10, 0x2000, NULL, 0);
        assert_int_equal(l->size, 1024);
        for (size_t at = entry + HVLE_REFERENCES; at < l->size; at++)
            lb_poke(l, at, 1, 0); /* pages of no bytes */
        lb_poke(l, entry + HVLE_COUNT, 4, count);
        lb_hash(l, entry);
        if (count < 60)
            expect_stage(&d, 0, 10);
        else
            expect_refused(&d, 1, HP_E_COUNT, "hvle.count");
        dirty_close(&d);
    }
}

static void entry_without_pages__changes_the_base_block_alone(void **state)
{
    struct hp_recovery plan;
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    lb_entry(dirty_log(&d, 1, HVLE, 10), 10, 0x2000, NULL, 0);
    expect_stage(&d, 0, 10);
    plan_of(&plan, &d);
    assert_int_equal(plan.log[1].pages, 0);
    assert_int_equal(plan.log[1].end, 1024);
    dirty_close(&d);
}

/* Pages need not be aligned, may touch the end, and the later one wins. */
static void pages__are_written_in_order(void **state)
{
    static const uint8_t a[] = "aaaaaaaa", b[] = "bb";
    const struct lb_page pages[] = {{0x1000, hp_span_of(a, 8)},
                                    {0x1003, hp_span_of(b, 2)},
                                    {0x1ffd, hp_span_of(a, 3)},
                                    {0x2000, hp_span_of(a, 0)}};
    struct hp_recovery plan;
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    lb_entry(dirty_log(&d, 1, HVLE, 10), 10, 0x2000, pages, 4);
    assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_DONE);
    assert_int_equal(plan.log[1].pages, 4);
    uint8_t *image = recovered(&d, &plan);
    assert_memory_equal(image + 0x2000, "aaabbaaa", 8);
    assert_memory_equal(image + 0x2ffd, "aaa", 3);
    memcpy(image + 0x2000, d.set.primary.ptr + 0x2000, 8);
    memcpy(image + 0x2ffd, d.set.primary.ptr + 0x2ffd, 3);
    assert_memory_equal(image + 0x1000, d.set.primary.ptr + 0x1000, 0x2000);
    free(image);
    dirty_close(&d);
}

static void page__is_not_longer_than_the_hive(void **state)
{
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    const struct lb_page page = {0, stage_span(&d, 0)};
    lb_entry(dirty_log(&d, 1, HVLE, 10), 10, 0x2000, &page, 1);
    expect_refused(&d, 1, HP_E_PAGE, "hvle.page_offset");
    dirty_close(&d);
}

/* The largest hive ends a page below 2 GiB, whatever the logs hold. */
static void bins_size__is_what_a_hive_can_have(void **state)
{
    (void)state;
    assert_true(hp_log_bins_size_is_good(0x7ffff000, UINT64_MAX));
    assert_false(hp_log_bins_size_is_good(0x80000000, UINT64_MAX));
    assert_true(hp_log_bins_size_is_good(0x2000, 0x2000));
    assert_false(hp_log_bins_size_is_good(0x2000, 0x1fff));
    assert_false(hp_log_bins_size_is_good(0, UINT64_MAX));
}

/* A page of a larger hive, which an entry behind it makes small again. */
static void shrinking__cuts_what_was_written(void **state)
{
    uint8_t bytes[0x2000] = {0};
    const struct lb_page pages[] = {{0x1800, hp_span_of(bytes, 0x2000)},
                                    {0x3000, hp_span_of(bytes, 0x1000)}};
    struct hp_recovery plan;
    struct dirty_hive d;

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    dirty_open(&d, 10);
    struct log_builder *l = dirty_log(&d, 1, HVLE, 10);
    lb_entry(l, 10, 0x4000, pages, 2);
    lb_entry(l, 11, 0x2000, NULL, 0);
    assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_DONE);
    assert_int_equal(plan.size, 0x3000);
    uint8_t *image = recovered(&d, &plan);
    assert_memory_equal(image + 0x2800, bytes, 0x800);
    assert_memory_equal(image + 0x1000, d.set.primary.ptr + 0x1000, 0x1800);
    free(image);
    dirty_close(&d);
}

/* Grows without pages: up to the bytes of hive and logs, and zeros there. */
static void growing__has_a_bound(void **state)
{
    static const struct {
        uint32_t more;
        bool applies;
    } cases[] = {{0, true}, {0x1000, true}, {0x2000, false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t bins = 0x2000 + 0x3000 + cases[i].more;
        struct hp_recovery plan;
        struct dirty_hive d;
        dirty_open(&d, 10);
        lb_entry(dirty_log(&d, 1, HVLE, 10), 10, bins, NULL, 0);
        lb_append(&d.log[1], 0, 0x3400 - d.log[1].size);
        lb_append(&d.log[2], 0, 0xc00); /* in all 0x4000 bytes of logs */
        assert_int_equal(plan_of(&plan, &d), cases[i].applies
                                                 ? HP_RECOVERY_DONE
                                                 : HP_RECOVERY_REFUSED);
        uint8_t *image = recovered(&d, &plan);
        for (size_t at = d.set.primary.len; at < plan.size; at++)
            assert_int_equal(image[at], 0);
        free(image);
        dirty_close(&d);
    }
}

static void what_follows_the_entries__does_not_matter(void **state)
{
    struct dirty_hive d;
    size_t entry[3];

    (void)state;
    open_three(&d, entry);
    lb_append(&d.log[1], 0, 1);
    expect_valid(&d, 3, HP_E_FILE_SHORT, "log.size");
    lb_append(&d.log[1], 0xa5, 511);
    expect_valid(&d, 3, HP_E_SIGNATURE, "hvle.signature");
    lb_cut(&d.log[1], d.log[1].size - 512);
    lb_change(&d.log[1], 4, stage_span(&d, 0), stage_span(&d, 1));
    expect_valid(&d, 3, HP_E_SEQUENCE, "hvle.sequence");
    dirty_close(&d);
}

/* ---- small worlds ---------------------------------------------------------
 */

static void torn_log__gives_the_entries_that_are_whole(void **state)
{
    struct dirty_hive d;
    size_t entry[3], cut = 0;

    (void)state;
    open_three(&d, entry);
    size_t ends[] = {entry[1], entry[2], d.log[1].size};
    for (size_t size = d.log[1].size; size >= 512; size = cut) {
        uint32_t valid = 0;
        while (valid < 3 && ends[valid] <= size)
            valid++;
        lb_cut(&d.log[1], size);
        bool at_end = size == 512 || (valid > 0 && ends[valid - 1] == size);
        expect_valid(&d, valid, at_end ? HP_OK : HP_E_FILE_SHORT,
                     at_end ? NULL : "hvle.size");
        cut = (size - 1) / 512 * 512;
    }
    dirty_close(&d);
}

/* Entries 10, 11 and 12 of a small hive, with a page of one byte each: a, b
 * and c, all in the same place. */
enum { SMALL_PAGE = 0x1000 };

static void open_small(struct dirty_hive *d, size_t entry[3])
{
    static const uint8_t letters[] = {'a', 'b', 'c'};

    dirty_open(d, 10);
    struct log_builder *l = dirty_log(d, 1, HVLE, 10);
    for (uint32_t i = 0; i < 3; i++) {
        const struct lb_page page = {SMALL_PAGE, hp_span_of(&letters[i], 1)};
        entry[i] = lb_entry(l, 10 + i, 0x2000, &page, 1);
    }
}

/* The plan is made, and the image: bounded, clean, and with that letter. */
static void expect_letter(struct dirty_hive *d, const struct hp_recovery *plan,
                          uint8_t letter)
{
    assert_true(plan->size <= d->set.primary.len + d->log[1].size);
    uint8_t *image = recovered(d, plan);
    assert_int_equal(image[BASE_SIZE + SMALL_PAGE], letter);
    expect_clean(d, hp_span_of(image, plan->size));
    free(image);
}

/* The bytes of one header with each of their values: the entry is what it was
 * or does not count, nor what is behind it. Hash 2 sees all of the header. */
static void header__is_right_or_the_entry_does_not_count(void **state)
{
    struct dirty_hive d;
    size_t entry[3];

    (void)state;
    open_small(&d, entry);
    for (size_t at = entry[1]; at < entry[1] + HVLE_REFERENCES; at++) {
        uint8_t was = d.log[1].bytes[at];
        for (unsigned value = 0; value < 256; value++) {
            struct hp_recovery plan;
            d.log[1].bytes[at] = (uint8_t)value;
            assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_DONE);
            assert_int_equal(plan.log[1].entries, value == was ? 3 : 1);
            expect_letter(&d, &plan, value == was ? 'c' : 'a');
        }
        d.log[1].bytes[at] = was;
    }
    dirty_close(&d);
}

/* The same with hashes that are right: whatever the header then says, all
 * entries count or the first alone. */
static void header__may_say_anything(void **state)
{
    struct dirty_hive d;
    size_t entry[3];

    (void)state;
    open_small(&d, entry);
    for (size_t at = entry[1]; at < entry[1] + HVLE_HASH1; at++) {
        uint8_t was = d.log[1].bytes[at];
        for (unsigned value = 0; value < 256; value++) {
            struct hp_recovery plan;
            d.log[1].bytes[at] = (uint8_t)value;
            lb_hash2(&d.log[1], entry[1]);
            assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_DONE);
            uint32_t entries = plan.log[1].entries;
            assert_true(entries == 1 || entries == 3);
            expect_letter(&d, &plan, entries == 1 ? 'a' : 'c');
        }
        d.log[1].bytes[at] = was;
        lb_hash2(&d.log[1], entry[1]);
    }
    dirty_close(&d);
}

/* A mapped file may be written to between plan and image: what is made then is
 * of no use, but nothing else is touched. */
static void image__is_bounded_whatever_the_log_became(void **state)
{
    struct hp_recovery plan;
    struct dirty_hive d;
    size_t entry[3];

    (void)state;
    open_three(&d, entry);
    assert_int_equal(plan_of(&plan, &d), HP_RECOVERY_DONE);
    for (size_t at = 0; at < HVLE_REFERENCES + 8; at++) {
        uint8_t *byte = d.log[1].bytes + entry[1] + at, was = *byte;
        for (unsigned flip = 1; flip < 256; flip *= 2) {
            *byte = was ^ (uint8_t)flip;
            free(recovered(&d, &plan));
        }
        *byte = was;
    }
    expect_stage(&d, 3, 12);
    dirty_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entry__whose_fields_lie_ends_the_log),
        cmocka_unit_test(entry__has_two_hashes),
        cmocka_unit_test(entry__is_hashed_to_its_end),
        cmocka_unit_test(size__has_these_edges),
        cmocka_unit_test(count__is_what_the_entry_holds),
        cmocka_unit_test(entry_without_pages__changes_the_base_block_alone),
        cmocka_unit_test(pages__are_written_in_order),
        cmocka_unit_test(page__is_not_longer_than_the_hive),
        cmocka_unit_test(bins_size__is_what_a_hive_can_have),
        cmocka_unit_test(shrinking__cuts_what_was_written),
        cmocka_unit_test(growing__has_a_bound),
        cmocka_unit_test(what_follows_the_entries__does_not_matter),
        cmocka_unit_test(torn_log__gives_the_entries_that_are_whole),
        cmocka_unit_test(header__is_right_or_the_entry_does_not_count),
        cmocka_unit_test(header__may_say_anything),
        cmocka_unit_test(image__is_bounded_whatever_the_log_became),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
