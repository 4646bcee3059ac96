/* SPDX-License-Identifier: Apache-2.0 */
#include "hive_asserts.h"

#include "base_block.h"
#include "bins.h"
#include "cell.h"
#include "sample_hives.h"

struct world {
    struct hive_builder h;
    struct hp_base_block base;
    struct hp_hive hive;
    uint8_t starts[0x3000 / 64 + 1];
};

/* The small hive, ready for reading; `full`: with the bitmap of starts. */
static void open_world(struct world *w, bool forensic, bool full)
{
    memset(w->starts, 0, sizeof w->starts);
    assert_true(hp_base_block_open(&w->base, &w->hive,
                                   hp_span_of(w->h.image, w->h.size), forensic,
                                   full ? w->starts : NULL));
    struct hp_bins bins = hp_bins_of(&w->hive);
    if (full)
        while (hp_bins_next(&bins))
            w->hive.damage_count = 0;
    assert_false(w->hive.refused);
}

/* Opens the cell at `target` for an element of the list lh:R. */
static bool open_cell(struct world *w, uint32_t target, size_t need,
                      struct hp_span *cell)
{
    struct hp_ref ref = {HP_A_LIST_ELEMENT, hb_offset(&w->h, "lh:R"), target};

    return hp_cell_open(cell, &w->hive, ref, need);
}

static void expect_refused(struct world *w, uint32_t target, size_t need,
                           enum hp_status status, const char *record,
                           const char *field)
{
    struct hp_span cell = SPAN("untouched");

    assert_false(open_cell(w, target, need, &cell));
    assert_int_equal(cell.len, 9);
    assert_true(w->hive.refused);
    assert_int_equal(w->hive.refusal.status, status);
    assert_int_equal(w->hive.refusal.offset, hb_offset(&w->h, record));
    assert_string_equal(w->hive.refusal.field, field);
    w->hive.refused = false;
}

static void open__gives_the_payload(void **state)
{
    struct hp_span cell;
    struct world w;

    (void)state;
    hb_small(&w.h);
    open_world(&w, false, true);
    uint32_t offset = hb_offset(&w.h, "class:A"); /* the smallest cell */
    assert_true(open_cell(&w, offset, 4, &cell));
    assert_int_equal(cell.len, 4);
    assert_ptr_equal(cell.ptr, w.h.image + 4096 + offset + 4);
    assert_ptr_equal(cell.reads, &w.hive.reads);
    assert_int_equal(w.hive.records, 1);
    expect_refused(&w, offset, 5, HP_E_CELL_SHORT, "lh:R", "list.element");
    assert_int_equal(w.hive.records, 2);
    hb_close(&w.h);
}

static void open__refuses_what_is_no_cell_in_use(void **state)
{
    static const uint32_t outside[] = {0x44,       0x2000,     0x1ffc,
                                       0x2008,     0x7ffffff8, 0x80000000,
                                       0xfffffff8, 0xffffffff, 0x41};
    struct world w;

    (void)state;
    hb_small(&w.h);
    open_world(&w, false, true);
    for (size_t i = 0; i < COUNT_OF(outside); i++)
        expect_refused(&w, outside[i], 0, HP_E_CELL_OFFSET, "lh:R",
                       "list.element");
    expect_refused(&w, 0x1ff8, 0, HP_E_CELL_START, "lh:R", "list.element");
    expect_refused(&w, 0x10, 0, HP_E_CELL_START, "lh:R", "list.element");
    expect_refused(&w, 0x1020, 0, HP_E_CELL_FREE, "lh:R", "list.element");
    hb_close(&w.h);
}

/* Sizes of the cell data:W, 0xe8 bytes into bins of 0x2000 bytes. */
static const struct {
    uint32_t raw;
    bool opens;
    enum hp_status strict; /* without the bitmap */
    size_t clamped;        /* forensic: bytes of payload */
    bool damage;
} sizes[] = {
    {0, false, HP_E_CELL_FREE, 0, true},
    {16, false, HP_E_CELL_FREE, 0, true},
    {0x7fffffff, false, HP_E_CELL_FREE, 0, true},
    {0xfffffffc, false, HP_E_CELL_SIZE, 0, true},
    {0xffffffff, false, HP_E_CELL_SIZE, 0, true},
    {0xfffffff4, false, HP_E_CELL_SIZE, 0, true},
    {0xfffffff8, true, HP_OK, 4, false},
    {0xfffffff0, true, HP_OK, 12, false},
    {0u - 0x1f18, true, HP_OK, 0x1f14, false},
    {0u - 0x1f20, true, HP_E_CELL_SIZE, 0x1f14, true},
    {0x80000000, true, HP_E_CELL_SIZE, 0x1f14, true},
};

static void cell_size__has_these_edges(void **state)
{
    struct hp_span cell = {0};
    struct world w;

    (void)state;
    hb_small(&w.h);
    uint32_t offset = hb_offset(&w.h, "data:W");
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        hb_poke(&w.h, "data:W", HB_CELL_SIZE, 4, sizes[i].raw);
        open_world(&w, false, false);
        assert_int_equal(open_cell(&w, offset, 0, &cell),
                         sizes[i].strict == HP_OK);
        assert_int_equal(w.hive.refusal.status, sizes[i].strict);
        open_world(&w, true, false);
        assert_int_equal(open_cell(&w, offset, 0, &cell), sizes[i].opens);
        assert_int_equal(w.hive.damage_count, sizes[i].damage);
        if (sizes[i].opens)
            assert_int_equal(cell.len, sizes[i].clamped);
    }
    hb_close(&w.h);
}

static void clamped_cell__may_still_be_too_short(void **state)
{
    struct hp_span cell;
    struct world w;

    (void)state;
    hb_small(&w.h);
    hb_poke_offset(&w.h, 0x1ff8, -4, 4, 0xfffffff0);
    open_world(&w, true, false);
    assert_false(open_cell(&w, 0x1ff8, 5, &cell));
    assert_int_equal(w.hive.damage_count, 2);
    assert_int_equal(w.hive.damage[0].reaction, HP_REACTION_CLAMP);
    assert_int_equal(w.hive.damage[1].error.status, HP_E_CELL_SHORT);
    assert_true(open_cell(&w, 0x1ff8, 4, &cell));
    hb_close(&w.h);
}

static void pruned_walk__does_not_ask_for_starts(void **state)
{
    struct hp_span cell;
    struct world w;

    (void)state;
    hb_small(&w.h);
    hb_poke(&w.h, "data:W", 4, 4, 0xfffffff0);
    uint32_t inside = hb_offset(&w.h, "data:W") + 8;
    open_world(&w, false, false);
    assert_true(open_cell(&w, inside, 0, &cell));
    open_world(&w, false, true);
    expect_refused(&w, inside, 0, HP_E_CELL_START, "lh:R", "list.element");
    hb_close(&w.h);
}

/* Work: the last record and the last read are allowed, the next is not. */
static void work__ends_at_its_limits(void **state)
{
    struct hp_span cell;
    struct world w;

    (void)state;
    hb_small(&w.h);
    open_world(&w, true, false);
    w.hive.records = w.hive.record_limit - 1;
    assert_true(open_cell(&w, 0x40, 0, &cell));
    assert_int_equal(w.hive.records, w.hive.record_limit);
    assert_false(w.hive.exhausted);
    assert_false(open_cell(&w, 0x40, 0, &cell));
    assert_true(w.hive.exhausted);
    assert_int_equal(w.hive.damage_count, 1);
    assert_int_equal(w.hive.damage[0].error.status, HP_E_WORK);
    assert_int_equal(w.hive.damage[0].error.offset, 0);
    assert_int_equal(w.hive.damage[0].error.found, w.hive.record_limit);
    assert_false(open_cell(&w, 0x40, 0, &cell)); /* said once */
    assert_int_equal(w.hive.damage_count, 1);

    open_world(&w, false, false);
    w.hive.reads = w.hive.read_limit - 1;
    assert_true(open_cell(&w, 0x40, 0, &cell));
    w.hive.reads = w.hive.read_limit;
    assert_false(open_cell(&w, 0x40, 0, &cell));
    assert_int_equal(w.hive.refusal.status, HP_E_WORK);
    hb_close(&w.h);
}

static void record__has_its_signature(void **state)
{
    struct hp_span record = {0};
    struct world w;

    (void)state;
    hb_small(&w.h);
    open_world(&w, false, true);
    struct hp_ref ref = {HP_A_VALUES_ELEMENT, hb_offset(&w.h, "vals:R"),
                         hb_offset(&w.h, "vk:V")};
    assert_true(
        hp_record_open(&record, &w.hive, ref, SIG_VK, "vk.signature", VK_NAME));
    assert_int_equal(record.len, 28);
    record.len = 0;
    assert_false(
        hp_record_open(&record, &w.hive, ref, SIG_VK, "vk.signature", 29));
    assert_int_equal(w.hive.refusal.status, HP_E_CELL_SHORT);
    hb_poke(&w.h, "vk:V", 0, 1, 'x');
    assert_false(
        hp_record_open(&record, &w.hive, ref, SIG_VK, "vk.signature", 20));
    assert_int_equal(w.hive.refusal.status, HP_E_SIGNATURE);
    assert_string_equal(w.hive.refusal.field, "vk.signature");
    assert_int_equal(record.len, 0);
    hb_close(&w.h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open__gives_the_payload),
        cmocka_unit_test(open__refuses_what_is_no_cell_in_use),
        cmocka_unit_test(cell_size__has_these_edges),
        cmocka_unit_test(clamped_cell__may_still_be_too_short),
        cmocka_unit_test(pruned_walk__does_not_ask_for_starts),
        cmocka_unit_test(work__ends_at_its_limits),
        cmocka_unit_test(record__has_its_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
