/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and values of a recipe by their names. */
#ifndef HP_RECIPE_FIND_H
#define HP_RECIPE_FIND_H

#include "forge_run.h"

/* Oracle 10 of fuzz_recipe: a key that `choice` decides, and its first and
 * last value. */
void recipe_find_check(const struct forge_run *run, uint64_t choice);

#endif
