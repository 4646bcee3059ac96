/* SPDX-License-Identifier: Apache-2.0 */
#include "map_text.h"

#include <inttypes.h>

/* "keys" for any number but 1. */
static const char *s_of(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static const char *verdict(const struct hp_map *map)
{
    if (map->result == HP_WALK_REFUSED)
        return "The reader refuses it";
    return map->result == HP_WALK_DONE ? "The reader reads it whole"
                                       : "The reader reads it in part";
}

static void put_against(struct hp_words *words,
                        const struct hp_inspection *inspection)
{
    const struct hp_against *against = inspection->against;

    hp_words_put(words,
                 hp_against_differs(against) ? "Differs from " : "Equal to ");
    hp_words_bytes(words, inspection->other_file);
    hp_words_put(words,
                 ": %" PRIu64 " difference%s in what they say, %" PRIu64
                 " part%s with other bytes%s\n",
                 against->said, s_of(against->said), against->parts,
                 s_of(against->parts),
                 against->result_b == HP_WALK_REFUSED
                     ? "; the reader refuses the second"
                     : "");
}

void hp_inspect_summary(struct hp_words *words,
                        const struct hp_inspection *inspection)
{
    const struct hp_map *map = inspection->map;

    hp_words_bytes(words, inspection->file);
    hp_words_put(words,
                 ": %zu bytes; %zu bin%s, %zu cell%s; %" PRIu64
                 " key%s, %" PRIu64 " value%s, %" PRIu64 " bytes of data\n",
                 map->image.len, map->bins, s_of(map->bins), map->cells,
                 s_of(map->cells), map->keys, s_of(map->keys), map->values,
                 s_of(map->values), map->data_bytes);
    hp_words_put(words,
                 "%s; %" PRIu64 " problem%s, %" PRIu64
                 " of which cost%s content\n",
                 verdict(map), map->events, s_of(map->events), map->costly,
                 map->costly == 1 ? "s" : "");
    for (size_t i = 0; i < inspection->note_count; i++) {
        hp_words_bytes(words, inspection->notes[i].file);
        hp_words_put(words, ": %s\n", inspection->notes[i].text);
    }
    if (inspection->against != NULL)
        put_against(words, inspection);
}

static void put_parts(struct hp_words *words,
                      const struct hp_inspection *inspection)
{
    const struct hp_map *map = inspection->map;
    const struct hp_against *against = inspection->against;

    for (size_t i = 0; i < map->count && !words->failed; i++) {
        const struct hp_part *part = &map->parts[i];
        hp_words_part(words, map, part,
                      against != NULL && hp_against_part(against, i));
        for (uint32_t p = 0; p < part->problem_count; p++) {
            hp_words_put(words, "  ");
            hp_words_problem(words, map, part->first_problem + p);
            hp_words_put(words, "\n");
        }
        hp_words_fields(words, map, part, true);
    }
}

bool hp_inspect_text(struct hp_out out, const struct hp_inspection *inspection)
{
    const struct hp_map *map = inspection->map;
    struct hp_words words;

    hp_words_begin(&words, out, HP_ESCAPE_TERMINAL);
    hp_inspect_summary(&words, inspection);
    hp_words_put(&words, "Offsets count from the first bin, as in the hive "
                         "itself: 4096 less than in the file\n\n");
    put_parts(&words, inspection);
    if (map->problem_count > 0)
        hp_words_put(&words, "\nProblems\n");
    for (size_t i = 0; i < map->problem_count && !words.failed; i++) {
        hp_words_problem(&words, map, i);
        hp_words_put(&words, "\n");
    }
    if (inspection->against != NULL) {
        hp_words_put(&words, "\nWhat the two say differently\n");
        hp_against_said(inspection->against, &words);
        hp_words_put(&words, "\nWhere their bytes differ\n");
        hp_against_bytes(inspection->against, &words);
    }
    hp_words_put(&words, "\n");
    hp_inspect_summary(&words, inspection);
    return !words.failed;
}
