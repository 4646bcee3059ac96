/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof conform: a parser judged by the vectors. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "case_pool.h"
#include "commands.h"
#include "conform_files.h"
#include "conform_sandbox.h"
#include "conform_services.h"
#include "conform_vectors.h"
#include "native.h"
#include "summary.h"

/* How often a terminal's progress is written, in results. */
enum { PROGRESS_STEP = 16, DETAIL_ROOM = 256 };

static uint64_t milliseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- what is run ------------------------------------------------------ */

/* The vectors that were asked for. */
struct selection {
    uint32_t *indexes; /* of those that the reader can be run on */
    size_t count;
    size_t without; /* further ones, which need what it has not */
};

/* A reader without support for logs is not run on a hive that has some. Of
 * these results[0..without) are set. */
static bool select_vectors(struct selection *selection,
                           const struct hp_options *options,
                           struct hp_conform_run *run)
{
    const struct hp_vectors *vectors = run->vectors;
    bool has_logs = (run->reader.capabilities & HP_CAN_LOGS) != 0;

    *selection = (struct selection){
        .indexes = hp_arena_array(options->arena, vectors->count,
                                  sizeof *selection->indexes)};
    run->results =
        hp_arena_array(options->arena, vectors->count, sizeof *run->results);
    if (selection->indexes == NULL || run->results == NULL)
        return false;
    for (size_t i = 0; i < vectors->count; i++) {
        if (!hp_conform_wants(&options->conform, &vectors->items[i]))
            continue;
        if (has_logs || !hp_vector_has_logs(&vectors->items[i]))
            selection->indexes[selection->count++] = (uint32_t)i;
        else
            hp_case_without_logs(&run->results[selection->without++],
                                 (uint32_t)i);
    }
    run->count = selection->count + selection->without;
    return true;
}

static int compare_indexes(const void *a, const void *b)
{
    const struct hp_case_result *x = a, *y = b;

    return (x->index > y->index) - (x->index < y->index);
}

static struct hp_source source_of(const struct hp_options *options)
{
    const struct hp_reader *reader = &options->reader[0];

    return (struct hp_source){.backend = reader->backend,
                              .module = reader->module,
                              .command = reader->command,
                              .in_session = reader->in_session,
                              .isolated = true,
                              .limits = hp_isolate_limits_of(0)};
}

static struct hp_conform_how how_of(const struct hp_options *options,
                                    const struct hp_vectors *vectors,
                                    const struct hp_source *source)
{
    const struct hp_conform_options *conform = &options->conform;

    return (struct hp_conform_how){
        .vectors = vectors,
        .reader = source,
        .profile = (enum hp_reader_profile)conform->profile,
        .end_to_end = hp_conform_services,
        .seconds = conform->seconds,
        .memory = (uint64_t)conform->megabytes << 20};
}

/* ---- running ---------------------------------------------------------- */

struct progress {
    size_t total;
    const struct hp_options *options;
};

static void show_progress(void *self, size_t done, size_t bad)
{
    const struct progress *progress = self;

    if (done % PROGRESS_STEP == 0 || done == progress->total)
        (void)fprintf(stderr, "\r%zu of %zu cases, %zu failed", done,
                      progress->total, bad);
    if (done == progress->total)
        (void)fprintf(stderr, "\r\033[K");
}

static void enter(void *self, struct hp_case_pipes pipes)
{
    const struct progress *progress = self;

    /* Its arguments are only read. */
    hp_sandbox_enter((void *)(uintptr_t)progress->options, pipes);
}

/* Which sandbox there will be; NULL, with a message: not the one asked for. */
static const char *choose_sandbox(const struct hp_options *options)
{
    enum hp_sandbox wanted = (enum hp_sandbox)options->conform.sandbox;

    if (wanted == HP_SANDBOX_NONE)
        return "none";
    bool works = hp_sandbox_works(options);
    if (wanted == HP_SANDBOX_AUTO)
        (void)fprintf(stderr, "hiveproof: sandbox %s\n",
                      works ? "bwrap"
                            : "none: bwrap is missing or cannot start");
    if (works)
        return "bwrap";
    if (wanted == HP_SANDBOX_AUTO)
        return "none";
    hp_complain("bwrap", "it is missing or cannot start");
    return NULL;
}

static uint32_t seed_of(const struct hp_options *options)
{
    struct timespec now;

    if (options->conform.seeded)
        return options->seed;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint32_t)now.tv_sec ^ (uint32_t)now.tv_nsec ^
           (uint32_t)getpid() << 16;
}

static unsigned jobs_of(const struct hp_options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (options->conform.jobs > 0)
        return options->conform.jobs;
    return processors > 0 ? (unsigned)processors : 1;
}

static enum hp_exit run_cases(struct hp_conform_run *run,
                              const struct hp_options *options,
                              const struct hp_conform_how *how,
                              const struct selection *selection)
{
    struct progress progress = {selection->count, options};
    struct hp_case_pool pool = {.how = how,
                                .selected = selection->indexes,
                                .count = selection->count,
                                .seed = run->seed,
                                .jobs = run->jobs,
                                .self = &progress};
    uint64_t start = milliseconds();

    if (strcmp(run->sandbox, "bwrap") == 0)
        pool.enter = enter;
    if (isatty(STDERR_FILENO))
        pool.progress = show_progress;
    run->started = (int64_t)time(NULL);
    if (selection->count > 0 &&
        !hp_case_pool_run(&pool, run->results + selection->without)) {
        hp_complain(NULL, "no worker could be started");
        return HP_EXIT_INPUT;
    }
    run->milliseconds = milliseconds() - start;
    qsort(run->results, run->count, sizeof *run->results, compare_indexes);
    int number = hp_case_pool_interrupted();
    if (number == 0)
        return HP_EXIT_GOOD;
    hp_complain(NULL, "stopped by signal %d", number);
    return HP_EXIT_INPUT;
}

static enum hp_exit identify(struct hp_conform_run *run,
                             const struct hp_options *options,
                             const struct hp_source *source)
{
    struct hp_error err = {HP_OK, 0, NULL, 0};
    char detail[DETAIL_ROOM] = "";

    run->way = source->module != NULL    ? "module"
               : source->in_session      ? "session"
               : source->command != NULL ? "command"
                                         : "backend";
    run->discreet =
        source->backend != NULL && source->backend != &hp_backend_native;
    if (hp_source_identify(source, &run->reader, &err, detail, sizeof detail))
        return HP_EXIT_GOOD;
    return hp_complain_refused(options->reader[0].name, &err, detail);
}

static enum hp_exit conform(struct hp_options *options,
                            const struct hp_vectors *vectors,
                            struct hp_output *output)
{
    struct hp_source source = source_of(options);
    struct hp_conform_how how = how_of(options, vectors, &source);
    struct hp_conform_run run = {.vectors = vectors,
                                 .profile = how.profile,
                                 .seed = seed_of(options),
                                 .jobs = jobs_of(options)};
    struct hp_conform_files files;
    struct hp_known known;
    struct selection selection;

    enum hp_exit exit = hp_conform_read_known(&run, &known, options);
    if (exit == HP_EXIT_GOOD)
        exit = identify(&run, options, &source);
    if (exit != HP_EXIT_GOOD)
        return exit;
    if (!select_vectors(&selection, options, &run))
        return hp_complain_memory();
    run.sandbox = choose_sandbox(options);
    if (run.sandbox == NULL)
        return HP_EXIT_INPUT;
    exit = hp_conform_files_open(&files, options, run.discreet);
    if (exit != HP_EXIT_GOOD)
        return exit;
    exit = run_cases(&run, options, &how, &selection);
    if (exit != HP_EXIT_GOOD) {
        hp_conform_files_discard(&files);
        return exit;
    }
    for (size_t i = 0; i < run.count; i++) {
        if (!run.results[i].ran) {
            hp_complain(NULL, "a case got no result: a bug of hiveproof");
            exit = HP_EXIT_INTERNAL;
            break;
        }
    }
    enum hp_exit verdict = hp_conform_finish(&files, &run, output);
    return exit == HP_EXIT_GOOD ? verdict : exit;
}

/* A worker in a sandbox. */
static enum hp_exit work(const struct hp_options *options,
                         const struct hp_vectors *vectors,
                         struct hp_case_pipes pipes)
{
    struct hp_source source = source_of(options);
    struct hp_conform_how how = how_of(options, vectors, &source);

    hp_case_pool_work(&how, pipes);
    return HP_EXIT_GOOD;
}

static enum hp_exit run(struct hp_options *options,
                        const struct hp_vectors *vectors,
                        struct hp_output *output)
{
    struct hp_case_pipes pipes;

    if (hp_sandbox_is_inside(&pipes))
        return work(options, vectors, pipes);
    return conform(options, vectors, output);
}

enum hp_exit hp_cmd_conform(struct hp_options *options,
                            struct hp_output *output)
{
    return hp_conform_with_vectors(options, output, run);
}
