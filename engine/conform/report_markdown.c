/* SPDX-License-Identifier: Apache-2.0
 *
 * Markdown for a summary of a CI run. */
#include <inttypes.h>

#include "report.h"

static void put_counts(struct hp_sheet *r, const struct hp_conform_run *run)
{
    hp_sheet_put(r, "| verdict | cases |\n|---|---:|\n");
    for (unsigned v = 0; v < HP_CASE_VERDICTS; v++)
        hp_sheet_printf(r, "| %s | %zu |\n",
                        hp_case_slug((enum hp_case_verdict)v),
                        run->by_verdict[v]);
    if (run->by_standing[HP_STANDING_BROKEN] > 0)
        hp_sheet_printf(r, "| without a verdict | %zu |\n",
                        run->by_standing[HP_STANDING_BROKEN]);
    hp_sheet_printf(r, "| all | %zu |\n\n", run->count);
}

static void put_case(struct hp_sheet *r, const struct hp_conform_run *run,
                     size_t index)
{
    const struct hp_case_result *result = &run->results[index];
    char said[HP_SAY_ROOM];

    hp_conform_say(said, sizeof said, run, index);
    hp_sheet_printf(r, "| %s | %s | %s | ", hp_conform_vector(run, index)->id,
                    hp_standing_slug(hp_conform_standing(run, index)),
                    hp_conform_slug(run, index));
    hp_sheet_bytes(r, HP_ESCAPE_MARKDOWN, said);
    hp_sheet_put(r, " | ");
    if (!hp_conform_is_secret(run, index)) {
        hp_sheet_text(r, HP_ESCAPE_MARKDOWN, hp_conform_path(result));
        hp_sheet_put(r, result->name_units > 0 ? " " : "");
        hp_sheet_text(r, HP_ESCAPE_MARKDOWN, hp_conform_name(result));
    }
    hp_sheet_put(r, " |\n");
}

bool hp_conform_write_markdown(struct hp_out out,
                               const struct hp_conform_run *run)
{
    struct hp_sheet r = {.out = out};

    hp_sheet_put(&r, "## ");
    hp_sheet_bytes(&r, HP_ESCAPE_MARKDOWN, run->reader.name);
    hp_sheet_put(&r, " ");
    hp_sheet_bytes(&r, HP_ESCAPE_MARKDOWN, run->reader.version);
    hp_sheet_printf(&r,
                    " against the vectors of hiveproof " HP_VERSION
                    "\n\nProfile %s, sandbox %s, seed %" PRIu64 ".\n\n",
                    hp_reader_profile_words[run->profile], run->sandbox,
                    run->seed);
    put_counts(&r, run);
    hp_sheet_put(&r, "| vector | standing | verdict | what | where |\n"
                     "|---|---|---|---|---|\n");
    for (size_t i = 0; i < run->count; i++) {
        enum hp_case_standing standing = hp_conform_standing(run, i);
        if (standing != HP_STANDING_GOOD && standing != HP_STANDING_SKIPPED)
            put_case(&r, run, i);
    }
    return !r.failed;
}
