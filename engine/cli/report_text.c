/* SPDX-License-Identifier: Apache-2.0 */
#include "report_text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "convert.h"
#include "exclusions.h"
#include "logs.h"
#include "verdict.h"
#include "words.h"

enum {
    WIDTH_WITHOUT_TERMINAL = 100,
    WIDTH_LEAST = 60,
    VERDICT_WIDTH = 14, /* "INDETERMINATE" and a blank */
    CODE_WIDTH = 6,
    SERVICE_WIDTH = 26,
    CELL_ROOM = 1024,   /* bytes of a cell, escaped */
    EXPLAINED_MAX = 20, /* services that are explained at length */
    WORST = 7           /* the largest hp_verdict_weight */
};

struct page {
    struct hp_output *output;
    const struct hp_options *options;
    const struct hp_report *report;
    unsigned width; /* columns */
    bool colours;
};

static struct page page_of(struct hp_output *output,
                           const struct hp_options *options,
                           const struct hp_report *report)
{
    const char *no_color = getenv("NO_COLOR");
    struct winsize size;
    struct page page = {.output = output,
                        .options = options,
                        .report = report,
                        .width = WIDTH_WITHOUT_TERMINAL};

    if (!isatty(output->fd))
        return page;
    page.colours = no_color == NULL || no_color[0] == '\0';
    if (ioctl(output->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        page.width = size.ws_col < WIDTH_LEAST ? WIDTH_LEAST : size.ws_col;
    return page;
}

/* ---- parts ----------------------------------------------------------- */

static void put(const struct page *page, const char *text)
{
    (void)hp_output_write(page->output, text, strlen(text));
}

static void put_text(const struct page *page, struct hp_text text)
{
    (void)hp_escape_path(hp_output_out(page->output), text);
}

static void put_services_key(const struct page *page)
{
    hp_output_printf(page->output, "ControlSet%03u\\",
                     (unsigned)page->report->control_set);
    put_text(page, page->report->services_key);
}

static void put_coloured(const struct page *page, const char *colour,
                         const char *text)
{
    if (page->colours)
        hp_output_printf(page->output, "\033[%sm%s\033[0m", colour, text);
    else
        put(page, text);
}

static const char *colour_of(int weight)
{
    return weight >= 4 ? "31" : weight >= 2 ? "33" : "36";
}

/* Bytes of the first `columns` characters of UTF-8; *shown is how many there
 * are. */
static size_t bytes_of_columns(const char *bytes, size_t size, unsigned columns,
                               unsigned *shown)
{
    size_t at = 0;

    for (*shown = 0; at < size; at++) {
        if (((unsigned char)bytes[at] & 0xC0) == 0x80)
            continue;
        if (*shown == columns)
            break;
        ++*shown;
    }
    return at;
}

/* `text` cut to `columns`, and padded to them if `pad`. */
static void put_cell(const struct page *page, struct hp_text text,
                     unsigned columns, bool pad)
{
    char bytes[CELL_ROOM];
    struct hp_out_buffer buffer = {bytes, sizeof bytes, 0};
    unsigned shown;

    (void)hp_escape_path(hp_out_to_buffer(&buffer), text);
    size_t size = buffer.size < sizeof bytes ? buffer.size : sizeof bytes;
    size_t end = bytes_of_columns(bytes, size, columns, &shown);
    bool cut = end < buffer.size;
    if (cut)
        end = bytes_of_columns(bytes, size, columns - 3, &shown);
    (void)hp_output_write(page->output, bytes, end);
    if (cut)
        put(page, "...");
    unsigned used = cut ? shown + 3 : shown;
    if (pad && used < columns)
        hp_output_printf(page->output, "%*s", (int)(columns - used), "");
}

static void put_findings(const struct page *page, struct hp_findings findings)
{
    for (size_t i = 0; i < findings.count; i++)
        hp_output_printf(page->output, "%s%s", i == 0 ? "" : ", ",
                         findings.names[i]);
}

/* ---- the table ------------------------------------------------------- */

static void put_row(const struct page *page,
                    const struct hp_service_result *service)
{
    const struct hp_outcome *outcome = &service->outcome;
    const char *verdict = hp_verdict_name(outcome->verdict);
    unsigned used = VERDICT_WIDTH + CODE_WIDTH + SERVICE_WIDTH + 2;

    put_coloured(page, colour_of(hp_verdict_weight(outcome->verdict)), verdict);
    hp_output_printf(page->output, "%*s", VERDICT_WIDTH - (int)strlen(verdict),
                     "");
    if (outcome->code == HP_CODE_NONE)
        hp_output_printf(page->output, "%*s", CODE_WIDTH - 2, "-");
    else
        hp_output_printf(page->output, "%*u", CODE_WIDTH - 2, outcome->code);
    put(page, "  ");
    put_cell(page, service->name, SERVICE_WIDTH, true);
    put(page, "  ");
    put_cell(page,
             outcome->has_path ? outcome->writer_path
                               : service->image_path_text,
             page->width - used, false);
    put(page, "\n");
}

static void put_rows_of(const struct page *page, int weight, size_t *rows)
{
    const struct hp_report *report = page->report;

    for (size_t i = 0; i < report->service_count; i++) {
        const struct hp_service_result *service = &report->services[i];
        if (hp_verdict_weight(service->outcome.verdict) != weight)
            continue;
        if ((*rows)++ == 0)
            hp_output_printf(page->output, "%-*s%*s  %-*s  %s\n", VERDICT_WIDTH,
                             "VERDICT", CODE_WIDTH - 2, "CODE", SERVICE_WIDTH,
                             "SERVICE", "PATH");
        put_row(page, service);
    }
}

/* "The others: 310 OK, 80 SKIP_NOT_SERVICE". */
static void put_counts(const struct page *page)
{
    const struct hp_report *report = page->report;
    const char *before = "The others: ";

    for (int verdict = HP_VERDICT_OK; verdict <= HP_VERDICT_INDETERMINATE;
         verdict++) {
        size_t count = 0;
        if (hp_verdict_weight((enum hp_verdict)verdict) > 0)
            continue;
        for (size_t i = 0; i < report->service_count; i++)
            count += (int)report->services[i].outcome.verdict == verdict;
        if (count == 0)
            continue;
        hp_output_printf(page->output, "%s%zu %s", before, count,
                         hp_verdict_name((enum hp_verdict)verdict));
        before = ", ";
    }
    put(page, "\n\n");
}

/* ---- one service at length ------------------------------------------- */

static void put_label(const struct page *page, const char *label)
{
    hp_output_printf(page->output, "  %-10s", label);
}

static void put_line(const struct page *page, const char *label,
                     const char *text)
{
    put_label(page, label);
    put(page, text);
    put(page, "\n");
}

static void put_text_line(const struct page *page, const char *label,
                          struct hp_text text)
{
    put_label(page, label);
    put_text(page, text);
    put(page, "\n");
}

static void put_image_path(const struct page *page,
                           const struct hp_service_result *service)
{
    const char *type =
        hp_word_of(hp_words_value_type, service->image_path_type);

    if (!service->has_image_path) {
        put_line(page, "ImagePath", "(no such value)");
        return;
    }
    put_label(page, "ImagePath");
    if (type != NULL)
        hp_output_printf(page->output, "(%s) ", type);
    else
        hp_output_printf(page->output, "(type %u) ",
                         (unsigned)service->image_path_type);
    put_text(page, service->image_path_text);
    put(page, "\n");
}

static void put_verdict(const struct page *page,
                        const struct hp_outcome *outcome)
{
    const struct hp_code_text *code = hp_code_text_of(outcome->code);

    put_label(page, "verdict");
    put_coloured(page, colour_of(hp_verdict_weight(outcome->verdict)),
                 hp_verdict_name(outcome->verdict));
    if (code != NULL)
        hp_output_printf(page->output, ", %u (%s)", code->code, code->hresult);
    hp_output_printf(page->output, ": %s\n",
                     hp_verdict_reason(outcome->verdict));
}

static bool may_be_excluded(enum hp_profile profile)
{
    return profile == HP_PROFILE_PRE || profile == HP_PROFILE_KB980794;
}

static bool has_finding(struct hp_findings findings, const char *name)
{
    for (size_t i = 0; i < findings.count; i++)
        if (strcmp(findings.names[i], name) == 0)
            return true;
    return false;
}

/* What cures it, or "". */
static const char *cure_of(const struct page *page,
                           const struct hp_outcome *outcome, bool driver,
                           bool nameable)
{
    if (has_finding(outcome->findings, "EXCLUSION_TYPE"))
        return "make ExcludedBinaryPaths a REG_MULTI_SZ, or say what its type "
               "does: --exclusion-type";
    return hp_verdict_cure(outcome->verdict, page->options->question.profile,
                           driver, nameable);
}

static void put_outcome(const struct page *page,
                        const struct hp_outcome *outcome, bool driver)
{
    bool nameable = hp_exclusion_is_valid(outcome->writer_path);
    const char *cure = cure_of(page, outcome, driver, nameable);

    if (outcome->has_path)
        put_text_line(page, "read as", outcome->writer_path);
    if (outcome->volume.count > 0)
        put_text_line(page, "volume", outcome->volume);
    put_verdict(page, outcome);
    if (outcome->findings.count > 0) {
        put_label(page, "findings");
        put_findings(page, outcome->findings);
        put(page, "\n");
    }
    if (cure[0] != '\0')
        put_line(page, "remedy", cure);
    if (outcome->verdict == HP_VERDICT_FAIL_VOLUME && !driver && nameable &&
        may_be_excluded(page->options->question.profile))
        put_text_line(page, "entry", outcome->writer_path);
}

static void put_service(const struct page *page,
                        const struct hp_service_result *service)
{
    put_image_path(page, service);
    put_outcome(page, &service->outcome, service->kind == HP_KIND_DRIVER);
    if (service->has_driver) {
        put_line(page, "also", "a driver:");
        put_outcome(page, &service->driver, true);
    }
}

static void put_culprit(const struct page *page,
                        const struct hp_service_result *service)
{
    put_text(page, service->name);
    if (service->display_name.count > 0) {
        put(page, " (");
        put_text(page, service->display_name);
        put(page, ")");
    }
    put(page, "\n");
    put_label(page, "key");
    put(page, "HKEY_LOCAL_MACHINE\\SYSTEM\\");
    put_services_key(page);
    put(page, "\\");
    put_text(page, service->name);
    put(page, "\n");
    put_service(page, service);
}

/* ---- the sections ---------------------------------------------------- */

/* Each log that was found, and what became of it. */
static void put_logs(const struct page *page, const struct hp_file *file)
{
    char text[HP_LOG_TEXT_ROOM];

    for (size_t i = 0; file->logs != NULL && i < HP_LIMIT_LOGS; i++) {
        if (file->logs->file[i].path == NULL)
            continue;
        put(page, "log ");
        hp_output_bytes(page->output, file->logs->file[i].path);
        hp_log_describe(text, &file->logs->plan.log[i],
                        file->logs->file[i].full_size);
        hp_output_printf(page->output, ": %s\n", text);
    }
}

static void put_head(const struct page *page, const struct hp_file *file)
{
    const struct hp_report *report = page->report;
    const struct hp_options *options = page->options;

    put(page, "SYSTEM hive ");
    hp_output_bytes(page->output, file->path);
    put(page, "\n");
    put_logs(page, file);
    put_services_key(page);
    hp_output_printf(page->output, ": %zu keys; profile %s, mode %s, ",
                     report->service_count,
                     hp_word_of(hp_words_profile, options->question.profile),
                     hp_word_of(hp_words_mode, options->mode));
    put(page, "back end ");
    hp_output_bytes(page->output, options->reader[0].name);
    put(page, "\n\n");
}

static void put_result(const struct page *page)
{
    const struct hp_code_text *code = hp_code_text_of(page->report->code);

    switch (page->report->result) {
    case HP_RESULT_OK:
        put_coloured(page, "32", "The enumeration of the files succeeds.");
        break;
    case HP_RESULT_FAILED:
        put_coloured(page, "1;31", hp_failed_text);
        if (code != NULL)
            hp_output_printf(page->output, "\n%s (%s)", code->text,
                             code->hresult);
        break;
    case HP_RESULT_INDETERMINATE:
        put_coloured(page, "33",
                     "Whether the enumeration of the files succeeds is not "
                     "known.");
        break;
    }
    put(page, "\n");
}

static void put_culprits(const struct page *page)
{
    const struct hp_report *report = page->report;

    for (size_t i = 0; i < report->culprit_count && i < EXPLAINED_MAX; i++) {
        put(page, "\n");
        put_culprit(page, &report->services[report->culprits[i]]);
    }
    if (report->culprit_count > EXPLAINED_MAX)
        hp_output_printf(page->output,
                         "\nand %zu more; --format json has them all\n",
                         report->culprit_count - EXPLAINED_MAX);
}

static void put_exclusion(const struct page *page,
                          const struct hp_exclusion *entry)
{
    /* Of a value that is no list nothing is behind its end: X6. */
    bool behind =
        !entry->live && page->report->exclusions_type == HP_REG_MULTI_SZ;

    put(page, "  ");
    put_text(page, entry->text);
    hp_output_printf(page->output, ": %zu service%s%s", entry->match_count,
                     entry->match_count == 1 ? "" : "s",
                     behind ? ", behind the end of the list" : "");
    if (entry->findings.count > 0)
        put(page, ", ");
    put_findings(page, entry->findings);
    put(page, "\n");
}

static void put_exclusions(const struct page *page)
{
    const struct hp_report *report = page->report;

    if (!report->has_exclusions)
        return;
    put(page, "\nExcludedBinaryPaths");
    if (report->exclusions_findings.count > 0)
        put(page, ", ");
    put_findings(page, report->exclusions_findings);
    put(page, "\n");
    for (size_t i = 0; i < report->exclusion_count; i++)
        put_exclusion(page, &report->exclusions[i]);
}

static void put_volumes(const struct page *page)
{
    const struct hp_report *report = page->report;

    for (size_t i = 0; i < report->volume_count; i++) {
        const struct hp_volume *volume = &report->volumes[i];
        char name[HP_VOLUME_NAME_ROOM];
        hp_volume_describe(name, volume);
        hp_output_printf(page->output, "  %s is %s (%s%s%s)\n", name,
                         hp_word_of(hp_words_volume_state, volume->state),
                         volume->source, volume->hint == NULL ? "" : ", ",
                         volume->hint == NULL ? "" : volume->hint);
    }
    put(page, "  no other drive letter is present\n");
}

static void put_environment(const struct page *page)
{
    const struct hp_report *report = page->report;

    for (size_t i = 0; i < report->environment_count; i++) {
        const struct hp_variable *variable = &report->environment[i];
        put(page, "  ");
        put_text(page, variable->name);
        put(page, " is ");
        put_text(page, variable->value);
        hp_output_printf(page->output, " (%s)\n", variable->source);
    }
}

static void put_damage(const struct page *page)
{
    const struct hp_report *report = page->report;
    size_t places = 0, decisive = 0;

    for (size_t i = 0; i < report->damage_count; i++) {
        places += report->damage[i].event.action != HP_DAMAGE_NOTED;
        decisive += report->damage[i].decisive;
    }
    if (places > 0)
        hp_output_printf(page->output,
                         "  the hive is damaged in %zu places, %zu of them "
                         "decisive\n",
                         places, decisive);
}

static void put_assumed(const struct page *page)
{
    const struct hp_report *report = page->report;

    put(page, "\nAssumed\n");
    put_environment(page);
    put_volumes(page);
    if (report->hive.dirty == 1)
        put(page, "  the hive is dirty, and no transaction log was applied: "
                  "what logs hold is not seen\n");
    put_damage(page);
    if (report->findings.count > 0) {
        put(page, "  findings: ");
        put_findings(page, report->findings);
        put(page, "\n");
    }
    hp_output_printf(page->output, "  hotfix KB 980794: %s: %s\n",
                     hp_word_of(hp_words_hotfix, report->hotfix.state),
                     report->hotfix.reason);
    put(page, "  nobody has checked this model on a Windows machine\n");
}

void hp_report_text(struct hp_output *output, const struct hp_options *options,
                    const struct hp_file *file, const struct hp_report *report)
{
    struct page page = page_of(output, options, report);
    size_t rows = 0;

    put_head(&page, file);
    for (int weight = WORST; weight > 0; weight--)
        put_rows_of(&page, weight, &rows);
    put_counts(&page);
    put_result(&page);
    put_culprits(&page);
    put_exclusions(&page);
    put_assumed(&page);
}

void hp_path_text(struct hp_output *output, const struct hp_options *options,
                  const struct hp_report *report)
{
    struct page page = page_of(output, options, report);
    const struct hp_service_result *service = &report->services[0];

    put_service(&page, service);
    for (size_t i = 0; i < service->launch_count; i++)
        put_text_line(&page, "launches", service->launch[i]);
}
