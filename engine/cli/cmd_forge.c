/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof forge: a recipe or .reg file becomes a hive. */
#include "commands.h"
#include "new_file.h"
#include "recipe_files.h"

enum { SUBJECT_ROOM = 1024 };

static enum hp_exit write_hive(const struct hp_recipe_files *recipes,
                               const struct hp_image *image,
                               const struct hp_options *options)
{
    struct hp_new_file file;

    if (!hp_new_file_open(&file, options->output_file, options->force,
                          recipes->files, recipes->count))
        return HP_EXIT_INPUT;
    (void)hp_output_write(&file.output, (const char *)image->bytes,
                          image->size);
    return hp_new_file_close(&file);
}

static enum hp_exit forge_recipe(struct hp_recipe_files *recipes,
                                 const struct hp_options *options)
{
    const char *path = options->operands[0];
    char subject[SUBJECT_ROOM];
    struct hp_recipe_text text;
    struct hp_recipe_error err;
    struct hp_image image;

    if (!hp_recipe_files_read(recipes, &text, path))
        return HP_EXIT_INPUT;
    bool forged = hp_recipe_files_forge(recipes, &image, text, &err);
    if (hp_recipe_files_have_changed(recipes))
        return HP_EXIT_INPUT;
    if (forged)
        return write_hive(recipes, &image, options);
    hp_recipe_error_subject(subject, sizeof subject, path, &err);
    hp_complain(subject, "%s", err.message);
    return HP_EXIT_INPUT;
}

enum hp_exit hp_cmd_forge(struct hp_options *options, struct hp_output *output)
{
    struct hp_recipe_files *recipes =
        hp_arena_alloc(options->arena, sizeof *recipes);

    (void)output;
    if (recipes == NULL)
        return hp_complain_memory();
    hp_recipe_files_open(recipes);
    enum hp_exit exit = forge_recipe(recipes, options);
    hp_recipe_files_close(recipes);
    return exit;
}
