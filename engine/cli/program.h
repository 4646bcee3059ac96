/* SPDX-License-Identifier: Apache-2.0
 *
 * The program, as a function: what main() runs once and the gate many times
 * in one process. */
#ifndef HP_PROGRAM_H
#define HP_PROGRAM_H

struct hp_command;

/* The sub-command of that name, or NULL. */
const struct hp_command *hp_command_find(const char *name);

/* Runs the sub-command that argv[1] names, writes its answer to `fd`, which is
 * closed, and messages to standard error. `argv` is permuted and ends with
 * NULL. Returns enum hp_exit. */
int hp_program(int argc, char **argv, int fd);

#endif
