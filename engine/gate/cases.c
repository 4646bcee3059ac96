/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

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
    enum hp_case_kind kind; /* of what is no table */
} patterns[] = {
    {"corpus/recipes/*.recipe", ".recipe", false, HP_CASE_SEED},
    {"corpus/recipes/*.reg", ".reg", false, HP_CASE_SEED},
    {"regressions/*/*/*.transcript", ".transcript", false, HP_CASE_TRANSCRIPT},
    {"regressions/*/*/*.tsv", ".tsv", true, HP_CASE_LIES},
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

static bool read_text(struct hp_case_file *file, struct hp_arena *arena)
{
    struct hp_file input;

    if (!hp_file_open_text(&input, file->path, TEXT_LIMIT))
        return false;
    file->size = (size_t)input.size;
    file->text = copy_text(arena, input.bytes, file->size);
    hp_file_close(&input);
    return file->text != NULL;
}

static bool find_kind(struct hp_case_file *file, const struct pattern *pattern)
{
    const char *name = strrchr(file->stem, '/') + 1;

    file->kind = pattern->kind;
    if (!pattern->is_table)
        return true;
#define X(table, text)                                                         \
    if (strcmp(name, text) == 0) {                                             \
        file->kind = HP_CASE_##table;                                          \
        return true;                                                           \
    }
    HP_TABLE_KINDS(X)
#undef X
    hp_complain(file->path, "no such table; see regressions/README.md");
    return false;
}

static bool open_file(struct hp_case_file *file, struct hp_arena *arena,
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

/* Adds a item if its name is wanted. */
static bool add(struct hp_cases *cases, struct hp_arena *arena,
                const struct hp_case *item, struct hp_case_file *file,
                const char *only)
{
    if (only != NULL && fnmatch(only, item->name, 0) != 0)
        return true;
    if ((cases->count & (cases->count - 1)) == 0) { /* a power of two */
        size_t room = cases->count == 0 ? 1 : 2 * cases->count;
        struct hp_case *more =
            hp_arena_array(arena, room, sizeof *cases->cases);
        if (more == NULL) {
            (void)hp_complain_memory();
            return false;
        }
        if (cases->count > 0)
            memcpy(more, cases->cases, cases->count * sizeof *more);
        cases->cases = more;
    }
    cases->cases[cases->count++] = *item;
    file->count++;
    return true;
}

static bool add_row(struct hp_cases *cases, struct hp_arena *arena,
                    struct hp_case_file *file, char *line, const char *only)
{
    struct hp_case item = {.file = file};
    bool both = file->kind == HP_CASE_RUNS || file->kind == HP_CASE_STARVED ||
                file->kind == HP_CASE_SOFTWARE;
    size_t columns = both ? 3 : 2;

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
        item.columns[i] = line;
        line = tab + 1;
    }
    item.expected = line;
    item.expected_size = strlen(line);
    size_t size = strlen(file->stem) + strlen(item.columns[0]) + 2;
    char *name = hp_arena_alloc(arena, size);
    if (name == NULL)
        return false;
    (void)snprintf(name, size, "%s/%s", file->stem, item.columns[0]);
    item.name = name;
    return add(cases, arena, &item, file, only);
}

static bool add_rows(struct hp_cases *cases, struct hp_arena *arena,
                     struct hp_case_file *file, const char *only)
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
            !add_row(cases, arena, file, text, only))
            return false;
        text = end + 1;
    }
    return text != NULL;
}

static bool add_units(struct hp_cases *cases, struct hp_arena *arena,
                      struct hp_case_file *file, const char *only)
{
    static const char sound[] = "sound\n";
    struct hp_case item = {.name = file->stem, .file = file};

    if (file->kind != HP_CASE_TRANSCRIPT && file->kind != HP_CASE_SEED)
        return add_rows(cases, arena, file, only);
    item.expected = file->kind == HP_CASE_SEED ? sound : file->text;
    item.expected_size =
        file->kind == HP_CASE_SEED ? sizeof sound - 1 : file->size;
    return add(cases, arena, &item, file, only);
}

static bool find_files(struct hp_cases *cases, struct hp_arena *arena,
                       const glob_t *found, const struct pattern *pattern)
{
    for (size_t i = 0; i < found->gl_pathc; i++) {
        if (!open_file(&cases->files[cases->file_count], arena,
                       found->gl_pathv[i], pattern))
            return false;
        cases->file_count++;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct hp_case *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* Two cases of one name would hide each other in every report. */
static bool names_differ(const struct hp_cases *cases)
{
    for (size_t i = 1; i < cases->count; i++) {
        if (strcmp(cases->cases[i - 1].name, cases->cases[i].name) == 0) {
            hp_complain(cases->cases[i].name, "two cases have this name");
            return false;
        }
    }
    return true;
}

bool hp_cases_find(struct hp_cases *cases, struct hp_arena *arena,
                   const char *only)
{
    glob_t found[PATTERN_COUNT];
    size_t total = 0;
    bool done = true;

    *cases = (struct hp_cases){0};
    for (size_t i = 0; i < PATTERN_COUNT; i++) {
        found[i] = (glob_t){0};
        (void)glob(patterns[i].glob, 0, NULL, &found[i]);
        total += found[i].gl_pathc;
    }
    cases->files = hp_arena_array(arena, total, sizeof *cases->files);
    for (size_t i = 0; i < PATTERN_COUNT; i++) {
        done = done && cases->files != NULL &&
               find_files(cases, arena, &found[i], &patterns[i]);
        globfree(&found[i]);
    }
    for (size_t i = 0; done && i < cases->file_count; i++)
        done = add_units(cases, arena, &cases->files[i], only);
    if (done && cases->count > 0)
        qsort(cases->cases, cases->count, sizeof *cases->cases, by_name);
    return done && names_differ(cases);
}

/* ---- the index ------------------------------------------------------- */

static size_t count_of(const struct hp_cases *cases, const char *path)
{
    for (size_t i = 0; i < cases->file_count; i++)
        if (strcmp(cases->files[i].path, path) == 0)
            return cases->files[i].count;
    return 0;
}

/* One line, "COUNT PATH"; counts say nothing where a pattern chose among the
 * cases. */
static bool check_line(const struct hp_cases *cases, char *line, bool all)
{
    char *end;
    unsigned long listed = strtoul(line, &end, 10);

    if (end == line || *end != ' ') {
        hp_complain(INDEX, "not COUNT PATH: %s", line);
        return false;
    }
    size_t found = count_of(cases, end + 1);
    if (found >= listed || !all)
        return true;
    hp_complain(end + 1, "%lu cases are listed in " INDEX ", %zu are there",
                listed, found);
    return false;
}

bool hp_cases_check_index(const struct hp_cases *cases, struct hp_arena *arena,
                          const char *only)
{
    struct hp_case_file index = {.path = INDEX};
    size_t lines = 0;
    bool same = true;

    if (!read_text(&index, arena))
        return false;
    for (char *line = index.text, *end; (end = strchr(line, '\n')) != NULL;
         line = end + 1) {
        *end = '\0';
        if (!check_line(cases, line, only == NULL))
            same = false;
        lines++;
    }
    if (lines == 0)
        hp_complain(INDEX, "lists no case");
    return same && lines > 0;
}

bool hp_cases_write_index(const struct hp_cases *cases)
{
    FILE *index = fopen(INDEX, "w");

    if (index == NULL) {
        hp_complain(INDEX, "%s", strerror(errno));
        return false;
    }
    for (size_t i = 0; i < cases->file_count; i++)
        if (cases->files[i].count > 0)
            (void)fprintf(index, "%zu %s\n", cases->files[i].count,
                          cases->files[i].path);
    if (fclose(index) == 0)
        return true;
    hp_complain(INDEX, "%s", strerror(errno));
    return false;
}
