/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory that notices who writes behind its end, and that can be denied. */
#ifndef HP_MEMORY_H
#define HP_MEMORY_H

#include <stdbool.h>

#include "arena.h"

struct hp_memory {
    size_t calls;   /* allocations asked for */
    size_t fail_at; /* which of them is denied, from 1; 0: none */
    bool overrun;   /* a block that was given back had been written past */
};

/* Each block is of its own. `memory` must outlive it. */
struct hp_allocator hp_memory_allocator(struct hp_memory *memory);

#endif
