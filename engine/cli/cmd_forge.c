/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof forge: a recipe or .reg file becomes a hive, and its logs. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "new_file.h"
#include "recipe_files.h"

enum { SUBJECT_ROOM = 1024, FILES = 1 + HP_LIMIT_LOGS };

/* The hive and its logs. */
struct outputs {
    struct hp_new_file files[FILES];
    const struct hp_image *images[FILES];
    size_t count;
};

/* The hive's name with `suffix`; NULL: out of memory. */
static const char *name_of(const struct hp_options *options, const char *suffix)
{
    size_t room = strlen(options->output_file) + strlen(suffix) + 1;
    char *name = hp_arena_alloc(options->arena, room);

    if (name == NULL)
        (void)hp_complain_memory();
    else
        (void)snprintf(name, room, "%s%s", options->output_file, suffix);
    return name;
}

static bool open_output(struct outputs *outputs, const char *suffix,
                        const struct hp_image *image,
                        const struct hp_recipe_files *recipes,
                        const struct hp_options *options)
{
    const char *name = name_of(options, suffix);

    if (name == NULL ||
        !hp_new_file_open(&outputs->files[outputs->count], name, options->force,
                          recipes->files, recipes->count))
        return false;
    outputs->images[outputs->count++] = image;
    return true;
}

static bool open_outputs(struct outputs *outputs,
                         const struct hp_forged *forged,
                         const struct hp_recipe_files *recipes,
                         const struct hp_options *options)
{
    if (!open_output(outputs, "", &forged->hive, recipes, options))
        return false;
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        if (forged->has_log[i] &&
            !open_output(outputs, hp_log_suffixes[i], &forged->log[i], recipes,
                         options))
            return false;
    }
    return true;
}

/* Closes all. False when one of them could not be written. */
static bool close_outputs(struct outputs *outputs)
{
    bool done = true;

    for (size_t i = 0; i < outputs->count; i++)
        done = hp_new_file_close(&outputs->files[i]) == HP_EXIT_GOOD && done;
    return done;
}

/* All files, or none of those that were not there. */
static enum hp_exit write_files(const struct hp_recipe_files *recipes,
                                const struct hp_forged *forged,
                                const struct hp_options *options)
{
    struct outputs *outputs = hp_arena_alloc(options->arena, sizeof *outputs);

    if (outputs == NULL)
        return hp_complain_memory();
    bool opened = open_outputs(outputs, forged, recipes, options);
    for (size_t i = 0; opened && i < outputs->count; i++)
        (void)hp_output_write(&outputs->files[i].output,
                              (const char *)outputs->images[i]->bytes,
                              outputs->images[i]->size);
    if (close_outputs(outputs) && opened)
        return HP_EXIT_GOOD;
    for (size_t i = 0; !options->force && i < outputs->count; i++)
        (void)unlink(outputs->files[i].path);
    return HP_EXIT_INPUT;
}

static enum hp_exit forge_recipe(struct hp_recipe_files *recipes,
                                 const struct hp_options *options)
{
    const char *path = options->operands[0];
    char subject[SUBJECT_ROOM];
    struct hp_recipe_text text;
    struct hp_recipe_error err;
    struct hp_forged forged;

    if (!hp_recipe_files_read(recipes, &text, path))
        return HP_EXIT_INPUT;
    bool done = hp_recipe_files_forge_all(recipes, &forged, text, &err);
    if (hp_recipe_files_have_changed(recipes))
        return HP_EXIT_INPUT;
    if (done)
        return write_files(recipes, &forged, options);
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
