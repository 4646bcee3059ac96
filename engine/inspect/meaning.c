/* SPDX-License-Identifier: Apache-2.0 */
#include "meaning.h"

#include <string.h>

const struct hp_meaning hp_meanings[] = {
#define X(kind, field, form, text)                                             \
    {HP_RECORD_##kind, HP_FORM_##form, field, text},
    HP_MEANING_TABLE(X)
#undef X
};
const size_t hp_meaning_count = sizeof hp_meanings / sizeof hp_meanings[0];

const struct hp_form_word hp_form_words[] = {
#define X(form, number, word) {HP_FORM_##form, number, word},
    HP_WORD_TABLE(X)
#undef X
};
const size_t hp_form_word_count =
    sizeof hp_form_words / sizeof hp_form_words[0];

const struct hp_meaning *hp_meaning_of(const struct hp_field *field)
{
    static const struct hp_meaning none = {HP_RECORD_CELL, HP_FORM_BYTES, "?",
                                           "Nothing is known of it"};

    for (size_t i = 0; i < hp_meaning_count; i++) {
        if (hp_meanings[i].kind == field->kind &&
            strcmp(hp_meanings[i].field, field->name) == 0)
            return &hp_meanings[i];
    }
    return &none;
}

const char *hp_form_name(enum hp_form form)
{
    static const char *const names[] = {
#define X(name, word) [HP_FORM_##name] = word,
        HP_FORM_TABLE(X)
#undef X
    };
    return names[form];
}
