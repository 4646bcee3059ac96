/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* pipe2, prctl */
#include "case_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "count.h"
#include "session.h"

/* Work that is on its way for each worker: one is run, one waits. */
enum { AHEAD = 2, MOST_JOBS = 256 };

/* How long workers, and what they left, may take to end by themselves. */
enum { TURN_MS = 5, PATIENT_TURNS = 600 };

struct state {
    const struct hp_case_pool *pool;
    struct hp_case_result *results;
    uint32_t *order;    /* positions in `selected` */
    uint32_t *position; /* of each vector in `selected`, by its index */
    size_t sent, done, bad;
    int work, from_workers; /* our ends */
    pid_t workers[MOST_JOBS];
    unsigned worker_count;
    sigset_t mask; /* of signals, before the run */
};

/* They are blocked but where the run waits, so that none is lost. */
static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};

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

static bool send_result(int fd, const struct hp_case_result *result)
{
    /* At most PIPE_BUF bytes come and go in one piece. */
    _Static_assert(sizeof(struct hp_case_result) <= 4096,
                   "results of several workers would mix");

    return write(fd, result, sizeof *result) == (ssize_t)sizeof *result;
}

/* It answered, and died of what it had read. */
static void blame(struct hp_case_result *result)
{
    if (result->broken || hp_case_is_bad((enum hp_case_verdict)result->verdict))
        return;
    result->verdict = HP_CASE_CRASH;
    (void)snprintf(result->detail, sizeof result->detail,
                   "it ended badly after its answer");
}

/* Runs what comes. A result is held back until it is known that the reader
 * survived its answer. */
static void work_in_session(const struct hp_conform_how *how,
                            struct hp_case_pipes pipes)
{
    struct hp_case_result held, result;
    bool holds = false;
    uint64_t late = 0;
    uint32_t index;

    while (read_whole(pipes.work, &index, sizeof index) &&
           index < how->vectors->count) {
        hp_case_run(&result, how, index);
        uint64_t now_late = hp_session_late(how->session);
        if (holds && now_late > late)
            blame(&held);
        if (holds && !send_result(pipes.results, &held))
            return;
        late = now_late;
        held = result;
        holds = true;
    }
    if (!hp_session_close(how->session) && holds)
        blame(&held);
    if (holds)
        (void)send_result(pipes.results, &held);
}

void hp_case_pool_work(const struct hp_conform_how *how,
                       struct hp_case_pipes pipes)
{
    struct hp_conform_how mine = *how;
    struct hp_case_result result;
    uint32_t index;

    if (how->reader->in_session) {
        mine.session = hp_session_open();
        if (mine.session != NULL)
            work_in_session(&mine, pipes);
        return;
    }
    while (read_whole(pipes.work, &index, sizeof index) &&
           index < how->vectors->count) {
        hp_case_run(&result, how, index);
        if (!send_result(pipes.results, &result))
            return;
    }
}

static void be_worker(const struct state *s, struct hp_case_pipes pipes)
{
    for (size_t i = 0; i < HP_COUNT(ending_signals); i++)
        (void)signal(ending_signals[i], SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, &s->mask, NULL);
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
        int ready = ppoll(&wanted, 1, NULL, &s->mask);
        if (interrupted != 0)
            return;
        if (ready > 0 && !take_result(s))
            return;
    }
}

/* Kills all children, adopted ones included. */
static void kill_children(void)
{
    char path[64];
    int child;

    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children",
                   (int)getpid());
    FILE *children = fopen(path, "re");
    while (children != NULL && fscanf(children, "%d", &child) == 1)
        (void)kill((pid_t)child, SIGKILL);
    if (children != NULL)
        (void)fclose(children);
}

/* Workers that are ended take their readers with them. Whatever is left over
 * becomes a child of this process and is killed when it does not go by itself;
 * "no children" is the proof. */
static void stop(struct state *s)
{
    const struct timespec turn = {0, TURN_MS * 1000000L};
    pid_t ended;

    if (s->work >= 0)
        (void)close(s->work);
    (void)close(s->from_workers);
    for (unsigned i = 0; i < s->worker_count && interrupted != 0; i++)
        (void)kill(s->workers[i], SIGTERM);
    for (unsigned turns = 0;; turns++) {
        do
            ended = waitpid(-1, NULL, WNOHANG);
        while (ended > 0 || (ended < 0 && errno == EINTR));
        if (ended < 0)
            return;
        if (turns > PATIENT_TURNS)
            kill_children();
        (void)nanosleep(&turn, NULL);
    }
}

static bool open_pipes(struct state *s, struct hp_case_pipes *pipes)
{
    int work[2], results[2];

    if (pipe2(work, O_CLOEXEC) != 0)
        return false;
    if (pipe2(results, O_CLOEXEC) != 0) {
        (void)close(work[0]);
        (void)close(work[1]);
        return false;
    }
    s->work = work[1];
    s->from_workers = results[0];
    *pipes = (struct hp_case_pipes){work[0], results[1]};
    return true;
}

static bool run(struct state *s)
{
    const struct sigaction noting = {.sa_handler = note_signal};
    struct sigaction before[HP_COUNT(ending_signals)];
    struct hp_case_pipes pipes;
    sigset_t blocked;

    if (!open_pipes(s, &pipes))
        return false;
    interrupted = 0;
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    (void)sigemptyset(&blocked);
    for (size_t i = 0; i < HP_COUNT(ending_signals); i++) {
        (void)sigaddset(&blocked, ending_signals[i]);
        (void)sigaction(ending_signals[i], &noting, &before[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &blocked, &s->mask);
    bool started = start(s, pipes);
    if (started)
        collect(s);
    stop(s);
    (void)sigprocmask(SIG_SETMASK, &s->mask, NULL);
    for (size_t i = 0; i < HP_COUNT(ending_signals); i++)
        (void)sigaction(ending_signals[i], &before[i], NULL);
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
