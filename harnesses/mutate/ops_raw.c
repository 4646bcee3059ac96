/* SPDX-License-Identifier: Apache-2.0
 *
 * Level 0: bytes, for what no operator thinks of, and for inputs in which
 * nothing is understood. */
#include "edit.h"
#include "operators.h"

/* Where a raw change goes: half of the time into the base block's fields or a
 * record, where single bytes mean something. */
static size_t raw_position(struct hp_mutator *m)
{
    enum { BASE_FIELDS = 64 };

    if (m->size > BASE_SIZE && percent(m, 15))
        return below(m, BASE_FIELDS);
    if (m->size > BASE_SIZE && percent(m, 70))
        return BASE_SIZE + below(m, m->size - BASE_SIZE);
    return below(m, m->size);
}

bool raw_bits(struct hp_mutator *m)
{
    uint32_t flips = 1 + below(m, 4);

    if (m->size == 0)
        return false;
    for (uint32_t i = 0; i < flips; i++) {
        size_t position = raw_position(m);
        m->image[position] ^= (uint8_t)(1U << below(m, 8));
        trace(m, "flip", (uint32_t)position, m->image[position]);
    }
    return true;
}

bool raw_byte(struct hp_mutator *m)
{
    static const uint8_t bytes[] = {0, 1, 4, 8, 0x20, 0x7F, 0x80, 0xFF};

    if (m->size == 0)
        return false;
    size_t position = raw_position(m);
    uint8_t old = m->image[position];
    put(m, position, 1, percent(m, 50) ? ONE_OF(m, bytes) : dice(m) & 0xFF);
    trace(m, "byte", (uint32_t)position, m->image[position]);
    return old != m->image[position];
}

bool raw_word(struct hp_mutator *m)
{
    static const uint32_t words[] = {
        0,      1,          0x20,       0x1000,     0x7FFF,     0x8000,
        0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF, 0xFFFFF000};
    static const uint8_t widths[] = {2, 4, 4};

    if (m->size < 4)
        return false;
    size_t position = raw_position(m) & ~(size_t)1;
    uint32_t old = get32(m, position);
    unsigned width = ONE_OF(m, widths);
    uint32_t value = ONE_OF(m, words);
    if (percent(m, 40))
        value = old + below(m, 65) - 32;
    put(m, position, width, value);
    trace(m, "word", (uint32_t)position, value);
    return old != get32(m, position);
}

bool raw_copy(struct hp_mutator *m)
{
    if (m->size < 2)
        return false;
    size_t from = below(m, m->size), to = raw_position(m);
    size_t most = m->size - (from > to ? from : to);
    size_t size = 1 + below(m, most < 64 ? most : 64);
    if (size > most || from == to)
        return false;
    memmove(m->image + to, m->image + from, size);
    trace(m, "copy", (uint32_t)to, size);
    return true;
}

bool raw_insert(struct hp_mutator *m)
{
    size_t position = below(m, m->size + 1);
    size_t bytes = percent(m, 70) ? 1 + below(m, 16) : 8 * (1 + below(m, 64));

    if (!file_insert(m, position, bytes))
        return false;
    for (size_t i = 0; i < bytes; i++)
        put(m, position + i, 1, dice(m) & 0xFF);
    trace(m, "insert", (uint32_t)position, bytes);
    return true;
}

bool raw_remove(struct hp_mutator *m)
{
    size_t position = below(m, m->size);
    size_t bytes = percent(m, 70) ? 1 + below(m, 16) : 8 * (1 + below(m, 64));

    if (m->size < 2 || bytes > m->size - position || bytes == m->size)
        return false;
    file_remove(m, position, bytes);
    trace(m, "remove", (uint32_t)position, bytes);
    return true;
}

/* What the fuzzing engine would have done without us. */
bool raw_engine(struct hp_mutator *m)
{
    if (m->raw == NULL || m->size == 0)
        return false;
    size_t size = m->raw(m->raw_self, m->image, m->size, m->room);
    if (size == 0 || size > m->room)
        return false;
    m->size = size;
    trace(m, NULL, 0, size);
    return true;
}
