/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose fault it is. One lying field often shows only at the next record;
 * these judgements find the record that a person has to look at. They decide
 * what a report names, never what is read. */
#ifndef HP_BLAME_H
#define HP_BLAME_H

#include "span.h"

/* True if at least two of the four bytes of `found` are those of `expected`:
 * a damaged signature rather than something else. */
bool hp_blame_looks_like(uint32_t found, uint32_t expected);

/* The cells of the bin in [bin, end) of `bins` tile it up to `broken`, whose
 * size cannot be. Returns the hive offset of the record whose size lies: the
 * cell at `broken`, the cell before it, or `bin` itself. Bounded by the size
 * of one bin, and by BLAME_WINDOW. */
size_t hp_blame_tiling(struct hp_span bins, size_t bin, size_t end,
                       size_t broken);

/* The nk says `total` subkeys, its one leaf, whose cell has `room` bytes of
 * payload, says `count` elements of `element` bytes: true if the leaf is the
 * one that lies, because its cell is made for another count. */
bool hp_blame_leaf(uint32_t total, uint32_t count, size_t element, size_t room);

#endif
