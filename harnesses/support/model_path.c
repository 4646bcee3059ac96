/* SPDX-License-Identifier: Apache-2.0 */
#include "model_path.h"

#include <string.h>

#include "model_environment.h"
#include "model_text.h"
#include "multi_sz_model.h"

#define REG_MULTI_SZ_ 7u
#define LONGEST_ENTRY 32767

static bool is_slash(struct hp_text text, size_t at)
{
    return at < text.count && (text.units[at] == '\\' || text.units[at] == '/');
}

static bool is_letter(struct hp_text text, size_t at)
{
    return at < text.count && model_lower(text.units[at]) >= 'a' &&
           model_lower(text.units[at]) <= 'z';
}

/* X:\ at `at`. */
static bool has_drive(struct hp_text text, size_t at)
{
    return is_letter(text, at) && at + 1 < text.count &&
           text.units[at + 1] == ':' && is_slash(text, at + 2);
}

/* ---- P8 ------------------------------------------------------------------ */

static bool is_device(struct hp_text path)
{
    return model_has_at(path, 0, "\\\\?\\") || model_has_at(path, 0, "\\\\.\\");
}

static bool bad_characters(struct hp_text path)
{
    size_t start = is_device(path) || model_has_at(path, 0, "\\??\\") ? 4
                   : model_has_at(path, 0, "\\DosDevices\\")          ? 12
                                                                      : 0;

    for (size_t at = start; at < path.count; at++)
        if (path.units[at] < 0x20 || (path.units[at] == ':' && at > start + 1))
            return true;
    return model_has_unit(path, start, "<>\"|?*");
}

/* ---- volumes --------------------------------------------------------------
 */

static enum hp_volume_state assume(const struct model_machine *machine)
{
    switch (machine->question->policies.assume_unknown) {
    case HP_ASSUME_ABSENT:
        return HP_VOLUME_ABSENT;
    case HP_ASSUME_PRESENT:
        return HP_VOLUME_PRESENT;
    default:
        return HP_VOLUME_UNKNOWN;
    }
}

/* Letter of "\DosDevices\X:", in lower case; 0: another name. */
static char device_letter(struct hp_text name)
{
    return name.count == 14 && model_has_at(name, 0, "\\DosDevices\\") &&
                   is_letter(name, 12) && name.units[13] == ':'
               ? (char)model_lower(name.units[12])
               : '\0';
}

static const struct hp_tree_value *
device_of(const struct model_machine *machine, char letter)
{
    const struct hp_tree_value *value =
        machine->mounted == NULL ? NULL : machine->mounted->values;

    while (value != NULL && device_letter(value->name) != letter)
        value = value->next;
    return value;
}

/* Of what the user says; whether a network drive is meant goes into *network.
 */
static enum hp_volume_state given_state(const struct model_machine *machine,
                                        const struct hp_volume *volume,
                                        bool *network)
{
    *network = volume->kind == HP_VOLUME_NETWORK;
    return volume->state == HP_VOLUME_UNKNOWN ? assume(machine) : volume->state;
}

static enum hp_volume_state letter_state(const struct model_machine *machine,
                                         char letter, bool *network)
{
    const struct hp_question *question = machine->question;

    for (size_t i = 0; i < question->volume_count; i++) {
        const struct hp_volume *volume = &question->volumes[i];
        if ((char)(volume->letter | 32) == letter && volume->letter != 0)
            return given_state(machine, volume, network);
    }
    if (machine->system_drive == letter)
        return HP_VOLUME_PRESENT;
    return device_of(machine, letter) != NULL ? assume(machine)
                                              : HP_VOLUME_ABSENT;
}

static bool same_data(const struct hp_tree_value *a,
                      const struct hp_tree_value *b)
{
    return a->data.size > 0 && a->data.size == b->data.size &&
           memcmp(a->data.ptr, b->data.ptr, (size_t)a->data.size) == 0;
}

/* The GUID text of 38 units at guid stands for these bytes. */
static bool spells(struct hp_text guid, const uint8_t bytes[16])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;

    for (size_t i = 0; i < 32; i++, at++) {
        unsigned digit = i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15;
        while (guid.units[at] == '{' || guid.units[at] == '-')
            at++;
        if (model_lower(guid.units[at]) != (unsigned char)digits[digit])
            return false;
    }
    return true;
}

/* As the user or, behind him, MountedDevices has it. */
static enum hp_volume_state guid_state(const struct model_machine *machine,
                                       struct hp_text guid, bool *network)
{
    const struct hp_question *question = machine->question;
    const struct hp_tree_value *value =
        machine->mounted == NULL ? NULL : machine->mounted->values;

    for (size_t i = 0; i < question->volume_count; i++)
        if (question->volumes[i].has_guid &&
            spells(guid, question->volumes[i].guid))
            return given_state(machine, &question->volumes[i], network);
    for (; value != NULL; value = value->next) {
        bool same = value->name.count == 48 &&
                    model_has_at(value->name, 0, "\\??\\Volume{");
        for (size_t i = 0; same && i < 38; i++)
            same = model_lower(value->name.units[10 + i]) ==
                   model_lower(guid.units[i]);
        if (!same)
            continue;
        for (char letter = 'a'; letter <= 'z'; letter++) {
            const struct hp_tree_value *other = device_of(machine, letter);
            if (other != NULL && same_data(value, other))
                return letter_state(machine, letter, network);
        }
        return assume(machine);
    }
    return HP_VOLUME_ABSENT;
}

/* Of a path that starts with a device: only the user can know it. */
static enum hp_volume_state device_state(const struct model_machine *machine,
                                         struct hp_text path, bool *network)
{
    const struct hp_question *question = machine->question;

    for (size_t i = 0; i < question->volume_count; i++) {
        struct hp_text device = question->volumes[i].device;
        struct hp_text head = {path.units, device.count};
        if (device.count > 0 && is_slash(path, device.count) &&
            model_is_same(head, device))
            return given_state(machine, &question->volumes[i], network);
    }
    return assume(machine);
}

static bool is_guid(struct hp_text text, size_t at)
{
    static const char form[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";

    for (size_t i = 0; form[i] != '\0'; i++) {
        if (at + i >= text.count)
            return false;
        uint16_t unit = model_lower(text.units[at + i]);
        bool hex = (unit >= '0' && unit <= '9') || (unit >= 'a' && unit <= 'f');
        if (form[i] == 'x' ? !hex : unit != (unsigned char)form[i])
            return false;
    }
    return true;
}

/* ---- classes --------------------------------------------------------------
 */

static enum hp_verdict of_volume(enum hp_volume_state state, bool network,
                                 bool doubtful)
{
    if (network)
        return HP_VERDICT_FAIL_REMOTE;
    if (state == HP_VOLUME_ABSENT)
        return HP_VERDICT_FAIL_VOLUME;
    return state == HP_VOLUME_UNKNOWN || doubtful ? HP_VERDICT_INDETERMINATE
                                                  : HP_VERDICT_OK;
}

static enum hp_verdict of_share(const struct model_machine *machine,
                                bool doubtful)
{
    if (machine->question->profile == HP_PROFILE_PRE ||
        machine->question->profile == HP_PROFILE_KB980794)
        return HP_VERDICT_FAIL_REMOTE;
    return doubtful ? HP_VERDICT_INDETERMINATE : HP_VERDICT_OK;
}

static enum hp_verdict of_format(const struct model_machine *machine,
                                 struct hp_text path)
{
    bool variable = path.count > 1 && path.units[0] == '%' &&
                    path.units[1] != '%' &&
                    model_find(path, 1, "%") != MODEL_NOWHERE;

    return variable && !machine->environment_is_known ? HP_VERDICT_INDETERMINATE
                                                      : HP_VERDICT_FAIL_FORMAT;
}

/* P9's two doubts: a slash behind `body`, and more than 259 units. */
static bool doubts(struct hp_text path, size_t body)
{
    return model_has_unit(path, body, "/") ||
           (path.count > 259 && !model_has_at(path, 0, "\\\\?\\"));
}

/* P2 to P5 behind \\?\ or \\.\. */
static enum hp_verdict of_device(const struct model_machine *machine,
                                 struct hp_text path)
{
    bool network = false;

    if (has_drive(path, 4)) {
        enum hp_volume_state state =
            letter_state(machine, (char)model_lower(path.units[4]), &network);
        return of_volume(state, network, doubts(path, 6));
    }
    if (model_has_at(path, 4, "UNC\\"))
        return of_share(machine, doubts(path, 7));
    if (model_has_at(path, 4, "GLOBALROOT\\")) {
        enum hp_volume_state state =
            device_state(machine, model_from(path, 14), &network);
        return of_volume(state, network, doubts(path, 14));
    }
    if (model_has_at(path, 4, "Volume{") && is_guid(path, 10) &&
        is_slash(path, 48)) {
        enum hp_volume_state state =
            guid_state(machine, model_from(path, 10), &network);
        return of_volume(state, network, doubts(path, 48));
    }
    return of_format(machine, path);
}

enum hp_verdict model_path_verdict(const struct model_machine *machine,
                                   struct hp_text path)
{
    bool network = false;

    if (bad_characters(path))
        return HP_VERDICT_FAIL_SYNTAX;
    if (is_device(path))
        return of_device(machine, path);
    if (model_has_at(path, 0, "\\??\\") ||
        model_has_at(path, 0, "\\DosDevices\\") ||
        model_has_at(path, 0, "\\Device\\") ||
        model_has_at(path, 0, "\\SystemRoot\\"))
        return of_format(machine, path);
    if (is_slash(path, 0) && is_slash(path, 1))
        return of_share(machine, doubts(path, 2));
    if (!has_drive(path, 0))
        return of_format(machine, path);
    enum hp_volume_state state =
        letter_state(machine, (char)model_lower(path.units[0]), &network);
    return of_volume(state, network, doubts(path, 2));
}

/* ---- exclusions ------------------------------------------------------------
 */

/* X3, with an entry in WTF-16 units at units[0..count). Blanks are no file
 * name, and a quote before them is one. */
static bool is_valid(struct hp_text entry)
{
    size_t last = entry.count - 1;

    if (entry.count == 0 || entry.count > LONGEST_ENTRY ||
        !has_drive(entry, 0) || entry.units[2] != '\\')
        return false;
    while (entry.units[last] == ' ')
        last--;
    if (is_slash(entry, last))
        return false;
    for (size_t i = 0; i < entry.count; i++)
        if (entry.units[i] < 0x20)
            return false;
    /* A single quote is one only at an end: inside it is part of a name. */
    return !model_has_unit(entry, 0, "\"%*?") && entry.units[last] != '\'';
}

bool model_entry_matches(struct hp_text entry, struct hp_text path)
{
    if (entry.count != path.count || !is_valid(entry))
        return false;
    for (size_t i = 0; i < entry.count; i++)
        if (hp_upcase(entry.units[i]) != hp_upcase(path.units[i]))
            return false;
    return true;
}

/* X6: a string is one entry, if it is any. */
static int excludes_alone(const struct model_machine *machine,
                          struct hp_text path, const uint16_t *units)
{
    enum hp_exclusion_type policy = machine->question->policies.exclusion_type;
    struct hp_text entry = {units, 0};

    while (entry.count < machine->exclusions.len / 2 && units[entry.count] != 0)
        entry.count++;
    if ((machine->exclusions_type != 1 && machine->exclusions_type != 2) ||
        policy == HP_EXCLUSION_STRICT || !model_entry_matches(entry, path))
        return 0;
    return policy == HP_EXCLUSION_LENIENT ? 1 : 3;
}

int model_excludes(const struct model_machine *machine, struct hp_text path)
{
    struct hp_span data = machine->exclusions;
    struct model_string string;
    uint16_t *units;

    if (machine->question->profile != HP_PROFILE_KB980794 ||
        !machine->has_exclusions)
        return 0;
    units = hp_arena_array(machine->arena, data.len / 2, sizeof *units);
    if (units == NULL)
        return 2;
    hp_utf16le_decode(units, data);
    if (machine->exclusions_type != REG_MULTI_SZ_)
        return excludes_alone(machine, path, units);
    for (size_t i = 0; model_multi_sz_string(&string, data, i); i++)
        if (!string.dead &&
            model_entry_matches(
                (struct hp_text){units + string.first, string.count}, path))
            return 1;
    return 0;
}
