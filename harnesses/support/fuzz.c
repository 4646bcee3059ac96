/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

void fuzz_fail(const char *file, int line, const char *condition,
               const char *oracle)
{
    (void)fprintf(stderr, "%s:%d: oracle %s: %s\n", file, line, oracle,
                  condition);
    abort();
}

/* The 64-bit FNV-1a constants. */
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* Unsigned arithmetic is meant to wrap here. */
#if defined(__clang__)
__attribute__((no_sanitize("integer")))
#endif
uint64_t
fuzz_hash(uint64_t hash, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    if (hash == 0)
        hash = FNV_BASIS;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * FNV_PRIME;
    return hash;
}

bool fuzz_once_in(unsigned times, unsigned salt, const uint8_t *data,
                  size_t size)
{
    uint64_t hash = fuzz_hash(0, data, size);

    hash = fuzz_hash(hash, &salt, sizeof salt);
    return (hash >> 16) % times == 0;
}

struct hp_span fuzz_bytes(struct fuzz_in *in, size_t size)
{
    if (size > in->left)
        size = in->left;
    struct hp_span bytes = hp_span_of(size > 0 ? in->at : NULL, size);
    if (size > 0)
        in->at += size;
    in->left -= size;
    return bytes;
}

static uint32_t number(struct fuzz_in *in, size_t width)
{
    struct hp_span bytes = fuzz_bytes(in, width);
    uint32_t value = 0;

    for (size_t i = 0; i < bytes.len; i++)
        value |= (uint32_t)hp_at_u8(bytes, i) << 8 * i;
    return value;
}

uint8_t fuzz_u8(struct fuzz_in *in)
{
    return (uint8_t)number(in, 1);
}

uint16_t fuzz_u16(struct fuzz_in *in)
{
    return (uint16_t)number(in, 2);
}

uint32_t fuzz_u32(struct fuzz_in *in)
{
    return number(in, 4);
}

struct hp_text fuzz_text(struct fuzz_in *in, struct hp_arena *arena)
{
    struct hp_span bytes = fuzz_bytes(in, 2 * (size_t)fuzz_u8(in));
    size_t count = hp_utf16le_count(bytes);
    uint16_t *units = hp_arena_array(arena, count, sizeof *units);

    if (units == NULL)
        return (struct hp_text){NULL, 0};
    hp_utf16le_decode(units, bytes);
    return (struct hp_text){units, count};
}

static void *take(void *self, size_t size)
{
    struct fuzz_memory *memory = self;

    return ++memory->calls == memory->failing ? NULL : malloc(size);
}

static void give(void *self, void *block)
{
    (void)self;
    free(block);
}

struct hp_arena fuzz_arena(struct fuzz_memory *memory)
{
    return hp_arena_of((struct hp_allocator){take, give, memory},
                       FUZZ_ARENA_LIMIT);
}
