/* SPDX-License-Identifier: Apache-2.0 */
#include "model_environment.h"

#include <string.h>

#include "model_software.h"
#include "model_text.h"
#include "model_tree.h"

/* ---- bytes to text (B) --------------------------------------------------- */

bool model_is_text(const struct model_image *image)
{
    return image->present && (image->type == 1 || image->type == 2 ||
                              image->type == 6 || image->type == 7);
}

bool model_decode(struct hp_text *text, bool *is_text, struct hp_arena *arena,
                  const struct model_image *image)
{
    size_t total = image->data.len / 2;

    *text = (struct hp_text){NULL, 0};
    *is_text = model_is_text(image);
    if (!*is_text)
        return true;
    uint16_t *units = hp_arena_array(arena, total, sizeof *units);
    if (units == NULL || total > MODEL_TEXT_LIMIT)
        return false;
    hp_utf16le_decode(units, image->data);
    text->units = units;
    while (text->count < total && units[text->count] != 0)
        text->count++;
    return true;
}

/* ---- the environment (E) --------------------------------------------------
 */

bool model_is_same(struct hp_text a, struct hp_text b)
{
    if (a.count != b.count)
        return false;
    for (size_t i = 0; i < a.count; i++)
        if (hp_upcase(a.units[i]) != hp_upcase(b.units[i]))
            return false;
    return true;
}

/* E7: the user's value counts more than the hive's Environment, that more than
 * all others. */
static int rank(const struct hp_variable *variable)
{
    return strcmp(variable->source, "user") == 0          ? 2
           : strcmp(variable->source, "environment") == 0 ? 1
                                                          : 0;
}

/* Of equal rank the first, of others the higher one. */
static const struct hp_variable *variable(const struct model_machine *machine,
                                          struct hp_text name)
{
    const struct hp_variable *found = NULL;

    for (size_t i = 0; i < machine->variable_count; i++) {
        const struct hp_variable *one = &machine->variables[i];
        if (model_is_same(one->name, name) &&
            (found == NULL || rank(one) > rank(found)))
            found = one;
    }
    return found;
}

/* E2, E3. False: no memory or too long. */
bool model_expand(struct hp_text *out, struct model_machine *machine,
                  struct hp_text text)
{
    uint16_t *units = machine->scratch;
    size_t count = 0, at = 0;

    machine->too_long = text.count > MODEL_TEXT_LIMIT;
    while (!machine->too_long && at < text.count) {
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
        machine->too_long = piece.count > MODEL_TEXT_LIMIT - count;
        for (size_t i = 0; i < piece.count && !machine->too_long; i++)
            units[count++] = piece.units[i];
    }
    if (machine->too_long)
        return false;
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
    if (!model_expand(&expanded, machine, value))
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

static bool set_named(struct model_machine *machine, const char *name,
                      struct hp_text value, const char *source)
{
    const struct hp_text none = {NULL, 0};
    struct hp_text text = model_join(machine->arena, name, none, "");

    return !model_is_null(text) && set(machine, text, value, source);
}

static bool set_drive(struct model_machine *machine)
{
    struct hp_text root = root_of(machine);

    root.count = is_rooted(root) ? 2 : 0;
    return root.count == 0 ||
           set_named(machine, "SystemDrive", root, "derived");
}

/* Contracts 4: without a SOFTWARE hive. */
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

    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (!set_ascii(machine, defaults[i][0], defaults[i][1], "assumed"))
            return false;
    return true;
}

/* E5. Where there is no ProgramData, ALLUSERSPROFILE is XP's. */
static bool set_software(struct model_machine *machine)
{
    enum { WINDOWS, PROFILES };
    static const struct {
        int key;
        const char *value, *name;
    } sources[] = {{WINDOWS, "ProgramFilesDir", "ProgramFiles"},
                   {WINDOWS, "ProgramFilesDir (x86)", "ProgramFiles(x86)"},
                   {WINDOWS, "ProgramW6432Dir", "ProgramW6432"},
                   {WINDOWS, "CommonFilesDir", "CommonProgramFiles"},
                   {WINDOWS, "CommonFilesDir (x86)", "CommonProgramFiles(x86)"},
                   {WINDOWS, "CommonW6432Dir", "CommonProgramW6432"},
                   {PROFILES, "ProgramData", "ProgramData"},
                   {PROFILES, "ProgramData", "ALLUSERSPROFILE"},
                   {PROFILES, "AllUsersProfile", "ALLUSERSPROFILE"},
                   {PROFILES, "Public", "Public"}};
    const struct hp_tree_key *windows = model_software_windows(machine);
    const struct hp_tree_key *profiles =
        model_child(model_software_nt(machine), "ProfileList");
    struct hp_text text;

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const struct hp_tree_key *key =
            sources[i].key == WINDOWS ? windows : profiles;
        if (!model_software_text(&text, machine, key, sources[i].value))
            return false;
        if (text.count > 0 &&
            !set_named(machine, sources[i].name, text, "software"))
            return false;
    }
    return true;
}

/* The user's, the SOFTWARE hive's, or the usual one. */
static bool set_root(struct model_machine *machine)
{
    const struct hp_tree_key *nt = model_software_nt(machine);
    struct hp_text text, other;

    if (is_rooted(machine->question->system_root))
        return set_named(machine, "SystemRoot", machine->question->system_root,
                         "user");
    if (!model_software_text(&text, machine, nt, "SystemRoot") ||
        !model_software_text(&other, machine, nt, "PathName"))
        return false;
    if (text.count == 0)
        text = other;
    if (is_rooted(text))
        return set_named(machine, "SystemRoot", text, "software");
    return set_ascii(machine, "SystemRoot", "C:\\Windows", "assumed");
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
        if (!model_decode(&text, &is_text, machine->arena, &image))
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

bool model_environment(struct model_machine *machine,
                       const struct hp_tree_key *environment)
{
    enum { OWN = 24 };
    const struct hp_question *question = machine->question;
    const struct hp_tree_value *value;
    size_t room = OWN + question->variable_count;

    for (value = environment == NULL ? NULL : environment->values;
         value != NULL; value = value->next)
        room++;
    machine->variables =
        hp_arena_array(machine->arena, room, sizeof *machine->variables);
    machine->scratch = hp_arena_array(machine->arena, MODEL_TEXT_LIMIT, 2);
    if (machine->variables == NULL || machine->scratch == NULL ||
        !set_root(machine))
        return false;
    for (size_t i = 0; i < question->variable_count; i++)
        machine->variables[machine->variable_count++] = (struct hp_variable){
            question->variables[i].name, question->variables[i].value, "user"};
    if (!set_values(machine, environment, 1) || !set_drive(machine) ||
        !(machine->software != NULL ? set_software(machine)
                                    : set_defaults(machine)) ||
        !set_values(machine, environment, 2))
        return false;
    struct hp_text root = root_of(machine);
    bool drive = root.count > 1 && root.units[1] == ':' &&
                 model_lower(root.units[0]) >= 'a' &&
                 model_lower(root.units[0]) <= 'z';
    machine->system_drive = drive ? (char)model_lower(root.units[0]) : '\0';
    return true;
}
