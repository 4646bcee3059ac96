/* SPDX-License-Identifier: Apache-2.0
 *
 * What a plan has to lie about to give an image. */
#ifndef HP_DIFFERENCE_H
#define HP_DIFFERENCE_H

#include "plan.h"

/* Assembles the placed `plan`, whose records are all pinned, and adds a lie
 * for each field and raw bytes for each other place that is not as in `image`,
 * so that the next time it gives `image`. False, with *err: as
 * hp_plan_assemble. */
bool hp_plan_tell(struct hp_plan *plan, struct hp_span image,
                  struct hp_recipe_error *err);

#endif
