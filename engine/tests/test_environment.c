/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include "environment.h"
#include "fake_hive.h"
#include "hp_limits.h"
#include "writer_asserts.h"

/* Builds an environment from `question`, `values` and `software`. */
static void build(struct hp_environment *environment, struct hp_arena *arena,
                  const struct hp_question *question,
                  const struct hp_env_value *values, size_t count,
                  const struct hp_software_paths *software)
{
    *arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    assert_true(hp_environment_build(environment, arena, question, values,
                                     count, software));
}

static const char *value_of(const struct hp_environment *environment,
                            const char *name)
{
    return shown(hp_environment_get(environment, name));
}

static const char *source_of(const struct hp_environment *environment,
                             const char *name)
{
    for (size_t i = 0; i < environment->count; i++) {
        if (hp_text_is_nocase(environment->variables[i].name, name))
            return environment->variables[i].source;
    }
    return "none";
}

static void environment__has_usual_values(void **state)
{
    static const char *const want[][3] = {
        {"SystemRoot", "C:\\Windows", "assumed"},
        {"SystemDrive", "C:", "derived"},
        {"windir", "C:\\Windows", "assumed"},
        {"ProgramFiles", "C:\\Program Files", "assumed"},
        {"ProgramFiles(x86)", "C:\\Program Files (x86)", "assumed"},
        {"ProgramW6432", "C:\\Program Files", "assumed"},
        {"CommonProgramFiles", "C:\\Program Files\\Common Files", "assumed"},
        {"CommonProgramFiles(x86)", "C:\\Program Files (x86)\\Common Files",
         "assumed"},
        {"CommonProgramW6432", "C:\\Program Files\\Common Files", "assumed"},
        {"ProgramData", "C:\\ProgramData", "assumed"},
        {"ALLUSERSPROFILE", "C:\\ProgramData", "assumed"},
        {"Public", "C:\\Users\\Public", "assumed"},
        {"ComSpec", "C:\\Windows\\system32\\cmd.exe", "assumed"},
        {"TEMP", "C:\\Windows\\TEMP", "assumed"},
    };
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_environment environment;
    struct hp_arena arena;
    size_t used;
    const struct hp_variable *list;

    (void)state;
    build(&environment, &arena, &question, NULL, 0, NULL);
    assert_int_equal(environment.count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_string_equal(value_of(&environment, want[i][0]), want[i][1]);
        assert_string_equal(source_of(&environment, want[i][0]), want[i][2]);
    }
    assert_true(hp_environment_is_assumed(&environment, "systemroot"));
    assert_false(hp_environment_is_assumed(&environment, "SystemDrive"));
    assert_false(hp_environment_is_assumed(&environment, "nobody"));
    assert_int_equal(hp_environment_get(&environment, "nobody").count, 0);
    /* What was used to build it was not used by a service. */
    assert_true(hp_environment_used(&list, &used, &arena, &environment));
    assert_int_equal(used, 0);
    hp_arena_close(&arena);
}

static void environment__follows_the_given_root(void **state)
{
    static const struct {
        const char *root, *want, *drive, *source;
    } cases[] = {
        {"d:\\W", "d:\\W", "d:", "user"},
        {"d:\\", "d:\\", "d:", "user"},
        {"a:\\W", "a:\\W", "a:", "user"},
        {"z:\\W", "z:\\W", "z:", "user"},
        {"d:", "C:\\Windows", "C:", "assumed"},
        {"d:W", "C:\\Windows", "C:", "assumed"},
        {"dd\\W", "C:\\Windows", "C:", "assumed"},
        {"@:\\W", "C:\\Windows", "C:", "assumed"},
        {"[:\\W", "C:\\Windows", "C:", "assumed"},
        {"`:\\W", "C:\\Windows", "C:", "assumed"},
        {"{:\\W", "C:\\Windows", "C:", "assumed"},
        {"", "C:\\Windows", "C:", "assumed"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct hp_question question = {.system_root =
                                                 text_of(cases[i].root)};
        struct hp_environment environment;
        struct hp_arena arena;
        build(&environment, &arena, &question, NULL, 0, NULL);
        assert_string_equal(value_of(&environment, "SystemRoot"),
                            cases[i].want);
        assert_string_equal(source_of(&environment, "SystemRoot"),
                            cases[i].source);
        assert_string_equal(value_of(&environment, "SystemDrive"),
                            cases[i].drive);
        hp_arena_close(&arena);
    }
}

static void environment__takes_software_instead_of_defaults(void **state)
{
    static const char *const want[][2] = {{"SystemRoot", "D:\\W"},
                                          {"SystemDrive", "D:"},
                                          {"ProgramFiles", "1"},
                                          {"ProgramFiles(x86)", "2"},
                                          {"ProgramW6432", "3"},
                                          {"CommonProgramFiles", "4"},
                                          {"CommonProgramFiles(x86)", "5"},
                                          {"CommonProgramW6432", "6"},
                                          {"ProgramData", "D:\\7"},
                                          {"ALLUSERSPROFILE", "D:\\7"},
                                          {"Public", "9"},
                                          {"TEMP", ""},
                                          {"windir", ""}};
    const struct hp_software_paths software = {
        TEXT(u"D:\\W"), TEXT(u"1"), TEXT(u"2"), TEXT(u"3"),
        TEXT(u"4"),     TEXT(u"5"), TEXT(u"6"), TEXT(u"%SystemDrive%\\7"),
        TEXT(u"8"),     TEXT(u"9")};
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_software_paths xp = {.all_users = TEXT(u"8"),
                                   .system_root = TEXT(u"W")};
    struct hp_environment environment;
    struct hp_arena arena;

    (void)state;
    build(&environment, &arena, &question, NULL, 0, &software);
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_string_equal(value_of(&environment, want[i][0]), want[i][1]);
    assert_string_equal(source_of(&environment, "SystemRoot"), "software");
    assert_string_equal(source_of(&environment, "Public"), "software");
    hp_arena_close(&arena);

    build(&environment, &arena, &question, NULL, 0, &xp);
    assert_string_equal(value_of(&environment, "ALLUSERSPROFILE"), "8");
    assert_string_equal(source_of(&environment, "SystemRoot"), "assumed");
    assert_string_equal(source_of(&environment, "ProgramFiles"), "none");
    assert_int_equal(environment.count, 3);
    hp_arena_close(&arena);
}

static void environment__ranks_user_hive_and_rest(void **state)
{
    const struct hp_variable variables[] = {
        {TEXT(u"A"), TEXT(u"user"), NULL},
        {TEXT(u"a"), TEXT(u"second"), NULL},
        {TEXT(u"SYSTEMROOT"), TEXT(u"E:\\other"), NULL},
        {TEXT(u"public"), TEXT(u"mine"), NULL}};
    const struct hp_env_value values[] = {
        {TEXT(u"A"), TEXT(u"hive"), false},
        {TEXT(u"B"), TEXT(u"first"), false},
        {TEXT(u"b"), TEXT(u"second"), false},
        {TEXT(u"Temp"), TEXT(u"E:\\T"), false},
        {TEXT(u"ComSpec"), TEXT(u"%B%"), true},
        {TEXT(u""), TEXT(u"default"), false},
        {TEXT(u"B"), TEXT(u"third"), true}};
    struct hp_question question = {.variables = variables,
                                   .variable_count = COUNT_OF(variables)};
    struct hp_environment environment;
    struct hp_arena arena;

    (void)state;
    build(&environment, &arena, &question, values, COUNT_OF(values), NULL);
    assert_string_equal(value_of(&environment, "A"), "user");
    assert_string_equal(source_of(&environment, "A"), "user");
    assert_string_equal(value_of(&environment, "SystemRoot"), "E:\\other");
    assert_string_equal(value_of(&environment, "SystemDrive"), "E:");
    assert_string_equal(value_of(&environment, "Public"), "mine");
    assert_string_equal(value_of(&environment, "B"), "first");
    assert_string_equal(source_of(&environment, "B"), "environment");
    assert_string_equal(value_of(&environment, "TEMP"), "E:\\T");
    assert_string_equal(source_of(&environment, "TEMP"), "environment");
    assert_string_equal(value_of(&environment, "ComSpec"), "first");
    assert_string_equal(value_of(&environment, ""), "");
    assert_int_equal(environment.count, 16);
    hp_arena_close(&arena);

    question.system_root = TEXT(u"F:\\W");
    build(&environment, &arena, &question, NULL, 0, NULL);
    assert_string_equal(value_of(&environment, "SystemRoot"), "F:\\W");
    hp_arena_close(&arena);
}

static void environment__expands_in_the_order_of_e6(void **state)
{
    const struct hp_env_value values[] = {
        {TEXT(u"E1"), TEXT(u"%E2%"), true},
        {TEXT(u"E2"), TEXT(u"%S%;%SystemRoot%"), true},
        {TEXT(u"E3"), TEXT(u"%E2%"), true},
        {TEXT(u"S"), TEXT(u"%windir%"), false},
        {TEXT(u"Self"), TEXT(u"%Self%"), true},
        {TEXT(u"SystemDrive"), TEXT(u"X"), false}};
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_environment environment;
    struct hp_arena arena;

    (void)state;
    build(&environment, &arena, &question, values, COUNT_OF(values), NULL);
    assert_string_equal(value_of(&environment, "E1"), "%E2%");
    assert_string_equal(value_of(&environment, "E2"), "%windir%;C:\\Windows");
    assert_string_equal(value_of(&environment, "E3"), "%windir%;C:\\Windows");
    assert_string_equal(value_of(&environment, "S"), "%windir%");
    assert_string_equal(value_of(&environment, "Self"), "%Self%");
    assert_string_equal(value_of(&environment, "SystemDrive"), "X");
    assert_string_equal(value_of(&environment, "Public"), "X\\Users\\Public");
    hp_arena_close(&arena);
}

static void environment__derives_no_drive_from_a_strange_root(void **state)
{
    const struct hp_env_value values[] = {
        {TEXT(u"SystemRoot"), TEXT(u"nowhere"), false}};
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_environment environment;
    struct hp_arena arena;

    (void)state;
    build(&environment, &arena, &question, values, 1, NULL);
    assert_string_equal(value_of(&environment, "SystemRoot"), "nowhere");
    assert_string_equal(source_of(&environment, "SystemDrive"), "none");
    assert_string_equal(value_of(&environment, "windir"), "nowhere");
    hp_arena_close(&arena);
}

static void expand__follows_e2_and_e3(void **state)
{
    static const struct {
        const char *text, *want;
        bool assumed;
    } cases[] = {
        {"", "", false},
        {"plain", "plain", false},
        {"%SYSTEMROOT%\\x", "C:\\Windows\\x", false},
        {"a%SystemRoot%b%SystemDrive%c", "aC:\\WindowsbC:c", false},
        {"%%SystemRoot%%", "%C:\\Windows%", false},
        {"%", "%", false},
        {"%%", "%%", false},
        {"100%\\x", "100%\\x", false},
        {"%nobody%x", "%nobody%x", false},
        {"%nobody%SystemDrive%x", "%nobodyC:x", false},
        {"%SystemDrive", "%SystemDrive", false},
        {"SystemDrive%", "SystemDrive%", false},
        {"%SystemDrive:~0,1%", "%SystemDrive:~0,1%", false},
        {"%Public%", "C:\\Users\\Public", true},
        {"%In%", "%SystemRoot%", false},
    };
    const struct hp_env_value values[] = {
        {TEXT(u"In"), TEXT(u"%SystemRoot%"), false}};
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_environment environment;
    struct hp_arena arena;

    (void)state;
    build(&environment, &arena, &question, values, 1, NULL);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_text text = text_of(cases[i].text), expanded;
        bool assumed = false;
        assert_int_equal(
            hp_environment_expand(&expanded, &assumed, &environment, text),
            HP_EXPANDED);
        assert_string_equal(shown(expanded), cases[i].want);
        assert_int_equal(assumed, cases[i].assumed);
        if (strchr(cases[i].text, '%') == NULL)
            assert_ptr_equal(expanded.units, text.units);
    }
    hp_arena_close(&arena);
}

static void expand__notes_what_was_used(void **state)
{
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_environment environment;
    struct hp_arena arena;
    const struct hp_variable *used;
    struct hp_text expanded;
    bool assumed = true;
    size_t count;

    (void)state;
    build(&environment, &arena, &question, NULL, 0, NULL);
    (void)hp_environment_expand(&expanded, &assumed, &environment,
                                TEXT(u"%temp%%SystemDrive%%nobody%"));
    assert_true(assumed);
    assert_true(hp_environment_used(&used, &count, &arena, &environment));
    assert_int_equal(count, 2);
    assert_string_equal(shown(used[0].name), "SystemDrive");
    assert_string_equal(shown(used[0].value), "C:");
    assert_string_equal(used[0].source, "derived");
    assert_string_equal(shown(used[1].name), "TEMP");
    assert_string_equal(used[1].source, "assumed");
    hp_arena_close(&arena);
}

static void expand__stops_at_32767_units(void **state)
{
    static uint16_t units[HP_LIMIT_TEXT_UNITS + 1];
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_env_value values[] = {
        {TEXT(u"L"), {units, HP_LIMIT_TEXT_UNITS}, false},
        {TEXT(u"M"), TEXT(u"%L%x"), true}};
    struct hp_environment environment;
    struct hp_arena arena;
    struct hp_text expanded;
    bool assumed = false;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(units); i++)
        units[i] = 'a';
    build(&environment, &arena, &question, values, 2, NULL);
    assert_string_equal(source_of(&environment, "M"), "none");
    assert_int_equal(
        hp_environment_expand(&expanded, &assumed, &environment, TEXT(u"%L%")),
        HP_EXPANDED);
    assert_int_equal(expanded.count, HP_LIMIT_TEXT_UNITS);
    assert_int_equal(expanded.units[HP_LIMIT_TEXT_UNITS - 1], 'a');
    assert_int_equal(
        hp_environment_expand(&expanded, &assumed, &environment, TEXT(u"%L%x")),
        HP_EXPANSION_TOO_LONG);
    assert_int_equal(
        hp_environment_expand(&expanded, &assumed, &environment, TEXT(u"x%L%")),
        HP_EXPANSION_TOO_LONG);
    hp_arena_close(&arena);
}

/* Everything that allocates, once. */
static bool build_and_use(struct hp_arena *arena)
{
    const struct hp_software_paths software = {
        .system_root = TEXT(u"D:\\W"), .program_files = TEXT(u"%SystemRoot%")};
    const struct hp_env_value values[] = {
        {TEXT(u"A"), TEXT(u"%SystemRoot%"), true}};
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    const struct hp_question rooted = {.system_root = TEXT(u"E:\\")};
    struct hp_environment environment;
    const struct hp_variable *used;
    struct hp_text expanded;
    bool assumed = false;
    size_t count;

    return hp_environment_build(&environment, arena, &question, values, 1,
                                NULL) &&
           hp_environment_build(&environment, arena, &rooted, values, 1,
                                &software) &&
           hp_environment_build(&environment, arena, &question, values, 1,
                                &software) &&
           hp_environment_expand(&expanded, &assumed, &environment,
                                 TEXT(u"%A%")) == HP_EXPANDED &&
           hp_environment_used(&used, &count, arena, &environment);
}

static void environment__reports_no_memory(void **state)
{
    size_t failing = 0;
    bool done;

    (void)state;
    do {
        struct fake_memory memory = {0, ++failing};
        struct hp_arena arena = hp_arena_of(fake_allocator(&memory), SIZE_MAX);
        done = build_and_use(&arena);
        assert_int_equal(done, memory.calls < failing);
        hp_arena_close(&arena);
    } while (!done);
    assert_in_range(failing, 40, 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(environment__has_usual_values),
        cmocka_unit_test(environment__follows_the_given_root),
        cmocka_unit_test(environment__takes_software_instead_of_defaults),
        cmocka_unit_test(environment__ranks_user_hive_and_rest),
        cmocka_unit_test(environment__expands_in_the_order_of_e6),
        cmocka_unit_test(environment__derives_no_drive_from_a_strange_root),
        cmocka_unit_test(expand__follows_e2_and_e3),
        cmocka_unit_test(expand__notes_what_was_used),
        cmocka_unit_test(expand__stops_at_32767_units),
        cmocka_unit_test(environment__reports_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
