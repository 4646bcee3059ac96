/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof minimize: the smallest hive that a command still finds
 * interesting. */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ask_command.h"
#include "commands.h"
#include "input.h"
#include "minimize.h"
#include "whole_file.h"

/* The minimiser's memory for each byte of the file, rounded up. */
enum { MEMORY_PER_BYTE = 16, PROGRESS_MS = 200 };

struct job {
    const struct hp_options *options;
    struct hp_ask ask;
    struct hp_minimizer *mz;
    uint32_t runs;
    int64_t end;   /* milliseconds */
    int64_t shown; /* when progress was told last */
    bool tells;
    enum hp_answer answer; /* of the run that ended it */
    const char *reason;    /* for which it ended early; NULL: it did not */
};

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- what a person sees -------------------------------------------------- */

static void tell(struct job *job)
{
    int64_t now = now_ms();
    size_t size;

    if (!job->tells || now - job->shown < PROGRESS_MS)
        return;
    job->shown = now;
    (void)hp_minimizer_best(job->mz, &size);
    (void)fprintf(stderr, "\r\033[K%" PRIu32 " runs, %zu bytes, at %s",
                  job->runs, size, hp_minimizer_step(job->mz));
    (void)fflush(stderr);
}

static void tell_no_more(const struct job *job)
{
    if (job->tells)
        (void)fprintf(stderr, "\r\033[K");
}

/* Says what it means that the answer was not yes. */
static void explain(const struct job *job, char *text, size_t room)
{
    int status = job->ask.status;

    switch (job->answer) {
    case HP_ANSWER_LATE:
        (void)snprintf(text, room, "no answer within %" PRIu32 " seconds",
                       job->options->minimize.timeout);
        break;
    case HP_ANSWER_DEAD:
        (void)snprintf(text, room, "neither yes nor no");
        break;
    default:
        if (job->ask.in_session)
            (void)snprintf(text, room, "it says no");
        else if (WIFSIGNALED(status))
            (void)snprintf(text, room, "it ended by signal %d",
                           WTERMSIG(status));
        else
            (void)snprintf(text, room, "its exit code is %d",
                           WEXITSTATUS(status));
    }
}

static enum hp_exit complain_impossible(const struct job *job)
{
    hp_complain(job->options->operands[1], "%s cannot be had: %s",
                job->ask.what, strerror(job->ask.error));
    return HP_EXIT_INPUT;
}

/* ---- asking -------------------------------------------------------------- */

static enum hp_interest end_with(struct job *job, const char *reason)
{
    job->reason = reason;
    return HP_INTEREST_STOP;
}

static enum hp_interest ask(void *self, const uint8_t *bytes, size_t size)
{
    struct job *job = self;

    if (job->runs == job->options->minimize.runs)
        return end_with(job, "--max-runs");
    if (now_ms() >= job->end)
        return end_with(job, "--limit");
    job->runs++;
    job->answer = hp_ask_bytes(&job->ask, bytes, size);
    tell(job);
    switch (job->answer) {
    case HP_ANSWER_YES:
        return HP_INTEREST_YES;
    case HP_ANSWER_IMPOSSIBLE:
        return end_with(job, "an error");
    case HP_ANSWER_INTERRUPTED:
        return end_with(job, "a signal");
    default:
        return HP_INTEREST_NO;
    }
}

/* The command must find the file interesting as it is. */
static enum hp_exit check_first(struct job *job, const struct hp_file *file)
{
    char why[64];
    size_t size;
    const uint8_t *bytes = hp_minimizer_best(job->mz, &size);

    switch (ask(job, bytes, size)) {
    case HP_INTEREST_YES:
        return HP_EXIT_GOOD;
    case HP_INTEREST_STOP:
        if (job->answer == HP_ANSWER_IMPOSSIBLE)
            return complain_impossible(job);
        hp_complain(file->path, "stopped before the first answer");
        return HP_EXIT_INDETERMINATE;
    default:
        if (job->answer == HP_ANSWER_DEAD) {
            hp_complain(job->options->operands[1],
                        "the session does not answer yes or no");
            return HP_EXIT_INPUT;
        }
        explain(job, why, sizeof why);
        hp_complain(file->path, "not interesting to the command as it is: %s",
                    why);
        return HP_EXIT_BAD;
    }
}

/* ---- the result ---------------------------------------------------------- */

/* Why the file cannot be made, or what is there overwritten; 0: it can. */
static int find_hindrance(const char *path, bool force)
{
    char folder[4096];
    struct stat status;
    int size = snprintf(folder, sizeof folder, "%s", path);

    if (size >= (int)sizeof folder)
        return ENAMETOOLONG;
    if (!force && lstat(path, &status) == 0)
        return EEXIST;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return EISDIR;
    if (access(path, W_OK) == 0)
        return 0;
    if (errno == ENOENT && access(dirname(folder), W_OK) == 0)
        return 0;
    return errno;
}

/* What can be known before hours of work. */
static bool check_output(const struct hp_options *options,
                         const struct hp_file *input)
{
    const char *path = options->output_file;
    int error = find_hindrance(path, options->force);
    struct stat status;
    bool is_there = error == 0 && stat(path, &status) == 0;
    const char *why =
        error != 0                               ? strerror(error)
        : is_there && hp_file_is(input, &status) ? "the file is read, not to "
                                                   "be overwritten"
        : is_there && !S_ISREG(status.st_mode)   ? "not a regular file"
                                                 : NULL;

    if (why != NULL)
        hp_complain(path, "%s%s", why,
                    error == EEXIST ? "; --force overwrites it" : "");
    return why == NULL;
}

static enum hp_exit write_result(const struct job *job,
                                 const struct hp_file *input)
{
    size_t size;
    const uint8_t *best = hp_minimizer_best(job->mz, &size);

    return hp_whole_file_write(job->options->output_file, job->options->force,
                               &input, 1, best, size);
}

/* Once more, because a command may not always say the same. */
static enum hp_exit check_last(struct job *job)
{
    char why[64];
    size_t size;
    const uint8_t *best = hp_minimizer_best(job->mz, &size);

    job->answer = hp_ask_bytes(&job->ask, best, size);
    if (job->answer == HP_ANSWER_YES || job->answer == HP_ANSWER_INTERRUPTED)
        return HP_EXIT_GOOD;
    if (job->answer == HP_ANSWER_IMPOSSIBLE)
        return complain_impossible(job);
    explain(job, why, sizeof why);
    hp_complain(job->options->output_file,
                "written, but the command does not always say the same: %s",
                why);
    return HP_EXIT_INDETERMINATE;
}

static enum hp_exit finish(struct job *job, const struct hp_file *file,
                           struct hp_minimize_size before,
                           struct hp_output *output)
{
    struct hp_minimize_size after = hp_minimizer_size(job->mz);
    enum hp_exit exit = write_result(job, file);

    if (exit != HP_EXIT_GOOD)
        return exit;
    hp_output_printf(output,
                     "bytes %zu to %zu, used cells %zu to %zu, runs %" PRIu32,
                     before.bytes, after.bytes, before.used_cells,
                     after.used_cells, job->runs);
    if (job->reason != NULL)
        hp_output_printf(output, ", ended by %s", job->reason);
    hp_output_printf(output, "\n");
    if (job->answer == HP_ANSWER_IMPOSSIBLE && job->reason != NULL)
        return complain_impossible(job);
    return job->answer == HP_ANSWER_INTERRUPTED ? HP_EXIT_GOOD
                                                : check_last(job);
}

static enum hp_exit minimize(struct job *job, const struct hp_file *file,
                             struct hp_output *output)
{
    enum hp_exit exit = check_first(job, file);

    if (exit != HP_EXIT_GOOD)
        return exit;
    struct hp_minimize_size before = hp_minimizer_size(job->mz);
    hp_minimizer_run(job->mz);
    tell_no_more(job);
    return finish(job, file, before, output);
}

/* What the minimiser starts from must be what was first asked about. */
static enum hp_exit with_file(struct job *job, const struct hp_file *file,
                              struct hp_output *output)
{
    const struct hp_minimize_options *how = &job->options->minimize;

    job->mz = hp_minimizer_open(job->options->arena, file->bytes,
                                (size_t)file->size, ask, job);
    if (job->mz == NULL)
        return hp_complain_memory();
    if (hp_file_has_changed(file) || !check_output(job->options, file) ||
        !hp_ask_open(&job->ask, job->options->operands + 1, how->in_session,
                     how->timeout))
        return HP_EXIT_INPUT;
    job->end = now_ms() + (int64_t)how->seconds * 1000;
    job->tells = isatty(STDERR_FILENO) == 1;
    enum hp_exit exit = minimize(job, file, output);
    hp_ask_close(&job->ask);
    return exit;
}

enum hp_exit hp_cmd_minimize(struct hp_options *options,
                             struct hp_output *output)
{
    struct job job = {.options = options};
    struct hp_file file;

    if (!hp_file_open_hive(&file, options->operands[0]))
        return HP_EXIT_INPUT;
    options->arena->limit += MEMORY_PER_BYTE * (size_t)file.size;
    enum hp_exit exit = with_file(&job, &file, output);
    hp_file_close(&file);
    return exit;
}
