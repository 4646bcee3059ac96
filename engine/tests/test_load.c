/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <string.h>

#include "load.h"

#define MODULE(name) HP_TEST_MODULES "/" name ".so"

static void module__good_one_is_loaded(void **state)
{
    struct hp_module module;
    struct hp_error err = {HP_OK, 0, NULL, 0};
    char text[8] = "before";
    (void)state;

    assert_int_equal(
        hp_module_open(&module, MODULE("good"), &err, text, sizeof(text)),
        HP_OK);
    assert_string_equal(module.backend->name, "good");
    assert_string_equal(module.backend->version, "1.2.3");
    assert_true(module.backend->size > sizeof(struct hp_backend));
    assert_int_equal(err.status, HP_OK);
    assert_string_equal(text, "before");
    hp_module_close(&module);
}

static void module__least_struct_is_enough(void **state)
{
    struct hp_module module;
    (void)state;

    assert_int_equal(hp_module_open(&module, MODULE("least"), NULL, NULL, 0),
                     HP_OK);
    assert_string_equal(module.backend->version, "~");
    hp_module_close(&module);
}

static const struct {
    const char *path, *text;
} unusable[] = {
    {MODULE("too_small"), "its struct hp_backend is smaller than that of "
                          "interface 1"},
    {MODULE("returns_null"), "hp_backend_v1 returned NULL"},
    {MODULE("no_name"), "its name is empty or not printable ASCII"},
    {MODULE("empty_name"), "its name is empty or not printable ASCII"},
    {MODULE("odd_name"), "its name is empty or not printable ASCII"},
    {MODULE("no_version"), "its version is empty or not printable ASCII"},
    {MODULE("del_version"), "its version is empty or not printable ASCII"},
    {MODULE("no_walk"), "it has no walk"},
    {MODULE("interface_2"), "needs back-end interface 2, this program has 1"},
    {MODULE("no_interface"), "exports no hp_backend_v1"},
    {"good.so", "the path of a module needs a slash"},
    {"", "the path of a module needs a slash"},
};

static void module__unusable_one_is_refused_in_one_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(unusable); i++) {
        struct hp_module module = {NULL, NULL};
        struct hp_error err = {HP_OK, 9, NULL, 9};
        char text[100];
        assert_int_equal(
            hp_module_open(&module, unusable[i].path, &err, text, sizeof(text)),
            HP_E_MODULE);
        assert_string_equal(text, unusable[i].text);
        assert_int_equal(err.status, HP_E_MODULE);
        assert_string_equal(err.field, "module");
        assert_int_equal(err.offset, 0);
        assert_null(module.handle);
        assert_null(module.backend);
    }
}

static void module__missing_file_says_which(void **state)
{
    struct hp_module module;
    char text[200];
    (void)state;

    assert_int_equal(
        hp_module_open(&module, "./no\nsuch.so", NULL, text, sizeof(text)),
        HP_E_MODULE);
    assert_non_null(strstr(text, "./no?such.so"));
}

static void detail__is_one_line_of_ascii_and_cut(void **state)
{
    char text[7];
    (void)state;

    hp_detail_copy(text, sizeof(text),
                   " ~\x1f\x7f\xc3"
                   "a");
    assert_string_equal(text, " ~???a");
    hp_detail_copy(text, sizeof(text), "1234567");
    assert_string_equal(text, "123456");
    hp_detail_copy(text, 1, "x");
    assert_string_equal(text, "");
    text[0] = 'k';
    hp_detail_copy(text, 0, "x");
    assert_int_equal(text[0], 'k');
    hp_detail_copy(NULL, 5, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(module__good_one_is_loaded),
        cmocka_unit_test(module__least_struct_is_enough),
        cmocka_unit_test(module__unusable_one_is_refused_in_one_line),
        cmocka_unit_test(module__missing_file_says_which),
        cmocka_unit_test(detail__is_one_line_of_ascii_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
