/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "convert.h"
#include "hp_backend.h"

/* The largest whole number that every reader of JSON holds exactly. */
#define EXACT_MAX (UINT64_C(1) << 53)

/* Room for a member's name with its suffix. */
enum { NAME_ROOM = 64 };

void hp_json_begin(struct hp_json *json, const char *schema)
{
    *json = (struct hp_json){json_object(), false};
    hp_json_set(json, json->root, "schema", json_string(schema));
}

json_t *hp_json_word(const char *word)
{
    return word == NULL ? json_null() : json_string(word);
}

json_t *hp_json_number(uint64_t number)
{
    if (number == HP_UNKNOWN_U64)
        return json_null();
    if (number <= EXACT_MAX)
        return json_integer((json_int_t)number);
    return json_sprintf("%llu", (unsigned long long)number);
}

json_t *hp_json_hex(struct hp_span bytes)
{
    char *digits = malloc(2 * bytes.len + 1);

    if (digits == NULL)
        return NULL;
    hp_hex_write(digits, bytes.ptr, bytes.len);
    json_t *value = json_stringn(digits, 2 * bytes.len);
    free(digits);
    return value;
}

static void set_beside(struct hp_json *json, json_t *object, const char *name,
                       const char *suffix, json_t *value)
{
    char full[NAME_ROOM];

    (void)snprintf(full, sizeof full, "%s_%s", name, suffix);
    hp_json_set(json, object, full, value);
}

void hp_json_set_optional(struct hp_json *json, json_t *object,
                          const char *name, struct hp_text text)
{
    if (text.count == 0)
        hp_json_set(json, object, name, json_null());
    else
        hp_json_set_text(json, object, name, text);
}

void hp_json_set_texts(struct hp_json *json, json_t *object, const char *name,
                       const struct hp_text *texts, size_t count)
{
    json_t *plain = json_array(), *exact = json_array();
    bool lossy = false;

    for (size_t i = 0; i < count; i++) {
        bool this_one = hp_text_is_lossy(texts[i]);
        hp_json_append(json, plain, hp_json_utf8(texts[i]));
        hp_json_append(json, exact,
                       this_one ? hp_json_units(texts[i]) : json_null());
        lossy = lossy || this_one;
    }
    hp_json_set(json, object, name, plain);
    if (lossy)
        set_beside(json, object, name, "utf16", exact);
    else
        json_decref(exact);
}

void hp_json_set_file(struct hp_json *json, json_t *object, const char *name,
                      const char *file)
{
    size_t size = strlen(file);
    uint16_t *units = malloc((size + 1) * sizeof *units);
    bool valid;

    if (units == NULL) {
        json->failed = true;
        return;
    }
    struct hp_text text = {units, hp_wtf8_decode(units, file, size, &valid)};
    hp_json_set(json, object, name, hp_json_utf8(text));
    if (!valid || hp_text_is_lossy(text))
        set_beside(json, object, name, "bytes",
                   hp_json_hex(hp_span_of(file, size)));
    free(units);
}

static int write_json(const char *bytes, size_t size, void *self)
{
    return hp_output_write(self, bytes, size) ? 0 : -1;
}

bool hp_json_end(struct hp_json *json, struct hp_output *output)
{
    /* On a terminal nothing but ASCII: control and bidi characters of the
     * hive must not reach it. */
    size_t flags =
        JSON_INDENT(1) | (isatty(output->fd) ? JSON_ENSURE_ASCII : (size_t)0);

    if (!json->failed) {
        (void)json_dump_callback(json->root, write_json, output, flags);
        (void)hp_output_write(output, "\n", 1);
    }
    json_decref(json->root);
    return !json->failed;
}
