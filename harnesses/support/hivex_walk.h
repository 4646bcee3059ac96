/* SPDX-License-Identifier: Apache-2.0
 *
 * All of libhivex's functions that read, on all handles that it gives out.
 * Oracles are those of fuzz_hivex. */
#ifndef HP_HIVEX_WALK_H
#define HP_HIVEX_WALK_H

#include <hivex.h>

#include "hivex_cells.h"

/* Opens a copy of `image`. NULL: hivex does not want it. Without
 * HIVEX_OPEN_WRITE the handle is to be closed before the next is opened: there
 * is one file for all of a size. */
hive_h *hivex_walk_open(struct hp_span image, int flags);

/* Open flags for an input of this hash: all sets of them occur.
 * HIVEX_OPEN_WRITE, with which hivex keeps the image on the heap where
 * sanitizers see its end, 15 times in 16; those that print, 1 time in 2048. */
int hivex_walk_flags(uint64_t hash);

/* The nodes and values that can be reached, parents and cells too: of an image
 * of this hash some 6 keys and 6 values, no more than 2 below each key, and but
 * those of keys with more than 300 subkeys or values; 1 time in 256 up to 160
 * and 320, 1 time in 16384 and on replay all. Which ones, which functions are
 * called on each and what is looked up by name, the hash says too: each by some
 * hash. `cells` are those of the image, or NULL: not known, or not what hivex
 * goes by. */
void hivex_walk_all(hive_h *hive, const struct hivex_cells *cells,
                    uint64_t hash);

/* hivex_visit, as the hash of the image says (on replay each way): with a
 * callback for each type, with one for all types, each with and without
 * HIVEX_VISIT_SKIP_BAD; up to 50 events, 1 time in 1024 and on replay 1,000. */
void hivex_walk_visit(hive_h *hive, uint64_t hash);

/* Every function on a handle that may be none. No oracle but the sanitizer's.
 */
void hivex_walk_made_up(hive_h *hive, size_t handle);

#endif
