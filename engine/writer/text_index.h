/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds texts by name, case ignored as NT does (hp_upcase unit by unit), in
 * hashed time: a hive may hold a million exclusions. Open addressing with
 * linear probing, at most half full. */
#ifndef HP_TEXT_INDEX_H
#define HP_TEXT_INDEX_H

#include "text.h"

struct hp_text_slot {
    struct hp_text key;
    size_t item; /* HP_NOT_FOUND: the slot is free */
};

struct hp_text_index {
    struct hp_text_slot *slots;
    size_t mask; /* number of slots - 1; a power of two - 1 */
};

/* An index for at most `capacity` different texts. False without memory. */
bool hp_text_index_open(struct hp_text_index *index, struct hp_arena *arena,
                        size_t capacity);

/* Puts `key` (borrowed) with `item` unless it is there already. Returns the
 * item that the key has now: the earlier one, or `item`. */
size_t hp_text_index_put(struct hp_text_index *index, struct hp_text key,
                         size_t item);

/* The item of `key`, or HP_NOT_FOUND. */
size_t hp_text_index_find(const struct hp_text_index *index,
                          struct hp_text key);

#endif
