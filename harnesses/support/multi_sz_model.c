/* SPDX-License-Identifier: Apache-2.0 */
#include "multi_sz_model.h"

#include "multi_sz.h"
#include "utf16.h"

static uint16_t unit_at(struct hp_span data, size_t at)
{
    return (uint16_t)(data.ptr[2 * at] | data.ptr[2 * at + 1] << 8);
}

/* Where the first empty string's NUL stands; the number of units: nowhere. */
static size_t list_end(struct hp_span data)
{
    size_t units = data.len / 2;

    for (size_t i = 0; i < units; i++)
        if (unit_at(data, i) == 0 && (i == 0 || unit_at(data, i - 1) == 0))
            return i;
    return units;
}

bool model_multi_sz_string(struct model_string *string, struct hp_span data,
                           size_t index)
{
    size_t units = data.len / 2;

    for (size_t i = 0; i < units; i++) {
        bool starts =
            unit_at(data, i) != 0 && (i == 0 || unit_at(data, i - 1) == 0);
        if (!starts || index-- > 0)
            continue;
        string->first = i;
        for (string->count = 0; i < units && unit_at(data, i) != 0; i++)
            string->count++;
        string->dead = string->first > list_end(data);
        return true;
    }
    return false;
}

static bool lone_surrogate(struct hp_span data)
{
    size_t units = data.len / 2;

    for (size_t i = 0; i < units; i++) {
        uint16_t unit = unit_at(data, i);
        bool paired =
            hp_is_high_surrogate(unit)
                ? i + 1 < units && hp_is_low_surrogate(unit_at(data, i + 1))
                : i > 0 && hp_is_high_surrogate(unit_at(data, i - 1));
        bool surrogate =
            hp_is_high_surrogate(unit) || hp_is_low_surrogate(unit);
        if (surrogate && !paired)
            return true;
    }
    return false;
}

/* Two strings with more than one NUL between them. */
static bool empty_between(struct hp_span data)
{
    struct model_string a, b;

    for (size_t i = 0; model_multi_sz_string(&a, data, i) &&
                       model_multi_sz_string(&b, data, i + 1);
         i++)
        if (a.first + a.count + 1 < b.first)
            return true;
    return false;
}

uint32_t model_multi_sz_findings(struct hp_span data)
{
    size_t units = data.len / 2, end = list_end(data), strings = 0;
    struct model_string string = {0, 0, false};
    uint32_t findings = data.len % 2 != 0 ? HP_MSZ_ODD_LENGTH : 0;

    if (units == 0)
        return findings | HP_MSZ_EMPTY_VALUE;
    while (model_multi_sz_string(&string, data, strings))
        strings++;
    if (end == units)
        findings |= HP_MSZ_NO_FINAL_NUL;
    if (end == units && unit_at(data, units - 1) != 0)
        findings |= HP_MSZ_UNTERMINATED;
    if (empty_between(data))
        findings |= HP_MSZ_EMBEDDED_EMPTY;
    /* A list without strings is 0 or 00. */
    size_t behind = end == 0 ? 2 : end + 1;
    if (strings > 0 && string.dead)
        findings |= HP_MSZ_DEAD_ENTRIES;
    else if (behind < units)
        findings |= HP_MSZ_TRAILING_JUNK;
    return lone_surrogate(data) ? findings | HP_MSZ_LONE_SURROGATE : findings;
}
