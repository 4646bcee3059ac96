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
#include <unistd.h>

#include "child.h"
#include "load.h"
#include "nesting.h"
#include "session.h"
#include "wire.h"

#define BUFFER_SIZE (HP_WIRE_FRAME_SIZE + (64u << 10))

/* Longest single wait; a longer limit takes several. */
#define POLL_MS 1000000

/* A channel is closed a moment before the process that had it is dead. One that
 * lives longer has closed it itself. */
#define DYING_MS 500

/* Longer than the program of a session may take to stop. */
#define STOPPING_MS 4000

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

struct hp_session {
    struct hp_private_copy copy; /* its folder lives as long as the child */
    struct hp_child_job job;
    struct hp_source source; /* of the job: command and limits */
    struct hp_child child;
    bool runs; /* child is one */
    uint64_t late;
};

struct run {
    const struct hp_child_job *job;
    const struct hp_source *source;
    const struct hp_sink *sink;
    struct hp_source_identity *identity; /* NULL: this is a walk */
    struct hp_session *session;          /* NULL: the child is for this run */
    struct hp_isolate_limits limits;
    struct hp_child child;
    struct hp_said said;
    struct hp_nesting nesting;
    struct hp_pruning pruning;
    uint8_t *buffer;
    size_t used;
    bool preamble; /* has come */
    uint64_t output, waited_ns;
    bool said_over; /* nobody writes to its standard error any more */
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
           status == HP_E_PROTOCOL || status == HP_E_OUTPUT ||
           status == HP_E_COMMAND || status == HP_E_CRASH ||
           status == HP_E_NO_MEMORY;
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
    hp_detail_copy(r->text, r->text_size, end->text);
    if (r->job->source->command != NULL && end->result == HP_WALK_FAILED)
        r->status = HP_E_UNSUPPORTED;
}

static void take_frame(struct run *r, const struct hp_wire_frame *frame)
{
    if (frame->kind == HP_WIRE_END)
        take_end(r, &frame->end);
    else if (frame->kind == HP_WIRE_IDENTITY)
        take_identity(r, &frame->identity);
    else if (frame->kind == HP_WIRE_LATE && r->session != NULL)
        r->session->late++;
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

/* Keeps the last of `bytes`. */
static void keep_said(struct hp_said *said, const char *bytes, size_t size)
{
    size_t skipped = size > HP_SAID_ROOM ? size - HP_SAID_ROOM : 0;
    size_t stays = HP_SAID_ROOM - (size - skipped);

    if (stays > said->size)
        stays = said->size;
    memmove(said->text, said->text + said->size - stays, stays);
    memcpy(said->text + stays, bytes + skipped, size - skipped);
    said->size = stays + size - skipped;
}

/* Reads what there is of the child's standard error. */
static void read_said(struct run *r)
{
    char bytes[HP_SAID_ROOM];
    ssize_t n = 1;

    while (n > 0 && r->output <= r->limits.output) {
        n = read(r->child.said, bytes, sizeof(bytes));
        if (n > 0) {
            keep_said(&r->said, bytes, (size_t)n);
            r->output += (uint64_t)n;
        }
    }
    if (n == 0) /* nobody will write to it any more; poll must not tell */
        r->said_over = true;
}

/* Waits until the channel can be read. Only waiting counts against the wall
 * limit: the time that the sink takes is not the back end's. */
static void wait_for_bytes(struct run *r)
{
    struct pollfd fds[] = {{r->child.channel, POLLIN, 0},
                           {r->said_over ? -1 : r->child.said, POLLIN, 0}};
    uint64_t limit_ns = (uint64_t)r->limits.wall_seconds * 1000000000;
    uint64_t start = now_ns();
    uint64_t left_ms;
    int ready;

    if (r->waited_ns >= limit_ns) {
        end_by_limit(r, HP_E_WALL, "");
        return;
    }
    left_ms = (limit_ns - r->waited_ns) / 1000000 + 1;
    ready = poll(fds, 2, left_ms < POLL_MS ? (int)left_ms : POLL_MS);
    r->waited_ns += now_ns() - start;
    if (ready < 0 && errno != EINTR)
        end_by_limit(r, HP_E_IO, "poll");
    if (ready > 0 && fds[1].revents != 0)
        read_said(r);
    if (r->ending == NOT_YET && r->output > r->limits.output)
        end_by_limit(r, HP_E_OUTPUT, "");
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
    if (r->output > r->limits.output)
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
    bool cpu = report->cpu_seconds >= r->limits.cpu_seconds;
    char detail[32];

    (void)snprintf(detail, sizeof(detail),
                   signalled ? "signal %d" : "exit code %d", number);
    if (report->cause == HP_CHILD_LOST)
        end_by_limit(r, HP_E_CRASH, "its keeper is lost");
    else if (report->cause == HP_CHILD_UNBORN)
        end_by_limit(r, HP_E_SPAWN, "");
    else if (report->cause == HP_CHILD_MEMORY)
        end_by_limit(r, HP_E_MEMORY, "");
    else if (report->cause == HP_CHILD_CPU)
        end_by_limit(r, HP_E_CPU, "");
    else if (signalled && (number == SIGXCPU || (number == SIGKILL && cpu)))
        end_by_limit(r, HP_E_CPU, "");
    else if (signalled && number == SIGKILL && report->cause == HP_CHILD_KILLED)
        end_by_limit(r, HP_E_PROTOCOL, "it closed its channel");
    else if (!signalled && number == EXIT_CHANGED)
        end_by_limit(r, HP_E_CHANGED, "");
    else
        end_by_limit(r, HP_E_CRASH, detail);
}

/* Ends the child and, when it closed its channel, says what it died of. */
static void end_child(struct run *r)
{
    struct hp_child_report report =
        hp_child_end(&r->child, r->ending == BY_SILENCE ? DYING_MS : 0);

    read_said(r);
    (void)close(r->child.said);
    if (r->ending == BY_SILENCE)
        judge(r, &report);
}

/* Takes what the child sends, until `ending` says why no more. */
static void listen_to(struct run *r)
{
    r->buffer = malloc(BUFFER_SIZE);
    if (r->buffer == NULL)
        end_by_limit(r, HP_E_NO_MEMORY, "");
    while (r->ending == NOT_YET) {
        wait_for_bytes(r);
        if (r->ending == NOT_YET)
            read_bytes(r);
    }
    free(r->buffer);
    r->buffer = NULL;
}

/* A program that changed its copy has read something else than the hive. */
static void check_copy(struct run *r, const struct hp_private_copy *copy)
{
    if (r->ending == BY_FRAME && copy->file[0] != '\0' &&
        !hp_private_same(copy, r->source))
        end_by_limit(r, HP_E_EDITED, "");
}

/* Makes the copy that a command reads. False: it cannot be made. */
static bool make_copy(struct run *r, struct hp_private_copy *copy)
{
    if ((copy->folder[0] == '\0' && !hp_private_open(copy)) ||
        (r->identity == NULL && !hp_private_put(copy, r->source))) {
        end_by_limit(r, HP_E_COMMAND, "no copy of the hive can be made");
        hp_private_remove(copy->folder);
        copy->folder[0] = '\0';
        return false;
    }
    return true;
}

/* ---- a child for one job ---- */

static void run_once(struct run *r, struct hp_child_job *job)
{
    struct hp_private_copy copy = {.folder = ""};

    if (r->source->command != NULL) {
        if (!make_copy(r, &copy))
            return;
        job->copy = &copy;
    }
    r->status = hp_child_start(&r->child, job);
    if (r->status != HP_OK) {
        end_by_limit(r, r->status, "");
        hp_private_remove(copy.folder);
        return;
    }
    listen_to(r);
    check_copy(r, &copy);
    end_child(r);
}

/* ---- a child for many ---- */

struct hp_session *hp_session_open(void)
{
    return calloc(1, sizeof(struct hp_session));
}

uint64_t hp_session_late(const struct hp_session *session)
{
    return session->late;
}

bool hp_session_close(struct hp_session *session)
{
    struct hp_child_report report = {.cause = HP_CHILD_ENDED};

    if (session->runs) {
        report = hp_child_end(&session->child, STOPPING_MS);
        (void)close(session->child.said);
    }
    free(session);
    return report.cause == HP_CHILD_ENDED && report.wait_status == 0;
}

/* Starts the session's child, or gives the one that runs its new limits. */
static bool start_session(struct run *r)
{
    struct hp_session *s = r->session;

    if (s->runs) {
        hp_child_limit(&s->child, &r->limits);
        return true;
    }
    s->source =
        (struct hp_source){.command = r->source->command, .limits = r->limits};
    s->job = (struct hp_child_job){
        .source = &s->source, .serves = true, .copy = &s->copy};
    r->status = hp_child_start(&s->child, &s->job);
    if (r->status != HP_OK)
        end_by_limit(r, r->status, "");
    s->runs = r->status == HP_OK;
    return s->runs;
}

static bool send_order(struct run *r)
{
    struct hp_child_order order = {.output = r->limits.output};
    bool walks = r->identity == NULL;

    order.mode = walks ? r->source->input.mode : 0;
    if (walks) {
        memcpy(order.file, r->session->copy.file, sizeof(order.file));
        memcpy(order.log, r->session->copy.log, sizeof(order.log));
    }
    return send(r->child.channel, &order, sizeof(order), MSG_NOSIGNAL) ==
           (ssize_t)sizeof(order);
}

static void run_in_session(struct run *r)
{
    struct hp_session *s = r->session;

    if (!make_copy(r, &s->copy) || !start_session(r)) {
        if (!s->runs)
            hp_private_remove(s->copy.folder);
        s->copy.folder[0] = '\0';
        return;
    }
    r->child = s->child;
    if (!send_order(r))
        r->ending = BY_SILENCE;
    listen_to(r);
    check_copy(r, &s->copy);
    read_said(r);
    hp_private_drop(&s->copy);
    if (r->ending == BY_FRAME)
        return;
    end_child(r);
    s->runs = false;
    s->copy.folder[0] = '\0'; /* the keeper deleted it */
}

/* ---- the two jobs ---- */

/* Adds to what a crash is known of the last line that was said: there stands
 * the exception, the assertion, the sanitizer's summary. */
static void add_said(struct run *r)
{
    const char *said = r->said.text;
    size_t end = r->said.size, start;
    char detail[HP_WIRE_TEXT_SIZE];

    while (end > 0 && (said[end - 1] == '\n' || said[end - 1] == '\r'))
        end--;
    for (start = end; start > 0 && said[start - 1] != '\n';)
        start--;
    if (start == end || r->text == NULL)
        return;
    (void)snprintf(detail, sizeof(detail), "%.60s, it said: %.*s", r->text,
                   end - start < 160 ? (int)(end - start) : 160, said + start);
    hp_detail_copy(r->text, r->text_size, detail);
}

/* Runs the job in a child. On return `ending` is BY_FRAME, BY_SINK or
 * BY_LIMIT. */
static void run_job(struct run *r, struct hp_child_job *job)
{
    struct hp_session *own = NULL;

    hp_detail_copy(r->text, r->text_size, "");
    r->job = job;
    r->source = job->source;
    r->limits = job->source->limits;
    r->session = job->source->session;
    if (!job->source->in_session) {
        run_once(r, job);
    } else {
        if (r->session == NULL)
            own = r->session = hp_session_open();
        if (r->session != NULL)
            run_in_session(r);
        else
            end_by_limit(r, HP_E_NO_MEMORY, "");
    }
    if (own != NULL && !hp_session_close(own) && r->ending == BY_FRAME)
        end_by_limit(r, HP_E_CRASH, "after its answer");
    if (r->status == HP_E_CRASH)
        add_said(r);
    if (job->source->said != NULL)
        *job->source->said = r->said;
}

uint32_t hp_isolated_walk(const struct hp_source *source, bool prunes,
                          const struct hp_sink *sink, enum hp_status *status,
                          char *text, size_t text_size)
{
    /* A command is not asked: it sends all. */
    struct hp_child_job job = {.source = source,
                               .prunes = prunes && source->command == NULL};
    struct run r = {.sink = sink, .text = text, .text_size = text_size};

    run_job(&r, &job);
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
    struct run r = {
        .identity = &received, .text = text, .text_size = text_size};

    run_job(&r, &job);
    if (r.ending != BY_FRAME)
        return r.status;
    if (received.name[0] == '\0') {
        hp_detail_copy(text, text_size, "no identity came");
        return HP_E_PROTOCOL;
    }
    *identity = received;
    return HP_OK;
}
