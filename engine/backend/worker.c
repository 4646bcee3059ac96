/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void send_identity(struct sender *s, const struct hp_backend *backend)
{
    struct hp_wire_identity identity = {.capabilities = backend->capabilities};
    size_t size = 0;

    hp_detail_copy(identity.name, sizeof(identity.name), backend->name);
    hp_detail_copy(identity.version, sizeof(identity.version),
                   backend->version);
    (void)hp_wire_put_identity(s->buffer + s->used, BUFFER_SIZE - s->used,
                               &size, &identity);
    s->used += size;
}

static void do_job(struct sender *s, const struct hp_child_job *job,
                   const struct hp_backend *backend, struct hp_wire_end *end)
{
    struct hp_sink sink = {sizeof(sink), send_event, s};

    if (job->identify)
        send_identity(s, backend);
    else
        end->result = backend->walk(&job->source->input, &sink);
    end->status = s->status;
}

void hp_worker_run(const struct hp_child_job *job, int channel)
{
    struct sender s = {.channel = channel, .asks = job->prunes};
    struct hp_wire_end end = {.result = HP_WALK_DONE};
    struct hp_module module;
    const struct hp_backend *backend = job->source->backend;
    size_t size = 0;

    s.buffer = malloc(BUFFER_SIZE);
    if (s.buffer == NULL)
        return;
    memcpy(s.buffer, HP_WIRE_PREAMBLE, HP_WIRE_PREAMBLE_SIZE);
    s.used = HP_WIRE_PREAMBLE_SIZE;
    if (backend == NULL) {
        end.status = hp_module_open(&module, job->source->module, NULL,
                                    end.text, sizeof(end.text));
        backend = end.status == HP_OK ? module.backend : NULL;
    }
    if (backend != NULL)
        do_job(&s, job, backend, &end);

    (void)hp_wire_put_end(s.buffer + s.used, BUFFER_SIZE - s.used, &size, &end);
    s.used += size;
    flush(&s);
    free(s.buffer);
}
