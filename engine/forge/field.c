/* SPDX-License-Identifier: Apache-2.0 */
#include "field.h"

#include <string.h>

#include "layout.h"

/* Lists of values and of segments: offsets and nothing else. */
enum { REFERENCE_SIZE = 4 };

const struct hp_field hp_fields[] = {
#define X(kind, name, at, width, stride, logical)                              \
    {HP_RECORD_##kind, stride, width, at, logical, name},
    HP_FIELD_TABLE(X)
#undef X
};
const size_t hp_field_count = sizeof hp_fields / sizeof hp_fields[0];

const struct hp_field *hp_field_find(enum hp_record_kind kind, const char *name,
                                     size_t length)
{
    bool cell = kind != HP_RECORD_BASE && kind != HP_RECORD_BIN;

    for (size_t i = 0; i < hp_field_count; i++) {
        const struct hp_field *field = &hp_fields[i];
        if (field->kind != kind && !(cell && field->kind == HP_RECORD_CELL))
            continue;
        if (strlen(field->name) == length &&
            memcmp(field->name, name, length) == 0)
            return field;
    }
    return NULL;
}

const struct hp_field *hp_field_at(enum hp_record_kind kind, int at)
{
    const struct hp_field *field = hp_fields;

    while (field->kind != kind || field->at != at)
        field++;
    return field;
}
