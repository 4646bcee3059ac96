/* SPDX-License-Identifier: Apache-2.0 */
#include "json_line.h"

#include <jansson.h>
#include <string.h>

bool json_line_has(const char *line, size_t size, const char *name,
                   const char *value)
{
    json_t *object =
        json_loadb(line, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    const char *found = json_string_value(json_object_get(object, name));
    bool has = found != NULL && strcmp(found, value) == 0;

    for (size_t i = 0; i < size; i++)
        has = has && (unsigned char)line[i] >= 0x20;
    json_decref(object);
    return has;
}
