/* SPDX-License-Identifier: Apache-2.0 */
#include "hive_asserts.h"

#include "base_block.h"
#include "bins.h"
#include "blame.h"
#include "sample_hives.h"
#include "walk.h"

struct world {
    struct hive_builder h;
    struct hp_walk walk;
    uint8_t starts[0x20000 / 64];
};

/* Walks the hive in strict mode. True: refused. */
static bool is_refused(struct world *w)
{
    enum hp_walk_kind kind;

    memset(w->starts, 0, sizeof w->starts);
    hp_walk_open(&w->walk, hp_span_of(w->h.image, w->h.size), false, w->starts);
    while (hp_walk_next(&w->walk, &kind))
        ;
    return w->walk.hive.refused;
}

static const char *blamed(const struct world *w)
{
    return hb_label_at(&w->h, w->walk.hive.refusal.offset);
}

static void data_5_16345(struct hive_builder *h)
{
    hb_data(h, 5, 16345);
}

static void data_5_32689(struct hive_builder *h)
{
    hb_data(h, 5, 32689);
}

static void data_5_49033(struct hive_builder *h)
{
    hb_data(h, 5, 49033);
}

static void data_3_16345(struct hive_builder *h)
{
    hb_data(h, 3, 16345);
}

/* The judgements in small hives are known one by one: how many sizes of a cell
 * are refused of all that are multiples of 8, in use or free, and how many of
 * those name that cell. The others cannot be told apart: a cell that swallows
 * the free rest of its bin, and so on. */
static const struct {
    void (*make)(struct hive_builder *h);
    unsigned refused, right;
} sizes[] = {
    {hb_small, 3589, 3485},     {hb_index, 2393, 2384},
    {data_5_16345, 2394, 2316}, {data_3_16345, 1497, 1496},
    {data_5_32689, 2694, 2542},
};

static void try_size(struct world *w, const struct hb_record *record,
                     uint32_t raw, unsigned *refused, unsigned *right)
{
    hb_poke_offset(&w->h, record->position - BASE_SIZE, HB_CELL_SIZE, 4, raw);
    if (!is_refused(w))
        return;
    ++*refused;
    *right += strcmp(blamed(w), record->label) == 0;
}

static void cell_sizes__are_blamed_on_their_cells(void **state)
{
    struct world w;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        unsigned refused = 0, right = 0;
        sizes[i].make(&w.h);
        for (size_t r = 2; r < w.h.count; r++) {
            const struct hb_record *record = &w.h.records[r];
            if (record->kind == HB_BIN)
                continue;
            for (uint32_t size = 0; size < 600; size += 4) {
                try_size(&w, record, size, &refused, &right);
                try_size(&w, record, 0u - size, &refused, &right);
            }
            uint32_t size = record->size;
            hb_poke_offset(&w.h, record->position - BASE_SIZE, HB_CELL_SIZE, 4,
                           record->kind == HB_FREE ? size : 0u - size);
        }
        print_message("%zu: %u refused, %u right\n", i, refused, right);
        assert_int_equal(refused, sizes[i].refused);
        assert_int_equal(right, sizes[i].right);
        hb_close(&w.h);
    }
}

/* The same for fields: all values below 0x2400 that are multiples of 4. */
static const struct {
    void (*make)(struct hive_builder *h);
    const char *record;
    int field;
    unsigned width, refused, right;
} fields[] = {
    {hb_small, "nk:R", 20, 4, 2303, 2303},
    {hb_small, "nk:R", 28, 4, 2303, 2302},
    {hb_small, "nk:R", 36, 4, 2303, 2303},
    {hb_small, "nk:R", 40, 4, 2303, 2295},
    {hb_small, "nk:R", 72, 2, 2301, 2301},
    {hb_small, "nk:A", 0, 2, 2304, 2304},
    {hb_small, "nk:A", 48, 4, 2294, 2293},
    {hb_small, "nk:A", 74, 2, 2302, 2302},
    {hb_small, "nk:B", 0, 4, 2304, 2304},
    {hb_small, "lh:R", 0, 2, 2304, 2304},
    {hb_small, "lh:R", 0, 4, 2304, 2304},
    {hb_small, "lh:R", 2, 2, 2304, 2304},
    {hb_small, "lh:R", 4, 4, 2302, 2301},
    {hb_small, "lh:R", 12, 4, 2302, 2301},
    {hb_small, "vals:R", 0, 4, 2302, 2301},
    {hb_small, "vals:R", 4, 4, 2302, 2301},
    {hb_small, "vk:V", 0, 2, 2304, 2304},
    {hb_small, "vk:W", 0, 4, 2304, 2304},
    {hb_small, "vk:W", 2, 2, 2301, 2301},
    {hb_small, "vk:W", 4, 4, 2300, 2300},
    {hb_small, "vk:W", 8, 4, 2295, 2294},
    {hb_index, "nk:R", 20, 4, 2303, 2303},
    {hb_index, "nk:R", 28, 4, 2303, 2303},
    {hb_index, "ri:R", 0, 2, 2304, 2304},
    {hb_index, "ri:R", 0, 4, 2304, 2304},
    {hb_index, "ri:R", 2, 2, 2304, 2304},
    {hb_index, "ri:R", 4, 4, 2303, 2302},
    {hb_index, "ri:R", 8, 4, 2303, 2302},
    {hb_index, "lf:A", 2, 2, 2304, 2304},
    {hb_index, "lf:A", 4, 4, 2301, 2301},
    {hb_index, "li:BC", 0, 2, 2304, 2304},
    {hb_index, "li:BC", 2, 2, 2304, 2304},
    {hb_index, "li:BC", 8, 4, 2301, 2301},
    {data_5_16345, "nk:R", 40, 4, 2304, 2300},
    {data_5_16345, "vk:D", 4, 4, 2300, 2300},
    {data_5_16345, "vk:D", 8, 4, 2303, 2303},
    {data_5_16345, "db:D", 0, 2, 2304, 2304},
    {data_5_16345, "db:D", 0, 4, 2304, 2304},
    {data_5_16345, "db:D", 2, 2, 2304, 2304},
    {data_5_16345, "db:D", 4, 4, 2303, 2300},
    {data_5_16345, "dl:D", 0, 4, 2303, 2303},
    {data_5_16345, "dl:D", 4, 4, 2299, 2299},
    {data_5_49033, "vk:D", 5, 4, 2304, 2304},
    {data_5_49033, "db:D", 2, 2, 2303, 2303},
    {data_3_16345, "vk:D", 8, 4, 2303, 2303},
};

static void fields__are_blamed_on_their_records(void **state)
{
    struct world w;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        unsigned refused = 0, right = 0;
        fields[i].make(&w.h);
        for (uint32_t value = 0; value < 0x2400; value += 4) {
            hb_poke(&w.h, fields[i].record, fields[i].field, fields[i].width,
                    value);
            if (!is_refused(&w))
                continue;
            refused++;
            right += w.walk.hive.refusal.offset ==
                     hb_find(&w.h, fields[i].record)->position - BASE_SIZE;
        }
        assert_int_equal(refused, fields[i].refused);
        assert_int_equal(right, fields[i].right);
        hb_close(&w.h);
    }
}

/* Opens the hive in the forensic mode, its starts marked, with reads left for
 * `searches` steps of a judgement. */
static void open_with(struct world *w, uint64_t searches)
{
    struct hp_hive *hive = &w->walk.hive;

    memset(w->starts, 0, sizeof w->starts);
    assert_true(hp_base_block_open(&w->walk.base, hive,
                                   hp_span_of(w->h.image, w->h.size), true,
                                   w->starts));
    struct hp_bins bins = hp_bins_of(hive);
    while (hp_bins_next(&bins))
        hive->damage_count = 0;
    hive->read_limit = 4 * (hive->reads + searches);
}

/* What a judgement names with no work left, and with enough; in between it is
 * one of the two. */
static void work__bounds_the_search(void **state)
{
    struct world w;
    struct hp_hive *hive = &w.walk.hive;

    (void)state;
    hb_small(&w.h);
    uint32_t vk = hb_offset(&w.h, "vk:V"), list = hb_offset(&w.h, "vals:R");
    hb_poke(&w.h, "vals:R", HB_CELL_SIZE, 4, 0u - 48); /* swallows vk:V */
    for (uint64_t searches = 0; searches < 60; searches++) {
        open_with(&w, searches);
        struct hp_ref ref = {HP_A_VALUES_ELEMENT, list, vk};
        struct hp_error error = hp_blame_reference(hive, ref, HP_E_CELL_START);
        assert_int_equal(error.offset, list);
        assert_string_equal(error.field,
                            searches < 4 ? "values.element" : "cell.size");
    }
    hb_close(&w.h);
    hb_index(&w.h);
    hb_poke(&w.h, "li:BC", LIST_COUNT, 2, 1);
    uint32_t root = hb_offset(&w.h, "nk:R"), ri = hb_offset(&w.h, "ri:R");
    open_with(&w, 0);
    assert_int_equal(hp_blame_total(hive, root, ri, 1), root);
    open_with(&w, 100);
    assert_int_equal(hp_blame_total(hive, root, ri, 1),
                     hb_offset(&w.h, "li:BC"));
    hb_close(&w.h);
}

/* Nobody leads to free cells: the one whose size is none is blamed, or the one
 * before it where that leads to nothing that could be a size. */
static void free_cells__are_blamed_by_what_they_lead_to(void **state)
{
    static const struct {
        unsigned at; /* 32-byte cells behind the root */
        uint32_t raw;
        unsigned named;
    } rows[] = {{1, 0x10000, 1}, {1, 0, 0},      {1, 0x10001, 0},
                {2, 0x10000, 2}, {2, 0, 1},      {0, 0, 0},
                {0, 0x10000, 0}, {1, 0x28, 1},   {1, 8, 1},
                {2, 0x1000, 2},  {1, 0x1000, 1}, {0, 0x24, 0}};
    struct world w;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        hb_open(&w.h, 5);
        hb_bin(&w.h, 0x1000);
        uint32_t first = hb_key(&w.h, 0, "R") + 88;
        for (int cell = 0; cell < 3; cell++)
            hb_free(&w.h, 32);
        hb_seal(&w.h);
        hb_poke_offset(&w.h, first + 32 * rows[i].at, HB_CELL_SIZE, 4,
                       rows[i].raw);
        assert_true(is_refused(&w));
        assert_int_equal(w.walk.hive.refusal.offset,
                         first + 32 * rows[i].named);
        hb_close(&w.h);
    }
}

/* A list of values that says it is free is blamed when it is as large as the
 * key's count makes it. */
static void freed_value_list__is_known_by_its_size(void **state)
{
    struct world w;

    (void)state;
    for (size_t count = 1; count <= 9; count++) {
        uint32_t values[9];
        hb_open(&w.h, 5);
        hb_bin(&w.h, 0x1000);
        uint32_t root = hb_key(&w.h, 0, "R");
        for (size_t i = 0; i < count; i++)
            values[i] = hb_value(&w.h, "V", 4, "", 0);
        uint32_t list = hb_set_values(&w.h, root, "R", values, count);
        hb_seal(&w.h);
        uint32_t size = hb_find(&w.h, "vals:R")->size;
        assert_int_equal(size, (4 * count + 4 + 7) / 8 * 8);
        hb_poke(&w.h, "vals:R", HB_CELL_SIZE, 4, size);
        assert_true(is_refused(&w));
        assert_int_equal(w.walk.hive.refusal.offset, list);
        hb_close(&w.h);
    }
}

/* Free space keeps old records, which lead into it: that is no lie. */
static void old_records__are_no_evidence_against_free_cells(void **state)
{
    struct world w;

    (void)state;
    hb_open(&w.h, 5);
    hb_bin(&w.h, 0x1000);
    uint32_t root = hb_key(&w.h, 0, "R");
    uint32_t space = root + 88;
    hb_free(&w.h, 64);
    hb_poke_offset(&w.h, space + 8, HB_CELL_SIZE, 4, 0u - 32);
    hb_poke_offset(&w.h, space + 8, 0, 2, SIG_VK);
    hb_poke_offset(&w.h, space + 8, VK_DATA_SIZE, 4, 8);
    hb_poke_offset(&w.h, space + 8, VK_DATA, 4, space + 40);
    uint32_t key = hb_key(&w.h, root, "A");
    uint32_t list = hb_leaf(&w.h, HB_LI, "A", &key, 1);
    hb_set_subkeys(&w.h, root, list, 1);
    hb_seal(&w.h);
    assert_false(is_refused(&w));
    hb_poke(&w.h, "li:A", HB_CELL_SIZE, 4, 0x24);
    assert_true(is_refused(&w));
    assert_int_equal(w.walk.hive.refusal.offset, list);
    hb_poke(&w.h, "li:A", HB_CELL_SIZE, 4, 0u - 16);
    hb_poke(&w.h, "nk:A", HB_CELL_SIZE, 4, 0u - 80);
    assert_true(is_refused(&w));
    assert_int_equal(w.walk.hive.refusal.offset, key);
    hb_close(&w.h);
}

/* What ends with the bins is a cell like others: a list that leads to it and
 * has lost its signature is blamed. */
static void last_cell_of_the_bins__is_a_cell(void **state)
{
    struct world w;

    (void)state;
    hb_open(&w.h, 5);
    hb_bin(&w.h, 0x1000);
    uint32_t root = hb_key(&w.h, 0, "R");
    uint32_t key = 0x1000 - 88;
    uint32_t list = hb_leaf(&w.h, HB_LI, "A", &root, 1);
    hb_set_subkeys(&w.h, root, list, 1);
    hb_free(&w.h, key - w.h.at);
    hb_poke_offset(&w.h, list, LIST_ELEMENTS, 4, hb_key(&w.h, root, "A"));
    hb_seal(&w.h);
    assert_false(is_refused(&w));
    hb_poke(&w.h, "li:A", 0, 2, 0);
    assert_true(is_refused(&w));
    assert_int_equal(w.walk.hive.refusal.offset, list);
    hb_poke_offset(&w.h, key, HB_CELL_SIZE, 4, 0u - 96); /* past the bins */
    enum hp_walk_kind kind;
    hp_walk_open(&w.walk, hp_span_of(w.h.image, w.h.size), false, NULL);
    while (hp_walk_next(&w.walk, &kind))
        ;
    assert_int_equal(w.walk.hive.refusal.offset, root);
    hb_close(&w.h);
}

/* The vk's size makes the tiling break in data:W; who said where cells start
 * was not heard when there is no work left. */
static void tiling__is_judged_by_what_was_heard(void **state)
{
    struct world w;

    (void)state;
    hb_small(&w.h);
    uint32_t data = hb_offset(&w.h, "data:W");
    hb_poke(&w.h, "data:W", HB_CELL_SIZE, 4, 0);
    for (uint64_t searches = 0; searches < 3000; searches += 7) {
        open_with(&w, searches);
        size_t named = hp_blame_tiling(&w.walk.hive, 0, 0x1000, data);
        assert_int_equal(named, data);
        assert_true(w.walk.hive.reads <
                    w.walk.hive.read_limit / 4 + 100); /* one record more */
    }
    hb_close(&w.h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cell_sizes__are_blamed_on_their_cells),
        cmocka_unit_test(fields__are_blamed_on_their_records),
        cmocka_unit_test(work__bounds_the_search),
        cmocka_unit_test(free_cells__are_blamed_by_what_they_lead_to),
        cmocka_unit_test(freed_value_list__is_known_by_its_size),
        cmocka_unit_test(old_records__are_no_evidence_against_free_cells),
        cmocka_unit_test(last_cell_of_the_bins__is_a_cell),
        cmocka_unit_test(tiling__is_judged_by_what_was_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
