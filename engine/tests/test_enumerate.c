/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdio.h>

#include "enumerate.h"
#include "fake_hive.h"
#include "hp_limits.h"
#include "writer_asserts.h"

/* ---- one path ---------------------------------------------------------- */

#define GUID1 "{11111111-1111-1111-1111-111111111111}"
#define GUID9 "{99999999-9999-9999-9999-999999999999}"

/* The machine of the worked cases (section 10). */
static const struct hp_volume machine[] = {
    {.letter = 'C',
     .state = HP_VOLUME_PRESENT,
     .kind = HP_VOLUME_FIXED,
     .device = TEXT_INIT(u"\\Device\\HarddiskVolume2")},
    {.letter = 'E', .state = HP_VOLUME_PRESENT, .kind = HP_VOLUME_FIXED},
    {.letter = 'Q', .state = HP_VOLUME_ABSENT},
    {.letter = 'X', .state = HP_VOLUME_ABSENT},
    {.letter = 'R', .state = HP_VOLUME_UNKNOWN, .kind = HP_VOLUME_REMOVABLE},
    {.letter = 'Z', .state = HP_VOLUME_PRESENT, .kind = HP_VOLUME_NETWORK},
    {.has_guid = true,
     .guid = {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
              0x11, 0x11, 0x11, 0x11, 0x11},
     .state = HP_VOLUME_PRESENT},
    {.has_guid = true,
     .guid = {0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99,
              0x99, 0x99, 0x99, 0x99, 0x99},
     .state = HP_VOLUME_ABSENT},
};

static struct hp_question question_of(enum hp_profile profile)
{
    return (struct hp_question){.profile = profile,
                                .system_root = TEXT(u"C:\\Windows"),
                                .volumes = machine,
                                .volume_count = COUNT_OF(machine)};
}

static struct hp_arena memory;

static const struct hp_service_result *
judge(struct hp_report *report, const struct hp_path_question *path,
      const struct hp_question *question)
{
    memory = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    assert_int_equal(
        hp_judge_path(report, &memory, path, question, NULL, NULL, 0), HP_OK);
    assert_int_equal(report->service_count, 1);
    assert_int_equal(report->control_set, 0);
    return &report->services[0];
}

/* "path|class|volume|VERDICT/code|findings" of one text with its NUL. */
static const char *told(bool driver, uint32_t type, struct hp_text text,
                        const struct hp_question *question)
{
    static char out[5000];
    uint8_t bytes[3000] = {0};
    struct hp_report report;
    struct hp_span data = utf16le(bytes, text);

    data.len += 2;
    const struct hp_outcome *outcome =
        &judge(&report,
               &(struct hp_path_question){.driver = driver,
                                          .name = TEXT(u"foo"),
                                          .type = type,
                                          .data = data},
               question)
             ->outcome;
    assert_int_equal(outcome->excluded_by, -1);
    (void)snprintf(out, sizeof(out), "%s|%d|%s|%s/%u|%s",
                   outcome->has_path ? shown(outcome->writer_path) : "-",
                   outcome->path_class, shown(outcome->volume),
                   hp_verdict_name(outcome->verdict), outcome->code,
                   findings_shown(outcome->findings));
    hp_arena_close(&memory);
    return out;
}

struct path_case {
    uint32_t type;
    const char *text, *want;
};

static void expect_paths(bool driver, const struct path_case *cases,
                         size_t count, const struct hp_question *question)
{
    for (size_t i = 0; i < count; i++)
        assert_string_equal(
            told(driver, cases[i].type, text_of(cases[i].text), question),
            cases[i].want);
}

static const struct path_case win32_cases[] = {
    {2, "%SystemRoot%\\system32\\svchost.exe -k netsvcs -p",
     "c:\\windows\\system32\\svchost.exe|1|C:|OK/0|"},
    {1, "%SystemRoot%\\system32\\svchost.exe -k netsvcs",
     "%systemroot%\\system32\\svchost.exe|1|C:|OK/0|"
     "WRITER_LAUNCH_MISMATCH MS_INVALID_FORMAT"},
    {1, "\"C:\\Program Files\\App\\svc.exe\" -run",
     "c:\\program files\\app\\svc.exe|1|C:|OK/0|"},
    {1, "Q:\\Program Files\\App\\svc.exe -run",
     "q:\\program files\\app\\svc.exe|1|Q:|FAIL_VOLUME/87|"
     "MS_SPACE_IN_PATH"},
    {1, "\"Q:\\ProgramFolder\\bin\\program.exe\"",
     "q:\\programfolder\\bin\\program.exe|1|Q:|FAIL_VOLUME/87|"},
    {1, "C:\\my.exe files\\bin\\svc.exe",
     "c:\\my.exe|1|C:|OK/0|MS_SPACE_IN_PATH"},
    {1, "C:\\app\\svc.com /s", "-|0||SKIP_NO_EXE/0|MS_UNRECOGNIZED_PATH"},
    {1, "", "-|0||SKIP_NO_EXE/0|MS_UNRECOGNIZED_PATH"},
    {1, "rundll32.exe C:\\x\\y.dll,Run",
     "rundll32.exe|7||FAIL_FORMAT/0|WRITER_LAUNCH_MISMATCH "
     "MS_INVALID_FORMAT"},
    {1, "cmd /c \"C:\\a b\\c.exe\"",
     "cmd /c \"c:\\a b\\c.exe|8||FAIL_SYNTAX/123|WRITER_LAUNCH_MISMATCH "
     "MS_SPACE_IN_PATH"},
    {1, "Q:\\a?b.exe", "q:\\a?b.exe|8||FAIL_SYNTAX/123|MS_INVALID_CHARS"},
    {1, "C:\\\\App\\svc.exe",
     "c:\\\\app\\svc.exe|9|C:|OK/0|DOUBLE_BACKSLASH MS_DOUBLE_SLASH"},
    {1, "Q:\\\\App\\svc.exe",
     "q:\\\\app\\svc.exe|9|Q:|FAIL_VOLUME/87|DOUBLE_BACKSLASH "
     "MS_DOUBLE_SLASH"},
    {1, "C:/svc.exe",
     "c:/svc.exe|9|C:|INDETERMINATE/0|FORWARD_SLASH MS_FOWARD_SLASH "
     "MS_INVALID_FORMAT"},
    {1, "Q:/svc.exe",
     "q:/svc.exe|9|Q:|FAIL_VOLUME/87|FORWARD_SLASH MS_FOWARD_SLASH "
     "MS_INVALID_FORMAT"},
    {1, "\\\\server\\share\\svc.exe",
     "\\\\server\\share\\svc.exe|5||FAIL_REMOTE/0|MS_DOUBLE_SLASH "
     "MS_INVALID_FORMAT"},
    {1, "Z:\\svc.exe", "z:\\svc.exe|5|Z:|FAIL_REMOTE/0|"},
    {1, "Z:/svc.exe",
     "z:/svc.exe|5|Z:|FAIL_REMOTE/0|FORWARD_SLASH MS_FOWARD_SLASH "
     "MS_INVALID_FORMAT"},
    {1, "R:\\svc.exe", "r:\\svc.exe|1|R:|INDETERMINATE/0|"},
    {1, "F:\\svc.exe", "f:\\svc.exe|1|F:|FAIL_VOLUME/87|"},
    {1, "\\\\?\\C:\\App\\svc.exe", "\\\\?\\c:\\app\\svc.exe|2|C:|OK/0|"},
    {1, "\\\\?\\Volume" GUID1 "\\svc.exe",
     "\\\\?\\volume" GUID1 "\\svc.exe|3|Volume" GUID1
     "|OK/0|MS_INVALID_FORMAT"},
    {1, "\\\\?\\Volume" GUID9 "\\svc.exe",
     "\\\\?\\volume" GUID9 "\\svc.exe|3|Volume" GUID9
     "|FAIL_VOLUME/87|MS_INVALID_FORMAT"},
    {1, "\\\\?\\Volume{ABCDEF00-1111-1111-1111-111111111111}\\svc.exe",
     "\\\\?\\volume{abcdef00-1111-1111-1111-111111111111}\\svc.exe|3|"
     "Volume{abcdef00-1111-1111-1111-111111111111}"
     "|FAIL_VOLUME/87|MS_INVALID_FORMAT"},
    {1, "\\\\?\\GLOBALROOT\\Device\\HarddiskVolume2\\svc.exe",
     "\\\\?\\globalroot\\device\\harddiskvolume2\\svc.exe|4|"
     "\\device\\harddiskvolume2\\svc.exe|OK/0|MS_INVALID_FORMAT"},
    {1, "\\\\?\\GLOBALROOT\\Device\\HarddiskVolume3\\svc.exe",
     "\\\\?\\globalroot\\device\\harddiskvolume3\\svc.exe|4|"
     "\\device\\harddiskvolume3\\svc.exe|INDETERMINATE/0|"
     "MS_INVALID_FORMAT"},
    {1, "\\??\\C:\\App\\svc.exe",
     "\\??\\c:\\app\\svc.exe|6||FAIL_FORMAT/0|MS_INVALID_CHARS"},
    {2, "%ProgramFiles%\\App\\svc.exe",
     "c:\\program files\\app\\svc.exe|1|C:|OK/0|MS_SPACE_IN_PATH"},
    {2, "%nobody%\\svc.exe",
     "%nobody%\\svc.exe|7||FAIL_FORMAT/0|UNKNOWN_VARIABLE "
     "WRITER_LAUNCH_MISMATCH MS_INVALID_FORMAT"},
    {2, "100%\\svc.exe",
     "100%\\svc.exe|7||FAIL_FORMAT/0|WRITER_LAUNCH_MISMATCH "
     "MS_INVALID_FORMAT"},
    {3, "C:\\a.exe", "-|0||QSC_FAIL/0|WRONG_TYPE"},
    {6, "C:\\a.exe", "c:\\a.exe|1|C:|OK/0|LINK_TYPE"},
    {7, "C:\\a.exe", "c:\\a.exe|1|C:|OK/0|MULTI_SZ_TYPE"},
    {1, "C:\\dir\\svc.exe:payload",
     "c:\\dir\\svc.exe|1|C:|OK/0|WRITER_LAUNCH_MISMATCH"},
};

static void path__win32_services(void **state)
{
    const struct hp_question question = question_of(HP_PROFILE_PRE);

    (void)state;
    expect_paths(false, win32_cases, COUNT_OF(win32_cases), &question);
}

static void path__drivers(void **state)
{
    static const struct path_case cases[] = {
        {1, "", "C:\\Windows\\System32\\Drivers\\foo.SYS|1|C:|OK/0|"},
        {3, "x",
         "C:\\Windows\\System32\\Drivers\\foo.SYS|1|C:|OK/0|"
         "WRONG_TYPE"},
        {2, "System32\\drivers\\foo.sys",
         "C:\\Windows\\System32\\drivers\\foo.sys|1|C:|OK/0|"},
        {2, "\\SystemRoot\\System32\\drivers\\foo.sys",
         "C:\\Windows\\system32\\drivers\\foo.sys|1|C:|OK/0|"},
        {1, "\\??\\C:\\Drv\\foo.sys", "c:\\drv\\foo.sys|1|C:|OK/0|"},
        {1, "\\??\\Q:\\Drv\\foo.sys", "q:\\drv\\foo.sys|1|Q:|FAIL_VOLUME/87|"},
        {1, "C:\\Windows\\foo.sys",
         "C:\\Windows\\C:\\Windows\\foo.sys|8||FAIL_SYNTAX/123|"},
        {2, "%SystemRoot%\\foo.sys",
         "C:\\Windows\\C:\\Windows\\foo.sys|8||FAIL_SYNTAX/123|"
         "WRITER_LAUNCH_MISMATCH"},
        {1, "\\Device\\HarddiskVolume2\\Drv\\foo.sys",
         "\\device\\harddiskvolume2\\drv\\foo.sys|6||FAIL_FORMAT/0|"},
        {1, "\\\\?\\C:\\Drv\\foo.sys", "\\\\?\\c:\\drv\\foo.sys|2|C:|OK/0|"},
        {1, "\\SystemRoot\\..\\Drv\\foo.sys",
         "C:\\Windows\\..\\drv\\foo.sys|9|C:|OK/0|DOT_SEGMENT"},
        {1, "\\??\\UNC\\server\\foo.sys",
         "unc\\server\\foo.sys|7||FAIL_FORMAT/0|"},
    };
    struct hp_question question = question_of(HP_PROFILE_PRE);

    (void)state;
    expect_paths(true, cases, COUNT_OF(cases), &question);
    /* A driver of `path` counts as active. */
    question.policies.active_drivers = HP_ACTIVE_NONE;
    expect_paths(true, cases, 1, &question);
    question.policies.no_expand_drivers = true;
    assert_string_equal(told(true, 2, TEXT(u"%windir%\\foo.sys"), &question),
                        "C:\\Windows\\C:\\Windows\\foo.sys|8||FAIL_SYNTAX/123|"
                        "WRITER_LAUNCH_MISMATCH");
    assert_string_equal(told(true, 2, TEXT(u"%nobody%"), &question),
                        "C:\\Windows\\%nobody%|1|C:|OK/0|");
}

static struct fake_hive hive, software;

static void path__reads_software(void **state)
{
    const struct hp_source source = {.input = fake_input(&software),
                                     .backend = &fake_backend};
    const struct hp_question question = {.profile = HP_PROFILE_PRE,
                                         .software = &source};
    const struct hp_path_question path = {.missing = true, .driver = true};
    struct hp_report report;
    struct hp_error err;
    char text[64];

    (void)state;
    fake_begin(&software);
    fake_enter(&software, "Microsoft\\Windows NT\\CurrentVersion");
    fake_ascii(&software, "SystemRoot", 1, "D:\\W");
    assert_string_equal(told(false, 2, TEXT(u"%SystemRoot%\\a.exe"), &question),
                        "d:\\w\\a.exe|1|D:|OK/0|");
    assert_string_equal(told(false, 2, TEXT(u"%Public%\\a.exe"), &question),
                        "%public%\\a.exe|7||FAIL_FORMAT/0|UNKNOWN_VARIABLE "
                        "WRITER_LAUNCH_MISMATCH MS_INVALID_FORMAT");
    software.result = HP_WALK_REFUSED;
    memory = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    assert_int_equal(hp_judge_path(&report, &memory, &path, &question, &err,
                                   text, sizeof(text)),
                     HP_E_READER);
    assert_string_equal(err.field, "software");
    hp_arena_close(&memory);
    fake_end(&software);
}

static void path__missing_value(void **state)
{
    struct hp_path_question path = {.missing = true, .name = TEXT(u"foo")};
    struct hp_question question = question_of(HP_PROFILE_PRE);
    const struct hp_service_result *service;
    struct hp_report report;

    (void)state;
    service = judge(&report, &path, &question);
    assert_int_equal(service->outcome.verdict, HP_VERDICT_QSC_FAIL);
    assert_string_equal(findings_shown(service->outcome.findings),
                        "MS_UNRECOGNIZED_PATH");
    assert_false(service->has_image_path);
    assert_int_equal(service->kind, HP_KIND_WIN32);
    assert_int_equal(service->type, 0x10);
    assert_int_equal(service->start, 2);
    assert_true(service->has_type && service->has_start);
    assert_false(service->has_driver);
    assert_int_equal(service->launch_count, 0);
    assert_int_equal(report.result, HP_RESULT_OK);
    assert_string_equal(findings_shown(report.findings), "");
    assert_string_equal(report.hotfix.reason, "a SYSTEM hive alone cannot "
                                              "tell; the SOFTWARE hive can");
    hp_arena_close(&memory);

    question.policies.missing_skips = true;
    service = judge(&report, &path, &question);
    assert_int_equal(service->outcome.verdict, HP_VERDICT_SKIP_NO_EXE);
    hp_arena_close(&memory);

    path.driver = true;
    service = judge(&report, &path, &question);
    assert_int_equal(service->outcome.verdict, HP_VERDICT_OK);
    assert_int_equal(service->kind, HP_KIND_DRIVER);
    assert_int_equal(service->type, 0x01);
    assert_int_equal(service->start, 1);
    assert_int_equal(service->launch_count, 1);
    assert_string_equal(shown(service->launch[0]),
                        "\\SystemRoot\\System32\\drivers\\foo.sys");
    hp_arena_close(&memory);
}

static void path__profiles_and_policies(void **state)
{
    static const char unc[] = "\\\\server\\share\\svc.exe";
    struct hp_question question = question_of(HP_PROFILE_KB980794);

    (void)state;
    assert_string_equal(told(false, 1, text_of(unc), &question),
                        "\\\\server\\share\\svc.exe|5||FAIL_REMOTE/0|"
                        "MS_DOUBLE_SLASH MS_INVALID_FORMAT");
    question.profile = HP_PROFILE_CLIENT8;
    assert_string_equal(told(false, 1, text_of(unc), &question),
                        "\\\\server\\share\\svc.exe|5||OK/0|REMOTE "
                        "MS_DOUBLE_SLASH MS_INVALID_FORMAT");
    assert_string_equal(told(false, 1, TEXT(u"//server/a.exe"), &question),
                        "//server/a.exe|5||INDETERMINATE/0|FORWARD_SLASH "
                        "REMOTE MS_FOWARD_SLASH MS_INVALID_FORMAT");
    assert_string_equal(told(false, 1, TEXT(u"Z:\\a.exe"), &question),
                        "z:\\a.exe|5|Z:|FAIL_REMOTE/0|");
    question.profile = HP_PROFILE_SERVER2012;
    assert_string_equal(told(false, 1, TEXT(u"Q:\\a.exe"), &question),
                        "q:\\a.exe|1|Q:|FAIL_VOLUME/87|OPTIONAL_COMPONENT");
    assert_string_equal(told(false, 1, TEXT(u"R:\\a.exe"), &question),
                        "r:\\a.exe|1|R:|INDETERMINATE/0|OPTIONAL_COMPONENT");
    assert_string_equal(told(false, 1, TEXT(u"C:\\a.exe"), &question),
                        "c:\\a.exe|1|C:|OK/0|");
    assert_string_equal(told(true, 1, TEXT(u"\\??\\Q:\\a.sys"), &question),
                        "q:\\a.sys|1|Q:|FAIL_VOLUME/87|");

    question = question_of(HP_PROFILE_PRE);
    question.policies.assume_unknown = HP_ASSUME_ABSENT;
    assert_string_equal(told(false, 1, TEXT(u"R:\\a.exe"), &question),
                        "r:\\a.exe|1|R:|FAIL_VOLUME/87|");
    assert_string_equal(told(false, 1, TEXT(u"C:\\a.exe"), &question),
                        "c:\\a.exe|1|C:|OK/0|");
    question.policies.assume_unknown = HP_ASSUME_PRESENT;
    assert_string_equal(told(false, 1, TEXT(u"R:\\a.exe"), &question),
                        "r:\\a.exe|1|R:|OK/0|");
    assert_string_equal(told(false, 1, TEXT(u"Q:\\a.exe"), &question),
                        "q:\\a.exe|1|Q:|FAIL_VOLUME/87|");
}

/* `count` units: `start`, then 'a', then `end`. */
static struct hp_text long_text(const char *start, const char *end,
                                size_t count)
{
    static uint16_t units[HP_LIMIT_TEXT_UNITS + 1];
    size_t first = strlen(start), last = strlen(end);

    for (size_t i = 0; i < count; i++)
        units[i] = i < first           ? (unsigned char)start[i]
                   : i >= count - last ? (unsigned char)end[i - (count - last)]
                                       : 'a';
    return (struct hp_text){units, count};
}

/* "has_path verdict code findings", for any length; without terminator. */
static const char *told_long(bool driver, uint32_t type, struct hp_text text,
                             const struct hp_question *question)
{
    static uint8_t bytes[2 * HP_LIMIT_TEXT_UNITS + 2];
    static char out[300];
    struct hp_report report;
    const struct hp_path_question path = {.driver = driver,
                                          .name = TEXT(u"foo"),
                                          .type = type,
                                          .data = utf16le(bytes, text)};
    const struct hp_service_result *service = judge(&report, &path, question);

    (void)snprintf(out, sizeof(out), "%d %s/%u %s", service->outcome.has_path,
                   hp_verdict_name(service->outcome.verdict),
                   service->outcome.code,
                   findings_shown(service->outcome.findings));
    assert_true(service->outcome.has_path ||
                service->outcome.writer_path.count == 0);
    hp_arena_close(&memory);
    return out;
}

/* A question with %L% of 32767 units and %P% of one more. */
static struct hp_question long_question(void)
{
    static uint16_t units[HP_LIMIT_TEXT_UNITS];
    static const struct hp_variable variables[] = {
        {TEXT_INIT(u"L"), {units, COUNT_OF(units)}, NULL},
        {TEXT_INIT(u"P"), TEXT_INIT(u"%L%x"), NULL}};
    struct hp_question question = question_of(HP_PROFILE_PRE);

    for (size_t i = 0; i < COUNT_OF(units); i++)
        units[i] = 'a';
    question.variables = variables;
    question.variable_count = COUNT_OF(variables);
    return question;
}

static void path__lengths(void **state)
{
    const struct hp_question question = long_question();

    (void)state;
    assert_string_equal(
        told_long(false, 1, long_text("C:\\", ".exe", 259), &question),
        "1 OK/0 UNTERMINATED");
    assert_string_equal(
        told_long(false, 1, long_text("C:\\", ".exe", 260), &question),
        "1 INDETERMINATE/0 UNTERMINATED LONG_PATH");
    assert_string_equal(
        told_long(false, 1, long_text("Q:\\", ".exe", 260), &question),
        "1 FAIL_VOLUME/87 UNTERMINATED LONG_PATH");
    assert_string_equal(
        told_long(false, 1, long_text("C:\\", ".exe", 32767), &question),
        "1 INDETERMINATE/0 UNTERMINATED LONG_PATH");
    assert_string_equal(
        told_long(false, 1, long_text("C:\\", ".exe", 32768), &question),
        "0 INDETERMINATE/0 TOO_LONG");
    assert_string_equal(told_long(false, 2, TEXT(u"%L%.exe"), &question),
                        "0 INDETERMINATE/0 UNTERMINATED TOO_LONG");
    assert_string_equal(told_long(false, 2, TEXT(u"%P%.exe"), &question),
                        "1 INDETERMINATE/0 UNTERMINATED TOO_LONG "
                        "MS_INVALID_FORMAT");

    assert_string_equal(
        told_long(true, 1, long_text("\\??\\C:\\", "", 4 + 259), &question),
        "1 OK/0 UNTERMINATED");
    assert_string_equal(
        told_long(true, 1, long_text("\\??\\C:\\", "", 4 + 260), &question),
        "1 INDETERMINATE/0 UNTERMINATED LONG_PATH TOO_LONG");
    assert_string_equal(
        told_long(true, 1, long_text("\\\\?\\C:\\", "", 259), &question),
        "1 OK/0 UNTERMINATED");
    assert_string_equal(
        told_long(true, 1, long_text("\\\\?\\C:\\", "", 260), &question),
        "1 INDETERMINATE/0 UNTERMINATED TOO_LONG");
    assert_string_equal(
        told_long(true, 1, long_text("\\\\?\\Q:\\", "", 260), &question),
        "1 FAIL_VOLUME/87 UNTERMINATED TOO_LONG");
    /* D6: with the 13 units of %SystemRoot%\ it has 64 KiB, or 2 less. */
    assert_string_equal(
        told_long(true, 1, long_text("b", "", 32767 - 13), &question),
        "1 INDETERMINATE/0 UNTERMINATED LONG_PATH TOO_LONG");
    assert_string_equal(
        told_long(true, 1, long_text("b", "", 32768 - 13), &question),
        "0 QSC_FAIL/0 UNTERMINATED TOO_LONG");
    assert_string_equal(
        told_long(true, 1, long_text("b", "", 32768), &question),
        "0 QSC_FAIL/0 TOO_LONG");
    assert_string_equal(told_long(true, 2, TEXT(u"%L%x"), &question),
                        "0 QSC_FAIL/0 UNTERMINATED TOO_LONG");
    assert_string_equal(told_long(true, 1, TEXT(u"%L%x"), &question),
                        "0 INDETERMINATE/0 UNTERMINATED TOO_LONG");
}

/* ---- the shared cases -------------------------------------------------- */

/* Replaces what stands between < and > in a field of the table. */
static struct hp_text field_text(uint16_t *units, const char *field)
{
    uint16_t *out = units;
    bool valid;

    while (*field != '\0') {
        size_t len = strcspn(field, "<");
        if (len > 0) {
            out += hp_wtf8_decode(out, field, len, &valid);
        } else if (strncmp(field, "<A*300>", 7) == 0) {
            for (int i = 0; i < 300; i++)
                *out++ = 'A';
        } else if (strncmp(field, "<HI>", 4) == 0) {
            *out++ = 0xD83D;
        } else if (strncmp(field, "<NUL>", 5) == 0) {
            *out++ = 0;
        } else if (strncmp(field, "<TAB>", 5) == 0) {
            *out++ = '\t';
        } else if (strncmp(field, "<SP>", 4) == 0) {
            *out++ = ' ';
        }
        field += len > 0 ? len : strcspn(field, ">") + 1;
    }
    return (struct hp_text){units, (size_t)(out - units)};
}

/* The cell between the tabs that follow *line, which moves behind it. */
static char *next_field(char **line)
{
    char *field = *line, *end = field + strcspn(field, "\t\n");

    *line = *end == '\0' ? end : end + 1;
    *end = '\0';
    return field;
}

/* Compares with "c:\aaa...(311)": the start of a long path, and its units. */
static void expect_path(const char *id, struct hp_text path, const char *want)
{
    uint16_t units[1000];
    const char *dots = strstr(want, "\xE2\x80\xA6");
    struct hp_text text = field_text(units, want);
    size_t count = text.count;

    if (dots != NULL) {
        count = strtoul(dots + 4, NULL, 10);
        text.count -= strlen(dots) - 2;
    }
    if (path.count != count ||
        memcmp(path.units, text.units, 2 * text.count) != 0)
        fail_msg("%s: %s is not %s", id, shown(path), want);
}

static void check_shared_case(char *line)
{
    static uint8_t bytes[4000];
    static char indeterminate[] = "INDETERMINATE";
    uint16_t units[1000];
    char *id = next_field(&line), *kind = next_field(&line);
    char *type = next_field(&line), *value = next_field(&line);
    char *writer_path = next_field(&line), *verdict = next_field(&line);
    const struct hp_question question = question_of(HP_PROFILE_PRE);
    struct hp_path_question path = {.driver = kind[0] == 'D',
                                    .name = TEXT(u"foo"),
                                    .missing = strcmp(value, "<missing>") == 0,
                                    .type = (uint32_t)strtoul(type, NULL, 10)};
    struct hp_report report;
    char got[60], *slash = strchr(verdict, '/');
    const struct hp_outcome *outcome;

    path.data = utf16le(bytes, field_text(units, value));
    memset(bytes + path.data.len, 0, 2);
    path.data.len += 2;
    outcome = &judge(&report, &path, &question)->outcome;
    (void)snprintf(got, sizeof(got), "%s/%u", hp_verdict_name(outcome->verdict),
                   outcome->code);
    if (slash != NULL)
        *slash = '\0';
    if (strcmp(verdict, "INDET") == 0)
        verdict = indeterminate;
    if (strcmp(verdict, hp_verdict_name(outcome->verdict)) != 0 ||
        outcome->code != (slash == NULL ? 0 : strtoul(slash + 1, NULL, 10)))
        fail_msg("%s: %s is not %s", id, got, verdict);
    assert_int_equal(outcome->has_path, strcmp(writer_path, "-") != 0);
    if (outcome->has_path)
        expect_path(id, outcome->writer_path, writer_path);
    hp_arena_close(&memory);
}

static void path__shared_cases(void **state)
{
    const char *folder = getenv("HP_SHARED");
    char name[1000], line[2000];
    size_t count = 0;
    FILE *file;

    (void)state;
    if (folder == NULL) {
        print_message("skipped: HP_SHARED names no folder\n");
        skip();
    }
    (void)snprintf(name, sizeof(name), "%s/cases/imagepath.tsv", folder);
    file = fopen(name, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] == '#')
            continue;
        check_shared_case(line);
        count++;
    }
    (void)fclose(file);
    assert_in_range(count, 65, 10000);
}

/* ---- a hive ------------------------------------------------------------ */

static enum hp_status run(struct hp_report *report,
                          const struct hp_question *question,
                          struct hp_error *err)
{
    const struct hp_source source = {.input = fake_input(&hive),
                                     .backend = &fake_backend};
    char text[64];

    memory = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    return hp_enumerate(report, &memory, &source, question, err, text,
                        sizeof(text));
}

static void run_ok(struct hp_report *report, const struct hp_question *question)
{
    struct hp_error err;
    assert_int_equal(run(report, question, &err), HP_OK);
}

/* A hive with control set 1; its Services key is open. */
static void begin_services(void)
{
    fake_begin(&hive);
    fake_enter(&hive, "Select");
    fake_dword(&hive, "Current", 1);
    fake_leave(&hive, 1);
    fake_enter(&hive, "ControlSet001\\Services");
}

/* Opens Control\SystemWriter next to Services. */
static void enter_system_writer(void)
{
    fake_leave(&hive, 1);
    fake_enter(&hive, "Control\\SystemWriter");
}

static void end_run(void)
{
    hp_arena_close(&memory);
    fake_end(&hive);
}

/* "name:VERDICT findings" of service `i`. */
static const char *service_told(const struct hp_report *report, size_t i)
{
    static char out[1000];
    const struct hp_service_result *service = &report->services[i];

    (void)snprintf(out, sizeof(out), "%s:%s%s%s", shown(service->name),
                   hp_verdict_name(service->outcome.verdict),
                   service->outcome.findings.count > 0 ? " " : "",
                   findings_shown(service->outcome.findings));
    return out;
}

static void enumerate__knows_what_is_a_service(void **state)
{
    static const struct {
        const char *name;
        uint32_t type, start;
        const char *want;
    } cases[] = {
        {"win32", 0x10, 2, "win32:OK"},
        {"shared", 0x20, 4, "shared:OK"},
        {"interactive", 0x110, 3, "interactive:OK"},
        {"template", 0x50, 3, "template:OK"},
        {"instance", 0xE0, 3, "instance:OK"},
        {"packaged", 0x210, 3, "packaged:OK"},
        {"{guid}", 0x10, 2, "{guid}:SKIP_NOT_SERVICE"},
        {"adapter", 0x04, 0, "adapter:SKIP_NOT_SERVICE"},
        {"flags", 0x1C0, 0, "flags:SKIP_NOT_SERVICE"},
        {"WIN32", 0x10, 2, "WIN32:SKIP_NOT_SERVICE DUPLICATE_SERVICE"},
        {"a/b", 0x10, 2, "a/b:OK INVALID_NAME"},
        {"/b", 0x10, 2, "/b:OK INVALID_NAME"},
        {"", 0x10, 2, ":OK"},
        {"kernel", 0x01, 0, "kernel:SKIP_INACTIVE_DRIVER"},
    };
    const struct hp_question question = {
        .profile = HP_PROFILE_PRE, .policies.active_drivers = HP_ACTIVE_NONE};
    struct hp_report report;

    (void)state;
    begin_services();
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        fake_service(&hive, cases[i].name, cases[i].type, cases[i].start,
                     "C:\\a.exe");
    run_ok(&report, &question);
    assert_int_equal(report.service_count, COUNT_OF(cases));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct hp_service_result *service = &report.services[i];
        assert_string_equal(service_told(&report, i), cases[i].want);
        assert_int_equal(service->type, cases[i].type);
        assert_int_equal(service->start, cases[i].start);
        assert_int_equal(service->kind,
                         service->outcome.verdict == HP_VERDICT_SKIP_NOT_SERVICE
                             ? HP_KIND_NONE
                         : cases[i].type == 1 ? HP_KIND_DRIVER
                                              : HP_KIND_WIN32);
        assert_true(service->has_image_path);
        assert_int_equal(service->image_path_type, 1);
        assert_string_equal(shown(service->image_path_text), "C:\\a.exe");
        assert_int_equal(service->image_path_raw.len, 18);
        assert_int_equal(service->outcome.excluded_by, -1);
    }
    assert_int_equal(report.result, HP_RESULT_OK);
    assert_int_equal(report.control_set, 1);
    assert_string_equal(shown(report.services_key), "Services");
    assert_int_equal(report.hive.dirty, 1);
    assert_string_equal(findings_shown(report.findings), "ASSUMED_SYSTEMROOT");
    end_run();
}

static void enumerate__needs_three_dwords(void **state)
{
    static const char *const want[] = {"none:SKIP_NOT_SERVICE",
                                       "type:SKIP_NOT_SERVICE TYPE_INVALID",
                                       "start:SKIP_NOT_SERVICE INCOMPLETE",
                                       "error:SKIP_NOT_SERVICE INCOMPLETE",
                                       "link:SKIP_NOT_SERVICE SYMBOLIC_LINK",
                                       "deleted:OK DELETE_PENDING",
                                       "short:OK DATA_SHORT"};
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_report report;

    (void)state;
    begin_services();
    fake_enter(&hive, "none");
    fake_leave(&hive, 1);
    fake_enter(&hive, "type");
    fake_raw(&hive, "Type", 3, "\x10\0\0\0", 4);
    fake_dword(&hive, "Start", 2);
    fake_dword(&hive, "ErrorControl", 1);
    fake_leave(&hive, 1);
    fake_enter(&hive, "start");
    fake_dword(&hive, "Type", 0x10);
    fake_dword(&hive, "ErrorControl", 1);
    fake_leave(&hive, 1);
    fake_enter(&hive, "error");
    fake_dword(&hive, "Type", 0x10);
    fake_dword(&hive, "Start", 2);
    fake_leave(&hive, 1);
    for (size_t i = 0; i < 3; i++) {
        fake_enter_flags(&hive,
                         i == 0   ? "link"
                         : i == 1 ? "deleted"
                                  : "short",
                         i == 0 ? 0x10 : 0);
        fake_dword(&hive, "Type", 0x10);
        fake_dword(&hive, "Start", 2);
        fake_dword(&hive, "ErrorControl", 1);
        fake_ascii(&hive, "DisplayName", 1, "shown");
        if (i == 1)
            fake_dword(&hive, "DeleteFlag", 0);
        fake_ascii(&hive, "ImagePath", 1, "C:\\a.exe");
        if (i == 2)
            fake_declare(&hive, 21);
        fake_leave(&hive, 1);
    }
    run_ok(&report, &question);
    assert_int_equal(report.service_count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_string_equal(service_told(&report, i), want[i]);
    assert_false(report.services[1].has_type);
    assert_true(report.services[1].has_start);
    assert_false(report.services[2].has_start);
    assert_string_equal(shown(report.services[5].display_name), "shown");
    assert_int_equal(report.services[0].display_name.count, 0);
    end_run();
}

static void enumerate__names_of_256_units_are_valid(void **state)
{
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_report report;
    static char name[258];

    (void)state;
    memset(name, 'n', 257);
    begin_services();
    fake_service(&hive, name + 1, 0x10, 2, "C:\\a.exe");
    fake_service(&hive, name, 0x10, 2, "C:\\a.exe");
    fake_service(&hive, "a\xE9", 0x10, 2, "C:\\a.exe");
    fake_service(&hive, "A\xC9", 0x10, 2, "C:\\a.exe");
    run_ok(&report, &question);
    assert_int_equal(report.services[0].outcome.findings.count, 0);
    assert_string_equal(findings_shown(report.services[1].outcome.findings),
                        "INVALID_NAME");
    assert_string_equal(findings_shown(report.services[3].outcome.findings),
                        "DUPLICATE_SERVICE");
    end_run();
}

static void enumerate__keeps_a_megabyte_of_a_path(void **state)
{
    static uint8_t large[(1 << 20) + 2];
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_report report;

    (void)state;
    begin_services();
    fake_enter(&hive, "large");
    fake_dword(&hive, "Type", 0x10);
    fake_dword(&hive, "Start", 2);
    fake_dword(&hive, "ErrorControl", 1);
    fake_raw(&hive, "ImagePath", 1, large, sizeof(large));
    run_ok(&report, &question);
    assert_string_equal(service_told(&report, 0),
                        "large:INDETERMINATE DATA_CUT TOO_LONG");
    assert_int_equal(report.services[0].image_path_raw.len, 1 << 20);
    assert_int_equal(report.services[0].image_path_text.count, 0);
    assert_int_equal(report.result, HP_RESULT_INDETERMINATE);
    end_run();
}

static void enumerate__drivers_are_active_by_policy(void **state)
{
    static const enum hp_verdict want[3][4] = {
        {HP_VERDICT_OK, HP_VERDICT_OK, HP_VERDICT_SKIP_INACTIVE_DRIVER,
         HP_VERDICT_SKIP_INACTIVE_DRIVER},
        {HP_VERDICT_OK, HP_VERDICT_OK, HP_VERDICT_OK, HP_VERDICT_OK},
        {HP_VERDICT_SKIP_INACTIVE_DRIVER, HP_VERDICT_SKIP_INACTIVE_DRIVER,
         HP_VERDICT_SKIP_INACTIVE_DRIVER, HP_VERDICT_SKIP_INACTIVE_DRIVER}};
    static const enum hp_active_drivers policies[] = {
        HP_ACTIVE_BOOT, HP_ACTIVE_ALL, HP_ACTIVE_NONE};

    (void)state;
    for (size_t p = 0; p < 3; p++) {
        const struct hp_question question = {
            .profile = HP_PROFILE_PRE, .policies.active_drivers = policies[p]};
        struct hp_report report;
        begin_services();
        fake_service(&hive, "boot", 0x01, 0, NULL);
        fake_service(&hive, "auto", 0x02, 2, NULL);
        fake_service(&hive, "demand", 0x08, 3, NULL);
        fake_service(&hive, "disabled", 0x01, 4, NULL);
        run_ok(&report, &question);
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(report.services[i].outcome.verdict, want[p][i]);
            assert_int_equal(report.services[i].kind, HP_KIND_DRIVER);
            assert_int_equal(report.services[i].launch_count,
                             want[p][i] == HP_VERDICT_OK);
        }
        end_run();
    }
}

static void enumerate__user_services_are_a_policy(void **state)
{
    struct hp_question question = {.profile = HP_PROFILE_PRE,
                                   .policies.no_user_services = true};
    struct hp_report report;

    (void)state;
    begin_services();
    fake_service(&hive, "plain", 0x110, 2, "C:\\a.exe");
    fake_service(&hive, "template", 0x50, 2, "C:\\a.exe");
    fake_service(&hive, "instance", 0x90, 2, "C:\\a.exe");
    run_ok(&report, &question);
    assert_int_equal(report.services[0].outcome.verdict, HP_VERDICT_OK);
    assert_int_equal(report.services[1].outcome.verdict,
                     HP_VERDICT_SKIP_NOT_SERVICE);
    assert_int_equal(report.services[2].outcome.verdict,
                     HP_VERDICT_SKIP_NOT_SERVICE);
    end_run();
}

static void enumerate__mixed_types_run_both_steps(void **state)
{
    static const struct {
        const char *path;
        uint32_t start;
        enum hp_verdict outcome, driver;
        size_t launch;
    } cases[] = {
        /* As a driver it is C:\Windows\C:\a.exe. */
        {"C:\\a.exe", 0, HP_VERDICT_FAIL_SYNTAX, HP_VERDICT_OK, 2},
        {"C:\\a.exe", 3, HP_VERDICT_OK, HP_VERDICT_SKIP_INACTIVE_DRIVER, 1},
        {"a.exe", 0, HP_VERDICT_FAIL_FORMAT, HP_VERDICT_OK, 4},
        {"Q:\\a.exe", 0, HP_VERDICT_FAIL_VOLUME, HP_VERDICT_FAIL_SYNTAX, 2},
        {"x", 0, HP_VERDICT_SKIP_NO_EXE, HP_VERDICT_OK, 4},
    };
    const struct hp_question question = question_of(HP_PROFILE_PRE);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_report report;
        const struct hp_service_result *service;
        begin_services();
        fake_service(&hive, "mixed", 0x11, cases[i].start, cases[i].path);
        run_ok(&report, &question);
        service = &report.services[0];
        assert_int_equal(service->kind, HP_KIND_WIN32);
        assert_true(service->has_driver);
        assert_int_equal(service->outcome.verdict, cases[i].outcome);
        assert_int_equal(service->driver.verdict, cases[i].driver);
        assert_string_equal(service->outcome.findings.names[0], "TYPE_MIXED");
        assert_string_equal(service->driver.findings.names[0], "TYPE_MIXED");
        assert_int_equal(service->launch_count, cases[i].launch);
        end_run();
    }
}

static void enumerate__lists_at_most_32_candidates(void **state)
{
    const struct hp_question question = question_of(HP_PROFILE_PRE);
    struct hp_report report;
    char text[81];

    (void)state;
    for (size_t i = 0; i < 80; i++)
        text[i] = i % 2 == 0 ? 'x' : ' ';
    text[80] = '\0';
    begin_services();
    fake_service(&hive, "mixed", 0x11, 0, text);
    run_ok(&report, &question);
    assert_int_equal(report.services[0].launch_count, 32);
    end_run();
}

/* ---- the result -------------------------------------------------------- */

static const struct {
    const char *paths[4];
    enum hp_assume_unproven unproven;
    enum hp_result result;
    unsigned code;
    const char *culprits;
} result_cases[] = {
    {{"C:\\a.exe"}, HP_UNPROVEN_INDETERMINATE, HP_RESULT_OK, 0, ""},
    {{"C:\\a?.exe", "Q:\\a.exe", "a.exe", "Q:\\b.exe"},
     HP_UNPROVEN_INDETERMINATE,
     HP_RESULT_FAILED,
     87,
     "130"},
    {{"C:\\a?.exe", "C:\\a.exe", "a.exe"},
     HP_UNPROVEN_INDETERMINATE,
     HP_RESULT_FAILED,
     123,
     "0"},
    {{"R:\\a.exe", "Z:\\a.exe", "a.exe", "C:\\a.exe"},
     HP_UNPROVEN_INDETERMINATE,
     HP_RESULT_INDETERMINATE,
     0,
     "210"},
    {{"R:\\a.exe", "Z:\\a.exe", "a.exe", "C:\\a.exe"},
     HP_UNPROVEN_FAIL,
     HP_RESULT_FAILED,
     0,
     "210"},
    {{"R:\\a.exe", "Z:\\a.exe", "a.exe", "C:\\a.exe"},
     HP_UNPROVEN_OK,
     HP_RESULT_OK,
     0,
     ""},
    {{"R:\\a.exe", "Q:\\a.exe"}, HP_UNPROVEN_FAIL, HP_RESULT_FAILED, 87, "10"},
    {{"R:\\a.exe", "Q:\\a.exe"}, HP_UNPROVEN_OK, HP_RESULT_FAILED, 87, "1"},
    {{"C:\\a.exe"}, HP_UNPROVEN_FAIL, HP_RESULT_OK, 0, ""},
    {{"\\\\s\\a.exe"},
     HP_UNPROVEN_INDETERMINATE,
     HP_RESULT_INDETERMINATE,
     0,
     "0"},
    {{"a.com"}, HP_UNPROVEN_FAIL, HP_RESULT_OK, 0, ""},
};

static const char *const digits[] = {"0", "1", "2", "3"};

static void enumerate__result_is_that_of_the_worst(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(result_cases); i++) {
        struct hp_question question = question_of(HP_PROFILE_PRE);
        struct hp_report report;
        char culprits[9] = "";
        question.policies.assume_unproven = result_cases[i].unproven;
        begin_services();
        for (size_t k = 0; k < 4 && result_cases[i].paths[k] != NULL; k++)
            fake_service(&hive, digits[k], 0x10, 2, result_cases[i].paths[k]);
        run_ok(&report, &question);
        assert_int_equal(report.result, result_cases[i].result);
        assert_int_equal(report.code, result_cases[i].code);
        for (size_t k = 0; k < report.culprit_count; k++)
            strcat(culprits, digits[report.culprits[k]]);
        assert_string_equal(culprits, result_cases[i].culprits);
        end_run();
    }
}

static void enumerate__a_mixed_type_fails_by_either_step(void **state)
{
    struct hp_question question = question_of(HP_PROFILE_SERVER2012);
    struct hp_report report;

    (void)state;
    begin_services();
    fake_service(&hive, "mixed", 0x11, 0, "Q:\\a.exe");
    run_ok(&report, &question);
    /* The Win32 step's failure is optional: the driver's stands first. */
    assert_int_equal(report.services[0].outcome.verdict,
                     HP_VERDICT_FAIL_SYNTAX);
    assert_int_equal(report.services[0].driver.verdict, HP_VERDICT_FAIL_VOLUME);
    assert_string_equal(findings_shown(report.services[0].driver.findings),
                        "TYPE_MIXED OPTIONAL_COMPONENT");
    assert_int_equal(report.result, HP_RESULT_FAILED);
    assert_int_equal(report.code, 123);
    assert_int_equal(report.culprit_count, 1);
    end_run();
}

static void enumerate__the_component_split_is_a_dword(void **state)
{
    static const struct {
        enum hp_profile profile;
        int dword; /* -1: missing; -2: no DWORD */
        const char *product;
        bool optional;
        const char *findings;
    } cases[] = {
        {HP_PROFILE_PRE, 1, "ServerNT", false, ""},
        {HP_PROFILE_KB980794, 1, "ServerNT", false, ""},
        {HP_PROFILE_CLIENT8, -1, "WinNT", false, ""},
        {HP_PROFILE_CLIENT8, -1, NULL, false, ""},
        {HP_PROFILE_CLIENT8, 1, "WinNT", true, ""},
        {HP_PROFILE_CLIENT8, 0, "WinNT", false, ""},
        {HP_PROFILE_CLIENT8, -1, "ServerNT", false, "PRODUCT_TYPE_MISMATCH"},
        {HP_PROFILE_SERVER2012, -1, "ServerNT", true, ""},
        {HP_PROFILE_SERVER2012, -1, "LanmanNT", true, ""},
        {HP_PROFILE_SERVER2012, -1, "winnt", true, "PRODUCT_TYPE_MISMATCH"},
        {HP_PROFILE_SERVER2012, -1, NULL, true, ""},
        {HP_PROFILE_SERVER2012, 0, "ServerNT", false, ""},
        {HP_PROFILE_SERVER2012, 2, "ServerNT", true, ""},
        {HP_PROFILE_SERVER2012, -2, "ServerNT", true, "REPORT_DWORD_INVALID"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct hp_question question = question_of(cases[i].profile);
        struct hp_report report;
        begin_services();
        fake_service(&hive, "x", 0x10, 2, "Q:\\a.exe");
        enter_system_writer();
        if (cases[i].dword == -2)
            fake_raw(&hive, "ReportWin32ServicesNonSystemState", 3, "\0\0\0\0",
                     4);
        if (cases[i].dword >= 0)
            fake_dword(&hive, "ReportWin32ServicesNonSystemState",
                       (uint32_t)cases[i].dword);
        fake_leave(&hive, 1);
        if (cases[i].product != NULL) {
            fake_enter(&hive, "ProductOptions");
            fake_ascii(&hive, "ProductType", 1, cases[i].product);
            fake_leave(&hive, 1);
        }
        run_ok(&report, &question);
        assert_int_equal(report.services[0].outcome.verdict,
                         HP_VERDICT_FAIL_VOLUME);
        assert_int_equal(report.result,
                         cases[i].optional ? HP_RESULT_OK : HP_RESULT_FAILED);
        assert_string_equal(findings_shown(report.findings), cases[i].findings);
        end_run();
    }
}

/* ---- damage and missing keys ------------------------------------------- */

static const struct {
    size_t leave; /* keys to leave first */
    const char *enter;
} damaged_keys[] = {
    {0, "ControlSet001"},  {0, "Control"},         {0, "Other"},
    {1, "ProductOptions"}, {1, "Session Manager"}, {0, "Environment"},
    {2, "SystemWriter"},   {2, "Services"},        {0, "x"},
    {0, "Deep"},           {4, "Select"},          {1, "MountedDevices"}};

/* A hive with a good service, and damage right behind the start of the key
 * `where`; "out": behind the root. */
static void write_damaged(const char *where, uint32_t action)
{
    fake_begin(&hive);
    if (strcmp(where, "root") == 0)
        fake_damage(&hive, action, where);
    for (size_t i = 0; i < COUNT_OF(damaged_keys); i++) {
        fake_leave(&hive, damaged_keys[i].leave);
        fake_enter(&hive, damaged_keys[i].enter);
        if (strcmp(where, damaged_keys[i].enter) == 0)
            fake_damage(&hive, action, where);
        if (strcmp(damaged_keys[i].enter, "Select") == 0)
            fake_dword(&hive, "Current", 1);
    }
    fake_leave(&hive, hive.depth);
    if (strcmp(where, "out") == 0)
        fake_damage(&hive, action, where);
}

static const struct {
    const char *where;
    uint32_t action;
    size_t count; /* of damage in the report */
    enum hp_result result;
} damage_cases[] = {
    {"root", HP_DAMAGE_NOTED, 1, HP_RESULT_OK},
    {"root", HP_DAMAGE_CLAMPED, 1, HP_RESULT_INDETERMINATE},
    {"root", HP_DAMAGE_DROPPED, 1, HP_RESULT_INDETERMINATE},
    {"out", HP_DAMAGE_CLAMPED, 1, HP_RESULT_OK},
    {"out", HP_DAMAGE_SKIPPED, 1, HP_RESULT_INDETERMINATE},
    {"ControlSet001", HP_DAMAGE_DROPPED, 1, HP_RESULT_INDETERMINATE},
    {"Control", HP_DAMAGE_DROPPED, 1, HP_RESULT_INDETERMINATE},
    {"Other", HP_DAMAGE_DROPPED, 0, HP_RESULT_OK},
    {"ProductOptions", HP_DAMAGE_DROPPED, 1, HP_RESULT_OK},
    {"Session Manager", HP_DAMAGE_DROPPED, 1, HP_RESULT_INDETERMINATE},
    {"Environment", HP_DAMAGE_DROPPED, 1, HP_RESULT_INDETERMINATE},
    {"SystemWriter", HP_DAMAGE_DROPPED, 1, HP_RESULT_INDETERMINATE},
    {"Services", HP_DAMAGE_DROPPED, 1, HP_RESULT_INDETERMINATE},
    {"x", HP_DAMAGE_CLAMPED, 1, HP_RESULT_INDETERMINATE},
    {"x", HP_DAMAGE_NOTED, 1, HP_RESULT_OK},
    {"Deep", HP_DAMAGE_DROPPED, 0, HP_RESULT_OK},
    {"Select", HP_DAMAGE_DROPPED, 1, HP_RESULT_INDETERMINATE},
    {"MountedDevices", HP_DAMAGE_DROPPED, 1, HP_RESULT_OK},
};

static void enumerate__decisive_damage_spoils_ok(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(damage_cases); i++) {
        struct hp_question question = question_of(HP_PROFILE_PRE);
        struct hp_report report;
        write_damaged(damage_cases[i].where, damage_cases[i].action);
        run_ok(&report, &question);
        if (report.result != damage_cases[i].result)
            fail_msg("damage %u in %s", damage_cases[i].action,
                     damage_cases[i].where);
        assert_int_equal(report.damage_count, damage_cases[i].count);
        if (damage_cases[i].count == 1) {
            assert_string_equal(report.damage[0].event.field,
                                damage_cases[i].where);
            assert_int_equal(report.damage[0].decisive,
                             damage_cases[i].result != HP_RESULT_OK);
        }
        assert_int_equal(report.culprit_count, 0);
        hp_arena_close(&memory);
        question.policies.assume_unproven = HP_UNPROVEN_OK;
        run_ok(&report, &question);
        assert_int_equal(report.result, damage_cases[i].result);
        end_run();
    }
}

static void enumerate__reports_all_damage(void **state)
{
    static const char *const want[] = {"1", "2", "3", "4"};
    const struct hp_question question = question_of(HP_PROFILE_PRE);
    struct hp_report report;

    (void)state;
    fake_begin(&hive);
    fake_damage(&hive, HP_DAMAGE_NOTED, "3");
    fake_enter(&hive, "ControlSet001\\Services");
    fake_damage(&hive, HP_DAMAGE_NOTED, "4");
    fake_leave(&hive, 2);
    fake_enter(&hive, "Select");
    fake_damage(&hive, HP_DAMAGE_NOTED, "1");
    fake_damage(&hive, HP_DAMAGE_NOTED, "2");
    run_ok(&report, &question);
    assert_int_equal(report.damage_count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_string_equal(report.damage[i].event.field, want[i]);
    end_run();
}

static void enumerate__damage_does_not_mend_a_failure(void **state)
{
    const struct hp_question question = question_of(HP_PROFILE_PRE);
    struct hp_report report;

    (void)state;
    begin_services();
    fake_damage(&hive, HP_DAMAGE_DROPPED, "x");
    fake_service(&hive, "x", 0x10, 2, "Q:\\a.exe");
    run_ok(&report, &question);
    assert_int_equal(report.result, HP_RESULT_FAILED);
    end_run();
}

static void enumerate__a_hive_without_services_is_no_system_hive(void **state)
{
    struct hp_question question = question_of(HP_PROFILE_PRE);
    struct hp_report report = {.service_count = 77};
    struct hp_error err;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "Software");
    assert_int_equal(run(&report, &question, &err), HP_E_NOT_SYSTEM);
    assert_int_equal(err.status, HP_E_NOT_SYSTEM);
    assert_string_equal(err.field, "Services");
    assert_int_equal(err.offset + err.found, 0);
    hp_arena_close(&memory);
    /* Damage alone makes no SYSTEM hive of it. */
    fake_leave(&hive, 1);
    fake_damage(&hive, HP_DAMAGE_DROPPED, "x");
    assert_int_equal(run(&report, &question, &err), HP_E_NOT_SYSTEM);
    hp_arena_close(&memory);
    /* Nor does Select without damage. */
    end_run();
    fake_begin(&hive);
    fake_enter(&hive, "Select");
    fake_leave(&hive, 1);
    assert_int_equal(run(&report, &question, &err), HP_E_NOT_SYSTEM);
    hp_arena_close(&memory);
    fake_enter(&hive, "ControlSet005");
    fake_leave(&hive, 1);
    assert_int_equal(run(&report, &question, &err), HP_E_NOT_SYSTEM);
    hp_arena_close(&memory);
    fake_end(&hive);
    begin_services();
    question.control_set = HP_CONTROL_SET_NUMBER;
    question.control_set_number = 2;
    assert_int_equal(run(&report, &question, &err), HP_E_NOT_SYSTEM);
    assert_int_equal(report.service_count, 77);
    end_run();
}

static void enumerate__services_may_be_lost_to_damage(void **state)
{
    static const char *const keys[] = {"Select", "ControlSet001"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct hp_question question = question_of(HP_PROFILE_PRE);
        struct hp_report report;
        fake_begin(&hive);
        fake_damage(&hive, HP_DAMAGE_DROPPED, "x");
        fake_enter(&hive, keys[i]);
        run_ok(&report, &question);
        assert_int_equal(report.result, HP_RESULT_INDETERMINATE);
        assert_int_equal(report.service_count, 0);
        assert_int_equal(report.control_set, i);
        assert_int_equal(report.damage_count, 1);
        assert_string_equal(report.findings.names[report.findings.count - 1],
                            "SERVICES_LOST");
        end_run();
    }
}

static void enumerate__passes_on_a_refusal(void **state)
{
    const struct hp_source source = {.input = fake_input(&software),
                                     .backend = &fake_backend};
    struct hp_question question = question_of(HP_PROFILE_PRE);
    struct hp_report report;
    struct hp_error err;

    (void)state;
    begin_services();
    hive.result = HP_WALK_REFUSED;
    fake_leave(&hive, 2);
    fake_damage(&hive, HP_DAMAGE_NOTED, "broken");
    assert_int_equal(run(&report, &question, &err), HP_E_READER);
    assert_int_equal(err.offset, 0x1234);
    hp_arena_close(&memory);
    hive.result = HP_WALK_DONE;
    fake_begin(&software);
    fake_damage(&software, HP_DAMAGE_NOTED, "broken");
    software.result = HP_WALK_REFUSED;
    question.software = &source;
    assert_int_equal(run(&report, &question, &err), HP_E_READER);
    assert_string_equal(err.field, "software");
    assert_int_equal(err.offset, 0x1234);
    assert_int_equal(err.found, 5);
    fake_end(&software);
    end_run();
}

/* ---- the environment and the volumes of a hive ------------------------- */

static void enumerate__says_what_it_assumed(void **state)
{
    static const struct {
        const char *path;
        const char *service, *run;
        enum hp_result result;
    } cases[] = {
        {"%SystemRoot%\\a.exe", "", "ASSUMED_SYSTEMROOT", HP_RESULT_OK},
        {"%Public%\\a.exe", "ASSUMED_ENV", "ASSUMED_SYSTEMROOT ASSUMED_ENV",
         HP_RESULT_OK},
        {"%Mine%\\a.exe", "", "ASSUMED_SYSTEMROOT", HP_RESULT_OK},
        {"%nobody%\\a.exe",
         "UNKNOWN_VARIABLE WRITER_LAUNCH_MISMATCH MS_INVALID_FORMAT",
         "ASSUMED_SYSTEMROOT", HP_RESULT_INDETERMINATE},
        {"%nobody%\\a?.exe", "WRITER_LAUNCH_MISMATCH MS_INVALID_CHARS",
         "ASSUMED_SYSTEMROOT", HP_RESULT_FAILED},
        {"nobody%\\a.exe", "WRITER_LAUNCH_MISMATCH MS_INVALID_FORMAT",
         "ASSUMED_SYSTEMROOT", HP_RESULT_INDETERMINATE},
    };
    const struct hp_question question = {.profile = HP_PROFILE_PRE};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_report report;
        begin_services();
        fake_enter(&hive, "x");
        fake_dword(&hive, "Type", 0x10);
        fake_dword(&hive, "Start", 2);
        fake_dword(&hive, "ErrorControl", 1);
        fake_ascii(&hive, "ImagePath", 2, cases[i].path);
        fake_leave(&hive, 2);
        fake_enter(&hive, "Control\\Session Manager\\Environment");
        fake_ascii(&hive, "Mine", 2, "%SystemRoot%\\mine");
        run_ok(&report, &question);
        assert_string_equal(findings_shown(report.services[0].outcome.findings),
                            cases[i].service);
        assert_string_equal(findings_shown(report.findings), cases[i].run);
        assert_int_equal(report.result, cases[i].result);
        assert_int_equal(report.environment_count,
                         strstr(cases[i].path, "nobody") == NULL);
        end_run();
    }
}

static void enumerate__software_settles_the_environment(void **state)
{
    const struct hp_source source = {.input = fake_input(&software),
                                     .backend = &fake_backend};
    const struct hp_question question = {.profile = HP_PROFILE_PRE,
                                         .software = &source};
    struct hp_report report;

    (void)state;
    fake_begin(&software);
    fake_enter(&software, "Microsoft\\Windows NT\\CurrentVersion");
    fake_ascii(&software, "SystemRoot", 1, "D:\\W");
    fake_ascii(&software, "CurrentVersion", 1, "6.3");
    fake_ascii(&software, "CurrentBuildNumber", 1, "9600");
    begin_services();
    fake_enter(&hive, "x");
    fake_dword(&hive, "Type", 0x10);
    fake_dword(&hive, "Start", 2);
    fake_dword(&hive, "ErrorControl", 1);
    fake_ascii(&hive, "ImagePath", 2, "%SystemRoot%\\a.exe");
    fake_leave(&hive, 1);
    fake_enter(&hive, "y");
    fake_dword(&hive, "Type", 0x10);
    fake_dword(&hive, "Start", 2);
    fake_dword(&hive, "ErrorControl", 1);
    fake_ascii(&hive, "ImagePath", 2, "%nobody%\\a.exe");
    fake_leave(&hive, 1);
    run_ok(&report, &question);
    assert_string_equal(service_told(&report, 0), "x:OK");
    assert_string_equal(shown(report.services[0].outcome.writer_path),
                        "d:\\w\\a.exe");
    assert_int_equal(report.services[1].outcome.verdict,
                     HP_VERDICT_FAIL_FORMAT);
    assert_string_equal(findings_shown(report.findings), "");
    assert_int_equal(report.environment_count, 1);
    assert_string_equal(shown(report.environment[0].name), "SystemRoot");
    assert_string_equal(shown(report.environment[0].value), "D:\\W");
    assert_string_equal(report.environment[0].source, "software");
    assert_int_equal(report.hotfix.state, HP_HOTFIX_NOT_APPLICABLE);
    assert_int_equal(report.volume_count, 1);
    assert_int_equal(report.volumes[0].letter, 'D');
    fake_end(&software);
    end_run();
}

static void enumerate__reads_mounted_devices(void **state)
{
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_report report;

    (void)state;
    begin_services();
    fake_service(&hive, "x", 0x10, 2, "Q:\\a.exe");
    fake_service(&hive, "y", 0x10, 2, "P:\\a.exe");
    fake_leave(&hive, 2);
    fake_enter(&hive, "MountedDevices");
    fake_raw(&hive, "\\DosDevices\\Q:", 3, "abc", 3);
    run_ok(&report, &question);
    assert_int_equal(report.services[0].outcome.verdict,
                     HP_VERDICT_INDETERMINATE);
    assert_int_equal(report.services[1].outcome.verdict,
                     HP_VERDICT_FAIL_VOLUME);
    assert_int_equal(report.volume_count, 2);
    assert_string_equal(findings_shown(report.findings),
                        "ASSUMED_SYSTEMROOT MOUNTED_DEVICES_DATA");
    end_run();
}

static const struct {
    const char *root;
    char letter; /* 0: no volume is known */
} root_cases[] = {{"a:\\W", 'A'}, {"Z:\\W", 'Z'}, {"C", 0},   {"C;\\W", 0},
                  {"@:\\", 0},    {"{:\\", 0},    {"[:\\", 0}};

static void enumerate__system_drive_follows_the_root(void **state)
{
    const struct hp_question question = {.profile = HP_PROFILE_PRE};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(root_cases); i++) {
        struct hp_report report;
        begin_services();
        fake_leave(&hive, 1);
        fake_enter(&hive, "Control\\Session Manager\\Environment");
        fake_ascii(&hive, "SystemRoot", 1, root_cases[i].root);
        run_ok(&report, &question);
        assert_int_equal(report.volume_count, root_cases[i].letter != 0);
        if (root_cases[i].letter != 0)
            assert_int_equal(report.volumes[0].letter, root_cases[i].letter);
        assert_string_equal(findings_shown(report.findings), "");
        end_run();
    }
}

/* ---- exclusions (the X cases of section 10) ---------------------------- */

struct exclusion_case {
    const char *const entries[3];
    uint32_t type;
    enum hp_profile profile;
    enum hp_exclusion_type policy;
    const char *service; /* VERDICT and findings */
    const char *entry;   /* findings of the first entry */
    long excluded_by;
};

static void expect_exclusion(const struct exclusion_case *c, const char *path)
{
    struct hp_question question = question_of(c->profile);
    struct hp_report report;

    question.policies.exclusion_type = c->policy;
    begin_services();
    fake_service(&hive, "s", 0x10, 2, path);
    enter_system_writer();
    fake_list(&hive, "ExcludedBinaryPaths", c->entries);
    hive.steps[hive.count - 1].type = c->type;
    run_ok(&report, &question);
    assert_string_equal(service_told(&report, 0) + 2, c->service);
    assert_int_equal(report.services[0].outcome.excluded_by, c->excluded_by);
    assert_true(report.has_exclusions);
    assert_int_equal(report.exclusions_type, c->type);
    assert_true(report.exclusion_count > 0);
    assert_string_equal(findings_shown(report.exclusions[0].findings),
                        c->entry);
    if (strncmp(c->service, "EXCLUDED", 8) == 0)
        assert_int_equal(report.services[0].outcome.code, HP_CODE_NONE);
    end_run();
}

#define PROGRAM "Q:\\ProgramFolder\\bin\\program"

static const struct exclusion_case i08_cases[] = {
    {{PROGRAM ".exe"}, 7, HP_PROFILE_KB980794, 0, "EXCLUDED", "", 0},
    {{"Q:\\PROGRAMFOLDER\\BIN\\PROGRAM.EXE"},
     7,
     HP_PROFILE_KB980794,
     0,
     "EXCLUDED",
     "",
     0},
    {{"\"" PROGRAM ".exe\""},
     7,
     HP_PROFILE_KB980794,
     0,
     "FAIL_VOLUME",
     "E_QUOTED E_WOULD_MATCH",
     -1},
    {{"%Disk%\\ProgramFolder\\bin\\program.exe"},
     7,
     HP_PROFILE_KB980794,
     0,
     "FAIL_VOLUME",
     "E_ENVVAR",
     -1},
    {{"Q:\\ProgramFolder\\bin\\"},
     7,
     HP_PROFILE_KB980794,
     0,
     "FAIL_VOLUME",
     "E_NO_FILENAME",
     -1},
    {{PROGRAM}, 7, HP_PROFILE_KB980794, 0, "FAIL_VOLUME", "E_STALE", -1},
    {{PROGRAM ".exex"},
     7,
     HP_PROFILE_KB980794,
     0,
     "FAIL_VOLUME",
     "E_STALE E_TRUNCATION",
     -1},
    {{"\\\\?\\" PROGRAM ".exe"},
     7,
     HP_PROFILE_KB980794,
     0,
     "FAIL_VOLUME",
     "E_NTPREFIX E_WOULD_MATCH",
     -1},
    {{"", PROGRAM ".exe"},
     7,
     HP_PROFILE_KB980794,
     0,
     "FAIL_VOLUME",
     "DEAD_ENTRIES",
     -1},
    {{"Q:\\other.exe", PROGRAM ".exe"},
     7,
     HP_PROFILE_KB980794,
     0,
     "EXCLUDED",
     "E_STALE",
     1},
    {{"X:\\ProgramFolder\\bin\\program.exe"},
     7,
     HP_PROFILE_KB980794,
     0,
     "FAIL_VOLUME",
     "E_STALE E_LETTER_MOVED",
     -1},
    {{PROGRAM ".exe"},
     1,
     HP_PROFILE_KB980794,
     HP_EXCLUSION_UNKNOWN,
     "INDETERMINATE EXCLUSION_TYPE",
     "",
     -1},
    {{PROGRAM ".exe"},
     1,
     HP_PROFILE_KB980794,
     HP_EXCLUSION_LENIENT,
     "EXCLUDED",
     "",
     0},
    {{PROGRAM ".exe"},
     2,
     HP_PROFILE_KB980794,
     HP_EXCLUSION_STRICT,
     "FAIL_VOLUME",
     "WRONG_TYPE",
     -1},
    {{PROGRAM ".exe"},
     7,
     HP_PROFILE_PRE,
     0,
     "FAIL_VOLUME",
     "E_IGNORED_PROFILE",
     -1},
    {{PROGRAM ".exe"},
     7,
     HP_PROFILE_CLIENT8,
     0,
     "FAIL_VOLUME",
     "E_IGNORED_PROFILE",
     -1},
    {{PROGRAM ".exe"},
     7,
     HP_PROFILE_SERVER2012,
     0,
     "FAIL_VOLUME OPTIONAL_COMPONENT",
     "E_IGNORED_PROFILE",
     -1},
};

static void enumerate__exclusions_of_i08(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(i08_cases); i++)
        expect_exclusion(&i08_cases[i], "\"" PROGRAM ".exe\"");
}

static void enumerate__exclusions_of_a_good_service(void **state)
{
    static const struct exclusion_case cases[] = {
        {{"C:\\a.exe"},
         7,
         HP_PROFILE_KB980794,
         0,
         "EXCLUDED",
         "E_HIDES_LOCAL",
         0},
        {{"C:\\a.exe"}, 1, HP_PROFILE_KB980794, 0, "OK", "E_HIDES_LOCAL", -1},
        {{"C:\\b.exe"}, 7, HP_PROFILE_KB980794, 0, "OK", "E_STALE", -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_exclusion(&cases[i], "C:\\a.exe");
}

static void enumerate__exclusions_fold_by_the_nt_table(void **state)
{
    const struct hp_question question = question_of(HP_PROFILE_KB980794);
    struct hp_report report;

    (void)state;
    begin_services();
    fake_enter(&hive, "s");
    fake_dword(&hive, "Type", 0x10);
    fake_dword(&hive, "Start", 2);
    fake_dword(&hive, "ErrorControl", 1);
    fake_text(&hive, "ImagePath", 1, TEXT(u"Q:\\\u00E4.exe"));
    fake_leave(&hive, 1);
    enter_system_writer();
    fake_text(&hive, "ExcludedBinaryPaths", 7, TEXT(u"Q:\\\u00C4.exe"));
    run_ok(&report, &question);
    assert_string_equal(service_told(&report, 0), "s:EXCLUDED CASE_NONASCII");
    assert_string_equal(findings_shown(report.exclusions[0].findings),
                        "CASE_NONASCII");
    assert_string_equal(findings_shown(report.exclusions_findings),
                        "NO_FINAL_NUL");
    assert_int_equal(report.exclusions[0].match_count, 1);
    assert_int_equal(report.exclusions[0].matches[0], 0);
    end_run();
}

static void enumerate__drivers_are_excluded_by_policy(void **state)
{
    static const char *const entries[] = {"Q:\\a.sys", "C:\\b.sys", NULL};

    (void)state;
    for (int cover = 0; cover < 2; cover++) {
        struct hp_question question = question_of(HP_PROFILE_KB980794);
        struct hp_report report;
        question.policies.exclusions_cover_drivers = cover == 1;
        begin_services();
        fake_service(&hive, "a", 1, 0, "\\??\\Q:\\a.sys");
        fake_service(&hive, "b", 1, 0, "\\??\\C:\\b.sys");
        enter_system_writer();
        fake_list(&hive, "ExcludedBinaryPaths", entries);
        run_ok(&report, &question);
        assert_string_equal(service_told(&report, 0),
                            cover == 1 ? "a:EXCLUDED" : "a:FAIL_VOLUME");
        assert_string_equal(findings_shown(report.exclusions[0].findings),
                            cover == 1 ? "" : "E_STALE");
        assert_string_equal(findings_shown(report.exclusions[1].findings),
                            cover == 1 ? "E_HIDES_LOCAL" : "E_STALE");
        assert_int_equal(report.result,
                         cover == 1 ? HP_RESULT_OK : HP_RESULT_FAILED);
        end_run();
    }
}

static void enumerate__without_the_key_there_are_no_exclusions(void **state)
{
    const struct hp_question question = question_of(HP_PROFILE_KB980794);
    struct hp_report report;

    (void)state;
    begin_services();
    fake_service(&hive, "s", 0x10, 2, "Q:\\a.exe");
    run_ok(&report, &question);
    assert_false(report.has_exclusions);
    assert_int_equal(report.exclusion_count, 0);
    assert_int_equal(report.exclusions_findings.count, 0);
    assert_int_equal(report.result, HP_RESULT_FAILED);
    end_run();
}

/* ---- properties (section 9) -------------------------------------------- */

/* Texts that need every rule, tried in every position. */
static const char *const texts[] = {
    "",          "C:\\a.exe",    "\"Q:\\b c.exe\" -d", "R:\\x.exe.exe",
    "a.exe",     "C:\\a?.exe",   "\\\\s\\a.exe",       "%SystemRoot%\\a.exe",
    "Q:\\x.com", "%nobody%.exe", "C:/a.exe",           "Z:\\a.exe"};

static void write_texts(bool reversed, uint32_t encoding, const char *entry)
{
    const char *const entries[] = {entry, NULL};

    begin_services();
    hive.encoding = encoding;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        size_t k = reversed ? COUNT_OF(texts) - 1 - i : i;
        char name[] = {(char)((reversed ? 'A' : 'a') + (char)k), '\0'};
        fake_service(&hive, name, 0x10, 2, texts[k]);
    }
    enter_system_writer();
    if (entry != NULL)
        fake_list(&hive, "ExcludedBinaryPaths", entries);
}

static void property__verdicts_do_not_depend_on_order_or_case(void **state)
{
    const struct hp_question question = question_of(HP_PROFILE_PRE);
    enum hp_verdict verdicts[COUNT_OF(texts)];
    struct hp_report report;

    (void)state;
    write_texts(false, HP_LATIN1, NULL);
    run_ok(&report, &question);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        verdicts[i] = report.services[i].outcome.verdict;
    end_run();
    for (uint32_t encoding = HP_UTF16LE; encoding <= HP_LATIN1; encoding++) {
        write_texts(true, encoding, NULL);
        run_ok(&report, &question);
        for (size_t i = 0; i < COUNT_OF(texts); i++)
            assert_int_equal(
                report.services[COUNT_OF(texts) - 1 - i].outcome.verdict,
                verdicts[i]);
        end_run();
    }
}

static void property__an_exclusion_makes_nothing_worse(void **state)
{
    static const char *const entries[] = {"Q:\\b c.exe", "C:\\a.exe", "a.exe",
                                          "C:\\a?.exe", "Z:\\a.exe"};

    (void)state;
    for (int profile = HP_PROFILE_PRE; profile <= HP_PROFILE_SERVER2012;
         profile++) {
        const struct hp_question question =
            question_of((enum hp_profile)profile);
        enum hp_verdict before[COUNT_OF(texts)];
        struct hp_report report;
        write_texts(false, HP_LATIN1, NULL);
        run_ok(&report, &question);
        for (size_t i = 0; i < COUNT_OF(texts); i++)
            before[i] = report.services[i].outcome.verdict;
        end_run();
        for (size_t e = 0; e < COUNT_OF(entries); e++) {
            write_texts(false, HP_LATIN1, entries[e]);
            run_ok(&report, &question);
            for (size_t i = 0; i < COUNT_OF(texts); i++) {
                enum hp_verdict after = report.services[i].outcome.verdict;
                assert_true(after == before[i] ||
                            (after == HP_VERDICT_EXCLUDED &&
                             profile == HP_PROFILE_KB980794));
            }
            end_run();
        }
    }
}

/* ---- memory ------------------------------------------------------------ */

static void write_everything(void)
{
    static const char *const entries[] = {"C:\\a.exe", "Q:\\x.exe", NULL};

    write_texts(false, HP_LATIN1, NULL);
    fake_list(&hive, "ExcludedBinaryPaths", entries);
    fake_damage(&hive, HP_DAMAGE_NOTED, "x");
    fake_leave(&hive, 1);
    fake_enter(&hive, "ProductOptions");
    fake_ascii(&hive, "ProductType", 1, "WinNT");
    fake_leave(&hive, 1);
    fake_enter(&hive, "Session Manager\\Environment");
    fake_ascii(&hive, "A", 2, "%SystemRoot%");
    fake_leave(&hive, 3);
    fake_enter(&hive, "Services");
    hive.count--; /* the first Services counts, so write into it: */
    hive.depth--;
    fake_leave(&hive, 1);
    fake_enter(&hive, "MountedDevices");
    fake_raw(&hive, "\\DosDevices\\R:", 3, "ab", 2);
}

static void enumerate__reports_no_memory(void **state)
{
    const struct hp_source source = {.input = fake_input(&hive),
                                     .backend = &fake_backend};
    const struct hp_source soft = {.input = fake_input(&software),
                                   .backend = &fake_backend};
    struct hp_question question = question_of(HP_PROFILE_KB980794);
    size_t failing = 0;
    enum hp_status status;

    (void)state;
    write_everything();
    fake_begin(&software);
    fake_enter(&software, "Microsoft\\Windows NT\\CurrentVersion");
    fake_ascii(&software, "ProductName", 1, "Windows");
    question.software = &soft;
    do {
        struct fake_memory counted = {0, ++failing};
        struct hp_arena arena = hp_arena_of(fake_allocator(&counted), SIZE_MAX);
        struct hp_report report = {.service_count = 99};
        struct hp_error err = {HP_OK, 0, NULL, 0};
        char text[64];
        status = hp_enumerate(&report, &arena, &source, &question, &err, text,
                              sizeof(text));
        assert_int_equal(status,
                         counted.calls < failing ? HP_OK : HP_E_NO_MEMORY);
        assert_int_equal(report.service_count, status == HP_OK ? 12 : 99);
        if (status != HP_OK)
            assert_int_equal(err.status, HP_E_NO_MEMORY);
        hp_arena_close(&arena);
    } while (status != HP_OK);
    assert_in_range(failing, 100, 2000);
    fake_end(&software);
    fake_end(&hive);
}

static void path__reports_no_memory(void **state)
{
    static const struct hp_path_question paths[] = {
        {.type = 2,
         .data = SPAN_INIT("\"\0Q\0:\0\\\0%\0A\0%\0.\0e\0x\0e\0 \0")},
        {.type = 1, .data = SPAN_INIT("C\0:\0/\0x\0.\0e\0x\0e\0")},
        {.type = 1,
         .data =
             SPAN_INIT("\\\0\\\0?\0\\\0G\0L\0O\0B\0A\0L\0R\0O\0O\0T\0\\\0.\0"
                       "e\0x\0e\0")},
        {.type = 2, .driver = true, .data = SPAN_INIT("\\\0%\0A\0%\0")},
        {.type = 2, .driver = true, .data = SPAN_INIT("x\0%\0A\0%\0")},
        {.type = 1, .driver = true, .missing = true},
    };
    const struct hp_variable variables[] = {{TEXT(u"A"), TEXT(u"%A%b"), NULL}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct hp_question question = question_of(HP_PROFILE_PRE);
        size_t failing = 0;
        enum hp_status status;
        question.variables = variables;
        question.variable_count = 1;
        do {
            struct fake_memory counted = {0, ++failing};
            struct hp_arena arena =
                hp_arena_of(fake_allocator(&counted), SIZE_MAX);
            struct hp_report report = {.service_count = 99};
            status = hp_judge_path(&report, &arena, &paths[i], &question, NULL,
                                   NULL, 0);
            assert_int_equal(status,
                             counted.calls < failing ? HP_OK : HP_E_NO_MEMORY);
            assert_int_equal(report.service_count, status == HP_OK ? 1 : 99);
            hp_arena_close(&arena);
        } while (status != HP_OK);
        assert_in_range(failing, 20, 200);
    }
}

static void verdict__names(void **state)
{
    static const char *const want[] = {"OK",
                                       "EXCLUDED",
                                       "SKIP_NO_EXE",
                                       "SKIP_INACTIVE_DRIVER",
                                       "SKIP_NOT_SERVICE",
                                       "QSC_FAIL",
                                       "FAIL_VOLUME",
                                       "FAIL_SYNTAX",
                                       "FAIL_FORMAT",
                                       "FAIL_REMOTE",
                                       "INDETERMINATE"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_string_equal(hp_verdict_name((enum hp_verdict)i), want[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path__win32_services),
        cmocka_unit_test(path__drivers),
        cmocka_unit_test(path__reads_software),
        cmocka_unit_test(path__missing_value),
        cmocka_unit_test(path__profiles_and_policies),
        cmocka_unit_test(path__lengths),
        cmocka_unit_test(path__shared_cases),
        cmocka_unit_test(enumerate__knows_what_is_a_service),
        cmocka_unit_test(enumerate__needs_three_dwords),
        cmocka_unit_test(enumerate__names_of_256_units_are_valid),
        cmocka_unit_test(enumerate__keeps_a_megabyte_of_a_path),
        cmocka_unit_test(enumerate__drivers_are_active_by_policy),
        cmocka_unit_test(enumerate__user_services_are_a_policy),
        cmocka_unit_test(enumerate__mixed_types_run_both_steps),
        cmocka_unit_test(enumerate__lists_at_most_32_candidates),
        cmocka_unit_test(enumerate__result_is_that_of_the_worst),
        cmocka_unit_test(enumerate__a_mixed_type_fails_by_either_step),
        cmocka_unit_test(enumerate__the_component_split_is_a_dword),
        cmocka_unit_test(enumerate__decisive_damage_spoils_ok),
        cmocka_unit_test(enumerate__reports_all_damage),
        cmocka_unit_test(enumerate__damage_does_not_mend_a_failure),
        cmocka_unit_test(enumerate__a_hive_without_services_is_no_system_hive),
        cmocka_unit_test(enumerate__services_may_be_lost_to_damage),
        cmocka_unit_test(enumerate__passes_on_a_refusal),
        cmocka_unit_test(enumerate__says_what_it_assumed),
        cmocka_unit_test(enumerate__software_settles_the_environment),
        cmocka_unit_test(enumerate__reads_mounted_devices),
        cmocka_unit_test(enumerate__system_drive_follows_the_root),
        cmocka_unit_test(enumerate__exclusions_of_i08),
        cmocka_unit_test(enumerate__exclusions_of_a_good_service),
        cmocka_unit_test(enumerate__exclusions_fold_by_the_nt_table),
        cmocka_unit_test(enumerate__drivers_are_excluded_by_policy),
        cmocka_unit_test(enumerate__without_the_key_there_are_no_exclusions),
        cmocka_unit_test(property__verdicts_do_not_depend_on_order_or_case),
        cmocka_unit_test(property__an_exclusion_makes_nothing_worse),
        cmocka_unit_test(enumerate__reports_no_memory),
        cmocka_unit_test(path__reports_no_memory),
        cmocka_unit_test(verdict__names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
