/* SPDX-License-Identifier: Apache-2.0
 *
 * Recipes in files below a folder of vectors, read whole into an arena. */
#ifndef HP_RECIPE_FOLDER_H
#define HP_RECIPE_FOLDER_H

#include "assemble.h"
#include "json_strict.h"
#include "recipe.h"
#include "vector.h"

/* Bytes of the file `path` in `arena`, followed by a NUL that is not counted.
 * False, with *err, if it cannot be read or has more than `limit` bytes. */
bool hp_file_load(struct hp_span *bytes, struct hp_arena *arena,
                  const char *path, size_t limit, struct hp_conform_error *err);

/* Reads the recipe `path` and what it includes. The plan is settled and
 * placed. */
bool hp_recipe_load(struct hp_plan *plan, struct hp_arena *arena,
                    const char *path, struct hp_conform_error *err);

/* The bytes of the plan of `path`, for messages. */
bool hp_recipe_forge(struct hp_image *image, struct hp_plan *plan,
                     const char *path, struct hp_conform_error *err);

/* The plan of the recipe that content is `of`: "own", "twin" or a file beside
 * the vector. */
bool hp_vector_plan(struct hp_plan *plan, struct hp_arena *arena,
                    const struct hp_vectors *vectors,
                    const struct hp_vector *vector, const char *of,
                    struct hp_conform_error *err);

#endif
