/* SPDX-License-Identifier: Apache-2.0
 *
 * The remedy of a failed run, tried out in the model. */
#ifndef HP_ENUMERATE_REMEDY_H
#define HP_ENUMERATE_REMEDY_H

#include "model.h"

/* Oracle 6 of fuzz_enumerate, for a report of the hive of `tree`; `choice`
 * decides which allocation is denied then. */
void enumerate_remedy_check(const struct hp_report *report,
                            struct hp_arena *arena, const struct hp_tree *tree,
                            const struct model_given *given, uint64_t choice);

#endif
