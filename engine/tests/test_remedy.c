/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include "enumerate.h"
#include "fake_hive.h"
#include "writer_asserts.h"

static struct fake_hive hive;
static struct hp_arena memory;

static void run(struct hp_report *report, const struct hp_question *question)
{
    const struct hp_source source = {.input = fake_input(&hive),
                                     .backend = &fake_backend};
    struct hp_error err;
    char text[64];

    memory = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    assert_int_equal(hp_enumerate(report, &memory, &source, question, &err,
                                  text, sizeof(text)),
                     HP_OK);
}

static void begin_services(void)
{
    fake_begin(&hive);
    fake_enter(&hive, "ControlSet001\\Services");
}

static void add_list(const char *const *entries)
{
    fake_leave(&hive, 1);
    fake_enter(&hive, "Control\\SystemWriter");
    fake_list(&hive, "ExcludedBinaryPaths", entries);
}

static void end_run(void)
{
    hp_arena_close(&memory);
    fake_end(&hive);
}

/* "kept,kept+new,new cured incurable" */
static const char *told(const struct hp_remedy *remedy)
{
    static char out[2000];
    char numbers[40] = " ";

    out[0] = '\0';
    for (size_t i = 0; i < remedy->entry_count; i++) {
        strcat(out, i == remedy->kept_count ? "+" : i > 0 ? "," : "");
        strcat(out, shown(remedy->entries[i]));
    }
    for (size_t i = 0; i < remedy->cured_count; i++)
        strcat(numbers, (char[]){(char)('0' + remedy->cured[i]), '\0'});
    strcat(numbers, " ");
    for (size_t i = 0; i < remedy->incurable_count; i++)
        strcat(numbers, (char[]){(char)('0' + remedy->incurable[i]), '\0'});
    return strcat(out, numbers);
}

static void remedy__adds_what_is_missing(void **state)
{
    static const char *const entries[] = {"X:\\stale.exe",   "q:\\HAVE.exe",
                                          "\"Q:\\new.exe\"", "",
                                          "Q:\\dead.exe",    NULL};
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_report report;
    struct hp_remedy remedy;

    (void)state;
    begin_services();
    fake_service(&hive, "0", 0x10, 2, "C:\\fine.exe");
    fake_service(&hive, "1", 0x10, 2, "Q:\\have.exe");
    fake_service(&hive, "2", 0x10, 2, "Q:\\new.exe -x");
    fake_service(&hive, "3", 0x10, 2, "Q:\\NEW.exe -y");
    fake_service(&hive, "4", 0x10, 2, "a.exe");
    fake_service(&hive, "5", 0x10, 2, "C:\\a|b.exe");
    fake_service(&hive, "6", 0x10, 2, "C:\\a?b.exe");
    fake_service(&hive, "7", 0x01, 0, "\\??\\Q:\\a.sys");
    fake_service(&hive, "8", 0x11, 3, "Q:\\mixed.exe");
    fake_service(&hive, "9", 0x11, 0, "\\??\\Q:\\mixed.exe");
    add_list(entries);
    run(&report, &question);
    assert_int_equal(report.result, HP_RESULT_FAILED);
    assert_int_equal(hp_remedy_of(&remedy, &memory, &report), HP_OK);
    assert_string_equal(told(&remedy),
                        "X:\\stale.exe,q:\\HAVE.exe,\"Q:\\new.exe\""
                        "+q:\\new.exe,q:\\mixed.exe,c:\\a|b.exe 12385 796");
    end_run();
}

static void remedy__what_it_gives_mends_the_run(void **state)
{
    static const char *const entries[] = {"q:\\one.exe", "q:\\two.exe", NULL};
    struct hp_question question = {.profile = HP_PROFILE_KB980794};
    struct hp_report report;
    struct hp_remedy remedy;

    (void)state;
    begin_services();
    fake_service(&hive, "0", 0x10, 2, "Q:\\one.exe");
    fake_service(&hive, "1", 0x10, 2, "\"Q:\\TWO.exe\"");
    run(&report, &question);
    assert_int_equal(hp_remedy_of(&remedy, &memory, &report), HP_OK);
    assert_string_equal(told(&remedy), "+q:\\one.exe,q:\\two.exe 01 ");
    hp_arena_close(&memory);

    add_list(entries);
    run(&report, &question);
    assert_int_equal(report.result, HP_RESULT_OK);
    assert_int_equal(hp_remedy_of(&remedy, &memory, &report), HP_OK);
    assert_string_equal(told(&remedy), "q:\\one.exe,q:\\two.exe  ");
    end_run();
}

static void remedy__leaves_alone_what_is_not_known_to_fail(void **state)
{
    struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_report report;
    struct hp_remedy remedy;

    (void)state;
    begin_services();
    fake_service(&hive, "0", 0x10, 2, "a.exe");
    run(&report, &question);
    assert_int_equal(report.result, HP_RESULT_INDETERMINATE);
    assert_int_equal(hp_remedy_of(&remedy, &memory, &report), HP_OK);
    assert_string_equal(told(&remedy), "  ");
    hp_arena_close(&memory);
    question.policies.assume_unproven = HP_UNPROVEN_FAIL;
    run(&report, &question);
    assert_int_equal(hp_remedy_of(&remedy, &memory, &report), HP_OK);
    assert_string_equal(told(&remedy), "  0");
    end_run();
}

static void remedy__needs_a_path(void **state)
{
    static uint8_t large[70000];
    struct hp_question question = {.profile = HP_PROFILE_PRE,
                                   .policies.assume_unproven =
                                       HP_UNPROVEN_FAIL};
    struct hp_report report;
    struct hp_remedy remedy;

    (void)state;
    begin_services();
    fake_enter(&hive, "0");
    fake_dword(&hive, "Type", 0x10);
    fake_dword(&hive, "Start", 2);
    fake_dword(&hive, "ErrorControl", 1);
    fake_raw(&hive, "ImagePath", 1, large, sizeof(large));
    run(&report, &question);
    assert_int_equal(hp_remedy_of(&remedy, &memory, &report), HP_OK);
    assert_string_equal(told(&remedy), "  0");
    end_run();
}

static void remedy__reports_no_memory(void **state)
{
    const struct hp_question question = {.profile = HP_PROFILE_PRE};
    struct hp_remedy remedy = {.entry_count = 9};
    struct hp_report report;
    size_t failing = 0;
    enum hp_status status;

    (void)state;
    begin_services();
    fake_service(&hive, "0", 0x10, 2, "Q:\\a.exe");
    run(&report, &question);
    do {
        struct fake_memory counted = {0, ++failing};
        struct hp_arena arena = hp_arena_of(fake_allocator(&counted), SIZE_MAX);
        assert_int_equal(remedy.entry_count, 9);
        status = hp_remedy_of(&remedy, &arena, &report);
        assert_int_equal(status,
                         counted.calls < failing ? HP_OK : HP_E_NO_MEMORY);
        hp_arena_close(&arena);
    } while (status != HP_OK);
    assert_int_equal(failing, 5);
    end_run();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remedy__adds_what_is_missing),
        cmocka_unit_test(remedy__what_it_gives_mends_the_run),
        cmocka_unit_test(remedy__leaves_alone_what_is_not_known_to_fail),
        cmocka_unit_test(remedy__needs_a_path),
        cmocka_unit_test(remedy__reports_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
