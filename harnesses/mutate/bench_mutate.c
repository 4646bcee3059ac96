/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_mutate HIVE [SECONDS]: how many mutations of HIVE one core makes in a
 * second, each from a fresh copy and, as engines do, five on top of each other.
 * A measurement, not a test. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mutate_hive.h"

enum { ROOM = 64 << 10, ROUND = 1000 };

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void run(struct hp_mutator *m, const uint8_t *hive, size_t size,
                unsigned depth, double seconds)
{
    static uint8_t image[ROOM];
    double start = now(), spent = 0;
    uint64_t made = 0, bytes = 0;
    size_t length = size;

    while (spent < seconds) {
        for (unsigned i = 0; i < ROUND; i++, made++) {
            if (made % depth == 0) {
                memcpy(image, hive, size);
                length = size;
            }
            length = hp_mutator_run(m, image, length, ROOM, made);
            bytes += length;
        }
        spent = now() - start;
    }
    printf("depth %u: %.0f mutations a second, %.1f KiB each on average\n",
           depth, (double)made / spent, (double)bytes / 1024 / (double)made);
}

int main(int argc, char **argv)
{
    static uint8_t hive[ROOM];
    FILE *file = argc < 2 ? NULL : fopen(argv[1], "rb");
    size_t size = file == NULL ? 0 : fread(hive, 1, sizeof hive, file);
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_mutator *m = hp_mutator_open(&arena);

    if (file != NULL)
        (void)fclose(file);
    if (size == 0 || m == NULL) {
        fprintf(stderr, "usage: bench_mutate HIVE [SECONDS]\n");
        return 2;
    }
    double seconds = argc > 2 ? strtod(argv[2], NULL) : 2;
    run(m, hive, size, 1, seconds);
    run(m, hive, size, 5, seconds);
    hp_arena_close(&arena);
    return 0;
}
