/* SPDX-License-Identifier: Apache-2.0
 *
 * From bytes to the plan that forges them. */
#ifndef HP_DECOMPILE_H
#define HP_DECOMPILE_H

#include "plan.h"

/* Makes *plan, which was opened and holds nothing, from `image`, which must
 * stay. Any bytes have a plan: the records that can be reached and understood
 * are its records, each pinned to its place; a field that is not what the
 * assembler writes is a lie; all that is left is free cells, cells and raw
 * bytes. Assembled, the plan gives the image again. Keys below 512 others, or
 * with a path of more than 2048 units, are not understood. False, with *err:
 * out of memory. */
bool hp_decompile(struct hp_plan *plan, struct hp_span image,
                  struct hp_recipe_error *err);

#endif
