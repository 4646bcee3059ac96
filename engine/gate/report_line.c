/* SPDX-License-Identifier: Apache-2.0 */
#include "report_line.h"

#include <inttypes.h>
#include <string.h>

#include "digest.h"
#include "file_out.h"
#include "words.h"

/* Units of a text that are written out. Of a longer one the first SHORT, how
 * many there are, and a hash of all. */
enum { LONG = 320, SHORT = 32 };

static void put_text(FILE *out, const char *name, struct hp_text text)
{
    struct hp_text shown = text;

    if (text.count > LONG)
        shown.count = SHORT;
    (void)fprintf(out, " %s\"", name);
    (void)hp_escape_text(hp_out_to_file(out), HP_ESCAPE_TERMINAL, shown);
    if (text.count > LONG)
        (void)fprintf(out, "... %zu units, %08" PRIx32, text.count,
                      hp_hash(HP_HASH_START, text.units,
                              text.count * sizeof text.units[0]));
    (void)fputc('"', out);
}

static void put_findings(FILE *out, struct hp_findings findings)
{
    for (size_t i = 0; i < findings.count; i++)
        (void)fprintf(out, "%s%s", i == 0 ? " (" : " ", findings.names[i]);
    if (findings.count > 0)
        (void)fputc(')', out);
}

static void put_outcome(FILE *out, const struct hp_outcome *outcome)
{
    (void)fprintf(out, " %s", hp_verdict_name(outcome->verdict));
    if (outcome->code != HP_CODE_NONE)
        (void)fprintf(out, " %u", outcome->code);
    if (outcome->path_class != 0)
        (void)fprintf(out, " P%d", outcome->path_class);
    if (outcome->has_path)
        put_text(out, "", outcome->writer_path);
    if (outcome->volume.count > 0)
        put_text(out, "on ", outcome->volume);
    if (outcome->excluded_by >= 0)
        (void)fprintf(out, " by %ld", outcome->excluded_by);
    put_findings(out, outcome->findings);
}

static void put_service(FILE *out, const struct hp_service_result *service)
{
    const char *kind = hp_word_of(hp_words_service_kind, service->kind);

    put_text(out, "", service->name);
    if (service->display_name.count > 0)
        put_text(out, "called ", service->display_name);
    if (kind != NULL)
        (void)fprintf(out, " %s", kind);
    if (service->has_type)
        (void)fprintf(out, " type %" PRIx32, service->type);
    if (service->has_start)
        (void)fprintf(out, " start %" PRIx32, service->start);
    if (service->has_image_path) {
        (void)fprintf(out, " image %" PRIx32 "/%zu", service->image_path_type,
                      service->image_path_raw.len);
        put_text(out, "", service->image_path_text);
    }
    (void)fputs(" ->", out);
    put_outcome(out, &service->outcome);
    if (service->has_driver) {
        (void)fputs(" driver:", out);
        put_outcome(out, &service->driver);
    }
    for (size_t i = 0; i < service->launch_count; i++)
        put_text(out, "launch ", service->launch[i]);
}

static void put_volume(FILE *out, const struct hp_volume *volume)
{
    (void)fputs(" volume ", out);
    if (volume->letter != 0)
        (void)fprintf(out, "%c:", volume->letter);
    for (size_t i = 0; volume->has_guid && i < sizeof volume->guid; i++)
        (void)fprintf(out, "%02x", volume->guid[i]);
    if (volume->device.count > 0)
        put_text(out, "", volume->device);
    (void)fprintf(out, "=%s,%s,%s%s%s;",
                  hp_word_of(hp_words_volume_state, volume->state),
                  hp_word_of(hp_words_volume_kind, volume->kind),
                  volume->source, volume->hint == NULL ? "" : ",",
                  volume->hint == NULL ? "" : volume->hint);
}

static void put_environment(FILE *out, const struct hp_report *report)
{
    for (size_t i = 0; i < report->environment_count; i++) {
        const struct hp_variable *variable = &report->environment[i];
        put_text(out, "env ", variable->name);
        put_text(out, "= ", variable->value);
        (void)fprintf(out, " %s;", variable->source);
    }
}

static void put_exclusions(FILE *out, const struct hp_report *report)
{
    if (!report->has_exclusions)
        return;
    (void)fprintf(out, " exclusions %" PRIx32, report->exclusions_type);
    put_findings(out, report->exclusions_findings);
    for (size_t i = 0; i < report->exclusion_count; i++) {
        const struct hp_exclusion *entry = &report->exclusions[i];
        put_text(out, entry->live ? "" : "dead ", entry->text);
        put_findings(out, entry->findings);
        for (size_t k = 0; k < entry->match_count; k++)
            (void)fprintf(out, " matches %zu", entry->matches[k]);
    }
    (void)fputc(';', out);
}

static void put_remedy(FILE *out, const struct hp_report *report)
{
    struct hp_arena arena =
        hp_arena_chunked(hp_allocator_libc, (size_t)1 << 26);
    struct hp_remedy remedy;

    if (report->exclusion_count == 0 && report->result != HP_RESULT_FAILED)
        return; /* nothing to keep or to cure */
    if (hp_remedy_of(&remedy, &arena, report) == HP_OK) {
        (void)fprintf(
            out, " remedy keeps %zu, cures %zu, not %zu:", remedy.kept_count,
            remedy.cured_count, remedy.incurable_count);
        for (size_t i = 0; i < remedy.entry_count; i++)
            put_text(out, "", remedy.entries[i]);
        (void)fputc(';', out);
    }
    hp_arena_close(&arena);
}

static void put_hotfix(FILE *out, const struct hp_hotfix *hotfix)
{
    (void)fprintf(out, " hotfix %s",
                  hp_word_of(hp_words_hotfix, hotfix->state));
    if (hotfix->version.count > 0)
        put_text(out, "", hotfix->version);
    for (size_t i = 0; i < hotfix->evidence_count; i++)
        put_text(out, "", hotfix->evidence[i]);
    (void)fputc(';', out);
}

void hp_report_line(FILE *out, const struct hp_report *report)
{
    (void)fputs(hp_word_of(hp_words_result, report->result), out);
    if (report->code != HP_CODE_NONE)
        (void)fprintf(out, " %u", report->code);
    (void)fprintf(out, " set %" PRIu32, report->control_set);
    put_findings(out, report->findings);
    for (size_t i = 0; i < report->culprit_count; i++)
        (void)fprintf(out, " culprit %zu", report->culprits[i]);
    (void)fputc(';', out);
    for (size_t i = 0; i < report->service_count; i++) {
        put_service(out, &report->services[i]);
        (void)fputc(';', out);
    }
    put_exclusions(out, report);
    for (size_t i = 0; i < report->volume_count; i++)
        put_volume(out, &report->volumes[i]);
    put_environment(out, report);
    put_hotfix(out, &report->hotfix);
    put_remedy(out, report);
    for (size_t i = 0; i < report->damage_count; i++)
        (void)fprintf(out, " %s %s;",
                      report->damage[i].decisive ? "decisive" : "damage",
                      report->damage[i].event.field);
}

void hp_service_line(FILE *out, const struct hp_report *report)
{
    put_service(out, &report->services[0]);
    put_environment(out, report);
}

void hp_machine_line(FILE *out, const struct hp_report *report)
{
    const struct hp_hotfix *hotfix = &report->hotfix;

    hp_service_line(out, report);
    for (size_t i = 0; i < report->volume_count; i++)
        put_volume(out, &report->volumes[i]);
    put_findings(out, report->findings);
    put_text(out, "product ", hotfix->product);
    put_text(out, "pack ", hotfix->service_pack);
    put_hotfix(out, hotfix);
    (void)fprintf(out, " %s", hotfix->reason);
}
