/* SPDX-License-Identifier: Apache-2.0 */
#include "hive_asserts.h"

#include "base_block.h"
#include "sample_hives.h"
#include "subkeys.h"

/* A root with the keys `names` under one leaf of `kind`. */
static void leaf_hive(struct hive_builder *h, enum hb_kind kind,
                      const char *const *names, size_t count)
{
    uint32_t keys[8];

    hb_open(h, 5);
    hb_bin(h, 0x1000);
    uint32_t root = hb_key(h, 0, "R");
    for (size_t i = 0; i < count; i++)
        keys[i] = hb_key(h, root, names[i]);
    hb_set_subkeys(h, root, hb_leaf(h, kind, "R", keys, count),
                   (uint32_t)count);
    hb_seal(h);
}

static void leaves__give_their_keys_in_order(void **state)
{
    static const char *const names[] = {"a", "B", "cc", "Long name", "z"};
    struct hive_builder h;

    (void)state;
    for (int kind = HB_LF; kind <= HB_LI; kind++) {
        leaf_hive(&h, (enum hb_kind)kind, names, 5);
        expect_events(
            &h, "hive5 +R +a - +B - +cc - +Long\\x20name - +z - - done", NULL);
        hb_close(&h);
    }
}

/* An element of the list "R" whose hint or hash is changed: said or not. */
static const struct {
    enum hb_kind kind;
    const char *name;
    uint32_t xor ;
    bool noted;
} hints[] = {
    {HB_LI, "Name", 0, false},
    {HB_LF, "Name", 0, false},
    {HB_LF, "Name", 0x01, true},
    {HB_LF, "Name", 0x0100, true},
    {HB_LF, "Name", 0x010000, true},
    {HB_LF, "Name", 0x01000000, true},
    {HB_LF, "Names", 0, false},
    {HB_LF, "Nam", 0x01000000, true},
    {HB_LF, "Nam", 0, false},
    {HB_LF, "Na\x7f\x7f", 0x80000000, true},
    {HB_LF, "Na\x80q", 0xff0000, false},
    {HB_LF, "Na\x80q", 0x1000000, false},
    {HB_LF, "Na\x80q", 0x100, true},
    {HB_LH, "Name", 0, false},
    {HB_LH, "Name", 1, true},
    {HB_LH, "name", 0, false},
    {HB_LH, "Name", 0x80000000, true},
};

static void hints__are_compared_with_the_name(void **state)
{
    struct hive_builder h;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(hints); i++) {
        leaf_hive(&h, hints[i].kind, &hints[i].name, 1);
        const char *list = hints[i].kind == HB_LF   ? "lf:R"
                           : hints[i].kind == HB_LH ? "lh:R"
                                                    : "li:R";
        struct hp_span image = hp_span_of(h.image, h.size);
        size_t at = hb_find(&h, list)->position + 4 + 8;
        if (hints[i].kind != HB_LI)
            hb_poke(&h, list, 8, 4, hp_at_u32(image, at) ^ hints[i].xor);
        char *text = event_text(&h, &hp_backend_native, HP_MODE_STRICT, NULL);
        assert_int_equal(strstr(text, "!hint@") != NULL, hints[i].noted);
        assert_non_null(strstr(text, "done"));
        free(text);
        hb_close(&h);
    }
}

static void wide_hint__is_of_the_low_ascii_units_only(void **state)
{
    static const uint16_t units[] = {'a', 'b', 0x100 | 'c', 'd'};
    struct hive_builder h;
    uint32_t key;

    (void)state;
    hb_open(&h, 5);
    hb_bin(&h, 0x1000);
    uint32_t root = hb_key(&h, 0, "R");
    key = hb_key_wide(&h, root, "K", (struct hp_text){units, 4});
    hb_set_subkeys(&h, root, hb_leaf(&h, HB_LF, "R", &key, 1), 1);
    hb_seal(&h);
    hb_poke(&h, "lf:R", 10, 2, 0);
    expect_events(&h, "hive5 +R +ab\\x163d - - done", NULL);
    hb_poke(&h, "lf:R", 9, 1, 'B');
    expect_events(&h,
                  "hive5 +R +ab\\x163d !hint@lf:R/list.hint=4261(noted) - - "
                  "done",
                  NULL);
    /* Or the first byte is 0, for one unit has no byte. */
    hb_poke(&h, "lf:R", 8, 4, 0x12345600);
    expect_events(&h, "hive5 +R +ab\\x163d - - done", NULL);
    hb_close(&h);
}

/* Names in a leaf, and what is noted about the second one. */
static void order__is_compared_with_the_name_before(void **state)
{
    static const struct {
        const char *names[3];
        const char *noted; /* about the third */
    } rows[] = {
        {{"a", "b", "c"}, NULL},      {{"a", "b", "B"}, "!duplicate@"},
        {{"a", "b", "A"}, "!order@"}, {{"a", "bb", "B"}, "!order@"},
        {{"a", "B", "bb"}, NULL},     {{"x", "\xe9", "\xc9"}, "!duplicate@"},
        {{"A", "Z", "_"}, NULL},
    };
    struct hive_builder h;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        leaf_hive(&h, HB_LI, rows[i].names, 3);
        char *text = event_text(&h, &hp_backend_native, HP_MODE_STRICT, NULL);
        const char *noted = strchr(text, '!');
        if (rows[i].noted == NULL)
            assert_null(noted);
        else
            assert_memory_equal(noted, rows[i].noted, strlen(rows[i].noted));
        free(text);
        hb_close(&h);
    }
}

/* The order goes on from leaf to leaf, and starts anew in each key. */
static void order__goes_over_leaves(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_index(&h);
    hb_poke(&h, "ri:R", 4, 4, hb_offset(&h, "li:BC"));
    hb_poke(&h, "ri:R", 8, 4, hb_offset(&h, "lf:A"));
    expect_events(&h,
                  "hive5 +R +B - +C - +A !order@lf:A/list.element=78(noted) -"
                  " - done",
                  NULL);
    hb_close(&h);
}

/* The count of a list of two elements in a cell with room for `room`. */
static void count__may_fill_the_cell(void **state)
{
    static const struct {
        enum hb_kind kind;
        const char *label;
        unsigned count;
        bool past;
    } rows[] = {
        {HB_LF, "lf:R", 2, false},     {HB_LF, "lf:R", 3, true},
        {HB_LH, "lh:R", 2, false},     {HB_LH, "lh:R", 3, true},
        {HB_LI, "li:R", 2, false},     {HB_LI, "li:R", 3, true},
        {HB_LI, "li:R", 0xffff, true},
    };
    static const char *const names[] = {"a", "b"};
    struct hive_builder h;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        leaf_hive(&h, rows[i].kind, names, 2);
        hb_poke(&h, rows[i].label, LIST_COUNT, 2, rows[i].count);
        char *text = event_text(&h, &hp_backend_native, HP_MODE_FORENSIC, NULL);
        assert_int_equal(strstr(text, "list.count=") != NULL, rows[i].past);
        assert_non_null(strstr(text, "+a - +b - -"));
        free(text);
        hb_close(&h);
    }
}

static void expect_ri_depth(unsigned depth, bool strict, bool forensic)
{
    struct hive_builder h;
    const char *good = "hive5 +R +A - - done";

    hb_ri_depth(&h, depth);
    char *text = event_text(&h, &hp_backend_native, HP_MODE_STRICT, NULL);
    assert_int_equal(strcmp(text, good) == 0, strict);
    assert_int_equal(strstr(text, "!depth@ri:1/ri.element=") != NULL, !strict);
    free(text);
    text = event_text(&h, &hp_backend_native, HP_MODE_FORENSIC, NULL);
    assert_int_equal(strcmp(text, good) == 0, forensic);
    assert_int_equal(strstr(text, "!depth@ri:8/ri.element=") != NULL,
                     !forensic);
    free(text);
    hb_close(&h);
}

static void ri__nests_once_in_strict_and_8_times_in_forensic(void **state)
{
    (void)state;
    expect_ri_depth(0, true, true);
    expect_ri_depth(1, true, true);
    expect_ri_depth(2, false, true);
    expect_ri_depth(8, false, true);
    expect_ri_depth(9, false, false);
}

/* A list that could not be read whole spoils the total: it is not compared. */
static void total__is_compared_only_when_all_lists_were_read(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_index(&h);
    hb_poke(&h, "nk:R", NK_SUBKEY_COUNT, 4, 7);
    hb_poke(&h, "ri:R", 4, 4, 0);
    expect_walk(&h, &hp_backend_native, HP_MODE_FORENSIC, NULL,
                "hive5 +R !cell-start@ri:R/ri.element=0(skipped) +B - +C - -"
                " partial");
    hb_close(&h);
    hb_index(&h);
    hb_poke(&h, "li:BC", 4, 4, 0); /* an element counts though it is bad */
    expect_walk(&h, &hp_backend_native, HP_MODE_FORENSIC, NULL,
                "hive5 +R +A - !cell-start@li:BC/list.element=0(dropped) +C -"
                " - partial");
    hb_close(&h);
}

static void no_subkeys__are_no_list(void **state)
{
    struct hp_base_block base;
    struct hive_builder h;
    struct hp_hive hive;
    struct hp_subkeys it;
    struct hp_subkey subkey;
    struct hp_key key;

    (void)state;
    hb_index(&h);
    hb_poke(&h, "nk:R", NK_SUBKEY_COUNT, 4, 0);
    assert_true(hp_base_block_open(&base, &hive, hp_span_of(h.image, h.size),
                                   false, NULL));
    struct hp_ref ref = {HP_A_BASE_ROOT, 0, base.root};
    assert_true(hp_key_open(&key, &hive, ref, OFFSET_NIL));
    hp_subkeys_open(&it, &hive, &key);
    assert_int_equal(hive.records, 1);
    assert_true(hp_subkeys_is_done(&it));
    assert_false(hp_subkeys_next(&it, &subkey));
    hb_close(&h);
}

static void next__gives_references_and_hints(void **state)
{
    struct hp_base_block base;
    struct hive_builder h;
    struct hp_hive hive;
    struct hp_subkeys it;
    struct hp_subkey subkey;
    struct hp_key key;

    (void)state;
    hb_index(&h);
    assert_true(hp_base_block_open(&base, &hive, hp_span_of(h.image, h.size),
                                   false, NULL));
    struct hp_ref ref = {HP_A_BASE_ROOT, 0, base.root};
    assert_true(hp_key_open(&key, &hive, ref, OFFSET_NIL));
    hp_subkeys_open(&it, &hive, &key);
    assert_true(hp_subkeys_next(&it, &subkey));
    assert_int_equal(subkey.ref.anomaly, HP_A_LIST_ELEMENT);
    assert_int_equal(subkey.ref.owner, hb_offset(&h, "lf:A"));
    assert_int_equal(subkey.ref.target, hb_offset(&h, "nk:A"));
    assert_int_equal(subkey.signature, SIG_LF);
    assert_int_equal(subkey.hint, 'A');
    assert_true(hp_subkeys_next(&it, &subkey));
    assert_int_equal(subkey.ref.owner, hb_offset(&h, "li:BC"));
    assert_int_equal(subkey.signature, SIG_LI);
    assert_int_equal(subkey.hint, 0);
    assert_false(hp_subkeys_is_done(&it));
    hive.exhausted = true; /* the work is used up: nothing comes any more */
    assert_true(hp_subkeys_is_done(&it));
    assert_false(hp_subkeys_next(&it, &subkey));
    hive.exhausted = false;
    hive.refused = true;
    assert_false(hp_subkeys_next(&it, &subkey));
    hive.refused = false;
    hive.damage_count = 1;
    assert_false(hp_subkeys_next(&it, &subkey));
    hive.damage_count = 0;
    assert_true(hp_subkeys_next(&it, &subkey));
    assert_int_equal(subkey.ref.target, hb_offset(&h, "nk:C"));
    assert_false(hp_subkeys_next(&it, &subkey));
    assert_true(hp_subkeys_is_done(&it));
    hb_close(&h);
}

/* Signatures of a list that are wrong, and what they are said to be. */
static void list_signature__is_known(void **state)
{
    static const struct {
        const char *signature;
        bool record; /* the list is blamed, not who leads to it */
    } rows[] = {{"lx", true}, {"xh", true}, {"xi", true},  {"xf", true},
                {"rx", true}, {"nk", true}, {"\0\0", true}};
    static const char *const names[] = {"a", "b"};
    struct hive_builder h;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        leaf_hive(&h, HB_LH, names, 2);
        hb_poke(&h, "lh:R", 0, 1, (uint8_t)rows[i].signature[0]);
        hb_poke(&h, "lh:R", 1, 1, (uint8_t)rows[i].signature[1]);
        char *text = event_text(&h, &hp_backend_native, HP_MODE_STRICT, NULL);
        assert_int_equal(strstr(text, "!signature@lh:R/list.signature=") !=
                             NULL,
                         rows[i].record);
        free(text);
        /* Elements that lead nowhere: only the signature can speak. */
        hb_poke(&h, "lh:R", 4, 4, 0);
        text = event_text(&h, &hp_backend_native, HP_MODE_STRICT, NULL);
        assert_int_equal(
            strstr(text, "!signature@lh:R/list.signature=") != NULL, i < 5);
        assert_int_equal(strstr(text, "!signature@nk:R/nk.subkeys=") != NULL,
                         i >= 5);
        free(text);
        hb_close(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves__give_their_keys_in_order),
        cmocka_unit_test(hints__are_compared_with_the_name),
        cmocka_unit_test(wide_hint__is_of_the_low_ascii_units_only),
        cmocka_unit_test(order__is_compared_with_the_name_before),
        cmocka_unit_test(order__goes_over_leaves),
        cmocka_unit_test(count__may_fill_the_cell),
        cmocka_unit_test(ri__nests_once_in_strict_and_8_times_in_forensic),
        cmocka_unit_test(total__is_compared_only_when_all_lists_were_read),
        cmocka_unit_test(no_subkeys__are_no_list),
        cmocka_unit_test(next__gives_references_and_hints),
        cmocka_unit_test(list_signature__is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
