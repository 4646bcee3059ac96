/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memfd_create */
#include "hivex_backend.h"

#include <errno.h>
#include <hivex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hp_limits.h"
#include "status.h"

/* hivex cannot be asked; the build says what it was compiled against. */
#ifndef HP_HIVEX_VERSION
#define HP_HIVEX_VERSION "unknown"
#endif

#define BASE_BLOCK_SIZE 4096

/* The image is copied in pieces of this size; one of zeros becomes a hole. */
#define COPY_SIZE ((size_t)256 << 10)

/* A key on the current path. */
struct level {
    hive_node_h node;
    hive_node_h *children; /* of hivex; 0 ends them */
    size_t next;
};

struct walk {
    hive_h *hive;
    const struct hp_sink *sink;
    bool strict;
    bool ended;      /* by the sink, a refusal, a limit or a failure */
    uint32_t result; /* HP_WALK_, so far */
    uint64_t records_left, data_left;
    size_t depth;
    struct level path[HP_LIMIT_KEY_DEPTH];
};

/* ---- events ---- */

static struct hp_event event_of(uint32_t kind)
{
    return (struct hp_event){.size = sizeof(struct hp_event), .kind = kind};
}

static uint32_t send_event(struct walk *w, const struct hp_event *event)
{
    uint32_t answer = w->sink->event(w->sink->self, event);

    if (answer == HP_STOP) {
        w->ended = true;
        w->result = HP_WALK_STOPPED;
    }
    return answer;
}

static void end_with(struct walk *w, uint32_t result)
{
    if (w->ended)
        return;
    w->ended = true;
    w->result = result;
}

/* Reports damage of the record at `handle` (an offset in the file). In strict
 * mode that is the end. */
static void damage(struct walk *w, enum hp_status status, size_t handle,
                   const char *field, uint64_t found, uint32_t action)
{
    struct hp_event event = event_of(HP_EVENT_DAMAGE);

    event.u.damage = (struct hp_damage_event){status, handle - BASE_BLOCK_SIZE,
                                              found, field, action};
    (void)send_event(w, &event);
    if (hp_status_class(status) == HP_CLASS_SYSTEM)
        end_with(w, HP_WALK_FAILED);
    else if (w->strict)
        end_with(w, HP_WALK_REFUSED);
    else if (!w->ended)
        w->result = HP_WALK_PARTIAL;
}

/* Reports what hivex says (errno) about the record at `handle`. */
static void complaint(struct walk *w, size_t handle, const char *field,
                      uint32_t action)
{
    int number = errno;

    damage(w, number == ENOMEM ? HP_E_NO_MEMORY : HP_E_READER, handle, field,
           (uint64_t)number, action);
}

/* Counts a record. False: the hive has had its share (contracts 2). */
static bool spend_record(struct walk *w, size_t handle, const char *field)
{
    if (w->records_left == 0) {
        damage(w, HP_E_WORK, handle, field, 0, HP_DAMAGE_SKIPPED);
        end_with(w, HP_WALK_PARTIAL);
        return false;
    }
    w->records_left--;
    return true;
}

/* ---- values ---- */

/* hivex's strings may hold NUL: their length is asked for separately, which
 * cannot fail where the string did not, but for memory. */
static bool take_name(struct walk *w, struct hp_string *name, char *bytes,
                      size_t size, size_t handle, const char *field)
{
    if (bytes == NULL || (size == 0 && errno != 0)) {
        complaint(w, handle, field, HP_DAMAGE_DROPPED);
        return false;
    }
    *name = (struct hp_string){bytes, (uint32_t)size, HP_UTF8};
    return true;
}

static void send_data(struct walk *w, hive_value_h value, size_t declared)
{
    struct hp_event event = event_of(HP_EVENT_DATA);
    hive_type type;
    size_t size = 0;
    char *data;

    errno = 0;
    data = hivex_value_value(w->hive, value, &type, &size);
    if (data == NULL) {
        complaint(w, value, "vk.data", HP_DAMAGE_DROPPED);
        return;
    }
    if (size > w->data_left) {
        damage(w, HP_E_DATA_WORK, value, "vk.data", size, HP_DAMAGE_SKIPPED);
        end_with(w, HP_WALK_PARTIAL);
    } else if (size > 0) {
        w->data_left -= size;
        event.u.data = (struct hp_data_event){data, size};
        (void)send_event(w, &event);
    }
    /* hivex reads big data as far as its segments go. */
    if (!w->ended && size < declared)
        damage(w, HP_E_READER, value, "vk.data_size", declared,
               HP_DAMAGE_CLAMPED);
    free(data);
}

static void send_value(struct walk *w, hive_value_h value)
{
    struct hp_event event = event_of(HP_EVENT_VALUE);
    hive_type type;
    size_t declared;
    char *name;

    if (!spend_record(w, value, "vk"))
        return;
    errno = 0;
    name = hivex_value_key(w->hive, value);
    if (!take_name(w, &event.u.value.name, name,
                   name != NULL ? hivex_value_key_len(w->hive, value) : 0,
                   value, "vk.name"))
        goto done;
    if (hivex_value_type(w->hive, value, &type, &declared) != 0) {
        complaint(w, value, "vk.type", HP_DAMAGE_DROPPED);
        goto done;
    }
    event.u.value.type = (uint32_t)type;
    event.u.value.data_size = declared;
    event.u.value.flags = HP_UNKNOWN_U64;
    if (send_event(w, &event) == HP_CONTINUE)
        send_data(w, value, declared);
done:
    free(name);
}

static void send_values(struct walk *w, hive_node_h node)
{
    hive_value_h *values;

    errno = 0;
    values = hivex_node_values(w->hive, node);
    if (values == NULL) {
        complaint(w, node, "nk.values", HP_DAMAGE_SKIPPED);
        return;
    }
    for (size_t i = 0; values[i] != 0 && !w->ended; i++)
        send_value(w, values[i]);
    free(values);
}

/* ---- keys ---- */

/* False: the key must not be entered, which has been reported. */
static bool may_enter(struct walk *w, hive_node_h node)
{
    for (size_t i = 0; i < w->depth; i++) {
        if (w->path[i].node == node) {
            damage(w, HP_E_CYCLE, node, "nk", node - BASE_BLOCK_SIZE,
                   HP_DAMAGE_DROPPED);
            return false;
        }
    }
    if (w->depth == HP_LIMIT_KEY_DEPTH) {
        damage(w, HP_E_DEPTH, node, "nk", w->depth + 1, HP_DAMAGE_DROPPED);
        return false;
    }
    return spend_record(w, node, "nk");
}

/* Sends KEY_ENTER. False: the key has no name. */
static bool send_enter(struct walk *w, hive_node_h node, uint32_t *answer)
{
    struct hp_event event = event_of(HP_EVENT_KEY_ENTER);
    int64_t filetime;
    char *name;
    bool named;

    errno = 0;
    name = hivex_node_name(w->hive, node);
    named = take_name(w, &event.u.key.name, name,
                      name != NULL ? hivex_node_name_len(w->hive, node) : 0,
                      node, "nk.name");
    if (named) {
        /* hivex does not tell a time from 2^63 on. */
        filetime = hivex_node_timestamp(w->hive, node);
        event.u.key.filetime =
            filetime >= 0 ? (uint64_t)filetime : HP_UNKNOWN_U64;
        event.u.key.flags = HP_UNKNOWN_U64;
        event.u.key.class_name =
            (struct hp_string){NULL, HP_UNKNOWN_SIZE, HP_UTF8};
        event.u.key.security_size = HP_UNKNOWN_SIZE;
        *answer = send_event(w, &event);
    }
    free(name);
    return named;
}

/* KEY_LEAVE follows KEY_ENTER also when the walk ends early, but for STOP. */
static void send_leave(struct walk *w)
{
    struct hp_event event = event_of(HP_EVENT_KEY_LEAVE);

    if (w->result != HP_WALK_STOPPED)
        (void)send_event(w, &event);
}

/* Reads the subkeys of the key that was entered; NULL: it has none to be
 * walked. */
static hive_node_h *children_of(struct walk *w, hive_node_h node)
{
    hive_node_h *children;

    errno = 0;
    children = hivex_node_children(w->hive, node);
    if (children == NULL)
        complaint(w, node, "nk.subkeys", HP_DAMAGE_SKIPPED);
    return children;
}

static void visit(struct walk *w, hive_node_h node)
{
    hive_node_h *children = NULL;
    uint32_t answer;

    if (!may_enter(w, node) || !send_enter(w, node, &answer))
        return;
    if (!w->ended && answer != HP_SKIP)
        send_values(w, node);
    if (!w->ended && answer == HP_CONTINUE)
        children = children_of(w, node);
    if (children == NULL) {
        send_leave(w);
        return;
    }
    w->path[w->depth++] = (struct level){node, children, 0};
}

static void walk_from(struct walk *w, hive_node_h root)
{
    visit(w, root);
    while (w->depth > 0) {
        struct level *top = &w->path[w->depth - 1];
        if (!w->ended && top->children[top->next] != 0) {
            visit(w, top->children[top->next++]);
            continue;
        }
        free(top->children);
        w->depth--;
        send_leave(w);
    }
}

/* ---- the hive ---- */

static bool is_zero(const uint8_t *bytes, size_t size)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static bool write_all(int fd, const uint8_t *bytes, size_t size, uint64_t at)
{
    while (size > 0) {
        ssize_t n = pwrite(fd, bytes, size, (off_t)at);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
            at += (uint64_t)n;
        }
    }
    return true;
}

/* Copies the image, as far as a hive can reach, into a file in memory. -1 and
 * errno if that fails. */
static int copy_of(const struct hp_input *input)
{
    const uint8_t *image = input->image;
    uint64_t size = input->image_size < HP_LIMIT_IMAGE_SIZE
                        ? input->image_size
                        : HP_LIMIT_IMAGE_SIZE;
    int fd = memfd_create("hive", MFD_CLOEXEC);
    bool done = fd >= 0 && ftruncate(fd, (off_t)size) == 0;

    for (uint64_t at = 0; done && at < size; at += COPY_SIZE) {
        size_t piece = size - at < COPY_SIZE ? (size_t)(size - at) : COPY_SIZE;
        if (!is_zero(image + at, piece))
            done = write_all(fd, image + at, piece, at);
    }
    if (!done && fd >= 0) {
        int number = errno;
        (void)close(fd);
        errno = number;
        fd = -1;
    }
    return fd;
}

/* Opens the image with hivex. With HIVEX_OPEN_WRITE it keeps a copy on the
 * heap (and writes nothing). NULL and errno if it does not. */
static hive_h *open_copy(const struct hp_input *input)
{
    char path[32];
    hive_h *hive;
    int fd = copy_of(input);
    int number;

    if (fd < 0)
        return NULL;
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    hive = hivex_open(path, HIVEX_OPEN_WRITE);
    number = errno;
    (void)close(fd);
    errno = number;
    return hive;
}

/* What hivex says about hives, not about the system. */
static bool is_about_hives(int number)
{
    return number == EINVAL || number == ENOTSUP || number == HIVEX_NO_KEY;
}

static uint32_t cannot_open(struct walk *w)
{
    int number = errno;
    enum hp_status status = is_about_hives(number) ? HP_E_READER
                            : number == ENOMEM     ? HP_E_NO_MEMORY
                                                   : HP_E_IO;

    damage(w, status, BASE_BLOCK_SIZE, "base_block", (uint64_t)number,
           HP_DAMAGE_SKIPPED);
    end_with(w, HP_WALK_REFUSED);
    /* In forensic mode, too: without a base block there is no hive. */
    return w->result;
}

/* hivex reads a file whole before it looks at its signature. */
static bool has_signature(const struct hp_input *input)
{
    return input->image_size >= BASE_BLOCK_SIZE &&
           memcmp(input->image, "regf", 4) == 0;
}

static uint32_t hivex_walk(const struct hp_input *input,
                           const struct hp_sink *sink)
{
    uint64_t bins = input->image_size > BASE_BLOCK_SIZE
                        ? input->image_size - BASE_BLOCK_SIZE
                        : 0;
    struct walk w = {
        .sink = sink,
        .strict = input->mode == HP_MODE_STRICT,
        .result = HP_WALK_DONE,
        .records_left = bins / HP_LIMIT_RECORD_SIZE * HP_LIMIT_RECORD_FACTOR,
        .data_left =
            input->image_size * HP_LIMIT_DATA_FACTOR + HP_LIMIT_DATA_FLOOR,
    };
    struct hp_event event = event_of(HP_EVENT_HIVE);
    hive_node_h root;

    errno = input->image_size < BASE_BLOCK_SIZE ? EINVAL : ENOTSUP;
    w.hive = has_signature(input) ? open_copy(input) : NULL;
    if (w.hive == NULL)
        return cannot_open(&w);
    event.u.hive = (struct hp_hive_event){HP_UNKNOWN_U64, HP_UNKNOWN_U64,
                                          HP_UNKNOWN_U64, HP_UNKNOWN_U64};
    (void)send_event(&w, &event);
    root = hivex_root(w.hive);
    if (!w.ended && root == 0)
        (void)cannot_open(&w);
    if (!w.ended)
        walk_from(&w, root);
    (void)hivex_close(w.hive);
    return w.result;
}

const struct hp_backend hp_backend_hivex = {
    .size = sizeof(struct hp_backend),
    .name = "hivex",
    .version = HP_HIVEX_VERSION,
    .homepage = "https://libguestfs.org/hivex.3.html",
    .capabilities = HP_CAN_TIMESTAMPS | HP_CAN_STRICT | HP_CAN_FORENSIC,
    .walk = hivex_walk,
};
