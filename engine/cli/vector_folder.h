/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HP_VECTOR_FOLDER_H
#define HP_VECTOR_FOLDER_H

#include <stdbool.h>

#include "arena.h"

/* The folder of the vectors: that of the source tree for a program in its build
 * tree; else share/hiveproof/conformance beside the program's bin, wherever it
 * was moved to; else the one it was configured for. NULL: out of memory. */
const char *hp_vector_folder(struct hp_arena *arena);

/* The path of this program in path[0..room). False if it cannot be known. */
bool hp_program_path(char *path, size_t room);

#endif
