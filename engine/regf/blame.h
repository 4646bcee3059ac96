/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose fault it is. One lying field often shows only at the next record;
 * these judgements find the record that a person has to look at. They decide
 * what a report names, never what is read, and run only when something is
 * wrong. What they read counts as work; when a good part of that is spent they
 * take the first guess. */
#ifndef HP_BLAME_H
#define HP_BLAME_H

#include "cell.h"

/* The reference `ref` leads to no cell or record that can be used, for the
 * reason `status`. Returns the error that blames the reference, or the cell it
 * leads to when that one looks like what the reference's owner expects, or the
 * cell before it whose size swallows it. */
struct hp_error hp_blame_reference(struct hp_hive *hive, struct hp_ref ref,
                                   enum hp_status status);

/* The record that `ref` leads to has the signature `found` where `expected`
 * (called `field`) should be. */
struct hp_error hp_blame_signature(struct hp_hive *hive, struct hp_ref ref,
                                   uint16_t expected, const char *field,
                                   uint16_t found);

/* The cells of the bin in [bin, end) tile it up to `broken`, whose size cannot
 * be. Returns the hive offset of the record whose size lies: one of the cells
 * up to `broken`, or `bin` itself. */
size_t hp_blame_tiling(struct hp_hive *hive, size_t bin, size_t end,
                       size_t broken);

/* The nk at `owner` says `missing` more subkeys than the lists at and below
 * `top` have elements. Returns the offset of the list behind whose last element
 * stand the others, or `owner`. */
uint32_t hp_blame_total(struct hp_hive *hive, uint32_t owner, uint32_t top,
                        size_t missing);

/* A db says `count` segments, its value is as long as `needed` ones; `list`
 * leads to the segment list. True: the value lies, for the list has another
 * number of segments. */
bool hp_blame_value(struct hp_hive *hive, uint32_t list, size_t count,
                    size_t needed);

#endif
