/* SPDX-License-Identifier: Apache-2.0
 *
 * What the program's own JSON needs besides json_text.h. */
#ifndef HP_JSON_H
#define HP_JSON_H

#include "json_text.h"
#include "output.h"
#include "span.h"

/* Starts a document {"schema": schema}. */
void hp_json_begin(struct hp_json *json, const char *schema);

/* ASCII or null. */
json_t *hp_json_word(const char *word);
/* A number; a decimal string above 2^53; null for HP_UNKNOWN_U64. */
json_t *hp_json_number(uint64_t number);
/* Lower-case hex digits. */
json_t *hp_json_hex(struct hp_span bytes);

/* hp_json_set_text with null for an empty text. */
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
