/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of a map in words: one line a part, and its fields. The lines of the
 * terminal and of the page are the same but for their escaping; the page's
 * script reads them (page.js, LINE). */
#ifndef HP_DESCRIBE_H
#define HP_DESCRIBE_H

#include "escape.h"
#include "map.h"
#include "meaning.h"

/* Units of the path above a key that a line shows. */
#define HP_PATH_UNITS 96

/* Where words go. A write that fails sticks. */
struct hp_words {
    struct hp_out out;
    enum hp_escape style; /* HP_ESCAPE_TERMINAL or _HTML */
    bool failed;
    bool brief;       /* lines name no keys and values but their own */
    uint64_t written; /* bytes */

    /* The path above the keys below `above`, as it was worked out last. */
    uint32_t above;
    uint16_t path[HP_PATH_UNITS + 1];
    size_t path_units;
};

void hp_words_begin(struct hp_words *words, struct hp_out out,
                    enum hp_escape style);

/* Text of ours: `format` and its strings hold nothing that is markup where it
 * goes (a quote is none between tags). */
__attribute__((__format__(__printf__, 2, 3))) void
hp_words_put(struct hp_words *words, const char *format, ...);

/* Text of the hive, of which at most the first 256 units are shown. */
void hp_words_text(struct hp_words *words, struct hp_text text);

/* Bytes of a file name, ASCII or not. */
void hp_words_bytes(struct hp_words *words, const char *bytes);

/* One field of a part, or an element of one that is an array. */
struct hp_part_field {
    const struct hp_field *field;
    const struct hp_meaning *meaning;
    uint32_t index;       /* of the element */
    struct hp_span bytes; /* as far as they exist */
    uint32_t at;          /* from the start of the part */
};

/* A walk over the fields of a part: a cell's size, then the others in the order
 * of the table, then what is behind the content. */
struct hp_part_fields {
    const struct hp_map *map;
    const struct hp_part *part;
    struct hp_span payload;
    size_t used; /* bytes of the payload that are the record's content */
    size_t row;  /* in hp_fields; hp_field_count: the end */
    uint32_t index;
    bool begun; /* a cell's size, which comes first, was given */
};

struct hp_part_fields hp_part_fields_of(const struct hp_map *map,
                                        const struct hp_part *part);
bool hp_part_fields_next(struct hp_part_fields *it,
                         struct hp_part_field *field);

/* "nk", "lf", "values", "free" and so on. */
const char *hp_part_word(const struct hp_map *map, const struct hp_part *part);

/* The name that an nk or vk has, as far as it exists, into `units`, which has
 * room for `room`; returns the units. */
size_t hp_part_name(const struct hp_map *map, const struct hp_part *part,
                    uint16_t *units, size_t room);

/* "00000020", or "base". */
void hp_words_place(struct hp_words *words, uint32_t position);

/* The line of a part with its end: place, word, size, problems (!FROM-TO),
 * "differs", owner, and what it says. */
void hp_words_part(struct hp_words *words, const struct hp_map *map,
                   const struct hp_part *part, bool differs);

/* The lines of its fields, with their meanings or without. For what has no
 * fields: its first bytes. */
void hp_words_fields(struct hp_words *words, const struct hp_map *map,
                     const struct hp_part *part, bool meanings);

/* The value of a field: number and what it stands for. */
void hp_words_value(struct hp_words *words, const struct hp_map *map,
                    const struct hp_part *part,
                    const struct hp_part_field *field);

/* The same from its bytes alone: no names, nothing that it leads to. */
void hp_words_bare_value(struct hp_words *words,
                         const struct hp_part_field *field);

/* What is wrong, without a line end; `number` counts from 0. */
void hp_words_problem(struct hp_words *words, const struct hp_map *map,
                      size_t number);

/* The line of a key in the tree: place, depth, its name indented. */
void hp_words_key(struct hp_words *words, const struct hp_map *map,
                  const struct hp_map_key *key, unsigned depth);

/* The first bytes in hexadecimal, and as characters. */
void hp_words_hex(struct hp_words *words, struct hp_span bytes);

#endif
