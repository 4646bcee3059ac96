/* SPDX-License-Identifier: Apache-2.0
 *
 * A file without a disk, for code that opens names. */
#ifndef HP_MEMORY_FILE_H
#define HP_MEMORY_FILE_H

#include <stddef.h>

#define MEMORY_FILE_PATH 40

/* Makes a file of data[0..size) and writes its name. Ends the process when the
 * system has no more. Returns the descriptor. */
int memory_file_open(char path[MEMORY_FILE_PATH], const void *data,
                     size_t size);
void memory_file_close(int file);

#endif
