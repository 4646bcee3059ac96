/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HP_FILE_OUT_H
#define HP_FILE_OUT_H

#include <stdio.h>

#include "escape.h"

/* A stdio stream, which must outlive the result, as a sink of the engine. */
struct hp_out hp_out_to_file(FILE *file);

#endif
