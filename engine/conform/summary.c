/* SPDX-License-Identifier: Apache-2.0 */
#include "summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct hp_vector *hp_conform_vector(const struct hp_conform_run *run,
                                          size_t index)
{
    return &run->vectors->items[run->results[index].index];
}

static enum hp_case_verdict verdict_of(const struct hp_conform_run *run,
                                       size_t index)
{
    return (enum hp_case_verdict)run->results[index].verdict;
}

enum hp_case_standing hp_conform_standing(const struct hp_conform_run *run,
                                          size_t index)
{
    const struct hp_case_result *result = &run->results[index];
    enum hp_case_verdict verdict = verdict_of(run, index);
    const struct hp_known_case *known =
        hp_known_find(run->known, hp_conform_vector(run, index)->id);

    if (!result->ran || result->broken)
        return HP_STANDING_BROKEN;
    if (verdict == HP_CASE_NOT_SUPPORTED)
        return HP_STANDING_SKIPPED;
    if (verdict == HP_CASE_PASS)
        return known == NULL ? HP_STANDING_GOOD : HP_STANDING_FIXED;
    if (known != NULL &&
        (known->verdict == HP_KNOWN_ANY || known->verdict == verdict))
        return HP_STANDING_KNOWN;
    return HP_STANDING_BAD;
}

const char *hp_standing_slug(enum hp_case_standing standing)
{
    static const char *const slugs[HP_STANDINGS] = {
        "good", "skipped", "known", "fixed", "bad", "broken"};

    return slugs[standing];
}

void hp_conform_count(struct hp_conform_run *run)
{
    memset(run->by_verdict, 0, sizeof run->by_verdict);
    memset(run->by_standing, 0, sizeof run->by_standing);
    for (size_t i = 0; i < run->count; i++) {
        enum hp_case_standing standing = hp_conform_standing(run, i);
        run->by_standing[standing]++;
        if (standing != HP_STANDING_BROKEN)
            run->by_verdict[verdict_of(run, i)]++;
    }
}

/* Where nobody's parser died there is nothing to keep. */
static bool has_secrets(const struct hp_conform_run *run)
{
    return run->discreet && run->by_verdict[HP_CASE_CRASH] +
                                    run->by_verdict[HP_CASE_HANG] +
                                    run->by_verdict[HP_CASE_EXHAUSTION] >
                                0;
}

bool hp_conform_is_secret(const struct hp_conform_run *run, size_t index)
{
    const struct hp_case_result *result = &run->results[index];
    enum hp_case_verdict verdict = verdict_of(run, index);

    return has_secrets(run) && result->ran && !result->broken &&
           hp_case_is_bad(verdict) && verdict != HP_CASE_WRONG_CONTENT;
}

const char *hp_conform_slug(const struct hp_conform_run *run, size_t index)
{
    const struct hp_case_result *result = &run->results[index];

    if (!result->ran || result->broken)
        return "broken";
    if (hp_conform_is_secret(run, index))
        return HP_KNOWN_ANY_SLUG;
    return hp_case_slug(verdict_of(run, index));
}

void hp_conform_say(char *text, size_t room, const struct hp_conform_run *run,
                    size_t index)
{
    const struct hp_case_result *result = &run->results[index];
    const char *what = hp_case_text(verdict_of(run, index));

    if (!result->ran)
        (void)snprintf(text, room, "no result came");
    else if (result->broken)
        (void)snprintf(text, room, "%s", result->detail);
    else if (hp_conform_is_secret(run, index))
        (void)snprintf(text, room,
                       "failed; how is for the parser's makers alone");
    else if (result->field[0] != '\0')
        (void)snprintf(text, room, "%s: %s, expected %s, received %s", what,
                       result->field, result->expected, result->received);
    else if (result->detail[0] != '\0' &&
             verdict_of(run, index) != HP_CASE_PASS)
        (void)snprintf(text, room, "%s: %s", what, result->detail);
    else
        (void)snprintf(text, room, "%s", what);
}

struct hp_text hp_conform_path(const struct hp_case_result *result)
{
    return (struct hp_text){result->path, result->path_units};
}

struct hp_text hp_conform_name(const struct hp_case_result *result)
{
    return (struct hp_text){result->name, result->name_units};
}

bool hp_conform_is_good(const struct hp_conform_run *run)
{
    return run->by_standing[HP_STANDING_BAD] == 0 &&
           run->by_standing[HP_STANDING_FIXED] == 0;
}

bool hp_conform_is_empty(const struct hp_conform_run *run)
{
    return run->count == run->by_standing[HP_STANDING_SKIPPED] +
                             run->by_standing[HP_STANDING_BROKEN];
}
