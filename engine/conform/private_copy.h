/* SPDX-License-Identifier: Apache-2.0
 *
 * The hive that a reader gets: its own, in memory that is shared with the
 * process it runs in, so that whatever it writes there is seen afterwards. The
 * memory ends with a page that nobody may touch. */
#ifndef HP_PRIVATE_COPY_H
#define HP_PRIVATE_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

struct hp_private_copy {
    uint8_t *bytes;
    size_t size;
    void *memory;
    size_t memory_size;
};

/* A copy of `image`. False: out of memory. */
bool hp_private_copy_open(struct hp_private_copy *copy, struct hp_span image);

/* True if it is no longer like `image`. */
bool hp_private_copy_is_modified(const struct hp_private_copy *copy,
                                 struct hp_span image);

void hp_private_copy_close(struct hp_private_copy *copy);

#endif
