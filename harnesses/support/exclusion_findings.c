/* SPDX-License-Identifier: Apache-2.0 */
#include "exclusion_findings.h"

#include <string.h>

#include "fuzz.h"
#include "model_environment.h"
#include "model_path.h"
#include "model_text.h"

/* Each is held against all before it. */
#define ENTRIES_MOST 64

static bool is_blank(uint16_t unit)
{
    return unit == ' ' || unit == '\t';
}

static bool has_blanks(struct hp_text text)
{
    return is_blank(text.units[0]) || is_blank(text.units[text.count - 1]);
}

/* A double quote anywhere, or a single one around what is no blank. */
static bool is_quoted(struct hp_text text)
{
    size_t first = 0, last = text.count;

    while (first < last && is_blank(text.units[first]))
        first++;
    while (last > first && is_blank(text.units[last - 1]))
        last--;
    return model_has_unit(text, 0, "\"") ||
           (first < last &&
            (text.units[first] == '\'' || text.units[last - 1] == '\''));
}

static bool has_variable(struct hp_text text)
{
    return model_has_unit(text, 0, "%");
}

static bool has_control(struct hp_text text)
{
    size_t i = 0;

    while (i < text.count && text.units[i] >= 0x20)
        i++;
    return i < text.count;
}

static bool has_slash(struct hp_text text)
{
    return model_has_unit(text, 0, "/");
}

static bool has_star(struct hp_text text)
{
    return model_has_unit(text, 0, "*");
}

static bool is_short(struct hp_text text)
{
    size_t i = 1;

    while (i < text.count && !(text.units[i - 1] == '~' &&
                               text.units[i] >= '0' && text.units[i] <= '9'))
        i++;
    return i < text.count;
}

static bool says(const struct hp_exclusion *entry, const char *name)
{
    for (size_t i = 0; i < entry->findings.count; i++)
        if (strcmp(entry->findings.names[i], name) == 0)
            return true;
    return false;
}

static void check_shape(const struct hp_exclusion *entry)
{
    static const struct {
        const char *name;
        bool (*holds)(struct hp_text text);
    } rules[] = {{"E_WHITESPACE", has_blanks}, {"E_QUOTED", is_quoted},
                 {"E_ENVVAR", has_variable},   {"E_CONTROL", has_control},
                 {"E_FWDSLASH", has_slash},    {"E_SHORTNAME", is_short}};
    struct hp_text text = entry->text;
    bool whole = text.count > 0 && text.count <= MODEL_TEXT_LIMIT;

    FUZZ_CHECK(says(entry, "E_EMPTY") == (text.count == 0), "8: empty");
    FUZZ_CHECK(says(entry, "E_TOO_LONG") == (text.count > MODEL_TEXT_LIMIT),
               "8: too long");
    for (size_t i = 0; whole && i < sizeof rules / sizeof *rules; i++)
        FUZZ_CHECK(says(entry, rules[i].name) == rules[i].holds(text),
                   "8: the shape of an entry");
    /* A question mark may be of a prefix. */
    FUZZ_CHECK(!whole || says(entry, "E_WILDCARD") || !has_star(text),
               "8: a wildcard");
}

/* One like it stands before it. */
static bool comes_again(const struct hp_report *report, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (report->exclusions[i].live &&
            model_is_same(report->exclusions[i].text,
                          report->exclusions[index].text))
            return true;
    return false;
}

static bool matches_service(const struct hp_report *report,
                            struct hp_text entry)
{
    for (size_t i = 0; i < report->service_count; i++) {
        const struct hp_service_result *service = &report->services[i];
        if (service->kind == HP_KIND_WIN32 && !service->has_driver &&
            service->outcome.has_path &&
            model_entry_matches(entry, service->outcome.writer_path))
            return true;
    }
    return false;
}

void exclusion_findings_check(const struct hp_report *report)
{
    for (size_t i = 0; i < report->exclusion_count && i < ENTRIES_MOST; i++) {
        const struct hp_exclusion *entry = &report->exclusions[i];
        if (!entry->live)
            continue;
        bool again = comes_again(report, i);
        bool valid = model_entry_matches(entry->text, entry->text);
        bool alone = entry->match_count == 0;
        check_shape(entry);
        FUZZ_CHECK(says(entry, "E_DUPLICATE") == again, "8: one like it");
        FUZZ_CHECK(!again || alone, "8: the first one matches");
        FUZZ_CHECK(says(entry, "E_STALE") == (valid && alone && !again),
                   "8: it matches nothing");
        FUZZ_CHECK(again || !alone || !matches_service(report, entry->text),
                   "8: it matches a service");
    }
}

void exclusion_findings_check_local(const struct hp_report *without,
                                    const struct hp_report *with)
{
    for (size_t i = 0; i < with->exclusion_count; i++) {
        const struct hp_exclusion *entry = &with->exclusions[i];
        bool may = false, must = false;
        for (size_t j = 0; j < entry->match_count; j++) {
            size_t at = entry->matches[j];
            const struct hp_service_result *service = &without->services[at];
            bool good = service->outcome.verdict == HP_VERDICT_OK;
            may |= good || service->has_driver;
            must |= good && !service->has_driver &&
                    with->services[at].outcome.verdict == HP_VERDICT_EXCLUDED;
        }
        FUZZ_CHECK(!must || says(entry, "E_HIDES_LOCAL"),
                   "8: it hides a local service");
        FUZZ_CHECK(may || !says(entry, "E_HIDES_LOCAL"),
                   "8: it hides no local service");
    }
}
