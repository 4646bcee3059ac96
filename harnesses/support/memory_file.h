/* SPDX-License-Identifier: Apache-2.0
 *
 * A file without a disk, for code that opens names. */
#ifndef HP_MEMORY_FILE_H
#define HP_MEMORY_FILE_H

#include "span.h"

#define MEMORY_FILE_PATH 40

/* Makes a file of data[0..size) and writes its name. Ends the process when the
 * system has no more. Returns the descriptor. */
int memory_file_open(char path[MEMORY_FILE_PATH], const void *data,
                     size_t size);

/* Makes data[0..size) all that the file holds. */
void memory_file_put(int file, const void *data, size_t size);
void memory_file_close(int file);

/* The `size` bytes that the file has, to be written; they are never unmapped.
 * Ends the process when it cannot be mapped. */
uint8_t *memory_file_share(int file, size_t size);

/* What the file holds now; ends the process when it cannot be mapped. */
struct hp_span memory_file_map(int file);
void memory_file_unmap(struct hp_span bytes);

#endif
