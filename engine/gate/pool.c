/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS */

#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "evaluate.h"
#include "output.h"
#include "private_copy.h"

enum { JOBS_MOST = 64, POLL_MILLISECONDS = 5, NOTHING = -1 };

/* A worker, in memory that it shares with its parent. */
struct worker {
    atomic_long item;      /* that it runs; NOTHING */
    atomic_ullong started; /* milliseconds */
    pid_t process;         /* 0: none */
    FILE *messages;        /* its standard error */
    bool late;             /* it was killed for that */
};

struct pool {
    const struct hp_cases *cases;
    atomic_size_t next; /* item that nobody has taken */
    struct hp_case_result *results;
    struct worker workers[JOBS_MOST];
};

static uint64_t now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

char *hp_case_say(const struct hp_case *item, size_t *size)
{
    char *text = NULL;
    FILE *memory = open_memstream(&text, size);

    if (memory == NULL)
        return NULL;
    hp_case_evaluate(memory, item);
    if (fclose(memory) == 0)
        return text;
    free(text);
    return NULL;
}

/* ---- in a worker ------------------------------------------------------ */

/* The line of text[0..size) that holds position `at`, cut. */
static int line_at(const char *text, size_t size, size_t at, const char **line)
{
    enum { SHOWN = HP_CASE_MESSAGE / 2 - 50 };
    size_t start = at, end = at;

    while (start > 0 && text[start - 1] != '\n')
        start--;
    while (end < size && text[end] != '\n')
        end++;
    /* Of a long line the part around the difference. */
    if (at - start > SHOWN / 2)
        start = at - SHOWN / 2;
    *line = text + start;
    return (int)(end - start < SHOWN ? end - start : SHOWN);
}

static void compare(struct hp_case_result *result, const struct hp_case *item,
                    const char *text, size_t size)
{
    size_t at = 0,
           least = size < item->expected_size ? size : item->expected_size;
    const char *wanted, *said;

    while (at < least && text[at] == item->expected[at])
        at++;
    if (at == size && at == item->expected_size) {
        result->state = HP_CASE_PASSED;
        return;
    }
    int wanted_size = line_at(item->expected, item->expected_size, at, &wanted);
    int said_size = line_at(text, size, at, &said);
    (void)snprintf(result->message, sizeof result->message,
                   "expected: %.*s\nsaid:     %.*s", wanted_size, wanted,
                   said_size, said);
    result->state = HP_CASE_FAILED;
}

static void run_unit(struct pool *pool, size_t index)
{
    const struct hp_case *item = &pool->cases->cases[index];
    struct hp_case_result *result = &pool->results[index];
    uint64_t start = now();
    size_t size = 0;
    char *text = hp_case_say(item, &size);

    if (text != NULL)
        compare(result, item, text, size);
    else
        (void)strcpy(result->message, "out of memory");
    result->milliseconds = (uint32_t)(now() - start);
    free(text);
    /* The next case's messages start at the start. */
    if (ftruncate(STDERR_FILENO, 0) != 0)
        _exit(EXIT_FAILURE);
    (void)lseek(STDERR_FILENO, 0, SEEK_SET);
}

static void work(struct pool *pool, struct worker *worker)
{
    if (dup2(fileno(worker->messages), STDERR_FILENO) < 0)
        _exit(EXIT_FAILURE);
    for (;;) {
        size_t index = atomic_fetch_add(&pool->next, 1);
        if (index >= pool->cases->count)
            _exit(EXIT_SUCCESS);
        atomic_store(&worker->started, now());
        atomic_store(&worker->item, (long)index);
        run_unit(pool, index);
        atomic_store(&worker->item, NOTHING);
    }
}

/* ---- in the parent ---------------------------------------------------- */

static bool start(struct pool *pool, struct worker *worker)
{
    atomic_store(&worker->item, NOTHING);
    worker->late = false;
    if (worker->messages == NULL)
        worker->messages = tmpfile();
    if (worker->messages == NULL || ftruncate(fileno(worker->messages), 0) != 0)
        return false;
    (void)lseek(fileno(worker->messages), 0, SEEK_SET);
    pid_t process = fork(); /* the child must not write to the parent's note */
    if (process == 0)
        work(pool, worker);
    worker->process = process > 0 ? process : 0;
    return process > 0;
}

/* The end of what it wrote to standard error. */
static void append_messages(struct hp_case_result *result,
                            const struct worker *worker)
{
    size_t used = strlen(result->message);
    size_t room = sizeof result->message - 1 - used;
    off_t size = lseek(fileno(worker->messages), 0, SEEK_END);

    if (size <= 0)
        return;
    ssize_t got =
        pread(fileno(worker->messages), result->message + used, room, 0);
    result->message[used + (size_t)(got > 0 ? got : 0)] = '\0';
}

static void blame(struct pool *pool, const struct worker *worker, int status)
{
    long index = atomic_load(&worker->item);

    if (index == NOTHING)
        return;
    struct hp_case_result *result = &pool->results[index];
    result->milliseconds = (uint32_t)(now() - atomic_load(&worker->started));
    result->state = worker->late ? HP_CASE_LATE : HP_CASE_CRASHED;
    if (worker->late)
        (void)snprintf(result->message, sizeof result->message,
                       "the time limit was reached");
    else if (WIFSIGNALED(status))
        (void)snprintf(result->message, sizeof result->message,
                       "signal %d: ", WTERMSIG(status));
    else
        (void)snprintf(result->message, sizeof result->message,
                       "exit %d: ", WEXITSTATUS(status));
    if (!worker->late)
        append_messages(result, worker);
}

/* Returns whether a worker is left. */
static bool collect(struct pool *pool, unsigned jobs, unsigned seconds)
{
    bool busy = false;
    int status;

    for (unsigned i = 0; i < jobs; i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->process <= 0)
            continue;
        if (waitpid(worker->process, &status, WNOHANG) == worker->process) {
            blame(pool, worker, status);
            worker->process = 0;
            if (atomic_load(&pool->next) < pool->cases->count)
                (void)start(pool, worker);
        } else if (!worker->late && atomic_load(&worker->item) != NOTHING &&
                   now() - atomic_load(&worker->started) >
                       UINT64_C(1000) * seconds) {
            worker->late = true;
            (void)kill(worker->process, SIGKILL);
        }
        busy = busy || worker->process > 0;
    }
    return busy;
}

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

/* Makes a folder in which the workers make theirs: one that is killed leaves
 * it. Without it what needs a folder will say so. */
static void open_scratch(struct hp_private_copy *scratch)
{
    if (hp_private_open(scratch))
        (void)setenv("TMPDIR", scratch->folder, 1);
}

struct hp_case_result *hp_pool_run(const struct hp_cases *cases, unsigned jobs,
                                   unsigned seconds)
{
    const struct timespec pause = {0, POLL_MILLISECONDS * 1000000L};
    struct pool *pool = share(sizeof *pool);
    bool started = false;
    struct hp_private_copy scratch;

    jobs = jobs < JOBS_MOST ? jobs : JOBS_MOST;
    if (pool != NULL)
        pool->results = share((cases->count + 1) * sizeof *pool->results);
    if (pool == NULL || pool->results == NULL) {
        (void)hp_complain_memory();
        return NULL;
    }
    pool->cases = cases;
    open_scratch(&scratch);
    for (unsigned i = 0; i < jobs; i++)
        started = start(pool, &pool->workers[i]) || started;
    if (!started)
        hp_complain(NULL, "no worker can be started: %s", strerror(errno));
    while (started && collect(pool, jobs, seconds))
        (void)nanosleep(&pause, NULL);
    hp_private_remove(scratch.folder);
    return started ? pool->results : NULL;
}
