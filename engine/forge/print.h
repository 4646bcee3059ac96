/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes a plan as a recipe. */
#ifndef HP_PRINT_H
#define HP_PRINT_H

#include "escape.h"
#include "plan.h"

/* Writes the settled `plan`, no key of which lies below more than
 * HP_LIMIT_KEY_DEPTH others. With `pinned` the recipe forges the same bytes
 * again; without, it says what the hive says and leaves its layout, its links
 * and what is in no key to the assembler. False if `out` refused. */
bool hp_plan_print(struct hp_out out, const struct hp_plan *plan, bool pinned);

#endif
