/* SPDX-License-Identifier: Apache-2.0
 *
 * Recipes in files, with those that they include. */
#ifndef HP_RECIPE_FILES_H
#define HP_RECIPE_FILES_H

#include "assemble.h"
#include "forged.h"
#include "input.h"
#include "recipe.h"

struct hp_recipe_files {
    struct hp_arena arena; /* of names, plan and image */
    struct hp_file files[HP_RECIPE_FILES];
    size_t count;
};

/* Starts with no file; memory for the largest image is allowed. */
void hp_recipe_files_open(struct hp_recipe_files *recipes);

/* The text of the file `path`, which is borrowed. False, with a message, if it
 * cannot be read. */
bool hp_recipe_files_read(struct hp_recipe_files *recipes,
                          struct hp_recipe_text *text, const char *path);

/* The hive of `text`; what it includes is relative to the folder of its name.
 * False, with *err; of a file that cannot be read a message says why. */
bool hp_recipe_files_forge(struct hp_recipe_files *recipes,
                           struct hp_image *image, struct hp_recipe_text text,
                           struct hp_recipe_error *err);

/* The same with all files that the recipe makes. */
bool hp_recipe_files_forge_all(struct hp_recipe_files *recipes,
                               struct hp_forged *forged,
                               struct hp_recipe_text text,
                               struct hp_recipe_error *err);

/* True, with a message, if one of the files changed meanwhile. */
bool hp_recipe_files_have_changed(const struct hp_recipe_files *recipes);

/* Writes "FILE:LINE:COLUMN", or `path` where the error has no place, to
 * subject[0..room). */
void hp_recipe_error_subject(char *subject, size_t room, const char *path,
                             const struct hp_recipe_error *err);

void hp_recipe_files_close(struct hp_recipe_files *recipes);

#endif
