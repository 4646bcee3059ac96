/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The head of what the allocator gave; the caller's bytes follow. One block
 * for one allocation: so every one can be made to fail, and a sanitizer sees
 * where each ends. */
struct hp_arena_block {
    alignas(max_align_t) struct hp_arena_block *next;
};

static void *libc_take(void *self, size_t size)
{
    (void)self;
    return malloc(size);
}

static void libc_give(void *self, void *block)
{
    (void)self;
    free(block);
}

const struct hp_allocator hp_allocator_libc = {libc_take, libc_give, NULL};

struct hp_arena hp_arena_of(struct hp_allocator allocator, size_t limit)
{
    return (struct hp_arena){allocator, NULL, 0, limit};
}

void *hp_arena_alloc(struct hp_arena *arena, size_t size)
{
    size_t room = arena->limit - arena->used;
    if (room < sizeof(struct hp_arena_block) ||
        size > room - sizeof(struct hp_arena_block))
        return NULL;

    size_t total = sizeof(struct hp_arena_block) + size;
    struct hp_arena_block *block =
        arena->allocator.take(arena->allocator.self, total);
    if (block == NULL)
        return NULL;

    block->next = arena->blocks;
    arena->blocks = block;
    arena->used += total;
    return memset(block + 1, 0, size);
}

void *hp_arena_array(struct hp_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return hp_arena_alloc(arena, count * size);
}

void *hp_arena_copy(struct hp_arena *arena, const void *bytes, size_t size)
{
    void *copy = hp_arena_alloc(arena, size);

    /* `bytes` may be NULL when there are none; memcpy forbids that. */
    if (copy != NULL && size != 0)
        memcpy(copy, bytes, size);
    return copy;
}

void hp_arena_close(struct hp_arena *arena)
{
    while (arena->blocks != NULL) {
        struct hp_arena_block *block = arena->blocks;
        arena->blocks = block->next;
        arena->allocator.give(arena->allocator.self, block);
    }
    arena->used = 0;
}
