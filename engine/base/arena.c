/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The head of what the allocator gave; the caller's bytes follow. */
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
    return (struct hp_arena){.allocator = allocator, .limit = limit};
}

struct hp_arena hp_arena_chunked(struct hp_allocator allocator, size_t limit)
{
    return (struct hp_arena){
        .allocator = allocator, .limit = limit, .chunk = HP_ARENA_CHUNK};
}

/* Makes the rest of the newest block at least `size` bytes long. */
static bool refill(struct hp_arena *arena, size_t size)
{
    size_t room = arena->limit - arena->used;
    size_t wanted = size > arena->chunk ? size : arena->chunk;

    if (room < sizeof(struct hp_arena_block) ||
        size > room - sizeof(struct hp_arena_block))
        return false;
    if (wanted > room - sizeof(struct hp_arena_block))
        wanted = size;

    size_t total = sizeof(struct hp_arena_block) + wanted;
    struct hp_arena_block *block =
        arena->allocator.take(arena->allocator.self, total);
    if (block == NULL)
        return false;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->free = (unsigned char *)(block + 1);
    arena->left = wanted;
    arena->used += total;
    return true;
}

/* hp_arena_alloc, but the bytes are whatever they are. */
static void *take(struct hp_arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    size_t step = size;

    if (arena->chunk > 0 && size <= SIZE_MAX - align)
        step = (size + align - 1) / align * align;
    /* Of no block there is not even an empty piece. */
    if ((arena->chunk == 0 || arena->blocks == NULL || step > arena->left) &&
        !refill(arena, step))
        return NULL;
    void *memory = arena->free;
    arena->free += step;
    arena->left -= step;
    return memory;
}

void *hp_arena_alloc(struct hp_arena *arena, size_t size)
{
    void *memory = take(arena, size);

    return memory == NULL ? NULL : memset(memory, 0, size);
}

void *hp_arena_array(struct hp_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return hp_arena_alloc(arena, count * size);
}

void *hp_arena_copy(struct hp_arena *arena, const void *bytes, size_t size)
{
    void *copy = take(arena, size);

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
    arena->left = 0;
}
