/* SPDX-License-Identifier: Apache-2.0
 *
 * A .reg file as regedit 5 writes one: UTF-16LE with a byte order mark, CRLF,
 * data as wrapped hex digits. */
#ifndef HP_REG_FILE_H
#define HP_REG_FILE_H

#include "output.h"
#include "utf16.h"

/* Writes the file that sets ExcludedBinaryPaths to `entries`. Nothing but hex
 * digits depends on them. */
void hp_reg_file_write(struct hp_output *output, const struct hp_text *entries,
                       size_t count);

#endif
