/* SPDX-License-Identifier: Apache-2.0
 *
 * A new file that is there whole or not at all, whatever happens while it is
 * written. */
#ifndef HP_WHOLE_FILE_H
#define HP_WHOLE_FILE_H

#include "input.h"

/* Writes bytes[0..size) to a file beside `path` and, when all is on the disk,
 * renames it. Nothing is overwritten but with `force`: a regular file, which
 * is none of inputs[0..count) under any name. HP_EXIT_GOOD, or HP_EXIT_INPUT
 * with a message: then `path` is what it was. */
enum hp_exit hp_whole_file_write(const char *path, bool force,
                                 const struct hp_file *const *inputs,
                                 size_t count, const void *bytes, size_t size);

#endif
