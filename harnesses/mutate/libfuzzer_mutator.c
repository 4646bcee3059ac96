/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer's two hooks over the mutator. One mutator for the process, which
 * is how libFuzzer calls them: from one thread. Other engines link them too,
 * and may not have libFuzzer's own mutation. */
#include <stdlib.h>
#include <string.h>

#include "mutate_hive.h"

#define MIXING 2654435761U /* Knuth's, for hashing */
#define BIN 4096           /* bytes, at least */

__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size,
                                              size_t max);
/* A harness defines both or neither. */
extern const size_t hp_mutator_small __attribute__((weak));
extern const unsigned hp_mutator_grows __attribute__((weak));
extern bool hp_mutator_ran;
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1,
                                 const uint8_t *data2, size_t size2,
                                 uint8_t *out, size_t max, unsigned seed);

/* For known_edges.c: the input that comes next is made here. */
bool hp_mutator_ran;

static size_t engine(void *self, uint8_t *bytes, size_t size, size_t room)
{
    (void)self;
    return LLVMFuzzerMutate(bytes, size, room);
}

static struct hp_mutator *the_mutator(void)
{
    static struct hp_arena arena;
    static struct hp_mutator *mutator;

    if (mutator == NULL) {
        arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
        mutator = hp_mutator_open(&arena);
        if (mutator == NULL)
            abort();
        if (LLVMFuzzerMutate != NULL)
            hp_mutator_set_raw(mutator, engine, NULL);
    }
    return mutator;
}

/* HP_MUTATOR in the environment: how much of this mutator is used, so that one
 * binary can be measured with and without it. "bytes": nothing of it, "sum":
 * only that the base block's checksum is right. */
static bool only(const char *what)
{
    const char *wanted = getenv("HP_MUTATOR");

    return wanted != NULL && strcmp(wanted, what) == 0 &&
           LLVMFuzzerMutate != NULL;
}

/* How large a result may become. Engines leave lengths to mutators of one's
 * own; beyond what the harness calls small an input grows by a bin 1 time in
 * 32, and by any length hp_mutator_grows times in 1024. */
static size_t room(size_t size, size_t max, unsigned seed)
{
    uint32_t luck = seed * MIXING >> 22;

    if (&hp_mutator_small == NULL || luck < hp_mutator_grows)
        return max;
    size_t most = size > hp_mutator_small ? size : hp_mutator_small;
    if (luck < 32)
        most += BIN;
    return most < max ? most : max;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned seed)
{
    hp_mutator_ran = true;
    if (only("bytes"))
        return LLVMFuzzerMutate(data, size, max);
    if (only("sum")) {
        size = LLVMFuzzerMutate(data, size, max);
        hp_mutator_repair(the_mutator(), data, size, HP_PASS_CHECKSUM);
        return size;
    }
    return hp_mutator_run(the_mutator(), data, size, room(size, max, seed),
                          seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1,
                                 const uint8_t *data2, size_t size2,
                                 uint8_t *out, size_t max, unsigned seed)
{
    size_t size = size1 < max ? size1 : max;

    hp_mutator_ran = true;
    max = room(size, max, seed);
    if (only("bytes") || only("sum"))
        return 0; /* the engine has one of its own */
    memcpy(out, data1, size);
    return hp_mutator_cross(the_mutator(), out, size, max, data2, size2, seed);
}
