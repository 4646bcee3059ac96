/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include "fake_hive.h"
#include "hp_limits.h"
#include "image_path.h"
#include "launch.h"
#include "text.h"
#include "writer_asserts.h"

static struct hp_arena new_arena(void)
{
    return hp_arena_of(hp_allocator_libc, SIZE_MAX);
}

/* ---- text -------------------------------------------------------------- */

static void text__only_letters_fold_into_ascii(void **state)
{
    (void)state;
    for (uint32_t unit = 0x80; unit <= 0xFFFF; unit++)
        assert_in_range(hp_upcase((uint16_t)unit), 0x80, 0xFFFF);
}

static void text__cuts_and_finds(void **state)
{
    const struct hp_text text = TEXT(u"aB.exe.EXE");
    const struct hp_text none = {NULL, 0};

    (void)state;
    assert_string_equal(shown(hp_text_from(text, 0)), "aB.exe.EXE");
    assert_string_equal(shown(hp_text_from(text, 6)), ".EXE");
    assert_string_equal(shown(hp_text_cut(text, 1, 2)), "B.");
    assert_null(hp_text_from(none, 0).units);

    assert_true(hp_text_starts_nocase(text, "Ab."));
    assert_true(hp_text_starts_nocase(text, ""));
    assert_false(hp_text_starts_nocase(text, "Ac"));
    assert_true(hp_text_starts_nocase(text, "ab.EXE.exe"));
    assert_false(hp_text_starts_nocase(text, "ab.EXE.exe."));

    assert_int_equal(hp_text_find_nocase(text, 0, ".EXE"), 2);
    assert_int_equal(hp_text_find_nocase(text, 2, ".EXE"), 2);
    assert_int_equal(hp_text_find_nocase(text, 3, ".EXE"), 6);
    assert_int_equal(hp_text_find_nocase(text, 7, ".EXE"), HP_NOT_FOUND);
    assert_int_equal(hp_text_find_any(text, 0, "x."), 2);
    assert_int_equal(hp_text_find_any(text, 3, "x."), 4);
    assert_int_equal(hp_text_find_any(text, 0, "?"), HP_NOT_FOUND);
    /* NUL ends the set, and what only looks like a letter is none. */
    assert_int_equal(hp_text_find_any(TEXT(u"\0\u0178"), 0, "x"), HP_NOT_FOUND);
    assert_int_equal(hp_text_find_any(TEXT(u"\x7F\x80"), 0, "\x7F\x80"), 0);
    assert_int_equal(hp_text_find_any(TEXT(u"\x80"), 0, "\x80"), HP_NOT_FOUND);
}

static void text__joins_and_lowers(void **state)
{
    struct hp_arena arena = new_arena();
    const struct hp_text parts[] = {TEXT(u"A"), {NULL, 0}, TEXT(u"bC")};
    struct hp_text text;

    (void)state;
    assert_true(hp_text_join(&text, &arena, parts, 3));
    assert_string_equal(shown(text), "AbC");
    assert_true(hp_text_copy(&text, &arena, parts[2]));
    assert_string_equal(shown(text), "bC");
    assert_ptr_not_equal(text.units, parts[2].units);
    assert_true(hp_text_lower(&text, &arena, TEXT(u"@AZ[\u00C4")));
    assert_string_equal(shown(text), "@az[\xC3\x84");
    assert_true(hp_text_of(&text, &arena, "x y"));
    assert_string_equal(shown(text), "x y");
    hp_arena_close(&arena);
}

static void text__functions_report_no_memory(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, 0);
    struct hp_text text = {NULL, 7};

    (void)state;
    assert_false(hp_text_join(&text, &arena, &text, 0));
    assert_false(hp_text_lower(&text, &arena, TEXT(u"a")));
    assert_false(hp_text_of(&text, &arena, "a"));
    assert_int_equal(text.count, 7);
}

static void text__decodes_each_encoding(void **state)
{
    static const struct {
        struct hp_string string;
        size_t units;
        const char *want;
    } cases[] = {
        {{"a\xE9", 2, HP_LATIN1}, 2, "a\xC3\xA9"},
        {{"a\0\xE9\x20", 4, HP_UTF16LE}, 2, "a\xE2\x83\xA9"},
        {{"a\0\xE9", 3, HP_UTF16LE}, 1, "a"},
        {{"a\xC3\xA9", 3, HP_UTF8}, 3, "a\xC3\xA9"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint16_t units[4];
        assert_int_equal(hp_string_units(cases[i].string), cases[i].units);
        assert_string_equal(shown(hp_string_decode(units, cases[i].string)),
                            cases[i].want);
    }
}

static void text__names_are_compared_as_they_are_encoded(void **state)
{
    const struct hp_string latin = {"tYpe", 4, HP_LATIN1};
    const struct hp_string wide = {"T\0y\0p\0E\0", 8, HP_UTF16LE};
    const struct hp_string far = {"T\0y\0p\0E\1", 8, HP_UTF16LE};

    (void)state;
    assert_true(hp_string_is_nocase(latin, "Type", 4));
    assert_true(hp_string_is_nocase(wide, "Type", 4));
    assert_false(hp_string_is_nocase(far, "Type", 4));
    assert_false(hp_string_is_nocase(latin, "Tape", 4));
    assert_false(hp_string_is_nocase(wide, "Typo", 4));
    assert_false(hp_string_is_nocase(latin, "Typ", 3));
    assert_false(hp_string_is_nocase(wide, "Typ", 3));
    assert_false(hp_string_is_nocase(latin, "Types", 5));
    assert_true(
        hp_string_is_nocase((struct hp_string){"", 0, HP_LATIN1}, "", 0));
}

/* ---- decoding ---------------------------------------------------------- */

static void expect_decoded(uint32_t type, struct hp_span data,
                           enum hp_decoded want, const char *text_wanted,
                           const char *findings_wanted)
{
    struct hp_arena arena = new_arena();
    struct hp_finding_list findings = {.count = 0};
    enum hp_decoded decoded;
    struct hp_text text;

    assert_true(
        hp_image_path_decode(&decoded, &text, &arena, &findings, type, data));
    assert_int_equal(decoded, want);
    assert_string_equal(shown(text), text_wanted);
    assert_string_equal(list_shown(&findings), findings_wanted);
    hp_arena_close(&arena);
}

static void decode__follows_rules_b(void **state)
{
    static const struct {
        uint32_t type;
        struct hp_span data;
        enum hp_decoded decoded;
        const char *text, *findings;
    } cases[] = {
        {1, SPAN_INIT("a\0\0"), HP_DECODED_TEXT, "a",
         "ODD_LENGTH UNTERMINATED"},
        {1, SPAN_INIT("a\0\0\0"), HP_DECODED_TEXT, "a", ""},
        {2, SPAN_INIT("a\0\0\0\0"), HP_DECODED_TEXT, "a", "ODD_LENGTH"},
        {1, SPAN_INIT(""), HP_DECODED_TEXT, "", ""},
        {1, SPAN_INIT("\0\0"), HP_DECODED_TEXT, "", ""},
        {1, SPAN_INIT("a"), HP_DECODED_TEXT, "", "ODD_LENGTH"},
        {1, SPAN_INIT("a\0"), HP_DECODED_TEXT, "a", "UNTERMINATED"},
        {1, SPAN_INIT("a\0\0\0\0\0"), HP_DECODED_TEXT, "a", ""},
        {1, SPAN_INIT("a\0\0\0b\0"), HP_DECODED_TEXT, "a", "EMBEDDED_NUL"},
        {1, SPAN_INIT("\0\0\0\0b\0"), HP_DECODED_TEXT, "", "EMBEDDED_NUL"},
        {6, SPAN_INIT("a\0\0\0"), HP_DECODED_TEXT, "a", "LINK_TYPE"},
        {7, SPAN_INIT("a\0\0\0b\0\0\0"), HP_DECODED_TEXT, "a", "MULTI_SZ_TYPE"},
        {0, SPAN_INIT("a\0\0\0"), HP_DECODED_WRONG_TYPE, "", "WRONG_TYPE"},
        {3, SPAN_INIT("a\0\0\0"), HP_DECODED_WRONG_TYPE, "", "WRONG_TYPE"},
        {4, SPAN_INIT("a\0\0\0"), HP_DECODED_WRONG_TYPE, "", "WRONG_TYPE"},
        {11, SPAN_INIT("a\0\0\0"), HP_DECODED_WRONG_TYPE, "", "WRONG_TYPE"},
        {0x10001, SPAN_INIT("a\0"), HP_DECODED_WRONG_TYPE, "", "WRONG_TYPE"},
        {1, SPAN_INIT("\x3D\xD8\0\0"), HP_DECODED_TEXT, "\xED\xA0\xBD",
         "LONE_SURROGATE"},
        {1, SPAN_INIT("\xFF\xFE\x41\0\0\0"), HP_DECODED_TEXT,
         "\xEF\xBB\xBF\x41", "BOM"},
        {1, SPAN_INIT("a\0\xFF\xFE\0\0"), HP_DECODED_TEXT, "a\xEF\xBB\xBF", ""},
        {1, SPAN_INIT("C:\0\0"), HP_DECODED_TEXT, "\xE3\xA9\x83", "LOOKS_8BIT"},
        {1, SPAN_INIT("~  ~\0\0"), HP_DECODED_TEXT, "\xE2\x81\xBE\xE7\xB8\xA0",
         "LOOKS_8BIT"},
        {1, SPAN_INIT("C:\x1F:\0\0"), HP_DECODED_TEXT,
         "\xE3\xA9\x83\xE3\xA8\x9F", ""},
        {1, SPAN_INIT("C:\x7F:\0\0"), HP_DECODED_TEXT,
         "\xE3\xA9\x83\xE3\xA9\xBF", ""},
        {1, SPAN_INIT("C:C\x7F\0\0"), HP_DECODED_TEXT,
         "\xE3\xA9\x83\xE7\xBD\x83", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_decoded(cases[i].type, cases[i].data, cases[i].decoded,
                       cases[i].text, cases[i].findings);
}

static void decode__takes_32767_units(void **state)
{
    static uint8_t bytes[2 * HP_LIMIT_TEXT_UNITS + 2];
    struct hp_arena arena = new_arena();
    struct hp_finding_list findings = {.count = 0};
    enum hp_decoded decoded;
    struct hp_text text;

    (void)state;
    memset(bytes, 'a', sizeof(bytes));
    bytes[2] = 0;
    assert_true(
        hp_image_path_decode(&decoded, &text, &arena, &findings, 1,
                             hp_span_of(bytes, 2 * HP_LIMIT_TEXT_UNITS + 1)));
    assert_int_equal(decoded, HP_DECODED_TEXT);
    assert_int_equal(text.count, HP_LIMIT_TEXT_UNITS);
    assert_string_equal(list_shown(&findings), "ODD_LENGTH UNTERMINATED");

    findings.count = 0;
    assert_true(
        hp_image_path_decode(&decoded, &text, &arena, &findings, 1,
                             hp_span_of(bytes, 2 * HP_LIMIT_TEXT_UNITS + 2)));
    assert_int_equal(decoded, HP_DECODED_TOO_LONG);
    assert_int_equal(text.count, 0);
    assert_string_equal(list_shown(&findings), "TOO_LONG");
    hp_arena_close(&arena);

    arena = hp_arena_of(hp_allocator_libc, 0);
    assert_false(hp_image_path_decode(&decoded, &text, &arena, &findings, 1,
                                      hp_span_of(bytes, 2)));
}

/* ---- the writer's paths ------------------------------------------------ */

static void win32__cuts_behind_the_first_exe(void **state)
{
    static const char *const cases[][2] = {
        {"%SystemRoot%\\system32\\svchost.exe -k netsvcs",
         "%systemroot%\\system32\\svchost.exe"},
        {"\"C:\\Program Files\\App\\svc.exe\" -run",
         "c:\\program files\\app\\svc.exe"},
        {"\"C:\\svc.exe", "\"c:\\svc.exe"},
        {"\"C:\\svc.exe\"", "c:\\svc.exe"},
        {"C:\\svc.exe\"", "c:\\svc.exe"},
        {"\"\"C:\\a b\\c.exe\"\" -x", "\"c:\\a b\\c.exe"},
        {"'C:\\c.exe' -x", "'c:\\c.exe"},
        {"C:\\my.exe files\\bin\\svc.exe", "c:\\my.exe"},
        {"C:\\SVC.ExE", "c:\\svc.exe"},
        {".exe", ".exe"},
        {"\".exe\"", ".exe"},
        {"C:\\svc.com", NULL},
        {"C:\\svc.ex", NULL},
        {"C:\\svcexe", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_arena arena = new_arena();
        struct hp_text path = {NULL, 0};
        bool has_exe;
        assert_true(
            hp_image_path_win32(&path, &has_exe, &arena, text_of(cases[i][0])));
        assert_int_equal(has_exe, cases[i][1] != NULL);
        if (has_exe)
            assert_string_equal(shown(path), cases[i][1]);
        hp_arena_close(&arena);
    }
}

static void driver__follows_d2_to_d4(void **state)
{
    static const char *const cases[][2] = {
        {"", "%SystemRoot%\\System32\\Drivers\\foo.SYS"},
        {"System32\\Drivers\\x.sys", "%SystemRoot%\\System32\\Drivers\\x.sys"},
        {"C:\\X.sys", "%SystemRoot%\\C:\\X.sys"},
        {"\\SystemRoot\\System32\\X.sys", "%SystemRoot%\\system32\\x.sys"},
        {"\\SYSTEMROOT\\X.sys", "%SystemRoot%\\x.sys"},
        {"\\SystemRoot", "\\systemroot"},
        {"\\SystemRootX", "\\systemrootx"},
        {"\\??\\C:\\Drv\\X.sys", "c:\\drv\\x.sys"},
        {"\\??\\", ""},
        {"\\??", "\\??"},
        {"\\Device\\X.sys", "\\device\\x.sys"},
        {"/a\\X.sys", "%SystemRoot%\\/a\\X.sys"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_arena arena = new_arena();
        struct hp_text path;
        assert_true(hp_image_path_driver(&path, &arena, text_of(cases[i][0]),
                                         TEXT(u"foo")));
        assert_string_equal(shown(path), cases[i][1]);
        hp_arena_close(&arena);
    }
}

static void paths__report_no_memory(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, 0);
    struct hp_text path;
    bool has_exe;

    (void)state;
    assert_false(hp_image_path_win32(&path, &has_exe, &arena, TEXT(u"a.exe")));
    assert_false(hp_image_path_driver(&path, &arena, TEXT(u"\\a"), TEXT(u"")));
    assert_false(hp_image_path_driver(&path, &arena, TEXT(u"a"), TEXT(u"")));
}

/* ---- shapes ------------------------------------------------------------ */

static void guid__needs_its_form(void **state)
{
    static const char *const bad[] = {
        "",
        "{01234567-89ab-cdef-0123-456789ABCDEF",
        "(01234567-89ab-cdef-0123-456789ABCDEF}",
        "{01234567-89ab-cdef-0123-456789ABCDEF)",
        "{01234567+89ab-cdef-0123-456789ABCDEF}",
        "{0123456g-89ab-cdef-0123-456789ABCDEF}",
        "{0123456/-89ab-cdef-0123-456789ABCDEF}",
        "{0123456:-89ab-cdef-0123-456789ABCDEF}",
        "{0123456`-89ab-cdef-0123-456789ABCDEF}",
    };
    static const uint8_t want[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xAB,
                                     0xCD, 0xEF, 0x01, 0x23, 0x45, 0x67,
                                     0x89, 0xAB, 0xCD, 0xEF};
    struct hp_guid guid = {{0}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(hp_guid_parse(&guid, text_of(bad[i])));
    assert_int_equal(guid.bytes[0], 0);
    assert_true(hp_guid_parse(
        &guid, text_of("{01234567-89ab-cdef-0123-456789ABCDEF}more")));
    assert_memory_equal(guid.bytes, want, sizeof(want));
}

#define GUID_TEXT "{11111111-1111-1111-1111-111111111111}"

static const struct {
    const char *path;
    int path_class;
    char letter;
    const char *volume, *findings;
} shape_cases[] = {
    {"c:\\a.exe", 1, 'C', "c:", ""},
    {"a:\\a.exe", 1, 'A', "a:", ""},
    {"z:\\a.exe", 1, 'Z', "z:", ""},
    {"@:\\a.exe", 7, 0, "", ""},
    {"[:\\a.exe", 7, 0, "", ""},
    {"`:\\a.exe", 7, 0, "", ""},
    {"{:\\a.exe", 7, 0, "", ""},
    {"1:\\a.exe", 7, 0, "", ""},
    {"c:", 7, 0, "", ""},
    {"c:\\", 1, 'C', "c:", ""},
    {"c:a.exe", 7, 0, "", ""},
    {"a.exe", 7, 0, "", ""},
    {"\\a.exe", 7, 0, "", ""},
    {"", 7, 0, "", ""},
    {"\\\\?\\C:\\a.exe", 2, 'C', "C:", ""},
    {"\\\\.\\c:\\a.exe", 2, 'C', "c:", ""},
    {"\\\\?\\c:a.exe", 7, 0, "", ""},
    {"\\\\?\\a.exe", 7, 0, "", ""},
    {"\\\\?\\Volume" GUID_TEXT "\\a.exe", 3, 0, "Volume" GUID_TEXT, ""},
    {"\\\\.\\volume" GUID_TEXT "\\a.exe", 3, 0, "volume" GUID_TEXT, ""},
    {"\\\\?\\volume" GUID_TEXT, 7, 0, "", ""},
    {"\\\\?\\volume" GUID_TEXT "a.exe", 7, 0, "", ""},
    {"\\\\?\\volume{not-a-guid}\\a.exe", 7, 0, "", ""},
    {"\\\\?\\GLOBALROOT\\Device\\HarddiskVolume2\\a.exe", 4, 0,
     "\\Device\\HarddiskVolume2\\a.exe", ""},
    {"\\\\server\\share\\a.exe", 5, 0, "", ""},
    {"//server/share/a.exe", 5, 0, "", "FORWARD_SLASH"},
    {"\\\\?\\UNC\\server\\share\\a.exe", 5, 0, "", ""},
    {"\\\\?\\UNCx\\a.exe", 7, 0, "", ""},
    {"\\??\\c:\\a.exe", 6, 0, "", ""},
    {"\\??\\c:\\a:.exe", 8, 0, "", ""},
    {"\\DosDevices\\c:\\a.exe", 6, 0, "", ""},
    {"\\DosDevices\\c:\\a:.exe", 8, 0, "", ""},
    {"\\dosdevices\\ca:\\a.exe", 8, 0, "", ""},
    {"\\device\\a.exe", 6, 0, "", ""},
    {"\\systemroot\\a.exe", 6, 0, "", ""},
    {"\\systemroot", 7, 0, "", ""},
    {"\\device", 7, 0, "", ""},
    {":a.exe", 7, 0, "", ""},
    {"ab:\\a.exe", 8, 0, "", ""},
    {"\\\\?\\cd:\\a.exe", 8, 0, "", ""},
    {"c:\\a\x1F.exe", 8, 'C', "c:", ""},
    {"c:\\a\x20.exe", 1, 'C', "c:", ""},
    {"\tc:\\a.exe", 8, 0, "", ""},
    {"c:\\a<.exe", 8, 'C', "c:", ""},
    {"c:\\a>.exe", 8, 'C', "c:", ""},
    {"c:\\a\".exe", 8, 'C', "c:", ""},
    {"c:\\a|.exe", 8, 'C', "c:", ""},
    {"c:\\a?.exe", 8, 'C', "c:", ""},
    {"c:\\a*.exe", 8, 'C', "c:", ""},
    {"\\\\?\\c:\\a?.exe", 8, 'C', "c:", ""},
    {"\\\\server\\sh?re\\a.exe", 8, 0, "", ""},
    {"c:/a.exe", 9, 'C', "c:", "FORWARD_SLASH"},
    {"c:\\a/b.exe", 9, 'C', "c:", "FORWARD_SLASH"},
    {"c:\\\\a.exe", 9, 'C', "c:", "DOUBLE_BACKSLASH"},
    {"c:\\a\\\\b.exe", 9, 'C', "c:", "DOUBLE_BACKSLASH"},
    {"\\\\?\\c:\\\\a.exe", 9, 'C', "c:", "DOUBLE_BACKSLASH"},
    {"\\\\?\\volume" GUID_TEXT "\\\\a.exe", 9, 0, "volume" GUID_TEXT,
     "DOUBLE_BACKSLASH"},
    {"\\\\?\\globalroot\\\\a.exe", 9, 0, "\\\\a.exe", "DOUBLE_BACKSLASH"},
    {"\\\\?\\globalroot\\~1", 9, 0, "\\~1", "SHORT_NAME"},
    {"\\\\?\\unc\\\\a.exe", 5, 0, "", "DOUBLE_BACKSLASH"},
    {"\\\\?\\unc\\a\\\\b.exe", 5, 0, "", "DOUBLE_BACKSLASH"},
    {"\\\\s\\\\a.exe", 5, 0, "", "DOUBLE_BACKSLASH"},
    {"c:\\.\\a.exe", 9, 'C', "c:", "DOT_SEGMENT"},
    {"c:\\..\\a.exe", 9, 'C', "c:", "DOT_SEGMENT"},
    {"c:\\a\\..", 9, 'C', "c:", "DOT_SEGMENT"},
    {"c:\\...\\a.exe", 9, 'C', "c:", "TRAILING_DOT_OR_SPACE"},
    {"c:\\a.\\b.exe", 9, 'C', "c:", "TRAILING_DOT_OR_SPACE"},
    {"c:\\a \\b.exe", 9, 'C', "c:", "TRAILING_DOT_OR_SPACE"},
    {"c:\\a.sys ", 9, 'C', "c:", "TRAILING_DOT_OR_SPACE"},
    {"c:\\.a\\ b.exe", 1, 'C', "c:", ""},
    {"c:\\a~1\\b.exe", 9, 'C', "c:", "SHORT_NAME"},
    {"c:\\a~0", 9, 'C', "c:", "SHORT_NAME"},
    {"c:\\a~9", 9, 'C', "c:", "SHORT_NAME"},
    {"c:\\a~/", 9, 'C', "c:", "FORWARD_SLASH"},
    {"c:\\a~:", 8, 'C', "c:", ""},
    {"c:\\a~;", 1, 'C', "c:", ""},
    {"c:\\a~.exe", 1, 'C', "c:", ""},
    {"c:\\a1~.exe", 1, 'C', "c:", ""},
    {"c:\\con\\b.exe", 9, 'C', "c:", "RESERVED_NAME"},
    {"c:\\NUL.exe", 9, 'C', "c:", "RESERVED_NAME"},
    {"c:\\prn .x.exe", 9, 'C', "c:", "RESERVED_NAME"},
    {"c:\\aux.exe", 9, 'C', "c:", "RESERVED_NAME"},
    {"c:\\conin$\\a.exe", 9, 'C', "c:", "RESERVED_NAME"},
    {"c:\\conout$\\a.exe", 9, 'C', "c:", "RESERVED_NAME"},
    {"c:\\com1.exe", 9, 'C', "c:", "RESERVED_NAME"},
    {"c:\\LPT9.exe", 9, 'C', "c:", "RESERVED_NAME"},
    {"c:\\com0.exe", 1, 'C', "c:", ""},
    {"c:\\com;.exe", 1, 'C', "c:", ""},
    {"c:\\com10.exe", 1, 'C', "c:", ""},
    {"c:\\cat1.exe", 1, 'C', "c:", ""},
    {"c:\\cons.exe", 1, 'C', "c:", ""},
    {"c:\\xcon.exe", 1, 'C', "c:", ""},
    {"c:\\a.con", 1, 'C', "c:", ""},
    {"c:/con\\\\..\\a~1 \\x.exe", 9, 'C', "c:",
     "FORWARD_SLASH RESERVED_NAME DOUBLE_BACKSLASH DOT_SEGMENT "
     "TRAILING_DOT_OR_SPACE SHORT_NAME"},
};

static void shape__has_nine_classes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shape_cases); i++) {
        struct hp_finding_list findings = {.count = 0};
        struct hp_shape shape =
            hp_image_path_shape(text_of(shape_cases[i].path), &findings);
        if (shape.path_class != shape_cases[i].path_class)
            fail_msg("%s is P%d", shape_cases[i].path, shape.path_class);
        assert_int_equal(shape.letter, shape_cases[i].letter);
        assert_string_equal(shown(shape.volume), shape_cases[i].volume);
        assert_string_equal(list_shown(&findings), shape_cases[i].findings);
        assert_int_equal(shape.has_guid, shape_cases[i].volume[0] == 'v' ||
                                             shape_cases[i].volume[0] == 'V');
        assert_int_equal(shape.doubtful,
                         strstr(shape_cases[i].findings, "FORWARD") != NULL);
        assert_false(shape.unknown_variable);
    }
}

static void shape__keeps_earlier_findings_apart(void **state)
{
    struct hp_finding_list findings = {.count = 0};

    (void)state;
    hp_findings_add(&findings, "SHORT_NAME");
    assert_int_equal(hp_image_path_shape(TEXT(u"c:\\a"), &findings).path_class,
                     1);
    assert_int_equal(
        hp_image_path_shape(TEXT(u"c:\\a~1"), &findings).path_class, 9);
    assert_string_equal(list_shown(&findings), "SHORT_NAME");
}

static const struct {
    const char *path;
    bool unknown;
} variable_cases[] = {{"%a%\\b.exe", true},   {"%a%", true},
                      {"%%\\b.exe", false},   {"%%a%\\b.exe", false},
                      {"%", false},           {"%a\\b.exe", false},
                      {"x%a%\\b.exe", false}, {"%a b%", true}};

static void shape__knows_a_variable_nobody_expanded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(variable_cases); i++) {
        struct hp_finding_list findings = {.count = 0};
        struct hp_shape shape =
            hp_image_path_shape(text_of(variable_cases[i].path), &findings);
        assert_int_equal(shape.path_class, 7);
        assert_int_equal(shape.unknown_variable, variable_cases[i].unknown);
    }
}

static void shape__doubts_more_than_259_units(void **state)
{
    static const struct {
        const char *prefix;
        size_t count;
        int path_class;
        bool doubtful;
    } cases[] = {
        {"c:\\", 259, 1, false},        {"c:\\", 260, 9, true},
        {"\\\\?\\c:\\", 260, 2, false}, {"\\\\.\\c:\\", 260, 9, true},
        {"\\\\s\\", 260, 5, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_finding_list findings = {.count = 0};
        char path[300];
        memset(path, 'a', sizeof(path));
        memcpy(path, cases[i].prefix, strlen(cases[i].prefix));
        path[cases[i].count] = '\0';
        struct hp_shape shape = hp_image_path_shape(text_of(path), &findings);
        assert_int_equal(shape.path_class, cases[i].path_class);
        assert_int_equal(shape.doubtful, cases[i].doubtful);
        assert_string_equal(list_shown(&findings),
                            cases[i].doubtful ? "LONG_PATH" : "");
    }
}

/* ---- launch ------------------------------------------------------------ */

static const char *launch_shown(const struct hp_launch *launch)
{
    static char out[2000];

    out[0] = '\0';
    for (size_t i = 0; i < launch->count; i++) {
        strcat(out, i == 0 ? "" : "|");
        strcat(out, shown(launch->list[i]));
    }
    return out;
}

static void launch__lists_what_create_process_tries(void **state)
{
    static const char *const cases[][2] = {
        {"C:\\a b\\c.exe -d", "C:\\a.exe|C:\\a b\\c.exe|C:\\a b\\c.exe -d"},
        {"C:\\a.exe\t-d", "C:\\a.exe|C:\\a.exe\t-d"},
        {"C:\\a  b", "C:\\a.exe|C:\\a  b.exe"},
        {" C:\\a", "R\\System32\\ C:\\a.exe"},
        {"C:\\a ", "C:\\a.exe"},
        {"\"C:\\a b\\c.com\" -d", "C:\\a b\\c.com"},
        {"\"C:\\a b", "C:\\a b.exe"},
        {"\"\"x", ""},
        {"", ""},
        {"x.exe", "R\\System32\\x.exe|R\\System\\x.exe|R\\x.exe"},
        {"x", "R\\System32\\x.exe|R\\System\\x.exe|R\\x.exe"},
        {"b\\x.y", "R\\System32\\b\\x.y"},
        {"b/x", "R\\System32\\b/x.exe"},
        {"b.c\\x", "R\\System32\\b.c\\x.exe"},
        {"\\x", "\\x.exe"},
        {"/x", "/x.exe"},
        {"c:x", "c:x.exe"},
        {"c", "R\\System32\\c.exe|R\\System\\c.exe|R\\c.exe"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_arena arena = new_arena();
        struct hp_launch launch = {.count = 0};
        assert_true(
            hp_launch_win32(&launch, &arena, text_of(cases[i][0]), TEXT(u"R")));
        assert_string_equal(launch_shown(&launch), cases[i][1]);
        hp_arena_close(&arena);
    }
}

static void launch__keeps_32_candidates(void **state)
{
    struct hp_arena arena = new_arena();
    struct hp_launch launch = {.count = 0};
    char blanks[100];

    (void)state;
    for (size_t i = 0; i < 99; i++)
        blanks[i] = i % 2 == 0 ? '/' : ' ';
    blanks[99] = '\0';
    assert_true(hp_launch_win32(&launch, &arena, text_of(blanks), TEXT(u"R")));
    assert_int_equal(launch.count, HP_LAUNCH_MAX);
    assert_int_equal(launch.list[31].count, 63 + 4);
    assert_true(hp_launch_driver(&launch, &arena, TEXT(u"x"), TEXT(u"y")));
    assert_int_equal(launch.count, HP_LAUNCH_MAX);
    hp_arena_close(&arena);
}

static void launch__lists_what_the_kernel_loads(void **state)
{
    static const char *const cases[][2] = {
        {"", "\\SystemRoot\\System32\\drivers\\foo.sys"},
        {"x\\Y.sys", "\\SystemRoot\\x\\Y.sys"},
        {"\\??\\C:\\Y.sys", "\\??\\C:\\Y.sys"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_arena arena = new_arena();
        struct hp_launch launch = {.count = 0};
        assert_true(hp_launch_driver(&launch, &arena, text_of(cases[i][0]),
                                     TEXT(u"foo")));
        assert_string_equal(launch_shown(&launch), cases[i][1]);
        hp_arena_close(&arena);
    }
}

static void launch__compares_nt_paths_with_win32_paths(void **state)
{
    static const struct {
        const char *candidate, *path;
        bool has;
    } cases[] = {
        {"C:\\a.exe", "c:\\A.exe", true},
        {"C:\\a.exe", "c:\\b.exe", false},
        {"\\SystemRoot\\a.sys", "c:\\win\\A.sys", true},
        {"\\SystemRoot\\a.sys", "c:\\win\\b.sys", false},
        {"\\SystemRoot\\a.sys", "c:\\wim\\a.sys", false},
        {"\\SystemRoot\\a.sys", "c:\\win\\aa.sys", false},
        {"\\SystemRoot\\a.sys", "\\systemroot\\a.sys", true},
        {"\\SystemRoot\\a.sys", "c", false},
        {"\\??\\c:\\a.sys", "c:\\a.sys", true},
        {"\\??\\c:\\a.sys", "c:\\b.sys", false},
        {"\\???c:\\a.sys", "c:\\a.sys", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_launch launch = {
            .list = {TEXT(u"x"), text_of(cases[i].candidate)}, .count = 2};
        assert_int_equal(
            hp_launch_has(&launch, text_of(cases[i].path), TEXT(u"C:\\Win")),
            cases[i].has);
    }
}

static void launch__reports_no_memory(void **state)
{
    static const char *const texts[] = {"x", "C:\\x y", "\"x\""};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        size_t failing = 0;
        bool done;
        do {
            struct fake_memory memory = {0, ++failing};
            struct hp_arena arena =
                hp_arena_of(fake_allocator(&memory), SIZE_MAX);
            struct hp_launch launch = {.count = 0};
            done =
                hp_launch_win32(&launch, &arena, text_of(texts[i]), TEXT(u"R"));
            assert_int_equal(done, memory.calls < failing);
            hp_arena_close(&arena);
        } while (!done);
        assert_in_range(failing, 3, 5);
    }
}

static void script__sorts_as_microsofts_does(void **state)
{
    static const char *const cases[][2] = {
        {"C:\\Windows\\svchost.exe -k netsvcs", ""},
        {"%SystemRoot%\\svchost.exe -k x", "MS_INVALID_FORMAT"},
        {"\"C:\\Program Files\\svc.exe\" -run", ""},
        {"C:\\Program Files\\svc.exe -run", "MS_SPACE_IN_PATH"},
        {"C:\\my.exe files\\bin\\svc.exe", "MS_SPACE_IN_PATH"},
        {"C:\\app\\svc.com /s", "MS_UNRECOGNIZED_PATH"},
        {"", "MS_UNRECOGNIZED_PATH"},
        {"dll", "MS_UNRECOGNIZED_PATH"},
        {"C:\\x.dll,Run", ""},
        {"rundll32 C:\\x\\y.dll,Run", "MS_INVALID_FORMAT"},
        {"rundll32.exe C:\\x\\y.dll,Run", "MS_INVALID_FORMAT"},
        {"cmd /c \"C:\\a b\\c.exe\"", "MS_SPACE_IN_PATH"},
        {"\"\"C:\\a b\\c.exe\"\" -x", "MS_INVALID_CHARS"},
        {"C:\\\\App\\svc.exe", "MS_DOUBLE_SLASH"},
        {"C:\\App\\..\\svc.exe", "MS_RELATIVE_PATH"},
        {"C:\\App\\.\\svc.exe", "MS_RELATIVE_PATH"},
        {"\\..\\a.exe", "MS_RELATIVE_PATH MS_INVALID_FORMAT"},
        {"\\.\\a.exe", "MS_RELATIVE_PATH MS_INVALID_FORMAT"},
        {"C:/svc.exe", "MS_FOWARD_SLASH MS_INVALID_FORMAT"},
        {"C:svc.exe", "MS_INVALID_FORMAT"},
        {"C:", "MS_UNRECOGNIZED_PATH"},
        {"\\\\server\\svc.exe", "MS_DOUBLE_SLASH MS_INVALID_FORMAT"},
        {"\\\\?\\C:\\svc.exe", ""},
        {"\\\\.\\C:\\svc.exe", ""},
        {"\\??\\C:\\svc.exe", "MS_INVALID_CHARS"},
        {"C:\\a|b.exe", "MS_INVALID_CHARS"},
        {"1:\\a.exe", "MS_INVALID_FORMAT"},
        {"@:\\a.exe", "MS_INVALID_FORMAT"},
        {"`:\\a.exe", "MS_INVALID_FORMAT"},
        {"{:\\a.exe", "MS_INVALID_FORMAT"},
        {"a:\\a.exe", ""},
        {"z:\\a.exe", ""},
        {"\".exe\"", "MS_INVALID_FORMAT"},
        {"\"\\\\?\\exe.exe\"", "MS_INVALID_FORMAT"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_finding_list findings = {.count = 0};
        hp_microsoft_script(&findings, text_of(cases[i][0]));
        assert_string_equal(list_shown(&findings), cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text__only_letters_fold_into_ascii),
        cmocka_unit_test(text__cuts_and_finds),
        cmocka_unit_test(text__joins_and_lowers),
        cmocka_unit_test(text__functions_report_no_memory),
        cmocka_unit_test(text__decodes_each_encoding),
        cmocka_unit_test(text__names_are_compared_as_they_are_encoded),
        cmocka_unit_test(decode__follows_rules_b),
        cmocka_unit_test(decode__takes_32767_units),
        cmocka_unit_test(win32__cuts_behind_the_first_exe),
        cmocka_unit_test(driver__follows_d2_to_d4),
        cmocka_unit_test(paths__report_no_memory),
        cmocka_unit_test(guid__needs_its_form),
        cmocka_unit_test(shape__has_nine_classes),
        cmocka_unit_test(shape__keeps_earlier_findings_apart),
        cmocka_unit_test(shape__knows_a_variable_nobody_expanded),
        cmocka_unit_test(shape__doubts_more_than_259_units),
        cmocka_unit_test(launch__lists_what_create_process_tries),
        cmocka_unit_test(launch__keeps_32_candidates),
        cmocka_unit_test(launch__lists_what_the_kernel_loads),
        cmocka_unit_test(launch__compares_nt_paths_with_win32_paths),
        cmocka_unit_test(launch__reports_no_memory),
        cmocka_unit_test(script__sorts_as_microsofts_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
