/* SPDX-License-Identifier: Apache-2.0
 *
 * What holds of the hives that forge makes of text, by somebody who reads of
 * the text only how its lines begin and end. */
#ifndef HP_RECIPE_RULES_H
#define HP_RECIPE_RULES_H

#include "forge_run.h"

/* Oracles 6 and 8 of fuzz_recipe, of text that was forged. 8 of the file as it
 * is, and with another subkey of the root called so; of the lines of a recipe
 * as if they were a .reg file's, too (1 time in 8). */
void recipe_rules_check(const struct forge_run *run, const char *text,
                        size_t size);

#endif
