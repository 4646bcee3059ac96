/* SPDX-License-Identifier: Apache-2.0 */
#include "hive_asserts.h"

#include <stdio.h>

#include "base_block.h"
#include "key.h"
#include "sample_hives.h"

static struct hp_raw_name latin(const char *text)
{
    return (struct hp_raw_name){hp_span_of(text, strlen(text)), true};
}

/* UTF-16LE bytes: "A\0B\0". */
#define WIDE(bytes) ((struct hp_raw_name){SPAN(bytes), false})

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void compare__is_by_upper_cased_units(void **state)
{
    static const struct {
        struct hp_raw_name a, b;
        int order;
    } rows[] = {
        {{SPAN_INIT("a"), true}, {SPAN_INIT("A"), true}, 0},
        {{SPAN_INIT("a"), true}, {SPAN_INIT("A\0"), false}, 0},
        {{SPAN_INIT("A\0b\0"), false}, {SPAN_INIT("aB"), true}, 0},
        {{SPAN_INIT("A\0B\0"), false}, {SPAN_INIT("AB"), true}, 0},
        {{SPAN_INIT("A\0B\0"), false}, {SPAN_INIT("A\0"), false}, 1},
        {{SPAN_INIT("A\0A\0"), false}, {SPAN_INIT("AB"), true}, -1},
        {{SPAN_INIT("ab"), true}, {SPAN_INIT("AC"), true}, -1},
        {{SPAN_INIT("b"), true}, {SPAN_INIT("aZ"), true}, 1},
        {{SPAN_INIT("a_"), true}, {SPAN_INIT("aa"), true}, 1},
        {{SPAN_INIT("ab"), true}, {SPAN_INIT("AbC"), true}, -1},
        {{SPAN_INIT("abc"), true}, {SPAN_INIT("AB"), true}, 1},
        {{SPAN_INIT(""), true}, {SPAN_INIT("A"), true}, -1},
        {{SPAN_INIT(""), true}, {SPAN_INIT(""), false}, 0},
        {{SPAN_INIT("\xe9"), true}, {SPAN_INIT("\xc9"), true}, 0},
        {{SPAN_INIT("\xdf"), true}, {SPAN_INIT("ss"), true}, 1},
        {{SPAN_INIT("\xff"), true}, {SPAN_INIT("\x78\x01"), false}, 0},
        {{SPAN_INIT("\0\xd8"), false}, {SPAN_INIT("\0\xdc"), false}, -1},
        {{SPAN_INIT("x\0y\0"), false}, {SPAN_INIT("X\0z\0"), false}, -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(sign(hp_raw_name_compare(rows[i].a, rows[i].b)),
                         rows[i].order);
        assert_int_equal(sign(hp_raw_name_compare(rows[i].b, rows[i].a)),
                         -rows[i].order);
    }
}

static void names__count_and_give_units(void **state)
{
    (void)state;
    assert_int_equal(hp_raw_name_count(latin("abc")), 3);
    assert_int_equal(hp_raw_name_count(WIDE("a\0b\1")), 2);
    assert_int_equal(hp_raw_name_unit(latin("ab\xff"), 2), 0xff);
    assert_int_equal(hp_raw_name_unit(WIDE("a\0b\1"), 1), 0x162);
}

static void compare__counts_each_character_once(void **state)
{
    uint64_t reads[2] = {0, 0};
    struct hp_raw_name a = latin("abc"), b = WIDE("a\0b\0c\0d\0");

    (void)state;
    a.bytes.reads = &reads[0];
    b.bytes.reads = &reads[1];
    assert_true(hp_raw_name_compare(a, b) < 0);
    assert_int_equal(reads[0], 3);
    assert_int_equal(reads[1], 8);
}

/* A root whose only subkey has a name of `count` times the character k, on an
 * lh with the right hash. */
static void long_name(struct hive_builder *h, size_t count, bool wide)
{
    uint16_t units[300];
    char name[300];
    uint32_t key;

    hb_open(h, 5);
    hb_bin(h, 0x1000);
    uint32_t root = hb_key(h, 0, "R");
    for (size_t i = 0; i < count; i++) {
        units[i] = 'k';
        name[i] = 'k';
    }
    name[count] = '\0';
    if (wide)
        key = hb_key_wide(h, root, "k", (struct hp_text){units, count});
    else
        key = hb_key(h, root, name);
    hb_set_subkeys(h, root, hb_leaf(h, HB_LH, "R", &key, 1), 1);
    hb_seal(h);
}

static void name__has_256_characters_at_most(void **state)
{
    char want[400], *k = want + sizeof "hive5 +R +" - 1;
    struct hive_builder h;

    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        memset(want, 'k', sizeof want);
        memcpy(want, "hive5 +R +", 10);
        long_name(&h, 256, wide != 0);
        memcpy(k + 256, " - - done", 10);
        expect_events(&h, want, NULL);
        hb_close(&h);
        long_name(&h, 257, wide != 0);
        snprintf(k + 257, 100,
                 " !name-length@nk:%.20s/nk.name_length=%x(noted) - - done",
                 wide ? "k" : "kkkkkkkkkkkkkkkkkkkk", wide ? 514u : 257u);
        memset(k + 256, 'k', 1);
        expect_walk(&h, &hp_backend_native, HP_MODE_FORENSIC, NULL, want);
        snprintf(k - 2, 100,
                 " !name-length@nk:%.20s/nk.name_length=%x(skipped) refused",
                 wide ? "k" : "kkkkkkkkkkkkkkkkkkkk", wide ? 514u : 257u);
        expect_walk(&h, &hp_backend_native, HP_MODE_STRICT, NULL, want);
        hb_close(&h);
    }
}

/* Fields of nk:A of the small hive that may have any value, at their edges. */
static const struct {
    int field;
    unsigned width;
    uint32_t value;
    const char *events; /* of A and on */
} edges[] = {
    {NK_NAME_LENGTH, 2, 8,
     " +A\\x0\\x0\\x0\\x0\\x0\\x0\\x0{c=6100}"
     " !hint@lh:R/list.hint=41(noted) - +B - - done"},
    {NK_CLASS_LENGTH, 2, 4, " +A{c=61000000} - +B - - done"},
    {NK_CLASS_LENGTH, 2, 1, " +A{c=61} - +B - - done"},
    {NK_CLASS_LENGTH, 2, 0, " +A - +B - - done"},
    {NK_FLAGS, 2, 0xffbf, " +A{c=6100} - +B - - done"},
    {NK_NAME, 1, '/',
     " +/{c=6100} !hint@lh:R/list.hint=41(noted) - +B"
     " - - done"},
    {NK_NAME, 1, 0,
     " +\\x0{c=6100} !hint@lh:R/list.hint=41(noted) - +B"
     " - - done"},
    {NK_NAME, 1, ']',
     " +]{c=6100} !hint@lh:R/list.hint=41(noted) - +B"
     " !order@lh:R/list.element=158(noted) - - done"},
    {NK_VALUES, 4, 0, " +A{c=6100} - +B - - done"},
    {NK_SUBKEYS, 4, 0, " +A{c=6100} - +B - - done"},
    {NK_PARENT, 4, 0xffffffff,
     " +A{c=6100} !mismatch@nk:A/nk.parent=ffffffff(noted) - +B - - done"},
};

static void fields__have_these_edges(void **state)
{
    struct hive_builder h;
    char want[300];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        hb_small(&h);
        hb_poke(&h, "nk:A", edges[i].field, edges[i].width, edges[i].value);
        snprintf(want, sizeof want,
                 "hive5 +R{s=8} =V/4/2 :2a00 =W/3/8 :0102030405060708%s",
                 edges[i].events);
        expect_events(&h, want, NULL);
        hb_close(&h);
    }
}

static void root__may_have_any_parent_and_no_name(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_index(&h);
    hb_poke(&h, "nk:R", NK_PARENT, 4, 0x12345678);
    expect_events(&h, INDEX_EVENTS, NULL);
    hb_close(&h);
}

static void wide_names__keep_lone_surrogates(void **state)
{
    static const uint16_t units[] = {0xd800, 'x', 0xdc00, 0, 0x2028};
    struct hive_builder h;

    (void)state;
    hb_open(&h, 5);
    hb_bin(&h, 0x1000);
    uint32_t root = hb_key_wide(&h, 0, "R", (struct hp_text){units, 5});
    uint32_t value =
        hb_value_wide(&h, "V", (struct hp_text){units, 3}, 1, "a", 2);
    hb_set_values(&h, root, "R", &value, 1);
    hb_seal(&h);
    expect_events(&h,
                  "hive5 +\\xd800x\\xdc00\\x0\\x2028 =\\xd800x\\xdc00/1/2 :6100"
                  " - done",
                  NULL);
    hb_close(&h);
}

/* The sk that two keys share is opened once; another one, or one without a
 * descriptor, again. */
static void security__is_read_once_for_neighbours(void **state)
{
    struct hp_base_block base;
    struct hive_builder h;
    struct hp_hive hive;
    struct hp_key key;

    (void)state;
    hb_small(&h);
    uint32_t sk = hb_offset(&h, "sk:s");
    hb_poke(&h, "nk:B", NK_SECURITY, 4, sk);
    assert_true(hp_base_block_open(&base, &hive, hp_span_of(h.image, h.size),
                                   false, NULL));
    struct hp_ref ref = {HP_A_BASE_ROOT, 0, base.root};
    assert_true(hp_key_open(&key, &hive, ref, OFFSET_NIL));
    assert_int_equal(hive.records, 2);
    assert_int_equal(key.security.len, 8);
    assert_memory_equal(key.security.ptr, "security", 8);
    ref.target = hb_offset(&h, "nk:B");
    assert_true(hp_key_open(&key, &hive, ref, base.root));
    assert_int_equal(hive.records, 3);
    assert_true(key.security_known);
    assert_memory_equal(key.security.ptr, "security", 8);
    hive.last_security = 0;
    assert_true(hp_key_open(&key, &hive, ref, base.root));
    assert_int_equal(hive.records, 5);
    hb_poke(&h, "sk:s", SK_DESCRIPTOR_SIZE, 4, 0);
    hive.last_security = 0;
    for (unsigned i = 0; i < 2; i++) {
        assert_true(hp_key_open(&key, &hive, ref, base.root));
        assert_int_equal(hive.records, 7 + 2 * i);
        assert_true(key.security_known);
        assert_int_equal(key.security.len, 0);
    }
    assert_int_equal(hive.damage_count, 0);
    hb_close(&h);
}

static void key__has_these_fields(void **state)
{
    struct hp_base_block base;
    struct hive_builder h;
    struct hp_hive hive;
    struct hp_key key;

    (void)state;
    hb_small(&h);
    hb_poke(&h, "nk:R", NK_FLAGS, 2, 0x1234);
    assert_true(hp_base_block_open(&base, &hive, hp_span_of(h.image, h.size),
                                   false, NULL));
    struct hp_ref ref = {HP_A_BASE_ROOT, 0, base.root};
    uint64_t reads = hive.reads;
    assert_true(hp_key_open(&key, &hive, ref, OFFSET_NIL));
    assert_int_equal(key.offset, base.root);
    assert_int_equal(key.flags, 0x1234);
    assert_true(key.name.compressed);
    assert_true(key.filetime == UINT64_C(0x01D1112131415161));
    assert_int_equal(key.subkey_count, 2);
    assert_int_equal(key.subkeys, hb_offset(&h, "lh:R"));
    assert_int_equal(key.value_count, 2);
    assert_int_equal(key.values, hb_offset(&h, "vals:R"));
    assert_int_equal(key.hash, 'R');
    assert_true(key.class_known && key.security_known);
    /* The nk's 76 bytes and name, sizes and signatures of nk and sk, and the
     * descriptor's size. */
    assert_int_equal(hive.reads - reads, 76 + 1 + 2 + 2 + 1);
    hb_close(&h);
}

/* Of a root that has this name. */
static uint32_t hash_of(const char *name)
{
    struct hp_base_block base;
    struct hive_builder h;
    struct hp_hive hive;
    struct hp_key key;

    hb_open(&h, 5);
    hb_bin(&h, 0x1000);
    hb_key(&h, 0, name);
    hb_seal(&h);
    assert_true(hp_base_block_open(&base, &hive, hp_span_of(h.image, h.size),
                                   false, NULL));
    struct hp_ref ref = {HP_A_BASE_ROOT, 0, base.root};
    assert_true(hp_key_open(&key, &hive, ref, OFFSET_NIL));
    hb_close(&h);
    return key.hash;
}

static void hash__is_37_times_and_upper_case(void **state)
{
    (void)state;
    assert_int_equal(hash_of("az\xe9"), ('A' * 37 + 'Z') * 37 + 0xc9);
}

/* Names are hashed four characters at a time. */
static void hash__is_the_same_for_each_character_at_each_place(void **state)
{
    (void)state;
    for (unsigned place = 0; place < 6; place++)
        for (unsigned unit = 1; unit < 0x100; unit++) {
            char name[] = "az09AZ";
            uint32_t hash = 0;
            name[place] = (char)unit;
            for (size_t i = 0; i < sizeof name - 1; i++)
                hash = 37 * hash + hp_upcase((uint8_t)name[i]);
            if (unit != '\\')
                assert_int_equal(hash_of(name), hash);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compare__is_by_upper_cased_units),
        cmocka_unit_test(names__count_and_give_units),
        cmocka_unit_test(compare__counts_each_character_once),
        cmocka_unit_test(name__has_256_characters_at_most),
        cmocka_unit_test(fields__have_these_edges),
        cmocka_unit_test(root__may_have_any_parent_and_no_name),
        cmocka_unit_test(wide_names__keep_lone_surrogates),
        cmocka_unit_test(security__is_read_once_for_neighbours),
        cmocka_unit_test(key__has_these_fields),
        cmocka_unit_test(hash__is_37_times_and_upper_case),
        cmocka_unit_test(hash__is_the_same_for_each_character_at_each_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
