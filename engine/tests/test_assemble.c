/* SPDX-License-Identifier: Apache-2.0 */
#include "assemble.h"

#include "forge_asserts.h"

/* Where the first cells of a hive lie when nothing is said: the root, then the
 * descriptor that all keys share. */
enum { ROOT = 0x20, COMMON_SK = 0x78, NEXT = 0xf8 };

static void hive__of_nothing_has_a_root(void **state)
{
    struct forged f;
    (void)state;

    expect_hive("base", "hive5 +ROOT{s=100} - done");
    expect_hive("base minor=3 sequence1=2",
                "hive3*2/1 !mismatch@base/base_block.sequence=1(noted) "
                "+ROOT{s=100} - done");
    forge_open(&f, "[\\]");
    assert_int_equal(f.image.size, 2 * 4096);
    assert_int_equal(image_number(&f, BASE_ROOT, 4), ROOT);
    assert_int_equal(image_number(&f, BASE_BINS_SIZE, 4), 4096);
    assert_int_equal(image_number(&f, BASE_CLUSTER, 4), 1);
    assert_int_equal(image_number(&f, BASE_CHECKSUM, 4),
                     hp_base_checksum(f.image.bytes));
    assert_int_equal(cell_number(&f, ROOT, -4, 4), 0u - 0x58u);
    assert_int_equal(cell_number(&f, ROOT, NK_FLAGS, 2), 0x2C);
    assert_int_equal(cell_number(&f, ROOT, NK_PARENT, 4), OFFSET_NIL);
    assert_int_equal(cell_number(&f, ROOT, NK_SECURITY, 4), COMMON_SK);
    assert_int_equal(cell_number(&f, COMMON_SK, SK_REFERENCE_COUNT, 4), 1);
    assert_int_equal(cell_number(&f, COMMON_SK, SK_FLINK, 4), COMMON_SK);
    assert_int_equal(cell_number(&f, NEXT, -4, 4), 0x1000 - NEXT);
    forge_close(&f);
}

static void hive__of_raw_bytes_has_no_root(void **state)
{
    struct forged f;
    (void)state;

    forge_open(&f, "raw 2 41,42*3\ntail 01");
    assert_int_equal(f.image.size, 6);
    assert_memory_equal(f.image.bytes, "\1\0\x41\x42\x42\x42", 6);
    forge_close(&f);
    forge_open(&f, "");
    assert_int_equal(f.image.size, 0);
    forge_close(&f);
}

static void keys__come_sorted_by_upper_case(void **state)
{
    (void)state;
    expect_hive("[\\b]\n[\\A]\n[\\_]\n[\\a1]",
                "hive5 +ROOT{s=100} +A{s=100} - +a1{s=100} - +b{s=100} - "
                "+_{s=100} - - done");
    expect_hive("[\\] unsorted\n[\\b]\n[\\A]",
                "hive5 +ROOT{s=100} +b{s=100} - "
                "+A{s=100} !order@?/list.element=168(noted) - - done");
    /* Equal names stay in the order that was given. */
    expect_hive(
        "[\\x] name=\"k\" class=\"1\"\n[\\a] name=\"K\" class=\"2\"",
        "hive5 +ROOT{s=100} +k{c=3100}{s=100} - "
        "+K{c=3200}{s=100} !duplicate@?/list.element=170(noted) - - done");
}

static void values__are_kept_as_their_size_says(void **state)
{
    struct forged f;
    (void)state;

    expect_hive(
        "[\\]\n\"a\"=hex:\n\"b\"=hex:01020304\n\"c\"=hex:0102030405\n"
        "\"d\"=hex:01 data\n@=hex:05*16344\n\"f\"=hex:06*16345\n",
        "hive5 +ROOT{s=100} =a/3/0 =b/3/4 :01020304 =c/3/5 :0102030405 =d/3/1 "
        ":01 =/3/3fd8 :16344#0505 =f/3/3fd9 :16344#0606 :06 - done");
    /* Before version 1.4 there is no big data. */
    expect_hive("base minor=3\n[\\]\n\"f\"=hex:06*16345\n",
                "hive3 +ROOT{s=100} =f/3/3fd9 :16345#0606 - done");
    forge_open(&f, "[\\] values@0x100\n\"a\"=hex:0102 vk@0x180\n"
                   "\"bb\"=hex:0102030405 vk@0x1a0 data@0x1c0");
    assert_int_equal(cell_number(&f, ROOT, NK_VALUE_COUNT, 4), 2);
    assert_int_equal(cell_number(&f, ROOT, NK_VALUES, 4), 0x100);
    assert_int_equal(cell_number(&f, ROOT, NK_MAX_VALUE_NAME, 4), 4);
    assert_int_equal(cell_number(&f, ROOT, NK_MAX_DATA, 4), 5);
    assert_int_equal(cell_number(&f, 0x100, 0, 8), 0x1a000000180);
    assert_int_equal(cell_number(&f, 0x180, VK_DATA_SIZE, 8), 0x20180000002);
    assert_int_equal(cell_number(&f, 0x1a0, VK_DATA_SIZE, 8), 0x1c000000005);
    assert_int_equal(cell_number(&f, 0x1a0, VK_FLAGS, 2), 1);
    forge_close(&f);
}

/* Where the list of the root leads, by how many subkeys and version. */
static void lists__are_what_the_version_has(void **state)
{
    static const struct {
        unsigned minor, count;
        uint16_t signature, below;
    } cases[] = {{5, 1, SIG_LH, 0},         {4, 1, SIG_LF, 0},
                 {3, 511, SIG_LF, 0},       {2, 1012, SIG_LI, 0},
                 {2, 1013, SIG_RI, SIG_LI}, {5, 511, SIG_LH, 0},
                 {5, 512, SIG_RI, SIG_LH}};
    char recipe[64];
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct forged f;
        snprintf(recipe, sizeof recipe,
                 "base minor=%u\n[\\]\nlink key 0 *%u hint=7", cases[i].minor,
                 cases[i].count);
        forge_open(&f, recipe);
        uint32_t list = (uint32_t)cell_number(&f, ROOT, NK_SUBKEYS, 4);
        assert_int_equal(cell_number(&f, ROOT, NK_SUBKEY_COUNT, 4),
                         cases[i].count);
        assert_int_equal(cell_number(&f, list, 0, 2), cases[i].signature);
        if (cases[i].below != 0) {
            uint32_t last = (uint32_t)cell_number(&f, list, 8, 4);
            assert_int_equal(cell_number(&f, list, 2, 2), 2);
            assert_int_equal(cell_number(&f, last, 0, 2), cases[i].below);
            assert_int_equal(cell_number(&f, last, 2, 2), 1);
        } else {
            assert_int_equal(cell_number(&f, list, 2, 2), cases[i].count);
        }
        forge_close(&f);
    }
}

static void lists__are_what_was_given(void **state)
{
    static const char keys[] = "[\\a]\n[\\b]\n[\\c]\n";
    static const char *const lists[] = {"lf",
                                        "lh",
                                        "li",
                                        "ri",
                                        "ri(lf:1,lh)",
                                        "ri(li:0,lh:2,lf:1)",
                                        "lh@0x800+0x100",
                                        "ri@0x800(lf:2@0x900,li@0xa00)"};
    char recipe[128];
    (void)state;

    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        snprintf(recipe, sizeof recipe, "[\\] %s\n%s", lists[i], keys);
        expect_hive(
            recipe,
            "hive5 +ROOT{s=100} +a{s=100} - +b{s=100} - +c{s=100} - - done");
    }
}

static void names__are_latin_1_where_they_can(void **state)
{
    struct forged f;
    (void)state;

    forge_open(&f, "[\\\"\xc3\xbf\"] nk@0x200\n[\\\"\\u0100\"] nk@0x280\n"
                   "[\\w] nk@0x300 utf16\n\"\\u0100\"=hex: vk@0x380\n"
                   "\"v\"=hex: vk@0x3c0 utf16\n@=hex: vk@0x400");
    assert_int_equal(cell_number(&f, 0x200, NK_FLAGS, 2), 0x20);
    assert_int_equal(cell_number(&f, 0x200, NK_NAME_LENGTH, 2), 1);
    assert_int_equal(cell_number(&f, 0x200, NK_NAME, 1), 0xFF);
    assert_int_equal(cell_number(&f, 0x280, NK_FLAGS, 2), 0);
    assert_int_equal(cell_number(&f, 0x280, NK_NAME_LENGTH, 2), 2);
    assert_int_equal(cell_number(&f, 0x280, NK_NAME, 2), 0x100);
    assert_int_equal(cell_number(&f, 0x300, NK_FLAGS, 2), 0);
    assert_int_equal(cell_number(&f, 0x300, NK_NAME, 2), 'w');
    assert_int_equal(cell_number(&f, 0x380, VK_FLAGS, 2), 0);
    assert_int_equal(cell_number(&f, 0x380, VK_NAME_LENGTH, 2), 2);
    assert_int_equal(cell_number(&f, 0x3c0, VK_NAME_LENGTH, 2), 2);
    assert_int_equal(cell_number(&f, 0x400, VK_NAME_LENGTH, 2), 0);
    assert_int_equal(cell_number(&f, 0x400, VK_FLAGS, 2), 0);
    assert_int_equal(cell_number(&f, ROOT, NK_MAX_NAME, 2), 2);
    forge_close(&f);
}

static void hints__are_those_of_the_name(void **state)
{
    (void)state;
    assert_int_equal(hp_lf_hint(TEXT(u"")), 0);
    assert_int_equal(hp_lf_hint(TEXT(u"aBc")), 0x634261);
    assert_int_equal(hp_lf_hint(TEXT(u"abcd\u0100")), 0x64636261);
    assert_int_equal(hp_lf_hint(TEXT(u"abc\u0100")), 0);
    assert_int_equal(hp_lf_hint(TEXT(u"\u00ff")), 0xFF);
    assert_int_equal(hp_lh_hash(TEXT(u"")), 0);
    assert_int_equal(hp_lh_hash(TEXT(u"aB")), 'A' * 37 + 'B');
}

static void checksum__has_two_special_cases(void **state)
{
    uint8_t base[512] = {0};
    (void)state;

    assert_int_equal(hp_base_checksum(base), 1);
    base[504] = 2;
    assert_int_equal(hp_base_checksum(base), 2);
    base[508] = 0xFF;
    assert_int_equal(hp_base_checksum(base), 2);
    memset(base, 0xFF, 4);
    base[504] = 0;
    assert_int_equal(hp_base_checksum(base), 0xFFFFFFFE);
    base[3] = 0x7F;
    assert_int_equal(hp_base_checksum(base), 0x7FFFFFFF);
}

static void security__is_shared_and_in_a_circle(void **state)
{
    struct forged f;
    (void)state;

    forge_open(&f, "security a = hex:01 sk@0x200\nsecurity b = hex:0203 "
                   "sk@0x240\n[\\] security=a\n[\\x] security=b\n"
                   "[\\y] security=a\n[\\z] security=5");
    assert_int_equal(cell_number(&f, ROOT, NK_SECURITY, 4), 0x200);
    assert_int_equal(cell_number(&f, 0x200, SK_FLINK, 8), 0x24000000240);
    assert_int_equal(cell_number(&f, 0x240, SK_FLINK, 8), 0x20000000200);
    assert_int_equal(cell_number(&f, 0x200, SK_REFERENCE_COUNT, 8),
                     0x100000002);
    assert_int_equal(cell_number(&f, 0x240, SK_REFERENCE_COUNT, 8),
                     0x200000001);
    assert_int_equal(cell_number(&f, 0x240, SK_DESCRIPTOR, 2), 0x0302);
    forge_close(&f);
    /* The common one can be said too. */
    expect_hive("security default = hex:0102\n[\\k]",
                "hive5 +ROOT{s=2} +k{s=2} - - done");
}

static void class__is_text_or_bytes(void **state)
{
    struct forged f;
    (void)state;

    expect_hive("[\\a] class=\"xy\"\n[\\b] class=hex:0102",
                "hive5 +ROOT{s=100} +a{c=78007900}{s=100} - +b{c=0102}{s=100} "
                "- - done");
    forge_open(&f, "[\\a] class=\"xyz\"");
    assert_int_equal(cell_number(&f, ROOT, NK_MAX_CLASS, 4), 6);
    forge_close(&f);
}

static void links__lead_anywhere(void **state)
{
    struct forged f;
    (void)state;

    forge_open(&f, "[\\] lh@0x200 values@0x300\n"
                   "link key offset(nk[\\a])+8 *2 hint=9\nlink value 0x40 *3\n"
                   "[\\a] nk@0x280\n[\\]\nlink key -1");
    assert_int_equal(cell_number(&f, 0x200, 0, 4), 0x0004686c);
    assert_int_equal(cell_number(&f, 0x200, 4, 8), 0x900000288);
    assert_int_equal(cell_number(&f, 0x200, 12, 8), 0x900000288);
    assert_int_equal(cell_number(&f, 0x200, 20, 8), 0x4100000280);
    assert_int_equal(cell_number(&f, 0x200, 28, 8), 0xffffffff);
    assert_int_equal(cell_number(&f, 0x300, 4, 8), 0x4000000040);
    assert_int_equal(cell_number(&f, ROOT, NK_VALUE_COUNT, 4), 3);
    forge_close(&f);
}

static const struct {
    const char *recipe;
    size_t position, width;
    uint64_t value;
} lies[] = {
    {"base major=2", 20, 4, 2},
    {"[\\]\nbase.checksum = 7", 508, 4, 7},
    {"base minor=4\nbase.minor = 9", 24, 4, 9},
    {"base name=\"ab\"", 48, 6, 0x620061},
    {"base rm_id=hex:0102", 112, 3, 0x201},
    {"base\nbin#0.size = 0", 4096 + 8, 4, 0},
    {"bin 0x1000 spare=0xffffffff", 4096 + 28, 4, 0xffffffff},
    {"[\\] volatile_count=5", 4096 + 0x24 + 24, 4, 5},
    {"nk[\\].size = -24", 4096 + 0x20, 4, 0xffffffe8},
    {"nk[\\].size = 0x7fffffff", 4096 + 0x20, 4, 0x7fffffff},
    {"nk[\\].access = -128", 4096 + 0x24 + 12, 1, 0x80},
    {"nk[\\].layer = 255", 4096 + 0x24 + 13, 1, 255},
    {"nk[\\].filetime = -1", 4096 + 0x24 + 4, 8, UINT64_MAX},
    {"nk[\\].name = hex:4243", 4096 + 0x24 + 76, 3, 0x4f4342},
    {"nk[\\].slack = hex:4243", 4096 + 0x24 + 80, 2, 0x4342},
    {"nk[\\].values = offset(nk[\\]) - 8", 4096 + 0x24 + 40, 4, 0x18},
    {"nk[\\].values = offset(sk[default])", 4096 + 0x24 + 40, 4, 0x78},
    {"nk[\\].values = offset(base)", 4096 + 0x24 + 40, 4, 0xffffffff},
    {"nk[\\].values = offset(bin#0)", 4096 + 0x24 + 40, 4, 0},
    {"cell @0x200 01\nnk[\\].values = offset(cell#0)", 4096 + 0x24 + 40, 4,
     0x200},
    {"sk[default].flink = 1", 4096 + 0x7c + 4, 4, 1},
    {"[\\] lh@0x200\n[\\a]\n[\\b]\nlist[\\].hint[1] = 3", 4096 + 0x204 + 16, 4,
     3},
    {"[\\] ri@0x200(li:1,li@0x240)\n[\\a]\n[\\b]\n"
     "list[\\]#2.element[0] = 3",
     4096 + 0x244 + 4, 4, 3},
    {"[\\] values@0x200 values.element[1]=4\n\"a\"=hex:\n\"b\"=hex:",
     4096 + 0x204 + 4, 4, 4},
    {"[\\] class=\"abc\" class@0x200 class.slack=hex:ee", 4096 + 0x204 + 6, 1,
     0xee},
    {"[\\]\n\"a\"=hex:0102030405 data@0x200 data.bytes=hex:ee", 4096 + 0x204, 2,
     0x2ee},
    {"[\\]\n@=hex:00*16345 db@0x200 db.count=9", 4096 + 0x204 + 2, 2, 9},
    {"[\\]\n@=hex:00*20 db(list@0x200,16,4) segments.element[1]=9",
     4096 + 0x204 + 4, 4, 9},
    {"[\\]\n@=hex:00*20 db(list,16,4@0x200) segment#1.size=-9", 4096 + 0x200, 4,
     0xfffffff7},
    {"[\\]\n@=hex:\nvk[\\]@.type = 0x70000000", 4096 + 0x90, 4, 0x70000000},
    {"raw 0x1020 0102", 0x1020, 2, 0},
    {"[\\]\nraw 0x1020 0102", 0x1020, 4, 0xffff0201},
    {"[\\]\nraw 508 01020304", 508, 4, 0x4030201},
    {"[\\]\nraw 511 ff", 511, 1, 0xff},
    {"[\\]\ntail 01*8", 0x2000, 8, 0x101010101010101},
    {"[\\]\nend 0x3000", 0x2ff8, 8, 0},
    {"[\\]\nraw 0x2100 05", 0x2100, 1, 5},
    {"free @0x200+0x20 0102\n", 4096 + 0x200, 6, 0x20100000020},
    {"cell @0x200 0102", 4096 + 0x200, 6, 0x201fffffff8},
};

static void lies__are_told_last(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        struct forged f;
        forge_open(&f, lies[i].recipe);
        if (strncmp(lies[i].recipe, "raw", 3) == 0)
            assert_int_equal(f.image.size, 0x1022);
        else if (image_number(&f, lies[i].position, lies[i].width) !=
                 lies[i].value)
            fail_msg("%s: 0x%llx", lies[i].recipe,
                     (unsigned long long)image_number(&f, lies[i].position,
                                                      lies[i].width));
        forge_close(&f);
    }
}

static void end__cuts_the_file(void **state)
{
    struct forged f;
    (void)state;

    forge_open(&f, "base\nend 0x1021");
    assert_int_equal(f.image.size, 0x1021);
    forge_close(&f);
}

/* What cannot be built, and where the recipe says it. */
static void plans__that_cannot_be_built_are_refused(void **state)
{
    static const struct {
        const char *recipe;
        enum hp_status status;
        uint32_t line, column;
    } cases[] = {
        {"[\\] nk@0x18", HP_E_TEXT, 2, 7},
        {"[\\] nk@0x24", HP_E_TEXT, 2, 7},
        {"[\\] nk+0x50", HP_E_TEXT, 2, 7},
        {"[\\] nk+0x5c", HP_E_TEXT, 2, 7},
        {"[\\] nk@0x20\n[\\a] nk@0x70", HP_E_TEXT, 3, 8},
        {"bin 0x1000\n[\\] nk@0xfb0", HP_E_TEXT, 3, 7},
        {"bin 0x1000 *2\n[\\] nk@0x1000", HP_E_TEXT, 3, 7},
        {"[\\] nk@0x70000000", HP_E_TOO_LARGE, 2, 7},
        {"free +0xfffffff8", HP_E_TOO_LARGE, 2, 6},
        {"raw 0x400000 01", HP_E_TOO_LARGE, 2, 5},
        {"raw -1 01", HP_E_TOO_LARGE, 2, 5},
        {"end 0x400001", HP_E_TOO_LARGE, 2, 5},
        {"[\\]\nnk[\\].access = 256", HP_E_TEXT, 3, 1},
        {"[\\]\nnk[\\].access = -129", HP_E_TEXT, 3, 1},
        {"[\\] lh:2\n[\\a]", HP_E_TEXT, 2, 9},
        {"[\\] ri(lh:1)\n[\\a]\n[\\b]", HP_E_TEXT, 2, 1},
        {"[\\] lh\nlink key 1 *65536", HP_E_TEXT, 2, 7},
        {"[\\]\nlink key 1 *0xffffffff", HP_E_TEXT, 3, 6},
        {"[\\]\nlink value 1 *0xffffffff", HP_E_TEXT, 3, 6},
        {"[\\] lh lh.slack=hex:1", HP_E_TEXT, 2, 8},
        {"[\\]\n@=hex:0102030405 inline", HP_E_TEXT, 3, 1},
        {"[\\]\n@=hex:00*9 db(list,8)", HP_E_TEXT, 3, 1},
        {"[\\]\n@=hex:00*9 db(list,10)", HP_E_TEXT, 3, 1},
        {"[\\]\nnk[\\].slack = hex:00*6", HP_E_TEXT, 3, 1},
        {"[\\] lf\n[\\a]\nlist[\\].element[1] = 0", HP_E_TEXT, 4, 1},
        {"[\\]\n@=hex:00*0x400001", HP_E_TOO_LARGE, 3, 7},
        {"bin 0x1000 *1025", HP_E_TOO_LARGE, 2, 5},
        {"bin 0x1000 *1024", HP_E_TOO_LARGE, 0, 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_refused(cases[i].recipe, cases[i].status, cases[i].line,
                       cases[i].column);
}

/* Names and classes have 16 bits for their length. */
static void lengths__have_16_bits(void **state)
{
    static const struct {
        const char *before, *behind;
    } cases[] = {{"[\\", "]"}, {"[\\]\n\"", "\"=hex:"}};
    const size_t most = UINT16_MAX;
    char *recipe = malloc(2 * most);
    (void)state;

    assert_non_null(recipe);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t units = most; units <= most + 1; units++) {
            struct forged f;
            size_t size = (size_t)sprintf(recipe, "hiveproof recipe 1\n%s",
                                          cases[i].before);
            memset(recipe + size, 'a', units);
            size += units;
            size += (size_t)sprintf(recipe + size, "%s", cases[i].behind);
            forge_file(&f, recipe, size, NULL);
            assert_int_equal(f.done, units == most);
            forge_close(&f);
        }
    }
    free(recipe);
    expect_refused("[\\] class=hex:00*65536", HP_E_TEXT, 2, 1);
    expect_refused("[\\]\nlink value 1 *0x100001", HP_E_TEXT, 3, 6);
}

static void layout__goes_round_what_is_pinned(void **state)
{
    struct forged f;
    (void)state;

    /* The root fits before the pinned cell, its list does not. */
    forge_open(&f, "[\\]\n[\\a] nk@0x80\n[\\b] nk@0x1080");
    assert_int_equal(image_number(&f, BASE_ROOT, 4), 0x20);
    assert_int_equal(cell_number(&f, ROOT, NK_SECURITY, 4), 0xf0);
    assert_int_equal(image_number(&f, BASE_BINS_SIZE, 4), 0x2000);
    assert_int_equal(image_number(&f, 0x1078, 4), 8);
    assert_int_equal(image_number(&f, 0x2020, 4), 0x60);
    assert_int_equal(image_number(&f, 0x2000, 8), 0x10006e696268);
    forge_close(&f);
    /* A large cell gets a bin of its own, a pinned one makes it larger. */
    forge_open(&f, "[\\]\n@=hex:00*8000\n[\\b] nk@0x3fe0");
    assert_int_equal(image_number(&f, 0x2008, 4), 0x2000);
    assert_int_equal(image_number(&f, 0x4008, 4), 0x2000);
    assert_int_equal(image_number(&f, BASE_BINS_SIZE, 4), 0x5000);
    forge_close(&f);
    /* Bins that are given are used first, and stay when they are empty. */
    forge_open(&f, "bin 0x2000\nbin 0x1000 *2\n[\\]");
    assert_int_equal(image_number(&f, 0x1008, 4), 0x2000);
    assert_int_equal(image_number(&f, 0x3008, 4), 0x1000);
    assert_int_equal(image_number(&f, 0x4020, 4), 0xfe0);
    assert_int_equal(f.image.size, 0x5000);
    forge_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hive__of_nothing_has_a_root),
        cmocka_unit_test(hive__of_raw_bytes_has_no_root),
        cmocka_unit_test(keys__come_sorted_by_upper_case),
        cmocka_unit_test(values__are_kept_as_their_size_says),
        cmocka_unit_test(lists__are_what_the_version_has),
        cmocka_unit_test(lists__are_what_was_given),
        cmocka_unit_test(names__are_latin_1_where_they_can),
        cmocka_unit_test(hints__are_those_of_the_name),
        cmocka_unit_test(checksum__has_two_special_cases),
        cmocka_unit_test(security__is_shared_and_in_a_circle),
        cmocka_unit_test(class__is_text_or_bytes),
        cmocka_unit_test(links__lead_anywhere),
        cmocka_unit_test(lies__are_told_last),
        cmocka_unit_test(end__cuts_the_file),
        cmocka_unit_test(plans__that_cannot_be_built_are_refused),
        cmocka_unit_test(lengths__have_16_bits),
        cmocka_unit_test(layout__goes_round_what_is_pinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
