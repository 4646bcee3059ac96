/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof forge: a recipe or .reg file becomes a hive. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "assemble.h"
#include "commands.h"
#include "hp_limits.h"
#include "input.h"
#include "recipe.h"

/* A recipe is read whole. */
#define RECIPE_LIMIT ((uint64_t)1 << 30)

/* The largest image, its data once more, and as much for keys and values. */
#define FORGE_MEMORY (4 * HP_LIMIT_IMAGE_SIZE)

enum { SUBJECT_ROOM = 1024 };

struct forge {
    struct hp_arena arena;
    struct hp_file files[HP_RECIPE_FILES];
    size_t file_count;
    bool complained; /* about a file that could not be read */
};

static bool open_recipe(struct forge *forge, struct hp_recipe_text *text,
                        const char *path)
{
    if (forge->file_count == HP_RECIPE_FILES)
        return false;
    struct hp_file *file = &forge->files[forge->file_count];
    forge->complained = !hp_file_open_text(file, path, RECIPE_LIMIT);
    if (forge->complained)
        return false;
    forge->file_count++;
    *text = (struct hp_recipe_text){path, file->bytes, (size_t)file->size};
    return true;
}

/* `name` is relative to the folder of the file it stands in. */
static bool open_include(void *self, struct hp_recipe_text *text,
                         const char *from, const char *name)
{
    struct forge *forge = self;
    const char *slash = *name == '/' ? NULL : strrchr(from, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash + 1 - from);
    char *path = hp_arena_alloc(&forge->arena, folder + strlen(name) + 1);

    if (path == NULL)
        return false;
    memcpy(path, from, folder);
    memcpy(path + folder, name, strlen(name) + 1);
    return open_recipe(forge, text, path);
}

static void complain_of_recipe(const char *path,
                               const struct hp_recipe_error *err)
{
    const struct hp_origin *origin = &err->origin;
    char subject[SUBJECT_ROOM];

    if (origin->line > 0) {
        (void)snprintf(subject, sizeof subject, "%s:%" PRIu32 ":%" PRIu32,
                       origin->file, origin->line, origin->column);
        path = subject;
    }
    hp_complain(path, "%s", err->message);
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return true;
}

/* Nothing is left where there was nothing and the hive cannot be written. */
static enum hp_exit write_hive(const char *path, const struct hp_image *image,
                               bool force)
{
    int fd =
        open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL),
             0666);

    if (fd < 0) {
        hp_complain(path, "%s%s", strerror(errno),
                    errno == EEXIST ? "; --force overwrites it" : "");
        return HP_EXIT_INPUT;
    }
    bool written = write_all(fd, image->bytes, image->size);
    int error = errno;
    if (close(fd) != 0 && written) {
        error = errno;
        written = false;
    }
    if (written)
        return HP_EXIT_GOOD;
    hp_complain(path, "%s", strerror(error));
    if (!force)
        (void)unlink(path);
    return HP_EXIT_INPUT;
}

static enum hp_exit forge_recipe(struct forge *forge,
                                 const struct hp_options *options)
{
    const struct hp_recipe_opener opener = {open_include, forge};
    const char *path = options->operands[0];
    struct hp_recipe_text text;
    struct hp_recipe_error err;
    struct hp_image image;
    struct hp_plan plan;

    if (!open_recipe(forge, &text, path))
        return HP_EXIT_INPUT;
    if (!hp_plan_open(&plan, &forge->arena, HP_LIMIT_IMAGE_SIZE))
        return hp_complain_memory();
    bool forged = hp_recipe_read(&plan, text, &opener, &err) &&
                  hp_plan_assemble(&image, &plan, &err);
    for (size_t i = 0; i < forge->file_count; i++) {
        if (hp_file_has_changed(&forge->files[i]))
            return HP_EXIT_INPUT;
    }
    if (forged)
        return write_hive(options->output_file, &image, options->force);
    if (!forge->complained)
        complain_of_recipe(path, &err);
    return HP_EXIT_INPUT;
}

enum hp_exit hp_cmd_forge(struct hp_options *options, struct hp_output *output)
{
    struct forge *forge = hp_arena_alloc(options->arena, sizeof *forge);

    (void)output;
    if (forge == NULL)
        return hp_complain_memory();
    forge->arena = hp_arena_chunked(
        hp_allocator_libc,
        FORGE_MEMORY < SIZE_MAX ? (size_t)FORGE_MEMORY : SIZE_MAX);
    enum hp_exit exit = forge_recipe(forge, options);
    for (size_t i = 0; i < forge->file_count; i++)
        hp_file_close(&forge->files[i]);
    hp_arena_close(&forge->arena);
    return exit;
}
