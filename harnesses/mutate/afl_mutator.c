/* SPDX-License-Identifier: Apache-2.0
 *
 * The mutator as AFL++'s custom mutator (4.04c; its state is never looked at).
 * Buffers handed out stay ours.
 *
 * AFL++ sends everything through post_process, its own havoc and what this
 * mutator made, at every execution of a queue entry again. So what that does
 * depends on the bytes alone, and twice is as good as once: a right checksum
 * says that whoever made the input knew the format, and then nothing is
 * touched; without one a share, by a hash of the bytes, stays wrong. */
#include <stdlib.h>
#include <string.h>

#include "afl_mutator.h"
#include "layout.h"
#include "mutate_hive.h"
#include "span.h"

enum {
    LABEL_ROOM = 256,
    TRIM_STEPS_MOST = 512,
    CROSSOVER_SHARE = 15, /* percent */
    WRONG_SHARE = 3,      /* percent, of wrong checksums that stay wrong */
    AS_IT_IS_SHARE = 40   /* of containers: a wrong hash may be meant so */
};

/* A buffer that only grows. */
struct buffer {
    uint8_t *bytes;
    size_t room;
};

struct binding {
    struct hp_arena arena;
    struct hp_mutator *mutator;
    uint64_t seed;
    char label[LABEL_ROOM];
    struct buffer made, repaired, trimmed, best;
    size_t best_size;    /* the smallest input that did the same */
    size_t trimmed_size; /* what was last tried */
    size_t step, steps, tries;
};

static bool reserve(struct buffer *buffer, size_t room)
{
    if (room <= buffer->room)
        return true;
    uint8_t *bytes = realloc(buffer->bytes, room);
    if (bytes == NULL)
        return false;
    buffer->bytes = bytes;
    buffer->room = room;
    return true;
}

static uint64_t next_seed(struct binding *b)
{
    b->seed = b->seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return b->seed;
}

void *afl_custom_init(void *afl, unsigned seed)
{
    struct binding *b = calloc(1, sizeof *b);

    (void)afl;
    if (b == NULL)
        return NULL;
    b->arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    b->mutator = hp_mutator_open(&b->arena);
    b->seed = seed;
    if (b->mutator == NULL) {
        free(b);
        return NULL;
    }
    return b;
}

void afl_custom_deinit(void *data)
{
    struct binding *b = data;

    hp_arena_close(&b->arena);
    free(b->made.bytes);
    free(b->repaired.bytes);
    free(b->trimmed.bytes);
    free(b->best.bytes);
    free(b);
}

/* Crossover has no hook of its own: it is done with the second input, if there
 * is one. 0: this input is left out. */
size_t afl_custom_fuzz(void *data, uint8_t *bytes, size_t size, uint8_t **out,
                       uint8_t *other, size_t other_size, size_t max)
{
    struct binding *b = data;
    uint64_t seed = next_seed(b);

    *out = bytes;
    if (size > max || !reserve(&b->made, max))
        return 0;
    memcpy(b->made.bytes, bytes, size);
    *out = b->made.bytes;
    if (other != NULL && other_size > 0 && (seed >> 33) % 100 < CROSSOVER_SHARE)
        return hp_mutator_cross(b->mutator, b->made.bytes, size, max, other,
                                other_size, seed);
    return hp_mutator_run(b->mutator, b->made.bytes, size, max, seed);
}

const char *afl_custom_describe(void *data, size_t most)
{
    struct binding *b = data;

    if (hp_mutator_label(b->mutator, b->label,
                         most < LABEL_ROOM ? most + 1 : LABEL_ROOM) == 0)
        return "nothing"; /* AFL++ takes an empty one for an error */
    return b->label;
}

uint8_t afl_custom_queue_new_entry(void *data, const uint8_t *file,
                                   const uint8_t *origin)
{
    struct binding *b = data;

    (void)file;
    if (origin != NULL) /* not one of the seeds */
        hp_mutator_reward(b->mutator);
    return 0; /* the file is as it was */
}

/* ---- repair -------------------------------------------------------------- */

static bool has_checksum(const uint8_t *bytes)
{
    struct hp_span base = hp_span_of(bytes, BASE_UNUSED);
    uint32_t sum = 0;

    for (size_t at = 0; at < BASE_CHECKSUM; at += 4)
        sum ^= hp_at_u32(base, at);
    sum = sum == 0 ? 1 : sum == UINT32_MAX ? UINT32_MAX - 1 : sum;
    return sum == hp_at_u32(base, BASE_CHECKSUM);
}

static uint32_t hash_of(const uint8_t *bytes, size_t size)
{
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 16777619U;
    return hash >> 8;
}

static bool is_container(const uint8_t *bytes)
{
    return memcmp(bytes, "HPLG", 4) == 0;
}

size_t afl_custom_post_process(void *data, uint8_t *bytes, size_t size,
                               uint8_t **out)
{
    struct binding *b = data;

    *out = bytes;
    if (size < BASE_SIZE || has_checksum(bytes))
        return size;
    uint32_t hash = hash_of(bytes, BASE_UNUSED);
    if (hash % 100 < (is_container(bytes) ? AS_IT_IS_SHARE : WRONG_SHARE) ||
        !reserve(&b->repaired, size))
        return size;
    memcpy(b->repaired.bytes, bytes, size);
    hp_mutator_repair(b->mutator, b->repaired.bytes, size,
                      hash / 100 % 2 == 0 ? HP_PASS_CHECKSUM
                                          : HP_PASS_CHECKSUM | HP_PASS_BASE);
    *out = b->repaired.bytes;
    return size;
}

/* ---- trimming ------------------------------------------------------------ */

int afl_custom_init_trim(void *data, uint8_t *bytes, size_t size)
{
    struct binding *b = data;

    if (!reserve(&b->best, size) || !reserve(&b->trimmed, size))
        return 0;
    memcpy(b->best.bytes, bytes, size);
    b->best_size = size;
    b->step = b->tries = 0;
    b->steps = hp_mutator_trim_steps(b->mutator, b->best.bytes, size);
    if (b->steps > TRIM_STEPS_MOST)
        b->steps = TRIM_STEPS_MOST;
    return (int)b->steps;
}

/* The next step that does anything; without one the input as it is. */
size_t afl_custom_trim(void *data, uint8_t **out)
{
    struct binding *b = data;

    *out = b->trimmed.bytes;
    for (; b->step < b->steps; b->step++) {
        memcpy(b->trimmed.bytes, b->best.bytes, b->best_size);
        b->trimmed_size = hp_mutator_trim(b->mutator, b->trimmed.bytes,
                                          b->best_size, b->step);
        if (b->trimmed_size > 0)
            return b->trimmed_size;
    }
    memcpy(b->trimmed.bytes, b->best.bytes, b->best_size);
    b->trimmed_size = b->best_size;
    return b->best_size;
}

/* Returns the next step; a good one is tried again, for it may have taken out
 * only one of several things. */
int afl_custom_post_trim(void *data, unsigned char success)
{
    struct binding *b = data;

    if (success && b->step < b->steps) {
        memcpy(b->best.bytes, b->trimmed.bytes, b->trimmed_size);
        b->best_size = b->trimmed_size;
    } else {
        b->step++;
    }
    bool ends = b->step >= b->steps || ++b->tries == TRIM_STEPS_MOST;
    return ends ? TRIM_STEPS_MOST : (int)b->step;
}
