/* SPDX-License-Identifier: Apache-2.0
 *
 * A command line as words, without a shell. */
#ifndef HP_COMMAND_WORDS_H
#define HP_COMMAND_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* More than a command line of a person has. */
#define HP_COMMAND_WORDS 128
#define HP_COMMAND_ROOM 8192

struct hp_command_words {
    char *words[HP_COMMAND_WORDS + 1]; /* NULL ends them; into text */
    size_t count;
    bool names_file; /* {} stood in one of them */
    bool names_logs; /* {logs} was one of them */
    char text[HP_COMMAND_ROOM];
};

/* Splits `command` at spaces, tabs and line ends. As in a shell '...' is taken
 * as it is, in "..." a backslash stands before ", \, $ and `, and outside of
 * both before any character. Everything else, $ and | and > and * too, means
 * itself. Each {} becomes `file`, after the splitting and wherever it stands.
 * A word {logs} becomes one word for each of logs[0..HP_LIMIT_LOGS) that is
 * neither NULL nor empty; `logs` NULL: no word. NULL: *words is set. Otherwise
 * what is wrong: nothing in it, a quote without an end, too long. */
const char *hp_command_split(struct hp_command_words *words,
                             const char *command, const char *file,
                             const char *const *logs);

#endif
