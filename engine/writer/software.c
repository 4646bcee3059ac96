/* SPDX-License-Identifier: Apache-2.0 */
#include "software.h"

#include "count.h"
#include "hp_limits.h"

#define TEXT_KEPT (2 * (size_t)HP_LIMIT_TEXT_UNITS + 2)

enum {
    ROOT,
    MICROSOFT,
    WINDOWS_NT,
    NT_VERSION,
    PROFILE_LIST,
    WINDOWS,
    WINDOWS_VERSION,
    SERVICING,
    PACKAGES,
    PACKAGE,
    SIDE_BY_SIDE,
    WINNERS,
    WINNER,
    WINNER_VERSION
};

static const struct hp_probe_key keys[] = {
    {.parent = ROOT},
    {.parent = ROOT, .name = "Microsoft"},
    {.parent = MICROSOFT, .name = "Windows NT"},
    {.parent = WINDOWS_NT, .name = "CurrentVersion"},
    {.parent = NT_VERSION, .name = "ProfileList"},
    {.parent = MICROSOFT, .name = "Windows"},
    {.parent = WINDOWS, .name = "CurrentVersion"},
    {.parent = WINDOWS_VERSION, .name = "Component Based Servicing"},
    {.parent = SERVICING, .name = "Packages"},
    {.parent = PACKAGES},
    {.parent = WINDOWS_VERSION, .name = "SideBySide"},
    {.parent = SIDE_BY_SIDE, .name = "Winners"},
    {.parent = WINNERS},
    {.parent = WINNER},
};

/* The rows of strings stand in the order of enum hp_software_string. */
enum { MAJOR, MINOR, STRING };
enum { PACKAGE_STATE = STRING + HP_SOFTWARE_STRINGS, WINNER_TEXT };

static const struct hp_probe_value values[] = {
    {NT_VERSION, "CurrentMajorVersionNumber", HP_PROBE_SMALL},
    {NT_VERSION, "CurrentMinorVersionNumber", HP_PROBE_SMALL},
    {NT_VERSION, "SystemRoot", TEXT_KEPT},
    {NT_VERSION, "PathName", TEXT_KEPT},
    {NT_VERSION, "ProductName", TEXT_KEPT},
    {NT_VERSION, "CSDVersion", TEXT_KEPT},
    {NT_VERSION, "CurrentVersion", TEXT_KEPT},
    {NT_VERSION, "CurrentBuildNumber", TEXT_KEPT},
    {NT_VERSION, "BuildLab", TEXT_KEPT},
    {PROFILE_LIST, "ProgramData", TEXT_KEPT},
    {PROFILE_LIST, "AllUsersProfile", TEXT_KEPT},
    {PROFILE_LIST, "Public", TEXT_KEPT},
    {WINDOWS_VERSION, "ProgramFilesDir", TEXT_KEPT},
    {WINDOWS_VERSION, "ProgramFilesDir (x86)", TEXT_KEPT},
    {WINDOWS_VERSION, "ProgramW6432Dir", TEXT_KEPT},
    {WINDOWS_VERSION, "CommonFilesDir", TEXT_KEPT},
    {WINDOWS_VERSION, "CommonFilesDir (x86)", TEXT_KEPT},
    {WINDOWS_VERSION, "CommonW6432Dir", TEXT_KEPT},
    {PACKAGE, "CurrentState", HP_PROBE_SMALL},
    {WINNER_VERSION, "", TEXT_KEPT},
};

/* Decodes the name of a key that `wanted` stands in; *text stays empty for
 * others. False without memory. */
static bool take_name(struct hp_text *text, struct hp_arena *arena,
                      struct hp_string name, const char *wanted)
{
    uint16_t *units;

    *text = (struct hp_text){NULL, 0};
    units = hp_arena_array(arena, hp_string_units(name), sizeof(uint16_t));
    if (units == NULL)
        return false;
    struct hp_text all = hp_string_decode(units, name);
    if (hp_text_find_nocase(all, 0, wanted) != HP_NOT_FOUND)
        *text = all;
    return true;
}

static uint32_t on_package(struct hp_software *software, struct hp_text name)
{
    if (name.count == 0 || software->package_count == HP_SOFTWARE_ITEMS_MAX)
        return HP_SKIP;
    software->packages[software->package_count++].name = name;
    return HP_CONTINUE;
}

static uint32_t on_enter(void *self, size_t row,
                         const struct hp_key_event *event)
{
    struct hp_software *software = self;
    const char *wanted = row == PACKAGE ? "_for_kb980794"
                                        : "_microsoft-windows-cryptsvc-dll_"
                                          "31bf3856ad364e35_none_";
    struct hp_text name;

    software->version_told = false;
    if (row != PACKAGE && row != WINNER)
        return HP_CONTINUE;
    if (!take_name(&name, software->arena, event->name, wanted))
        return HP_STOP;
    if (row == PACKAGE)
        return on_package(software, name);
    software->component = name;
    return name.count == 0 ? HP_SKIP : HP_CONTINUE;
}

static bool on_string(struct hp_software *software,
                      const struct hp_probe_datum *datum,
                      struct hp_text *string)
{
    struct hp_finding_list ignored = {.count = 0};
    enum hp_decoded decoded;

    return string->count > 0 ||
           hp_image_path_decode(&decoded, string, software->arena, &ignored,
                                datum->type, datum->data);
}

/* A version key is one winner, also if the value is there twice. */
static bool on_winner(struct hp_software *software,
                      const struct hp_probe_datum *datum)
{
    struct hp_winner *winner;

    if (!software->version_told) {
        if (software->winner_count == HP_SOFTWARE_ITEMS_MAX)
            return true;
        software->winners[software->winner_count++].component =
            software->component;
        software->version_told = true;
    }
    winner = &software->winners[software->winner_count - 1];
    return on_string(software, datum, &winner->version);
}

static bool on_value(void *self, const struct hp_probe_datum *datum)
{
    struct hp_software *software = self;

    switch (datum->row) {
    case MAJOR:
        hp_dword_take(&software->major, datum);
        return true;
    case MINOR:
        hp_dword_take(&software->minor, datum);
        return true;
    case PACKAGE_STATE:
        hp_dword_take(&software->packages[software->package_count - 1].state,
                      datum);
        return true;
    case WINNER_TEXT:
        return on_winner(software, datum);
    default:
        return on_string(software, datum,
                         &software->strings[datum->row - STRING]);
    }
}

static struct hp_software_paths paths_of(const struct hp_text *strings)
{
    struct hp_software_paths paths = {
        .system_root = strings[HP_SOFTWARE_SYSTEM_ROOT],
        .program_files = strings[HP_SOFTWARE_PROGRAM_FILES],
        .program_files_x86 = strings[HP_SOFTWARE_PROGRAM_FILES_X86],
        .program_w6432 = strings[HP_SOFTWARE_PROGRAM_W6432],
        .common_files = strings[HP_SOFTWARE_COMMON_FILES],
        .common_files_x86 = strings[HP_SOFTWARE_COMMON_FILES_X86],
        .common_w6432 = strings[HP_SOFTWARE_COMMON_W6432],
        .program_data = strings[HP_SOFTWARE_PROGRAM_DATA],
        .all_users = strings[HP_SOFTWARE_ALL_USERS],
        .public_folder = strings[HP_SOFTWARE_PUBLIC]};

    if (paths.system_root.count == 0)
        paths.system_root = strings[HP_SOFTWARE_PATH_NAME];
    return paths;
}

enum hp_status hp_software_read(struct hp_software *software,
                                struct hp_arena *arena,
                                const struct hp_source *hive,
                                struct hp_error *err, char *text,
                                uint32_t text_size)
{
    const struct hp_probe probe = {
        keys,     HP_COUNT(keys), values,   HP_COUNT(values),
        on_enter, on_value,       software, arena};

    *software = (struct hp_software){.arena = arena};
    enum hp_status status =
        hp_probe_run(&software->probe, &probe, hive, err, text, text_size);
    software->paths = paths_of(software->strings);
    return status;
}
