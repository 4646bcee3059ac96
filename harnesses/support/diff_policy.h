/* SPDX-License-Identifier: Apache-2.0
 *
 * The equivalence policy of fuzz_diff (fuzz_diff.tsv, built in): which
 * differences between two readers are none. */
#ifndef HP_DIFF_POLICY_H
#define HP_DIFF_POLICY_H

#include "fuzz.h"
#include "tree.h"

/* Reads `image` into *tree with the native reader; true if that takes it
 * strictly, whole and without a note. */
bool diff_is_sound(struct hp_tree *tree, struct hp_arena *arena,
                   struct hp_span image);

/* Oracles 1 and 2: `other` takes the sound `image` too, whole, and finds in it
 * what is in `ours`, save for what a rule allows. What it says otherwise is
 * printed before it fails. */
void diff_check(const struct hp_backend *other, const struct hp_tree *ours,
                struct hp_arena *arena, struct hp_span image);

/* Oracle 4: if `other` takes an `image` that is not sound, whole and without
 * damage, a rule (field "damage") allows each damage that the native reader
 * finds in it: strictly the one that it refuses it for, and forensically all
 * that cost it something. */
void diff_check_damaged(const struct hp_backend *other, struct hp_arena *arena,
                        struct hp_span image);

#endif
