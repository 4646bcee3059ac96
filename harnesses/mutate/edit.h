/* SPDX-License-Identifier: Apache-2.0
 *
 * Sound changes of a hive, which the operators are made of: cells, lists, keys
 * and values. All keep table and image together; all may fail for want of
 * room, with nothing lost. Offsets are hive offsets; 0 is no cell. */
#ifndef HP_MUTATE_EDIT_H
#define HP_MUTATE_EDIT_H

#include "table.h"

/* ---- cells --------------------------------------------------------------- */

/* A new cell with a zeroed payload of at least `payload` bytes, in free space
 * or in a new bin; 0 if there is no room. */
uint32_t cell_new(struct hp_mutator *m, uint32_t payload, uint32_t kind);
void cell_free(struct hp_mutator *m, uint32_t at);

/* The same cell with at least `payload` bytes, where it is or elsewhere; what
 * referred to it refers to the new one. 0 and nothing done if there is no room.
 */
uint32_t cell_resize(struct hp_mutator *m, uint32_t at, uint32_t payload);

/* A copy of the cell elsewhere, with all references led to it, and the old one
 * freed; 0 if there is no room. */
uint32_t cell_relocate(struct hp_mutator *m, uint32_t at);

/* Every reference to `from` becomes one to `to`. */
void redirect(struct hp_mutator *m, uint32_t from, uint32_t to);

/* Another bin of `size` bytes (a multiple of 4096) with one free cell, behind
 * the last one; what follows the bins in the file moves up. Its offset; 0 if
 * there is no room. */
uint32_t bin_append(struct hp_mutator *m, uint32_t size);

/* Opens `bytes` of zeros at `position`, or takes them out. */
bool file_insert(struct hp_mutator *m, size_t position, size_t bytes);
void file_remove(struct hp_mutator *m, size_t position, size_t bytes);

/* ---- names --------------------------------------------------------------- */

enum { NAME_MOST = 2048 };
struct name {
    uint8_t bytes[NAME_MOST];
    uint32_t size;
    bool compressed;
};

/* A name from the pool: usual ones, names that mean something in a SYSTEM
 * hive, limits, odd units, names of the hive's own keys in another case. */
void name_choose(struct hp_mutator *m, struct name *name);

/* ---- keys and values ----------------------------------------------------- */

/* The root by the base block, or any key, or 0. */
uint32_t root_key(struct hp_mutator *m);

/* A key with nothing below it, which no list names yet. */
uint32_t key_new(struct hp_mutator *m, uint32_t parent,
                 const struct name *name);
bool key_rename(struct hp_mutator *m, uint32_t nk, const struct name *name);

/* Puts `child` into a list of `nk`, which may need a new one. */
bool child_insert(struct hp_mutator *m, uint32_t nk, uint32_t child);

/* A child of `nk` by dice: the position of its list element, 0: none. */
size_t child_pick(struct hp_mutator *m, uint32_t nk);
/* Takes that element out of its list; the key stays where it is. */
void child_remove(struct hp_mutator *m, uint32_t nk, size_t element);

/* A new value, which no list names yet. */
uint32_t value_new(struct hp_mutator *m, const struct name *name,
                   uint32_t type);
bool value_insert(struct hp_mutator *m, uint32_t nk, uint32_t vk);

/* Gives `vk` a data cell of `size` zero bytes and returns it, or puts them
 * inline (up to 4: returns vk); 0: no room. The old data is freed if `vk`
 * alone has it. */
uint32_t value_set_size(struct hp_mutator *m, uint32_t vk, uint32_t size);

/* How many references in the table lead to `at`. */
uint32_t reference_count(struct hp_mutator *m, uint32_t at);

/* The list record that holds the element at file `position`, or 0. */
uint32_t list_of_element(struct hp_mutator *m, size_t position);

/* Elements that the value list of `nk` has by its count and its cell. */
uint32_t value_count(const struct hp_mutator *m, uint32_t nk);

#endif
