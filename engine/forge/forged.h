/* SPDX-License-Identifier: Apache-2.0
 *
 * All files that a recipe makes. */
#ifndef HP_FORGED_H
#define HP_FORGED_H

#include "assemble.h"
#include "log_plan.h"
#include "recipe.h"

struct hp_forged {
    struct hp_image hive;
    struct hp_image log[HP_LIMIT_LOGS]; /* .LOG, .LOG1, .LOG2 */
    bool has_log[HP_LIMIT_LOGS];
    struct hp_image clean; /* the hive when all that was said to happen to it
                            * has happened, and it was saved: what is right */
};

/* Forges the hive of `text` and its logs, all of which stay in `arena`. Without
 * logs this is hp_recipe_read and hp_plan_assemble, and `clean` is the hive.
 * Each image has at most `image_limit` bytes. False, with *err, as they have
 * it and hp_log_write. */
bool hp_forge_recipe(struct hp_forged *forged, struct hp_arena *arena,
                     uint64_t image_limit, struct hp_recipe_text text,
                     const struct hp_recipe_opener *opener,
                     struct hp_recipe_error *err);

#endif
