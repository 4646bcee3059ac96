/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_logs speed|memory HIVE LOG1 LOG2 - what recovery from transaction logs
 * costs, against read(2) of the three files into fresh memory, side by side in
 * one process; and the same where the logs are full: as many bytes of valid
 * entries as the files have. In each round every side runs once. */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS */
#include "log.h"
#include "marvin32.h"
#include "timing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS TIMING_MOST
#define MEMORY_MORE ((uint64_t)4 << 20)
#define PAGE ((size_t)4096)

enum { FILES = 3, SECTOR = 512, HEADER = 40, PAGES = 63 };

/* Three files: the hive and its logs. */
struct files {
    int fd[FILES];
    size_t size[FILES];
    uint64_t sum; /* of what was made, so that nothing is left out */
};

static void die(const char *what)
{
    fprintf(stderr, "bench_logs: %s failed\n", what);
    exit(3);
}

static void *fresh(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        die("mmap");
    return memory;
}

static void read_into(void *memory, const struct files *files, int i)
{
    size_t got = 0;

    while (got < files->size[i]) {
        ssize_t count = pread(files->fd[i], (char *)memory + got,
                              files->size[i] - got, (off_t)got);
        if (count <= 0)
            die("read");
        got += (size_t)count;
    }
}

/* ---- the sides --------------------------------------------------------------
 */

static void run_read(struct files *files)
{
    for (int i = 0; i < FILES; i++) {
        void *memory = fresh(files->size[i]);
        read_into(memory, files, i);
        munmap(memory, files->size[i]);
    }
}

static struct hp_log_set set_of(void *const memory[FILES],
                                const struct files *files)
{
    struct hp_log_set set = {.primary = hp_span_of(memory[0], files->size[0])};

    for (int i = 1; i < FILES; i++)
        set.log[i] = hp_span_of(memory[i], files->size[i]);
    return set;
}

static void plan_for(struct hp_recovery *plan, void *const memory[FILES],
                     const struct files *files)
{
    struct hp_log_set set = set_of(memory, files);

    if (hp_recovery_plan(plan, &set) != HP_RECOVERY_DONE)
        die("recovery");
}

/* What a reader does that has all in memory: read, plan, make another image. */
static void run_read_and_apply(struct files *files)
{
    void *memory[FILES];
    struct hp_recovery plan;

    for (int i = 0; i < FILES; i++) {
        memory[i] = fresh(files->size[i]);
        read_into(memory[i], files, i);
    }
    plan_for(&plan, memory, files);
    uint8_t *image = fresh(plan.size);
    hp_recovery_apply(&plan, image);
    files->sum = hp_marvin32(hp_span_of(image, PAGE), 0);
    munmap(image, plan.size);
    for (int i = 0; i < FILES; i++)
        munmap(memory[i], files->size[i]);
}

/* What the program does: map the files, and the hive once more to change it. */
static void run_program(struct files *files)
{
    void *memory[FILES];
    struct hp_recovery plan;

    for (int i = 0; i < FILES; i++) {
        memory[i] =
            mmap(NULL, files->size[i], PROT_READ, MAP_PRIVATE, files->fd[i], 0);
        if (memory[i] == MAP_FAILED)
            die("mmap");
    }
    plan_for(&plan, memory, files);
    uint8_t *image = fresh(plan.size);
    size_t held = files->size[0] < plan.size ? files->size[0] : plan.size;
    if (mmap(image, held, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
             files->fd[0], 0) == MAP_FAILED)
        die("mmap");
    hp_recovery_mend(&plan, image);
    for (size_t at = 0; at < plan.size; at += PAGE) /* all of it is there */
        files->sum += image[at];
    munmap(image, plan.size);
    for (int i = 0; i < FILES; i++)
        munmap(memory[i], files->size[i]);
}

/* ---- full logs
 * --------------------------------------------------------------- */

static void put(uint8_t *bytes, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

/* One entry with PAGES pages of the hive, from page `first` on. */
static size_t put_entry(uint8_t *entry, struct hp_span bins, uint32_t sequence,
                        size_t first)
{
    size_t size = HEADER + PAGES * (8 + PAGE);

    size = (size + SECTOR - 1) / SECTOR * SECTOR;
    memset(entry, 0, size);
    memcpy(entry, "HvLE", 4);
    put(entry + 4, size, 4);
    put(entry + 12, sequence, 4);
    put(entry + 16, bins.len, 4);
    put(entry + 20, PAGES, 4);
    for (size_t i = 0; i < PAGES; i++) {
        size_t at = (first + i) % (bins.len / PAGE) * PAGE;
        put(entry + HEADER + 8 * i, at, 4);
        put(entry + HEADER + 8 * i + 4, PAGE, 4);
        memcpy(entry + HEADER + 8 * PAGES + PAGE * i, bins.ptr + at, PAGE);
    }
    struct hp_span body = hp_span_of(entry + HEADER, size - HEADER);
    put(entry + 24, hp_marvin32(body, HP_MARVIN32_LOG_SEED), 8);
    put(entry + 32, hp_marvin32(hp_span_of(entry, 32), HP_MARVIN32_LOG_SEED),
        8);
    return size;
}

/* Makes of log `i` one of the same size that is full of entries. */
static void fill_log(struct files *full, int i, struct hp_span hive,
                     uint32_t *sequence, size_t *page)
{
    size_t room = HEADER + PAGES * (8 + PAGE) + SECTOR;
    struct hp_span bins =
        hp_span_of(hive.ptr + PAGE, hp_at_u32(hive, 40) / PAGE * PAGE);
    uint8_t *log = fresh(full->size[i] + room);
    FILE *file = tmpfile();
    size_t at = SECTOR;
    uint32_t sum = 0;

    read_into(log, full, i);
    put(log + 4, *sequence, 4);
    put(log + 8, *sequence, 4);
    for (size_t k = 0; k < 508; k += 4)
        sum ^= hp_at_u32(hp_span_of(log, SECTOR), k);
    put(log + 508, sum, 4);
    while (at + room <= full->size[i]) {
        at += put_entry(log + at, bins, (*sequence)++, *page);
        *page += PAGES;
    }
    if (file == NULL || fwrite(log, 1, at, file) != at || fflush(file) != 0)
        die("tmpfile");
    munmap(log, full->size[i] + room);
    full->fd[i] = fileno(file);
    full->size[i] = at;
}

static void fill_logs(struct files *full, const struct files *files)
{
    void *hive = fresh(files->size[0]);
    struct hp_span span = hp_span_of(hive, files->size[0]);
    size_t page = 0;

    read_into(hive, files, 0);
    uint32_t sequence = hp_at_u32(span, 8);
    *full = *files;
    for (int i = 1; i < FILES; i++)
        fill_log(full, i, span, &sequence, &page);
    munmap(hive, files->size[0]);
}

/* ---- the report --------------------------------------------------------- */

static struct side {
    const char *name;
    void (*run)(struct files *files);
    double seconds[ROUNDS];
} sides[] = {{.name = "read(2)", .run = run_read},
             {.name = "read and apply", .run = run_read_and_apply},
             {.name = "as the program", .run = run_program}};
enum { SIDES = sizeof sides / sizeof sides[0] };

static void speed(const char *title, struct files *files)
{
    double ratios[ROUNDS];

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SIDES; i++) {
            double start = timing_now();
            sides[i].run(files);
            sides[i].seconds[round] = timing_now() - start;
        }
    }
    printf("%s: hive %zu, logs %zu bytes; %d rounds\n", title, files->size[0],
           files->size[1] + files->size[2], ROUNDS);
    for (int i = 0; i < SIDES; i++) {
        for (int round = 0; round < ROUNDS; round++)
            ratios[round] = sides[i].seconds[round] / sides[0].seconds[round];
        printf("  %-16s %8.3f ms  x %.3f (%.3f to %.3f, 5 to 95 %%) of "
               "read(2)\n",
               sides[i].name,
               timing_quantile(sides[i].seconds, ROUNDS, 0.5) * 1e3,
               timing_quantile(ratios, ROUNDS, 0.5),
               timing_quantile(ratios, ROUNDS, 0.05),
               timing_quantile(ratios, ROUNDS, 0.95));
    }
}

static uint64_t peak_memory(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

static void memory(struct files *files)
{
    uint64_t most = MEMORY_MORE, before = peak_memory();

    for (int i = 0; i < FILES; i++)
        most += files->size[i];
    run_program(files);
    uint64_t grown = peak_memory() - before;
    printf("peak memory of a recovery, mapped files included: %llu bytes; hive "
           "+ logs + 4 MiB is %llu: %s\n",
           (unsigned long long)grown, (unsigned long long)most,
           grown <= most ? "kept" : "NOT KEPT");
}

int main(int argc, char **argv)
{
    struct files files = {.sum = 0}, full;

    if (argc != 2 + FILES ||
        (strcmp(argv[1], "speed") != 0 && strcmp(argv[1], "memory") != 0)) {
        fprintf(stderr, "usage: bench_logs speed|memory HIVE LOG1 LOG2\n");
        return 2;
    }
    for (int i = 0; i < FILES; i++) {
        struct stat status;
        files.fd[i] = open(argv[2 + i], O_RDONLY);
        if (files.fd[i] < 0 || fstat(files.fd[i], &status) != 0)
            die(argv[2 + i]);
        files.size[i] = (size_t)status.st_size;
    }
    if (strcmp(argv[1], "memory") == 0) {
        memory(&files);
        return 0;
    }
    speed("as it is", &files);
    fill_logs(&full, &files);
    speed("full logs", &full);
    return 0;
}
