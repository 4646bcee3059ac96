/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include "status.h"

static const struct status {
    enum hp_status status;
    int number;
    const char *slug, *text;
} statuses[] = {
#define X(name, number, slug, text) {name, number, slug, text},
    HP_STATUS_TABLE(X)
#undef X
};

static void status__every_one_has_its_own_slug_and_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        const struct status *s = &statuses[i];
        assert_int_equal(s->status, s->number);
        assert_string_equal(hp_status_slug(s->status), s->slug);
        assert_string_equal(hp_status_text(s->status), s->text);
        assert_true(s->text[0] != '\0');
        for (size_t k = 0; k < i; k++) {
            assert_true(statuses[k].number < s->number);
            assert_string_not_equal(statuses[k].slug, s->slug);
            assert_string_not_equal(statuses[k].text, s->text);
        }
    }
}

static void status__slugs_are_lower_case_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        const char *slug = statuses[i].slug;
        assert_true(slug[0] >= 'a' && slug[0] <= 'z');
        assert_int_equal(strspn(slug, "abcdefghijklmnopqrstuvwxyz-"),
                         strlen(slug));
    }
}

static void status__unknown_number_is_an_internal_error(void **state)
{
    static const int unknown[] = {-1, 1, 100, 199, 300, 900, 902};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(unknown); i++) {
        enum hp_status status = (enum hp_status)unknown[i];
        assert_string_equal(hp_status_slug(status), "internal");
        assert_string_equal(hp_status_text(status), "internal error");
    }
}

static void status__hundreds_digit_is_the_class(void **state)
{
    static const struct {
        enum hp_status status;
        enum hp_class want;
    } rows[] = {
        {HP_OK, HP_CLASS_OK},
        {HP_E_FILE_SHORT, HP_CLASS_INPUT},
        {(enum hp_status)100, HP_CLASS_INPUT},
        {(enum hp_status)199, HP_CLASS_INPUT},
        {(enum hp_status)200, HP_CLASS_LIMIT},
        {HP_E_DEPTH, HP_CLASS_LIMIT},
        {HP_E_NO_MEMORY, HP_CLASS_SYSTEM},
        {HP_E_INTERNAL, HP_CLASS_INTERNAL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(hp_status_class(rows[i].status), rows[i].want);
    assert_int_equal(HP_CLASS_INTERNAL, 9);
}

static void fail__fills_the_error_and_returns_the_status(void **state)
{
    struct hp_error err = {HP_OK, 0, NULL, 0};

    (void)state;
    assert_int_equal(hp_fail(&err, HP_E_CELL_SIZE, 32, "cell.size", UINT64_MAX),
                     HP_E_CELL_SIZE);
    assert_int_equal(err.status, HP_E_CELL_SIZE);
    assert_int_equal(err.offset, 32);
    assert_string_equal(err.field, "cell.size");
    assert_true(err.found == UINT64_MAX);
    assert_int_equal(hp_fail(NULL, HP_E_IO, 1, "x", 2), HP_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status__every_one_has_its_own_slug_and_text),
        cmocka_unit_test(status__slugs_are_lower_case_words),
        cmocka_unit_test(status__unknown_number_is_an_internal_error),
        cmocka_unit_test(status__hundreds_digit_is_the_class),
        cmocka_unit_test(fail__fills_the_error_and_returns_the_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
