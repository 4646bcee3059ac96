/* SPDX-License-Identifier: Apache-2.0 */
#include "units.h"

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "output.h"

/* Text files of the tree: more is a mistake. */
#define TEXT_LIMIT ((uint64_t)64 << 20)

#define INDEX "corpus/INDEX"

static const struct pattern {
    const char *glob;
    const char *ending;
    bool is_table;
    enum hp_unit_kind kind; /* of what is no table */
} patterns[] = {
    {"corpus/recipes/*.recipe", ".recipe", false, HP_UNIT_SEED},
    {"corpus/recipes/*.reg", ".reg", false, HP_UNIT_SEED},
    {"regressions/*/*/*.transcript", ".transcript", false, HP_UNIT_TRANSCRIPT},
    {"regressions/*/*/*.tsv", ".tsv", true, HP_UNIT_LIES},
};
enum { PATTERN_COUNT = sizeof patterns / sizeof patterns[0] };

/* The first `size` bytes of `text` as a string, or NULL. */
static char *copy_text(struct hp_arena *arena, const char *text, size_t size)
{
    char *copy = hp_arena_alloc(arena, size + 1);

    if (copy != NULL && size > 0)
        memcpy(copy, text, size);
    return copy;
}

static bool read_text(struct hp_unit_file *file, struct hp_arena *arena)
{
    struct hp_file input;

    if (!hp_file_open_text(&input, file->path, TEXT_LIMIT))
        return false;
    file->size = (size_t)input.size;
    file->text = copy_text(arena, input.bytes, file->size);
    hp_file_close(&input);
    return file->text != NULL;
}

static bool find_kind(struct hp_unit_file *file, const struct pattern *pattern)
{
    const char *name = strrchr(file->stem, '/') + 1;

    file->kind = pattern->kind;
    if (!pattern->is_table)
        return true;
#define X(table, text)                                                         \
    if (strcmp(name, text) == 0) {                                             \
        file->kind = HP_UNIT_##table;                                          \
        return true;                                                           \
    }
    HP_TABLE_KINDS(X)
#undef X
    hp_complain(file->path, "no such table; see regressions/README.md");
    return false;
}

static bool open_file(struct hp_unit_file *file, struct hp_arena *arena,
                      const char *path, const struct pattern *pattern)
{
    size_t stem = strlen(path) - strlen(pattern->ending);

    file->path = copy_text(arena, path, strlen(path));
    file->stem = copy_text(arena, path, stem);
    file->folder = copy_text(arena, path, (size_t)(strrchr(path, '/') - path));
    if (file->path == NULL || file->stem == NULL || file->folder == NULL) {
        (void)hp_complain_memory();
        return false;
    }
    return find_kind(file, pattern) && read_text(file, arena);
}

/* Adds a unit if its name is wanted. */
static bool add(struct hp_units *units, struct hp_arena *arena,
                const struct hp_unit *unit, struct hp_unit_file *file,
                const char *only)
{
    if (only != NULL && fnmatch(only, unit->name, 0) != 0)
        return true;
    if ((units->count & (units->count - 1)) == 0) { /* a power of two */
        size_t room = units->count == 0 ? 1 : 2 * units->count;
        struct hp_unit *more =
            hp_arena_array(arena, room, sizeof *units->units);
        if (more == NULL) {
            (void)hp_complain_memory();
            return false;
        }
        if (units->count > 0)
            memcpy(more, units->units, units->count * sizeof *more);
        units->units = more;
    }
    units->units[units->count++] = *unit;
    file->count++;
    return true;
}

static bool add_row(struct hp_units *units, struct hp_arena *arena,
                    struct hp_unit_file *file, char *line, const char *only)
{
    struct hp_unit unit = {.file = file};
    size_t columns = file->kind == HP_UNIT_RUNS ? 3 : 2;

    for (size_t i = 0; i < columns; i++) {
        char *tab = strchr(line, '\t');
        if (tab == NULL) {
            hp_complain(file->path,
                        "a row of %zu columns and what is expected "
                        "is wanted: %s",
                        columns, line);
            return false;
        }
        *tab = '\0';
        unit.columns[i] = line;
        line = tab + 1;
    }
    unit.expected = line;
    unit.expected_size = strlen(line);
    size_t size = strlen(file->stem) + strlen(unit.columns[0]) + 2;
    char *name = hp_arena_alloc(arena, size);
    if (name == NULL)
        return false;
    (void)snprintf(name, size, "%s/%s", file->stem, unit.columns[0]);
    unit.name = name;
    return add(units, arena, &unit, file, only);
}

static bool add_rows(struct hp_units *units, struct hp_arena *arena,
                     struct hp_unit_file *file, const char *only)
{
    char *text = copy_text(arena, file->text, file->size);

    while (text != NULL && *text != '\0') {
        char *end = strchr(text, '\n');
        if (end == NULL) {
            hp_complain(file->path, "the last line has no end");
            return false;
        }
        *end = '\0';
        if (*text != '#' && *text != '\0' &&
            !add_row(units, arena, file, text, only))
            return false;
        text = end + 1;
    }
    return text != NULL;
}

static bool add_units(struct hp_units *units, struct hp_arena *arena,
                      struct hp_unit_file *file, const char *only)
{
    static const char sound[] = "sound\n";
    struct hp_unit unit = {.name = file->stem, .file = file};

    if (file->kind != HP_UNIT_TRANSCRIPT && file->kind != HP_UNIT_SEED)
        return add_rows(units, arena, file, only);
    unit.expected = file->kind == HP_UNIT_SEED ? sound : file->text;
    unit.expected_size =
        file->kind == HP_UNIT_SEED ? sizeof sound - 1 : file->size;
    return add(units, arena, &unit, file, only);
}

static bool find_files(struct hp_units *units, struct hp_arena *arena,
                       const glob_t *found, const struct pattern *pattern)
{
    for (size_t i = 0; i < found->gl_pathc; i++) {
        if (!open_file(&units->files[units->file_count], arena,
                       found->gl_pathv[i], pattern))
            return false;
        units->file_count++;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct hp_unit *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* Two units of one name would hide each other in every report. */
static bool names_differ(const struct hp_units *units)
{
    for (size_t i = 1; i < units->count; i++) {
        if (strcmp(units->units[i - 1].name, units->units[i].name) == 0) {
            hp_complain(units->units[i].name, "two cases have this name");
            return false;
        }
    }
    return true;
}

bool hp_units_find(struct hp_units *units, struct hp_arena *arena,
                   const char *only)
{
    glob_t found[PATTERN_COUNT];
    size_t total = 0;
    bool done = true;

    *units = (struct hp_units){0};
    for (size_t i = 0; i < PATTERN_COUNT; i++) {
        found[i] = (glob_t){0};
        (void)glob(patterns[i].glob, 0, NULL, &found[i]);
        total += found[i].gl_pathc;
    }
    units->files = hp_arena_array(arena, total, sizeof *units->files);
    for (size_t i = 0; i < PATTERN_COUNT; i++) {
        done = done && units->files != NULL &&
               find_files(units, arena, &found[i], &patterns[i]);
        globfree(&found[i]);
    }
    for (size_t i = 0; done && i < units->file_count; i++)
        done = add_units(units, arena, &units->files[i], only);
    if (done && units->count > 0)
        qsort(units->units, units->count, sizeof *units->units, by_name);
    return done && names_differ(units);
}

/* ---- the index ------------------------------------------------------- */

static size_t count_of(const struct hp_units *units, const char *path)
{
    for (size_t i = 0; i < units->file_count; i++)
        if (strcmp(units->files[i].path, path) == 0)
            return units->files[i].count;
    return 0;
}

/* One line, "COUNT PATH". With a pattern only files with units that match it
 * can be judged. */
static bool check_line(const struct hp_units *units, char *line, bool all)
{
    char *end;
    unsigned long listed = strtoul(line, &end, 10);

    if (end == line || *end != ' ') {
        hp_complain(INDEX, "not COUNT PATH: %s", line);
        return false;
    }
    size_t found = count_of(units, end + 1);
    if (found >= listed || (!all && found > 0))
        return true;
    if (!all)
        return true;
    hp_complain(end + 1, "%lu cases are listed in " INDEX ", %zu are there",
                listed, found);
    return false;
}

bool hp_units_check_index(const struct hp_units *units, struct hp_arena *arena,
                          const char *only)
{
    struct hp_unit_file index = {.path = INDEX};
    size_t lines = 0;
    bool same = true;

    if (!read_text(&index, arena))
        return false;
    for (char *line = index.text, *end; (end = strchr(line, '\n')) != NULL;
         line = end + 1) {
        *end = '\0';
        if (!check_line(units, line, only == NULL))
            same = false;
        lines++;
    }
    if (lines == 0)
        hp_complain(INDEX, "lists no case");
    return same && lines > 0;
}

bool hp_units_write_index(const struct hp_units *units)
{
    FILE *index = fopen(INDEX, "w");

    if (index == NULL) {
        hp_complain(INDEX, "%s", strerror(errno));
        return false;
    }
    for (size_t i = 0; i < units->file_count; i++)
        if (units->files[i].count > 0)
            (void)fprintf(index, "%zu %s\n", units->files[i].count,
                          units->files[i].path);
    if (fclose(index) == 0)
        return true;
    hp_complain(INDEX, "%s", strerror(errno));
    return false;
}
