/* SPDX-License-Identifier: Apache-2.0
 *
 * Level 1: what a value says, changed a little, so that what was there before
 * still has a meaning. */
#include "edit.h"
#include "operators.h"

/* Numbers that a driver, a service or a control set can have, and those beside
 * them. */
bool value_number(struct hp_mutator *m)
{
    static const uint32_t numbers[] = {
        0,    1,    2,    3,    4,    5,    6,     8,   0x10, 0x11,
        0x20, 0x30, 0x50, 0x60, 0xE0, 0xF0, 0x110, 999, 1000, 0xFFFFFFFF};
    enum { TRIES = 8 };
    const uint32_t dword = VK_INLINE | 4;
    struct cell *cell = NULL;

    for (unsigned i = 0; i < TRIES; i++) {
        cell = table_pick(m, KINDS(KIND_VK));
        if (cell == NULL)
            return false;
        if (cell32(m, cell->at, VK_DATA_SIZE) == dword)
            break;
    }
    if (cell32(m, cell->at, VK_DATA_SIZE) != dword)
        return false;
    uint32_t old = cell32(m, cell->at, VK_DATA), value = ONE_OF(m, numbers);
    if (percent(m, 30))
        value = old + below(m, 5) - 2;
    else if (percent(m, 30))
        value = old ^ UINT32_C(1) << below(m, 9);
    put32(m, in_cell(cell->at, VK_DATA), value);
    trace(m, "vk.data", cell->at, value);
    return value != old;
}

enum { TEXT_MOST = 512, TOKEN_MOST = 48 };

struct text {
    uint16_t units[TEXT_MOST + TOKEN_MOST];
    uint32_t count;
};

/* What parts paths and lists, and what they start with. */
#define TOKEN(text)                                                            \
    {                                                                          \
        u##text, sizeof(u##text) / sizeof(uint16_t) - 1                        \
    }
static const struct {
    const uint16_t *text;
    uint32_t units;
} tokens[] = {
    TOKEN("\0"),
    TOKEN("\0\0"),
    TOKEN("\xD83D"), /* a surrogate alone, mostly */
    TOKEN("\xDE00"),
    TOKEN(".exe"),
    TOKEN(".EXE"),
    TOKEN(".sys"),
    TOKEN("\""),
    TOKEN("'"),
    TOKEN(" "),
    TOKEN("\\"),
    TOKEN("/"),
    TOKEN("\\??\\"),
    TOKEN("\\\\?\\"),
    TOKEN("%"),
    TOKEN("%SystemRoot%"),
    TOKEN("\\SystemRoot\\"),
    TOKEN("%a%"),
    TOKEN("%b%"),
    TOKEN("\\\\"),
    TOKEN("C:\\"),
    TOKEN("Q:\\"),
    TOKEN("E:\\"),
    TOKEN(":"),
    TOKEN("*"),
    TOKEN("<"),
    TOKEN("."),
    TOKEN("~1"),
    TOKEN("system32\\"),
    TOKEN("GLOBALROOT\\"),
    TOKEN("\\Device"),
    TOKEN("x"),
    TOKEN("\xdf"),
};

/* The data of `vk` as UTF-16. False: there is none, or too much. */
static bool text_read(struct text *text, struct hp_mutator *m, uint32_t vk)
{
    uint32_t size = cell32(m, vk, VK_DATA_SIZE), data = vk, from = 0;

    if ((size & VK_INLINE) != 0) {
        size &= ~VK_INLINE;
        from = VK_DATA;
    } else {
        data = cell32(m, vk, VK_DATA);
        if (kind_at(m, data) == KIND_FREE || size > payload_at(m, data))
            return false;
    }
    text->count = size / 2;
    if (text->count == 0 || text->count > TEXT_MOST)
        return false;
    for (uint32_t i = 0; i < text->count; i++)
        text->units[i] = cell16(m, data, from + 2 * i);
    return true;
}

static bool text_write(struct hp_mutator *m, uint32_t vk,
                       const struct text *text)
{
    uint32_t data = value_set_size(m, vk, 2 * text->count);

    for (uint32_t i = 0; data != 0 && i < text->count; i++)
        put16(m, in_cell(data, (data == vk ? VK_DATA : 0) + 2 * i),
              text->units[i]);
    return data != 0;
}

static void text_insert(struct hp_mutator *m, struct text *text)
{
    uint32_t which = below(m, sizeof tokens / sizeof tokens[0]);
    uint32_t units = tokens[which].units, at = below(m, text->count + 1);

    memmove(text->units + at + units, text->units + at,
            (text->count - at) * sizeof *text->units);
    for (uint32_t i = 0; i < units; i++)
        text->units[at + i] = tokens[which].text[i];
    text->count += units;
}

static void text_remove(struct hp_mutator *m, struct text *text)
{
    uint32_t at = below(m, text->count), left = text->count - at;
    uint32_t units = percent(m, 60) ? 1 : 1 + below(m, left);

    memmove(text->units + at, text->units + at + units,
            (left - units) * sizeof *text->units);
    text->count -= units;
}

/* A part of it once more, behind itself or elsewhere. */
static void text_repeat(struct hp_mutator *m, struct text *text)
{
    uint32_t from = below(m, text->count), left = text->count - from;
    uint32_t most = left < TOKEN_MOST ? left : TOKEN_MOST;
    uint32_t units = 1 + below(m, most), at = below(m, text->count + 1);
    uint16_t part[TOKEN_MOST];

    memcpy(part, text->units + from, units * sizeof *part);
    memmove(text->units + at + units, text->units + at,
            (text->count - at) * sizeof *text->units);
    memcpy(text->units + at, part, units * sizeof *part);
    text->count += units;
}

static void text_other_case(struct hp_mutator *m, struct text *text)
{
    uint32_t at = below(m, text->count);
    uint32_t end = at + 1 + below(m, text->count - at);

    for (; at < end; at++)
        if ((text->units[at] | 0x20) >= 'a' && (text->units[at] | 0x20) <= 'z')
            text->units[at] ^= 0x20;
}

bool value_splice(struct hp_mutator *m)
{
    struct cell *cell = table_pick(m, KINDS(KIND_VK));
    struct text text;

    if (cell == NULL || !text_read(&text, m, cell->at))
        return false;
    uint32_t vk = cell->at, roll = below(m, 100);
    if (roll < 45)
        text_insert(m, &text);
    else if (roll < 70)
        text_remove(m, &text);
    else if (roll < 85)
        text_repeat(m, &text);
    else
        text_other_case(m, &text);
    trace(m, "vk", vk, text.count);
    return text_write(m, vk, &text);
}

/* The data of another value, in this one: a list that names what a path
 * says. */
bool value_copy(struct hp_mutator *m)
{
    struct cell *from = table_pick(m, KINDS(KIND_VK));
    struct cell *to = table_pick(m, KINDS(KIND_VK));
    struct text text;

    if (from == NULL || to == from || !text_read(&text, m, from->at))
        return false;
    trace(m, "vk", to->at, from->at);
    if (percent(m, 50)) {
        text.units[text.count++] = 0; /* ends a list, too */
        text.units[text.count++] = 0;
    }
    return text_write(m, to->at, &text);
}
