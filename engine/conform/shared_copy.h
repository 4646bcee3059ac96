/* SPDX-License-Identifier: Apache-2.0
 *
 * The hive, or a log, that a reader gets: its own, in memory that is shared
 * with the process it runs in, so that whatever it writes there is seen
 * afterwards. The memory ends with a page that nobody may touch. */
#ifndef HP_SHARED_COPY_H
#define HP_SHARED_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

struct hp_shared_copy {
    uint8_t *bytes;
    size_t size;
    void *memory;
    size_t memory_size;
};

/* A copy of `image`. False: out of memory. */
bool hp_shared_copy_open(struct hp_shared_copy *copy, struct hp_span image);

/* True if it is no longer like `image`. One that was not opened, all zeros, is
 * like everything. */
bool hp_shared_copy_is_modified(const struct hp_shared_copy *copy,
                                struct hp_span image);

void hp_shared_copy_close(struct hp_shared_copy *copy);

#endif
