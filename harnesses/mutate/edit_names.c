/* SPDX-License-Identifier: Apache-2.0 */
#include "edit.h"

#include "utf16.h"

/* Names with a meaning to readers and to the System Writer, and characters
 * with a meaning to whoever prints them. */
static const char *const pool[] = {
    "a",
    "B",
    "key",
    "ROOT",
    "Select",
    "Current",
    "Default",
    "LastKnownGood",
    "ControlSet001",
    "ControlSet002",
    "CurrentControlSet",
    "Control",
    "Services",
    "SystemWriter",
    "ExcludedBinaryPaths",
    "ImagePath",
    "Type",
    "Start",
    "ErrorControl",
    "DisplayName",
    "ObjectName",
    "Environment",
    "Session Manager",
    "MountedDevices",
    "SymbolicLinkValue",
    "(Default)",
    "@",
    "..",
    "/",
    "\\",
    "a\\b",
    "\\DosDevices\\C:",
    "%s%n",
    "<&>]]>",
    "\r\n",
    "\t\"',=",
    "\x01\x1f\x7f",
    "\xdf\xeb\xff",
};

/* UTF-16 units, 0-terminated where shorter. */
static const uint16_t odd[][4] = {
    {0xD800, 0, 0, 0},      {0xDC00, 0, 0, 0},       {'t', 0xD800, 's', 0},
    {0xDC00, 0xD800, 0, 0}, {0xD83D, 0xDE00, 0, 0},  {0xFFFF, 0, 0, 0},
    {0xFEFF, 'a', 0, 0},    {0x0131, 'i', 0x130, 0}, {0x03C2, 0x03C3, 0, 0},
    {0x00DF, 's', 's', 0},  {0x10D0, 0, 0, 0},       {0x202E, 'a', 'b', 0},
    {0x0410, 0x0430, 0, 0}, {'a', 'b', 'c', 0},      {0x00B5, 0x039C, 0, 0},
};

/* Lengths in characters round the limits of keys and of the records. */
static const uint16_t limits[] = {1,   2,   127, 128, 254, 255, 256,
                                  257, 258, 511, 512, 513, 1000};

static void add_unit(struct name *name, uint16_t unit)
{
    name->bytes[name->size++] = (uint8_t)(unit & 0xFF);
    if (!name->compressed)
        name->bytes[name->size++] = (uint8_t)(unit >> 8);
}

static void name_at_limit(struct hp_mutator *m, struct name *name)
{
    uint32_t length = ONE_OF(m, limits);
    uint16_t unit = (uint16_t)('a' + below(m, 26));

    name->compressed = percent(m, 60);
    for (uint32_t i = 0; i < length; i++)
        add_unit(name, unit);
}

static void name_odd(struct hp_mutator *m, struct name *name)
{
    const uint16_t *units = ONE_OF(m, odd);

    name->compressed = false;
    for (size_t i = 0; i < 4 && units[i] != 0; i++)
        add_unit(name, units[i]);
    if (percent(m, 10))
        add_unit(name, 0);
}

/* The name of one of the hive's keys or values, as it is or in another case:
 * a second one of it is a duplicate. */
static bool name_twin(struct hp_mutator *m, struct name *name)
{
    struct cell *cell = table_pick(m, KINDS(KIND_NK) | KINDS(KIND_VK));

    if (cell == NULL)
        return false;
    bool key = cell->kind == KIND_NK;
    uint32_t size = cell16(m, cell->at, key ? NK_NAME_LENGTH : VK_NAME_LENGTH);
    uint16_t flags = cell16(m, cell->at, key ? NK_FLAGS : VK_FLAGS);
    uint32_t payload = cell->size - CELL_SIZE_FIELD;
    uint32_t from = key ? NK_NAME : VK_NAME;

    if (size == 0 || size > NAME_MOST || from + size > payload)
        return false;
    name->compressed =
        (flags & (key ? NK_FLAG_COMPRESSED : VK_FLAG_COMPRESSED)) != 0;
    name->size = size;
    memcpy(name->bytes, m->image + in_cell(cell->at, from), size);
    if (percent(m, 60))
        for (uint32_t i = 0; i < size; i += name->compressed ? 1 : 2)
            if ((name->bytes[i] | 0x20) >= 'a' &&
                (name->bytes[i] | 0x20) <= 'z')
                name->bytes[i] ^= 0x20;
    return true;
}

static void name_from_pool(struct hp_mutator *m, struct name *name)
{
    const char *text = ONE_OF(m, pool);

    name->compressed = percent(m, 85);
    for (size_t i = 0; text[i] != '\0'; i++)
        add_unit(name, (uint8_t)text[i]);
}

void name_choose(struct hp_mutator *m, struct name *name)
{
    uint32_t roll = below(m, 100);

    name->size = 0;
    name->compressed = true;
    if (roll < 12)
        name_at_limit(m, name);
    else if (roll < 30)
        name_odd(m, name);
    else if (roll >= 50 || !name_twin(m, name))
        name_from_pool(m, name);
}
