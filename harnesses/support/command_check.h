/* SPDX-License-Identifier: Apache-2.0
 *
 * The oracles of fuzz_command. */
#ifndef HP_COMMAND_CHECK_H
#define HP_COMMAND_CHECK_H

#include "fuzz.h"

/* Reads line[0..size), which has no line end. */
void command_check_line(const char *line, size_t size);

#endif
