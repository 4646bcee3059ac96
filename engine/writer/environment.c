/* SPDX-License-Identifier: Apache-2.0 */
#include "environment.h"

#include <string.h>

#include "count.h"
#include "hp_limits.h"

/* Ours: SystemRoot, SystemDrive and those of the tables below. */
#define OWN_VARIABLES 16

static const char system_root_name[] = "SystemRoot";

/* Where things usually are. In this order: each needs only what stands
 * before it. */
static const struct {
    const char *name, *value;
} defaults[] = {
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
    {"TEMP", "%SystemRoot%\\TEMP"},
};

/* The user's value stands above all others, one of the hive's Environment above
 * those that are derived or assumed, or come from the SOFTWARE hive. */
static bool replaces(const char *source, const char *other)
{
    return strcmp(other, "user") != 0 && strcmp(other, source) != 0 &&
           (strcmp(source, "user") == 0 || strcmp(source, "environment") == 0);
}

/* Sets a variable that has no value yet, or one that this replaces: of equals
 * the first is the one that Windows finds. */
static void put(struct hp_environment *environment, struct hp_text name,
                struct hp_text value, const char *source)
{
    size_t count = environment->count;

    if (name.count == 0)
        return; /* the key's default value; %% is no reference (E3) */
    size_t at = hp_text_index_put(&environment->index, name, count);

    if (at == count)
        environment->count++;
    else if (!replaces(source, environment->variables[at].source))
        return;
    environment->variables[at] = (struct hp_variable){name, value, source};
}

static bool expand_and_put(struct hp_environment *environment,
                           struct hp_text name, struct hp_text value,
                           const char *source)
{
    struct hp_text expanded;
    bool assumed;

    switch (hp_environment_expand(&expanded, &assumed, environment, value)) {
    case HP_EXPANDED:
        put(environment, name, expanded, source);
        return true;
    case HP_EXPANSION_TOO_LONG:
        return true; /* E4: as if it was not there */
    default:
        return false;
    }
}

static bool put_ascii(struct hp_environment *environment, const char *name,
                      struct hp_text value, const char *source)
{
    struct hp_text text;

    if (!hp_text_of(&text, environment->arena, name))
        return false;
    return expand_and_put(environment, text, value, source);
}

static bool put_system_root(struct hp_environment *environment,
                            struct hp_text given,
                            const struct hp_software_paths *software)
{
    struct hp_text usual;

    if (hp_text_is_rooted(given))
        return put_ascii(environment, system_root_name, given, "user");
    if (software != NULL && hp_text_is_rooted(software->system_root))
        return put_ascii(environment, system_root_name, software->system_root,
                         "software");
    return hp_text_of(&usual, environment->arena, "C:\\Windows") &&
           put_ascii(environment, system_root_name, usual, "assumed");
}

static bool put_system_drive(struct hp_environment *environment)
{
    struct hp_text root = hp_environment_get(environment, system_root_name);

    /* The hive's own value may be anything. */
    return !hp_text_is_rooted(root) ||
           put_ascii(environment, "SystemDrive", hp_text_cut(root, 0, 2),
                     "derived");
}

static bool put_defaults(struct hp_environment *environment)
{
    struct hp_text value;

    for (size_t i = 0; i < HP_COUNT(defaults); i++) {
        if (!hp_text_of(&value, environment->arena, defaults[i].value) ||
            !put_ascii(environment, defaults[i].name, value, "assumed"))
            return false;
    }
    return true;
}

static bool put_software(struct hp_environment *environment,
                         const struct hp_software_paths *software)
{
    const struct {
        const char *name;
        struct hp_text value;
    } paths[] = {
        {"ProgramFiles", software->program_files},
        {"ProgramFiles(x86)", software->program_files_x86},
        {"ProgramW6432", software->program_w6432},
        {"CommonProgramFiles", software->common_files},
        {"CommonProgramFiles(x86)", software->common_files_x86},
        {"CommonProgramW6432", software->common_w6432},
        {"ProgramData", software->program_data},
        /* From Vista on both are the same folder; XP has the second only. */
        {"ALLUSERSPROFILE", software->program_data.count > 0
                                ? software->program_data
                                : software->all_users},
        {"Public", software->public_folder},
    };

    for (size_t i = 0; i < HP_COUNT(paths); i++) {
        if (paths[i].value.count > 0 &&
            !put_ascii(environment, paths[i].name, paths[i].value, "software"))
            return false;
    }
    return true;
}

static bool put_values(struct hp_environment *environment,
                       const struct hp_env_value *values, size_t count,
                       bool expand)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i].expand != expand)
            continue;
        if (!expand)
            put(environment, values[i].name, values[i].value, "environment");
        else if (!expand_and_put(environment, values[i].name, values[i].value,
                                 "environment"))
            return false;
    }
    return true;
}

static bool open_environment(struct hp_environment *environment,
                             struct hp_arena *arena, size_t capacity)
{
    *environment = (struct hp_environment){.arena = arena};
    environment->variables =
        hp_arena_array(arena, capacity, sizeof(struct hp_variable));
    environment->used = hp_arena_array(arena, capacity, sizeof(bool));
    environment->scratch =
        hp_arena_array(arena, HP_LIMIT_TEXT_UNITS, sizeof(uint16_t));
    return environment->variables != NULL && environment->used != NULL &&
           environment->scratch != NULL &&
           hp_text_index_open(&environment->index, arena, capacity);
}

bool hp_environment_build(struct hp_environment *environment,
                          struct hp_arena *arena,
                          const struct hp_question *question,
                          const struct hp_env_value *values, size_t value_count,
                          const struct hp_software_paths *software)
{
    if (!open_environment(environment, arena,
                          OWN_VARIABLES + question->variable_count +
                              value_count))
        return false;
    if (!put_system_root(environment, question->system_root, software))
        return false;
    for (size_t i = 0; i < question->variable_count; i++)
        put(environment, question->variables[i].name,
            question->variables[i].value, "user");
    /* Each step expands with what the ones before it know. */
    bool done = put_values(environment, values, value_count, false) &&
                put_system_drive(environment) &&
                (software != NULL ? put_software(environment, software)
                                  : put_defaults(environment)) &&
                put_values(environment, values, value_count, true);
    memset(environment->used, 0, environment->count * sizeof(bool));
    return done;
}

static size_t find_ascii(const struct hp_environment *environment,
                         const char *name)
{
    for (size_t i = 0; i < environment->count; i++) {
        if (hp_text_is_nocase(environment->variables[i].name, name))
            return i;
    }
    return HP_NOT_FOUND;
}

struct hp_text hp_environment_get(const struct hp_environment *environment,
                                  const char *name)
{
    size_t at = find_ascii(environment, name);

    return at == HP_NOT_FOUND ? (struct hp_text){NULL, 0}
                              : environment->variables[at].value;
}

static bool is_assumed(const struct hp_variable *variable)
{
    return strcmp(variable->source, "assumed") == 0;
}

bool hp_environment_is_assumed(const struct hp_environment *environment,
                               const char *name)
{
    size_t at = find_ascii(environment, name);

    return at != HP_NOT_FOUND && is_assumed(&environment->variables[at]);
}

/* Appends `text` to what stands in `scratch`; false past the limit. */
static bool append(uint16_t *scratch, size_t *count, struct hp_text text)
{
    if (text.count > HP_LIMIT_TEXT_UNITS - *count)
        return false;
    for (size_t i = 0; i < text.count; i++)
        scratch[(*count)++] = text.units[i];
    return true;
}

/* The variable of the %name% whose first % stands at `at` and whose second
 * stands at `end`; HP_NOT_FOUND if there is none. */
static size_t variable_at(const struct hp_environment *environment,
                          struct hp_text text, size_t at, size_t end)
{
    return hp_text_index_find(&environment->index,
                              hp_text_cut(text, at + 1, end - at - 1));
}

enum hp_expansion hp_environment_expand(struct hp_text *expanded, bool *assumed,
                                        struct hp_environment *environment,
                                        struct hp_text text)
{
    size_t count = 0, at = 0, end;

    *expanded = text;
    if (hp_text_find_any(text, 0, "%") == HP_NOT_FOUND)
        return HP_EXPANDED;
    while (at < text.count) {
        struct hp_text piece;
        size_t variable = HP_NOT_FOUND;

        end = hp_text_find_any(text, at + 1, "%");
        if (end == HP_NOT_FOUND)
            end = text.count;
        else if (text.units[at] == '%')
            variable = variable_at(environment, text, at, end);
        piece = hp_text_cut(text, at, end - at);
        at = end;
        if (variable != HP_NOT_FOUND) {
            const struct hp_variable *found = &environment->variables[variable];
            environment->used[variable] = true;
            if (is_assumed(found) &&
                !hp_text_is_nocase(found->name, system_root_name))
                *assumed = true;
            piece = found->value;
            at = end + 1;
        }
        if (!append(environment->scratch, &count, piece))
            return HP_EXPANSION_TOO_LONG;
    }
    return hp_text_copy(expanded, environment->arena,
                        (struct hp_text){environment->scratch, count})
               ? HP_EXPANDED
               : HP_EXPANSION_NO_MEMORY;
}

bool hp_environment_used(const struct hp_variable **used, size_t *count,
                         struct hp_arena *arena,
                         const struct hp_environment *environment)
{
    struct hp_variable *list =
        hp_arena_array(arena, environment->count, sizeof(struct hp_variable));
    if (list == NULL)
        return false;
    *count = 0;
    for (size_t i = 0; i < environment->count; i++) {
        if (environment->used[i])
            list[(*count)++] = environment->variables[i];
    }
    *used = list;
    return true;
}
