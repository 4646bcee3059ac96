/* SPDX-License-Identifier: Apache-2.0
 *
 * Work on UTF-16 texts that only the model needs: cutting, finding, joining,
 * and strings of the hive as text. Functions that allocate return false
 * without memory. */
#ifndef HP_TEXT_H
#define HP_TEXT_H

#include "arena.h"
#include "hp_backend.h"
#include "utf16.h"

#define HP_NOT_FOUND ((size_t)-1)

/* text[from..) and text[from, from + count). The caller knows that it is
 * long enough. */
struct hp_text hp_text_from(struct hp_text text, size_t from);
struct hp_text hp_text_cut(struct hp_text text, size_t from, size_t count);

/* Case is ignored in the 26 letters only: no other unit upcases into ASCII
 * (a test goes through all of them), so this is hp_upcase for ASCII names. */
bool hp_text_starts_nocase(struct hp_text text, const char *ascii);

/* Where `ascii` first stands in text[from..), as an index into text, or
 * HP_NOT_FOUND. */
size_t hp_text_find_nocase(struct hp_text text, size_t from, const char *ascii);

/* Where a unit of `set` first stands in text[from..), or HP_NOT_FOUND. */
size_t hp_text_find_any(struct hp_text text, size_t from, const char *set);

/* The letter of a drive, 'A' to 'Z', that `unit` is in either case; or 0. */
char hp_drive_letter(uint16_t unit);

/* A separator of Win32 paths. */
static inline bool hp_is_separator(uint16_t unit)
{
    return unit == '\\' || unit == '/';
}

/* True if `text` starts with a drive, X:, and a separator. */
bool hp_text_starts_with_drive(struct hp_text text);

/* True if `text` starts with X:\. */
bool hp_text_is_rooted(struct hp_text text);

/* True if `text` holds a ~ and a digit behind it, as 8.3 names do. */
bool hp_text_has_short_name(struct hp_text text);

bool hp_text_copy(struct hp_text *copy, struct hp_arena *arena,
                  struct hp_text text);

/* A copy with A to Z in lower case (W5). */
bool hp_text_lower(struct hp_text *lower, struct hp_arena *arena,
                   struct hp_text text);

/* All parts behind each other. */
bool hp_text_join(struct hp_text *joined, struct hp_arena *arena,
                  const struct hp_text *parts, size_t count);

/* An ASCII string as text. */
bool hp_text_of(struct hp_text *text, struct hp_arena *arena,
                const char *ascii);

/* Units that `string` can become at most, and the text it becomes in `units`,
 * which has room for them. */
size_t hp_string_units(struct hp_string string);
struct hp_text hp_string_decode(uint16_t *units, struct hp_string string);

/* True if `string` equals `ascii` of `len` letters in any case of A to Z. It
 * looks at the encoded bytes: nothing is decoded. */
bool hp_string_is_nocase(struct hp_string string, const char *ascii,
                         size_t len);

#endif
