/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays in an arena that grow by doubling. */
#ifndef HP_GROW_H
#define HP_GROW_H

#include "arena.h"

/* The array `items` of `size` bytes each, with room for item number `count`:
 * itself, or a longer copy; *room says for how many. NULL without memory.
 * It starts as NULL with *room 0. */
void *hp_grow(void *items, size_t *room, size_t count, size_t size,
              struct hp_arena *arena);

#endif
