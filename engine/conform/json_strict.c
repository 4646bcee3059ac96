/* SPDX-License-Identifier: Apache-2.0 */
#include "json_strict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool hp_conform_fail(struct hp_conform_error *err, const char *file,
                     const char *format, ...)
{
    va_list arguments;

    (void)snprintf(err->file, sizeof err->file, "%s", file);
    va_start(arguments, format);
    (void)vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    return false;
}

static const char *dot(const char *where)
{
    return where[0] == '\0' ? "" : ".";
}

static bool fail(const struct hp_strict_file *file, const char *where,
                 const char *name, const char *why)
{
    return hp_conform_fail(file->err, file->path, "%s%s%s: %s", where,
                           dot(where), name, why);
}

static bool is_name_of(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

bool hp_strict_has_only(const struct hp_strict_file *file, const json_t *object,
                        const char *where, const char *const *names)
{
    if (!json_is_object(object))
        return hp_conform_fail(file->err, file->path, "%s: no object",
                               where[0] == '\0' ? "the file" : where);
    /* jansson iterates only over what may be changed. */
    json_t *members = json_incref((json_t *)(uintptr_t)object);
    const char *unknown = NULL;
    const char *name;
    json_t *value;
    json_object_foreach(members, name, value)
    {
        if (unknown == NULL && !is_name_of(name, names))
            unknown = name;
    }
    bool known =
        unknown == NULL || fail(file, where, unknown, "unknown member");
    json_decref(members);
    return known;
}

bool hp_strict_optional(const struct hp_strict_file *file, const json_t *object,
                        const char *where, const char *name,
                        const char **string)
{
    const json_t *member = json_object_get(object, name);

    *string = NULL;
    if (member == NULL || json_is_null(member))
        return true;
    if (!json_is_string(member))
        return fail(file, where, name, "no string");
    *string = json_string_value(member);
    return strlen(*string) == json_string_length(member) ||
           fail(file, where, name, "a string with NUL");
}

bool hp_strict_string(const struct hp_strict_file *file, const json_t *object,
                      const char *where, const char *name, const char **string)
{
    return hp_strict_optional(file, object, where, name, string) &&
           (*string != NULL || fail(file, where, name, "is missing"));
}

bool hp_strict_choice(const struct hp_strict_file *file, const json_t *object,
                      const char *where, const char *name,
                      const char *const *words, unsigned *which)
{
    const char *string;

    if (!hp_strict_string(file, object, where, name, &string))
        return false;
    for (*which = 0; words[*which] != NULL; ++*which) {
        if (strcmp(words[*which], string) == 0)
            return true;
    }
    return fail(file, where, name, "none of the words that may stand here");
}

bool hp_strict_array(const struct hp_strict_file *file, const json_t *object,
                     const char *where, const char *name, bool needed,
                     const json_t **array)
{
    *array = json_object_get(object, name);
    if (*array == NULL)
        return !needed || fail(file, where, name, "is missing");
    return json_is_array(*array) || fail(file, where, name, "no array");
}

bool hp_strict_all_strings(const struct hp_strict_file *file,
                           const json_t *array, const char *where,
                           const char *name)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_string(item) ||
            strlen(json_string_value(item)) != json_string_length(item))
            return fail(file, where, name, "holds something else than strings");
    }
    return true;
}

bool hp_strict_number(const struct hp_strict_file *file, const json_t *object,
                      const char *where, const char *name, uint64_t *number)
{
    const json_t *member = json_object_get(object, name);

    if (!json_is_integer(member) || json_integer_value(member) < 0)
        return fail(file, where, name, "no whole number");
    *number = (uint64_t)json_integer_value(member);
    return true;
}
