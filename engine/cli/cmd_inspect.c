/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof inspect: the annotated map of any file that may be a hive, as text
 * or as a page. */
#include <string.h>

#include "commands.h"
#include "logs.h"
#include "map_text.h"
#include "new_file.h"
#include "page.h"

enum { HIVES = 2 }; /* the one that is mapped, and the one to compare */

/* What is said of the logs of dirty hives. */
struct notes {
    struct hp_inspect_note note[HIVES * HP_LIMIT_LOGS];
    char text[HIVES * HP_LIMIT_LOGS][HP_LOG_TEXT_ROOM];
    size_t count;
};

/* Trees of two hives, for each byte of them. */
#define TREE_PER_BYTE ((size_t)64)

static size_t memory_for(const struct hp_file *files, size_t count)
{
    size_t size = hp_map_memory((size_t)files[0].size);

    for (size_t i = 0; count > 1 && i < count; i++)
        size += TREE_PER_BYTE * (size_t)files[i].size;
    return size;
}

static struct hp_span image_of(const struct hp_file *file)
{
    return hp_span_of(file->bytes, (size_t)file->size);
}

static bool has_changed(const struct hp_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (hp_file_has_changed(&files[i]))
            return true;
    }
    return false;
}

/* The page goes to its file, the summary to standard output; or the text. */
static enum hp_exit write(const struct hp_inspection *inspection,
                          const struct hp_file *files, size_t count,
                          const struct hp_options *options,
                          struct hp_output *output)
{
    struct hp_new_file page;
    struct hp_words words;

    if (options->html_file == NULL) {
        (void)hp_inspect_text(hp_output_out(output), inspection);
        return has_changed(files, count) ? HP_EXIT_INPUT : HP_EXIT_GOOD;
    }
    if (!hp_new_file_open(&page, options->html_file, options->force, files,
                          count))
        return HP_EXIT_INPUT;
    (void)hp_inspect_page(hp_output_out(&page.output), inspection);
    enum hp_exit exit = hp_new_file_close(&page);
    if (exit == HP_EXIT_GOOD && has_changed(files, count))
        exit = HP_EXIT_INPUT;
    if (exit != HP_EXIT_GOOD)
        return exit;
    hp_words_begin(&words, hp_output_out(output), HP_ESCAPE_TERMINAL);
    hp_inspect_summary(&words, inspection);
    return HP_EXIT_GOOD;
}

static void note_logs(struct notes *notes, const struct hp_logs *logs)
{
    if (logs == NULL || logs->plan.result == HP_RECOVERY_CLEAN)
        return;
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        char *text = notes->text[notes->count];
        if (logs->file[i].path == NULL)
            continue;
        hp_log_describe(text, &logs->plan.log[i], logs->file[i].full_size);
        notes->note[notes->count++] =
            (struct hp_inspect_note){logs->file[i].path, text};
    }
}

static enum hp_exit inspect(const struct hp_file *files, size_t count,
                            struct hp_arena *arena,
                            const struct hp_options *options,
                            struct hp_output *output)
{
    struct hp_map map;
    struct hp_against against;
    struct notes notes = {.count = 0};
    struct hp_inspection inspection = {
        .file = files[0].path, .map = &map, .notes = notes.note};

    if (!hp_map_open(&map, arena, image_of(&files[0])))
        return hp_complain_memory();
    if (count > 1) {
        if (!hp_against_open(&against, &map, arena, image_of(&files[1])))
            return hp_complain_memory();
        inspection.other_file = files[1].path;
        inspection.against = &against;
    }
    if (has_changed(files, count))
        return HP_EXIT_INPUT;
    for (size_t i = 0; i < count; i++)
        note_logs(&notes, files[i].logs);
    inspection.note_count = notes.count;
    enum hp_exit exit = write(&inspection, files, count, options, output);
    if (exit != HP_EXIT_GOOD)
        return exit;
    bool good =
        hp_map_is_whole(&map) && (count == 1 || !hp_against_differs(&against));
    return good ? HP_EXIT_GOOD : HP_EXIT_BAD;
}

enum hp_exit hp_cmd_inspect(struct hp_options *options,
                            struct hp_output *output)
{
    const char *const paths[HIVES] = {options->operands[0],
                                      options->against_file};
    struct hp_file files[HIVES] = {0};
    size_t count = 0;
    enum hp_exit exit = HP_EXIT_GOOD;

    while (count < HIVES && paths[count] != NULL && exit == HP_EXIT_GOOD) {
        if (hp_file_open_with_logs(&files[count], paths[count], options,
                                   count == 0))
            count++;
        else
            exit = HP_EXIT_INPUT;
    }
    if (exit == HP_EXIT_GOOD) {
        struct hp_arena arena =
            hp_arena_chunked(hp_allocator_libc, memory_for(files, count));
        exit = inspect(files, count, &arena, options, output);
        hp_arena_close(&arena);
    }
    while (count > 0)
        hp_file_close(&files[--count]);
    return exit;
}
