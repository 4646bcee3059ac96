/* SPDX-License-Identifier: Apache-2.0 */
#include "known.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "recipe_folder.h"

#define FILE_LIMIT ((size_t)16 << 20)
#define BLANKS " \t\r"

/* Takes the next word off *line, which is cut up; NULL: none is left. */
static char *next_word(char **line)
{
    char *start = *line + strspn(*line, BLANKS);
    size_t size = strcspn(start, BLANKS);

    if (size == 0)
        return NULL;
    *line = start + size;
    if (**line != '\0')
        *(*line)++ = '\0';
    return start;
}

static bool read_line(struct hp_known_case *known, char *line, uint32_t number,
                      const char *path, const struct hp_vectors *vectors,
                      struct hp_conform_error *err)
{
    char *id = next_word(&line);
    char *verdict = next_word(&line);

    *known = (struct hp_known_case){
        .id = id, .reason = line + strspn(line, BLANKS), .line = number};
    if (hp_vectors_find(vectors, id) == NULL)
        return hp_conform_fail(err, path, "line %" PRIu32 ": no such vector",
                               number);
    known->verdict = verdict == NULL ? HP_CASE_PASS : hp_case_find(verdict);
    if (verdict != NULL && strcmp(verdict, HP_KNOWN_ANY_SLUG) == 0)
        return true;
    if (known->verdict == HP_KNOWN_ANY ||
        !hp_case_is_bad((enum hp_case_verdict)known->verdict))
        return hp_conform_fail(
            err, path, "line %" PRIu32 ": behind the id stands how it fails",
            number);
    return true;
}

static int compare_ids(const void *a, const void *b)
{
    const struct hp_known_case *x = a, *y = b;

    return strcmp(x->id, y->id);
}

static bool check_once(const struct hp_known *known, const char *path,
                       struct hp_conform_error *err)
{
    for (size_t i = 1; i < known->count; i++) {
        const struct hp_known_case *item = &known->cases[i];
        if (strcmp(item->id, item[-1].id) == 0)
            return hp_conform_fail(
                err, path, "lines %" PRIu32 " and %" PRIu32 ": the same id",
                item[-1].line, item->line);
    }
    return true;
}

static size_t count_lines(const char *text)
{
    size_t count = 1;

    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

bool hp_known_read(struct hp_known *known, struct hp_arena *arena,
                   const char *path, const struct hp_vectors *vectors,
                   struct hp_conform_error *err)
{
    struct hp_span bytes;

    *known = (struct hp_known){NULL, 0};
    if (!hp_file_load(&bytes, arena, path, FILE_LIMIT, err))
        return false;
    char *text = hp_arena_copy(arena, bytes.ptr, bytes.len + 1);
    if (text == NULL)
        return hp_conform_fail(err, path, "out of memory");
    if (strlen(text) != bytes.len)
        return hp_conform_fail(err, path, "it holds NUL");
    known->cases =
        hp_arena_array(arena, count_lines(text), sizeof *known->cases);
    if (known->cases == NULL)
        return hp_conform_fail(err, path, "out of memory");
    for (uint32_t number = 1; text != NULL; number++) {
        char *line = text;
        text = strchr(line, '\n');
        if (text != NULL)
            *text++ = '\0';
        line += strspn(line, BLANKS);
        if (*line == '\0' || *line == '#')
            continue;
        if (!read_line(&known->cases[known->count++], line, number, path,
                       vectors, err))
            return false;
    }
    qsort(known->cases, known->count, sizeof *known->cases, compare_ids);
    return check_once(known, path, err);
}

const struct hp_known_case *hp_known_find(const struct hp_known *known,
                                          const char *id)
{
    struct hp_known_case wanted = {.id = id};

    if (known == NULL || known->count == 0)
        return NULL;
    return bsearch(&wanted, known->cases, known->count, sizeof *known->cases,
                   compare_ids);
}
