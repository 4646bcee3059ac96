/* SPDX-License-Identifier: Apache-2.0
 *
 * The exit codes of every sub-command, once (contracts 4). */
#ifndef HP_EXIT_CODES_H
#define HP_EXIT_CODES_H

/* X(name, number, text) */
#define HP_EXIT_TABLE(X)                                                       \
    X(HP_EXIT_GOOD, 0, "done, and the answer is good")                         \
    X(HP_EXIT_BAD, 1, "done, and the answer is bad")                           \
    X(HP_EXIT_USAGE, 2, "wrong use")                                           \
    X(HP_EXIT_INPUT, 3,                                                        \
      "input not readable or refused, or output not writable")                 \
    X(HP_EXIT_INDETERMINATE, 4, "indeterminate")                               \
    X(HP_EXIT_INTERNAL, 5, "internal error: a bug of hiveproof")

enum hp_exit {
#define X(name, number, text) name = number,
    HP_EXIT_TABLE(X)
#undef X
};

#endif
