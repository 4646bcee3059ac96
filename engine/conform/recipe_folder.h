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

/* The plan of the recipe that content is `of`, "own", "twin" or a file beside
 * the vector, and of that `state` of its hive; it is settled and placed. */
bool hp_vector_plan(struct hp_plan *plan, struct hp_arena *arena,
                    const struct hp_vectors *vectors,
                    const struct hp_vector *vector, const char *of,
                    uint32_t state, struct hp_conform_error *err);

/* What a vector's recipe makes. */
struct hp_vector_files {
    struct hp_span hive;
    struct hp_span log[HP_LIMIT_LOGS]; /* ptr NULL: there is none */
};

/* The files of the vector. `plan`, state 0 of its own recipe, is all that is
 * needed where it has no logs. */
bool hp_vector_forge(struct hp_vector_files *files, struct hp_plan *plan,
                     const struct hp_vectors *vectors,
                     const struct hp_vector *vector,
                     struct hp_conform_error *err);

#endif
