/* SPDX-License-Identifier: Apache-2.0 */
#include "accept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "pool.h"

/* The unit of the file whose row has the text `name` in front, or the file's
 * own (NULL). */
static const struct hp_unit *find_unit(const struct hp_units *units,
                                       const struct hp_unit_file *file,
                                       const char *name, size_t size)
{
    for (size_t i = 0; i < units->count; i++) {
        const struct hp_unit *unit = &units->units[i];
        const char *row = unit->columns[0];
        if (unit->file == file &&
            (name == NULL ||
             (strlen(row) == size && memcmp(row, name, size) == 0)))
            return unit;
    }
    return NULL;
}

static void write_said(FILE *out, const struct hp_unit *unit)
{
    size_t size = 0;
    char *text = hp_unit_say(unit, &size);

    if (text != NULL)
        (void)fwrite(text, 1, size, out);
    free(text);
}

/* A line of a table, its last column anew. */
static void write_row(FILE *out, const struct hp_units *units,
                      const struct hp_unit_file *file, const char *line,
                      size_t size)
{
    const struct hp_unit *unit =
        *line == '#' ? NULL
                     : find_unit(units, file, line, strcspn(line, "\t\n"));

    if (unit == NULL) {
        (void)fwrite(line, 1, size, out);
    } else {
        for (size_t i = 0; i < HP_UNIT_COLUMNS && unit->columns[i]; i++)
            (void)fprintf(out, "%s\t", unit->columns[i]);
        write_said(out, unit);
    }
    (void)fputc('\n', out);
}

static void write_table(FILE *out, const struct hp_units *units,
                        const struct hp_unit_file *file)
{
    for (const char *line = file->text, *end;
         (end = strchr(line, '\n')) != NULL; line = end + 1)
        write_row(out, units, file, line, (size_t)(end - line));
}

static bool accept_file(const struct hp_units *units,
                        const struct hp_unit_file *file)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);

    if (memory == NULL)
        return false;
    if (file->kind == HP_UNIT_TRANSCRIPT)
        write_said(memory, find_unit(units, file, NULL, 0));
    else
        write_table(memory, units, file);
    FILE *to = fclose(memory) == 0 ? fopen(file->path, "w") : NULL;
    bool written = to != NULL && fwrite(text, 1, size, to) == size;
    if (to != NULL && fclose(to) != 0)
        written = false;
    if (!written)
        hp_complain(file->path, "%s", strerror(errno));
    free(text);
    return written;
}

bool hp_accept(const struct hp_units *units)
{
    FILE *messages = tmpfile();

    /* What the units write there belongs into their transcripts. */
    int kept = dup(STDERR_FILENO);
    bool done = messages != NULL && kept >= 0 &&
                dup2(fileno(messages), STDERR_FILENO) >= 0;
    for (size_t i = 0; done && i < units->file_count; i++) {
        const struct hp_unit_file *file = &units->files[i];
        if (file->count > 0 && file->kind != HP_UNIT_SEED)
            done = accept_file(units, file);
    }
    if (messages != NULL)
        (void)fclose(messages);
    if (kept >= 0)
        (void)dup2(kept, STDERR_FILENO);
    return done;
}
