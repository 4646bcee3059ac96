/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof conform list, show and export: the vectors themselves. */
#include <string.h>

#include "commands.h"
#include "conform_vectors.h"
#include "describe.h"
#include "export.h"
#include "json_text.h"
#include "logs.h"
#include "map_text.h"
#include "recipe_folder.h"
#include "report.h"

/* A vector's recipe, hive and map. */
#define SHOW_MEMORY ((size_t)4 << 30)
#define RECIPE_MOST ((size_t)1 << 20)

enum { PATH_ROOM = 1024 };

/* Text of a vector, a backslash of which stays one. */
static void put(struct hp_output *output, const char *bytes)
{
    struct hp_sheet sheet = {.out = hp_output_out(output)};

    hp_sheet_plain(&sheet, bytes);
}

/* ---- list ------------------------------------------------------------- */

static bool list_json(struct hp_output *output, const struct hp_vector *vector)
{
    struct hp_json doc = {json_incref(vector->json), false};

    return hp_json_write(&doc, hp_output_out(output), false);
}

static void list_text(struct hp_output *output, const struct hp_vector *vector)
{
    const struct hp_vector_expectation *expected = vector->expected;

    hp_output_printf(output, "%-8s %-40s %-7s %-7s ", vector->group, vector->id,
                     hp_expect_words[expected[HP_READER_STRICT].verdict],
                     hp_expect_words[expected[HP_READER_FORENSIC].verdict]);
    put(output, vector->says);
    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++) {
        if (vector->log[i] != NULL)
            hp_output_printf(output, " %s", vector->log[i]);
    }
    hp_output_printf(output, "\n");
}

static enum hp_exit list(struct hp_options *options,
                         const struct hp_vectors *vectors,
                         struct hp_output *output)
{
    for (size_t i = 0; i < vectors->count; i++) {
        const struct hp_vector *vector = &vectors->items[i];
        if (!hp_conform_wants(&options->conform, vector))
            continue;
        if (!options->json)
            list_text(output, vector);
        else if (!list_json(output, vector) && output->error == 0)
            return hp_complain_memory();
    }
    return HP_EXIT_GOOD;
}

/* ---- show ------------------------------------------------------------- */

static void show_head(struct hp_output *output, const struct hp_vector *vector)
{
    hp_output_printf(output, "%s\n  ", vector->id);
    put(output, vector->says);
    hp_output_printf(output, "\n  rule    ");
    put(output, vector->rule);
    if (vector->lie_field != NULL) {
        hp_output_printf(output, "\n  lie     ");
        put(output, vector->lie_record);
        hp_output_printf(output, ".");
        put(output, vector->lie_field);
        hp_output_printf(output, " at position %llu",
                         (unsigned long long)vector->lie_offset);
        if (vector->lie_file != NULL)
            hp_output_printf(output, " of the log %s", vector->lie_file);
    }
    if (vector->twin != NULL) {
        hp_output_printf(output, "\n  twin    ");
        put(output, vector->twin);
    }
    hp_output_printf(output, "\n  impact  %s\n\n", vector->impact);
}

/* The member of the file as it stands there. */
static bool show_member(struct hp_output *output,
                        const struct hp_vector *vector, const char *name)
{
    struct hp_json doc = {json_incref(json_object_get(vector->json, name)),
                          false};

    hp_output_printf(output, "%s ", name);
    return hp_json_write(&doc, hp_output_out(output), true);
}

static enum hp_exit show_recipe(struct hp_output *output,
                                struct hp_arena *arena,
                                const struct hp_vectors *vectors,
                                const struct hp_vector *vector,
                                struct hp_conform_error *err)
{
    char path[PATH_ROOM];
    struct hp_span bytes;

    if (!hp_vector_path(path, sizeof path, vectors, vector, ".recipe"))
        return hp_complain_memory();
    if (!hp_file_load(&bytes, arena, path, RECIPE_MOST, err))
        return hp_conform_complain(err);
    hp_output_printf(output, "\n");
    put(output, path);
    hp_output_printf(output, "\n\n");
    /* Line by line: each is escaped, line ends are kept. */
    char *line = hp_arena_copy(arena, bytes.ptr, bytes.len + 1);
    while (line != NULL && *line != '\0') {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        hp_output_printf(output, "    ");
        put(output, line);
        hp_output_printf(output, "\n");
        line = end == NULL ? NULL : end + 1;
    }
    return HP_EXIT_GOOD;
}

/* What becomes of the logs, for the summary of the map. */
struct log_notes {
    struct hp_inspect_note note[HP_LIMIT_LOGS];
    char text[HP_LIMIT_LOGS][HP_LOG_TEXT_ROOM];
    size_t count;
};

static void note_logs(struct log_notes *notes, const struct hp_vector *vector,
                      const struct hp_vector_files *files)
{
    struct hp_log_set set = {.primary = files->hive};
    struct hp_recovery plan;

    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++)
        set.log[i] = files->log[i];
    (void)hp_recovery_plan(&plan, &set);
    notes->count = 0;
    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++) {
        if (vector->log[i] == NULL)
            continue;
        char *text = notes->text[notes->count];
        hp_log_describe(text, &plan.log[i], files->log[i].len);
        notes->note[notes->count++] =
            (struct hp_inspect_note){vector->log[i], text};
    }
}

static enum hp_exit show_map(struct hp_output *output, struct hp_arena *arena,
                             const struct hp_vectors *vectors,
                             const struct hp_vector *vector,
                             struct hp_conform_error *err)
{
    struct hp_inspection inspection = {.file = vector->id};
    struct hp_vector_files files;
    struct log_notes notes;
    struct hp_plan plan;
    struct hp_map map;

    if (!hp_vector_plan(&plan, arena, vectors, vector, "own", 0, err) ||
        !hp_vector_forge(&files, &plan, vectors, vector, err))
        return hp_conform_complain(err);
    if (!hp_map_open(&map, arena, files.hive))
        return hp_complain_memory();
    inspection.map = &map;
    note_logs(&notes, vector, &files);
    inspection.notes = notes.note;
    inspection.note_count = notes.count;
    hp_output_printf(output, "\n");
    (void)hp_inspect_text(hp_output_out(output), &inspection);
    return HP_EXIT_GOOD;
}

static enum hp_exit show(struct hp_options *options,
                         const struct hp_vectors *vectors,
                         struct hp_output *output)
{
    const char *id = options->operands[0];
    const struct hp_vector *vector = hp_vectors_find(vectors, id);
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, SHOW_MEMORY);
    struct hp_conform_error err;

    if (vector == NULL) {
        hp_complain(id, "no vector is called so; see hiveproof conform list");
        return HP_EXIT_USAGE;
    }
    show_head(output, vector);
    (void)show_member(output, vector, "profiles");
    (void)show_member(output, vector, "evidence");
    (void)show_member(output, vector, "sources");
    enum hp_exit exit = show_recipe(output, &arena, vectors, vector, &err);
    if (exit == HP_EXIT_GOOD)
        exit = show_map(output, &arena, vectors, vector, &err);
    hp_arena_close(&arena);
    return exit;
}

/* ---- export ----------------------------------------------------------- */

static enum hp_exit export(struct hp_options *options,
                           const struct hp_vectors *vectors,
                           struct hp_output *output) {
    const char *path = options->operands[0]; struct hp_conform_error err;

    if (!hp_conform_export(path, vectors,
                           &err)) return hp_conform_complain(&err);
    hp_output_printf(output, "%zu vectors in ", vectors->count);
    put(output, path);
    hp_output_printf(output, "\n");
    return HP_EXIT_GOOD;
}

enum hp_exit hp_cmd_conform_list(struct hp_options *options,
                                 struct hp_output *output)
{
    return hp_conform_with_vectors(options, output, list);
}

enum hp_exit hp_cmd_conform_show(struct hp_options *options,
                                 struct hp_output *output)
{
    return hp_conform_with_vectors(options, output, show);
}

enum hp_exit hp_cmd_conform_export(struct hp_options *options,
                                   struct hp_output *output)
{
    return hp_conform_with_vectors(options, output, export);
}
