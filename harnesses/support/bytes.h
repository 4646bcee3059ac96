/* SPDX-License-Identifier: Apache-2.0
 *
 * Output gathered in memory that grows. */
#ifndef HP_FUZZ_BYTES_H
#define HP_FUZZ_BYTES_H

#include "escape.h"

struct fuzz_output {
    char *bytes; /* malloc'ed, or NULL */
    size_t size, room, limit;
};

/* An hp_out that takes at most `limit` bytes in all, then refuses. */
struct hp_out fuzz_output_to(struct fuzz_output *output, size_t limit);
void fuzz_output_close(struct fuzz_output *output);

#endif
