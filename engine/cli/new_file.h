/* SPDX-License-Identifier: Apache-2.0
 *
 * A file that a command makes: never over one that is there, unless that was
 * asked for, and never one of the files it reads. */
#ifndef HP_NEW_FILE_H
#define HP_NEW_FILE_H

#include "input.h"
#include "output.h"

struct hp_new_file {
    const char *path;
    bool force; /* it may have been there */
    struct hp_output output;
};

/* Makes the file, or with `force` empties the one that is there, which is none
 * of inputs[0..count). False, with a message, if it cannot be had. */
bool hp_new_file_open(struct hp_new_file *file, const char *path, bool force,
                      const struct hp_file *inputs, size_t count);

/* Writes what is left and closes. HP_EXIT_GOOD, or HP_EXIT_INPUT with a message
 * when anything could not be written; nothing is left then where there was
 * nothing. */
enum hp_exit hp_new_file_close(struct hp_new_file *file);

#endif
