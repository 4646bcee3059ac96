/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include <string.h>

#include "model_environment.h"
#include "model_findings.h"
#include "model_path.h"
#include "model_software.h"
#include "model_text.h"
#include "model_tree.h"

/* D5's buffer. */
#define DRIVER_LIMIT 260

bool model_machine_bare(struct model_machine *machine, struct hp_arena *arena,
                        const struct hp_question *question,
                        const struct hp_tree *software)
{
    *machine = (struct model_machine){.arena = arena,
                                      .question = question,
                                      .software = software,
                                      .environment_is_known = true,
                                      .all_drivers_active = true};
    return model_environment(machine, NULL);
}

/* ---- the steps (W, D) ------------------------------------------------------
 */

static bool judge(struct model_outcome *outcome, struct model_machine *machine,
                  struct hp_text path, bool driver)
{
    struct hp_text last;

    *outcome =
        (struct model_outcome){true, HP_VERDICT_INDETERMINATE, true, path};
    if (model_expand(&last, machine, path))
        outcome->verdict = model_path_verdict(machine, last);
    else if (!machine->too_long)
        return false;
    if (driver && path.count >= DRIVER_LIMIT &&
        outcome->verdict == HP_VERDICT_OK)
        outcome->verdict = HP_VERDICT_INDETERMINATE;
    if (driver && !machine->question->policies.exclusions_cover_drivers)
        return true;
    int excluded = model_excludes(machine, path);
    if (excluded == 1)
        outcome->verdict = HP_VERDICT_EXCLUDED;
    if (excluded == 3 && outcome->verdict != HP_VERDICT_OK)
        outcome->verdict = HP_VERDICT_INDETERMINATE;
    return excluded != 2;
}

/* What could not be expanded because it is too long ends so, and there is no
 * path. */
static bool ends_long(struct model_outcome *outcome,
                      const struct model_machine *machine,
                      enum hp_verdict verdict)
{
    *outcome = (struct model_outcome){.ran = true, .verdict = verdict};
    return machine->too_long;
}

/* B7. */
static bool is_long(struct model_machine *machine,
                    const struct model_image *image)
{
    machine->too_long =
        model_is_text(image) && image->data.len / 2 > MODEL_TEXT_LIMIT;
    return machine->too_long;
}

bool model_win32(struct model_outcome *outcome, struct model_machine *machine,
                 const struct model_image *image)
{
    bool skips = machine->question->policies.missing_skips, is_text;
    struct hp_text text;

    if (is_long(machine, image))
        return ends_long(outcome, machine, HP_VERDICT_INDETERMINATE);
    if (!model_decode(&text, &is_text, machine->arena, image))
        return false;
    *outcome =
        (struct model_outcome){.ran = true, .verdict = HP_VERDICT_SKIP_NO_EXE};
    if (!is_text) { /* W3 */
        outcome->verdict = skips ? HP_VERDICT_SKIP_NO_EXE : HP_VERDICT_QSC_FAIL;
        return true;
    }
    if (image->type == 2 && !model_expand(&text, machine, text)) /* W4 */
        return ends_long(outcome, machine, HP_VERDICT_INDETERMINATE);
    text = model_lowered(machine->arena, text); /* W5 */
    if (model_is_null(text))
        return false;
    size_t at = model_find(text, 0, ".exe");
    if (at == MODEL_NOWHERE)
        return true;
    if (text.units[0] == '"' && at + 4 < text.count) { /* W6 */
        text = model_from(text, 1);
        at--;
    }
    text.count = at + 4; /* W7 */
    return judge(outcome, machine, text, false);
}

/* D2 to D4. */
static struct hp_text driver_string(struct hp_arena *arena, struct hp_text text,
                                    struct hp_text service)
{
    struct hp_text lower = model_lowered(arena, text);

    if (model_is_null(lower))
        return lower;
    if (text.count == 0)
        return model_join(arena, "%SystemRoot%\\System32\\Drivers\\", service,
                          ".SYS");
    if (text.units[0] != '\\')
        return model_join(arena, "%SystemRoot%\\", text, "");
    if (model_has_at(lower, 0, "\\??\\"))
        return model_from(lower, 4);
    if (model_has_at(lower, 0, "\\systemroot\\"))
        return model_join(arena, "%SystemRoot%\\", model_from(lower, 12), "");
    return lower;
}

bool model_driver(struct model_outcome *outcome, struct model_machine *machine,
                  const struct model_image *image)
{
    struct hp_text text;
    bool is_text;

    if (is_long(machine, image))
        return ends_long(outcome, machine, HP_VERDICT_QSC_FAIL);
    if (!model_decode(&text, &is_text, machine->arena, image))
        return false;
    if (!is_text)
        text.count = 0;
    else if (image->type == 2 && !machine->question->policies.no_expand_drivers)
        if (!model_expand(&text, machine, text))
            return ends_long(outcome, machine, HP_VERDICT_QSC_FAIL);
    text = driver_string(machine->arena, text, image->service);
    if (model_is_null(text))
        return false;
    machine->too_long = 2 * text.count >= 65536; /* D6 */
    if (machine->too_long)
        return ends_long(outcome, machine, HP_VERDICT_QSC_FAIL);
    if (!model_expand(&text, machine, text)) /* D5 */
        return ends_long(outcome, machine, HP_VERDICT_INDETERMINATE);
    return judge(outcome, machine, text, true);
}

/* ---- which keys are services (K) --------------------------------------------
 */

static bool judge_key(struct model_service *service,
                      struct model_machine *machine,
                      const struct hp_tree_key *key)
{
    const struct hp_policies *policies = &machine->question->policies;
    const struct hp_tree_value *path = model_value(key, "ImagePath");
    struct model_image image = {path != NULL, 0, {NULL, 0, NULL}, key->name};
    uint32_t type, start, ignored;

    if (path != NULL) {
        image.type = (uint32_t)path->type;
        image.data = hp_span_of(path->data.ptr, (size_t)path->data.size);
    }
    *service = (struct model_service){
        .whole = HP_VERDICT_SKIP_NOT_SERVICE,
        .findings = model_findings(policies, key, &image)};
    if (model_is_link(key) || model_is_duplicate(key) ||
        (key->name.count > 0 && key->name.units[0] == '{') || /* K1 */
        !model_dword(&type, key, "Type") ||                   /* K2 */
        !model_dword(&start, key, "Start") ||                 /* K3 */
        !model_dword(&ignored, key, "ErrorControl") ||
        (policies->no_user_services && (type & 0xC0) != 0))
        return true;
    if ((type & 0x30) != 0 && !model_win32(&service->win32, machine, &image))
        return false;
    if ((type & 0x0B) == 0)
        return true;
    bool active = policies->active_drivers == HP_ACTIVE_ALL ||
                  (policies->active_drivers == HP_ACTIVE_BOOT && start <= 2);
    service->driver = (struct model_outcome){
        .ran = true, .verdict = HP_VERDICT_SKIP_INACTIVE_DRIVER};
    return !active || model_driver(&service->driver, machine, &image);
}

/* ---- the run
 * ----------------------------------------------------------------- */

static const struct hp_tree_key *control_set(const struct hp_tree_key *root,
                                             uint32_t number)
{
    char name[] = "ControlSet000";

    if (number < 1 || number > 999)
        return NULL;
    name[10] = (char)('0' + number / 100);
    name[11] = (char)('0' + number / 10 % 10);
    name[12] = (char)('0' + number % 10);
    return model_child(root, name);
}

/* Section 5. */
static const struct hp_tree_key *choose(struct model_report *report,
                                        const struct hp_tree_key *root,
                                        const struct hp_question *question)
{
    static const char *const names[] = {"Current", "Default", "LastKnownGood"};
    const struct hp_tree_key *set_key = NULL;
    uint32_t number = question->control_set_number;

    if (question->control_set == HP_CONTROL_SET_NUMBER) {
        report->control_set = number;
        return control_set(root, number);
    }
    for (unsigned i = question->control_set; i < 3 && set_key == NULL; i++) {
        if (model_dword(&number, model_child(root, "Select"), names[i]))
            set_key = control_set(root, number);
        if (set_key == NULL)
            report->unusable |= 1U << i;
    }
    report->control_set = number;
    for (number = 1; number <= 999 && set_key == NULL; number++) {
        set_key = control_set(root, number);
        report->control_set = number;
    }
    return set_key;
}

unsigned model_badness(const struct model_machine *machine,
                       const struct model_outcome *outcome, bool driver)
{
    if (!outcome->ran || (machine->win32_is_optional && !driver))
        return 0;
    switch (outcome->verdict) {
    case HP_VERDICT_FAIL_VOLUME:
        return 5;
    case HP_VERDICT_FAIL_SYNTAX:
        return 4;
    case HP_VERDICT_FAIL_FORMAT:
        return 3;
    case HP_VERDICT_FAIL_REMOTE:
        return 2;
    case HP_VERDICT_INDETERMINATE:
        return 1;
    default:
        return 0;
    }
}

/* Section 9. */
static void conclude(struct model_report *report)
{
    static const enum hp_result unproven[] = {
        [HP_UNPROVEN_INDETERMINATE] = HP_RESULT_INDETERMINATE,
        [HP_UNPROVEN_FAIL] = HP_RESULT_FAILED,
        [HP_UNPROVEN_OK] = HP_RESULT_OK};
    const struct model_machine *machine = &report->machine;
    unsigned worst = 0;

    for (size_t i = 0; i < report->count; i++) {
        const struct model_service *service = &report->services[i];
        unsigned win32 = model_badness(machine, &service->win32, false);
        unsigned driver = model_badness(machine, &service->driver, true);
        worst = win32 > worst ? win32 : worst;
        worst = driver > worst ? driver : worst;
    }
    report->code = worst == 5 ? 87 : worst == 4 ? 123 : 0;
    report->result = worst >= 4 ? HP_RESULT_FAILED
                     : worst >= 1
                         ? unproven[machine->question->policies.assume_unproven]
                         : HP_RESULT_OK;
}

static bool read_machine(struct model_machine *machine,
                         const struct hp_tree_key *set_key,
                         const struct model_given *given)
{
    enum hp_profile profile = machine->question->profile;
    const struct hp_tree_key *control = model_child(set_key, "Control");
    const struct hp_tree_key *writer = model_child(control, "SystemWriter");
    const struct hp_tree_value *list =
        model_value(writer, "ExcludedBinaryPaths");
    uint32_t number = profile == HP_PROFILE_SERVER2012;

    if (given->exclusions != NULL) {
        machine->has_exclusions = true;
        machine->exclusions_type = 7;
        machine->exclusions = *given->exclusions;
    } else if (list != NULL) {
        machine->has_exclusions = true;
        machine->exclusions_type = (uint32_t)list->type;
        machine->exclusions =
            hp_span_of(list->data.ptr, (size_t)list->data.size);
    }
    (void)model_dword(&number, writer, "ReportWin32ServicesNonSystemState");
    machine->win32_is_optional = profile >= HP_PROFILE_CLIENT8 && number != 0;
    return model_environment(
        machine,
        model_child(model_child(control, "Session Manager"), "Environment"));
}

enum model_run model_run(struct model_report *report, struct hp_arena *arena,
                         const struct hp_tree *tree,
                         const struct model_given *given)
{
    *report = (struct model_report){.unusable = 0};
    const struct hp_tree_key *set_key =
        choose(report, tree->root, given->question);
    const struct hp_tree_key *key, *all = model_child(set_key, "Services");

    report->machine = (struct model_machine){
        .arena = arena,
        .question = given->question,
        .software = given->software,
        .environment_is_known = given->software != NULL,
        .mounted = model_child(tree->root, "MountedDevices")};
    if (all == NULL)
        return MODEL_NOT_SYSTEM;
    if (!read_machine(&report->machine, set_key, given))
        return MODEL_SILENT;
    for (key = all->subkeys; key != NULL; key = key->next)
        report->count++;
    report->services =
        hp_arena_array(arena, report->count, sizeof *report->services);
    if (report->services == NULL)
        return MODEL_SILENT;
    report->count = 0;
    for (key = all->subkeys; key != NULL; key = key->next)
        if (!judge_key(&report->services[report->count++], &report->machine,
                       key))
            return MODEL_SILENT;
    conclude(report);
    return MODEL_RAN;
}
