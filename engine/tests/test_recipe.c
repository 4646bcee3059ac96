/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe.h"

#include "forge_asserts.h"

#define FIRST "hiveproof recipe 1\n"
#define REG5 "Windows Registry Editor Version 5.00\r\n\r\n"

/* Forges a file as it is and compares the strict reader's events. */
static void expect_file(const void *bytes, size_t size, const char *native)
{
    struct forged f;

    forge_file(&f, bytes, size, NULL);
    if (!f.done)
        fail_msg("%u:%u: %s", f.err.origin.line, f.err.origin.column,
                 f.err.message);
    struct hive_builder h = {.image = f.image.bytes, .size = f.image.size};
    expect_walk(&h, &hp_backend_native, HP_MODE_STRICT, NULL, native);
    forge_close(&f);
}

static void expect_file_refused(const void *bytes, size_t size,
                                enum hp_status status, uint32_t line,
                                uint32_t column)
{
    struct forged f;

    forge_file(&f, bytes, size, NULL);
    assert_false(f.done);
    assert_int_equal(f.err.status, status);
    assert_int_equal(f.err.origin.line, line);
    assert_int_equal(f.err.origin.column, column);
    forge_close(&f);
}

#define FILE_OF(literal) "" literal, sizeof(literal) - 1

static void first_line__says_what_the_file_is(void **state)
{
    (void)state;
    expect_file(FILE_OF("hiveproof recipe 1\nbase"), "hive5 +ROOT{s=100} - "
                                                     "done");
    expect_file(FILE_OF("\xEF\xBB\xBFhiveproof recipe 1 ; it is\r\n[\\]"),
                "hive5 +ROOT{s=100} - done");
    expect_file_refused(FILE_OF("hiveproof recipe 2\n"), HP_E_VERSION, 1, 18);
    expect_file_refused(FILE_OF("hiveproof recipe 0\n"), HP_E_TEXT, 1, 18);
    expect_file_refused(FILE_OF("hiveproof recipe x"), HP_E_TEXT, 1, 18);
    expect_file_refused(FILE_OF("hiveproof recipe 1 x"), HP_E_TEXT, 1, 20);
    expect_file_refused(FILE_OF("hiveproof\trecipe 1"), HP_E_TEXT, 1, 10);
    expect_file_refused(FILE_OF("hiveproof recipe"), HP_E_TEXT, 1, 17);
    expect_file_refused(FILE_OF("REGEDIT5"), HP_E_TEXT, 1, 9);
    expect_file_refused(FILE_OF(""), HP_E_TEXT, 1, 1);
    expect_file_refused(FILE_OF("regf"), HP_E_TEXT, 1, 5);
}

static void data__has_a_form_for_every_type(void **state)
{
    static const struct {
        const char *data, *event;
    } cases[] = {
        {"\"\"", "/1/2 :0000"},
        {"\"A\"", "/1/4 :41000000"},
        {"sz:\"A\"", "/1/4 :41000000"},
        {"expand:\"A\"", "/2/4 :41000000"},
        {"str(7):\"A\"", "/7/4 :41000000"},
        {"text(1):\"A\"", "/1/2 :4100"},
        {"text(ffffffff):\"\"", "/ffffffff/0"},
        {"multi:", "/7/2 :0000"},
        {"multi:\"A\"", "/7/6 :410000000000"},
        {"multi:\"\",\"\"", "/7/6 :000000000000"},
        {"multi:\"A\", \\\n  \"\"", "/7/8 :4100000000000000"},
        {"multi:\\\n  \"A\"", "/7/6 :410000000000"},
        {"sz: \"A\"", "/1/4 :41000000"},
        {"dword:1", "/4/4 :01000000"},
        {"dword:89abcdef", "/4/4 :efcdab89"},
        {"qword:1", "/b/8 :0100000000000000"},
        {"hex:", "/3/0"},
        {"hex:0aFf", "/3/2 :0aff"},
        {"hex:0a,ff", "/3/2 :0aff"},
        {"hex:01*3,02", "/3/4 :01010102"},
        {"hex:01*0,02", "/3/1 :02"},
        {"hex(a):01,\\\r\n  02", "/a/2 :0102"},
        {"hex:01,\\\n 02\\\n03 ; more", "/3/3 :010203"},
        {"hex(0):5b", "/0/1 :5b"},
        {"\"\\\\\\\"\\x0a\\u20aC;\"", "/1/c :12#5c00"},
    };
    char recipe[128], want[128];
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        snprintf(recipe, sizeof recipe, "[\\]\n\"v\" = %s", cases[i].data);
        snprintf(want, sizeof want, "hive5 +ROOT{s=100} =v%s - done",
                 cases[i].event);
        expect_hive(recipe, want);
    }
}

static void lines__may_be_broken_and_commented(void **state)
{
    (void)state;
    expect_hive("; all of it\n\n  [\\a]  \\\n class=\"c\" ; here\n"
                "\t\"v\"  =  \\\n dword:1\\\n name=\"w\"\n@=\"\";\n",
                "hive5 +ROOT{s=100} +a{c=6300}{s=100} =w/4/4 :01000000 "
                "=/1/2 :0000 - - done");
}

static void paths__quote_what_is_special(void **state)
{
    struct forged f;
    (void)state;

    expect_hive("[\\a b;c\\\"]\\\"\\x01\"\\\"\\ud800\"]\n[\\A B;C\\]",
                "hive5 +ROOT{s=100} +a\\x20b;c{s=100} +]\"\\x1{s=100} "
                "+\\xd800{s=100} - - - - done");
    forge_open(&f, "[\\\"\"] nk@0x200\n[\\\"\"\\a]");
    assert_int_equal(cell_number(&f, 0x200, NK_NAME_LENGTH, 2), 0);
    assert_int_equal(cell_number(&f, 0x200, NK_SUBKEY_COUNT, 4), 1);
    forge_close(&f);
}

static void keys__are_found_again_in_any_case(void **state)
{
    (void)state;
    expect_hive("[\\Aa\\b]\n[\\aA] class=\"c\"\n\"V\"=\"\"\n[\\AA]\n"
                "\"v\"=dword:1\n",
                "hive5 +ROOT{s=100} +Aa{c=6300}{s=100} =V/4/4 :01000000 "
                "+b{s=100} - - - done");
    /* Of one name there are two when they are called differently. */
    expect_hive("[\\a]\n\"v\"=hex:\n\"v2\"=hex:01 name=\"v\"",
                "hive5 +ROOT{s=100} +a{s=100} =v/3/0 =v/3/1 :01 - - done");
}

static const struct {
    const char *recipe;
    uint32_t line, column;
} mistakes[] = {
    {"nonsense", 2, 1},
    {"\n\xC3\xA4\xC3\xA4 x", 3, 1},
    {"base majo=1", 2, 6},
    {"base major=\xC3\xA4", 2, 12},
    {"base major=0x", 2, 14},
    {"base major=18446744073709551616", 2, 31},
    {"base major=4294967296", 2, 6},
    {"base major[1]=4", 2, 6},
    {"base name=1", 2, 11},
    {"base major=hex:01", 2, 12},
    {"base name=hexx:01", 2, 15},
    {"base name=hex:00*65", 2, 11},
    {"base major 1", 2, 6},
    {"base.major", 2, 11},
    {"base.major = offset(nk", 2, 23},
    {"base.major = offset nk", 2, 20},
    {"base.major = other(nk)", 2, 19},
    {"[\\]\nbase.major = offset(nk[\\x])", 3, 26},
    {"[\\]\nbase.major = offset(nk[\\)", 3, 26},
    {"[\\]\nbase.major = offset(nk[x)", 3, 24},
    {"[\\]\nvk[\\]\"x\".type = 1", 3, 9},
    {"[\\]\nvk[\\].type = 1", 3, 6},
    {"[\\]\nvk.type = 1", 3, 3},
    {"[\\]\nclass[\\].size = 8", 3, 9},
    {"[\\]\nvalues[\\].size = 8", 3, 10},
    {"[\\]\nlist[\\].size = 8", 3, 8},
    {"[\\] lh\nlist[\\]#1.size = 8", 3, 10},
    {"[\\]\n@=\"\"\ndata[\\]@.size = 8", 4, 9},
    {"[\\]\n@=\"\"\ndb[\\]@.size = 8", 4, 7},
    {"[\\]\n@=hex:00*20000\nsegment[\\]@#2.size = 8", 4, 14},
    {"[\\]\nsk[x].flink = 8", 3, 6},
    {"[\\]\nsk.flink = 8", 3, 3},
    {"[\\]\nbin#1.size = 8", 3, 6},
    {"[\\]\ncell#0.size = 8", 3, 7},
    {"[\\]\nxy[\\].size = 8", 3, 1},
    {"[\\]\nnk[\\].size[0] = 8", 3, 14},
    {"[\\] lh\nlist[\\].element = 8", 3, 16},
    {"[", 2, 2},
    {"[a]", 2, 2},
    {"[\\a", 2, 4},
    {"[\\a\\\\b]", 2, 5},
    {"[\\\"a]", 2, 6},
    {"[\\\"a\"b]", 2, 6},
    {"[\\\x01]", 2, 4},
    {"[\\\xff]", 2, 4},
    {"[\\] nk@x", 2, 8},
    {"[\\] nk@-1", 2, 8},
    {"[\\] nk@0x100000000", 2, 8},
    {"[\\] lx", 2, 5},
    {"[\\] ri(xx)", 2, 10},
    {"[\\] ri(lh", 2, 10},
    {"[\\] ri(lh)(lh)", 2, 11},
    {"[\\] security=nobody", 2, 14},
    {"[\\] name=\"a", 2, 12},
    {"[\\] class=hex:0", 2, 16},
    {"\"v\"=\"\"", 2, 1},
    {"[\\]\n\"v\"", 3, 4},
    {"[\\]\n\"v\"=", 3, 5},
    {"[\\]\n\"v\"=-", 3, 5},
    {"[\\]\n\"v\"=foo:1", 3, 8},
    {"[\\]\n\"v\"=dword(1):1", 3, 11},
    {"[\\]\n\"v\"=dword:123456789", 3, 20},
    {"[\\]\n\"v\"=hex(x):", 3, 9},
    {"[\\]\n\"v\"=hex(123456789):", 3, 18},
    {"[\\]\n\"v\"=hex(1:", 3, 10},
    {"[\\]\n\"v\"=hex 1", 3, 8},
    {"[\\]\n\"v\"=hex:1", 3, 10},
    {"[\\]\n\"v\"=hex:01x", 3, 11},
    {"[\\]\n\"v\"=\"\\q\"", 3, 7},
    {"[\\]\n\"v\"=\"\\x1\"", 3, 9},
    {"[\\]\n\"v\"=\"a\nb\"", 3, 7},
    {"[\\]\n\"v\"=\"\xff\"", 3, 6},
    {"[\\]\n\"v\"=multi:\"a\",\"b", 3, 17},
    {"[\\]\n\"v\"=hex: db(x)", 3, 14},
    {"[\\]\n\"v\"=hex: db(list,x)", 3, 18},
    {"[\\]\n\"v\"=hex: db(list", 3, 17},
    {"link key 1", 2, 9},
    {"[\\]\nlink it 1", 3, 8},
    {"[\\]\nlink key", 3, 9},
    {"[\\]\nlink key 1 *x", 3, 13},
    {"[\\]\nlink key 1 hint", 3, 16},
    {"[\\]\nlink value 1 hint=1", 3, 14},
    {"bin 4095", 2, 5},
    {"bin 0", 2, 5},
    {"bin x", 2, 5},
    {"security = hex:", 2, 10},
    {"security a hex:", 2, 12},
    {"security a = 01", 2, 16},
    {"free @0x100+x", 2, 13},
    {"free 0", 2, 7},
    {"raw x", 2, 5},
    {"tail 0", 2, 7},
    {"end x", 2, 5},
    {"include x", 2, 9},
    {"[\\]\n[\\] x=offset(nk)", 3, 5},
};

static void mistakes__are_named_where_they_are(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT_OF(mistakes); i++)
        expect_refused(mistakes[i].recipe, HP_E_TEXT, mistakes[i].line,
                       mistakes[i].column);
}

/* ---- .reg files ------------------------------------------------------ */

static void reg_file__is_a_recipe(void **state)
{
    (void)state;
    expect_file(
        FILE_OF(REG5 "[HKEY_LOCAL_MACHINE\\SYSTEM]\r\n\r\n"
                     "[HKEY_LOCAL_MACHINE\\system\\CURRENTCONTROLSET\\a]b]\r\n"
                     "\"x\\\\y\"=\"z\"\r\n@=hex(2):41,\\\r\n  00\r\n"
                     "[HKEY_LOCAL_MACHINE\\SYSTEM\\k\\CurrentControlSet]\r\n"),
        "hive5 +ROOT{s=100} +ControlSet001{s=100} +a]b{s=100} "
        "=x\\x5cy/1/4 :7a000000 =/2/2 :4100 - - +k{s=100} "
        "+CurrentControlSet{s=100} - - - done");
    /* As hivexregedit writes it. */
    expect_file(FILE_OF(REG5 "[\\]\n\n[\\k]\n\"a\"=str(1):\"b\"\n"),
                "hive5 +ROOT{s=100} +k{s=100} =a/1/4 :62000000 - - done");
    expect_file(FILE_OF("REGEDIT4\n\n[HKEY_X\\Y\\k]\n\"e\"=hex(2):41,00\n"
                        "\"b\"=hex:41\n"),
                "hive5 +ROOT{s=100} +k{s=100} =e/2/4 :41000000 =b/3/1 :41 - "
                "- done");
}

static void reg_file__may_be_utf_16(void **state)
{
    static const uint16_t text[] =
        u"\uFEFFWindows Registry Editor Version 5.00\r\n\r\n"
        u"[HKEY_X\\Y\\\u20AC\xD800]\r\n";
    uint8_t bytes[sizeof text];
    (void)state;

    struct hp_span span =
        utf16le(bytes, (struct hp_text){text, sizeof text / sizeof *text - 1});
    expect_file(span.ptr, span.len,
                "hive5 +ROOT{s=100} +\\x20ac\\xd800{s=100} - - done");
    expect_file_refused(span.ptr, 2, HP_E_TEXT, 1, 1);
}

static void reg_file__is_refused_where_it_is_no_recipe(void **state)
{
    static const struct {
        const char *text;
        uint32_t line, column;
    } cases[] = {
        {REG5 "[-HKEY_X\\Y]", 3, 2},
        {REG5 "[HKEY_X\\Y]\n\"a\"=-", 4, 5},
        {REG5 "[HKEY_X]", 3, 8},
        {REG5 "[HKEY_X\\Y]\n[HKEY_X\\Z]", 4, 10},
        {REG5 "[HKEY_X\\Y]\n[\\a]", 4, 3},
        {REG5 "[\\]\n[HKEY_X\\Y\\a]", 4, 11},
        {REG5 "[HKEY_X\\Y", 3, 2},
        {REG5 "[HKEY_X\\Y\\\\a]", 3, 11},
        {REG5 "base", 3, 1},
        {REG5 "[\\] nk@0x20", 3, 5},
        {REG5 "[\\]\n@=\"\" utf16", 4, 6},
        {"REGEDIT4\n[\\]\n@=hex(7):80", 3, 12},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct forged f;
        forge_file(&f, cases[i].text, strlen(cases[i].text), NULL);
        if (f.done || f.err.status != HP_E_TEXT ||
            f.err.origin.line != cases[i].line ||
            f.err.origin.column != cases[i].column)
            fail_msg("%s -> %d at %u:%u %s", cases[i].text, f.done,
                     f.err.origin.line, f.err.origin.column,
                     f.err.message == NULL ? "" : f.err.message);
        forge_close(&f);
    }
}

/* ---- includes -------------------------------------------------------- */

/* `self` counts what is opened. */
static enum hp_status open_case(void *self, struct hp_recipe_text *text,
                                const char *from, const char *name)
{
    static const struct {
        const char *name, *text;
    } files[] = {
        {"base", FIRST "[\\a]\n\"v\" = \"old\"\n"},
        {"reg", REG5 "[HKEY_X\\Y\\r]\n"},
        {"self", FIRST "include \"self\"\n"},
        {"bad", FIRST "\n bad\n"},
    };
    unsigned *opened = self;

    assert_non_null(from);
    ++*opened;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (strcmp(files[i].name, name) == 0) {
            *text = (struct hp_recipe_text){files[i].name, files[i].text,
                                            strlen(files[i].text)};
            return HP_OK;
        }
    }
    return HP_E_IO;
}

static void include__is_read_in_its_place(void **state)
{
    static const char text[] = FIRST "include \"reg\" ; first\n[\\z]\n"
                                     "include \"base\"\n\"w\" = hex:\n"
                                     "[\\A]\n\"V\" = hex:01\n";
    unsigned opened = 0;
    const struct hp_recipe_opener opener = {open_case, &opened};
    struct forged f;
    (void)state;

    forge_file(&f, text, sizeof text - 1, &opener);
    assert_true(f.done);
    struct hive_builder h = {.image = f.image.bytes, .size = f.image.size};
    expect_walk(&h, &hp_backend_native, HP_MODE_STRICT, NULL,
                "hive5 +ROOT{s=100} +a{s=100} =v/3/1 :01 - +r{s=100} - "
                "+z{s=100} =w/3/0 - - done");
    assert_int_equal(opened, 2);
    forge_close(&f);
}

static void include__is_bounded(void **state)
{
    static const struct {
        const char *text;
        enum hp_status status;
        const char *file;
        uint32_t line, column;
        unsigned opened;
    } cases[] = {
        {FIRST "include \"none\"", HP_E_IO, "case", 2, 9, 1},
        {FIRST "include \"self\\x00\"", HP_E_IO, "case", 2, 9, 0},
        {FIRST "include \"bad\"", HP_E_TEXT, "bad", 3, 2, 1},
        {FIRST "include \"self\"", HP_E_DEPTH, "self", 2, 9, HP_RECIPE_DEPTH},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned opened = 0;
        const struct hp_recipe_opener opener = {open_case, &opened};
        struct forged f;
        forge_file(&f, cases[i].text, strlen(cases[i].text), &opener);
        assert_false(f.done);
        assert_int_equal(f.err.status, cases[i].status);
        assert_string_equal(f.err.origin.file, cases[i].file);
        assert_int_equal(f.err.origin.line, cases[i].line);
        assert_int_equal(f.err.origin.column, cases[i].column);
        assert_int_equal(opened, cases[i].opened);
        forge_close(&f);
    }
    expect_refused("include \"base\"", HP_E_IO, 2, 9);
}

static void include__many_files_are_too_many(void **state)
{
    char text[16 * HP_RECIPE_FILES + 64] = FIRST;
    unsigned opened = 0;
    const struct hp_recipe_opener opener = {open_case, &opened};
    struct forged f;
    (void)state;

    for (int i = 0; i < HP_RECIPE_FILES - 1; i++)
        strcat(text, "include \"reg\"\n");
    forge_file(&f, text, strlen(text), &opener);
    assert_true(f.done);
    forge_close(&f);
    strcat(text, "include \"reg\"\n");
    forge_file(&f, text, strlen(text), &opener);
    assert_int_equal(f.err.status, HP_E_DEPTH);
    assert_int_equal(f.err.origin.line, HP_RECIPE_FILES + 1);
    forge_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_line__says_what_the_file_is),
        cmocka_unit_test(data__has_a_form_for_every_type),
        cmocka_unit_test(lines__may_be_broken_and_commented),
        cmocka_unit_test(paths__quote_what_is_special),
        cmocka_unit_test(keys__are_found_again_in_any_case),
        cmocka_unit_test(mistakes__are_named_where_they_are),
        cmocka_unit_test(reg_file__is_a_recipe),
        cmocka_unit_test(reg_file__may_be_utf_16),
        cmocka_unit_test(reg_file__is_refused_where_it_is_no_recipe),
        cmocka_unit_test(include__is_read_in_its_place),
        cmocka_unit_test(include__is_bounded),
        cmocka_unit_test(include__many_files_are_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
