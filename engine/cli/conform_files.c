/* SPDX-License-Identifier: Apache-2.0 */
#include "conform_files.h"

#include <string.h>
#include <unistd.h>

/* What writes each file. */
static bool (*const writers[HP_CONFORM_FILES])(
    struct hp_out out, const struct hp_conform_run *run) = {
    [HP_CONFORM_JUNIT] = hp_conform_write_junit,
    [HP_CONFORM_SARIF] = hp_conform_write_sarif,
    [HP_CONFORM_CTRF] = hp_conform_write_ctrf,
    [HP_CONFORM_MARKDOWN] = hp_conform_write_markdown,
    [HP_CONFORM_HTML] = hp_conform_write_html,
    [HP_CONFORM_JSON] = hp_conform_write_json,
    [HP_CONFORM_KNOWN] = hp_conform_write_known,
};

enum hp_exit hp_conform_read_known(struct hp_conform_run *run,
                                   struct hp_known *known,
                                   const struct hp_options *options)
{
    struct hp_conform_error err;

    if (options->conform.known == NULL)
        return HP_EXIT_GOOD;
    if (!hp_known_read(known, options->arena, options->conform.known,
                       run->vectors, &err)) {
        hp_complain(err.file, "%s", err.message);
        return HP_EXIT_INPUT;
    }
    run->known = known;
    return HP_EXIT_GOOD;
}

/* True if one of the folders of the path is called findings. */
static bool is_private(const char *path)
{
    static const char folder[] = "findings/";
    const char *at = strstr(path, folder);

    while (at != NULL && at != path && at[-1] != '/')
        at = strstr(at + 1, folder);
    return at != NULL;
}

static void close_file(struct hp_conform_files *files, size_t which)
{
    struct hp_new_file *file = &files->files[which];

    files->wanted[which] = false;
    (void)hp_output_close(&file->output);
    if (!file->force)
        (void)unlink(file->path);
}

void hp_conform_files_discard(struct hp_conform_files *files)
{
    for (size_t i = 0; i < HP_CONFORM_FILES; i++) {
        if (files->wanted[i])
            close_file(files, i);
    }
}

enum hp_exit hp_conform_files_open(struct hp_conform_files *files,
                                   const struct hp_options *options,
                                   bool discreet)
{
    const struct hp_conform_options *conform = &options->conform;

    memset(files->wanted, 0, sizeof files->wanted);
    files->tells_all = discreet && conform->private_too;
    for (size_t i = 0; i < HP_CONFORM_FILES; i++) {
        const char *path = conform->files[i];
        enum hp_exit exit = HP_EXIT_GOOD;
        if (path == NULL)
            continue;
        if (files->tells_all && !is_private(path)) {
            hp_complain(path, "--private writes only below a folder called "
                              "findings");
            exit = HP_EXIT_USAGE;
        } else if (!hp_new_file_open(&files->files[i], path, options->force,
                                     NULL, 0)) {
            exit = HP_EXIT_INPUT;
        }
        if (exit != HP_EXIT_GOOD) {
            hp_conform_files_discard(files);
            return exit;
        }
        files->wanted[i] = true;
    }
    return HP_EXIT_GOOD;
}

static enum hp_exit write_all(struct hp_conform_files *files,
                              const struct hp_conform_run *run)
{
    struct hp_conform_run told = *run;
    enum hp_exit worst = HP_EXIT_GOOD;

    told.discreet = run->discreet && !files->tells_all;
    for (size_t i = 0; i < HP_CONFORM_FILES; i++) {
        if (!files->wanted[i])
            continue;
        bool written =
            writers[i](hp_output_out(&files->files[i].output), &told);
        enum hp_exit exit = hp_new_file_close(&files->files[i]);
        if (!written && exit == HP_EXIT_GOOD)
            exit = hp_complain_memory();
        if (exit != HP_EXIT_GOOD)
            worst = exit;
    }
    return worst;
}

/* What the whole run says. */
static enum hp_exit verdict_of(const struct hp_conform_run *run)
{
    size_t broken = run->by_standing[HP_STANDING_BROKEN];

    if (broken > 0 || hp_conform_is_empty(run)) {
        hp_complain(NULL,
                    "%zu of %zu cases have no result, %zu are not supported",
                    broken, run->count, run->by_standing[HP_STANDING_SKIPPED]);
        return HP_EXIT_INPUT;
    }
    return hp_conform_is_good(run) ? HP_EXIT_GOOD : HP_EXIT_BAD;
}

enum hp_exit hp_conform_finish(struct hp_conform_files *files,
                               struct hp_conform_run *run,
                               struct hp_output *output)
{
    hp_conform_count(run);
    enum hp_exit written = write_all(files, run);
    (void)hp_conform_write_text(hp_output_out(output), run);
    enum hp_exit verdict = verdict_of(run);
    return written == HP_EXIT_GOOD ? verdict : written;
}
