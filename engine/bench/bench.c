/* SPDX-License-Identifier: Apache-2.0
 *
 * bench speed|memory HIVE - how fast the engine reads, against Debian's hivex
 * and against a walk without any check, side by side in one process. In each
 * of BLOCKS rounds every side runs REPEATS times in a row, so that each finds
 * the caches as it left them itself and all see the same machine.
 *
 * Each side folds every name unit and every data byte into one sum, which is
 * printed: sides with different sums did not do the same work. The file lies
 * in memory; opening is part of each run. */
#include "bare_chase.h"
#include "timing.h"

#include "native.h"
#include "services.h"

#include <hivex.h>

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCKS 9
#define REPEATS 9
#define RUNS (BLOCKS * REPEATS)
_Static_assert(RUNS <= TIMING_MOST, "median of all");
#define ARENA_MOST ((size_t)64 << 20)
#define MALLOC_KEPT (256 << 20)

struct subject {
    const char *path;
    const uint8_t *image;
    size_t size;
};

struct side {
    const char *name;
    void (*run)(struct hp_fold *fold, const struct subject *subject);
    double seconds[RUNS];
    struct hp_fold fold;
};

static void die(const char *what)
{
    fprintf(stderr, "bench: %s failed\n", what);
    exit(3);
}

static void fold_string(struct hp_fold *fold, const struct hp_string *string)
{
    if (string->encoding == HP_UTF16LE)
        hp_fold_units(fold, string->bytes, string->size);
    else
        hp_fold_bytes(fold, string->bytes, string->size);
}

static uint32_t fold_event(void *self, const struct hp_event *event)
{
    struct hp_fold *fold = self;

    switch (event->kind) {
    case HP_EVENT_KEY_ENTER:
        fold->keys++;
        fold_string(fold, &event->u.key.name);
        break;
    case HP_EVENT_VALUE:
        fold->values++;
        fold_string(fold, &event->u.value.name);
        break;
    case HP_EVENT_DATA:
        fold->data_bytes += event->u.data.size;
        hp_fold_bytes(fold, event->u.data.bytes, event->u.data.size);
        break;
    default:
        break;
    }
    return HP_CONTINUE;
}

static struct hp_input input_of(const struct subject *subject, uint32_t mode)
{
    return (struct hp_input){.size = sizeof(struct hp_input),
                             .mode = mode,
                             .image = subject->image,
                             .image_size = subject->size};
}

static void walk(struct hp_fold *fold, const struct subject *subject,
                 uint32_t mode)
{
    struct hp_input input = input_of(subject, mode);
    struct hp_sink sink = {sizeof sink, fold_event, fold};

    if (hp_backend_native.walk(&input, &sink) != HP_WALK_DONE)
        die("the native walk");
}

static void run_strict(struct hp_fold *fold, const struct subject *subject)
{
    walk(fold, subject, HP_MODE_STRICT);
}

static void run_forensic(struct hp_fold *fold, const struct subject *subject)
{
    walk(fold, subject, HP_MODE_FORENSIC);
}

static void run_bare(struct hp_fold *fold, const struct subject *subject)
{
    hp_bare_chase(fold, subject->image);
}

/* hivex gives names as UTF-8: folds the units they stand for. */
static void fold_utf8(struct hp_fold *fold, const char *text, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;

    for (size_t i = 0; i < size; i++) {
        unsigned unit = at[i];
        if (unit >= 0xe0 && i + 2 < size) {
            unit =
                (unit & 15) << 12 | (at[i + 1] & 63u) << 6 | (at[i + 2] & 63u);
            i += 2;
        } else if (unit >= 0xc0 && i + 1 < size) {
            unit = (unit & 31) << 6 | (at[i + 1] & 63u);
            i += 1;
        }
        fold->sum += unit;
    }
}

static void hivex_values(struct hp_fold *fold, hive_h *hive, hive_node_h node)
{
    hive_value_h *values = hivex_node_values(hive, node);

    if (values == NULL)
        die("hivex_node_values");
    for (size_t i = 0; values[i] != 0; i++) {
        size_t size;
        hive_type type;
        char *key = hivex_value_key(hive, values[i]);
        char *data = hivex_value_value(hive, values[i], &type, &size);
        if (key == NULL || data == NULL)
            die("a value in hivex");
        fold->values++;
        fold_utf8(fold, key, hivex_value_key_len(hive, values[i]));
        fold->data_bytes += size;
        hp_fold_bytes(fold, data, size);
        free(key);
        free(data);
    }
    free(values);
}

static void hivex_key(struct hp_fold *fold, hive_h *hive, hive_node_h node)
{
    char *name = hivex_node_name(hive, node);
    hive_node_h *children = hivex_node_children(hive, node);

    if (name == NULL || children == NULL)
        die("a key in hivex");
    fold->keys++;
    fold_utf8(fold, name, hivex_node_name_len(hive, node));
    hivex_values(fold, hive, node);
    for (size_t i = 0; children[i] != 0; i++)
        hivex_key(fold, hive, children[i]);
    free(children);
    free(name);
}

static void run_hivex(struct hp_fold *fold, const struct subject *subject)
{
    hive_h *hive = hivex_open(subject->path, 0);

    if (hive == NULL)
        die("hivex_open");
    hivex_key(fold, hive, hivex_root(hive));
    hivex_close(hive);
}

/* ---- all services with their ImagePath --------------------------------- */

static void run_services(struct hp_fold *fold, const struct subject *subject)
{
    struct hp_source source = {.input = input_of(subject, HP_MODE_FORENSIC),
                               .backend = &hp_backend_native_pruned};
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, ARENA_MOST);
    struct hp_services services;

    if (hp_services_read(&services, &arena, &source, 1, NULL, NULL, 0) != HP_OK)
        die("hp_services_read");
    for (size_t i = 0; i < services.count; i++) {
        struct hp_span path = services.list[i]->image_path.data;
        fold->keys++;
        fold->values += services.list[i]->image_path.present;
        hp_fold_bytes(fold, path.ptr, path.len);
    }
    hp_arena_close(&arena);
}

static void run_hivex_services(struct hp_fold *fold,
                               const struct subject *subject)
{
    hive_h *hive = hivex_open(subject->path, 0);

    if (hive == NULL)
        die("hivex_open");
    hive_node_h set =
        hivex_node_get_child(hive, hivex_root(hive), "ControlSet001");
    hive_node_h *list =
        hivex_node_children(hive, hivex_node_get_child(hive, set, "Services"));
    for (size_t i = 0; list != NULL && list[i] != 0; i++) {
        hive_value_h value = hivex_node_get_value(hive, list[i], "ImagePath");
        size_t size;
        hive_type type;
        fold->keys++;
        if (value == 0)
            continue;
        char *data = hivex_value_value(hive, value, &type, &size);
        fold->values++;
        hp_fold_bytes(fold, data, size);
        free(data);
    }
    free(list);
    hivex_close(hive);
}

/* ---- the report --------------------------------------------------------- */

static double median(const double *values, size_t count)
{
    return timing_quantile(values, count, 0.5);
}

static void run_block(struct side *sides, size_t count, int block,
                      const struct subject *subject)
{
    for (size_t i = 0; i < count; i++) {
        for (int k = 0; k < REPEATS; k++) {
            double start = timing_now();
            sides[i].fold = (struct hp_fold){0};
            sides[i].run(&sides[i].fold, subject);
            sides[i].seconds[block * REPEATS + k] = timing_now() - start;
        }
    }
}

/* The ratio of two sides, block by block: the median and its range. */
static void print_ratio(const struct side *side, const struct side *reference)
{
    double ratios[BLOCKS];

    for (int i = 0; i < BLOCKS; i++)
        ratios[i] = median(side->seconds + i * REPEATS, REPEATS) /
                    median(reference->seconds + i * REPEATS, REPEATS);
    printf(" x %7.3f (%.3f to %.3f) of %s\n", median(ratios, BLOCKS),
           timing_quantile(ratios, BLOCKS, 0),
           timing_quantile(ratios, BLOCKS, 1), reference->name);
}

/* Prints each side's median and how it stands to each side before it. */
static void report(const char *title, const struct side *sides, size_t count)
{
    printf("%s\n", title);
    for (size_t i = 0; i < count; i++) {
        printf("  %-16s %9.4f ms   keys %llu values %llu data %llu sum %llx\n",
               sides[i].name, median(sides[i].seconds, RUNS) * 1e3,
               (unsigned long long)sides[i].fold.keys,
               (unsigned long long)sides[i].fold.values,
               (unsigned long long)sides[i].fold.data_bytes,
               (unsigned long long)sides[i].fold.sum);
        for (size_t k = 0; k < i; k++) {
            printf("  %-16s", "");
            print_ratio(&sides[i], &sides[k]);
        }
    }
}

static void bench_speed(const struct subject *subject)
{
    static struct side walks[] = {
        {.name = "bare", .run = run_bare},
        {.name = "native-strict", .run = run_strict},
        {.name = "native-forensic", .run = run_forensic},
        {.name = "hivex", .run = run_hivex}};
    static struct side services[] = {
        {.name = "native-services", .run = run_services},
        {.name = "hivex-services", .run = run_hivex_services}};

    for (int block = 0; block < BLOCKS; block++) {
        run_block(walks, 4, block, subject);
        run_block(services, 2, block, subject);
    }
    printf("%d blocks of %d runs; medians, and ratios of the blocks' medians\n",
           BLOCKS, REPEATS);
    report("whole walk, open included", walks, 4);
    report("all services with ImagePath, open included", services, 2);
}

static uint64_t peak_memory(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

/* The walk's own peak: what the process grows by, its mapped file included. */
static void bench_memory(const struct subject *subject)
{
    uint64_t before = peak_memory();
    uint64_t most = subject->size + subject->size / 32 + (1 << 20);
    struct hp_fold fold = {0};

    walk(&fold, subject, HP_MODE_FORENSIC);
    uint64_t grown = peak_memory() - before;
    printf("peak memory of a forensic walk: %llu bytes for a file of %zu; "
           "file + file/32 + 1 MiB is %llu: %s\n",
           (unsigned long long)grown, subject->size, (unsigned long long)most,
           grown <= most ? "kept" : "NOT KEPT");
}

static struct subject map(const char *path)
{
    struct subject subject = {.path = path};
    int fd = open(path, O_RDONLY);
    struct stat status;

    if (fd < 0 || fstat(fd, &status) != 0)
        die(path);
    subject.size = (size_t)status.st_size;
    subject.image = mmap(NULL, subject.size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (subject.image == MAP_FAILED)
        die(path);
    return subject;
}

int main(int argc, char **argv)
{
    if (argc != 3 ||
        (strcmp(argv[1], "speed") != 0 && strcmp(argv[1], "memory") != 0)) {
        fprintf(stderr, "usage: bench speed|memory HIVE\n");
        return 2;
    }
    /* No side pays for memory that malloc would give back between runs. */
    mallopt(M_TRIM_THRESHOLD, MALLOC_KEPT);
    mallopt(M_MMAP_THRESHOLD, MALLOC_KEPT);
    struct subject subject = map(argv[2]);
    if (strcmp(argv[1], "speed") == 0)
        bench_speed(&subject);
    else
        bench_memory(&subject);
    return 0;
}
