/* SPDX-License-Identifier: Apache-2.0
 *
 * CTRF, as scripts/third_party/ctrf.schema.json has it. */
#include <inttypes.h>

#include "json_text.h"
#include "report.h"

static const char *status_of(enum hp_case_standing standing)
{
    static const char *const words[HP_STANDINGS] = {
        "passed", "skipped", "skipped", "failed", "failed", "other"};

    return words[standing];
}

static void put_summary(struct hp_json *doc, json_t *results,
                        const struct hp_conform_run *run)
{
    const size_t *standing = run->by_standing;
    json_t *summary = hp_json_set_object(doc, results, "summary");
    uint64_t start = (uint64_t)run->started * 1000;

    hp_json_set_number(doc, summary, "tests", run->count);
    hp_json_set_number(doc, summary, "passed", standing[HP_STANDING_GOOD]);
    hp_json_set_number(doc, summary, "failed",
                       standing[HP_STANDING_BAD] + standing[HP_STANDING_FIXED]);
    hp_json_set_number(doc, summary, "skipped",
                       standing[HP_STANDING_SKIPPED] +
                           standing[HP_STANDING_KNOWN]);
    hp_json_set_number(doc, summary, "pending", 0);
    hp_json_set_number(doc, summary, "other", standing[HP_STANDING_BROKEN]);
    hp_json_set_number(doc, summary, "start", start);
    hp_json_set_number(doc, summary, "stop", start + run->milliseconds);
}

static void put_test(struct hp_json *doc, json_t *test,
                     const struct hp_conform_run *run, size_t index)
{
    const struct hp_case_result *result = &run->results[index];
    const struct hp_vector *vector = hp_conform_vector(run, index);
    bool secret = hp_conform_is_secret(run, index);
    char said[HP_SAY_ROOM];

    hp_conform_say(said, sizeof said, run, index);
    hp_json_set_word(doc, test, "testId", vector->id);
    hp_json_set_word(doc, test, "name", vector->id);
    hp_json_set_word(doc, test, "status",
                     status_of(hp_conform_standing(run, index)));
    hp_json_set_number(doc, test, "duration",
                       secret ? 0 : result->wall_us / 1000);
    hp_json_append(doc, hp_json_set_array(doc, test, "suite"),
                   json_string(vector->group));
    hp_json_set_word(doc, test, "rawStatus", hp_conform_slug(run, index));
    if (hp_conform_standing(run, index) == HP_STANDING_GOOD)
        return;
    hp_json_set_bytes(doc, test, "message", said);
    if (result->path_units == 0 || secret)
        return;
    json_t *extra = hp_json_set_object(doc, test, "extra");
    hp_json_set_text(doc, extra, "key", hp_conform_path(result));
    hp_json_set_text(doc, extra, "value", hp_conform_name(result));
    hp_json_set_bytes(doc, extra, "field", result->field);
}

bool hp_conform_write_ctrf(struct hp_out out, const struct hp_conform_run *run)
{
    struct hp_json doc = {json_object(), false};

    hp_json_set_word(&doc, doc.root, "reportFormat", "CTRF");
    hp_json_set_word(&doc, doc.root, "specVersion", "1.0.0");
    hp_json_set_word(&doc, doc.root, "generatedBy", "hiveproof " HP_VERSION);
    json_t *results = hp_json_set_object(&doc, doc.root, "results");
    json_t *tool = hp_json_set_object(&doc, results, "tool");
    hp_json_set_word(&doc, tool, "name", "hiveproof conform");
    hp_json_set_word(&doc, tool, "version", HP_VERSION);
    json_t *extra = hp_json_set_object(&doc, tool, "extra");
    hp_json_set_bytes(&doc, extra, "reader", run->reader.name);
    hp_json_set_bytes(&doc, extra, "readerVersion", run->reader.version);
    hp_json_set_word(&doc, extra, "profile",
                     hp_reader_profile_words[run->profile]);
    put_summary(&doc, results, run);
    json_t *tests = hp_json_set_array(&doc, results, "tests");
    for (size_t i = 0; i < run->count; i++)
        put_test(&doc, hp_json_append_object(&doc, tests), run, i);
    return hp_json_write(&doc, out, true);
}
