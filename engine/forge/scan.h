/* SPDX-License-Identifier: Apache-2.0
 *
 * struct hp_scan - a place in the text of a recipe, and what can be read
 * there. Readers return false with *err set and the place anywhere. */
#ifndef HP_SCAN_H
#define HP_SCAN_H

#include "plan.h"

struct hp_scan {
    const char *at, *end;
    struct hp_origin mark; /* of `marked`; found again from there */
    const char *marked;
    struct hp_plan *plan; /* whose arena and data limit are used */
    struct hp_recipe_error *err;
};

/* The start of `size` bytes of UTF-8. */
struct hp_scan hp_scan_of(struct hp_plan *plan, struct hp_recipe_error *err,
                          const char *file, const char *bytes, size_t size);

/* Where the scan is, as file, line and column. */
struct hp_origin hp_scan_origin(struct hp_scan *scan);

/* Fails at the present place. */
bool hp_scan_fail(struct hp_scan *scan, const char *message);
bool hp_scan_no_memory(struct hp_scan *scan);

/* Skips blanks and line ends that a backslash stands before. */
void hp_scan_blanks(struct hp_scan *scan);

/* True, after blanks, at the end of a line; comments belong to it. */
bool hp_scan_at_line_end(struct hp_scan *scan);

/* The same as a reader: "more than is understood" otherwise. Goes on to the
 * next line. */
bool hp_scan_line_end(struct hp_scan *scan);

/* True if `character` is next. */
bool hp_scan_is(const struct hp_scan *scan, char character);

/* Passes `character` if it is next, and says so. */
bool hp_scan_pass(struct hp_scan *scan, char character);

/* The same as a reader. */
bool hp_scan_expect(struct hp_scan *scan, char character, const char *message);

/* A word: letters, digits and underscores. Empty where none is. */
struct hp_word_span {
    const char *bytes;
    size_t size;
};
struct hp_word_span hp_scan_word(struct hp_scan *scan);
bool hp_word_is(struct hp_word_span word, const char *text);

/* A number: decimal or 0x hexadecimal, with a minus (two's complement). */
bool hp_scan_number(uint64_t *number, struct hp_scan *scan);

/* The same, without a minus and up to `most`. */
bool hp_scan_count(uint32_t *number, struct hp_scan *scan, uint32_t most);

/* Hexadecimal digits without 0x, at most `most` of them. */
bool hp_scan_digits(uint64_t *number, struct hp_scan *scan, unsigned most);

/* A string in quotes: \\ \" \xNN \uNNNN, anything else as it is. */
bool hp_scan_string(struct hp_text *text, struct hp_scan *scan);

/* Bytes in hexadecimal: pairs of digits, commas between them or not, *N behind
 * one that stands N times. None is no error. */
bool hp_scan_hex(struct hp_span *bytes, struct hp_scan *scan);

/* The text in bytes[0..size), which must be UTF-8 without controls. */
bool hp_scan_plain(struct hp_text *text, struct hp_scan *scan,
                   const char *bytes, size_t size);

/* `size` bytes of memory for data of the hive, counted against its limit;
 * NULL, with the error told, if there are no more. */
uint8_t *hp_scan_room(struct hp_scan *scan, uint64_t size);

#endif
