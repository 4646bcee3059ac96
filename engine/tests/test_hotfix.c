/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdio.h>

#include "fake_hive.h"
#include "hotfix.h"
#include "software.h"
#include "writer_asserts.h"

static struct fake_hive hive;

static enum hp_status read_software(struct hp_software *software,
                                    struct hp_arena *arena)
{
    const struct hp_source source = {.input = fake_input(&hive),
                                     .backend = &fake_backend};
    struct hp_error err;
    char text[64];

    return hp_software_read(software, arena, &source, &err, text, sizeof(text));
}

#define NT "Microsoft\\Windows NT\\CurrentVersion"
#define WIN "Microsoft\\Windows\\CurrentVersion"
#define CRYPTSVC "_microsoft-windows-cryptsvc-dll_31bf3856ad364e35_none_"

static void software__reads_its_paths(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_software software;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "Microsoft\\Windows\\CurrentVersion");
    fake_ascii(&hive, "ProgramFilesDir", 1, "f");
    fake_ascii(&hive, "ProgramFilesDir (x86)", 1, "f86");
    fake_ascii(&hive, "ProgramW6432Dir", 1, "f64");
    fake_ascii(&hive, "CommonFilesDir", 1, "c");
    fake_ascii(&hive, "CommonFilesDir (x86)", 1, "c86");
    fake_ascii(&hive, "CommonW6432Dir", 1, "c64");
    fake_leave(&hive, 2);
    fake_enter(&hive, "Windows NT\\CurrentVersion");
    fake_ascii(&hive, "SystemRoot", 1, "D:\\W");
    fake_ascii(&hive, "SystemRoot", 1, "E:\\W");
    fake_ascii(&hive, "PathName", 1, "F:\\W");
    fake_ascii(&hive, "ProductName", 1, "Windows");
    fake_ascii(&hive, "CSDVersion", 1, "SP");
    fake_ascii(&hive, "CurrentVersion", 1, "6.1");
    fake_ascii(&hive, "CurrentBuildNumber", 1, "7600");
    fake_ascii(&hive, "BuildLab", 1, "lab");
    fake_dword(&hive, "CurrentMajorVersionNumber", 10);
    fake_dword(&hive, "CurrentMinorVersionNumber", 2);
    fake_enter(&hive, "ProfileList");
    fake_ascii(&hive, "ProgramData", 2, "%SystemDrive%\\pd");
    fake_ascii(&hive, "AllUsersProfile", 1, "au");
    fake_ascii(&hive, "Public", 1, "pu");
    assert_int_equal(read_software(&software, &arena), HP_OK);

    const struct {
        struct hp_text text;
        const char *want;
    } want[] = {{software.paths.system_root, "D:\\W"},
                {software.paths.program_files, "f"},
                {software.paths.program_files_x86, "f86"},
                {software.paths.program_w6432, "f64"},
                {software.paths.common_files, "c"},
                {software.paths.common_files_x86, "c86"},
                {software.paths.common_w6432, "c64"},
                {software.paths.program_data, "%SystemDrive%\\pd"},
                {software.paths.all_users, "au"},
                {software.paths.public_folder, "pu"},
                {software.strings[HP_SOFTWARE_PRODUCT], "Windows"},
                {software.strings[HP_SOFTWARE_SERVICE_PACK], "SP"},
                {software.strings[HP_SOFTWARE_VERSION], "6.1"},
                {software.strings[HP_SOFTWARE_BUILD], "7600"},
                {software.strings[HP_SOFTWARE_BUILD_LAB], "lab"}};
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_string_equal(shown(want[i].text), want[i].want);
    assert_int_equal(software.major.number, 10);
    assert_int_equal(software.minor.number, 2);
    assert_int_equal(software.package_count + software.winner_count, 0);
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void software__takes_path_name_for_system_root(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_software software;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, NT);
    fake_ascii(&hive, "PathName", 1, "F:\\W");
    assert_int_equal(read_software(&software, &arena), HP_OK);
    assert_string_equal(shown(software.paths.system_root), "F:\\W");
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void add_package(const char *name, int state)
{
    fake_enter(&hive, name);
    if (state >= 0)
        fake_dword(&hive, "CurrentState", (uint32_t)state);
    fake_leave(&hive, 1);
}

static void add_winner(const char *component, const char *version)
{
    fake_enter(&hive, component);
    fake_ascii(&hive, "", 1, "6.1");
    fake_enter(&hive, "6.1");
    fake_ascii(&hive, "", 1, version);
    fake_leave(&hive, 2);
}

static void software__reads_packages_and_winners(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_software software;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, WIN "\\Component Based Servicing\\Packages");
    add_package("Package_for_KB000001~31bf3856ad364e35", 112);
    add_package("Package_1_for_kb980794~31bf3856ad364e35", 64);
    add_package("Package_for_KB980794_rtm~31bf3856ad364e35", -1);
    fake_leave(&hive, 2);
    fake_enter(&hive, "SideBySide\\Winners");
    add_winner("amd64_other_31bf3856ad364e35_none_1", "1.2.3.4");
    add_winner("amd64" CRYPTSVC "2", "6.1.7600.20756");
    assert_int_equal(read_software(&software, &arena), HP_OK);
    assert_int_equal(software.package_count, 2);
    assert_string_equal(shown(software.packages[0].name),
                        "Package_1_for_kb980794~31bf3856ad364e35");
    assert_int_equal(software.packages[0].state.number, 64);
    assert_false(software.packages[1].state.present);
    assert_int_equal(software.winner_count, 1);
    assert_string_equal(shown(software.winners[0].component),
                        "amd64" CRYPTSVC "2");
    assert_string_equal(shown(software.winners[0].version), "6.1.7600.20756");
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void software__keeps_32_of_each(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_software software;
    struct hp_hotfix hotfix;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, WIN "\\Component Based Servicing\\Packages");
    for (int i = 0; i < 33; i++)
        add_package("Package_for_KB980794", i);
    fake_leave(&hive, 2);
    fake_enter(&hive, "SideBySide\\Winners");
    for (int i = 0; i < 33; i++)
        add_winner("amd64" CRYPTSVC "2", "6.1.7600.20756");
    assert_int_equal(read_software(&software, &arena), HP_OK);
    assert_int_equal(software.package_count, 32);
    assert_int_equal(software.packages[31].state.number, 31);
    assert_int_equal(software.winner_count, 32);
    for (size_t i = 0; i < HP_SOFTWARE_STRINGS; i++)
        software.strings[i] = TEXT(u"6.1");
    assert_true(hp_hotfix_judge(&hotfix, &arena, &software, TEXT(u"WinNT")));
    assert_int_equal(hotfix.evidence_count, 5 + 32 + 32 + 1);
    hp_arena_close(&arena);
    fake_end(&hive);
}

/* ---- the verdict ------------------------------------------------------- */

static void hotfix__cannot_be_told_from_system(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_hotfix hotfix;

    (void)state;
    assert_true(
        hp_hotfix_judge(&hotfix, &arena, NULL, (struct hp_text){NULL, 0}));
    assert_int_equal(hotfix.state, HP_HOTFIX_UNKNOWN);
    assert_string_equal(hotfix.reason, "a SYSTEM hive alone cannot tell; the "
                                       "SOFTWARE hive can");
    assert_int_equal(hotfix.evidence_count, 0);
    assert_true(hp_hotfix_judge(&hotfix, &arena, NULL, TEXT(u"ServerNT")));
    assert_int_equal(hotfix.evidence_count, 1);
    assert_string_equal(
        shown(hotfix.evidence[0]),
        "SYSTEM\\...\\Control\\ProductOptions\\ProductType: ServerNT");
    hp_arena_close(&arena);
}

static const struct {
    const char *version, *build, *winner;
    int package; /* CurrentState; -1: there is none */
    enum hp_hotfix_state want;
    const char *windows, *reason;
} hotfix_cases[] = {
    {"6.1", "7600", "", -1, HP_HOTFIX_UNKNOWN, "6.1.7600", "no package"},
    {"6.1", "7600", "", 112, HP_HOTFIX_FIXED, "6.1.7600", "a package"},
    {"6.1", "7600", "", 111, HP_HOTFIX_UNKNOWN, "6.1.7600", "no package"},
    {"6.1", "7600", "6.1.7600.20756", -1, HP_HOTFIX_FIXED, "6.1.7600",
     "Cryptsvc.dll is on"},
    {"6.1", "7600", "6.1.7600.20755", -1, HP_HOTFIX_NOT_FIXED, "6.1.7600",
     "Cryptsvc.dll is older"},
    {"6.1", "7600", "6.1.7600.20755", 112, HP_HOTFIX_FIXED, "6.1.7600",
     "a package"},
    {"6.1", "7600", "6.1.7600.21999", -1, HP_HOTFIX_FIXED, "6.1.7600",
     "Cryptsvc.dll is on"},
    {"6.1", "7600", "6.1.7600.22000", -1, HP_HOTFIX_NOT_FIXED, "6.1.7600",
     "Cryptsvc.dll is older"},
    {"6.1", "7600", "6.1.7600.16385", -1, HP_HOTFIX_NOT_FIXED, "6.1.7600",
     "Cryptsvc.dll is older"},
    {"6.1", "7600", "6.1.7600", -1, HP_HOTFIX_UNKNOWN, "6.1.7600",
     "no package"},
    {"6.1", "7600", "6.1.7600.20756.", -1, HP_HOTFIX_FIXED, "6.1.7600",
     "Cryptsvc.dll is on"},
    {"6.1", "7600", "6.1.7600.20756.9", -1, HP_HOTFIX_FIXED, "6.1.7600",
     "Cryptsvc.dll is on"},
    {"6.1", "7600", "6.1.7600.", -1, HP_HOTFIX_UNKNOWN, "6.1.7600",
     "no package"},
    {"6.1", "7600", "6.1..20756", -1, HP_HOTFIX_UNKNOWN, "6.1.7600",
     "no package"},
    {"6.1", "7600", "6.1.7600.x", -1, HP_HOTFIX_UNKNOWN, "6.1.7600",
     "no package"},
    {"6.1", "7600", "6.1.7600.2075:", -1, HP_HOTFIX_UNKNOWN, "6.1.7600",
     "no package"},
    {"6.1", "7600", "6.1.7600./", -1, HP_HOTFIX_UNKNOWN, "6.1.7600",
     "no package"},
    {"6.1", "7600", "6.1.7601.21000", -1, HP_HOTFIX_UNKNOWN, "6.1.7600",
     "no package"},
    {"6.1", "7600", "6.1.7600.4294988052", -1, HP_HOTFIX_UNKNOWN, "6.1.7600",
     "no package"},
    {"6.0", "6001", "6.0.6001.22636", -1, HP_HOTFIX_FIXED, "6.0.6001",
     "Cryptsvc.dll is on"},
    {"6.0", "6001", "6.0.6001.22635", -1, HP_HOTFIX_NOT_FIXED, "6.0.6001",
     "Cryptsvc.dll is older"},
    {"6.0", "6001", "6.0.6001.23999", -1, HP_HOTFIX_FIXED, "6.0.6001",
     "Cryptsvc.dll is on"},
    {"6.0", "6001", "6.0.6001.24000", -1, HP_HOTFIX_NOT_FIXED, "6.0.6001",
     "Cryptsvc.dll is older"},
    {"6.0", "6002", "6.0.6002.22341", -1, HP_HOTFIX_FIXED, "6.0.6002",
     "Cryptsvc.dll is on"},
    {"6.0", "6002", "6.0.6002.22340", -1, HP_HOTFIX_NOT_FIXED, "6.0.6002",
     "Cryptsvc.dll is older"},
    {"6.0", "6002", "6.0.6002.23999", -1, HP_HOTFIX_FIXED, "6.0.6002",
     "Cryptsvc.dll is on"},
    {"6.0", "6002", "6.0.6002.24000", -1, HP_HOTFIX_NOT_FIXED, "6.0.6002",
     "Cryptsvc.dll is older"},
    {"6.0", "6000", "6.0.6001.22636", 112, HP_HOTFIX_NOT_APPLICABLE, "6.0.6000",
     "there is no hotfix"},
    {"6.1", "7601", "", -1, HP_HOTFIX_UNKNOWN, "6.1.7601", "Service Pack"},
    {"6.1", "7601", "", 112, HP_HOTFIX_FIXED, "6.1.7601", "a package"},
    {"6.1", "7602", "", -1, HP_HOTFIX_NOT_APPLICABLE, "6.1.7602",
     "there is no hotfix"},
    {"6.0", "7601", "", -1, HP_HOTFIX_NOT_APPLICABLE, "6.0.7601",
     "there is no hotfix"},
    {"7.1", "7601", "", -1, HP_HOTFIX_NOT_APPLICABLE, "7.1.7601",
     "there is no hotfix"},
    {"6.2", "9200", "", -1, HP_HOTFIX_NOT_APPLICABLE, "6.2.9200",
     "there is no hotfix"},
    {"5.2", "3790", "", -1, HP_HOTFIX_NOT_APPLICABLE, "5.2.3790",
     "there is no hotfix"},
    {"", "7600", "", 112, HP_HOTFIX_UNKNOWN, "", "the SOFTWARE hive does"},
    {"6.1", "", "", 112, HP_HOTFIX_UNKNOWN, "", "the SOFTWARE hive does"},
    {"6", "7600", "", 112, HP_HOTFIX_UNKNOWN, "", "the SOFTWARE hive does"},
    {"6.1", "7600.1", "", -1, HP_HOTFIX_UNKNOWN, "", "the SOFTWARE hive does"},
    {".6.1", "7600", "", -1, HP_HOTFIX_UNKNOWN, "", "the SOFTWARE hive does"},
};

static void hotfix__follows_product_package_and_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hotfix_cases); i++) {
        struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
        struct hp_software software = {.package_count = 0};
        struct hp_hotfix hotfix;
        software.strings[HP_SOFTWARE_VERSION] =
            text_of(hotfix_cases[i].version);
        software.strings[HP_SOFTWARE_BUILD] = text_of(hotfix_cases[i].build);
        if (hotfix_cases[i].package >= 0) {
            /* Behind one whose state is no DWORD. */
            software.packages[0].state.present = true;
            software.packages[1].state.valid = true;
            software.packages[1].state.number =
                (uint32_t)hotfix_cases[i].package;
            software.package_count = 2;
        }
        if (hotfix_cases[i].winner[0] != '\0') {
            software.winners[0].version = TEXT(u"0.0.0.0");
            software.winners[1].version = text_of(hotfix_cases[i].winner);
            software.winner_count = 2;
        }
        assert_true(hp_hotfix_judge(&hotfix, &arena, &software,
                                    (struct hp_text){NULL, 0}));
        if (hotfix.state != hotfix_cases[i].want)
            fail_msg("case %zu is %d: %s", i, hotfix.state, hotfix.reason);
        assert_memory_equal(hotfix.reason, hotfix_cases[i].reason,
                            strlen(hotfix_cases[i].reason));
        assert_string_equal(shown(hotfix.version), hotfix_cases[i].windows);
        hp_arena_close(&arena);
    }
}

static const struct {
    struct hp_dword major, minor;
    const char *windows;
} version_cases[] = {
    {{true, true, 10}, {true, true, 0}, "10.0.19045"},
    {{true, true, 10}, {true, false, 0}, "6.3.19045"},
    {{true, false, 0}, {true, true, 0}, "6.3.19045"},
};

static void hotfix__windows_10_says_its_version_elsewhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(version_cases); i++) {
        struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
        struct hp_software software = {.major = version_cases[i].major,
                                       .minor = version_cases[i].minor};
        struct hp_hotfix hotfix;
        software.strings[HP_SOFTWARE_VERSION] = TEXT(u"6.3");
        software.strings[HP_SOFTWARE_BUILD] = TEXT(u"19045");
        assert_true(hp_hotfix_judge(&hotfix, &arena, &software,
                                    (struct hp_text){NULL, 0}));
        assert_string_equal(shown(hotfix.version), version_cases[i].windows);
        assert_int_equal(hotfix.state, HP_HOTFIX_NOT_APPLICABLE);
        hp_arena_close(&arena);
    }
}

static const struct hp_software one_of_everything = {
    .packages = {{TEXT_INIT(u"P1"), {true, true, 112}},
                 {TEXT_INIT(u"P2"), {true, true, 64}},
                 {TEXT_INIT(u"P3"), {false, false, 0}}},
    .package_count = 3,
    .winners = {{TEXT_INIT(u"W1"), TEXT_INIT(u"6.1.7600.20756")},
                {TEXT_INIT(u"W2"), TEXT_INIT(u"6.1.7600.16385")},
                {TEXT_INIT(u"W3"), TEXT_INIT(u"6.1.7601.17514")}},
    .winner_count = 3};

/* A SOFTWARE hive with one of everything. */
static void fill(struct hp_software *software)
{
    *software = one_of_everything;
    software->strings[HP_SOFTWARE_PRODUCT] = TEXT(u"Windows 7");
    software->strings[HP_SOFTWARE_SERVICE_PACK] = TEXT(u"Service Pack 0");
    software->strings[HP_SOFTWARE_VERSION] = TEXT(u"6.1");
    software->strings[HP_SOFTWARE_BUILD] = TEXT(u"7600");
    software->strings[HP_SOFTWARE_BUILD_LAB] = TEXT(u"lab");
}

static void hotfix__lists_its_evidence(void **state)
{
    static const char *const want[] = {
        "SOFTWARE\\" NT "\\ProductName: Windows 7",
        "SOFTWARE\\" NT "\\CSDVersion: Service Pack 0",
        "SOFTWARE\\" NT "\\CurrentVersion: 6.1",
        "SOFTWARE\\" NT "\\CurrentBuildNumber: 7600",
        "SOFTWARE\\" NT "\\BuildLab: lab",
        "Component Based Servicing\\Packages\\P1: 112 (installed)",
        "Component Based Servicing\\Packages\\P2: 64 (not installed)",
        "Component Based Servicing\\Packages\\P3:  (not installed)",
        "SideBySide\\Winners\\W1: 6.1.7600.20756 (has the fix)",
        "SideBySide\\Winners\\W2: 6.1.7600.16385 (lacks the fix)",
        "SideBySide\\Winners\\W3: 6.1.7601.17514 (not a file of the hotfix)",
        "SYSTEM\\...\\Control\\ProductOptions\\ProductType: WinNT"};
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_software software;
    struct hp_hotfix hotfix;

    (void)state;
    fill(&software);
    assert_true(hp_hotfix_judge(&hotfix, &arena, &software, TEXT(u"WinNT")));
    assert_int_equal(hotfix.state, HP_HOTFIX_FIXED);
    assert_string_equal(shown(hotfix.product), "Windows 7");
    assert_string_equal(shown(hotfix.service_pack), "Service Pack 0");
    assert_int_equal(hotfix.evidence_count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_string_equal(shown(hotfix.evidence[i]), want[i]);
    hp_arena_close(&arena);
}

static void hotfix__reports_no_memory(void **state)
{
    size_t failing = 0;
    bool done;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, WIN "\\Component Based Servicing\\Packages");
    add_package("Package_for_KB980794", 112);
    fake_leave(&hive, 2);
    fake_enter(&hive, "SideBySide\\Winners");
    add_winner("amd64" CRYPTSVC "2", "6.1.7600.20756");
    do {
        struct fake_memory memory = {0, ++failing};
        struct hp_arena arena = hp_arena_of(fake_allocator(&memory), SIZE_MAX);
        struct hp_software software;
        struct hp_hotfix hotfix;
        done = read_software(&software, &arena) == HP_OK;
        fill(&software);
        done =
            done && hp_hotfix_judge(&hotfix, &arena, &software, TEXT(u"WinNT"));
        assert_int_equal(done, memory.calls < failing);
        hp_arena_close(&arena);
    } while (!done);
    assert_in_range(failing, 50, 70);
    fake_end(&hive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(software__reads_its_paths),
        cmocka_unit_test(software__takes_path_name_for_system_root),
        cmocka_unit_test(software__reads_packages_and_winners),
        cmocka_unit_test(software__keeps_32_of_each),
        cmocka_unit_test(hotfix__cannot_be_told_from_system),
        cmocka_unit_test(hotfix__follows_product_package_and_file),
        cmocka_unit_test(hotfix__windows_10_says_its_version_elsewhere),
        cmocka_unit_test(hotfix__lists_its_evidence),
        cmocka_unit_test(hotfix__reports_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
