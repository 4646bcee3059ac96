/* SPDX-License-Identifier: Apache-2.0
 *
 * The equivalence policy of fuzz_diff (fuzz_diff.tsv, built in): which
 * differences between two readers are none. */
#ifndef HP_DIFF_POLICY_H
#define HP_DIFF_POLICY_H

#include "fuzz.h"
#include "tree.h"

/* The first damage of a walk, which is the reason of a result. */
struct diff_walk {
    struct hp_sink tree;
    char field[64]; /* "": none */
    bool noted;     /* there was a note */
};

/* Reads `image` into *tree and returns HP_WALK_; notes are no damage. */
uint32_t diff_read(struct hp_tree *tree, struct diff_walk *walk,
                   struct hp_arena *arena, const struct hp_backend *backend,
                   uint32_t mode, struct hp_span image);

/* True if `reader` may end so on a sound hive; else what it said is printed. */
bool diff_allows_result(const char *reader, uint32_t result,
                        const struct diff_walk *walk);

/* The number of differences that no rule allows; each is printed. */
size_t diff_compare(const char *reader, const struct hp_tree *ours,
                    const struct hp_tree *theirs);

#endif
