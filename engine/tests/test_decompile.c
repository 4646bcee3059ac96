/* SPDX-License-Identifier: Apache-2.0 */
#include "decompile.h"

#include "dense_hive.h"
#include "forge_asserts.h"
#include "print.h"

enum { TEXT_ROOM = 1 << 21 };

struct text {
    char *bytes;
    struct hp_out_buffer buffer;
};

static void text_open(struct text *t)
{
    t->bytes = malloc(TEXT_ROOM);
    assert_non_null(t->bytes);
    t->buffer = (struct hp_out_buffer){t->bytes, TEXT_ROOM - 1, 0};
}

/* The recipe of `image` in t->bytes. */
static void decompile(struct text *t, const void *image, size_t size,
                      bool pinned)
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, FORGE_MEMORY);
    struct hp_recipe_error err;
    struct hp_plan plan;

    t->buffer.size = 0;
    assert_true(hp_plan_open(&plan, &arena, FORGE_LIMIT));
    if (!hp_decompile(&plan, hp_span_of(image, size), &err))
        fail_msg("%s", err.message);
    assert_true(hp_plan_print(hp_out_to_buffer(&t->buffer), &plan, pinned));
    assert_in_range(t->buffer.size, 1, TEXT_ROOM - 1);
    t->bytes[t->buffer.size] = '\0';
    hp_arena_close(&arena);
}

/* The recipe of `image` forges `image`. */
static void expect_same(struct text *t, const void *image, size_t size)
{
    struct forged f;

    decompile(t, image, size, true);
    forge_file(&f, t->bytes, t->buffer.size, NULL);
    if (!f.done)
        fail_msg("%u:%u: %s\n%s", f.err.origin.line, f.err.origin.column,
                 f.err.message, t->bytes);
    assert_int_equal(f.image.size, size);
    if (size > 0)
        assert_memory_equal(f.image.bytes, image, size);
    forge_close(&f);
}

/* What is forged from `recipe` has the recipe `want`, byte for byte. */
static void expect_recipe(const char *recipe, bool pinned, const char *want)
{
    struct forged f;
    struct text t;

    text_open(&t);
    forge_open(&f, recipe);
    expect_same(&t, f.image.bytes, f.image.size);
    decompile(&t, f.image.bytes, f.image.size, pinned);
    assert_string_equal(t.bytes, want);
    free(t.bytes);
    forge_close(&f);
}

static const struct {
    const char *recipe;
    bool pinned;
    const char *want;
} recipes[] = {
    {"security s = hex:0102 sk@0x200\n"
     "[\\] security=s\n"
     "@=\"d\"\n"
     "\"a\\\"b\"=expand:\"%x%\"\n"
     "[\\k] class=\"c\" security=s\n"
     "\"m\"=multi:\"a\",\"b\"\n"
     "\"q\"=qword:1f utf16\n",
     true,
     "hiveproof recipe 1\n"
     "base minor=5 filetime=0x1bf53eb256d4000\n"
     "bin 0x1000\n"
     "security s1 = hex:0102 sk@0x200\n"
     "\n"
     "[\\] name=\"ROOT\" security=s1 nk@0x20 values@0x78 lh@0xd0\n"
     "@ = \"d\" vk@0x88\n"
     "\"a\\\"b\" = expand:\"%x%\" vk@0xa0 data@0xc0\n"
     "\n"
     "[\\k] class=\"c\" security=s1 nk@0xe0 class@0x138 values@0x140\n"
     "\"m\" = multi:\"a\",\"b\" vk@0x150 data@0x170\n"
     "\"q\" = qword:000000000000001f utf16 vk@0x180 data@0x1a0\n"},
    {"security s = hex:0102 sk@0x200\n"
     "[\\] security=s ri@0x300+0x20(li:1@0x340,lf@0x360)\n"
     "[\\a] security=s nk@0x400 lh\n"
     "[\\b] security=s nk@0x460+0x80\n"
     "[\\c] security=s nk@0x500 lf:0@0x600\n",
     true,
     "hiveproof recipe 1\n"
     "base minor=5 filetime=0x1bf53eb256d4000\n"
     "bin 0x1000\n"
     "security s1 = hex:0102 sk@0x200\n"
     "\n"
     "[\\] name=\"ROOT\" security=s1 nk@0x20 "
     "ri@0x300+0x20(li:1@0x340,lf:2@0x360)\n"
     "\n"
     "[\\a] security=s1 nk@0x400 subkeys=0x78\n"
     "\n"
     "[\\b] security=s1 nk@0x460+0x80\n"
     "\n"
     "[\\c] security=s1 nk@0x500 subkeys=0x600\n"
     "cell @0x78+0x8 6c68\n"
     "cell @0x600+0x8 6c66\n"},
    {"security s = hex:0102 sk@0x200\n"
     "[\\] security=s\n"
     "\"a\"=hex:01020304 data@0x300+0x40\n"
     "\"b\"=hex:00*20000,01\n"
     "\"c\"=text(1):\"x\"\n"
     "\"d\"=text(7):\"a\\x00b\"\n"
     "\"e\"=hex(1):01\n"
     "\"f\"=dword:7\n"
     "\"g\"=hex(4):01,02\n"
     "\"h\"=multi:\n",
     true,
     "hiveproof recipe 1\n"
     "base minor=5 filetime=0x1bf53eb256d4000\n"
     "bin 0x1000\n"
     "bin 0x4000\n"
     "bin 0x1000\n"
     "security s1 = hex:0102 sk@0x200\n"
     "\n"
     "[\\] name=\"ROOT\" security=s1 nk@0x20 values@0x78\n"
     "\"a\" = hex:01020304 vk@0xa0 data@0x300+0x40\n"
     "\"b\" = hex:00*20000,01 vk@0xc0 "
     "db@0xe0(list@0xf0,16344@0x1020,3657@0x5020)\n"
     "\"c\" = text(1):\"x\" vk@0x5e78\n"
     "\"d\" = text(7):\"a\\x00b\" vk@0x5e98 data@0x5eb8\n"
     "\"e\" = hex(1):01 vk@0x5ec8\n"
     "\"f\" = dword:00000007 vk@0x5ee8\n"
     "\"g\" = hex(4):0102 vk@0x5f08\n"
     "\"h\" = multi: vk@0x5f28\n"},
    {"base major=2 rm_id=hex:00,01 name=\"\\\\x\"\n"
     "base.checksum = 7\n"
     "bin 0x1000 *2\n"
     "bin 0x1000 spare=1\n"
     "bin 0x1000\n"
     "security s = hex:0102 sk@0x200\n"
     "[\\] security=s volatile_count=3 max_data=9\n"
     "[\\a] security=s filetime=5\n"
     "[\\b] class=\"x\" security=s\n"
     "@=hex:00*5 type=9 flags=3\n"
     "list[\\].hint[1] = 0\n"
     "sk[s].blink = 0\n"
     "values[\\b].element[0] = 0x18\n",
     true,
     "hiveproof recipe 1\n"
     "base minor=5 filetime=0x1bf53eb256d4000 major=2 name=\"\\\\x\" "
     "rm_id=hex:0001 checksum=7\n"
     "bin 0x1000 *2\n"
     "bin 0x1000 spare=1\n"
     "bin 0x1000\n"
     "security s1 = hex:0102 sk@0x200 blink=0\n"
     "\n"
     "[\\] name=\"ROOT\" security=s1 nk@0x20 lh@0x78 list.hint[1]=0 "
     "volatile_count=3 max_data=9\n"
     "\n"
     "[\\a] security=s1 nk@0x90 filetime=5\n"
     "\n"
     "[\\b] class=\"x\" security=s1 nk@0xe8 class@0x140 values@0x148 "
     "max_data=5\n"
     "link value 0x18\n"
     "cell @0x150+0x18 766b000005000000680100000900000003\n"
     "cell @0x168+0x10\n"},
    {"security s = hex:0102 sk@0x200\n"
     "[\\] security=s\n"
     "@=hex:00*5 data.size=12\n",
     true,
     "hiveproof recipe 1\n"
     "base minor=5 filetime=0x1bf53eb256d4000\n"
     "bin 0x1000\n"
     "\n"
     "[\\] name=\"ROOT\" nk@0x20 values@0x78 security=0x200 max_data=5\n"
     "@ = hex: vk@0x80 data_size=5 data=0x98\n"
     "free @0x98+0xf68 "
     "00*12,580100*342,e0ffffff736b00000002000000020000010000000200\\\n"
     "  0000010200*6,e00d\n"
     "raw 0x1098 0c00\n"},
    {"security s = hex:0102 sk@0x200\n"
     "[\\] security=s\n"
     "[\\x] name=\"k\" security=s\n"
     "[\\x\\sub] security=s\n"
     "[\\y] name=\"K\" security=s\n"
     "\"1\"=hex: name=\"v\"\n"
     "\"2\"=hex: name=\"V\"\n"
     "[\\z] name=\"a\" security=0xffffffff\n"
     "[\\\"\\x01]\"] name=\"b\" security=9\n",
     true,
     "hiveproof recipe 1\n"
     "base minor=5 filetime=0x1bf53eb256d4000\n"
     "bin 0x1000\n"
     "security s1 = hex:0102 sk@0x200\n"
     "\n"
     "[\\] name=\"ROOT\" security=s1 nk@0x20 lh@0x78\n"
     "\n"
     "[\\a] security=0xffffffff nk@0xa0\n"
     "\n"
     "[\\b] nk@0xf8 security=9\n"
     "\n"
     "[\\k] security=s1 nk@0x150 lh@0x1a8\n"
     "\n"
     "[\\k\\sub] security=s1 nk@0x220\n"
     "\n"
     "[\\K~3] name=\"K\" security=s1 nk@0x278 values@0x2d0\n"
     "\"v\" = hex: vk@0x2e0\n"
     "\"V~1\" = hex: name=\"V\" vk@0x300\n"},
    {"security s = hex:0102 sk@0x200\n"
     "[\\] security=s unsorted\n"
     "[\\b] security=s\n"
     "[\\a] security=s\n"
     "[\\\"\\u20ac\\\"\"] security=s utf16\n"
     "[\\w] utf16 security=s",
     true,
     "hiveproof recipe 1\n"
     "base minor=5 filetime=0x1bf53eb256d4000\n"
     "bin 0x1000\n"
     "security s1 = hex:0102 sk@0x200\n"
     "\n"
     "[\\] name=\"ROOT\" unsorted security=s1 nk@0x20 lh@0x78\n"
     "\n"
     "[\\b] security=s1 nk@0xa0\n"
     "\n"
     "[\\a] security=s1 nk@0xf8\n"
     "\n"
     "[\\\"€\\\"\"] security=s1 nk@0x150\n"
     "\n"
     "[\\w] utf16 security=s1 nk@0x1a8\n"},
    {"security s = hex:0102 sk@0x200\n"
     "[\\] security=s\n"
     "link key 0x18 *2 hint=5\n"
     "link key offset(nk[\\a])\n"
     "link value 0xffffffff *3\n"
     "@=hex:\n"
     "link value 0x200\n"
     "[\\a] security=s\n"
     "[\\a\\b] security=s\n"
     "[\\]\n"
     "link key 0x28",
     true,
     "hiveproof recipe 1\n"
     "base minor=5 filetime=0x1bf53eb256d4000\n"
     "bin 0x1000\n"
     "security s1 = hex:0102 sk@0x200\n"
     "\n"
     "[\\] name=\"ROOT\" security=s1 nk@0x20 values@0x78 lh@0xa8 "
     "list.hint[2]=0\n"
     "link value 0xffffffff *3\n"
     "@ = hex: vk@0x90\n"
     "link value 0x200\n"
     "link key 0x18 *2 hint=0x5\n"
     "\n"
     "[\\a] security=s1 nk@0xd8 lh@0x130\n"
     "\n"
     "[\\a\\b] security=s1 nk@0x140\n"
     "[\\]\n"
     "link key 0xd8 hint=0x41\n"
     "link key 0x28\n"},
    {"security s = hex:0102 sk@0x200\n"
     "[\\] security=s\n"
     "free @0x300+0x40 01,00*9,02\n"
     "free @0x340+0x10\n"
     "cell @0x400+0x20 03\n"
     "nk[\\].slack=hex:ee\n"
     "tail 04,00*4096\n"
     "raw 0x1ff0 05",
     true,
     "hiveproof recipe 1\n"
     "base minor=5 filetime=0x1bf53eb256d4000\n"
     "bin 0x1000\n"
     "security s1 = hex:0102 sk@0x200\n"
     "\n"
     "[\\] name=\"ROOT\" security=s1 nk@0x20\n"
     "free @0x220+0xe0\n"
     "free @0x300+0x40 0100*9,02\n"
     "free @0x340+0x10\n"
     "free @0x350+0xb0\n"
     "cell @0x400+0x20 03\n"
     "free @0x420+0xbe0 00*3020,05\n"
     "raw 0x1074 ee\n"
     "tail 0400*4096\n"},
    {"raw 0 72656766\n"
     "end 6",
     true,
     "hiveproof recipe 1\n"
     "raw 0x0 726567660000\n"},
    {"", true, "hiveproof recipe 1\n"},
    {"security s = hex:0102 sk@0x200\n"
     "[\\] security=s max_data=9\n"
     "[\\b] security=s filetime=5 name=\"B\" access=2\n"
     "\"v\"=hex: type=9 data_size=0 data=0xffffffff\n"
     "\"w\"=hex:01 data=0x101 spare=3\n"
     "[\\a] class=hex:01 security=s\n"
     "link key 0x18\n"
     "free 01\n"
     "tail 01\n"
     "raw 0x1ff0 05",
     false,
     "hiveproof recipe 1\n"
     "base minor=5 filetime=0x1bf53eb256d4000\n"
     "security s1 = hex:0102\n"
     "\n"
     "[\\] name=\"ROOT\" security=s1\n"
     "\n"
     "[\\a] class=hex:01 security=s1\n"
     "\n"
     "[\\B] security=s1 filetime=5 access=2\n"
     "\"v\" = hex(9): data_size=0 data=0xffffffff\n"
     "\"w\" = hex:01\n"},
};

/* A bin with a broken header ends where a sound one begins; without one it is
 * tail, and so is what looks like a header but says that it lies elsewhere. */
static void bins__are_found_behind_a_broken_header(void **state)
{
    (void)state;
    const char *head = "security s=hex:01\nbin 0x1000\nbin 0x2000\nbin "
                       "0x1000\n[\\] security=s\n[\\a] nk@0x1020 security=s\n"
                       "[\\b] nk@0x3020 security=s\n";
    static const struct {
        const char *lie, *wanted;
        bool found;
    } cases[] = {
        {"bin#1.signature=0", "bin 0x2000 signature=0", true},
        {"bin#1.size=0x1234", "bin 0x2000 size=0x1234", true},
        {"bin#1.size=0", "bin 0x2000 size=0", true},
        {"bin#1.signature=0\nbin#2.offset=0x2000", "\ntail ", false},
        {"bin#1.signature=0\nbin#2.size=0", "\ntail ", false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char recipe[512];
        struct forged f;
        struct text t;
        (void)snprintf(recipe, sizeof recipe, "%s%s\n", head, cases[i].lie);
        text_open(&t);
        forge_open(&f, recipe);
        expect_same(&t, f.image.bytes, f.image.size);
        decompile(&t, f.image.bytes, f.image.size, true);
        assert_non_null(strstr(t.bytes, cases[i].wanted));
        assert_int_equal(strstr(t.bytes, "[\\b]") != NULL, cases[i].found);
        assert_int_equal(strstr(t.bytes, "[\\a]") != NULL, cases[i].found);
        free(t.bytes);
        forge_close(&f);
    }
}

static void recipe__says_what_the_hive_holds(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT_OF(recipes); i++)
        expect_recipe(recipes[i].recipe, recipes[i].pinned, recipes[i].want);
}

/* Files that are no hive, and hives cut off anywhere. */
/* The second value without a name has a label instead. */
static void names__without_units_are_no_labels(void **state)
{
    struct forged f;
    struct text t;

    (void)state;
    text_open(&t);
    forge_open(&f, "[\\]\n"
                   "@ = dword:1\n"
                   "\"v\" = dword:2\n"
                   "vk[\\]\"v\".name_length = 0\n");
    expect_same(&t, f.image.bytes, f.image.size);
    assert_non_null(strstr(t.bytes, "\"~1\" = dword:00000002 name=\"\" "));
    free(t.bytes);
    forge_close(&f);
}

static void any_bytes__have_a_recipe(void **state)
{
    static const size_t sizes[] = {0,    1,    4,    511,  4095, 4096,
                                   4097, 4128, 4131, 4132, 8191, 8192};
    struct forged f;
    struct text t;
    (void)state;

    text_open(&t);
    forge_open(&f, "[\\a]\n\"v\"=hex:00*20000\n[\\b]\ntail 01*9");
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        expect_same(&t, f.image.bytes, sizes[i]);
    for (size_t size = 8192; size < f.image.size; size += 1021)
        expect_same(&t, f.image.bytes, size);
    expect_same(&t, f.image.bytes + 1, f.image.size - 1);
    forge_close(&f);
    free(t.bytes);
}

/* A lie in every byte of every kind of record, bits turned in three ways. */
static void broken_hives__have_a_recipe(void **state)
{
    static const uint8_t turns[] = {0x01, 0x80, 0xff};
    struct dense_hive d;
    struct text t;
    (void)state;

    text_open(&t);
    dense_open(&d);
    for (size_t i = 0; i < d.h.size; i += 5) {
        if (d.owner[i] == DENSE_CONTENT)
            continue;
        uint8_t turn = turns[i % COUNT_OF(turns)];
        d.h.image[i] ^= turn;
        expect_same(&t, d.h.image, d.h.size);
        d.h.image[i] ^= turn;
    }
    dense_close(&d);
    free(t.bytes);
}

/* A chain of keys, each below the one before. */
static void keys__too_deep_are_not_understood(void **state)
{
    char *recipe = malloc(1 << 12);
    struct forged f;
    struct text t;
    (void)state;

    assert_non_null(recipe);
    for (size_t depth = 510; depth <= 513; depth++) {
        strcpy(recipe, "[");
        for (size_t i = 0; i < depth; i++)
            strcat(recipe, "\\k");
        strcat(recipe, "]");
        text_open(&t);
        forge_open(&f, recipe);
        expect_same(&t, f.image.bytes, f.image.size);
        assert_int_equal(strstr(t.bytes, "link key") != NULL, depth > 511);
        forge_close(&f);
        free(t.bytes);
    }
    free(recipe);
}

static void paths__too_long_are_not_understood(void **state)
{
    char recipe[1 << 13];
    struct forged f;
    struct text t;
    (void)state;

    /* 2047 units, a backslash and the name below. */
    for (size_t units = 1; units <= 2; units++) {
        recipe[0] = '\0';
        strcat(recipe, "[");
        for (size_t i = 0; i < 2; i++) {
            strcat(recipe, "\\");
            memset(recipe + strlen(recipe) + 1022, 0, 1);
            memset(recipe + strlen(recipe), 'a', 1022);
        }
        strcat(recipe, units == 1 ? "\\bb]" : "\\bbb]");
        text_open(&t);
        forge_open(&f, recipe);
        expect_same(&t, f.image.bytes, f.image.size);
        assert_int_equal(strstr(t.bytes, "link key") != NULL, units == 2);
        forge_close(&f);
        free(t.bytes);
    }
}

/* ---- memory ---------------------------------------------------------- */

/* Gives `left` blocks and then none. */
static void *take_some(void *self, size_t size)
{
    unsigned *left = self;

    return (*left)-- > 0 ? malloc(size) : NULL;
}

static void give_back(void *self, void *block)
{
    (void)self;
    free(block);
}

static const char everything[] =
    "hiveproof recipe 1\nbase name=\"x\" rm_id=hex:01\nbin 0x1000\n"
    "security s = hex:01 sk@0x100\n[\\] unsorted\n[\\b]\n[\\a] class=\"c\" "
    "ri(lh@0x200) utf16 security=s\n\"v\"=multi:\"a\",\"b\"\n@=dword:1 utf16\n"
    "\"t\"=\"x\"\n\"big\"=hex:00*17000\nlink key offset(nk[\\b])\n"
    "link value 5\n[\\a\\c]\n[\\c\\d]\n[\\c\\C2] name=\"d\"\n[\\c\\a]\n"
    "nk[\\c].slack=hex:01\nfree 01\ncell 02\nraw 0x1ff0 03\ntail 04\n";

static const char lists[] =
    "hiveproof recipe 1\nbase minor=2\n[\\k] ri\nlink key 5 *1013\n"
    "[\\l] ri(lh:1,li)\n[\\l\\a]\n[\\l\\b] class=hex:01\n[\\m]\n"
    "link key 6 *1013\n[\\n] li\n@=hex:00*9 db(list,8,1)\n"
    "\"s\"=hex:01020304 data\n"
    "list[\\l]#1.element[0] = offset(segment[\\n]@#1)\n"
    "vk[\\n]\"s\".data = offset(bin#0)\n";
static const char leaves[] = "hiveproof recipe 1\n[\\m]\nlink key 6 *512\n";

/* UTF-16LE. */
static const char reg[] = "\xFF\xFE"
                          "R\0E\0G\0E\0D\0I\0T\0004\0\n\0[\0\\\0a\0]\0\n\0"
                          "@\0=\0h\0e\0x\0(\0002\0)\0:\0004\0001\0";

/* As many keys as make the table of labels grow. */
static size_t many_keys(char *text)
{
    size_t size = (size_t)sprintf(text, "hiveproof recipe 1\n");

    for (int i = 0; i < 300; i++)
        size += (size_t)sprintf(text + size, "[\\%d]\n\"v\"=\"\"\n", i);
    return size;
}

/* Forges `text` and takes it apart again; false when memory ends. */
static bool there_and_back(unsigned blocks, struct hp_recipe_text text,
                           struct text *t)
{
    const struct hp_allocator some = {take_some, give_back, &blocks};
    struct hp_arena arena = hp_arena_of(some, FORGE_MEMORY);
    struct hp_recipe_error err = {0};
    struct hp_plan plan, back;
    struct hp_image image;

    bool done = hp_plan_open(&plan, &arena, FORGE_LIMIT) &&
                hp_recipe_read(&plan, text, NULL, &err) &&
                hp_plan_assemble(&image, &plan, &err) &&
                hp_plan_open(&back, &arena, FORGE_LIMIT) &&
                hp_decompile(&back, hp_span_of(image.bytes, image.size), &err);
    t->buffer.size = 0;
    if (done)
        (void)hp_plan_print(hp_out_to_buffer(&t->buffer), &back, true);
    else if (err.status != HP_OK)
        assert_int_equal(err.status, HP_E_NO_MEMORY);
    hp_arena_close(&arena);
    return done;
}

static void memory__may_end_anywhere(void **state)
{
    static char keys[1 << 13];
    const struct hp_recipe_text texts[] = {
        {"everything", everything, sizeof everything - 1},
        {"lists", lists, sizeof lists - 1},
        {"leaves", leaves, sizeof leaves - 1},
        {"reg", reg, sizeof reg - 1},
        {"keys", keys, many_keys(keys)}};
    struct text t;
    (void)state;

    text_open(&t);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        unsigned blocks = 0;
        while (!there_and_back(blocks, texts[i], &t))
            blocks++;
        assert_in_range(blocks, 20, 10000);
        assert_in_range(t.buffer.size, 100, TEXT_ROOM);
    }
    free(t.bytes);
}

/* ---- output ---------------------------------------------------------- */

/* Takes *self calls, refuses the next and wants no more. */
static bool take_writes(void *self, const char *bytes, size_t size)
{
    int *left = self;

    assert_non_null(bytes);
    assert_true(size > 0);
    assert_in_range(*left, 0, 1000);
    return (*left)-- > 0;
}

static void print__stops_where_the_output_does(void **state)
{
    struct dense_hive d;
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, FORGE_MEMORY);
    struct hp_recipe_error err;
    struct hp_plan plan;
    int left = 0;
    (void)state;

    dense_open(&d);
    assert_true(hp_plan_open(&plan, &arena, FORGE_LIMIT));
    assert_true(hp_decompile(&plan, hp_span_of(d.h.image, d.h.size), &err));
    for (int room = 0;; room++) {
        left = room;
        if (hp_plan_print((struct hp_out){take_writes, &left}, &plan, true))
            break;
        assert_int_equal(left, -1);
    }
    assert_int_equal(left, 0);
    hp_arena_close(&arena);
    dense_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recipe__says_what_the_hive_holds),
        cmocka_unit_test(names__without_units_are_no_labels),
        cmocka_unit_test(bins__are_found_behind_a_broken_header),
        cmocka_unit_test(any_bytes__have_a_recipe),
        cmocka_unit_test(broken_hives__have_a_recipe),
        cmocka_unit_test(keys__too_deep_are_not_understood),
        cmocka_unit_test(paths__too_long_are_not_understood),
        cmocka_unit_test(memory__may_end_anywhere),
        cmocka_unit_test(print__stops_where_the_output_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
