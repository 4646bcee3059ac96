/* SPDX-License-Identifier: Apache-2.0 */
#include "hive_asserts.h"

#include "base_block.h"
#include "bins.h"
#include "sample_hives.h"

/* The bits of two bins, and what the pass over them found. */
struct pass {
    struct hp_base_block base;
    struct hp_hive hive;
    uint8_t starts[0x3000 / 64 + 1];
    unsigned damages;
};

static void run_pass(struct pass *p, const struct hive_builder *h)
{
    memset(p, 0, sizeof *p);
    assert_true(hp_base_block_open(
        &p->base, &p->hive, hp_span_of(h->image, h->size), true, p->starts));
    p->hive.damage_count = 0;
    struct hp_bins it = hp_bins_of(&p->hive);
    while (hp_bins_next(&it)) {
        p->damages += p->hive.damage_count;
        p->hive.damage_count = 0;
    }
    assert_false(p->hive.refused);
}

static bool is_start(const struct pass *p, size_t offset)
{
    return (p->starts[offset / 64] >> offset / 8 % 8 & 1) != 0;
}

/* Starts are where cells start, and everywhere in [any, any_end). */
static void expect_starts(const struct pass *p, const struct hive_builder *h,
                          size_t any, size_t any_end)
{
    for (size_t at = 0; at < 0x2000; at += 8) {
        const char *label = hb_label_at(h, at);
        bool cell = label[0] != '?' && strncmp(label, "bin:", 4) != 0;
        assert_int_equal(is_start(p, at), cell || (at >= any && at < any_end));
    }
    for (size_t at = 0x2000; at < 0x3000; at += 8)
        assert_false(is_start(p, at));
}

static void starts__are_those_of_the_cells(void **state)
{
    struct hive_builder h;
    struct pass p;

    (void)state;
    hb_small(&h);
    run_pass(&p, &h);
    assert_int_equal(p.damages, 0);
    expect_starts(&p, &h, 0, 0);
    hb_close(&h);
}

/* Lies about the bins and cells of the small hive, and where any offset may be
 * a start then. */
static const struct {
    const char *record;
    int field;
    uint32_t value;
    unsigned width, damages;
    size_t any, any_end;
} lies[] = {
    {"bin:0", BIN_SIGNATURE, 0, 1, 1, 0, 0x1000},
    {"bin:1000", BIN_SIGNATURE, 0, 1, 1, 0x1000, 0x2000},
    {"bin:0", BIN_OFFSET, 8, 4, 1, 0, 0},
    {"bin:0", BIN_SIZE, 0, 4, 1, 0, 0x1000},
    {"bin:0", BIN_SIZE, 0xfff, 4, 1, 0, 0x1000},
    {"bin:0", BIN_SIZE, 0x1008, 4, 1, 0, 0x1000},
    {"bin:1000", BIN_SIZE, 0x1008, 4, 1, 0x1000, 0x2000},
    {"bin:1000", BIN_SIZE, 0x2000, 4, 1, 0, 0},
    {"bin:0", BIN_SIZE, 0x2000, 4, 1, 0x1000, 0x2000},
    {"vk:V", HB_CELL_SIZE, 0, 4, 1, 0xa8, 0x1000},
    {"vk:V", HB_CELL_SIZE, 4, 4, 1, 0xa8, 0x1000},
    {"vk:V", HB_CELL_SIZE, 0xfffffffc, 4, 1, 0xa8, 0x1000},
    {"vk:V", HB_CELL_SIZE, 0xffffffe4, 4, 1, 0xa8, 0x1000},
    {"vk:V", HB_CELL_SIZE, 0x1000, 4, 1, 0xa8, 0x1000},
    {"vk:V", HB_CELL_SIZE, 0x80000000, 4, 1, 0xa8, 0x1000},
    {"vk:V", HB_CELL_SIZE, 0x7fffffff, 4, 1, 0xa8, 0x1000},
    {"vk:V", HB_CELL_SIZE, 32, 4, 0, 0, 0},
    {"vk:V", HB_CELL_SIZE, 0u - 0x1000 + 0xa8 - 8, 4, 1, 0xa8, 0x1000},
};

static void damage__leaves_any_offset_open(void **state)
{
    struct hive_builder h;
    struct pass p;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        hb_small(&h);
        hb_poke(&h, lies[i].record, lies[i].field, lies[i].width,
                lies[i].value);
        run_pass(&p, &h);
        print_message("lie %zu\n", i);
        assert_int_equal(p.damages, lies[i].damages);
        expect_starts(&p, &h, lies[i].any, lies[i].any_end);
        hb_close(&h);
    }
}

static void pass__goes_on_at_the_next_good_header(void **state)
{
    struct hive_builder h;
    struct pass p;

    (void)state;
    hb_small(&h);
    hb_poke(&h, "bin:0", BIN_SIGNATURE, 1, 0);
    hb_poke(&h, "bin:1000", BIN_OFFSET, 4, 0); /* no good header */
    run_pass(&p, &h);
    assert_int_equal(p.damages, 1);
    expect_starts(&p, &h, 0, 0x2000);
    hb_poke(&h, "bin:1000", BIN_OFFSET, 4, 0x1000);
    hb_poke(&h, "bin:1000", BIN_SIZE, 4, 0);
    run_pass(&p, &h);
    assert_int_equal(p.damages, 2);
    hb_close(&h);
}

/* A header that the end of the bins cuts is none to go on at. */
static void pass__goes_on_at_no_torn_header(void **state)
{
    struct hive_builder h;
    struct pass p;

    (void)state;
    hb_small(&h);
    hb_poke(&h, "bin:0", BIN_SIGNATURE, 1, 0);
    for (uint32_t size = 0x1001; size <= 0x1008; size++) {
        hb_poke(&h, "base", BASE_BINS_SIZE, 4, size);
        run_pass(&p, &h);
        assert_int_equal(p.damages, 1);
        assert_int_equal(is_start(&p, 0x1000), size < 0x1008);
    }
    hb_close(&h);
}

static void torn_last_bin__counts_from_its_whole_header_on(void **state)
{
    static const struct {
        uint32_t size;
        unsigned damages;
        bool last_start;
    } torn[] = {{0x1001, 0, false},
                {0x101f, 0, false},
                {0x1020, 1, false},
                {0x1027, 1, false},
                {0x1028, 2, true}};
    struct hive_builder h;
    struct pass p;

    (void)state;
    hb_small(&h);
    for (size_t i = 0; i < COUNT_OF(torn); i++) {
        hb_poke(&h, "base", BASE_BINS_SIZE, 4, torn[i].size);
        run_pass(&p, &h);
        assert_int_equal(p.damages, torn[i].damages);
        assert_int_equal(is_start(&p, 0x1020), torn[i].last_start);
    }
    hb_close(&h);
}

static void cell__may_fill_its_bin_but_no_more(void **state)
{
    struct hive_builder h;
    struct pass p;

    (void)state;
    hb_open(&h, 5);
    hb_bin(&h, 0x1000);
    hb_key(&h, 0, "R");
    hb_cell(&h, HB_DATA, "d", 0x1000 - 32 - 88 - 8 - 4); /* leaves 8 bytes */
    hb_bin(&h, 0x1000);
    hb_seal(&h);
    run_pass(&p, &h);
    assert_int_equal(p.damages, 0);
    expect_starts(&p, &h, 0, 0);
    assert_true(is_start(&p, 0xff8));
    hb_poke(&h, "data:d", HB_CELL_SIZE, 4, 0u - (0x1000 - 32 - 88));
    run_pass(&p, &h);
    assert_int_equal(p.damages, 0);
    assert_false(is_start(&p, 0xff8));
    hb_poke(&h, "data:d", HB_CELL_SIZE, 4, 0u - (0x1000 - 32 - 88 + 8));
    run_pass(&p, &h);
    assert_int_equal(p.damages, 1);
    hb_close(&h);
}

static void strict__refuses_the_first_damage(void **state)
{
    struct hp_base_block base;
    uint8_t starts[0x3000 / 64 + 1] = {0};
    struct hive_builder h;
    struct hp_hive hive;

    (void)state;
    hb_small(&h);
    hb_poke(&h, "bin:0", BIN_OFFSET, 4, 8);
    hb_poke(&h, "bin:1000", BIN_SIZE, 4, 0);
    assert_true(hp_base_block_open(&base, &hive, hp_span_of(h.image, h.size),
                                   false, starts));
    struct hp_bins it = hp_bins_of(&hive);
    assert_false(hp_bins_next(&it));
    assert_true(hive.refused);
    assert_int_equal(hive.refusal.offset, 0);
    assert_false(hp_bins_next(&it));
    assert_int_equal(hive.refusal.status, HP_E_BIN_OFFSET);
    hb_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts__are_those_of_the_cells),
        cmocka_unit_test(damage__leaves_any_offset_open),
        cmocka_unit_test(pass__goes_on_at_the_next_good_header),
        cmocka_unit_test(pass__goes_on_at_no_torn_header),
        cmocka_unit_test(torn_last_bin__counts_from_its_whole_header_on),
        cmocka_unit_test(cell__may_fill_its_bin_but_no_more),
        cmocka_unit_test(strict__refuses_the_first_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
