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
 * is one file for all. */
hive_h *hivex_walk_open(struct hp_span image, int flags);

/* Open flags for an input of this hash: all sets of them occur.
 * HIVEX_OPEN_WRITE, with which hivex keeps the image on the heap where
 * sanitizers see its end, 7 times in 8; those that print, 1 time in 256. */
int hivex_walk_flags(uint64_t hash);

/* The nodes and values that can be reached, parents and cells too: of an image
 * of this hash the first 50 keys and 100 values, but of keys with more than
 * 500 subkeys or values; 1 time in 16 many more. Which few of them are looked
 * up by name, and by names that are not there, and which quarter of the values
 * is read as each type, the hash says. `cells` are those of the image, or NULL:
 * not known, or not what hivex goes by. */
void hivex_walk_all(hive_h *hive, const struct hivex_cells *cells,
                    uint64_t hash);

/* hivex_visit, up to 1,000 events: as the hash of the image says with a
 * callback for each type, and with HIVEX_VISIT_SKIP_BAD, or with one for all
 * types; or not at all. */
void hivex_walk_visit(hive_h *hive, uint64_t hash);

/* Every function on a handle that may be none. No oracle but the sanitizer's.
 */
void hivex_walk_made_up(hive_h *hive, size_t handle);

#endif
