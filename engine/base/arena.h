/* SPDX-License-Identifier: Apache-2.0
 *
 * The one allocator of everything above regf/: many allocations, one close.
 * Where memory comes from is injected, so that a test or a fuzzer can make
 * any allocation fail. */
#ifndef HP_ARENA_H
#define HP_ARENA_H

#include <stddef.h>

/* Where blocks come from. `take` returns `size` bytes aligned for any type, or
 * NULL; `give` gets back what `take` returned. */
struct hp_allocator {
    void *(*take)(void *self, size_t size);
    void (*give)(void *self, void *block);
    void *self;
};

/* malloc and free. */
extern const struct hp_allocator hp_allocator_libc;

struct hp_arena {
    struct hp_allocator allocator;
    struct hp_arena_block *blocks; /* newest first */
    unsigned char *free;           /* the rest of the newest block */
    size_t left;                   /* bytes of it */
    size_t used;                   /* bytes taken from the allocator */
    size_t limit;                  /* `used` never passes this */
    size_t chunk; /* least size of a block; 0: a block for each allocation */
};

/* An empty arena that takes at most `limit` bytes from `allocator`, a block for
 * each allocation: so every one of them can be made to fail, and a sanitizer
 * sees where each ends. */
struct hp_arena hp_arena_of(struct hp_allocator allocator, size_t limit);

/* The same with blocks of at least HP_ARENA_CHUNK bytes: for many small
 * allocations where speed counts. */
struct hp_arena hp_arena_chunked(struct hp_allocator allocator, size_t limit);
#define HP_ARENA_CHUNK ((size_t)64 << 10)

/* `size` zeroed bytes aligned for any type, valid until hp_arena_close; NULL
 * when the allocator fails or the limit is reached (the arena stays usable).
 * A size of 0 gives a valid pointer. */
void *hp_arena_alloc(struct hp_arena *arena, size_t size);

/* The same for `count` items of `size` bytes; NULL also when the product
 * overflows. */
void *hp_arena_array(struct hp_arena *arena, size_t count, size_t size);

/* A copy of bytes[0..size), or NULL as above; `bytes` may be NULL when `size`
 * is 0. */
void *hp_arena_copy(struct hp_arena *arena, const void *bytes, size_t size);

/* Gives every block back; the arena is empty again and may be used again. */
void hp_arena_close(struct hp_arena *arena);

#endif
