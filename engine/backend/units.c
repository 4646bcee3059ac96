/* SPDX-License-Identifier: Apache-2.0 */
#include "units.h"

#include <assert.h>

#include "utf16.h"

/* Longest run of bytes behind the first of a UTF-8 sequence. */
#define CONTINUATIONS 3

struct hp_units hp_units_of(const struct hp_string *string)
{
    struct hp_units it = {string->bytes, string->size, string->encoding};

    if (string->bytes == NULL)
        it.left = 0;
    return it;
}

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The most bytes up to `room` that do not end inside a sequence. When the
 * bytes around the cut are all continuations, none of them belongs to a
 * sequence that reaches over it. */
static size_t utf8_cut(const struct hp_units *it, size_t room)
{
    if (it->left <= room)
        return it->left;
    for (size_t back = 0; back <= CONTINUATIONS; back++)
        if (!is_continuation(it->bytes[room - back]))
            return room - back;
    return room;
}

static size_t utf8_next(struct hp_units *it, uint16_t *units, size_t room,
                        size_t *used)
{
    bool valid;

    *used = utf8_cut(it, room);
    return hp_wtf8_decode(units, (const char *)it->bytes, *used, &valid);
}

static size_t utf16_next(struct hp_units *it, uint16_t *units, size_t room,
                         size_t *used)
{
    size_t count = it->left / 2 < room ? it->left / 2 : room;

    /* The odd last byte goes with the units before it. */
    *used = it->left - 2 * count == 1 ? it->left : 2 * count;
    hp_utf16le_decode(units, hp_span_of(it->bytes, 2 * count));
    return count;
}

static size_t latin1_next(struct hp_units *it, uint16_t *units, size_t room,
                          size_t *used)
{
    *used = it->left < room ? it->left : room;
    for (size_t i = 0; i < *used; i++)
        units[i] = it->bytes[i];
    return *used;
}

size_t hp_units_next(struct hp_units *it, uint16_t *units, size_t room)
{
    size_t used, count;
    size_t width = it->encoding == HP_UTF8 ? 3 : 2; /* of a lone surrogate */

    assert(room >= HP_UNITS_LEAST);
    if (it->left == 0)
        return 0;
    if (it->encoding == HP_UTF8)
        count = utf8_next(it, units, room, &used);
    else if (it->encoding == HP_UTF16LE)
        count = utf16_next(it, units, room, &used);
    else
        count = latin1_next(it, units, room, &used);

    /* Half a pair waits for the other half. */
    if (used < it->left && count > 1 && (units[count - 1] & 0xFC00) == 0xD800) {
        used -= width;
        count--;
    }
    it->bytes += used;
    it->left -= used;
    return count;
}
