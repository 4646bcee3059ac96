/* SPDX-License-Identifier: Apache-2.0 */
#include "json_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME_ROOM = 64 };

void hp_json_set(struct hp_json *doc, json_t *object, const char *name,
                 json_t *value)
{
    if (json_object_set_new(object, name, value) != 0)
        doc->failed = true;
}

void hp_json_append(struct hp_json *doc, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        doc->failed = true;
}

void hp_json_set_word(struct hp_json *doc, json_t *object, const char *name,
                      const char *word)
{
    hp_json_set(doc, object, name, json_string(word));
}

void hp_json_set_number(struct hp_json *doc, json_t *object, const char *name,
                        uint64_t number)
{
    hp_json_set(doc, object, name, json_integer((json_int_t)number));
}

json_t *hp_json_utf8(struct hp_text text)
{
    char *bytes = malloc(HP_UTF8_PER_UNIT * text.count + 1);

    if (bytes == NULL)
        return NULL;
    json_t *value = json_stringn(bytes, hp_text_to_utf8(bytes, text));
    free(bytes);
    return value;
}

json_t *hp_json_units(struct hp_text text)
{
    static const char digits[] = "0123456789abcdef";
    char *bytes = malloc(4 * text.count + 1);

    if (bytes == NULL)
        return NULL;
    for (size_t i = 0; i < 4 * text.count; i++)
        bytes[i] = digits[text.units[i / 4] >> (12 - 4 * (i % 4)) & 0xF];
    json_t *value = json_stringn(bytes, 4 * text.count);
    free(bytes);
    return value;
}

void hp_json_set_text(struct hp_json *doc, json_t *object, const char *name,
                      struct hp_text text)
{
    char exact[NAME_ROOM];

    hp_json_set(doc, object, name, hp_json_utf8(text));
    if (!hp_text_is_lossy(text))
        return;
    (void)snprintf(exact, sizeof exact, "%s_utf16", name);
    hp_json_set(doc, object, exact, hp_json_units(text));
}

void hp_json_set_bytes(struct hp_json *doc, json_t *object, const char *name,
                       const char *bytes)
{
    size_t size = strlen(bytes);
    uint16_t *units = malloc((size + 1) * sizeof *units);
    bool valid;

    if (units == NULL) {
        doc->failed = true;
        return;
    }
    struct hp_text text = {units, hp_wtf8_decode(units, bytes, size, &valid)};
    hp_json_set(doc, object, name, hp_json_utf8(text));
    free(units);
}

json_t *hp_json_set_object(struct hp_json *doc, json_t *object,
                           const char *name)
{
    json_t *value = json_object();

    hp_json_set(doc, object, name, value);
    return doc->failed ? NULL : value;
}

json_t *hp_json_set_array(struct hp_json *doc, json_t *object, const char *name)
{
    json_t *value = json_array();

    hp_json_set(doc, object, name, value);
    return doc->failed ? NULL : value;
}

json_t *hp_json_append_object(struct hp_json *doc, json_t *array)
{
    json_t *value = json_object();

    hp_json_append(doc, array, value);
    return doc->failed ? NULL : value;
}

static int write_json(const char *bytes, size_t size, void *self)
{
    const struct hp_out *out = self;

    return out->write(out->self, bytes, size) ? 0 : -1;
}

bool hp_json_write(struct hp_json *doc, struct hp_out out, bool indented)
{
    /* ASCII: such a file may be shown on any terminal and by any CI. */
    size_t flags = JSON_ENSURE_ASCII | (indented ? JSON_INDENT(1) : 0);
    bool written =
        !doc->failed &&
        json_dump_callback(doc->root, write_json, &out, flags) == 0 &&
        out.write(out.self, "\n", 1);

    json_decref(doc->root);
    return written;
}

void hp_time_write(char text[HP_TIME_ROOM], int64_t seconds)
{
    const time_t instant = (time_t)seconds;
    struct tm parts;

    if (gmtime_r(&instant, &parts) == NULL ||
        strftime(text, HP_TIME_ROOM, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        (void)strcpy(text, "1970-01-01T00:00:00Z");
}
