/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hp_limits.h"

/* A recipe is read whole. */
#define RECIPE_LIMIT ((uint64_t)1 << 30)

/* The largest image, its data once more, and as much for keys and values. */
#define FORGE_MEMORY (4 * HP_LIMIT_IMAGE_SIZE)

void hp_recipe_files_open(struct hp_recipe_files *recipes)
{
    recipes->arena = hp_arena_chunked(
        hp_allocator_libc,
        FORGE_MEMORY < SIZE_MAX ? (size_t)FORGE_MEMORY : SIZE_MAX);
    recipes->count = 0;
}

bool hp_recipe_files_read(struct hp_recipe_files *recipes,
                          struct hp_recipe_text *text, const char *path)
{
    if (recipes->count == HP_RECIPE_FILES)
        return false;
    struct hp_file *file = &recipes->files[recipes->count];
    if (!hp_file_open_text(file, path, RECIPE_LIMIT))
        return false;
    recipes->count++;
    *text = (struct hp_recipe_text){path, file->bytes, (size_t)file->size};
    return true;
}

/* `name` is relative to the folder of the file it stands in. */
static enum hp_status open_include(void *self, struct hp_recipe_text *text,
                                   const char *from, const char *name)
{
    struct hp_recipe_files *recipes = self;
    const char *slash = *name == '/' ? NULL : strrchr(from, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash + 1 - from);
    char *path = hp_arena_alloc(&recipes->arena, folder + strlen(name) + 1);

    if (path == NULL)
        return HP_E_NO_MEMORY;
    memcpy(path, from, folder);
    memcpy(path + folder, name, strlen(name) + 1);
    return hp_recipe_files_read(recipes, text, path) ? HP_OK : HP_E_IO;
}

bool hp_recipe_files_forge(struct hp_recipe_files *recipes,
                           struct hp_image *image, struct hp_recipe_text text,
                           struct hp_recipe_error *err)
{
    const struct hp_recipe_opener opener = {open_include, recipes};
    struct hp_plan plan;

    if (!hp_plan_open(&plan, &recipes->arena, HP_LIMIT_IMAGE_SIZE)) {
        *err = (struct hp_recipe_error){.status = HP_E_NO_MEMORY,
                                        .message = "out of memory"};
        return false;
    }
    return hp_recipe_read(&plan, text, &opener, err) &&
           hp_plan_assemble(image, &plan, err);
}

bool hp_recipe_files_forge_all(struct hp_recipe_files *recipes,
                               struct hp_forged *forged,
                               struct hp_recipe_text text,
                               struct hp_recipe_error *err)
{
    const struct hp_recipe_opener opener = {open_include, recipes};

    return hp_forge_recipe(forged, &recipes->arena, HP_LIMIT_IMAGE_SIZE, text,
                           &opener, err);
}

bool hp_recipe_files_have_changed(const struct hp_recipe_files *recipes)
{
    for (size_t i = 0; i < recipes->count; i++) {
        if (hp_file_has_changed(&recipes->files[i]))
            return true;
    }
    return false;
}

void hp_recipe_error_subject(char *subject, size_t room, const char *path,
                             const struct hp_recipe_error *err)
{
    const struct hp_origin *origin = &err->origin;

    if (origin->line > 0)
        (void)snprintf(subject, room, "%s:%" PRIu32 ":%" PRIu32, origin->file,
                       origin->line, origin->column);
    else
        (void)snprintf(subject, room, "%s", path);
}

void hp_recipe_files_close(struct hp_recipe_files *recipes)
{
    for (size_t i = 0; i < recipes->count; i++)
        hp_file_close(&recipes->files[i]);
    hp_arena_close(&recipes->arena);
}
