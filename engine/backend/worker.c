/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_session.h"
#include "load.h"
#include "wire.h"

/* What is gathered before it is sent. */
#define FLUSH_SIZE (64u << 10)

/* A whole frame fits behind what is not flushed yet. */
#define BUFFER_SIZE (FLUSH_SIZE + HP_WIRE_FRAME_SIZE)

struct sender {
    int channel;
    bool asks; /* for an answer to KEY_ENTER and VALUE */
    bool stopped;
    enum hp_status status; /* why nothing more is sent */
    uint8_t *buffer;
    size_t used;
};

/* The parent is gone when it cannot be written to: nothing is left to do. */
static void flush(struct sender *s)
{
    size_t at = 0;

    while (at < s->used) {
        ssize_t n = write(s->channel, s->buffer + at, s->used - at);
        if (n < 0 && errno != EINTR)
            _exit(1);
        at += n > 0 ? (size_t)n : 0;
    }
    s->used = 0;
}

static uint32_t answer_of(struct sender *s)
{
    uint8_t answer;
    ssize_t n;

    flush(s);
    do
        n = read(s->channel, &answer, 1);
    while (n < 0 && errno == EINTR);
    if (n != 1)
        _exit(1);
    return answer;
}

static void put(struct sender *s, const struct hp_event *event)
{
    size_t size = 0;

    if (s->status == HP_OK)
        s->status = hp_wire_put_event(s->buffer + s->used,
                                      BUFFER_SIZE - s->used, &size, event);
    s->used += size;
    if (s->used >= FLUSH_SIZE)
        flush(s);
}

/* DATA goes in pieces that fit a frame. */
static void put_data(struct sender *s, const struct hp_event *event)
{
    struct hp_event piece = *event;
    uint64_t left = event->u.data.size;

    do {
        piece.u.data.size = left < HP_WIRE_DATA_SIZE ? left : HP_WIRE_DATA_SIZE;
        put(s, &piece);
        piece.u.data.bytes =
            (const uint8_t *)piece.u.data.bytes + piece.u.data.size;
        left -= piece.u.data.size;
    } while (left > 0 && s->status == HP_OK);
}

static uint32_t send_event(void *self, const struct hp_event *event)
{
    struct sender *s = self;
    uint32_t answer = HP_CONTINUE;

    if (s->stopped || s->status != HP_OK)
        return HP_STOP;
    if (event->kind == HP_EVENT_DATA)
        put_data(s, event);
    else
        put(s, event);
    if (s->status != HP_OK)
        return HP_STOP;
    if (s->asks &&
        (event->kind == HP_EVENT_KEY_ENTER || event->kind == HP_EVENT_VALUE))
        answer = answer_of(s);
    s->stopped = answer == HP_STOP;
    return answer;
}

static void send_identity(struct sender *s,
                          const struct hp_wire_identity *identity)
{
    size_t size = 0;

    (void)hp_wire_put_identity(s->buffer + s->used, BUFFER_SIZE - s->used,
                               &size, identity);
    s->used += size;
}

/* The stream of one job begins and ends. */
static void begin(struct sender *s)
{
    memcpy(s->buffer, HP_WIRE_PREAMBLE, HP_WIRE_PREAMBLE_SIZE);
    s->used = HP_WIRE_PREAMBLE_SIZE;
    s->status = HP_OK;
}

static void finish(struct sender *s, const struct hp_wire_end *end)
{
    size_t size = 0;

    (void)hp_wire_put_end(s->buffer + s->used, BUFFER_SIZE - s->used, &size,
                          end);
    s->used += size;
    flush(s);
}

/* ---- a back end ---- */

static void use_backend(struct sender *s, const struct hp_child_job *job,
                        const struct hp_backend *backend,
                        struct hp_wire_end *end)
{
    struct hp_sink sink = {sizeof(sink), send_event, s};

    if (job->identify) {
        struct hp_wire_identity identity = {.capabilities =
                                                backend->capabilities};
        hp_detail_copy(identity.name, sizeof(identity.name), backend->name);
        hp_detail_copy(identity.version, sizeof(identity.version),
                       backend->version);
        send_identity(s, &identity);
    } else {
        end->result = backend->walk(&job->source->input, &sink);
    }
    end->status = s->status;
}

static void find_backend(struct sender *s, const struct hp_child_job *job,
                         struct hp_wire_end *end)
{
    const struct hp_backend *backend = job->source->backend;
    struct hp_module module;

    if (backend == NULL) {
        end->status = hp_module_open(&module, job->source->module, NULL,
                                     end->text, sizeof(end->text));
        backend = end->status == HP_OK ? module.backend : NULL;
    }
    if (backend != NULL)
        use_backend(s, job, backend, end);
}

/* ---- a command ---- */

/* What the sender could not send is the program's failure. */
static void judge_sender(const struct sender *s, struct hp_wire_end *end)
{
    if (s->status != HP_OK)
        hp_command_fail(end, s->status, "an event too large to be one");
}

static bool read_order(int channel, struct hp_child_order *order)
{
    uint8_t *bytes = (uint8_t *)order;
    size_t at = 0;

    while (at < sizeof(*order)) {
        ssize_t n = read(channel, bytes + at, sizeof(*order) - at);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        at += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Does what the channel says until it is closed or something fails. */
static bool serve(struct sender *s, const char *command)
{
    struct hp_command_session session = {.program = {.pid = 0}};
    struct hp_sink sink = {sizeof(sink), send_event, s};
    struct hp_wire_end end = {.result = HP_WALK_DONE};
    struct hp_child_order order;

    while (end.status == HP_OK && read_order(s->channel, &order)) {
        size_t size = 0;
        end = (struct hp_wire_end){.result = HP_WALK_DONE};
        begin(s);
        hp_command_serve(&session, command, &order, &sink, &end);
        judge_sender(s, &end);
        if (order.mode == 0)
            send_identity(s, &session.identity);
        if (session.late) {
            (void)hp_wire_put_late(s->buffer + s->used, BUFFER_SIZE - s->used,
                                   &size);
            s->used += size;
            session.late = false;
        }
        finish(s, &end);
    }
    return end.status != HP_OK || hp_command_stop(&session);
}

bool hp_worker_run(const struct hp_child_job *job, int channel)
{
    struct sender s = {.channel = channel, .asks = job->prunes};
    struct hp_wire_end end = {.result = HP_WALK_DONE};
    struct hp_sink sink = {sizeof(sink), send_event, &s};
    bool good = true;

    s.buffer = malloc(BUFFER_SIZE);
    if (s.buffer == NULL)
        return false;
    if (job->source->command != NULL) /* which may not listen */
        (void)signal(SIGPIPE, SIG_IGN);
    if (job->serves) {
        good = serve(&s, job->source->command);
    } else {
        begin(&s);
        if (job->source->command != NULL) {
            hp_command_walk(job, &sink, &end);
            judge_sender(&s, &end);
        } else {
            find_backend(&s, job, &end);
        }
        finish(&s, &end);
    }
    free(s.buffer);
    return good;
}
