/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof remedy: the ExcludedBinaryPaths that cures a hive, as a .reg
 * file. */
#include "commands.h"
#include "exclusions.h"
#include "logs.h"
#include "reg_file.h"
#include "run_model.h"

enum {
    NAME_ROOM = 512, /* bytes of a name or entry in a message */
    NAMED_MAX = 100  /* messages of one kind */
};

/* "NAME: WHY" on stderr. */
static void tell(struct hp_text text, const char *why)
{
    char name[NAME_ROOM];
    struct hp_out_buffer buffer = {name, sizeof name - 1, 0};

    (void)hp_escape_path(hp_out_to_buffer(&buffer), text);
    name[buffer.size < sizeof name ? buffer.size : sizeof name - 1] = '\0';
    hp_complain(NULL, "%s: %s", name, why);
}

static void tell_rest(size_t count)
{
    if (count > NAMED_MAX)
        hp_complain(NULL, "and %zu more", count - NAMED_MAX);
}

static void tell_incurable(const struct hp_report *report,
                           const struct hp_remedy *remedy)
{
    for (size_t i = 0; i < remedy->incurable_count && i < NAMED_MAX; i++)
        tell(report->services[remedy->incurable[i]].name,
             "fails, and no exclusion can cure it; see hiveproof enumerate");
    tell_rest(remedy->incurable_count);
}

static void tell_excluded(const struct hp_remedy *remedy)
{
    for (size_t i = 0; i < remedy->entry_count && i < NAMED_MAX; i++) {
        const char *why = "leaves the system state backup: save it by other "
                          "means";
        if (i < remedy->kept_count)
            why = hp_exclusion_is_valid(remedy->entries[i])
                      ? "stays out of the system state backup"
                      : "is kept, but can match nothing";
        tell(remedy->entries[i], why);
    }
    tell_rest(remedy->entry_count);
    hp_complain(NULL, "the value has an effect only where hotfix KB 980794 is "
                      "installed");
}

/* What the hive holds and the file does not. */
static void tell_lost(const struct hp_report *report)
{
    size_t dead = 0;

    for (size_t i = 0; i < report->exclusion_count; i++) {
        if (!report->exclusions[i].live && dead++ < NAMED_MAX)
            tell(report->exclusions[i].text,
                 "has no effect today and is not kept");
    }
    tell_rest(dead);
    if (report->doubtful)
        hp_complain(NULL, "the hive is damaged: entries and services that "
                          "cannot be read are not in the file");
}

static enum hp_exit write_remedy(struct hp_output *output,
                                 const struct hp_report *report,
                                 const struct hp_remedy *remedy)
{
    bool cures = remedy->entry_count > remedy->kept_count;

    tell_incurable(report, remedy);
    if (cures) {
        hp_reg_file_write(output, remedy->entries, remedy->entry_count);
        tell_excluded(remedy);
        tell_lost(report);
    }
    if (remedy->incurable_count > 0)
        return HP_EXIT_BAD;
    if (cures && report->doubtful)
        return HP_EXIT_INDETERMINATE;
    if (!cures && report->result != HP_RESULT_OK) {
        hp_complain(NULL, "whether an exclusion is needed is not known; see "
                          "hiveproof enumerate");
        return HP_EXIT_INDETERMINATE;
    }
    if (!cures)
        hp_complain(NULL, "no exclusion is needed");
    return HP_EXIT_GOOD;
}

enum hp_exit hp_cmd_remedy(struct hp_options *options, struct hp_output *output)
{
    struct hp_question *question = &options->question;
    struct hp_report report;
    struct hp_remedy remedy;
    struct hp_file file;

    if (question->profile != HP_PROFILE_PRE &&
        question->profile != HP_PROFILE_KB980794) {
        hp_complain(NULL, "remedy: Windows 8, Server 2012 and later do not "
                          "read ExcludedBinaryPaths");
        return HP_EXIT_USAGE;
    }
    /* What is needed is what fails although the list is honoured. */
    question->profile = HP_PROFILE_KB980794;
    enum hp_exit exit = hp_run_model(&report, &file, options);
    if (exit != HP_EXIT_GOOD)
        return exit;
    hp_logs_tell(&file);
    hp_file_close(&file);
    if (hp_remedy_of(&remedy, options->arena, &report) != HP_OK)
        return hp_complain_memory();
    return write_remedy(output, &report, &remedy);
}
