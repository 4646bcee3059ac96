/* SPDX-License-Identifier: Apache-2.0 */
#include "hive_asserts.h"

#include "base_block.h"
#include "sample_hives.h"
#include "value.h"

#include <stdio.h>

static const uint8_t bytes[] = {0x11, 0x22, 0x33, 0x44};

static void inline_data__has_0_to_4_bytes(void **state)
{
    static const char *const data[] = {"", " :11", " :1122", " :112233",
                                       " :11223344"};
    struct hive_builder h;
    char want[100];

    (void)state;
    for (unsigned size = 0; size <= 4; size++) {
        hb_open(&h, 5);
        hb_bin(&h, 0x1000);
        uint32_t root = hb_key(&h, 0, "R");
        uint32_t value = hb_value(&h, "D", 3, bytes, size);
        hb_set_values(&h, root, "R", &value, 1);
        hb_seal(&h);
        snprintf(want, sizeof want, "hive5 +R =D/3/%x%s - done", size,
                 data[size]);
        expect_events(&h, want, NULL);
        hb_close(&h);
    }
}

/* Sizes around the segments of big data, as pieces in each minor version. */
static const struct {
    size_t size;
    const char *whole;  /* in one cell: minor version 3 */
    const char *pieces; /* minor version 4 and on */
} thresholds[] = {
    {5, ":0001020304", ":0001020304"},
    {16343, ":16343#00d6", ":16343#00d6"},
    {16344, ":16344#00d7", ":16344#00d7"},
    {16345, ":16345#00d8", ":16344#00d7 :d8"},
    {32688, ":32688#00af", ":16344#00d7 :16344#d8af"},
    {32689, ":32689#00b0", ":16344#00d7 :16344#d8af :b0"},
};

static void big_data__comes_in_segments_from_minor_4_on(void **state)
{
    struct hive_builder h;
    char want[120];

    (void)state;
    for (uint32_t minor = 3; minor <= 6; minor++) {
        for (size_t i = 0; i < COUNT_OF(thresholds); i++) {
            hb_data(&h, minor, thresholds[i].size);
            snprintf(want, sizeof want, "hive%u +R =D/3/%x %s - done", minor,
                     (unsigned)thresholds[i].size,
                     minor == 3 ? thresholds[i].whole : thresholds[i].pieces);
            expect_events(&h, want, NULL);
            hb_close(&h);
        }
    }
}

static void segments__ignore_what_stands_behind_their_16344_bytes(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_data(&h, 5, 16345);
    /* The last segment has room for 4 bytes; the first for 16348. */
    hb_poke(&h, "vk:D", VK_DATA_SIZE, 4, 16344 + 4);
    expect_events(&h, "hive5 +R =D/3/3fdc :16344#00d7 :d8000000 - done", NULL);
    hb_close(&h);
}

static void small_data__may_fill_its_cell(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_small(&h);
    hb_poke(&h, "vk:W", VK_DATA_SIZE, 4, 12); /* room and room + 1 */
    expect_events(&h,
                  "hive5 +R{s=8} =V/4/2 :2a00 =W/3/c :12#0100 +A{c=6100} - +B -"
                  " - done",
                  NULL);
    hb_poke(&h, "vk:W", VK_DATA_SIZE, 4, 1);
    expect_events(&h,
                  "hive5 +R{s=8} =V/4/2 :2a00 =W/3/1 :01 +A{c=6100} - +B - - "
                  "done",
                  NULL);
    hb_poke(&h, "vk:W", VK_DATA_SIZE, 4, 0);
    hb_poke(&h, "vk:W", VK_DATA, 4, OFFSET_NIL);
    expect_events(
        &h, "hive5 +R{s=8} =V/4/2 :2a00 =W/3/0 +A{c=6100} - +B - - done", NULL);
    hb_close(&h);
}

static void value_list__may_fill_its_cell(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_small(&h); /* room for three */
    hb_poke(&h, "vals:R", 8, 4, hb_offset(&h, "vk:V"));
    hb_poke(&h, "nk:R", NK_VALUE_COUNT, 4, 3);
    expect_events(&h,
                  "hive5 +R{s=8} =V/4/2 :2a00 =W/3/8 :0102030405060708 =V/4/2 "
                  ":2a00 +A{c=6100} - +B - - done",
                  NULL);
    hb_poke(&h, "nk:R", NK_VALUE_COUNT, 4, 1);
    expect_events(&h, "hive5 +R{s=8} =V/4/2 :2a00 +A{c=6100} - +B - - done",
                  NULL);
    hb_poke(&h, "nk:R", NK_VALUE_COUNT, 4, 0);
    hb_poke(&h, "nk:R", NK_VALUES, 4, 0x12345);
    expect_events(&h, "hive5 +R{s=8} +A{c=6100} - +B - - done", NULL);
    hb_close(&h);
}

/* Fields of vk:V of the small hive that may have any value, at their edges. */
static const struct {
    int field;
    unsigned width;
    uint32_t value;
    const char *event;
} edges[] = {
    {VK_NAME_LENGTH, 2, 8, "V\\x0\\x0\\x0\\x0\\x0\\x0\\x0/4/2"},
    {VK_NAME_LENGTH, 2, 0, "/4/2"},
    {VK_TYPE, 4, 0xffff0012, "V/ffff0012/2"},
    {VK_TYPE, 4, 0xffffffff, "V/ffffffff/2"},
    {VK_FLAGS, 2, 0xffff, "V/4/2"},
    {VK_NAME, 1, '\\', "\\x5c/4/2"},
};

static void fields__have_these_edges(void **state)
{
    struct hive_builder h;
    char want[200];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        hb_small(&h);
        hb_poke(&h, "vk:V", edges[i].field, edges[i].width, edges[i].value);
        snprintf(want, sizeof want,
                 "hive5 +R{s=8} =%s :2a00 =W/3/8 :0102030405060708"
                 " +A{c=6100} - +B - - done",
                 edges[i].event);
        expect_events(&h, want, NULL);
        hb_close(&h);
    }
}

static void values__keep_their_order_and_empty_names(void **state)
{
    static const char *const names[] = {"", "z", "a", "Z", "a", "@"};
    struct hive_builder h;
    uint32_t values[6];

    (void)state;
    hb_open(&h, 5);
    hb_bin(&h, 0x1000);
    uint32_t root = hb_key(&h, 0, "R");
    for (size_t i = 0; i < 6; i++)
        values[i] = hb_value(&h, names[i], (uint32_t)i, bytes, i % 5);
    hb_set_values(&h, root, "R", values, 6);
    hb_seal(&h);
    expect_events(&h,
                  "hive5 +R =/0/0 =z/1/1 :11 =a/2/2 :1122 =Z/3/3 :112233 "
                  "=a/4/4 :11223344 =@/5/0 - done",
                  NULL);
    hb_close(&h);
}

struct world {
    struct hive_builder h;
    struct hp_base_block base;
    struct hp_hive hive;
    struct hp_value value;
};

/* Opens the value D of a hive that hb_data made. */
static void open_value(struct world *w, uint32_t minor, size_t size)
{
    hb_data(&w->h, minor, size);
    assert_true(hp_base_block_open(
        &w->base, &w->hive, hp_span_of(w->h.image, w->h.size), false, NULL));
    struct hp_ref ref = {HP_A_VALUES_ELEMENT, hb_offset(&w->h, "vals:R"),
                         hb_offset(&w->h, "vk:D")};
    assert_true(hp_value_open(&w->value, &w->hive, ref));
}

static void value__has_these_fields(void **state)
{
    struct world w;

    (void)state;
    open_value(&w, 5, 3);
    assert_int_equal(w.value.offset, hb_offset(&w.h, "vk:D"));
    assert_int_equal(w.value.type, 3);
    assert_int_equal(w.value.flags, VK_FLAG_COMPRESSED);
    assert_int_equal(w.value.size, 3);
    assert_true(w.value.is_inline);
    assert_true(w.value.name.compressed);
    assert_memory_equal(w.value.name.bytes.ptr, "D", 1);
    assert_int_equal(w.value.name.bytes.len, 1);
    assert_memory_equal(w.value.slot.ptr, "\0\1\2", 3);
    hb_close(&w.h);
    open_value(&w, 5, 5);
    assert_false(w.value.is_inline);
    hb_close(&w.h);
}

static void data__points_into_the_image_and_is_spent(void **state)
{
    struct hp_span piece;
    struct hp_data it;
    struct world w;

    (void)state;
    open_value(&w, 5, 16345);
    hp_data_open(&it, &w.hive, &w.value);
    assert_true(hp_data_next(&it, &piece));
    assert_ptr_equal(piece.ptr,
                     w.h.image + 4096 + hb_offset(&w.h, "data:D") + 4);
    assert_int_equal(w.hive.data, 16344);
    assert_true(hp_data_next(&it, &piece));
    assert_int_equal(w.hive.data, 16345);
    assert_false(hp_data_next(&it, &piece));
    assert_false(hp_data_next(&it, &piece));
    assert_int_equal(w.hive.records, 5); /* vk, db, list, two segments */
    hb_close(&w.h);
}

static void data_work__ends_at_its_limit(void **state)
{
    struct hp_span piece;
    struct hp_data it;
    struct world w;

    (void)state;
    open_value(&w, 5, 5);
    w.hive.data_limit = 5;
    hp_data_open(&it, &w.hive, &w.value);
    assert_true(hp_data_next(&it, &piece));
    assert_int_equal(w.hive.data, 5);
    hp_data_open(&it, &w.hive, &w.value);
    assert_false(hp_data_next(&it, &piece));
    assert_true(w.hive.refused && w.hive.exhausted);
    assert_int_equal(w.hive.refusal.status, HP_E_DATA_WORK);
    assert_int_equal(w.hive.refusal.offset, 0);
    assert_int_equal(w.hive.refusal.found, 5);
    assert_int_equal(w.hive.data, 5);
    hb_close(&w.h);
}

static void values__end_when_the_work_is_used_up(void **state)
{
    struct hp_key key = {.value_count = 2};
    struct hp_values it;
    struct hp_ref ref;
    struct world w;

    (void)state;
    open_value(&w, 5, 5);
    key.values = hb_offset(&w.h, "vals:R"); /* one value and one of slack */
    key.offset = w.base.root;
    hb_poke(&w.h, "vals:R", HB_CELL_SIZE, 4, 0xfffffff0);
    hp_values_open(&it, &w.hive, &key);
    assert_true(hp_values_next(&it, &ref));
    assert_int_equal(ref.anomaly, HP_A_VALUES_ELEMENT);
    assert_int_equal(ref.owner, key.values);
    assert_int_equal(ref.target, hb_offset(&w.h, "vk:D"));
    w.hive.exhausted = true;
    assert_false(hp_values_next(&it, &ref));
    w.hive.exhausted = false;
    assert_true(hp_values_next(&it, &ref));
    assert_false(hp_values_next(&it, &ref));
    hb_close(&w.h);
}

/* What is missing from a middle segment ends the data there. */
static void damaged_segment__ends_the_data(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_data(&h, 5, 49033);
    hb_poke(&h, "dl:D", 4, 4, hb_offset(&h, "vk:D"));
    expect_events(&h,
                  "hive5 +R =D/3/bf89 :16344#00d7"
                  " !data-size@dl:D/db_list.element=78(skipped) refused",
                  "hive5 +R =D/3/bf89 :16344#00d7 :28#7600"
                  " !data-size@dl:D/db_list.element=78(clamped) - partial");
    hb_poke(&h, "dl:D", 4, 4, 0);
    expect_events(&h,
                  "hive5 +R =D/3/bf89 :16344#00d7"
                  " !cell-start@dl:D/db_list.element=0(skipped) refused",
                  "hive5 +R =D/3/bf89 :16344#00d7"
                  " !cell-start@dl:D/db_list.element=0(clamped) - partial");
    hb_close(&h);
}

/* A cell of which the end of the bins leaves only the size: no bytes, but no
 * other damage than that. */
static void empty_cell_at_the_end__gives_no_data(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_small(&h);
    hb_poke_offset(&h, 0x1020, HB_CELL_SIZE, 4, 0xfffffff0);
    hb_poke(&h, "base", BASE_BINS_SIZE, 4, 0x1024);
    hb_poke(&h, "vk:W", VK_DATA, 4, 0x1020);
    expect_walk(&h, &hp_backend_native_pruned, HP_MODE_FORENSIC, NULL,
                "hive5 !bins-size@base/base_block.bins_size=1024(clamped)"
                " !mismatch@base/file.size=3000(noted) +R{s=8} =V/4/2 :2a00"
                " =W/3/8 !cell-size@free:/cell.size=fffffff0(clamped)"
                " !data-size@vk:W/vk.data_size=8(clamped) +A{c=6100} - +B - -"
                " partial");
    hb_close(&h);
    hb_data(&h, 5, 16345);
    hb_poke_offset(&h, 0x4ff0, HB_CELL_SIZE, 4, 0xfffffff0);
    hb_poke(&h, "base", BASE_BINS_SIZE, 4, 0x4ff4);
    hb_poke(&h, "dl:D", 4, 4, 0x4ff0);
    expect_walk(&h, &hp_backend_native_pruned, HP_MODE_FORENSIC, NULL,
                "hive5 !bins-size@base/base_block.bins_size=4ff4(clamped)"
                " !mismatch@base/file.size=6000(noted) +R =D/3/3fd9"
                " :16344#00d7 !cell-size@?/cell.size=fffffff0(clamped)"
                " !cell-short@dl:D/db_list.element=4ff0(clamped) - partial");
    hb_close(&h);
}

static void odd_wide_name__loses_its_last_byte(void **state)
{
    struct hp_base_block base;
    struct hp_value value;
    struct hive_builder h;
    struct hp_hive hive;
    struct hp_key key;

    (void)state;
    hb_small(&h);
    hb_poke(&h, "vk:W", VK_NAME_LENGTH, 2, 3);
    hb_poke(&h, "nk:B", NK_NAME_LENGTH, 2, 3);
    assert_true(hp_base_block_open(&base, &hive, hp_span_of(h.image, h.size),
                                   true, NULL));
    struct hp_ref ref = {HP_A_VALUES_ELEMENT, hb_offset(&h, "vals:R"),
                         hb_offset(&h, "vk:W")};
    assert_true(hp_value_open(&value, &hive, ref));
    assert_int_equal(value.name.bytes.len, 2);
    ref = (struct hp_ref){HP_A_LIST_ELEMENT, hb_offset(&h, "lh:R"),
                          hb_offset(&h, "nk:B")};
    assert_true(hp_key_open(&key, &hive, ref, base.root));
    assert_int_equal(key.name.bytes.len, 2);
    hb_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inline_data__has_0_to_4_bytes),
        cmocka_unit_test(big_data__comes_in_segments_from_minor_4_on),
        cmocka_unit_test(segments__ignore_what_stands_behind_their_16344_bytes),
        cmocka_unit_test(small_data__may_fill_its_cell),
        cmocka_unit_test(value_list__may_fill_its_cell),
        cmocka_unit_test(fields__have_these_edges),
        cmocka_unit_test(values__keep_their_order_and_empty_names),
        cmocka_unit_test(value__has_these_fields),
        cmocka_unit_test(data__points_into_the_image_and_is_spent),
        cmocka_unit_test(data_work__ends_at_its_limit),
        cmocka_unit_test(values__end_when_the_work_is_used_up),
        cmocka_unit_test(damaged_segment__ends_the_data),
        cmocka_unit_test(odd_wide_name__loses_its_last_byte),
        cmocka_unit_test(empty_cell_at_the_end__gives_no_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
