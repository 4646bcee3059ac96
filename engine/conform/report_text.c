/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <inttypes.h>

static void put_case(struct hp_sheet *r, const struct hp_conform_run *run,
                     size_t index, const char *mark)
{
    const struct hp_case_result *result = &run->results[index];
    char said[HP_SAY_ROOM];

    hp_sheet_printf(r, "%-8s %-14s %s\n", mark, hp_conform_slug(run, index),
                    hp_conform_vector(run, index)->id);
    hp_conform_say(said, sizeof said, run, index);
    hp_sheet_put(r, "         ");
    hp_sheet_plain(r, said);
    hp_sheet_put(r, "\n");
    if (result->path_units == 0 || hp_conform_is_secret(run, index))
        return;
    hp_sheet_put(r, "         at ");
    hp_sheet_path(r, hp_conform_path(result));
    if (result->name_units > 0) {
        hp_sheet_put(r, " \"");
        hp_sheet_text(r, HP_ESCAPE_TERMINAL, hp_conform_name(result));
        hp_sheet_put(r, "\"");
    }
    hp_sheet_put(r, "\n");
}

static void put_counts(struct hp_sheet *r, const struct hp_conform_run *run)
{
    const size_t *standing = run->by_standing;

    hp_sheet_printf(r, "%zu cases:", run->count);
    for (unsigned v = 0; v < HP_CASE_VERDICTS; v++) {
        if (v == HP_CASE_PASS || run->by_verdict[v] > 0)
            hp_sheet_printf(r, " %zu %s,", run->by_verdict[v],
                            hp_case_slug((enum hp_case_verdict)v));
    }
    hp_sheet_printf(r, " %zu without a verdict\n",
                    standing[HP_STANDING_BROKEN]);
    if (run->known != NULL)
        hp_sheet_printf(r,
                        "known failures: %zu as known, %zu that pass now, "
                        "%zu others\n",
                        standing[HP_STANDING_KNOWN],
                        standing[HP_STANDING_FIXED], standing[HP_STANDING_BAD]);
}

bool hp_conform_write_text(struct hp_out out, const struct hp_conform_run *run)
{
    static const char *const marks[] = {NULL,    NULL,   NULL,
                                        "FIXED", "FAIL", "BROKEN"};
    struct hp_sheet r = {.out = out};

    for (size_t i = 0; i < run->count; i++) {
        const char *mark = marks[hp_conform_standing(run, i)];
        if (mark != NULL)
            put_case(&r, run, i, mark);
    }
    hp_sheet_bytes(&r, HP_ESCAPE_TERMINAL, run->reader.name);
    hp_sheet_put(&r, " ");
    hp_sheet_bytes(&r, HP_ESCAPE_TERMINAL, run->reader.version);
    hp_sheet_printf(&r, ", profile %s, sandbox %s, seed %" PRIu64 "\n",
                    hp_reader_profile_words[run->profile], run->sandbox,
                    run->seed);
    put_counts(&r, run);
    return !r.failed;
}

bool hp_conform_write_known(struct hp_out out, const struct hp_conform_run *run)
{
    struct hp_sheet r = {.out = out};

    hp_sheet_printf(&r,
                    "# hiveproof conform, known failures under profile %s.\n"
                    "# One case a line: id, verdict, and why if you like. "
                    "When one passes, take it out.\n",
                    hp_reader_profile_words[run->profile]);
    for (size_t i = 0; i < run->count; i++) {
        const struct hp_case_result *result = &run->results[i];
        const char *id = hp_conform_vector(run, i)->id;
        const struct hp_known_case *known = hp_known_find(run->known, id);
        if (!result->ran || result->broken ||
            !hp_case_is_bad((enum hp_case_verdict)result->verdict))
            continue;
        hp_sheet_printf(&r, "%s %s", id, hp_conform_slug(run, i));
        if (known != NULL && known->reason[0] != '\0') {
            hp_sheet_put(&r, " ");
            hp_sheet_put(&r, known->reason);
        }
        hp_sheet_put(&r, "\n");
    }
    return !r.failed;
}
