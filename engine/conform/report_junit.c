/* SPDX-License-Identifier: Apache-2.0
 *
 * JUnit's XML, as scripts/third_party/junit-10.xsd has it. */
#include <inttypes.h>

#include "json_text.h"
#include "report.h"

static void put_attribute(struct hp_sheet *r, const char *name,
                          const char *bytes)
{
    hp_sheet_printf(r, " %s=\"", name);
    hp_sheet_bytes(r, HP_ESCAPE_XML, bytes);
    hp_sheet_put(r, "\"");
}

static void put_seconds(struct hp_sheet *r, uint64_t milliseconds)
{
    hp_sheet_printf(r, " time=\"%" PRIu64 ".%03u\"", milliseconds / 1000,
                    (unsigned)(milliseconds % 1000));
}

static void put_place(struct hp_sheet *r, const struct hp_case_result *result)
{
    if (result->path_units == 0)
        return;
    hp_sheet_put(r, "\nat ");
    hp_sheet_text(r, HP_ESCAPE_XML, hp_conform_path(result));
    if (result->name_units == 0)
        return;
    hp_sheet_put(r, " &quot;");
    hp_sheet_text(r, HP_ESCAPE_XML, hp_conform_name(result));
    hp_sheet_put(r, "&quot;");
}

/* What stands inside a case that did not just pass. */
static void put_inside(struct hp_sheet *r, const struct hp_conform_run *run,
                       size_t index)
{
    static const char *const elements[HP_STANDINGS] = {
        NULL, "skipped", "skipped", "failure", "failure", "error"};
    const char *element = elements[hp_conform_standing(run, index)];
    char said[HP_SAY_ROOM];

    hp_conform_say(said, sizeof said, run, index);
    hp_sheet_printf(r, ">\n    <%s", element);
    put_attribute(r, "type", hp_conform_slug(run, index));
    put_attribute(r, "message", said);
    hp_sheet_put(r, ">");
    hp_sheet_bytes(r, HP_ESCAPE_XML, hp_conform_vector(run, index)->says);
    hp_sheet_put(r, "\n");
    hp_sheet_bytes(r, HP_ESCAPE_XML, said);
    if (!hp_conform_is_secret(run, index))
        put_place(r, &run->results[index]);
    hp_sheet_printf(r, "</%s>\n  </testcase>\n", element);
}

static void put_case(struct hp_sheet *r, const struct hp_conform_run *run,
                     size_t index)
{
    const struct hp_vector *vector = hp_conform_vector(run, index);
    bool secret = hp_conform_is_secret(run, index);

    hp_sheet_put(r, "  <testcase");
    put_attribute(r, "classname", vector->group);
    put_attribute(r, "name", vector->id);
    put_seconds(r, secret ? 0 : run->results[index].wall_us / 1000);
    if (hp_conform_standing(run, index) == HP_STANDING_GOOD)
        hp_sheet_put(r, "/>\n");
    else
        put_inside(r, run, index);
}

static void put_property(struct hp_sheet *r, const char *name,
                         const char *value)
{
    hp_sheet_put(r, "   <property");
    put_attribute(r, "name", name);
    put_attribute(r, "value", value);
    hp_sheet_put(r, "/>\n");
}

bool hp_conform_write_junit(struct hp_out out, const struct hp_conform_run *run)
{
    const size_t *standing = run->by_standing;
    struct hp_sheet r = {.out = out};
    char started[HP_TIME_ROOM];

    hp_time_write(started, run->started);
    hp_sheet_put(&r, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<testsuites>\n <testsuite");
    put_attribute(&r, "name", "hiveproof conform");
    hp_sheet_printf(
        &r, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
        run->count, standing[HP_STANDING_BAD] + standing[HP_STANDING_FIXED],
        standing[HP_STANDING_BROKEN],
        standing[HP_STANDING_SKIPPED] + standing[HP_STANDING_KNOWN]);
    put_seconds(&r, run->milliseconds);
    put_attribute(&r, "timestamp", started);
    hp_sheet_put(&r, ">\n  <properties>\n");
    put_property(&r, "suite", HP_VERSION);
    put_property(&r, "reader", run->reader.name);
    put_property(&r, "version", run->reader.version);
    put_property(&r, "profile", hp_reader_profile_words[run->profile]);
    put_property(&r, "sandbox", run->sandbox);
    hp_sheet_put(&r, "  </properties>\n");
    for (size_t i = 0; i < run->count; i++)
        put_case(&r, run, i);
    hp_sheet_put(&r, " </testsuite>\n</testsuites>\n");
    return !r.failed;
}
