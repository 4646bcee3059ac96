/* SPDX-License-Identifier: Apache-2.0 */
#include "blame.h"

#include "layout.h"

/* How far behind a suspicious cell the tiling is tried again, in bytes. */
#define WINDOW 32768

bool hp_blame_looks_like(uint32_t found, uint32_t expected)
{
    uint32_t wrong = found ^ expected;
    int same = 0;

    for (int i = 0; i < 4; i++)
        same += (wrong >> 8 * i & 0xff) == 0;
    return same >= 2;
}

static uint32_t absolute(uint32_t raw)
{
    return raw > INT32_MAX ? UINT32_C(0) - raw : raw;
}

static bool is_size(uint32_t size, size_t room)
{
    return size >= CELL_ALIGN && size % CELL_ALIGN == 0 && size <= room;
}

/* The cell that the tiling steps through before it reaches `broken`; `first`
 * itself when there is none. */
static size_t cell_before(struct hp_span bins, size_t first, size_t broken)
{
    size_t at = first, last = first;

    while (at < broken) {
        last = at;
        at += absolute(hp_at_u32(bins, at));
    }
    return last;
}

/* True if between `from` and `broken` a cell could start from which the cells
 * tile the bin to its end (or as far as the window sees). Goes backwards, so
 * that each offset is judged once. */
static bool tiles_from_between(struct hp_span bins, size_t from, size_t broken,
                               size_t end)
{
    uint8_t good[WINDOW / CELL_ALIGN] = {0};
    size_t window = end - from < WINDOW ? end - from : WINDOW;

    for (size_t at = window / CELL_ALIGN; at-- > 1;) {
        size_t offset = from + at * CELL_ALIGN;
        uint32_t size = absolute(hp_at_u32(bins, offset));
        if (!is_size(size, end - offset))
            continue;
        size_t next = at + size / CELL_ALIGN;
        good[at] = next >= window / CELL_ALIGN || good[next];
        if (good[at] && offset < broken)
            return true;
    }
    return false;
}

/* The payload that the record at `cell` needs by its own counts; 0 when it has
 * no signature that tells. */
static size_t payload_needed(struct hp_span bins, size_t cell)
{
    struct hp_span record;

    if (!hp_span_sub(bins, cell + CELL_SIZE_FIELD, NK_NAME, &record))
        return 0;
    uint16_t count = hp_at_u16(record, LIST_COUNT);
    switch (hp_at_u16(record, 0)) {
    case SIG_NK:
        return (size_t)NK_NAME + hp_at_u16(record, NK_NAME_LENGTH);
    case SIG_VK:
        return (size_t)VK_NAME + hp_at_u16(record, VK_NAME_LENGTH);
    case SIG_SK:
        return SK_DESCRIPTOR + (size_t)hp_at_u32(record, SK_DESCRIPTOR_SIZE);
    case SIG_LF:
    case SIG_LH:
        return LIST_ELEMENTS + (size_t)count * LIST_ELEMENT_LONG;
    case SIG_LI:
    case SIG_RI:
        return LIST_ELEMENTS + (size_t)count * LIST_ELEMENT_SHORT;
    case SIG_DB:
        return DB_SIZE;
    default:
        return 0;
    }
}

/* True if the word looks like a cell size with one byte wrong: two of its
 * three high bytes are those of a small negative number. */
static bool looks_allocated(uint32_t raw)
{
    int ones = 0;

    for (int i = 1; i < 4; i++)
        ones += (raw >> 8 * i & 0xff) == 0xff;
    return ones >= 2;
}

/* The word at `at`, where a bin may start; that of a bin at the end. */
static uint32_t bin_signature(struct hp_span bins, size_t at)
{
    uint32_t signature = BIN_SIGNATURE_VALUE;

    hp_span_u32(bins, at, &signature);
    return signature;
}

size_t hp_blame_tiling(struct hp_span bins, size_t bin, size_t end,
                       size_t broken)
{
    size_t first = bin + BIN_HEADER_SIZE;
    size_t before = cell_before(bins, first, broken);
    uint32_t raw = hp_at_u32(bins, broken);

    if (broken % BIN_ALIGN == 0 && raw == BIN_SIGNATURE_VALUE)
        return bin;
    if (!hp_blame_looks_like(bin_signature(bins, end), BIN_SIGNATURE_VALUE))
        return bin;
    if (before == broken)
        return broken;
    if (tiles_from_between(bins, before, broken, end))
        return before;
    if (payload_needed(bins, before) + CELL_SIZE_FIELD >
        absolute(hp_at_u32(bins, before)))
        return before;
    if (payload_needed(bins, broken) != 0 || looks_allocated(raw))
        return broken;
    return raw == 0 || raw % CELL_ALIGN != 0 ? before : broken;
}

bool hp_blame_leaf(uint32_t total, uint32_t count, size_t element, size_t room)
{
    size_t tight = CELL_SIZE_FIELD + LIST_ELEMENTS + count * element;
    size_t wanted = CELL_SIZE_FIELD + LIST_ELEMENTS + total * element;

    return room + CELL_SIZE_FIELD - tight >= CELL_ALIGN &&
           wanted <= room + CELL_SIZE_FIELD;
}
