/* SPDX-License-Identifier: Apache-2.0 */
#include "grow.h"

#include <string.h>

#define FIRST_ROOM 16

void *hp_grow(void *items, size_t *room, size_t count, size_t size,
              struct hp_arena *arena)
{
    size_t wider = *room == 0 ? FIRST_ROOM : 2 * *room;

    if (count < *room)
        return items;
    void *moved = hp_arena_array(arena, wider, size);
    if (moved == NULL)
        return NULL;
    if (count > 0)
        memcpy(moved, items, count * size);
    *room = wider;
    return moved;
}
