/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON that reports are made of. A failure (there is only one: memory) sticks,
 * and all functions go on without harm. */
#ifndef HP_JSON_TEXT_H
#define HP_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "escape.h"

struct hp_doc {
    json_t *root;
    bool failed;
};

/* Sets object[name] to `value`, or appends it to `array`; it is taken over, and
 * NULL is a failure. */
void hp_doc_set(struct hp_doc *doc, json_t *object, const char *name,
                json_t *value);
void hp_doc_add(struct hp_doc *doc, json_t *array, json_t *value);

/* The same for a string of ours, for bytes (WTF-8 or not: what is written is
 * valid UTF-8), and for a number up to 2^53. */
void hp_doc_word(struct hp_doc *doc, json_t *object, const char *name,
                 const char *word);
void hp_doc_bytes(struct hp_doc *doc, json_t *object, const char *name,
                  const char *bytes);
void hp_doc_number(struct hp_doc *doc, json_t *object, const char *name,
                   uint64_t number);

/* Text of the hive, and beside it its units as NAME_utf16 where UTF-8 cannot
 * carry it. */
void hp_doc_text(struct hp_doc *doc, json_t *object, const char *name,
                 struct hp_text text);

/* A new object or array as object[name]; it stays the document's. */
json_t *hp_doc_object(struct hp_doc *doc, json_t *object, const char *name);
json_t *hp_doc_array(struct hp_doc *doc, json_t *object, const char *name);

/* A new object at the end of `array`. */
json_t *hp_doc_item(struct hp_doc *doc, json_t *array);

/* Writes the document, indented or on one line, and frees it. False after a
 * failure, or if `out` refused. */
bool hp_doc_write(struct hp_doc *doc, struct hp_out out, bool indented);

/* The second as RFC 3339 in UTC. */
enum { HP_TIME_ROOM = 32 };
void hp_time_write(char text[HP_TIME_ROOM], int64_t seconds);

#endif
