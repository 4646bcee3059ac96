/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HP_REPLAY
bool fuzz_goes_on;
#endif

void fuzz_fail(const char *file, int line, const char *condition,
               const char *oracle)
{
    (void)fprintf(stderr, "%s:%d: oracle %s: %s\n", file, line, oracle,
                  condition);
#ifdef HP_REPLAY
    if (fuzz_goes_on)
        return;
#endif
    abort();
}

void fuzz_field(const char *due, const char *found)
{
    (void)fprintf(stderr, "oracle's field: %s%s%s\n", due,
                  found != NULL ? " / " : "", found != NULL ? found : "");
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define HAS_ADDRESS 1
#endif
#endif

#ifdef HAS_ADDRESS
const char *__asan_default_options(void);

/* Blocks that were freed wait in the cache, not in 256 MiB of fresh pages:
 * those of many executions. Who took or freed a block says the replay binary:
 * to write it down each time takes more than the block. */
const char *__asan_default_options(void)
{
#ifdef HP_REPLAY
    return "quarantine_size_mb=4:thread_local_quarantine_size_kb=512";
#else
    return "quarantine_size_mb=1:thread_local_quarantine_size_kb=256:"
           "malloc_context_size=0";
#endif
}
#endif

/* Reads each byte at once, as instrumented code would one by one. */
static void touch(const void *bytes, size_t size)
{
#ifdef HAS_ADDRESS
    const volatile uint8_t *bad =
        size == 0 ? NULL
                  : __asan_region_is_poisoned((void *)(uintptr_t)bytes, size);

    if (bad != NULL)
        (void)*bad; /* its report names this line and the callers */
#else
    (void)bytes;
    (void)size;
#endif
}

/* Hashing is most of what a harness does itself: nothing in it may cost what
 * the engines add to the code that is tested. */
#if defined(__clang__)
#define PLAIN __attribute__((no_sanitize("address", "undefined", "coverage")))
#else
#define PLAIN
#endif

/* The 64-bit FNV-1a constants. */
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)
#define LANES 4
#define BLOCK (16 * LANES)

PLAIN static inline uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * FNV_PRIME;
    return hash ^ hash >> 29;
}

PLAIN static inline uint64_t word_at(const uint8_t *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
    return word;
}

/* Pairs of words, one multiplication each, in sequences side by side: one would
 * wait for its multiplication. */
PLAIN static uint64_t mix_blocks(uint64_t hash, const uint8_t *at, size_t count)
{
    uint64_t lanes[LANES] = {hash, ~hash, hash + FNV_PRIME, hash - FNV_PRIME};

    for (; count > 0; count--, at += BLOCK)
        for (size_t i = 0; i < LANES; i++)
            lanes[i] =
                mix(lanes[i], word_at(at + 16 * i)) ^ word_at(at + 16 * i + 8);
    for (size_t i = 0; i < LANES; i++)
        hash = mix(hash, lanes[i]);
    return hash;
}

PLAIN uint64_t fuzz_choice(uint64_t hash, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    size_t left = size, blocks = size / BLOCK;

    hash ^= FNV_BASIS;
    if (blocks > 0) {
        hash = mix_blocks(hash, at, blocks);
        at += BLOCK * blocks;
        left -= BLOCK * blocks;
    }
    for (; left >= 8; left -= 8, at += 8)
        hash = mix(hash, word_at(at));
    uint64_t last = (uint64_t)size << 56;
    for (size_t i = 0; i < left; i++)
        last |= (uint64_t)at[i] << 8 * i;
    return mix(hash, last);
}

uint64_t fuzz_hash(uint64_t hash, const void *bytes, size_t size)
{
    touch(bytes, size);
    return fuzz_choice(hash, bytes, size);
}

bool fuzz_once_in(unsigned times, unsigned salt, uint64_t hash)
{
    return (fuzz_choice(hash, &salt, sizeof salt) >> 16) % times == 0;
}

bool fuzz_asks(unsigned times, unsigned salt, uint64_t hash)
{
#ifdef HP_REPLAY
    (void)times, (void)salt, (void)hash;
    return true;
#else
    return fuzz_once_in(times, salt, hash);
#endif
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
