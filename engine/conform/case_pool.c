/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* pipe2, prctl */
#include "case_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Work that is on its way for each worker: one is run, one waits. */
enum { AHEAD = 2, MOST_JOBS = 256 };

struct state {
    const struct hp_case_pool *pool;
    struct hp_case_result *results;
    uint32_t *order;    /* positions in `selected` */
    uint32_t *position; /* of each vector in `selected`, by its index */
    size_t sent, done, bad;
    int work, from_workers; /* our ends */
    pid_t workers[MOST_JOBS];
    unsigned worker_count;
};

static volatile sig_atomic_t interrupted;

static void note_signal(int number)
{
    interrupted = number;
}

int hp_case_pool_interrupted(void)
{
    return interrupted;
}

/* ---- in a worker ------------------------------------------------------ */

static bool read_whole(int fd, void *bytes, size_t size)
{
    char *at = bytes;

    while (size > 0) {
        ssize_t got = read(fd, at, size);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0) {
            at += got;
            size -= (size_t)got;
        }
    }
    return true;
}

void hp_case_pool_work(const struct hp_conform_how *how,
                       struct hp_case_pipes pipes)
{
    /* At most PIPE_BUF bytes come and go in one piece. */
    _Static_assert(sizeof(struct hp_case_result) <= 4096,
                   "results of several workers would mix");
    uint32_t index;

    while (read_whole(pipes.work, &index, sizeof index)) {
        struct hp_case_result result;
        if (index >= how->vectors->count)
            return;
        hp_case_run(&result, how, index);
        if (write(pipes.results, &result, sizeof result) !=
            (ssize_t)sizeof result)
            return;
    }
}

static void be_worker(const struct state *s, struct hp_case_pipes pipes)
{
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)close(s->work);
    (void)close(s->from_workers);
    if (s->pool->enter != NULL) {
        s->pool->enter(s->pool->self, pipes);
        _exit(EXIT_FAILURE);
    }
    hp_case_pool_work(s->pool->how, pipes);
    _exit(EXIT_SUCCESS);
}

/* ---- the order --------------------------------------------------------- */

/* splitmix64: the same order for the same seed, everywhere. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void shuffle(uint32_t *order, size_t count, uint64_t seed)
{
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)(next_random(&seed) % i);
        uint32_t kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

/* ---- the workers -------------------------------------------------------- */

static bool start(struct state *s, struct hp_case_pipes pipes)
{
    unsigned jobs = s->pool->jobs < MOST_JOBS ? s->pool->jobs : MOST_JOBS;

    for (unsigned i = 0; i < jobs && i < s->pool->count; i++) {
        pid_t pid = fork();
        if (pid == 0)
            be_worker(s, pipes);
        if (pid > 0)
            s->workers[s->worker_count++] = pid;
    }
    (void)close(pipes.work);
    (void)close(pipes.results);
    return s->worker_count > 0;
}

static void send_work(struct state *s)
{
    size_t most = s->done + (size_t)AHEAD * s->worker_count;

    while (s->work >= 0 && s->sent < s->pool->count && s->sent < most) {
        uint32_t index = s->pool->selected[s->order[s->sent]];
        if (write(s->work, &index, sizeof index) != (ssize_t)sizeof index)
            return;
        s->sent++;
    }
    if (s->sent == s->pool->count && s->work >= 0) {
        (void)close(s->work);
        s->work = -1;
    }
}

static bool take_result(struct state *s)
{
    struct hp_case_result result;

    if (!read_whole(s->from_workers, &result, sizeof result))
        return false;
    if (result.index >= s->pool->how->vectors->count ||
        result.verdict >= HP_CASE_VERDICTS || result.ran != 1)
        return true; /* stays one that has not run */
    s->results[s->position[result.index]] = result;
    s->done++;
    s->bad +=
        result.broken || hp_case_is_bad((enum hp_case_verdict)result.verdict);
    if (s->pool->progress != NULL)
        s->pool->progress(s->pool->self, s->done, s->bad);
    return true;
}

/* Until the last worker has closed its end, or a signal came. */
static void collect(struct state *s)
{
    for (;;) {
        struct pollfd wanted = {s->from_workers, POLLIN, 0};
        send_work(s);
        int ready = poll(&wanted, 1, -1);
        if (interrupted != 0)
            return;
        if (ready > 0 && !take_result(s))
            return;
    }
}

/* Workers that are ended take their readers with them; whatever is left over
 * becomes a child of this process, and "no children" is the proof. */
static void stop(struct state *s)
{
    if (s->work >= 0)
        (void)close(s->work);
    (void)close(s->from_workers);
    for (unsigned i = 0; i < s->worker_count && interrupted != 0; i++)
        (void)kill(s->workers[i], SIGTERM);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
}

static bool run(struct state *s)
{
    const int wanted[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction noting = {.sa_handler = note_signal};
    struct sigaction before[3];
    int work[2], results[2];

    if (pipe2(work, O_CLOEXEC) != 0)
        return false;
    if (pipe2(results, O_CLOEXEC) != 0) {
        (void)close(work[0]);
        (void)close(work[1]);
        return false;
    }
    interrupted = 0;
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    for (size_t i = 0; i < 3; i++)
        (void)sigaction(wanted[i], &noting, &before[i]);
    s->work = work[1];
    s->from_workers = results[0];
    bool started = start(s, (struct hp_case_pipes){work[0], results[1]});
    if (started)
        collect(s);
    stop(s);
    for (size_t i = 0; i < 3; i++)
        (void)sigaction(wanted[i], &before[i], NULL);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
    return started;
}

bool hp_case_pool_run(const struct hp_case_pool *pool,
                      struct hp_case_result *results)
{
    size_t vectors = pool->how->vectors->count;
    struct state s = {.pool = pool, .results = results};
    bool done = false;

    s.order = malloc((pool->count + 1) * sizeof *s.order);
    s.position = malloc((vectors + 1) * sizeof *s.position);
    if (s.order != NULL && s.position != NULL) {
        shuffle(s.order, pool->count, pool->seed);
        for (size_t i = 0; i < pool->count; i++) {
            s.position[pool->selected[i]] = (uint32_t)i;
            results[i] = (struct hp_case_result){.index = pool->selected[i]};
        }
        done = run(&s);
    }
    free(s.order);
    free(s.position);
    return done;
}
