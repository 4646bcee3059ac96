/* SPDX-License-Identifier: Apache-2.0
 *
 * A command as a child of the worker of child.h: started, its lines read, its
 * end judged. Nothing here has a time limit: that is the keeper's and the
 * program's. */
#ifndef HP_COMMAND_RUN_H
#define HP_COMMAND_RUN_H

#include <sys/types.h>

#include "child.h"
#include "wire.h"

/* Longest line that is read: a value of 8 MiB in hexadecimal. More data comes
 * in several lines. */
#define HP_COMMAND_LINE ((size_t)16 << 20)

/* A program that runs. Start with {.pid = 0}. */
struct hp_command {
    pid_t pid;          /* 0: none */
    int ends;           /* pidfd: readable when it has ended */
    int in, out;        /* its standard input (-1: a file) and output */
    char *buffer;       /* HP_COMMAND_LINE bytes */
    size_t start, used; /* of what was read and not taken yet */
    size_t searched;    /* up to here there is no line end */
    uint64_t left;      /* bytes it may still write */
    uint64_t lines;     /* taken since the walk began */
};

/* What became of the wish for a line. */
enum hp_command_found {
    HP_COMMAND_LINE_TAKEN,
    HP_COMMAND_OVER, /* the program ended, or closed its output */
    HP_COMMAND_FULL  /* end->status is HP_E_OUTPUT or HP_E_NO_MEMORY */
};

/* Starts `command` on the file and logs of `copy`: where the words have no {},
 * the file is its standard input. NULL: a pipe is. False: *end says why not. */
bool hp_command_start(struct hp_command *program, const char *command,
                      const struct hp_private_copy *copy,
                      struct hp_wire_end *end);

/* Takes the next line, without its end. It is valid until the next one. */
enum hp_command_found hp_command_line(struct hp_command *program, char **line,
                                      size_t *size, struct hp_wire_end *end);

/* Gives the events of the lines to `sink` up to the end line. `seq` is what
 * the end line has to name; 0: nothing. True: that line came and *end has its
 * result. False: end->status says why not, or, HP_OK, that the sink stopped
 * it; HP_E_CRASH: no more lines came. */
bool hp_command_events(struct hp_command *program, uint64_t seq,
                       const struct hp_sink *sink, struct hp_wire_end *end);

/* Waits for the program's end and forgets the program. True: it ended by
 * itself with exit code 0; otherwise *end says what it ended by. */
bool hp_command_wait(struct hp_command *program, struct hp_wire_end *end);

/* A command of one shot, from its start to its end. */
void hp_command_walk(const struct hp_child_job *job, const struct hp_sink *sink,
                     struct hp_wire_end *end);

/* Sets *end to a failure. */
void hp_command_fail(struct hp_wire_end *end, enum hp_status status,
                     const char *text);

#endif
