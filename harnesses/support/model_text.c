/* SPDX-License-Identifier: Apache-2.0 */
#include "model_text.h"

#include <string.h>

uint16_t model_lower(uint16_t unit)
{
    return unit >= 'A' && unit <= 'Z' ? (uint16_t)(unit + 32) : unit;
}

bool model_has_at(struct hp_text text, size_t at, const char *prefix)
{
    for (size_t i = 0; prefix[i] != '\0'; i++)
        if (at + i >= text.count || model_lower(text.units[at + i]) !=
                                        model_lower((unsigned char)prefix[i]))
            return false;
    return true;
}

size_t model_find(struct hp_text text, size_t from, const char *what)
{
    for (size_t at = from; at < text.count; at++)
        if (model_has_at(text, at, what))
            return at;
    return MODEL_NOWHERE;
}

bool model_has_unit(struct hp_text text, size_t from, const char *set)
{
    for (; *set != '\0'; set++)
        for (size_t at = from; at < text.count; at++)
            if (text.units[at] == (unsigned char)*set)
                return true;
    return false;
}

struct hp_text model_from(struct hp_text text, size_t from)
{
    if (from == 0)
        return text;
    return (struct hp_text){text.units + from, text.count - from};
}

struct hp_text model_join(struct hp_arena *arena, const char *ascii,
                          struct hp_text text, const char *more)
{
    size_t count = strlen(ascii) + text.count + strlen(more), at = 0;
    uint16_t *units = hp_arena_array(arena, count, sizeof *units);

    if (units == NULL)
        return (struct hp_text){NULL, MODEL_NOWHERE};
    for (; *ascii != '\0'; ascii++)
        units[at++] = (unsigned char)*ascii;
    for (size_t i = 0; i < text.count; i++)
        units[at++] = text.units[i];
    for (; *more != '\0'; more++)
        units[at++] = (unsigned char)*more;
    return (struct hp_text){units, count};
}

struct hp_text model_lowered(struct hp_arena *arena, struct hp_text text)
{
    uint16_t *units = hp_arena_array(arena, text.count, sizeof *units);

    if (units == NULL)
        return (struct hp_text){NULL, MODEL_NOWHERE};
    for (size_t i = 0; i < text.count; i++)
        units[i] = model_lower(text.units[i]);
    return (struct hp_text){units, text.count};
}

bool model_is_null(struct hp_text text)
{
    return text.count == MODEL_NOWHERE;
}
