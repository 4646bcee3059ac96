/* SPDX-License-Identifier: Apache-2.0
 *
 * Recipes to hives and back, once, in an arena of its own. */
#ifndef HP_FORGE_RUN_H
#define HP_FORGE_RUN_H

#include "assemble.h"
#include "bytes.h"
#include "fuzz.h"
#include "recipe.h"

/* Most bytes of an image that a recipe may make here. */
#define FORGE_RUN_IMAGE ((uint64_t)4 << 20)
/* Most bytes of a recipe that is printed. */
#define FORGE_RUN_TEXT ((size_t)64 << 20)

struct forge_run {
    struct hp_arena arena;
    struct hp_plan plan;
    struct hp_image image;
    struct hp_recipe_error err;
    bool done;
};

/* Forges the recipe text[0..size). An include of "none" is answered by no file,
 * one of "empty" by a recipe of nothing, all others by the text itself. Close
 * it either way. */
void forge_run(struct forge_run *run, struct fuzz_memory *memory,
               const void *text, size_t size);
void forge_run_close(struct forge_run *run);

/* Writes the recipe of `image`. False, with *err: no memory. */
bool forge_run_back(struct fuzz_output *text, struct fuzz_memory *memory,
                    struct hp_span image, bool pinned,
                    struct hp_recipe_error *err);

/* Oracles 1 and 4 of fuzz_recipe; 3, or with an allocation `failing` (from 1
 * on, at most as many as there were) that is denied, 5. */
void forge_check_refusal(const struct hp_recipe_error *err, size_t size);
void forge_check_back(const struct forge_run *run);
void forge_check_again(const struct forge_run *run, const void *text,
                       size_t size, size_t failing);

/* Oracle 11: the hive with its logs, and once more with an allocation denied
 * that `hash` says. */
void forge_check_files(const struct forge_run *run, const void *text,
                       size_t size, uint64_t hash);

#endif
