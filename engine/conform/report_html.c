/* SPDX-License-Identifier: Apache-2.0
 *
 * One page that needs nothing else: no script, one style, allowed by its hash.
 * Failures are first; every case stands in the table behind them. */
#include <inttypes.h>

#include "json_text.h"
#include "report.h"

#define STYLE                                                                  \
    "body{font:1em/1.4 sans-serif;margin:1em auto;max-width:75em;"             \
    "padding:0 1em}"                                                           \
    "table{border-collapse:collapse;width:100%}"                               \
    "th,td{border:1px solid;padding:.2em .5em;text-align:left;"                \
    "vertical-align:top;overflow-wrap:anywhere}"                               \
    "th{position:sticky;top:0;background:Canvas}"                              \
    ".n{text-align:right}.w{width:auto}"                                       \
    "@media print{th{position:static}}"
/* A test holds it against STYLE. */
#define STYLE_HASH "sha256-vgSjeMdUf5sWN14hIJkjE9y2tPdCi8EsOXlFhYiKQno="

static void put_head(struct hp_sheet *r, const struct hp_conform_run *run)
{
    hp_sheet_put(r,
                 "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                 "<meta charset=\"utf-8\">\n"
                 "<meta http-equiv=\"Content-Security-Policy\" "
                 "content=\"default-src 'none'; style-src '" STYLE_HASH
                 "'; base-uri 'none'; form-action 'none'\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width\">\n"
                 "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    hp_sheet_bytes(r, HP_ESCAPE_HTML, run->reader.name);
    hp_sheet_put(r, " - hiveproof conform</title>\n<style>" STYLE
                    "</style>\n</head>\n<body>\n<h1>");
    hp_sheet_bytes(r, HP_ESCAPE_HTML, run->reader.name);
    hp_sheet_put(r, " ");
    hp_sheet_bytes(r, HP_ESCAPE_HTML, run->reader.version);
    hp_sheet_put(r, "</h1>\n");
}

static void put_facts(struct hp_sheet *r, const struct hp_conform_run *run)
{
    char started[HP_TIME_ROOM];

    hp_time_write(started, run->started);
    hp_sheet_printf(r,
                    "<p>Against the vectors of hiveproof " HP_VERSION
                    ", profile %s, sandbox %s, seed %" PRIu64 ", %s, %" PRIu64
                    " ms with %u jobs.</p>\n",
                    hp_reader_profile_words[run->profile], run->sandbox,
                    run->seed, started, run->milliseconds, run->jobs);
    if (run->discreet)
        hp_sheet_put(r, "<p>Which of the failed cases that are not wrong "
                        "contents failed how is for the parser's makers "
                        "alone; the counts are whole.</p>\n");
    hp_sheet_put(r, "<table class=\"w\">\n<caption>Counts</caption>\n<tr>"
                    "<th scope=\"col\">verdict</th><th scope=\"col\">cases"
                    "</th><th scope=\"col\">what it means</th></tr>\n");
    for (unsigned v = 0; v < HP_CASE_VERDICTS; v++)
        hp_sheet_printf(r,
                        "<tr><th scope=\"row\">%s</th><td class=\"n\">%zu</td>"
                        "<td>%s</td></tr>\n",
                        hp_case_slug((enum hp_case_verdict)v),
                        run->by_verdict[v],
                        hp_case_text((enum hp_case_verdict)v));
    hp_sheet_printf(r,
                    "<tr><th scope=\"row\">broken</th><td class=\"n\">%zu"
                    "</td><td>no result came</td></tr>\n</table>\n",
                    run->by_standing[HP_STANDING_BROKEN]);
}

static void put_place(struct hp_sheet *r, const struct hp_case_result *result)
{
    if (result->path_units == 0)
        return;
    hp_sheet_put(r, "<br>at <code>");
    hp_sheet_text(r, HP_ESCAPE_HTML, hp_conform_path(result));
    hp_sheet_put(r, "</code>");
    if (result->name_units == 0)
        return;
    hp_sheet_put(r, " <code>");
    hp_sheet_text(r, HP_ESCAPE_HTML, hp_conform_name(result));
    hp_sheet_put(r, "</code>");
}

static void put_case(struct hp_sheet *r, const struct hp_conform_run *run,
                     size_t index, const char *anchor)
{
    const struct hp_vector *vector = hp_conform_vector(run, index);
    const struct hp_known_case *known = hp_known_find(run->known, vector->id);
    char said[HP_SAY_ROOM];

    hp_conform_say(said, sizeof said, run, index);
    hp_sheet_printf(r,
                    "<tr id=\"%s%s\"><th scope=\"row\">%s</th><td>%s</td>"
                    "<td>%s</td><td>%s</td><td>",
                    anchor, vector->id, vector->id, vector->group,
                    hp_standing_slug(hp_conform_standing(run, index)),
                    hp_conform_slug(run, index));
    hp_sheet_bytes(r, HP_ESCAPE_HTML, vector->says);
    hp_sheet_put(r, "<br>");
    hp_sheet_bytes(r, HP_ESCAPE_HTML, said);
    if (!hp_conform_is_secret(run, index))
        put_place(r, &run->results[index]);
    if (known != NULL && known->reason[0] != '\0') {
        hp_sheet_put(r, "<br>known: ");
        hp_sheet_bytes(r, HP_ESCAPE_HTML, known->reason);
    }
    hp_sheet_put(r, "</td></tr>\n");
}

static void put_table(struct hp_sheet *r, const struct hp_conform_run *run,
                      const char *caption, const char *anchor, bool all)
{
    hp_sheet_printf(r,
                    "<table>\n<caption>%s</caption>\n<tr>"
                    "<th scope=\"col\">vector</th><th scope=\"col\">group"
                    "</th><th scope=\"col\">standing</th><th scope=\"col\">"
                    "verdict</th><th scope=\"col\">what</th></tr>\n",
                    caption);
    for (size_t i = 0; i < run->count; i++) {
        enum hp_case_standing standing = hp_conform_standing(run, i);
        if (all || standing >= HP_STANDING_KNOWN)
            put_case(r, run, i, anchor);
    }
    hp_sheet_put(r, "</table>\n");
}

bool hp_conform_write_html(struct hp_out out, const struct hp_conform_run *run)
{
    struct hp_sheet r = {.out = out};

    put_head(&r, run);
    put_facts(&r, run);
    hp_sheet_put(&r, "<h2>Failures</h2>\n");
    put_table(&r, run, "Known failures among them", "failure-", false);
    hp_sheet_put(&r, "<h2>All cases</h2>\n<details><summary>Every case"
                     "</summary>\n");
    put_table(&r, run, "In the order of their ids", "case-", true);
    hp_sheet_put(&r, "</details>\n</body>\n</html>\n");
    return !r.failed;
}
