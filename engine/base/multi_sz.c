/* SPDX-License-Identifier: Apache-2.0 */
#include "multi_sz.h"

#include "utf16.h"

#define NUL_SIZE 2 /* bytes of a NUL unit */

static struct hp_multi_sz walk_of(struct hp_span data, bool with_dead)
{
    data.len -= data.len % 2;
    return (struct hp_multi_sz){data, 0, false, with_dead};
}

struct hp_multi_sz hp_multi_sz_of(struct hp_span data)
{
    return walk_of(data, false);
}

struct hp_multi_sz hp_multi_sz_all_of(struct hp_span data)
{
    return walk_of(data, true);
}

/* Where the NUL of the string at `at` stands, or the end of the data. */
static size_t find_nul(struct hp_span data, size_t at)
{
    uint16_t unit;

    while (hp_span_u16(data, at, &unit) && unit != 0)
        at += 2;
    return at;
}

bool hp_multi_sz_next(struct hp_multi_sz *it, struct hp_span *item)
{
    while (it->at < it->data.len && (it->with_dead || !it->dead)) {
        size_t start = it->at;
        size_t end = find_nul(it->data, start);

        it->at = end + NUL_SIZE;
        if (end > start)
            return hp_span_sub(it->data, start, end - start, item);
        it->dead = true;
    }
    return false;
}

static bool has_lone_surrogate(struct hp_span data)
{
    bool after_high = false;
    uint16_t unit;

    /* The NUL at a string's end parts what stands on both sides of it. */
    for (size_t at = 0; hp_span_u16(data, at, &unit); at += 2) {
        if (hp_is_low_surrogate(unit) != after_high)
            return true;
        after_high = hp_is_high_surrogate(unit);
    }
    return after_high;
}

/* What the walk over all strings shows; the data has a unit. */
static uint32_t list_findings(struct hp_multi_sz it)
{
    uint32_t found = 0;
    size_t behind = 0; /* bytes: where the string after the last one belongs */
    struct hp_span item;

    while (hp_multi_sz_next(&it, &item)) {
        if (it.dead)
            found |= HP_MSZ_DEAD_ENTRIES;
        else if (it.at > it.data.len)
            found |= HP_MSZ_UNTERMINATED;
        if (behind != 0 && it.at - NUL_SIZE - item.len != behind)
            found |= HP_MSZ_EMBEDDED_EMPTY;
        behind = it.at;
    }
    if (!it.dead)
        return found | HP_MSZ_NO_FINAL_NUL;

    size_t needed = behind == 0 ? 2 * NUL_SIZE : behind + NUL_SIZE;
    if ((found & HP_MSZ_DEAD_ENTRIES) == 0 && it.data.len > needed)
        found |= HP_MSZ_TRAILING_JUNK;
    return found;
}

uint32_t hp_multi_sz_findings(struct hp_span data)
{
    struct hp_multi_sz it = hp_multi_sz_all_of(data);
    uint32_t found = data.len % 2 != 0 ? HP_MSZ_ODD_LENGTH : 0;

    if (it.data.len == 0)
        return found | HP_MSZ_EMPTY_VALUE;
    if (has_lone_surrogate(it.data))
        found |= HP_MSZ_LONE_SURROGATE;
    return found | list_findings(it);
}
