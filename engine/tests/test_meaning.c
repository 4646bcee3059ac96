/* SPDX-License-Identifier: Apache-2.0 */
#include "meaning.h"

#include "hp_cmocka.h"

#include <string.h>

static void meanings__are_there_for_every_field_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < hp_field_count; i++) {
        const struct hp_field *field = &hp_fields[i];
        const struct hp_meaning *meaning = hp_meaning_of(field);
        if (strcmp(meaning->field, field->name) != 0)
            fail_msg("%d.%s has no meaning", field->kind, field->name);
    }
    assert_int_equal(hp_meaning_count, hp_field_count);
    for (size_t i = 0; i < hp_meaning_count; i++) {
        const struct hp_meaning *m = &hp_meanings[i];
        assert_non_null(hp_field_find((enum hp_record_kind)m->kind, m->field,
                                      strlen(m->field)));
    }
}

static void meanings__are_plain_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < hp_meaning_count; i++) {
        const char *text = hp_meanings[i].text;
        assert_in_range(strlen(text), 4, 72);
        assert_null(strpbrk(text, "<>&\"\\\n"));
    }
}

static void forms__fit_their_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < hp_field_count; i++) {
        size_t width = hp_fields[i].width;
        switch (hp_meaning_of(&hp_fields[i])->form) {
        case HP_FORM_TIME:
            assert_int_equal(width, 8);
            break;
        case HP_FORM_GUID:
            assert_int_equal(width, 16);
            break;
        case HP_FORM_PLACE:
        case HP_FORM_TYPE:
        case HP_FORM_SIZE:
            assert_int_equal(width, 4);
            break;
        case HP_FORM_NAME:
            assert_int_equal(width, 0);
            break;
        case HP_FORM_BYTES:
        case HP_FORM_UTF16:
            assert_true(width == 0 || width > HP_FIELD_NUMBER_MOST);
            break;
        default:
            assert_in_range(width, 1, HP_FIELD_NUMBER_MOST);
        }
    }
}

static void form_name__is_a_word(void **state)
{
    (void)state;
    assert_string_equal(hp_form_name(HP_FORM_NUMBER), "number");
    assert_string_equal(hp_form_name(HP_FORM_BYTES), "bytes");
    for (size_t i = 0; i < hp_form_word_count; i++)
        assert_non_null(hp_form_name((enum hp_form)hp_form_words[i].form));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meanings__are_there_for_every_field_and_no_other),
        cmocka_unit_test(meanings__are_plain_text),
        cmocka_unit_test(forms__fit_their_fields),
        cmocka_unit_test(form_name__is_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
