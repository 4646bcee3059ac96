/* SPDX-License-Identifier: Apache-2.0 */
#include "accept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "pool.h"

/* The item of the file whose row has the text `name` in front, or the file's
 * own (NULL). */
static const struct hp_case *find_unit(const struct hp_cases *cases,
                                       const struct hp_case_file *file,
                                       const char *name, size_t size)
{
    for (size_t i = 0; i < cases->count; i++) {
        const struct hp_case *item = &cases->cases[i];
        const char *row = item->columns[0];
        if (item->file == file &&
            (name == NULL ||
             (strlen(row) == size && memcmp(row, name, size) == 0)))
            return item;
    }
    return NULL;
}

static void write_said(FILE *out, const struct hp_case *item)
{
    size_t size = 0;
    char *text = hp_case_say(item, &size);

    if (text != NULL)
        (void)fwrite(text, 1, size, out);
    free(text);
}

/* A line of a table, its last column anew. */
static void write_row(FILE *out, const struct hp_cases *cases,
                      const struct hp_case_file *file, const char *line,
                      size_t size)
{
    const struct hp_case *item =
        *line == '#' ? NULL
                     : find_unit(cases, file, line, strcspn(line, "\t\n"));

    if (item == NULL) {
        (void)fwrite(line, 1, size, out);
    } else {
        for (size_t i = 0; i < HP_CASE_COLUMNS && item->columns[i]; i++)
            (void)fprintf(out, "%s\t", item->columns[i]);
        write_said(out, item);
    }
    (void)fputc('\n', out);
}

static void write_table(FILE *out, const struct hp_cases *cases,
                        const struct hp_case_file *file)
{
    for (const char *line = file->text, *end;
         (end = strchr(line, '\n')) != NULL; line = end + 1)
        write_row(out, cases, file, line, (size_t)(end - line));
}

static bool accept_file(const struct hp_cases *cases,
                        const struct hp_case_file *file)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);

    if (memory == NULL)
        return false;
    if (file->kind == HP_CASE_TRANSCRIPT)
        write_said(memory, find_unit(cases, file, NULL, 0));
    else
        write_table(memory, cases, file);
    FILE *to = fclose(memory) == 0 ? fopen(file->path, "w") : NULL;
    bool written = to != NULL && fwrite(text, 1, size, to) == size;
    if (to != NULL && fclose(to) != 0)
        written = false;
    free(text);
    return written;
}

bool hp_accept(const struct hp_cases *cases)
{
    FILE *messages = tmpfile();
    const char *failed = messages == NULL ? "standard error" : NULL;

    /* What the cases write there belongs into their transcripts. */
    int kept = dup(STDERR_FILENO);
    if (messages != NULL && dup2(fileno(messages), STDERR_FILENO) < 0)
        failed = "standard error";
    for (size_t i = 0; failed == NULL && i < cases->file_count; i++) {
        const struct hp_case_file *file = &cases->files[i];
        if (file->count > 0 && file->kind != HP_CASE_SEED &&
            !accept_file(cases, file))
            failed = file->path;
    }
    int error = errno;
    if (messages != NULL)
        (void)fclose(messages);
    if (kept >= 0)
        (void)dup2(kept, STDERR_FILENO);
    if (failed != NULL)
        hp_complain(failed, "%s", strerror(error));
    return failed == NULL;
}
