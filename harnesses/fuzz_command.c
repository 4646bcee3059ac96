/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_command - what a program that is a reader says (--command).
 *
 * Input   lines, each an event, an end, or anything.
 * Oracles 1. members lie in their line and have names of their own; numbers,
 *            hexadecimal and lists are read inside them;
 *         2. a line is taken if and only if jansson takes it for an object
 *            without anything nested but lists of strings (halves of pairs and
 *            NUL apart), with as many members and the same strings;
 *         3. an event is one of the kinds, and its strings lie in the line;
 *         4. an end has a result, what is broken a reason, in printable ASCII.
 */
#include <string.h>

#include "command_check.h"

#define LINES_MOST 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t at = 0;

    for (size_t line = 0; line < LINES_MOST && at < size; line++) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t length = end == NULL ? size - at : (size_t)(end - data) - at;
        command_check_line((const char *)data + at, length);
        at += length + 1;
    }
    return 0;
}
