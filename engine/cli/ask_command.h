/* SPDX-License-Identifier: Apache-2.0
 *
 * A command of the user's that is asked about one file after the other:
 * whether it is still interesting. The command is hostile: it may hang, crash,
 * start others, write what it likes. It is run without a shell, in a session
 * of its own, and nothing that it started outlives an answer. */
#ifndef HP_ASK_COMMAND_H
#define HP_ASK_COMMAND_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "private_copy.h"

enum hp_answer {
    HP_ANSWER_YES,
    HP_ANSWER_NO,
    HP_ANSWER_LATE,       /* no answer within its time */
    HP_ANSWER_DEAD,       /* a session ended without one, or said nonsense */
    HP_ANSWER_IMPOSSIBLE, /* no process or file could be had: see `error` */
    HP_ANSWER_INTERRUPTED /* by SIGINT, SIGTERM or SIGHUP */
};

struct hp_ask {
    char **words; /* ended by NULL */
    bool in_session;
    uint32_t seconds; /* for an answer */
    struct hp_private_copy copy;
    sigset_t mask; /* that of the program before */
    int signals;   /* signalfd */
    /* The process that runs; 0: none. */
    pid_t pid;
    int ends;         /* pidfd */
    int to, from;     /* of a session */
    int status;       /* as waitpid has it, of the last one that ended */
    int error;        /* errno, of HP_ANSWER_IMPOSSIBLE */
    const char *what; /* that could not be had then */
};

/* Begins; signals that end a program are held back until hp_ask_close. False,
 * with a message, if there is no place for files. */
bool hp_ask_open(struct hp_ask *ask, char **words, bool in_session,
                 uint32_t seconds);

/* Asks about bytes[0..size). Where a word has {}, the file's name is put
 * there; else the file is standard input. Exit status 0 means yes. A session
 * gets one file name a line and answers `yes` or `no`; one that has ended is
 * started again. */
enum hp_answer hp_ask_bytes(struct hp_ask *ask, const uint8_t *bytes,
                            size_t size);

void hp_ask_close(struct hp_ask *ask);

#endif
