/* SPDX-License-Identifier: Apache-2.0
 *
 * The result of a run: what every report is made from. */
#ifndef HP_CONFORM_SUMMARY_H
#define HP_CONFORM_SUMMARY_H

#include "case_run.h"
#include "known.h"

/* How a case counts for the gate. */
enum hp_case_standing {
    HP_STANDING_GOOD,
    HP_STANDING_SKIPPED, /* not supported */
    HP_STANDING_KNOWN,   /* bad, as it is known to be */
    HP_STANDING_FIXED,   /* a known failure that passes, or fails otherwise */
    HP_STANDING_BAD,
    HP_STANDING_BROKEN, /* the vector cannot be used, or no result came */
    HP_STANDINGS
};

struct hp_conform_run {
    const struct hp_vectors *vectors;
    enum hp_reader_profile profile;
    struct hp_source_identity reader; /* name and version */
    const char
        *way; /* "backend", "module", "command", "session" or "results" */
    const char *sandbox; /* "bwrap" or "none" */
    uint64_t seed;
    unsigned jobs;
    uint64_t milliseconds;
    int64_t started; /* seconds since 1970 */

    struct hp_case_result *results; /* in the order of their ids */
    size_t count;
    const struct hp_known *known;
    /* Which vectors crash somebody else's parser is for its makers to tell
     * (contracts 5). When one is among them no report tells which of the failed
     * cases that are not wrong contents failed how; the counts do. */
    bool discreet;

    /* worked out by hp_conform_count */
    size_t by_verdict[HP_CASE_VERDICTS];
    size_t by_standing[HP_STANDINGS];
};

/* "good", "skipped", "known", "fixed", "bad" or "broken". */
const char *hp_standing_slug(enum hp_case_standing standing);

void hp_conform_count(struct hp_conform_run *run);

const struct hp_vector *hp_conform_vector(const struct hp_conform_run *run,
                                          size_t index);
enum hp_case_standing hp_conform_standing(const struct hp_conform_run *run,
                                          size_t index);

/* The slug that reports show for the case: "failed" where the verdict is not
 * told, "broken" for one without a verdict. */
const char *hp_conform_slug(const struct hp_conform_run *run, size_t index);

/* True if nothing but its slug may be told of the case. */
bool hp_conform_is_secret(const struct hp_conform_run *run, size_t index);

/* What happened in words, printable ASCII, into text[0..room): the detail of a
 * failure, or field, expected and received. What is about text of the hive
 * (hp_conform_path and _name) is not in it. */
void hp_conform_say(char *text, size_t room, const struct hp_conform_run *run,
                    size_t index);
enum { HP_SAY_ROOM = 512 };

/* Where its content differs first, key and value; count 0: nowhere. */
struct hp_text hp_conform_path(const struct hp_case_result *result);
struct hp_text hp_conform_name(const struct hp_case_result *result);

/* The verdict of the run: all as expected; nothing ran; a case without a
 * result. */
bool hp_conform_is_good(const struct hp_conform_run *run);
bool hp_conform_is_empty(const struct hp_conform_run *run);

#endif
