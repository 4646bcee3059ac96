/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdio.h>

#include "exclusions.h"
#include "fake_hive.h"
#include "hp_limits.h"
#include "writer_asserts.h"

/* ---- index ------------------------------------------------------------- */

static void index__ignores_case_and_keeps_the_first(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_text_index index;

    (void)state;
    assert_true(hp_text_index_open(&index, &arena, 0));
    assert_int_equal(index.mask, 1);
    assert_int_equal(hp_text_index_find(&index, TEXT(u"a")), HP_NOT_FOUND);
    assert_true(hp_text_index_open(&index, &arena, 3));
    assert_int_equal(index.mask, 7);
    assert_int_equal(hp_text_index_put(&index, TEXT(u"a\u00E4"), 5), 5);
    assert_int_equal(hp_text_index_put(&index, TEXT(u"A\u00C4"), 6), 5);
    assert_int_equal(hp_text_index_put(&index, TEXT(u""), 7), 7);
    assert_int_equal(hp_text_index_find(&index, TEXT(u"a\u00C4")), 5);
    assert_int_equal(hp_text_index_find(&index, TEXT(u"")), 7);
    assert_int_equal(hp_text_index_find(&index, TEXT(u"a")), HP_NOT_FOUND);
    hp_arena_close(&arena);
}

static void index__holds_as_many_as_it_promises(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    static uint16_t units[512];
    struct hp_text_index index;

    (void)state;
    assert_true(hp_text_index_open(&index, &arena, COUNT_OF(units)));
    assert_int_equal(index.mask, 1023);
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        units[i] = (uint16_t)(0x4E00 + i);
        assert_int_equal(
            hp_text_index_put(&index, (struct hp_text){units + i, 1}, i), i);
    }
    for (size_t i = 0; i < COUNT_OF(units); i++)
        assert_int_equal(
            hp_text_index_find(&index, (struct hp_text){units + i, 1}), i);
    assert_int_equal(hp_text_index_find(&index, TEXT(u"x")), HP_NOT_FOUND);
    hp_arena_close(&arena);

    arena = hp_arena_of(hp_allocator_libc, 0);
    assert_false(hp_text_index_open(&index, &arena, 1));
}

/* ---- one entry --------------------------------------------------------- */

static const struct hp_question hotfixed = {.profile = HP_PROFILE_KB980794};

struct world {
    struct hp_arena arena;
    struct hp_exclusions exclusions;
};

static void decode(struct world *world, const struct hp_raw_value *raw,
                   const struct hp_question *question)
{
    world->arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    assert_true(
        hp_exclusions_decode(&world->exclusions, &world->arena, raw, question));
}

/* A list of the strings of `text`, which stand between semicolons. */
static struct hp_raw_value list_of(const char *text)
{
    static uint8_t bytes[4000];
    size_t size = 0;

    for (; *text != '\0'; text++, size += 2) {
        bytes[size] = *text == ';' ? 0 : (uint8_t)*text;
        bytes[size + 1] = 0;
    }
    memset(bytes + size, 0, 4);
    return (struct hp_raw_value){
        .present = true, .type = 7, .data = hp_span_of(bytes, size + 4)};
}

static void finish(struct world *world, const struct hp_excludable *paths,
                   size_t count)
{
    assert_true(
        hp_exclusions_finish(&world->exclusions, &world->arena, paths, count));
}

static const char *entry_findings(const struct world *world, size_t i)
{
    return findings_shown(world->exclusions.list[i].findings);
}

static const struct {
    const char *text;
    bool valid;
    const char *findings;
} entry_cases[] = {
    {"Q:\\dir\\program.exe", true, "E_STALE"},
    {"a:\\x", true, "E_STALE"},
    {"Z:\\x", true, "E_STALE"},
    {"@:\\x", false, "E_RELATIVE"},
    {"[:\\x", false, "E_RELATIVE"},
    {"`:\\x", false, "E_RELATIVE"},
    {"{:\\x", false, "E_RELATIVE"},
    {"\"Q:\\a.exe\"", false, "E_QUOTED"},
    {"\"Q:\\a.exe", false, "E_QUOTED"},
    {"Q:\\a.exe\"", false, "E_QUOTED"},
    {"Q:\\a\"b.exe", false, "E_QUOTED"},
    {"'Q:\\a.exe'", false, "E_QUOTED"},
    {"'Q:\\a.exe", false, "E_QUOTED"},
    {"Q:\\Bob's\\a.exe", true, "E_STALE"},
    {"\"", false, "E_QUOTED E_RELATIVE"},
    {"'", false, "E_QUOTED E_RELATIVE"},
    {"%Disk%\\a.exe", false, "E_ENVVAR"},
    {"Q:\\100%\\a.exe", false, "E_ENVVAR"},
    {"a.exe", false, "E_RELATIVE"},
    {"\\a.exe", false, "E_RELATIVE"},
    {"Q:a.exe", false, "E_RELATIVE"},
    {"Q:", false, "E_RELATIVE"},
    {"Q\\x.exe", false, "E_RELATIVE"},
    {"Q;\\a.exe", false, "E_RELATIVE"},
    {"\\\\server\\share\\a.exe", false, "E_UNC"},
    {"//server/a.exe", false, "E_UNC E_FWDSLASH"},
    {"\\\\?\\Q:\\a.exe", false, "E_NTPREFIX"},
    {"\\\\.\\Q:\\a.exe", false, "E_NTPREFIX"},
    {"\\??\\Q:\\a.exe", false, "E_NTPREFIX"},
    {"\\DosDevices\\Q:\\a.exe", false, "E_NTPREFIX"},
    {"\\SystemRoot\\a.exe", false, "E_NTPREFIX"},
    {"\\Device\\a.exe", false, "E_NTPREFIX"},
    {"\\\\?\\Q:\\*.exe", false, "E_NTPREFIX E_WILDCARD"},
    {"\\??\\?.exe", false, "E_NTPREFIX E_WILDCARD"},
    {"Q:\\*.exe", false, "E_WILDCARD"},
    {"Q:\\a?.exe", false, "E_WILDCARD"},
    {"Q:\\a\x1F.exe", false, "E_CONTROL"},
    {"Q:\\a\x20.exe", true, "E_STALE"},
    {"Q:\\dir\\", false, "E_NO_FILENAME"},
    {"Q:\\", false, "E_NO_FILENAME"},
    {"Q:\\dir/", false, "E_NO_FILENAME E_FWDSLASH"},
    {"Q:\\dir\\ ", false, "E_WHITESPACE E_NO_FILENAME"},
    {" Q:\\a.exe", false, "E_WHITESPACE"},
    {"Q:\\a.exe ", true, "E_WHITESPACE E_STALE"},
    {"Q:\\a.exe\t", false, "E_WHITESPACE E_CONTROL"},
    {" ", false, "E_WHITESPACE E_RELATIVE"},
    {"Q:/a.exe", false, "E_FWDSLASH"},
    {"Q:\\a/b.exe", true, "E_FWDSLASH E_STALE"},
    {"Q:\\PROGRA~1\\a.exe", true, "E_SHORTNAME E_STALE"},
    {"Q:\\a~0", true, "E_SHORTNAME E_STALE"},
    {"Q:\\a~9", true, "E_SHORTNAME E_STALE"},
    {"Q:\\a~/", false, "E_NO_FILENAME E_FWDSLASH"},
    {"Q:\\a~:", true, "E_STALE"},
    {"Q:\\a~", true, "E_STALE"},
};

static void entry__findings_and_validity(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(entry_cases); i++) {
        struct hp_raw_value raw;
        struct world world;
        uint8_t bytes[200];
        struct hp_text text = text_of(entry_cases[i].text);
        assert_int_equal(hp_exclusion_is_valid(text), entry_cases[i].valid);
        raw = (struct hp_raw_value){
            .present = true, .type = 7, .data = utf16le(bytes, text)};
        decode(&world, &raw, &hotfixed);
        finish(&world, NULL, 0);
        assert_string_equal(entry_findings(&world, 0), entry_cases[i].findings);
        hp_arena_close(&world.arena);
    }
    assert_false(hp_exclusion_is_valid(TEXT(u"")));
}

static void entry__may_have_32767_units(void **state)
{
    static uint8_t bytes[2 * HP_LIMIT_TEXT_UNITS + 2];
    static uint16_t units[HP_LIMIT_TEXT_UNITS + 1];
    struct hp_raw_value raw = {.present = true, .type = 7};
    struct world world;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(units); i++)
        units[i] = i == 0 ? 'Q' : i == 1 ? ':' : i == 2 ? '\\' : 'a';
    assert_true(
        hp_exclusion_is_valid((struct hp_text){units, HP_LIMIT_TEXT_UNITS}));
    assert_false(hp_exclusion_is_valid(
        (struct hp_text){units, HP_LIMIT_TEXT_UNITS + 1}));
    for (size_t more = 0; more < 2; more++) {
        struct hp_text text = {units, HP_LIMIT_TEXT_UNITS + more};
        raw.data = utf16le(bytes, text);
        decode(&world, &raw, &hotfixed);
        finish(&world, NULL, 0);
        assert_string_equal(entry_findings(&world, 0),
                            more == 0 ? "E_STALE" : "E_TOO_LONG");
        hp_arena_close(&world.arena);
    }
}

/* ---- the list ---------------------------------------------------------- */

/* "a,b;c": live entries, then dead ones. */
static const char *list_text(const struct world *world)
{
    static char out[1000];

    out[0] = '\0';
    for (size_t i = 0; i < world->exclusions.count; i++) {
        strcat(out, i == world->exclusions.live_count ? ";" : i > 0 ? "," : "");
        strcat(out, shown(world->exclusions.list[i].text));
        assert_int_equal(world->exclusions.list[i].live,
                         i < world->exclusions.live_count);
        assert_int_equal(world->exclusions.list[i].raw.len,
                         2 * world->exclusions.list[i].text.count);
    }
    return out;
}

static void list__is_read_by_type(void **state)
{
    static const struct {
        uint32_t type;
        struct hp_span data;
        enum hp_exclusion_type policy;
        enum hp_exclusion_effect effect;
        const char *list, *findings;
    } cases[] = {
        {7, SPAN_INIT("A\0\0\0B\0\0\0\0\0"), HP_EXCLUSION_UNKNOWN,
         HP_EXCLUSION_DROPS, "A,B", ""},
        {7, SPAN_INIT("A\0\0\0B\0"), HP_EXCLUSION_STRICT, HP_EXCLUSION_DROPS,
         "A,B", "UNTERMINATED NO_FINAL_NUL"},
        {7, SPAN_INIT("A\0\0\0\0\0B\0\0\0\0\0"), HP_EXCLUSION_LENIENT,
         HP_EXCLUSION_DROPS, "A;B", "EMBEDDED_EMPTY DEAD_ENTRIES"},
        {7, SPAN_INIT("\0\0A\0\0\0\0\0"), HP_EXCLUSION_UNKNOWN,
         HP_EXCLUSION_DROPS, ";A", "DEAD_ENTRIES"},
        {7, SPAN_INIT(""), HP_EXCLUSION_UNKNOWN, HP_EXCLUSION_DROPS, "",
         "EMPTY_VALUE"},
        {7, SPAN_INIT("A\0\0\0\0\0\0"), HP_EXCLUSION_UNKNOWN,
         HP_EXCLUSION_DROPS, "A", "ODD_LENGTH"},
        {1, SPAN_INIT("A\0\0\0B\0\0\0\0\0"), HP_EXCLUSION_UNKNOWN,
         HP_EXCLUSION_MAYBE, "A", "WRONG_TYPE"},
        {2, SPAN_INIT("A\0B\0"), HP_EXCLUSION_UNKNOWN, HP_EXCLUSION_MAYBE, "AB",
         "WRONG_TYPE"},
        {1, SPAN_INIT("A\0\0\0"), HP_EXCLUSION_LENIENT, HP_EXCLUSION_DROPS, "A",
         "WRONG_TYPE"},
        {1, SPAN_INIT("A\0\0\0"), HP_EXCLUSION_STRICT, HP_EXCLUSION_NO_EFFECT,
         ";A", "WRONG_TYPE"},
        {1, SPAN_INIT(""), HP_EXCLUSION_LENIENT, HP_EXCLUSION_DROPS, "",
         "WRONG_TYPE"},
        {3, SPAN_INIT("A\0\0\0"), HP_EXCLUSION_UNKNOWN, HP_EXCLUSION_MAYBE, "",
         "WRONG_TYPE"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct hp_raw_value raw = {
            .present = true, .type = cases[i].type, .data = cases[i].data};
        const struct hp_question question = {.profile = HP_PROFILE_KB980794,
                                             .policies.exclusion_type =
                                                 cases[i].policy};
        struct world world;
        decode(&world, &raw, &question);
        assert_true(world.exclusions.present);
        assert_int_equal(world.exclusions.type, cases[i].type);
        assert_int_equal(world.exclusions.effect, cases[i].effect);
        assert_string_equal(list_text(&world), cases[i].list);
        assert_string_equal(list_shown(&world.exclusions.findings),
                            cases[i].findings);
        hp_arena_close(&world.arena);
    }
}

static void list__may_be_missing_or_cut(void **state)
{
    struct hp_raw_value raw = {.present = false};
    struct world world;

    (void)state;
    decode(&world, &raw, &hotfixed);
    assert_false(world.exclusions.present);
    assert_int_equal(world.exclusions.effect, HP_EXCLUSION_NO_EFFECT);
    assert_false(world.exclusions.ignored_profile);
    finish(&world, NULL, 0);
    hp_arena_close(&world.arena);

    raw = list_of("A");
    raw.cut_short = true;
    decode(&world, &raw, &hotfixed);
    assert_string_equal(list_shown(&world.exclusions.findings), "DATA_SHORT");
    hp_arena_close(&world.arena);
    raw.cut_short = false;
    raw.cut_off = true;
    decode(&world, &raw, &hotfixed);
    assert_string_equal(list_shown(&world.exclusions.findings), "DATA_CUT");
    hp_arena_close(&world.arena);
}

static void list__is_honoured_by_one_profile(void **state)
{
    const struct hp_raw_value raw = list_of("Q:\\a.exe");

    (void)state;
    for (int profile = HP_PROFILE_PRE; profile <= HP_PROFILE_SERVER2012;
         profile++) {
        const struct hp_question question = {.profile =
                                                 (enum hp_profile)profile};
        bool honoured = profile == HP_PROFILE_KB980794;
        struct world world;
        decode(&world, &raw, &question);
        assert_int_equal(world.exclusions.effect, honoured
                                                      ? HP_EXCLUSION_DROPS
                                                      : HP_EXCLUSION_NO_EFFECT);
        finish(&world, NULL, 0);
        assert_string_equal(entry_findings(&world, 0),
                            honoured ? "E_STALE" : "E_STALE E_IGNORED_PROFILE");
        assert_string_equal(list_shown(&world.exclusions.findings),
                            honoured ? "" : "E_IGNORED_PROFILE");
        hp_arena_close(&world.arena);
    }
}

/* ---- matching ---------------------------------------------------------- */

static void find__compares_unit_by_unit(void **state)
{
    static const struct {
        const char *path;
        long entry;
        bool nonascii;
    } cases[] = {
        {"q:\\a.exe", 0, false},   {"Q:\\A.EXE", 0, false},
        {"q:\\a.exex", -1, false}, {"q:\\a.ex", -1, false},
        {"q:\\b.exe", 1, false},   {"q:\\*.exe", -1, false},
        {"q:\\d.exe", -1, false},
    };
    const struct hp_raw_value raw =
        list_of("Q:\\a.exe;Q:\\b.exe;Q:\\*.exe;Q:\\A.exe;;Q:\\d.exe");
    struct world world;

    (void)state;
    decode(&world, &raw, &hotfixed);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool nonascii = true;
        assert_int_equal(hp_exclusions_find(&world.exclusions,
                                            text_of(cases[i].path), &nonascii),
                         cases[i].entry);
        assert_int_equal(nonascii, cases[i].nonascii);
    }
    hp_arena_close(&world.arena);
}

static void find__folds_by_the_nt_table(void **state)
{
    uint8_t bytes[100];
    const struct hp_raw_value raw = {
        .present = true,
        .type = 7,
        .data = utf16le(bytes, TEXT(u"Q:\\\u00C4\u0131.exe"))};
    const struct hp_excludable paths[] = {
        {TEXT(u"q:\\\u00E4\u0131.exe"), 4, false, false},
        {TEXT(u"q:\\\u00C4\u0131.exe"), 4, false, false}};
    struct world world;
    bool nonascii;

    (void)state;
    decode(&world, &raw, &hotfixed);
    assert_int_equal(
        hp_exclusions_find(&world.exclusions, paths[0].path, &nonascii), 0);
    assert_true(nonascii);
    assert_int_equal(hp_exclusions_find(&world.exclusions,
                                        TEXT(u"q:\\\u00C4\u0131.EXE"),
                                        &nonascii),
                     0);
    assert_false(nonascii);
    assert_int_equal(hp_exclusions_find(&world.exclusions,
                                        TEXT(u"q:\\\u00C4i.exe"), &nonascii),
                     -1);
    finish(&world, paths, 2);
    assert_string_equal(entry_findings(&world, 0), "CASE_NONASCII");
    hp_arena_close(&world.arena);
}

static void finish__tells_what_each_entry_does(void **state)
{
    const struct hp_raw_value raw =
        list_of("Q:\\moved.exe;"        /* 0 the failing one is on X: */
                "Q:\\fail.exe;"         /* 1 matches a failing one */
                "C:\\local.exe;"        /* 2 hides a local one */
                "c:\\LOCAL.exe;"        /* 3 says it again */
                "C:\\x.exe.d\\svc.exe;" /* 4 the path ends earlier */
                "\"Q:\\fail.exe\";"     /* 5 would match without quotes */
                "\\\\?\\Q:\\fail.exe;"  /* 6 without prefix */
                " Q:\\fail.exe;"        /* 7 without blank */
                "Q:/fail.exe;"          /* 8 with backslash */
                "Q:\\fail.exe. .;"      /* 9 without dots */
                "E:\\fine.exe;"   /* 10 the one below another letter is fine */
                "C:\\x.exe -run;" /* 11 with arguments */
                "Q:\\nothing;"
                "Q:\\f*.exe;"         /* 13, 14 are paths that no entry */
                "\\\\host\\s\\f.exe;" /* can be, however it is written */
                ";C:\\local.exe");
    const struct hp_excludable paths[] = {
        {TEXT(u"x:\\moved.exe"), 9, false, true},
        {TEXT(u"q:\\fail.exe"), 8, false, true},
        {TEXT(u"c:\\local.exe"), 7, true, false},
        {TEXT(u"C:\\Local.exe"), 6, false, false},
        {TEXT(u"c:\\x.exe"), 5, true, false},
        {TEXT(u"f:\\fine.exe"), 4, true, false},
        {TEXT(u"relative"), 3, false, true},
        {TEXT(u"q:\\f*.exe"), 2, false, true},
        {TEXT(u"\\\\host\\s\\f.exe"), 1, false, true}};
    static const char *const want[] = {"E_STALE E_LETTER_MOVED",
                                       "",
                                       "E_HIDES_LOCAL",
                                       "E_DUPLICATE",
                                       "E_STALE E_TRUNCATION",
                                       "E_QUOTED E_WOULD_MATCH",
                                       "E_NTPREFIX E_WOULD_MATCH",
                                       "E_WHITESPACE E_WOULD_MATCH",
                                       "E_FWDSLASH E_WOULD_MATCH",
                                       "E_STALE E_TRUNCATION E_WOULD_MATCH",
                                       "E_STALE",
                                       "E_STALE E_TRUNCATION",
                                       "E_STALE",
                                       "E_WILDCARD",
                                       "E_UNC",
                                       "DEAD_ENTRIES"};
    static const size_t local[] = {7, 6};
    struct world world;

    (void)state;
    decode(&world, &raw, &hotfixed);
    finish(&world, paths, COUNT_OF(paths));
    assert_int_equal(world.exclusions.count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_string_equal(entry_findings(&world, i), want[i]);
        assert_int_equal(world.exclusions.list[i].match_count, i == 1   ? 1
                                                               : i == 2 ? 2
                                                                        : 0);
    }
    assert_int_equal(world.exclusions.list[1].matches[0], 8);
    assert_memory_equal(world.exclusions.list[2].matches, local, sizeof(local));
    hp_arena_close(&world.arena);
}

static void finish__hides_only_what_the_list_drops(void **state)
{
    const struct hp_question questions[] = {
        {.profile = HP_PROFILE_PRE},
        {.profile = HP_PROFILE_KB980794},
        {.profile = HP_PROFILE_KB980794,
         .policies.exclusion_type = HP_EXCLUSION_LENIENT},
        {.profile = HP_PROFILE_KB980794,
         .policies.exclusion_type = HP_EXCLUSION_STRICT}};
    static const char *const want[] = {"E_IGNORED_PROFILE", "E_HIDES_LOCAL",
                                       "E_HIDES_LOCAL", "WRONG_TYPE"};
    const struct hp_excludable paths[] = {{TEXT(u"c:\\a.exe"), 0, true, false}};
    struct hp_raw_value raw = list_of("C:\\a.exe");

    (void)state;
    raw.type = 1;
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        struct world world;
        decode(&world, &raw, &questions[i]);
        finish(&world, paths, 1);
        assert_string_equal(entry_findings(&world, 0), want[i]);
        hp_arena_close(&world.arena);
    }
}

static void finish__finds_the_empty_string_of_a_reg_sz(void **state)
{
    const struct hp_raw_value raw = {.present = true, .type = 1};
    struct world world;

    (void)state;
    decode(&world, &raw, &hotfixed);
    finish(&world, NULL, 0);
    assert_string_equal(entry_findings(&world, 0), "E_EMPTY");
    hp_arena_close(&world.arena);
}

/* X17: a million entries, all equal or all different, in linear time: square
 * time would not end before the timeout of the test. */
static void list__of_a_million_takes_linear_time(void **state)
{
    enum { MILLION = 1000000, UNITS = 12 };
    uint8_t *bytes = calloc(MILLION, 2 * UNITS);
    struct hp_raw_value raw = {
        .present = true,
        .type = 7,
        .data = hp_span_of(bytes, (size_t)MILLION * 2 * UNITS)};
    const struct hp_excludable paths[] = {
        {TEXT(u"q:\\00000007"), 0, true, false}};

    (void)state;
    assert_non_null(bytes);
    for (size_t equal = 0; equal < 2; equal++) {
        struct world world;
        for (size_t i = 0; i < MILLION; i++) {
            char text[UNITS + 1];
            (void)snprintf(text, sizeof(text), "Q:\\%08u",
                           (unsigned)(equal == 0 ? i : 7) % MILLION);
            for (size_t k = 0; k < UNITS - 1; k++)
                bytes[2 * (i * UNITS + k)] = (uint8_t)text[k];
        }
        decode(&world, &raw, &hotfixed);
        finish(&world, paths, 1);
        assert_int_equal(world.exclusions.live_count, MILLION);
        assert_int_equal(world.exclusions.list[equal == 0 ? 7 : 0].match_count,
                         1);
        assert_string_equal(entry_findings(&world, MILLION - 1),
                            equal == 0 ? "E_STALE" : "E_DUPLICATE");
        hp_arena_close(&world.arena);
    }
    free(bytes);
}

static void exclusions__report_no_memory(void **state)
{
    const struct hp_excludable paths[] = {{TEXT(u"c:\\a.exe"), 0, true, false}};
    struct hp_raw_value raw = list_of("C:\\a.exe;C:\\b.exe;;C:\\c.exe");

    (void)state;
    for (uint32_t type = 1; type <= 7; type += 6) {
        size_t failing = 0;
        bool done;
        raw.type = type;
        do {
            struct fake_memory memory = {0, ++failing};
            struct hp_arena arena =
                hp_arena_of(fake_allocator(&memory), SIZE_MAX);
            struct hp_exclusions exclusions;
            done = hp_exclusions_decode(&exclusions, &arena, &raw, &hotfixed) &&
                   hp_exclusions_finish(&exclusions, &arena, paths, 1);
            assert_int_equal(done, memory.calls < failing);
            hp_arena_close(&arena);
        } while (!done);
        assert_int_equal(failing, type == 1 ? 10 : 12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(index__ignores_case_and_keeps_the_first),
        cmocka_unit_test(index__holds_as_many_as_it_promises),
        cmocka_unit_test(entry__findings_and_validity),
        cmocka_unit_test(entry__may_have_32767_units),
        cmocka_unit_test(list__is_read_by_type),
        cmocka_unit_test(list__may_be_missing_or_cut),
        cmocka_unit_test(list__is_honoured_by_one_profile),
        cmocka_unit_test(find__compares_unit_by_unit),
        cmocka_unit_test(find__folds_by_the_nt_table),
        cmocka_unit_test(finish__tells_what_each_entry_does),
        cmocka_unit_test(finish__hides_only_what_the_list_drops),
        cmocka_unit_test(finish__finds_the_empty_string_of_a_reg_sz),
        cmocka_unit_test(list__of_a_million_takes_linear_time),
        cmocka_unit_test(exclusions__report_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
