/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof forge: a recipe or .reg file becomes a hive. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "recipe_files.h"

enum { SUBJECT_ROOM = 1024 };

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
        return write_hive(options->output_file, &image, options->force);
    if (!recipes->complained) {
        hp_recipe_error_subject(subject, sizeof subject, path, &err);
        hp_complain(subject, "%s", err.message);
    }
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
