/* SPDX-License-Identifier: Apache-2.0 */
#include "model_software.h"

#include "model_environment.h"
#include "model_text.h"
#include "model_tree.h"

/* The engine keeps so many packages and winners. */
#define ITEMS_MOST 32
#define INSTALLED 0x70

static const struct hp_tree_key *microsoft(const struct model_machine *machine)
{
    return machine->software == NULL
               ? NULL
               : model_child(machine->software->root, "Microsoft");
}

const struct hp_tree_key *
model_software_windows(const struct model_machine *machine)
{
    return model_child(model_child(microsoft(machine), "Windows"),
                       "CurrentVersion");
}

const struct hp_tree_key *model_software_nt(const struct model_machine *machine)
{
    return model_child(model_child(microsoft(machine), "Windows NT"),
                       "CurrentVersion");
}

bool model_software_text(struct hp_text *text,
                         const struct model_machine *machine,
                         const struct hp_tree_key *key, const char *name)
{
    const struct hp_tree_value *value = key == NULL ? NULL : key->values;
    bool is_text;

    *text = (struct hp_text){NULL, 0};
    for (; value != NULL && text->count == 0; value = value->next) {
        struct model_image image = {
            true,
            (uint32_t)value->type,
            hp_span_of(value->data.ptr, (size_t)value->data.size),
            {NULL, 0}};
        if (!model_is_named(value->name, name))
            continue;
        if (!model_decode(text, &is_text, machine->arena, &image))
            return false;
        if (!is_text)
            text->count = 0;
    }
    return true;
}

/* ---- the hotfix (section 7)
 * ----------------------------------------------- */

struct numbers {
    uint32_t of[4];
    size_t count;
};

/* "6.0.6001.22636". False: silent, about what is no such text. */
static bool read_numbers(struct numbers *numbers, struct hp_text text)
{
    *numbers = (struct numbers){.count = 0};
    for (size_t at = 0; at < text.count; at++) {
        size_t start = at;
        if (numbers->count == 4)
            return false;
        uint32_t *number = &numbers->of[numbers->count++];
        for (; at < text.count && text.units[at] != '.'; at++) {
            if (text.units[at] < '0' || text.units[at] > '9' || at > start + 5)
                return false;
            *number = 10 * *number + (text.units[at] - (uint32_t)'0');
        }
        if (at == start || at + 1 == text.count)
            return false;
    }
    return true;
}

/* Revisions that have the fix: of the milestone's own branch (LDR), from the
 * hotfix on. False: the hotfix was not made for it. */
static bool fixed_from(const uint32_t build[3], uint32_t *first, uint32_t *last)
{
    bool vista = build[0] == 6 && build[1] == 0;
    bool seven = build[0] == 6 && build[1] == 1;

    *last = vista ? 23999 : 21999;
    *first = vista && build[2] == 6001   ? 22636
             : vista && build[2] == 6002 ? 22341
             : seven && build[2] == 7600 ? 20756
                                         : 0;
    return *first != 0;
}

/* The Windows of the SOFTWARE hive, if *says. False: silent. */
static bool read_windows(bool *says, uint32_t build[3],
                         const struct model_machine *machine)
{
    const struct hp_tree_key *nt = model_software_nt(machine);
    struct numbers version, number;
    struct hp_text text;

    if (!model_software_text(&text, machine, nt, "CurrentVersion") ||
        !read_numbers(&version, text) ||
        !model_software_text(&text, machine, nt, "CurrentBuildNumber") ||
        !read_numbers(&number, text))
        return false;
    uint32_t major, minor;
    if (model_dword(&major, nt, "CurrentMajorVersionNumber") &&
        model_dword(&minor, nt, "CurrentMinorVersionNumber"))
        version = (struct numbers){{major, minor}, 2};
    *says = version.count == 2 && number.count == 1;
    build[0] = version.of[0];
    build[1] = version.of[1];
    build[2] = number.of[0];
    return true;
}

static bool any_package(const struct hp_tree_key *packages, bool *silent)
{
    const struct hp_tree_key *one = packages == NULL ? NULL : packages->subkeys;
    bool installed = false;
    uint32_t state;
    size_t count = 0;

    for (; one != NULL; one = one->next) {
        if (model_find(one->name, 0, "_for_kb980794") == MODEL_NOWHERE)
            continue;
        count++;
        installed = installed || (model_dword(&state, one, "CurrentState") &&
                                  state == INSTALLED);
    }
    *silent = *silent || count > ITEMS_MOST;
    return installed;
}

/* One version of the component. */
static bool weigh(bool found[2], const struct model_machine *machine,
                  const struct hp_tree_key *key)
{
    struct numbers version;
    struct hp_text text;
    uint32_t first, last;

    if (!model_software_text(&text, machine, key, "") ||
        !read_numbers(&version, text))
        return false;
    if (version.count == 4 && fixed_from(version.of, &first, &last))
        found[version.of[3] >= first && version.of[3] <= last] = true;
    return true;
}

/* found[1]: a Cryptsvc.dll that has the fix, found[0]: one that lacks it. */
static bool weigh_winners(bool found[2], const struct model_machine *machine,
                          const struct hp_tree_key *winners)
{
    static const char component[] =
        "_microsoft-windows-cryptsvc-dll_31bf3856ad364e35_none_";
    const struct hp_tree_key *one = winners == NULL ? NULL : winners->subkeys;
    const struct hp_tree_key *version;
    size_t count = 0;

    for (; one != NULL; one = one->next) {
        if (model_find(one->name, 0, component) == MODEL_NOWHERE)
            continue;
        for (version = one->subkeys; version != NULL; version = version->next)
            if (count++ == ITEMS_MOST || !weigh(found, machine, version))
                return false;
    }
    return true;
}

bool model_hotfix(enum hp_hotfix_state *state,
                  const struct model_machine *machine)
{
    const struct hp_tree_key *windows = model_software_windows(machine);
    uint32_t build[3], first, last;
    bool found[2] = {false, false}, silent = false, says;

    *state = HP_HOTFIX_UNKNOWN;
    if (machine->software == NULL)
        return true;
    if (!read_windows(&says, build, machine) ||
        !weigh_winners(
            found, machine,
            model_child(model_child(windows, "SideBySide"), "Winners")))
        return false;
    bool package = any_package(
        model_child(model_child(windows, "Component Based Servicing"),
                    "Packages"),
        &silent);
    bool sp1 = build[0] == 6 && build[1] == 1 && build[2] == 7601;
    if (!says)
        *state = HP_HOTFIX_UNKNOWN;
    else if (!fixed_from(build, &first, &last) && !sp1)
        *state = HP_HOTFIX_NOT_APPLICABLE;
    else if (package || found[1])
        *state = HP_HOTFIX_FIXED;
    else if (found[0])
        *state = HP_HOTFIX_NOT_FIXED;
    return !silent;
}
