/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* pipe2, pidfd_open, prctl */
#include "command_run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command_event.h"
#include "command_words.h"
#include "load.h"

void hp_command_fail(struct hp_wire_end *end, enum hp_status status,
                     const char *text)
{
    end->result = HP_WALK_FAILED;
    end->status = status;
    hp_detail_copy(end->text, sizeof end->text, text);
}

/* ---- the start ---- */

/* The pipes of a program that is about to start: those of input, output and
 * the reason why it could not, which closes itself when it could. */
struct pipes {
    int in[2], out[2], why[2];
};

static void close_pipes(const struct pipes *p)
{
    const int fds[] = {p->in[0],  p->in[1],  p->out[0],
                       p->out[1], p->why[0], p->why[1]};

    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
}

static bool open_pipes(struct pipes *p, const char *input)
{
    *p = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}};
    if (input == NULL && pipe2(p->in, O_CLOEXEC) != 0)
        return false;
    if (input != NULL &&
        (p->in[0] = open(input, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0)
        return false;
    return pipe2(p->out, O_CLOEXEC) == 0 && pipe2(p->why, O_CLOEXEC) == 0;
}

/* Becomes the program. Its standard error is the worker's. */
static void execute(char *const *words, const struct pipes *p, pid_t parent)
{
    int why;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    (void)signal(SIGPIPE, SIG_DFL);
    if (dup2(p->in[0], STDIN_FILENO) >= 0 &&
        dup2(p->out[1], STDOUT_FILENO) >= 0)
        (void)execvp(words[0], words);
    why = errno;
    (void)!write(p->why[1], &why, sizeof why);
    _exit(127);
}

/* Waits until the program is executed. Returns 0, or an errno. */
static int executed(const struct pipes *p)
{
    int why = 0;
    ssize_t n;

    do
        n = read(p->why[0], &why, sizeof why);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof why ? why : 0;
}

static bool fail_start(struct hp_wire_end *end, const char *word, int why)
{
    char text[HP_WIRE_TEXT_SIZE];

    (void)snprintf(text, sizeof text, "%.128s: %s", word, strerror(why));
    hp_command_fail(end, HP_E_COMMAND, text);
    return false;
}

static const char *split(struct hp_command_words *words, const char *command,
                         const struct hp_private_copy *copy)
{
    const char *logs[HP_LIMIT_LOGS];

    if (copy == NULL)
        return hp_command_split(words, command, "{}", NULL);
    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++)
        logs[i] = copy->log[i];
    return hp_command_split(words, command, copy->file, logs);
}

bool hp_command_start(struct hp_command *program, const char *command,
                      const struct hp_private_copy *copy,
                      struct hp_wire_end *end)
{
    const char *file = copy != NULL ? copy->file : NULL;
    struct hp_command_words words;
    const char *wrong = split(&words, command, copy);
    bool to_input = file != NULL && !words.names_file;
    pid_t self = getpid();
    struct pipes p;
    int why;

    if (wrong != NULL) {
        hp_command_fail(end, HP_E_COMMAND, wrong);
        return false;
    }
    if (!open_pipes(&p, file == NULL ? NULL : to_input ? file : "/dev/null")) {
        why = errno;
        close_pipes(&p);
        return fail_start(end, "pipes", why);
    }
    program->pid = fork();
    if (program->pid == 0)
        execute(words.words, &p, self);
    program->in = p.in[1];
    program->out = p.out[0];
    p.in[1] = p.out[0] = -1;
    (void)close(p.why[1]);
    p.why[1] = -1;
    why = program->pid < 0 ? errno : executed(&p);
    close_pipes(&p);
    program->ends = (int)syscall(SYS_pidfd_open, program->pid, 0);
    if (why == 0 && program->ends < 0)
        why = errno;
    return why == 0 || fail_start(end, words.words[0], why);
}

/* ---- lines ---- */

/* Waits for bytes. False: the program is over. One that has ended may have left
 * others behind that hold its output; they are not waited for. */
static bool wait_for_bytes(struct hp_command *program)
{
    struct pollfd fds[] = {{program->out, POLLIN, 0},
                           {program->ends, POLLIN, 0}};

    while (poll(fds, 2, -1) < 0)
        if (errno != EINTR)
            return false;
    return fds[0].revents != 0;
}

/* Reads more. False: there is no more. */
static bool fill(struct hp_command *program)
{
    ssize_t n;

    if (!wait_for_bytes(program))
        return false;
    do
        n = read(program->out, program->buffer + program->used,
                 HP_COMMAND_LINE - program->used);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return false;
    program->used += (size_t)n;
    program->left -= (uint64_t)n < program->left ? (uint64_t)n : program->left;
    return true;
}

/* Moves what was not taken to the start of the buffer. */
static void make_room(struct hp_command *program)
{
    memmove(program->buffer, program->buffer + program->start,
            program->used - program->start);
    program->used -= program->start;
    program->searched -= program->start;
    program->start = 0;
}

/* The line end, or NULL: it was not read yet. */
static char *line_end(struct hp_command *program)
{
    char *from = program->buffer + program->searched;
    char *end = memchr(from, '\n', program->used - program->searched);

    program->searched = program->used;
    return end;
}

enum hp_command_found hp_command_line(struct hp_command *program, char **line,
                                      size_t *size, struct hp_wire_end *end)
{
    char *line_feed;

    if (program->buffer == NULL)
        program->buffer = malloc(HP_COMMAND_LINE);
    if (program->buffer == NULL) {
        hp_command_fail(end, HP_E_NO_MEMORY, "");
        return HP_COMMAND_FULL;
    }
    while ((line_feed = line_end(program)) == NULL) {
        make_room(program);
        if (program->used == HP_COMMAND_LINE || program->left == 0) {
            hp_command_fail(end, HP_E_OUTPUT,
                            program->left == 0 ? "" : "a line of 16 MiB");
            return HP_COMMAND_FULL;
        }
        if (!fill(program))
            return HP_COMMAND_OVER;
    }
    *line = program->buffer + program->start;
    *size = (size_t)(line_feed - *line);
    program->start += *size + 1;
    program->searched = program->start;
    program->lines++;
    return HP_COMMAND_LINE_TAKEN;
}

/* ---- events ---- */

static void fail_line(const struct hp_command *program, struct hp_wire_end *end,
                      const char *why)
{
    char text[HP_WIRE_TEXT_SIZE];

    (void)snprintf(text, sizeof text, "line %" PRIu64 ": %.200s",
                   program->lines, why);
    hp_command_fail(end, HP_E_PROTOCOL, text);
}

/* True if the line names `seq`, which only an end line has to. */
static bool names_seq(const struct hp_members *members, uint64_t seq,
                      bool required)
{
    const struct hp_member *member = hp_members_find(members, "seq");
    uint64_t number;

    if (seq == 0)
        return true;
    if (member == NULL)
        return !required;
    return hp_member_number(&number, member) && number == seq;
}

/* Takes one line. False: it was the last, *end says of what kind. */
static bool take_line(struct hp_command *program, uint64_t seq,
                      const struct hp_sink *sink, struct hp_wire_end *end)
{
    struct hp_members members;
    struct hp_command_event read;
    enum hp_command_line kind;
    const char *wrong;
    size_t size;
    char *line;

    switch (hp_command_line(program, &line, &size, end)) {
    case HP_COMMAND_OVER:
        hp_command_fail(end, HP_E_CRASH, "");
        return false;
    case HP_COMMAND_FULL:
        return false;
    default:
        break;
    }
    wrong = hp_members_read(&members, line, size);
    kind = wrong == NULL ? hp_command_event_of(&read, &members)
                         : HP_COMMAND_BROKEN;
    if (wrong != NULL || kind == HP_COMMAND_BROKEN) {
        fail_line(program, end, wrong != NULL ? wrong : read.reason);
        return false;
    }
    if (!names_seq(&members, seq, kind == HP_COMMAND_END)) {
        fail_line(program, end, "seq: not of this hive");
        return false;
    }
    if (kind == HP_COMMAND_EVENT &&
        sink->event(sink->self, &read.event) == HP_STOP) {
        end->result = HP_WALK_STOPPED;
        return false;
    }
    if (kind != HP_COMMAND_END)
        return true;
    end->result = read.result;
    hp_detail_copy(end->text, sizeof end->text, read.reason);
    return false;
}

bool hp_command_events(struct hp_command *program, uint64_t seq,
                       const struct hp_sink *sink, struct hp_wire_end *end)
{
    program->lines = 0;
    while (take_line(program, seq, sink, end))
        ;
    if (end->status != HP_OK || end->result == HP_WALK_STOPPED)
        return false;
    if (program->start == program->used)
        return true;
    hp_command_fail(end, HP_E_PROTOCOL, "something behind the end line");
    return false;
}

/* ---- the end ---- */

bool hp_command_wait(struct hp_command *program, struct hp_wire_end *end)
{
    char text[64];
    int status = 0;
    pid_t pid;

    do
        pid = waitpid(program->pid, &status, 0);
    while (pid < 0 && errno == EINTR);
    program->pid = 0;
    (void)close(program->ends);
    (void)close(program->out);
    if (program->in >= 0)
        (void)close(program->in);
    program->start = program->used = program->searched = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status))
        (void)snprintf(text, sizeof text, "signal %d", WTERMSIG(status));
    else
        (void)snprintf(text, sizeof text, "exit code %d", WEXITSTATUS(status));
    hp_command_fail(end, HP_E_CRASH, text);
    return false;
}

void hp_command_walk(const struct hp_child_job *job, const struct hp_sink *sink,
                     struct hp_wire_end *end)
{
    struct hp_command program = {.left = job->source->limits.output};

    if (!hp_command_start(&program, job->source->command, job->copy, end))
        return;
    if (hp_command_events(&program, 0, sink, end)) {
        struct hp_wire_end late = {.result = HP_WALK_DONE};
        char *line;
        size_t size;
        if (hp_command_line(&program, &line, &size, &late) != HP_COMMAND_OVER ||
            program.used > 0)
            hp_command_fail(end, HP_E_PROTOCOL,
                            "something behind the end line");
        else if (!hp_command_wait(&program, &late))
            *end = late;
    } else if (end->status == HP_E_CRASH && hp_command_wait(&program, end)) {
        hp_command_fail(end, HP_E_CRASH, "exit code 0, but no end line");
    }
    free(program.buffer);
}
