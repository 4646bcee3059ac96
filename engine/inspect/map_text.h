/* SPDX-License-Identifier: Apache-2.0
 *
 * The map as text for a terminal. */
#ifndef HP_MAP_TEXT_H
#define HP_MAP_TEXT_H

#include "against.h"

/* Something that was done to a file before it was mapped. */
struct hp_inspect_note {
    const char *file; /* bytes from outside */
    const char *text; /* ASCII */
};

/* What the report and the page are about. */
struct hp_inspection {
    const char *file;
    const struct hp_map *map;
    const char *other_file;           /* NULL: there is no second hive */
    const struct hp_against *against; /* then this is NULL, too */
    const struct hp_inspect_note *notes;
    size_t note_count;
};

/* Writes the map; false if `out` refused. */
bool hp_inspect_text(struct hp_out out, const struct hp_inspection *inspection);

/* The few lines that say what is in the hive and how it reads, the
 * same in text, in the page and behind --html. */
void hp_inspect_summary(struct hp_words *words,
                        const struct hp_inspection *inspection);

#endif
