/* SPDX-License-Identifier: Apache-2.0
 *
 * A judge of JSON lines that shares nothing with their writer. */
#ifndef HP_JSON_LINE_H
#define HP_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* True if line[0..size) is one JSON object without duplicate members, in valid
 * UTF-8 without control characters, whose member `name` is the string
 * `value`. */
bool json_line_has(const char *line, size_t size, const char *name,
                   const char *value);

#endif
