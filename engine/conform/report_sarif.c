/* SPDX-License-Identifier: Apache-2.0
 *
 * SARIF 2.1.0: a result for each case that failed. A vector is a rule. */
#include <inttypes.h>
#include <stdio.h>

#include "json_text.h"
#include "report.h"

/* True if the case is a result, and not only counted. */
static bool is_result(const struct hp_conform_run *run, size_t index)
{
    enum hp_case_standing standing = hp_conform_standing(run, index);

    return standing != HP_STANDING_GOOD && standing != HP_STANDING_SKIPPED;
}

static void put_message(struct hp_json *doc, json_t *object, const char *name,
                        const char *text)
{
    hp_json_set_bytes(doc, hp_json_set_object(doc, object, name), "text", text);
}

static void put_rules(struct hp_json *doc, json_t *driver,
                      const struct hp_conform_run *run)
{
    json_t *rules = hp_json_set_array(doc, driver, "rules");

    for (size_t i = 0; i < run->count; i++) {
        const struct hp_vector *vector = hp_conform_vector(run, i);
        if (!is_result(run, i))
            continue;
        json_t *rule = hp_json_append_object(doc, rules);
        hp_json_set_word(doc, rule, "id", vector->id);
        put_message(doc, rule, "shortDescription", vector->says);
        put_message(doc, rule, "fullDescription", vector->rule);
    }
}

/* The recipe, and in the hive the key or value. */
static void put_location(struct hp_json *doc, json_t *result,
                         const struct hp_conform_run *run, size_t index)
{
    const struct hp_case_result *from = &run->results[index];
    const struct hp_vector *vector = hp_conform_vector(run, index);
    json_t *location =
        hp_json_append_object(doc, hp_json_set_array(doc, result, "locations"));
    json_t *physical = hp_json_set_object(doc, location, "physicalLocation");
    json_t *artifact = hp_json_set_object(doc, physical, "artifactLocation");
    char uri[256];

    (void)snprintf(uri, sizeof uri, "%s/%s.recipe", vector->group, vector->id);
    hp_json_set_word(doc, artifact, "uri", uri);
    hp_json_set_word(doc, artifact, "uriBaseId", "VECTORS");
    if (from->path_units == 0 || hp_conform_is_secret(run, index))
        return;
    json_t *logical = hp_json_append_object(
        doc, hp_json_set_array(doc, location, "logicalLocations"));
    json_t *properties = hp_json_set_object(doc, logical, "properties");
    hp_json_set_word(doc, logical, "kind", "object");
    hp_json_set_text(doc, properties, "key", hp_conform_path(from));
    hp_json_set_text(doc, properties, "value", hp_conform_name(from));
    hp_json_set_bytes(doc, logical, "name", from->field);
}

static void put_result(struct hp_json *doc, json_t *result,
                       const struct hp_conform_run *run, size_t index,
                       size_t rule)
{
    const struct hp_vector *vector = hp_conform_vector(run, index);
    const struct hp_known_case *known = hp_known_find(run->known, vector->id);
    char said[HP_SAY_ROOM];

    hp_conform_say(said, sizeof said, run, index);
    hp_json_set_word(doc, result, "ruleId", vector->id);
    hp_json_set_number(doc, result, "ruleIndex", rule);
    hp_json_set_word(doc, result, "level", "error");
    put_message(doc, result, "message", said);
    put_location(doc, result, run, index);
    hp_json_set_word(doc,
                     hp_json_set_object(doc, result, "partialFingerprints"),
                     "hiveproofVector/v1", vector->id);
    json_t *properties = hp_json_set_object(doc, result, "properties");
    hp_json_set_word(doc, properties, "verdict", hp_conform_slug(run, index));
    hp_json_set_word(doc, properties, "standing",
                     hp_standing_slug(hp_conform_standing(run, index)));
    if (hp_conform_standing(run, index) != HP_STANDING_KNOWN)
        return;
    json_t *suppression = hp_json_append_object(
        doc, hp_json_set_array(doc, result, "suppressions"));
    hp_json_set_word(doc, suppression, "kind", "external");
    hp_json_set_bytes(doc, suppression, "justification", known->reason);
}

static void put_results(struct hp_json *doc, json_t *sarif_run,
                        const struct hp_conform_run *run)
{
    json_t *results = hp_json_set_array(doc, sarif_run, "results");
    size_t rule = 0;

    for (size_t i = 0; i < run->count; i++) {
        if (is_result(run, i))
            put_result(doc, hp_json_append_object(doc, results), run, i,
                       rule++);
    }
}

bool hp_conform_write_sarif(struct hp_out out, const struct hp_conform_run *run)
{
    struct hp_json doc = {json_object(), false};
    char started[HP_TIME_ROOM];

    hp_time_write(started, run->started);
    hp_json_set_word(&doc, doc.root, "version", "2.1.0");
    json_t *sarif_run =
        hp_json_append_object(&doc, hp_json_set_array(&doc, doc.root, "runs"));
    json_t *driver = hp_json_set_object(
        &doc, hp_json_set_object(&doc, sarif_run, "tool"), "driver");
    hp_json_set_word(&doc, driver, "name", "hiveproof conform");
    hp_json_set_word(&doc, driver, "version", HP_VERSION);
    put_rules(&doc, driver, run);
    json_t *invocation = hp_json_append_object(
        &doc, hp_json_set_array(&doc, sarif_run, "invocations"));
    hp_json_set(&doc, invocation, "executionSuccessful",
                json_boolean(run->by_standing[HP_STANDING_BROKEN] == 0));
    hp_json_set_word(&doc, invocation, "startTimeUtc", started);
    json_t *properties = hp_json_set_object(&doc, sarif_run, "properties");
    hp_json_set_bytes(&doc, properties, "reader", run->reader.name);
    hp_json_set_bytes(&doc, properties, "readerVersion", run->reader.version);
    hp_json_set_word(&doc, properties, "profile",
                     hp_reader_profile_words[run->profile]);
    put_results(&doc, sarif_run, run);
    return hp_json_write(&doc, out, true);
}
