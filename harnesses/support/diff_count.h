/* SPDX-License-Identifier: Apache-2.0
 *
 * How much of the sound hives that were read is compared: each field of the
 * native tree, by what another reader makes of it. On replay alone; at the end
 * of the process it is printed, a line for each reader and field. */
#ifndef HP_DIFF_COUNT_H
#define HP_DIFF_COUNT_H

#include "tree.h"

/* Counts the fields of `ours` as the same in `theirs`, as other or missing
 * there, or as what `reader` does not tell. What is the same was compared; what
 * is other or missing was let pass by a rule, or this ends the process soon.
 * `theirs` NULL: a rule let pass that the hive was not taken. */
void diff_count(const char *reader, const struct hp_tree *ours,
                const struct hp_tree *theirs);

#endif
