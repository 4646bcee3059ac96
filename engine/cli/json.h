/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON with hive text in it (contracts 3): strings are valid UTF-8, and a
 * member `x_utf16` with the exact code units, four hex digits each, stands
 * beside `x` when that is not enough. */
#ifndef HP_JSON_H
#define HP_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "output.h"
#include "span.h"

/* A document while it is built. A failure (there is only one: memory) sticks,
 * and all functions go on without harm. */
struct hp_json {
    json_t *root;
    bool failed;
};

/* Starts a document {"schema": schema}. */
void hp_json_begin(struct hp_json *json, const char *schema);

/* Sets object[name] to `value`, which is taken over; NULL is a failure. */
void hp_json_set(struct hp_json *json, json_t *object, const char *name,
                 json_t *value);
void hp_json_append(struct hp_json *json, json_t *array, json_t *value);

/* ASCII or null. */
json_t *hp_json_word(const char *word);
/* A number; a decimal string above 2^53; null for HP_UNKNOWN_U64. */
json_t *hp_json_number(uint64_t number);
/* Lower-case hex digits. */
json_t *hp_json_hex(struct hp_span bytes);

/* Sets object[name], and object[name_utf16] where it is needed. */
void hp_json_set_text(struct hp_json *json, json_t *object, const char *name,
                      struct hp_text text);
/* The same with null for an empty text. */
void hp_json_set_optional(struct hp_json *json, json_t *object,
                          const char *name, struct hp_text text);
/* An array of strings; the array name_utf16 beside it has null for each one
 * that needs nothing more, and is left out when none does. */
void hp_json_set_texts(struct hp_json *json, json_t *object, const char *name,
                       const struct hp_text *texts, size_t count);

/* A file name as the user gave it; its bytes in hex as name_bytes when they
 * are not valid UTF-8. */
void hp_json_set_file(struct hp_json *json, json_t *object, const char *name,
                      const char *file);

/* Writes the document and frees it. False without memory; what could not be
 * written is for hp_output_end to tell. */
bool hp_json_end(struct hp_json *json, struct hp_output *output);

#endif
