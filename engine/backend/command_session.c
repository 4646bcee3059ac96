/* SPDX-License-Identifier: Apache-2.0 */
#include "command_session.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "members.h"

#define START "{\"cmd\":\"start\",\"version\":1}\n"
#define STOP "{\"cmd\":\"stop\"}\n"

/* How long a program may take to stop. */
#define STOP_MS 2000

/* Longest request: each byte of a path as \u00xx. */
#define PATH_ROOM (6 * HP_PRIVATE_ROOM)
#define REQUEST_ROOM ((1 + HP_LIMIT_LOGS) * PATH_ROOM + 256)

/* False: the program does not listen any more. */
static bool say(const struct hp_command_session *s, const char *text)
{
    size_t size = strlen(text);

    return write(s->program.in, text, size) == (ssize_t)size;
}

/* ---- start ---- */

static uint32_t capability_of(const char *text, size_t size)
{
    static const struct {
        const char *word;
        uint32_t bit;
    } words[] = {
        {"class", HP_CAN_CLASS},       {"security", HP_CAN_SECURITY},
        {"flags", HP_CAN_FLAGS},       {"timestamps", HP_CAN_TIMESTAMPS},
        {"logs", HP_CAN_LOGS},         {"strict", HP_CAN_STRICT},
        {"forensic", HP_CAN_FORENSIC},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i].word) == size &&
            memcmp(words[i].word, text, size) == 0)
            return words[i].bit;
    return 0; /* of a later version */
}

static bool read_identity(struct hp_command_session *s,
                          const struct hp_members *members)
{
    const struct hp_member *list = hp_members_find(members, "capabilities");
    const char *text;
    size_t at = 0, size;

    hp_member_print(s->identity.name, HP_WIRE_TEXT_SIZE,
                    hp_members_find(members, "name"));
    hp_member_print(s->identity.version, HP_WIRE_TEXT_SIZE,
                    hp_members_find(members, "version"));
    s->identity.capabilities = 0;
    if (list == NULL || list->kind != HP_MEMBER_LIST)
        return false;
    while (hp_member_next(list, &at, &text, &size))
        s->identity.capabilities |= capability_of(text, size);
    return s->identity.name[0] != '\0' && s->identity.version[0] != '\0';
}

/* Says what a program ended by that did not answer. */
static void fail_ended(struct hp_command_session *s, struct hp_wire_end *end)
{
    if (hp_command_wait(&s->program, end))
        hp_command_fail(end, HP_E_CRASH, "exit code 0, but no answer");
}

static bool start(struct hp_command_session *s, const char *command,
                  struct hp_wire_end *end)
{
    struct hp_members members;
    const char *wrong;
    char *line;
    size_t size;

    if (!hp_command_start(&s->program, command, NULL, end))
        return false;
    s->has_answered = false;
    (void)say(s, START);
    switch (hp_command_line(&s->program, &line, &size, end)) {
    case HP_COMMAND_OVER:
        fail_ended(s, end);
        return false;
    case HP_COMMAND_FULL:
        return false;
    default:
        break;
    }
    wrong = hp_members_read(&members, line, size);
    if (wrong == NULL && !read_identity(s, &members))
        wrong = "name, version and capabilities are needed";
    if (wrong != NULL) {
        char text[HP_WIRE_TEXT_SIZE];
        (void)snprintf(text, sizeof text, "the answer to start: %.200s", wrong);
        hp_command_fail(end, HP_E_PROTOCOL, text);
    }
    return wrong == NULL;
}

/* ---- run ---- */

/* A path as a string of JSON. */
static const char *quote(char quoted[PATH_ROOM + 3], const char *path)
{
    size_t used = 0;

    quoted[used++] = '"';
    for (const char *c = path; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\' || (*c & 0xE0) == 0)
            used += (size_t)snprintf(quoted + used, sizeof "\\u0000", "\\u%04x",
                                     (unsigned)*c);
        else
            quoted[used++] = *c;
    }
    quoted[used++] = '"';
    quoted[used] = '\0';
    return quoted;
}

static void write_request(char request[REQUEST_ROOM], uint64_t seq,
                          const struct hp_child_order *order)
{
    char path[PATH_ROOM + 3];
    const char *before = ",\"logs\":[";
    size_t used;

    used = (size_t)snprintf(
        request, REQUEST_ROOM,
        "{\"cmd\":\"run\",\"seq\":%" PRIu64 ",\"path\":%s,\"mode\":\"%s\"", seq,
        quote(path, order->file),
        order->mode == HP_MODE_STRICT ? "strict" : "forensic");
    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++) {
        if (order->log[i][0] == '\0')
            continue;
        used += (size_t)snprintf(request + used, REQUEST_ROOM - used, "%s%s",
                                 before, quote(path, order->log[i]));
        before = ",";
    }
    (void)snprintf(request + used, REQUEST_ROOM - used, "%s}\n",
                   before[1] == '\0' ? "]" : "");
}

/* True if the program has ended. */
static bool has_ended(const struct hp_command_session *s)
{
    struct pollfd fd = {s->program.ends, POLLIN, 0};

    return poll(&fd, 1, 0) > 0;
}

/* One try. True: it answered, or failed while it did, as *end says. */
static bool run_once(struct hp_command_session *s,
                     const struct hp_child_order *order,
                     const struct hp_sink *sink, struct hp_wire_end *end)
{
    char request[REQUEST_ROOM];

    s->program.lines = 0;
    s->program.left = order->output;
    write_request(request, ++s->seq, order);
    if (!has_ended(s) && say(s, request) &&
        hp_command_events(&s->program, s->seq, sink, end)) {
        s->has_answered = true;
        return true;
    }
    if (end->status == HP_OK) /* or the sink has stopped it */
        hp_command_fail(end, HP_E_CRASH, "");
    if (end->status != HP_E_CRASH)
        return true;
    bool between = s->has_answered && s->program.lines == 0;
    fail_ended(s, end);
    return !between;
}

void hp_command_serve(struct hp_command_session *session, const char *command,
                      const struct hp_child_order *order,
                      const struct hp_sink *sink, struct hp_wire_end *end)
{
    session->program.left = order->output;
    if (session->program.pid == 0 && !start(session, command, end))
        return;
    if (order->mode == 0 || run_once(session, order, sink, end))
        return;
    /* It is the last hive that it died of, or of its many, or this one at once:
     * a new one shows. */
    session->late = true;
    *end = (struct hp_wire_end){.result = HP_WALK_DONE};
    if (start(session, command, end)) {
        (void)run_once(session, order, sink, end);
        session->late = end->status != HP_E_CRASH || session->program.lines > 0;
    }
}

bool hp_command_stop(struct hp_command_session *session)
{
    struct hp_wire_end end;
    struct pollfd fd = {session->program.ends, POLLIN, 0};

    if (session->program.pid == 0)
        return true;
    (void)say(session, STOP);
    (void)close(session->program.in);
    session->program.in = -1;
    if (poll(&fd, 1, STOP_MS) <= 0)
        return false;
    return hp_command_wait(&session->program, &end);
}
