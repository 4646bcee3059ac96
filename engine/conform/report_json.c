/* SPDX-License-Identifier: Apache-2.0
 *
 * schema/hiveproof-conform-1.json */
#include <inttypes.h>
#include <stdio.h>

#include "json_text.h"
#include "report.h"

static void put_head(struct hp_json *doc, const struct hp_conform_run *run)
{
    char seed[32], started[HP_TIME_ROOM];

    hp_time_write(started, run->started);
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    hp_json_set_word(doc, doc->root, "schema", "hiveproof-conform/1");
    hp_json_set_word(doc, doc->root, "suite", HP_VERSION);
    json_t *reader = hp_json_set_object(doc, doc->root, "reader");
    hp_json_set_bytes(doc, reader, "name", run->reader.name);
    hp_json_set_bytes(doc, reader, "version", run->reader.version);
    hp_json_set_word(doc, reader, "way", run->way);
    hp_json_set_word(doc, doc->root, "profile",
                     hp_reader_profile_words[run->profile]);
    hp_json_set_word(doc, doc->root, "sandbox", run->sandbox);
    hp_json_set_word(doc, doc->root, "seed", seed);
    hp_json_set_word(doc, doc->root, "started", started);
    hp_json_set_number(doc, doc->root, "jobs", run->jobs);
    hp_json_set_number(doc, doc->root, "milliseconds", run->milliseconds);
    hp_json_set(doc, doc->root, "discreet", json_boolean(run->discreet));
}

static void put_counts(struct hp_json *doc, const struct hp_conform_run *run)
{
    json_t *verdicts = hp_json_set_object(doc, doc->root, "verdicts");

    for (unsigned v = 0; v < HP_CASE_VERDICTS; v++)
        hp_json_set_number(doc, verdicts, hp_case_slug((enum hp_case_verdict)v),
                           run->by_verdict[v]);
    json_t *standings = hp_json_set_object(doc, doc->root, "standings");
    for (unsigned s = 0; s < HP_STANDINGS; s++)
        hp_json_set_number(doc, standings,
                           hp_standing_slug((enum hp_case_standing)s),
                           run->by_standing[s]);
}

static void put_difference(struct hp_json *doc, json_t *item,
                           const struct hp_case_result *result)
{
    json_t *difference = hp_json_set_object(doc, item, "difference");

    hp_json_set_text(doc, difference, "key", hp_conform_path(result));
    hp_json_set_text(doc, difference, "name", hp_conform_name(result));
    hp_json_set_bytes(doc, difference, "field", result->field);
    hp_json_set_bytes(doc, difference, "expected", result->expected);
    hp_json_set_bytes(doc, difference, "received", result->received);
}

/* What the reader did, and what it cost: of a secret case that could tell. */
static void put_result(struct hp_json *doc, json_t *item,
                       const struct hp_case_result *result)
{
    static const char *const results[] = {"accept", "partial", "reject",
                                          "stopped", "failed"};

    hp_json_set_word(doc, item, "result", results[result->result]);
    hp_json_set_number(doc, item, "image_size", result->image_size);
    hp_json_set_number(doc, item, "wall_us", result->wall_us);
    hp_json_set_number(doc, item, "cpu_us", result->cpu_us);
    hp_json_set_number(doc, item, "keys", result->keys);
    hp_json_set_number(doc, item, "values", result->values);
    hp_json_set_number(doc, item, "data_bytes", result->data_bytes);
    if (result->field[0] != '\0')
        put_difference(doc, item, result);
}

static void put_case(struct hp_json *doc, json_t *item,
                     const struct hp_conform_run *run, size_t index)
{
    const struct hp_case_result *result = &run->results[index];
    const struct hp_vector *vector = hp_conform_vector(run, index);
    const struct hp_known_case *known = hp_known_find(run->known, vector->id);
    char said[HP_SAY_ROOM];

    hp_conform_say(said, sizeof said, run, index);
    hp_json_set_word(doc, item, "id", vector->id);
    hp_json_set_word(doc, item, "group", vector->group);
    hp_json_set_word(doc, item, "expected",
                     hp_expect_words[vector->expected[run->profile].verdict]);
    hp_json_set_word(doc, item, "verdict", hp_conform_slug(run, index));
    hp_json_set_word(doc, item, "standing",
                     hp_standing_slug(hp_conform_standing(run, index)));
    hp_json_set_bytes(doc, item, "says", said);
    if (known != NULL)
        hp_json_set_bytes(doc, item, "known", known->reason);
    if (result->ran && !result->broken && !hp_conform_is_secret(run, index))
        put_result(doc, item, result);
}

bool hp_conform_write_json(struct hp_out out, const struct hp_conform_run *run)
{
    struct hp_json doc = {json_object(), false};

    put_head(&doc, run);
    put_counts(&doc, run);
    json_t *cases = hp_json_set_array(&doc, doc.root, "cases");
    for (size_t i = 0; i < run->count; i++)
        put_case(&doc, hp_json_append_object(&doc, cases), run, i);
    return hp_json_write(&doc, out, true);
}
