/* SPDX-License-Identifier: Apache-2.0
 *
 * All of libhivex's functions that read, on all handles that it gives out.
 * Oracles are those of fuzz_hivex. */
#ifndef HP_HIVEX_WALK_H
#define HP_HIVEX_WALK_H

#include <hivex.h>

#include "span.h"

/* Opens a copy of `image`. NULL: hivex does not want it. */
hive_h *hivex_walk_open(struct hp_span image, int flags);

/* Open flags for an input: all sets of them occur. HIVEX_OPEN_WRITE, with which
 * hivex keeps the image on the heap where sanitizers see its end, 7 times in 8;
 * those that print, 1 time in 256. */
int hivex_walk_flags(const uint8_t *data, size_t size);

/* Every node and value that can be reached, parents and cells too. */
void hivex_walk_all(hive_h *hive);

/* hivex_visit with every callback. */
void hivex_walk_visit(hive_h *hive, int flags);

/* Every function on a handle that may be none. No oracle but the sanitizer's.
 */
void hivex_walk_made_up(hive_h *hive, size_t handle);

#endif
