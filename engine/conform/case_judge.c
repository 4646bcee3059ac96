/* SPDX-License-Identifier: Apache-2.0 */
#include "case_judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *slug, *text;
    bool bad;
} verdicts[] = {
#define X(name, slug, bad, text) {slug, text, bad},
    HP_CASE_TABLE(X)
#undef X
};

const char *hp_case_slug(enum hp_case_verdict verdict)
{
    return verdicts[verdict].slug;
}

const char *hp_case_text(enum hp_case_verdict verdict)
{
    return verdicts[verdict].text;
}

bool hp_case_is_bad(enum hp_case_verdict verdict)
{
    return verdicts[verdict].bad;
}

enum hp_case_verdict hp_case_find(const char *slug)
{
    unsigned at = 0;

    while (at < HP_CASE_VERDICTS && strcmp(verdicts[at].slug, slug) != 0)
        at++;
    return (enum hp_case_verdict)at;
}

/* ---- what no reader may do ------------------------------------------- */

/* The verdict of a walk that failed. */
static enum hp_case_verdict failure_of(enum hp_status status)
{
    switch (status) {
    case HP_E_CPU:
    case HP_E_WALL:
        return HP_CASE_HANG;
    case HP_E_MEMORY:
    case HP_E_OUTPUT:
        return HP_CASE_EXHAUSTION;
    case HP_E_PROTOCOL:
        return HP_CASE_PROTOCOL;
    case HP_E_EDITED:
        return HP_CASE_INPUT_MODIFIED;
    case HP_E_CRASH:
    case HP_E_CHANGED: /* an exit code: what was changed is looked at */
        return HP_CASE_CRASH;
    default:
        return HP_CASE_NOT_SUPPORTED;
    }
}

/* ---- content --------------------------------------------------------- */

static bool keep_first(void *self, const struct hp_difference *difference)
{
    struct hp_difference *first = self;

    *first = *difference;
    return false;
}

/* How the walk ended is content, too: who leaves out something says so. */
static bool ends_as_it_should(struct hp_difference *difference,
                              const struct hp_received *received,
                              enum hp_partial partial)
{
    bool is_partial = received->result == HP_WALK_PARTIAL;

    if (!is_partial || partial != HP_PARTIAL_NO)
        return true;
    *difference = (struct hp_difference){.field = "result"};
    (void)snprintf(difference->a, sizeof difference->a, "done");
    (void)snprintf(difference->b, sizeof difference->b, "partial");
    return false;
}

static bool fits(struct hp_difference *difference,
                 const struct hp_received *received,
                 const struct hp_vector_content *content,
                 const struct hp_tree *expected)
{
    return hp_tree_compare(expected, received->tree, keep_first, difference) ==
               0 &&
           ends_as_it_should(difference, received, content->partial);
}

/* ---- outcomes -------------------------------------------------------- */

static bool may_reject(const struct hp_vector_expectation *expected)
{
    for (size_t i = 0; i < expected->outcome_count; i++) {
        if (expected->outcomes[i].reject)
            return true;
    }
    return false;
}

/* Of a reader that read the hive. The difference is that to the first content
 * that is allowed. */
static struct hp_judgement
judge_content(const struct hp_received *received,
              const struct hp_vector_expectation *expected,
              const struct hp_tree *contents)
{
    struct hp_judgement judgement = {HP_CASE_ACCEPTED, {.field = NULL}};

    for (size_t i = 0; i < expected->outcome_count; i++) {
        const struct hp_vector_outcome *outcome = &expected->outcomes[i];
        struct hp_difference difference = {.field = NULL};
        if (outcome->reject)
            continue;
        if (outcome->bounded ||
            fits(&difference, received, &outcome->content, &contents[i]))
            return (struct hp_judgement){HP_CASE_PASS, {.field = NULL}};
        if (judgement.difference.field == NULL)
            judgement.difference = difference;
        judgement.verdict = HP_CASE_WRONG_CONTENT;
    }
    return judgement;
}

struct hp_judgement hp_judge(const struct hp_received *received,
                             const struct hp_vector_expectation *expected,
                             const struct hp_tree *contents, bool judged)
{
    struct hp_judgement judgement = {HP_CASE_PASS, {.field = NULL}};

    if (received->result == HP_WALK_FAILED)
        judgement.verdict = failure_of(received->status);
    if (hp_case_is_bad(judgement.verdict))
        return judgement;
    if (received->modified)
        judgement.verdict = HP_CASE_INPUT_MODIFIED;
    else if (received->result == HP_WALK_REFUSED && judged)
        judgement.verdict =
            may_reject(expected) ? HP_CASE_PASS : HP_CASE_REJECTED;
    else if (received->result <= HP_WALK_PARTIAL && judged)
        judgement = judge_content(received, expected, contents);
    return judgement;
}
