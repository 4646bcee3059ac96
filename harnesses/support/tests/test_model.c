/* SPDX-License-Identifier: Apache-2.0
 *
 * The slow model against cases worked out by hand from the rules' text. */
#include "model.h"

#include "fuzz.h"
#include "hp_cmocka.h"

static const struct hp_volume volumes[] = {
    {.letter = 'Q', .state = HP_VOLUME_ABSENT},
    {.letter = 'E', .state = HP_VOLUME_PRESENT},
    {.letter = 'R', .state = HP_VOLUME_UNKNOWN},
    {.letter = 'Z', .state = HP_VOLUME_PRESENT, .kind = HP_VOLUME_NETWORK},
    {.has_guid = true,
     .guid = {0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 1, 2, 3, 4, 5, 6,
              7, 8},
     .state = HP_VOLUME_PRESENT},
    {.device = TEXT_INIT(u"\\Device\\HarddiskVolume3"),
     .state = HP_VOLUME_ABSENT},
};

static const struct {
    bool driver;
    uint32_t type;
    struct hp_text value;
    enum hp_verdict verdict;
    struct hp_text path;
} cases[] = {
    {false, 1, TEXT_INIT(u"C:\\A.EXE -k"), HP_VERDICT_OK,
     TEXT_INIT(u"c:\\a.exe")},
    {false, 1, TEXT_INIT(u"\"Q:\\x y\\a.exe\" /s"), HP_VERDICT_FAIL_VOLUME,
     TEXT_INIT(u"q:\\x y\\a.exe")},
    /* W6: without text behind the match the quote stays, and is P8's. */
    {false, 1, TEXT_INIT(u"\"Q:\\a.exe"), HP_VERDICT_FAIL_SYNTAX,
     TEXT_INIT(u"\"q:\\a.exe")},
    {false, 1, TEXT_INIT(u"Q:\\a.dll"), HP_VERDICT_SKIP_NO_EXE, TEXT_INIT(u"")},
    {false, 1, TEXT_INIT(u"E:\\a.exe\0C:\\b.exe"), HP_VERDICT_OK,
     TEXT_INIT(u"e:\\a.exe")},
    {false, 1, TEXT_INIT(u"R:\\a.exe"), HP_VERDICT_INDETERMINATE,
     TEXT_INIT(u"r:\\a.exe")},
    {false, 1, TEXT_INIT(u"X:\\a.exe"), HP_VERDICT_FAIL_VOLUME,
     TEXT_INIT(u"x:\\a.exe")},
    {false, 1, TEXT_INIT(u"Z:\\a.exe"), HP_VERDICT_FAIL_REMOTE,
     TEXT_INIT(u"z:\\a.exe")},
    {false, 1, TEXT_INIT(u"\\\\s\\s\\a.exe"), HP_VERDICT_FAIL_REMOTE,
     TEXT_INIT(u"\\\\s\\s\\a.exe")},
    {false, 1, TEXT_INIT(u"a.exe"), HP_VERDICT_FAIL_FORMAT,
     TEXT_INIT(u"a.exe")},
    {false, 1, TEXT_INIT(u"\\??\\C:\\a.exe"), HP_VERDICT_FAIL_FORMAT,
     TEXT_INIT(u"\\??\\c:\\a.exe")},
    {false, 1, TEXT_INIT(u"C:\\a|b.exe"), HP_VERDICT_FAIL_SYNTAX,
     TEXT_INIT(u"c:\\a|b.exe")},
    {false, 1, TEXT_INIT(u"C:/a.exe"), HP_VERDICT_INDETERMINATE,
     TEXT_INIT(u"c:/a.exe")},
    {false, 1, TEXT_INIT(u"\\\\?\\Q:\\a.exe"), HP_VERDICT_FAIL_VOLUME,
     TEXT_INIT(u"\\\\?\\q:\\a.exe")},
    {false, 1,
     TEXT_INIT(u"\\\\?\\Volume{99999999-9999-9999-9999-999999999999}\\a.exe"),
     HP_VERDICT_FAIL_VOLUME,
     TEXT_INIT(u"\\\\?\\volume{99999999-9999-9999-9999-999999999999}\\a.exe")},
    {false, 1, TEXT_INIT(u"\\\\?\\GLOBALROOT\\Device\\x\\a.exe"),
     HP_VERDICT_INDETERMINATE,
     TEXT_INIT(u"\\\\?\\globalroot\\device\\x\\a.exe")},
    {false, 1,
     TEXT_INIT(u"\\\\?\\Volume{12345678-9ABC-def0-0102-030405060708}\\a.exe"),
     HP_VERDICT_OK,
     TEXT_INIT(u"\\\\?\\volume{12345678-9abc-def0-0102-030405060708}\\a.exe")},
    {false, 1,
     TEXT_INIT(u"\\\\?\\Volume{12345678-9ABC-def0-0102-030405060709}\\a.exe"),
     HP_VERDICT_FAIL_VOLUME,
     TEXT_INIT(u"\\\\?\\volume{12345678-9abc-def0-0102-030405060709}\\a.exe")},
    {false, 1, TEXT_INIT(u"\\\\?\\GLOBALROOT\\Device\\HarddiskVolume3\\a.exe"),
     HP_VERDICT_FAIL_VOLUME,
     TEXT_INIT(u"\\\\?\\globalroot\\device\\harddiskvolume3\\a.exe")},
    {false, 1, TEXT_INIT(u"\\\\?\\GLOBALROOT\\Device\\HarddiskVolume33\\a.exe"),
     HP_VERDICT_INDETERMINATE,
     TEXT_INIT(u"\\\\?\\globalroot\\device\\harddiskvolume33\\a.exe")},
    /* W4: the SCM expands REG_EXPAND_SZ only; the requester what is left. */
    {false, 2, TEXT_INIT(u"%SystemRoot%\\a.exe"), HP_VERDICT_OK,
     TEXT_INIT(u"c:\\windows\\a.exe")},
    {false, 1, TEXT_INIT(u"%SystemRoot%\\a.exe"), HP_VERDICT_OK,
     TEXT_INIT(u"%systemroot%\\a.exe")},
    {false, 2, TEXT_INIT(u"%nowhere%\\a.exe"), HP_VERDICT_FAIL_FORMAT,
     TEXT_INIT(u"%nowhere%\\a.exe")},
    {false, 3, TEXT_INIT(u"C:\\a.exe"), HP_VERDICT_QSC_FAIL, TEXT_INIT(u"")},
    {true, 1, TEXT_INIT(u""), HP_VERDICT_OK,
     TEXT_INIT(u"C:\\Windows\\System32\\Drivers\\foo.SYS")},
    {true, 1, TEXT_INIT(u"system32\\foo.sys"), HP_VERDICT_OK,
     TEXT_INIT(u"C:\\Windows\\system32\\foo.sys")},
    {true, 1, TEXT_INIT(u"\\SystemRoot\\Foo.sys"), HP_VERDICT_OK,
     TEXT_INIT(u"C:\\Windows\\foo.sys")},
    {true, 1, TEXT_INIT(u"\\??\\Q:\\foo.sys"), HP_VERDICT_FAIL_VOLUME,
     TEXT_INIT(u"q:\\foo.sys")},
    {true, 1, TEXT_INIT(u"C:\\foo.sys"), HP_VERDICT_FAIL_SYNTAX,
     TEXT_INIT(u"C:\\Windows\\C:\\foo.sys")},
    {true, 1, TEXT_INIT(u"\\Device\\x"), HP_VERDICT_FAIL_FORMAT,
     TEXT_INIT(u"\\device\\x")},
};

static void model__worked_cases(void **state)
{
    const struct hp_question question = {.volumes = volumes,
                                         .volume_count = COUNT_OF(volumes)};
    uint8_t room[256];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fuzz_memory memory = {0, 0};
        struct hp_arena arena = fuzz_arena(&memory);
        struct model_image image = {
            true, cases[i].type, utf16le(room, cases[i].value), TEXT(u"foo")};
        struct model_machine machine;
        struct model_outcome outcome;
        assert_true(model_machine_bare(&machine, &arena, &question, NULL));
        assert_true((cases[i].driver ? model_driver : model_win32)(
            &outcome, &machine, &image));
        if (outcome.verdict != cases[i].verdict)
            fail_msg("case %zu: %s", i, hp_verdict_name(outcome.verdict));
        assert_int_equal(outcome.path.count, cases[i].path.count);
        if (outcome.path.count > 0)
            assert_memory_equal(outcome.path.units, cases[i].path.units,
                                2 * outcome.path.count);
        hp_arena_close(&arena);
    }
}

static void check_long(bool driver, uint32_t type, size_t units,
                       enum hp_verdict verdict)
{
    static uint8_t bytes[2 * 32768];
    const struct hp_question question = {.volume_count = 0};
    struct fuzz_memory memory = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory);
    struct model_machine machine;
    struct model_outcome outcome;

    memset(bytes, 'a', sizeof bytes);
    struct model_image image = {true, type, hp_span_of(bytes, 2 * units),
                                TEXT(u"foo")};
    assert_true(model_machine_bare(&machine, &arena, &question, NULL));
    assert_true(
        (driver ? model_driver : model_win32)(&outcome, &machine, &image));
    assert_int_equal(outcome.verdict, verdict);
    assert_false(outcome.has_path && units == 32768);
    hp_arena_close(&arena);
}

/* B7 and D6, as docs/decisions.md has them. */
static void model__too_long(void **state)
{
    (void)state;
    check_long(false, 1, 32767, HP_VERDICT_SKIP_NO_EXE);
    check_long(false, 1, 32768, HP_VERDICT_INDETERMINATE);
    check_long(false, 2, 32768, HP_VERDICT_INDETERMINATE);
    check_long(false, 3, 32768, HP_VERDICT_QSC_FAIL);
    /* %SystemRoot%\ in front has 13 units, C:\Windows\ has 11. */
    check_long(true, 1, 32754, HP_VERDICT_INDETERMINATE);
    check_long(true, 1, 32755, HP_VERDICT_QSC_FAIL);
    check_long(true, 1, 32768, HP_VERDICT_QSC_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(model__worked_cases),
                                       cmocka_unit_test(model__too_long)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
