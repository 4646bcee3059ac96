/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include <string.h>

#include "model_path.h"
#include "model_text.h"

/* Longer values and texts are B7's and E4's, which the model leaves alone. */
#define TEXT_LIMIT 32767
/* D5's buffer. */
#define DRIVER_LIMIT 260

/* ---- bytes to text (B) --------------------------------------------------- */

/* False: no memory or silent. *is_text false: as if there was no value. */
static bool decode(struct hp_text *text, bool *is_text, struct hp_arena *arena,
                   const struct model_image *image)
{
    size_t total = image->data.len / 2;
    uint16_t *units = hp_arena_array(arena, total, sizeof *units);

    if (units == NULL || total > TEXT_LIMIT)
        return false;
    hp_utf16le_decode(units, image->data);
    *text = (struct hp_text){units, 0};
    while (text->count < total && units[text->count] != 0)
        text->count++;
    *is_text = image->present && (image->type == 1 || image->type == 2 ||
                                  image->type == 6 || image->type == 7);
    return true;
}

/* ---- the environment (E) --------------------------------------------------
 */

static bool same_name(struct hp_text a, struct hp_text b)
{
    if (a.count != b.count)
        return false;
    for (size_t i = 0; i < a.count; i++)
        if (hp_upcase(a.units[i]) != hp_upcase(b.units[i]))
            return false;
    return true;
}

/* Of equal rank the first, of others the higher one: "environment" counts
 * more than "assumed" and "derived". */
static const struct hp_variable *variable(const struct model_machine *machine,
                                          struct hp_text name)
{
    const struct hp_variable *found = NULL;

    for (size_t i = 0; i < machine->variable_count; i++) {
        const struct hp_variable *one = &machine->variables[i];
        if (same_name(one->name, name) &&
            (found == NULL || (strcmp(one->source, "environment") == 0 &&
                               strcmp(found->source, "environment") != 0)))
            found = one;
    }
    return found;
}

/* E2, E3. False: no memory or too long. */
static bool expand(struct hp_text *out, struct model_machine *machine,
                   struct hp_text text)
{
    uint16_t *units = machine->scratch;
    size_t count = 0, at = 0;

    if (text.count > TEXT_LIMIT)
        return false;
    while (at < text.count) {
        size_t end = model_find(text, at + 1, "%");
        const struct hp_variable *found = NULL;
        if (text.units[at] == '%' && end != MODEL_NOWHERE && end > at + 1)
            found = variable(
                machine, (struct hp_text){text.units + at + 1, end - at - 1});
        struct hp_text piece = {text.units + at, 1};
        if (found != NULL)
            piece = found->value;
        else
            piece.count = (end == MODEL_NOWHERE ? text.count : end) - at;
        at += found != NULL ? end - at + 1 : piece.count;
        if (piece.count > TEXT_LIMIT - count)
            return false;
        for (size_t i = 0; i < piece.count; i++)
            units[count++] = piece.units[i];
    }
    units = hp_arena_copy(machine->arena, units, 2 * count);
    *out = (struct hp_text){units, count};
    return units != NULL;
}

static bool set(struct model_machine *machine, struct hp_text name,
                struct hp_text value, const char *source)
{
    struct hp_text expanded;

    if (name.count == 0)
        return true;
    if (!expand(&expanded, machine, value))
        return false;
    machine->variables[machine->variable_count++] =
        (struct hp_variable){name, expanded, source};
    return true;
}

static bool set_ascii(struct model_machine *machine, const char *name,
                      const char *value, const char *source)
{
    const struct hp_text none = {NULL, 0};
    struct hp_text name_text = model_join(machine->arena, name, none, "");
    struct hp_text value_text = model_join(machine->arena, value, none, "");

    return !model_is_null(name_text) && !model_is_null(value_text) &&
           set(machine, name_text, value_text, source);
}

static bool is_rooted(struct hp_text text)
{
    return text.count > 2 && model_lower(text.units[0]) >= 'a' &&
           model_lower(text.units[0]) <= 'z' && text.units[1] == ':' &&
           text.units[2] == '\\';
}

static struct hp_text root_of(const struct model_machine *machine)
{
    static const uint16_t name[] = u"SystemRoot";
    const struct hp_variable *root =
        variable(machine, (struct hp_text){name, 10});

    return root == NULL ? (struct hp_text){NULL, 0} : root->value;
}

/* Contracts 4: the defaults without a SOFTWARE hive. */
static bool set_defaults(struct model_machine *machine)
{
    static const char *const defaults[][2] = {
        {"windir", "%SystemRoot%"},
        {"ProgramFiles", "%SystemDrive%\\Program Files"},
        {"ProgramFiles(x86)", "%SystemDrive%\\Program Files (x86)"},
        {"ProgramW6432", "%SystemDrive%\\Program Files"},
        {"CommonProgramFiles", "%SystemDrive%\\Program Files\\Common Files"},
        {"CommonProgramFiles(x86)",
         "%SystemDrive%\\Program Files (x86)\\Common Files"},
        {"CommonProgramW6432", "%SystemDrive%\\Program Files\\Common Files"},
        {"ProgramData", "%SystemDrive%\\ProgramData"},
        {"ALLUSERSPROFILE", "%SystemDrive%\\ProgramData"},
        {"Public", "%SystemDrive%\\Users\\Public"},
        {"ComSpec", "%SystemRoot%\\system32\\cmd.exe"},
        {"TEMP", "%SystemRoot%\\TEMP"}};
    struct hp_text root = root_of(machine);
    char drive[3] = "";

    if (is_rooted(root)) {
        drive[0] = (char)root.units[0];
        drive[1] = ':';
        if (!set_ascii(machine, "SystemDrive", drive, "derived"))
            return false;
    }
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (!set_ascii(machine, defaults[i][0], defaults[i][1], "assumed"))
            return false;
    return true;
}

static bool set_values(struct model_machine *machine,
                       const struct hp_tree_key *key, uint32_t type)
{
    const struct hp_tree_value *value = key == NULL ? NULL : key->values;

    for (; value != NULL; value = value->next) {
        struct model_image image = {
            true,
            (uint32_t)value->type,
            hp_span_of(value->data.ptr, (size_t)value->data.size),
            {NULL, 0}};
        struct hp_text text;
        bool is_text;
        if (value->type != type)
            continue;
        if (!decode(&text, &is_text, machine->arena, &image))
            return false;
        /* E5: REG_SZ keeps its inner %x%. */
        if (type == 1 && value->name.count > 0)
            machine->variables[machine->variable_count++] =
                (struct hp_variable){value->name, text, "environment"};
        if (type == 2 && !set(machine, value->name, text, "environment"))
            return false;
    }
    return true;
}

/* E6. `environment` is Session Manager\Environment or NULL. */
static bool build(struct model_machine *machine,
                  const struct hp_tree_key *environment)
{
    const struct hp_tree_value *value;
    size_t room = 16;

    for (value = environment == NULL ? NULL : environment->values;
         value != NULL; value = value->next)
        room++;
    machine->variables =
        hp_arena_array(machine->arena, room, sizeof *machine->variables);
    machine->scratch = hp_arena_array(machine->arena, TEXT_LIMIT, 2);
    if (machine->variables == NULL || machine->scratch == NULL ||
        !set_ascii(machine, "SystemRoot", "C:\\Windows", "assumed") ||
        !set_values(machine, environment, 1) || !set_defaults(machine) ||
        !set_values(machine, environment, 2))
        return false;
    struct hp_text root = root_of(machine);
    bool drive = root.count > 1 && root.units[1] == ':' &&
                 model_lower(root.units[0]) >= 'a' &&
                 model_lower(root.units[0]) <= 'z';
    machine->system_drive = drive ? (char)model_lower(root.units[0]) : '\0';
    return true;
}

bool model_machine_bare(struct model_machine *machine, struct hp_arena *arena,
                        const struct hp_question *question)
{
    *machine = (struct model_machine){.arena = arena,
                                      .question = question,
                                      .environment_is_known = true,
                                      .all_drivers_active = true};
    return build(machine, NULL);
}

/* ---- the steps (W, D) ------------------------------------------------------
 */

static bool judge(struct model_outcome *outcome, struct model_machine *machine,
                  struct hp_text path, bool driver)
{
    struct hp_text last;

    if (!expand(&last, machine, path))
        return false;
    *outcome = (struct model_outcome){true, model_path_verdict(machine, last),
                                      true, path};
    if (driver && path.count >= DRIVER_LIMIT &&
        outcome->verdict == HP_VERDICT_OK)
        outcome->verdict = HP_VERDICT_INDETERMINATE;
    if (driver && !machine->question->policies.exclusions_cover_drivers)
        return true;
    int excluded = model_excludes(machine, path);
    if (excluded == 1)
        outcome->verdict = HP_VERDICT_EXCLUDED;
    return excluded != 2;
}

bool model_win32(struct model_outcome *outcome, struct model_machine *machine,
                 const struct model_image *image)
{
    bool skips = machine->question->policies.missing_skips, is_text;
    struct hp_text text;

    if (!decode(&text, &is_text, machine->arena, image))
        return false;
    *outcome =
        (struct model_outcome){.ran = true, .verdict = HP_VERDICT_SKIP_NO_EXE};
    if (!is_text) { /* W3 */
        outcome->verdict = skips ? HP_VERDICT_SKIP_NO_EXE : HP_VERDICT_QSC_FAIL;
        return true;
    }
    if (image->type == 2 && !expand(&text, machine, text)) /* W4 */
        return false;
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

    if (!decode(&text, &is_text, machine->arena, image))
        return false;
    if (!is_text)
        text.count = 0;
    else if (image->type == 2 && !machine->question->policies.no_expand_drivers)
        if (!expand(&text, machine, text))
            return false;
    text = driver_string(machine->arena, text, image->service);
    if (model_is_null(text) || !expand(&text, machine, text)) /* D5 */
        return false;
    return judge(outcome, machine, text, true);
}

/* ---- which keys are services (K) --------------------------------------------
 */

static bool is_named(struct hp_text text, const char *ascii)
{
    return text.count == strlen(ascii) && model_has_at(text, 0, ascii);
}

static const struct hp_tree_key *child(const struct hp_tree_key *key,
                                       const char *name)
{
    const struct hp_tree_key *one = key == NULL ? NULL : key->subkeys;

    while (one != NULL && !is_named(one->name, name))
        one = one->next;
    return one;
}

static const struct hp_tree_value *value_of(const struct hp_tree_key *key,
                                            const char *name)
{
    const struct hp_tree_value *one = key == NULL ? NULL : key->values;

    while (one != NULL && !is_named(one->name, name))
        one = one->next;
    return one;
}

static bool dword(uint32_t *number, const struct hp_tree_key *key,
                  const char *name)
{
    const struct hp_tree_value *value = value_of(key, name);

    return value != NULL && value->type == 4 && value->data.size == 4 &&
           hp_span_u32(hp_span_of(value->data.ptr, 4), 0, number);
}

static bool is_link(const struct hp_tree_key *key)
{
    const struct hp_tree_value *value = value_of(key, "SymbolicLinkValue");

    return (key->flags != HP_UNKNOWN_U64 && (key->flags & 0x10) != 0) ||
           (value != NULL && value->type == 6);
}

static bool is_duplicate(const struct hp_tree_key *key)
{
    const struct hp_tree_key *other = key->parent->subkeys;

    while (!same_name(other->name, key->name))
        other = other->next;
    return other != key;
}

static bool judge_key(struct model_service *service,
                      struct model_machine *machine,
                      const struct hp_tree_key *key)
{
    const struct hp_policies *policies = &machine->question->policies;
    const struct hp_tree_value *path = value_of(key, "ImagePath");
    struct model_image image = {path != NULL, 0, {NULL, 0, NULL}, key->name};
    uint32_t type, start, ignored;

    *service = (struct model_service){.whole = HP_VERDICT_SKIP_NOT_SERVICE};
    if (is_link(key) || is_duplicate(key) ||
        (key->name.count > 0 && key->name.units[0] == '{') || /* K1 */
        !dword(&type, key, "Type") ||                         /* K2 */
        !dword(&start, key, "Start") ||                       /* K3 */
        !dword(&ignored, key, "ErrorControl") ||
        (policies->no_user_services && (type & 0xC0) != 0))
        return true;
    if (path != NULL) {
        image.type = (uint32_t)path->type;
        image.data = hp_span_of(path->data.ptr, (size_t)path->data.size);
    }
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
    return child(root, name);
}

/* Section 5. */
static const struct hp_tree_key *choose(struct model_report *report,
                                        const struct hp_tree_key *root)
{
    static const char *const names[] = {"Current", "Default", "LastKnownGood"};
    const struct hp_tree_key *set_key = NULL;
    uint32_t number = 0;

    for (unsigned i = 0; i < 3 && set_key == NULL; i++) {
        if (dword(&number, child(root, "Select"), names[i]))
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
                         const struct hp_tree_key *set_key)
{
    enum hp_profile profile = machine->question->profile;
    const struct hp_tree_key *control = child(set_key, "Control");
    const struct hp_tree_key *writer = child(control, "SystemWriter");
    const struct hp_tree_value *list = value_of(writer, "ExcludedBinaryPaths");
    uint32_t number = profile == HP_PROFILE_SERVER2012;

    if (list != NULL) {
        machine->has_exclusions = true;
        machine->exclusions_type = (uint32_t)list->type;
        machine->exclusions =
            hp_span_of(list->data.ptr, (size_t)list->data.size);
    }
    (void)dword(&number, writer, "ReportWin32ServicesNonSystemState");
    machine->win32_is_optional = profile >= HP_PROFILE_CLIENT8 && number != 0;
    return build(machine,
                 child(child(control, "Session Manager"), "Environment"));
}

enum model_run model_run(struct model_report *report, struct hp_arena *arena,
                         const struct hp_tree *tree,
                         const struct hp_question *question)
{
    *report = (struct model_report){.unusable = 0};
    const struct hp_tree_key *set_key = choose(report, tree->root);
    const struct hp_tree_key *key, *all = child(set_key, "Services");

    report->machine =
        (struct model_machine){.arena = arena,
                               .question = question,
                               .mounted = child(tree->root, "MountedDevices")};
    if (all == NULL)
        return MODEL_NOT_SYSTEM;
    if (!read_machine(&report->machine, set_key))
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
