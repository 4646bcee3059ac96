/* SPDX-License-Identifier: Apache-2.0
 *
 * Where each record of a plan lies. */
#ifndef HP_PLACE_H
#define HP_PLACE_H

#include "plan.h"

/* Gives every cell and bin of a settled plan its place: pinned cells where they
 * are pinned, the others in order into what is free, in bins of 4096 bytes or
 * of what a larger cell needs, behind the bins that were given. Sets
 * the records' offsets and sizes and plan->layout, and makes the bins. False,
 * with *err: a pinned cell overlaps another one or a bin's header or end, the
 * hive is too large, no memory. */
bool hp_plan_place(struct hp_plan *plan, struct hp_recipe_error *err);

#endif
