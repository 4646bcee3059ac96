/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof conform judge: results that were measured on another machine. */
#include <time.h>

#include "commands.h"
#include "conform_files.h"
#include "conform_services.h"
#include "conform_vectors.h"
#include "recorded.h"

/* Moves the results of the vectors that were asked for to the front; one that
 * is not in the file has no result. */
static void select_results(struct hp_conform_run *run,
                           const struct hp_conform_options *conform)
{
    const struct hp_vectors *vectors = run->vectors;

    for (size_t i = 0; i < vectors->count; i++) {
        if (!hp_conform_wants(conform, &vectors->items[i]))
            continue;
        run->results[run->count] = run->results[i];
        run->results[run->count++].index = (uint32_t)i;
    }
}

static enum hp_exit judge(struct hp_options *options,
                          const struct hp_vectors *vectors,
                          struct hp_output *output)
{
    const struct hp_conform_how how = {
        .vectors = vectors,
        .profile = (enum hp_reader_profile)options->conform.profile,
        .end_to_end = hp_conform_services};
    struct hp_conform_run run = {.vectors = vectors,
                                 .profile = how.profile,
                                 .way = "results",
                                 .sandbox = "elsewhere",
                                 .started = (int64_t)time(NULL)};
    struct hp_conform_files files;
    struct hp_conform_error err;
    struct hp_known known;

    run.results =
        hp_arena_array(options->arena, vectors->count, sizeof *run.results);
    if (run.results == NULL)
        return hp_complain_memory();
    enum hp_exit exit = hp_conform_read_known(&run, &known, options);
    if (exit == HP_EXIT_GOOD)
        exit = hp_conform_files_open(&files, options, false);
    if (exit != HP_EXIT_GOOD)
        return exit;
    if (!hp_recorded_judge(run.results, &run.reader, &how, options->operands[0],
                           &err)) {
        hp_conform_files_discard(&files);
        return hp_conform_complain(&err);
    }
    select_results(&run, &options->conform);
    return hp_conform_finish(&files, &run, output);
}

enum hp_exit hp_cmd_conform_judge(struct hp_options *options,
                                  struct hp_output *output)
{
    return hp_conform_with_vectors(options, output, judge);
}
