/* SPDX-License-Identifier: Apache-2.0
 *
 * count_reads HIVE... - what a whole walk costs, counted by the reader itself
 * and so the same on every machine. For each hive and mode one line:
 *
 *     strict|forensic whole|stopped SIZE READS RECORDS DATA EVENTS
 *
 * in bytes but for reads (engine/base/span.h), cells opened and events. A walk
 * is stopped at READS_A_BYTE, far above every limit of the reader: one that
 * comes there would not end, and what it counts is no cost of a whole walk. */
#include "walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#define READS_A_BYTE 64

static int fail(const char *path)
{
    fprintf(stderr, "count_reads: ");
    perror(path);
    return 3;
}

static void print_costs(const struct hp_walk *walk, bool whole, uint64_t events)
{
    const struct hp_hive *hive = &walk->hive;

    printf("%s %s %zu %llu %llu %llu %llu\n",
           hive->forensic ? "forensic" : "strict", whole ? "whole" : "stopped",
           hive->image.len, (unsigned long long)hive->reads,
           (unsigned long long)hive->records, (unsigned long long)hive->data,
           (unsigned long long)events);
}

/* `walk` is the caller's because it is large. False: out of memory. */
static bool count_walk(struct hp_walk *walk, struct hp_span image,
                       bool forensic)
{
    uint8_t *starts = calloc(1, hp_starts_size(image.len));
    enum hp_walk_kind kind;
    uint64_t events = 0;
    bool more;

    if (starts == NULL)
        return false;
    hp_walk_open(walk, image, forensic, starts);
    while ((more = hp_walk_next(walk, &kind)) &&
           walk->hive.reads / READS_A_BYTE < image.len)
        events++;
    print_costs(walk, !more, events);
    free(starts);
    return true;
}

static int count_hive(struct hp_walk *walk, const char *path)
{
    int fd = open(path, O_RDONLY);
    struct stat status;
    void *image = MAP_FAILED;

    if (fd >= 0 && fstat(fd, &status) == 0)
        image =
            mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (image == MAP_FAILED)
        return fail(path);
    close(fd);
    struct hp_span span = hp_span_of(image, (size_t)status.st_size);
    bool done = count_walk(walk, span, false) && count_walk(walk, span, true);
    munmap(image, span.len);
    return done ? 0 : fail(path);
}

int main(int argc, char **argv)
{
    struct hp_walk *walk = malloc(sizeof *walk);
    int exit_code = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: count_reads HIVE...\n");
        free(walk);
        return 2;
    }
    if (walk == NULL)
        return fail(argv[1]);
    for (int i = 1; i < argc && exit_code == 0; i++)
        exit_code = count_hive(walk, argv[i]);
    free(walk);
    return exit_code;
}
