/* SPDX-License-Identifier: Apache-2.0 */
#include "isolate.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "child.h"
#include "load.h"
#include "nesting.h"
#include "wire.h"

#define BUFFER_SIZE (HP_WIRE_FRAME_SIZE + (64u << 10))

/* Longest single wait; a longer limit takes several. */
#define POLL_MS 1000000

/* A channel is closed a moment before the process that had it is dead. One that
 * lives longer has closed it itself. */
#define DYING_MS 500

/* The exit code of the program's SIGBUS handler (contracts 2). */
#define EXIT_CHANGED 3

/* Why the program stopped listening. */
enum ending {
    NOT_YET,
    BY_FRAME, /* the END frame came */
    BY_SINK,
    BY_LIMIT,  /* status says which; HP_E_PROTOCOL is one */
    BY_SILENCE /* the channel was closed */
};

struct run {
    const struct hp_child_job *job;
    const struct hp_sink *sink;
    struct hp_source_identity *identity; /* NULL: this is a walk */
    struct hp_child child;
    struct hp_nesting nesting;
    struct hp_pruning pruning;
    uint8_t *buffer;
    size_t used;
    bool preamble; /* has come */
    uint64_t output, waited_ns;
    enum ending ending;
    uint32_t result;
    enum hp_status status;
    char *text;
    size_t text_size;
};

static void end_by_limit(struct run *r, enum hp_status status,
                         const char *detail)
{
    r->ending = BY_LIMIT;
    r->status = status;
    hp_detail_copy(r->text, r->text_size, detail);
}

static void send_answer(struct run *r, uint32_t answer)
{
    uint8_t byte = (uint8_t)answer;

    /* A worker that waits has room for one byte; one that has none does not
     * read its answers. One that is gone is noticed when it is read from. */
    if (send(r->child.channel, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
        (errno == EAGAIN || errno == EWOULDBLOCK))
        end_by_limit(r, HP_E_PROTOCOL, "it does not read the answers");
}

static void take_event(struct run *r, const struct hp_event *event)
{
    uint32_t answer = HP_CONTINUE;

    if (r->identity != NULL || !hp_nesting_take(&r->nesting, event->kind)) {
        end_by_limit(r, HP_E_PROTOCOL, "an event in the wrong place");
        return;
    }
    if (hp_pruning_shows(&r->pruning, &r->nesting, event->kind)) {
        answer = r->sink->event(r->sink->self, event);
        hp_pruning_answer(&r->pruning, &r->nesting, event->kind, answer);
    }
    if (answer == HP_STOP)
        r->ending = BY_SINK;
    else if (r->job->prunes && (event->kind == HP_EVENT_KEY_ENTER ||
                                event->kind == HP_EVENT_VALUE))
        send_answer(r, answer);
}

static void take_identity(struct run *r, const struct hp_wire_identity *from)
{
    if (r->identity == NULL) {
        end_by_limit(r, HP_E_PROTOCOL, "an identity in the wrong place");
        return;
    }
    hp_detail_copy(r->identity->name, sizeof(r->identity->name), from->name);
    hp_detail_copy(r->identity->version, sizeof(r->identity->version),
                   from->version);
    r->identity->capabilities = from->capabilities;
}

/* The statuses a worker may end with. */
static bool is_own_status(uint32_t status)
{
    return status == HP_OK || status == HP_E_MODULE ||
           status == HP_E_PROTOCOL || status == HP_E_OUTPUT;
}

static void take_end(struct run *r, const struct hp_wire_end *end)
{
    if (end->result > HP_WALK_FAILED || !is_own_status(end->status)) {
        end_by_limit(r, HP_E_PROTOCOL, "an unknown result");
        return;
    }
    if (end->status != HP_OK) {
        end_by_limit(r, (enum hp_status)end->status, end->text);
        return;
    }
    /* STOPPED is no result here: the sink did not say so. */
    if (end->result == HP_WALK_STOPPED ||
        (r->identity == NULL &&
         !hp_nesting_may_end(&r->nesting, end->result))) {
        end_by_limit(r, HP_E_PROTOCOL, "the end in the wrong place");
        return;
    }
    r->ending = BY_FRAME;
    r->result = end->result;
}

static void take_frame(struct run *r, const struct hp_wire_frame *frame)
{
    if (frame->kind == HP_WIRE_END)
        take_end(r, &frame->end);
    else if (frame->kind == HP_WIRE_IDENTITY)
        take_identity(r, &frame->identity);
    else
        take_event(r, &frame->event);
}

/* Takes the preamble off the buffer's start. Returns its size, or 0: it has
 * not come or is another's. */
static size_t take_preamble(struct run *r)
{
    if (r->used < HP_WIRE_PREAMBLE_SIZE)
        return 0;
    if (memcmp(r->buffer, HP_WIRE_PREAMBLE, HP_WIRE_PREAMBLE_SIZE) != 0) {
        end_by_limit(r, HP_E_PROTOCOL, "not an event stream");
        return 0;
    }
    r->preamble = true;
    return HP_WIRE_PREAMBLE_SIZE;
}

/* Takes all whole frames out of the buffer. */
static void take_frames(struct run *r)
{
    size_t at = r->preamble ? 0 : take_preamble(r);
    enum hp_wire_found found = HP_WIRE_TAKEN;

    while (r->preamble && r->ending == NOT_YET && found == HP_WIRE_TAKEN) {
        struct hp_wire_frame frame;
        size_t size = 0;
        found = hp_wire_take(&frame, &size,
                             hp_span_of(r->buffer + at, r->used - at));
        if (found == HP_WIRE_TAKEN)
            take_frame(r, &frame);
        else if (found == HP_WIRE_BROKEN)
            end_by_limit(r, HP_E_PROTOCOL, "a broken frame");
        at += size;
    }
    memmove(r->buffer, r->buffer + at, r->used - at);
    r->used -= at;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Waits until the channel can be read. Only waiting counts against the wall
 * limit: the time that the sink takes is not the back end's. */
static void wait_for_bytes(struct run *r)
{
    struct pollfd fd = {r->child.channel, POLLIN, 0};
    uint64_t limit_ns =
        (uint64_t)r->job->source->limits.wall_seconds * 1000000000;
    uint64_t start = now_ns();
    uint64_t left_ms;
    int ready;

    if (r->waited_ns >= limit_ns) {
        end_by_limit(r, HP_E_WALL, "");
        return;
    }
    left_ms = (limit_ns - r->waited_ns) / 1000000 + 1;
    ready = poll(&fd, 1, left_ms < POLL_MS ? (int)left_ms : POLL_MS);
    r->waited_ns += now_ns() - start;
    if (ready < 0 && errno != EINTR)
        end_by_limit(r, HP_E_IO, "poll");
}

static void read_bytes(struct run *r)
{
    ssize_t n = recv(r->child.channel, r->buffer + r->used,
                     BUFFER_SIZE - r->used, MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (n <= 0) {
        /* A worker that dies with answers unread resets the connection. */
        r->ending = BY_SILENCE;
        return;
    }
    r->used += (size_t)n;
    r->output += (uint64_t)n;
    if (r->output > r->job->source->limits.output)
        end_by_limit(r, HP_E_OUTPUT, "");
    else
        take_frames(r);
}

/* Says what a worker died of that did not send its END. */
static void judge(struct run *r, const struct hp_child_report *report)
{
    int status = report->wait_status;
    bool signalled = report->cause >= HP_CHILD_KILLED && WIFSIGNALED(status);
    int number = signalled ? WTERMSIG(status) : WEXITSTATUS(status);
    bool cpu = report->cpu_seconds >= r->job->source->limits.cpu_seconds;
    char detail[32];

    (void)snprintf(detail, sizeof(detail),
                   signalled ? "signal %d" : "exit code %d", number);
    if (report->cause == HP_CHILD_LOST)
        end_by_limit(r, HP_E_CRASH, "its keeper is lost");
    else if (report->cause == HP_CHILD_UNBORN)
        end_by_limit(r, HP_E_SPAWN, "");
    else if (report->cause == HP_CHILD_MEMORY)
        end_by_limit(r, HP_E_MEMORY, "");
    else if (signalled && (number == SIGXCPU || (number == SIGKILL && cpu)))
        end_by_limit(r, HP_E_CPU, "");
    else if (signalled && number == SIGKILL && report->cause == HP_CHILD_KILLED)
        end_by_limit(r, HP_E_PROTOCOL, "it closed its channel");
    else if (!signalled && number == EXIT_CHANGED)
        end_by_limit(r, HP_E_CHANGED, "");
    else
        end_by_limit(r, HP_E_CRASH, detail);
}

/* Runs the job in a child. On return `ending` is BY_FRAME, BY_SINK or
 * BY_LIMIT. */
static void run_job(struct run *r)
{
    struct hp_child_report report;

    hp_detail_copy(r->text, r->text_size, "");
    r->buffer = malloc(BUFFER_SIZE);
    if (r->buffer == NULL) {
        end_by_limit(r, HP_E_NO_MEMORY, "");
        return;
    }
    r->status = hp_child_start(&r->child, r->job);
    if (r->status == HP_OK) {
        while (r->ending == NOT_YET) {
            wait_for_bytes(r);
            if (r->ending == NOT_YET)
                read_bytes(r);
        }
        report =
            hp_child_end(&r->child, r->ending == BY_SILENCE ? DYING_MS : 0);
        if (r->ending == BY_SILENCE)
            judge(r, &report);
    } else {
        end_by_limit(r, r->status, "");
    }
    free(r->buffer);
}

uint32_t hp_isolated_walk(const struct hp_source *source, bool prunes,
                          const struct hp_sink *sink, enum hp_status *status,
                          char *text, size_t text_size)
{
    struct hp_child_job job = {.source = source, .prunes = prunes};
    struct run r = {
        .job = &job, .sink = sink, .text = text, .text_size = text_size};

    run_job(&r);
    *status = r.status;
    if (r.ending == BY_FRAME)
        return r.result;
    return r.ending == BY_SINK ? HP_WALK_STOPPED : HP_WALK_FAILED;
}

enum hp_status hp_isolated_identify(const struct hp_source *source,
                                    struct hp_source_identity *identity,
                                    char *text, size_t text_size)
{
    struct hp_child_job job = {.source = source, .identify = true};
    struct hp_source_identity received = {.name = ""};
    struct run r = {.job = &job,
                    .identity = &received,
                    .text = text,
                    .text_size = text_size};

    run_job(&r);
    if (r.ending != BY_FRAME)
        return r.status;
    if (received.name[0] == '\0') {
        hp_detail_copy(text, text_size, "no identity came");
        return HP_E_PROTOCOL;
    }
    *identity = received;
    return HP_OK;
}
