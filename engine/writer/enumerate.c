/* SPDX-License-Identifier: Apache-2.0 */
#include "enumerate.h"

#include <stdio.h>

#include "control_set.h"
#include "environment.h"
#include "exclusions.h"
#include "hotfix.h"
#include "judge.h"
#include "services.h"
#include "software.h"
#include "volumes.h"

/* Everything of one run that is not the report yet. */
struct run {
    struct hp_arena *arena;
    const struct hp_question *question;
    struct hp_report *report;
    struct hp_finding_list findings;
    struct hp_control_sets sets;
    struct hp_services services;
    struct hp_software *software; /* NULL: not given */
    struct hp_environment environment;
    struct hp_volumes volumes;
    struct hp_exclusions exclusions;
    struct hp_judge judge;
};

/* ---- reading ----------------------------------------------------------- */

static enum hp_status no_memory(struct hp_error *err)
{
    return hp_fail(err, HP_E_NO_MEMORY, 0, "arena", 0);
}

static enum hp_status read_software(struct run *run, struct hp_error *err,
                                    char *text, uint32_t text_size)
{
    struct hp_error why = {HP_OK, 0, NULL, 0};

    if (run->question->software == NULL)
        return HP_OK;
    run->software = hp_arena_alloc(run->arena, sizeof(*run->software));
    if (run->software == NULL)
        return no_memory(err);
    if (hp_software_read(run->software, run->arena, run->question->software,
                         &why, text, text_size) == HP_OK)
        return HP_OK;
    if (why.status == HP_E_NO_MEMORY)
        return no_memory(err);
    return hp_fail(err, why.status, why.offset, "software", why.found);
}

/* Copies the damage of the two walks into the report. Both see the root: what
 * happened there is taken from the second, or, if there was none, from the
 * first. */
static bool report_damage(struct run *run)
{
    const struct hp_probe_result *first = &run->sets.probe;
    const struct hp_probe_result *second = &run->services.probe;
    bool both = run->report->control_set != 0;
    size_t count = 0;
    struct hp_report_damage *list = hp_arena_array(
        run->arena, first->damage_count + second->damage_count, sizeof(*list));

    if (list == NULL)
        return false;
    for (size_t i = 0; i < first->damage_count; i++) {
        bool at_root = first->damage[i].key == HP_PROBE_OUTSIDE ||
                       first->damage[i].key == 0;
        if (!both || !at_root)
            list[count++] = first->damage[i].damage;
    }
    for (size_t i = 0; i < second->damage_count; i++)
        list[count++] = second->damage[i].damage;
    run->report->damage = list;
    run->report->damage_count = count;
    run->report->doubtful = first->decisive || second->decisive;
    return true;
}

/* What is missing, where a control set was asked for or found. */
static void say_missing(const struct run *run, char *text, uint32_t text_size)
{
    uint32_t found = run->report->control_set;
    bool asked = run->question->control_set == HP_CONTROL_SET_NUMBER;

    if (found != 0)
        (void)snprintf(text, text_size, "ControlSet%03u has no Services",
                       (unsigned)found);
    else if (asked)
        (void)snprintf(text, text_size, "it has no ControlSet%03u",
                       (unsigned)run->question->control_set_number);
}

/* A hive without Services is no SYSTEM hive, unless it looks like one whose
 * Services were lost to damage. */
static enum hp_status check_services(struct run *run, struct hp_error *err,
                                     char *text, uint32_t text_size)
{
    bool looks_right = run->sets.has_select || run->report->control_set != 0;

    if (run->services.has_services)
        return HP_OK;
    if (!run->report->doubtful || !looks_right) {
        say_missing(run, text, text_size);
        return hp_fail(err, HP_E_NOT_SYSTEM, 0, "Services", 0);
    }
    hp_findings_add(&run->findings, "SERVICES_LOST");
    return HP_OK;
}

static enum hp_status read_hives(struct run *run, const struct hp_source *hive,
                                 struct hp_error *err, char *text,
                                 uint32_t text_size)
{
    struct hp_report *report = run->report;
    enum hp_status status = hp_control_sets_read(&run->sets, run->arena, hive,
                                                 err, text, text_size);
    if (status != HP_OK)
        return status;
    report->hive = run->sets.probe.hive;
    report->control_set =
        hp_control_set_choose(&run->sets, run->question, &run->findings);
    if (report->control_set != 0)
        status = hp_services_read(&run->services, run->arena, hive,
                                  report->control_set, err, text, text_size);
    if (status != HP_OK)
        return status;
    if (!report_damage(run))
        return no_memory(err);
    status = check_services(run, err, text, text_size);
    return status != HP_OK ? status : read_software(run, err, text, text_size);
}

/* ---- the machine ------------------------------------------------------- */

/* 1.5: are the binaries of Win32 services a component of their own that is no
 * system state? The server's default stands for its profile whatever the
 * hive's product type is; a contradiction is a finding. */
static bool win32_is_optional(struct run *run)
{
    struct hp_dword dword = run->services.report_non_system_state;
    enum hp_profile profile = run->question->profile;
    bool server = profile == HP_PROFILE_SERVER2012;
    struct hp_text type = run->services.product_type;

    if (profile < HP_PROFILE_CLIENT8)
        return false;
    if (type.count > 0 && hp_text_is_nocase(type, "WinNT") == server)
        hp_findings_add(&run->findings, "PRODUCT_TYPE_MISMATCH");
    if (dword.present && !dword.valid)
        hp_findings_add(&run->findings, "REPORT_DWORD_INVALID");
    return dword.valid ? dword.number != 0 : server;
}

static char drive_of(struct hp_text root)
{
    return root.count > 1 && root.units[1] == ':'
               ? hp_drive_letter(root.units[0])
               : 0;
}

/* Puts together what services are judged by. `known`: the environment counts
 * as complete. */
static bool build_machine(struct run *run, bool known)
{
    const struct hp_question *question = run->question;
    struct hp_arena *arena = run->arena;
    struct hp_text root;

    if (!hp_environment_build(
            &run->environment, arena, question, run->services.environment,
            run->services.environment_count,
            run->software != NULL ? &run->software->paths : NULL))
        return false;
    root = hp_environment_get(&run->environment, "SystemRoot");
    if (!known && hp_environment_is_assumed(&run->environment, "SystemRoot"))
        hp_findings_add(&run->findings, "ASSUMED_SYSTEMROOT");
    if (!hp_volumes_build(&run->volumes, arena, question, drive_of(root),
                          run->sets.devices, run->sets.device_count,
                          &run->findings) ||
        !hp_exclusions_decode(&run->exclusions, arena,
                              &run->services.exclusions, question))
        return false;
    run->judge = (struct hp_judge){.question = question,
                                   .arena = arena,
                                   .environment = &run->environment,
                                   .volumes = &run->volumes,
                                   .exclusions = &run->exclusions,
                                   .system_root = root,
                                   .environment_is_known =
                                       known || run->software != NULL,
                                   .win32_is_optional = win32_is_optional(run)};
    return true;
}

/* ---- the result -------------------------------------------------------- */

static enum hp_badness badness_of(const struct hp_service_result *service)
{
    enum hp_badness first = hp_outcome_badness(&service->outcome);
    enum hp_badness second =
        service->has_driver ? hp_outcome_badness(&service->driver) : HP_GOOD;

    return first > second ? first : second;
}

/* Lists the services as bad as `worst` down to `least`, worst first. */
static bool list_culprits(struct run *run, enum hp_badness worst,
                          enum hp_badness least)
{
    struct hp_report *report = run->report;
    size_t count = 0;
    size_t *list =
        hp_arena_array(run->arena, report->service_count, sizeof(*list));

    if (list == NULL)
        return false;
    for (enum hp_badness bad = worst; bad >= least; bad--) {
        for (size_t i = 0; i < report->service_count; i++) {
            if (badness_of(&report->services[i]) == bad)
                list[count++] = i;
        }
    }
    report->culprits = list;
    report->culprit_count = count;
    return true;
}

static bool conclude(struct run *run)
{
    struct hp_report *report = run->report;
    enum hp_assume_unproven unproven = run->question->policies.assume_unproven;
    enum hp_badness worst = HP_GOOD, least = HP_BAD_SYNTAX;

    for (size_t i = 0; i < report->service_count; i++) {
        enum hp_badness bad = badness_of(&report->services[i]);
        worst = bad > worst ? bad : worst;
    }
    report->result = HP_RESULT_OK;
    if (worst >= HP_BAD_SYNTAX) {
        report->result = HP_RESULT_FAILED;
        report->code =
            worst == HP_BAD_VOLUME ? HP_CODE_PARAMETER : HP_CODE_NAME;
    } else if (worst > HP_GOOD && unproven == HP_UNPROVEN_FAIL) {
        report->result = HP_RESULT_FAILED;
    } else if (worst > HP_GOOD && unproven == HP_UNPROVEN_INDETERMINATE) {
        report->result = HP_RESULT_INDETERMINATE;
    }
    if (report->result == HP_RESULT_INDETERMINATE ||
        unproven == HP_UNPROVEN_FAIL)
        least = HP_BAD_INDETERMINATE;
    if (!list_culprits(run, worst, least))
        return false;
    if (report->result == HP_RESULT_OK && report->doubtful)
        report->result = HP_RESULT_INDETERMINATE;
    return true;
}

/* ---- the run ----------------------------------------------------------- */

static bool judge_services(struct run *run)
{
    const struct hp_services *services = &run->services;
    struct hp_text_index names;
    struct hp_service_result *list =
        hp_arena_array(run->arena, services->count, sizeof(*list));

    if (list == NULL ||
        !hp_text_index_open(&names, run->arena, services->count))
        return false;
    for (size_t i = 0; i < services->count; i++) {
        const struct hp_service *service = services->list[i];
        bool duplicate = hp_text_index_put(&names, service->name, i) != i;
        if (!hp_judge_service(&list[i], &run->judge, service, i, duplicate))
            return false;
    }
    run->report->services = list;
    run->report->service_count = services->count;
    return true;
}

static bool fill_report(struct run *run)
{
    struct hp_report *report = run->report;
    const struct hp_exclusions *exclusions = &run->exclusions;

    report->services_key = run->services.services_key;
    report->volumes = run->volumes.list;
    report->volume_count = run->volumes.count;
    report->has_exclusions = exclusions->present;
    report->exclusions_type = exclusions->type;
    report->exclusions = exclusions->list;
    report->exclusion_count = exclusions->count;
    if (run->judge.assumed)
        hp_findings_add(&run->findings, "ASSUMED_ENV");
    return hp_findings_seal(&report->exclusions_findings, run->arena,
                            &exclusions->findings) &&
           hp_findings_seal(&report->findings, run->arena, &run->findings) &&
           hp_environment_used(&report->environment, &report->environment_count,
                               run->arena, &run->environment) &&
           hp_hotfix_judge(&report->hotfix, run->arena, run->software,
                           run->services.product_type);
}

static bool judge_all(struct run *run)
{
    return judge_services(run) &&
           hp_exclusions_finish(&run->exclusions, run->arena, run->judge.paths,
                                run->judge.path_count) &&
           fill_report(run) && conclude(run);
}

enum hp_status hp_enumerate(struct hp_report *report, struct hp_arena *arena,
                            const struct hp_source *hive,
                            const struct hp_question *question,
                            struct hp_error *err, char *text,
                            uint32_t text_size)
{
    struct hp_report made = {.control_set = 0};
    struct run *run = hp_arena_alloc(arena, sizeof(*run));

    if (run == NULL)
        return no_memory(err);
    run->arena = arena;
    run->question = question;
    run->report = &made;
    enum hp_status status = read_hives(run, hive, err, text, text_size);
    if (status != HP_OK)
        return status;
    if (!build_machine(run, false) || !judge_all(run))
        return no_memory(err);
    *report = made;
    return HP_OK;
}

enum hp_status hp_judge_path(struct hp_report *report, struct hp_arena *arena,
                             const struct hp_path_question *path,
                             const struct hp_question *question,
                             struct hp_error *err, char *text,
                             uint32_t text_size)
{
    struct hp_service service = {
        .name = path->name,
        .type = {.valid = true, .number = path->driver ? 0x01 : 0x10},
        .start = {.valid = true, .number = path->driver ? 1 : 2},
        .error_control = {.valid = true},
        .image_path = {
            .present = !path->missing, .type = path->type, .data = path->data}};
    struct hp_service *list[] = {&service};
    struct hp_report made = {.control_set = 0};
    struct run *run = hp_arena_alloc(arena, sizeof(*run));

    if (run == NULL)
        return no_memory(err);
    run->arena = arena;
    run->question = question;
    run->report = &made;
    run->services.list = list;
    run->services.count = 1;
    enum hp_status status = read_software(run, err, text, text_size);
    if (status != HP_OK)
        return status;
    if (!build_machine(run, true))
        return no_memory(err);
    run->judge.all_drivers_active = true;
    if (!judge_all(run))
        return no_memory(err);
    *report = made;
    return HP_OK;
}
