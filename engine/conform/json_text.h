/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON with hive text in it (contracts 3): strings are valid UTF-8, and a
 * member `x_utf16` with the exact code units, four hex digits each, stands
 * beside `x` when that is not enough. */
#ifndef HP_JSON_TEXT_H
#define HP_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "escape.h"

/* A document while it is built. A failure (there is only one: memory) sticks,
 * and all functions go on without harm. */
struct hp_json {
    json_t *root;
    bool failed;
};

/* Text as a string of valid UTF-8, and its units. NULL: no memory. */
json_t *hp_json_utf8(struct hp_text text);
json_t *hp_json_units(struct hp_text text);

/* Sets object[name] to `value`, or appends it to `array`; it is taken over, and
 * NULL is a failure. */
void hp_json_set(struct hp_json *doc, json_t *object, const char *name,
                 json_t *value);
void hp_json_append(struct hp_json *doc, json_t *array, json_t *value);

/* The same for a string of ours, for bytes (WTF-8 or not: what is written is
 * valid UTF-8), and for a number up to 2^53. */
void hp_json_set_word(struct hp_json *doc, json_t *object, const char *name,
                      const char *word);
void hp_json_set_bytes(struct hp_json *doc, json_t *object, const char *name,
                       const char *bytes);
void hp_json_set_number(struct hp_json *doc, json_t *object, const char *name,
                        uint64_t number);

/* Text of the hive, and beside it its units as NAME_utf16 where UTF-8 cannot
 * carry it. */
void hp_json_set_text(struct hp_json *doc, json_t *object, const char *name,
                      struct hp_text text);

/* A new object or array as object[name]; it stays the document's. */
json_t *hp_json_set_object(struct hp_json *doc, json_t *object,
                           const char *name);
json_t *hp_json_set_array(struct hp_json *doc, json_t *object,
                          const char *name);

/* A new object at the end of `array`. */
json_t *hp_json_append_object(struct hp_json *doc, json_t *array);

/* Writes the document, indented or on one line, and frees it. False after a
 * failure, or if `out` refused. */
bool hp_json_write(struct hp_json *doc, struct hp_out out, bool indented);

/* The second as RFC 3339 in UTC. */
enum { HP_TIME_ROOM = 32 };
void hp_time_write(char text[HP_TIME_ROOM], int64_t seconds);

#endif
