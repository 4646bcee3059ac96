/* SPDX-License-Identifier: Apache-2.0
 *
 * Level 3: where cells and bins lie, and where the file ends. */
#include "edit.h"
#include "operators.h"

static void set_cell_size(struct hp_mutator *m, uint32_t at, uint32_t raw)
{
    put32(m, (size_t)at + BASE_SIZE, raw);
}

bool cell_move(struct hp_mutator *m)
{
    struct cell *cell = table_pick(m, ANY_USED);

    if (cell == NULL)
        return false;
    uint32_t from = cell->at, to = cell_relocate(m, from);
    trace(m, "cell", from, to);
    return to != 0;
}

/* Makes `at` the last cell of the last bin, with nothing behind it, so that
 * what reads past it leaves the file. Its new offset; 0: no room. */
static uint32_t move_to_end(struct hp_mutator *m, uint32_t at)
{
    struct cell *cell = table_find(m, at);

    if (cell == NULL || cell->kind == KIND_FREE || m->bin_count == 0)
        return 0;
    uint32_t size = cell->size, kind = cell->kind;
    if (at + size == m->bins_end)
        return at;
    struct cell *last = &m->cells[m->cell_count - 1];
    if (last->kind != KIND_FREE || last->size < size ||
        last->at + last->size != m->bins_end) {
        uint32_t bin =
            (size + BIN_HEADER_SIZE + BIN_ALIGN - 1) & ~(BIN_ALIGN - 1U);
        uint32_t free = bin_append(m, bin);
        last = free == 0 ? NULL : table_find(m, free);
    }
    if (last == NULL || m->cell_count == m->cell_room)
        return 0;
    uint32_t to = m->bins_end - size;
    if (last->size == size) {
        table_set_kind(m, last, kind);
    } else {
        last->size -= size;
        set_cell_size(m, last->at, last->size);
        (void)table_insert(m, (struct cell){to, size, kind});
    }
    copy_within(m, (size_t)to + BASE_SIZE, (size_t)at + BASE_SIZE, size);
    set_cell_size(m, to, UINT32_C(0) - size);
    redirect(m, at, to);
    cell_free(m, at);
    return to;
}

bool cell_last(struct hp_mutator *m)
{
    struct cell *cell = table_pick(m, ANY_USED);

    if (cell == NULL)
        return false;
    uint32_t from = cell->at, to = move_to_end(m, from);
    trace(m, "cell", from, to);
    return to != 0 && to != from;
}

/* Two free cells of one, or one of two. */
bool cell_split(struct hp_mutator *m)
{
    struct cell *cell = table_pick(m, KINDS(KIND_FREE));

    if (cell == NULL || cell->size < 2 * CELL_ALIGN ||
        m->cell_count == m->cell_room)
        return false;
    uint32_t at = cell->at, whole = cell->size;
    uint32_t size = CELL_ALIGN * (1 + below(m, whole / CELL_ALIGN - 1));
    cell->size = size;
    set_cell_size(m, at, size);
    set_cell_size(m, at + size, whole - size);
    (void)table_insert(m, (struct cell){at + size, whole - size, KIND_FREE});
    trace(m, "cell", at, size);
    return true;
}

bool cell_merge(struct hp_mutator *m)
{
    for (size_t i = 1; i < m->cell_count; i++) {
        struct cell *cell = &m->cells[i - 1], *next = &m->cells[i];
        if (cell->kind != KIND_FREE || next->kind != KIND_FREE ||
            cell->at + cell->size != next->at)
            continue;
        cell->size += next->size;
        set_cell_size(m, cell->at, cell->size);
        memmove(next, next + 1, (m->cell_count - i - 1) * sizeof *next);
        m->cell_count--;
        m->kind_count[KIND_FREE]--;
        trace(m, "cell", cell->at, cell->size);
        return true;
    }
    return false;
}

bool bin_add(struct hp_mutator *m)
{
    uint32_t at = bin_append(m, BIN_ALIGN * (1 + below(m, 2)));

    trace(m, "bin", at, 0);
    return at != 0;
}

/* A bin boundary inside a free cell that reaches over a page's end. */
bool bin_split(struct hp_mutator *m)
{
    for (size_t i = 0; i < m->bin_count; i++) {
        struct bin *bin = &m->bins[i];
        uint32_t page = bin->at + BIN_ALIGN;
        if (bin->size <= BIN_ALIGN)
            continue;
        for (size_t n = 0; n < m->cell_count; n++) {
            const struct cell *cell = &m->cells[n];
            uint32_t before = page - cell->at;
            if (cell->kind != KIND_FREE || cell->at > page ||
                before >= cell->size ||
                cell->size - before < BIN_HEADER_SIZE + CELL_ALIGN)
                continue;
            size_t header = (size_t)page + BASE_SIZE;
            if (before > 0)
                set_cell_size(m, cell->at, before);
            put_zeros(m, header, BIN_HEADER_SIZE);
            put32(m, header + BIN_SIGNATURE, BIN_SIGNATURE_VALUE);
            put32(m, header + BIN_OFFSET, page);
            put32(m, header + BIN_SIZE, bin->size - BIN_ALIGN);
            put32(m, header + BIN_HEADER_SIZE,
                  cell->size - before - BIN_HEADER_SIZE);
            put32(m, (size_t)bin->at + BASE_SIZE + BIN_SIZE, BIN_ALIGN);
            trace(m, "bin", page, 0);
            return true;
        }
    }
    return false;
}

/* Two bins become one: the second's header is a free cell. */
bool bin_merge(struct hp_mutator *m)
{
    if (m->bin_count < 2)
        return false;
    uint32_t n = below(m, m->bin_count - 1);
    const struct bin *bin = &m->bins[n], *next = &m->bins[n + 1];
    if (bin->at + bin->size != next->at)
        return false;
    put32(m, (size_t)bin->at + BASE_SIZE + BIN_SIZE, bin->size + next->size);
    set_cell_size(m, next->at, BIN_HEADER_SIZE);
    trace(m, "bin", bin->at, bin->size + next->size);
    return true;
}

/* ---- lies ---------------------------------------------------------------- */

bool cell_toggle(struct hp_mutator *m)
{
    struct cell *cell = table_pick(m, ANY_USED | KINDS(KIND_FREE));

    if (cell == NULL)
        return false;
    size_t position = (size_t)cell->at + BASE_SIZE;
    put32(m, position, UINT32_C(0) - get32(m, position));
    trace(m, "cell.size", cell->at, get32(m, position));
    return true;
}

/* A copy of a record inside the body of another cell, and a reference to it:
 * the two overlap, and no cell starts there. */
bool cell_overlap(struct hp_mutator *m)
{
    struct cell *cell = table_pick(m, RECORDS);
    struct cell *host =
        table_pick(m, KINDS(KIND_DATA) | KINDS(KIND_FREE) | KINDS(KIND_CLASS));

    if (cell == NULL || host == NULL || cell == host ||
        host->size < cell->size + CELL_ALIGN)
        return false;
    uint32_t from = cell->at, size = cell->size;
    uint32_t most = (host->size - size) / CELL_ALIGN;
    uint32_t to = host->at + CELL_ALIGN * (1 + below(m, most));
    copy_within(m, (size_t)to + BASE_SIZE, (size_t)from + BASE_SIZE, size);
    set_cell_size(m, to, UINT32_C(0) - size);
    redirect(m, from, to);
    trace(m, "cell", from, to);
    return true;
}

/* A field that says how much of the cell is used, made to use what the cell
 * claims to have. */
static void use_claim(struct hp_mutator *m, uint32_t at, uint32_t kind,
                      uint32_t payload)
{
    size_t slot;

    switch (kind) {
    case KIND_NK:
        put16(m, in_cell(at, NK_NAME_LENGTH), payload - NK_NAME);
        break;
    case KIND_VK:
        put16(m, in_cell(at, VK_NAME_LENGTH), payload - VK_NAME);
        break;
    case KIND_LF:
    case KIND_LH:
    case KIND_LI:
    case KIND_RI:
        put16(m, in_cell(at, LIST_COUNT),
              (payload - LIST_ELEMENTS) / element_size(kind));
        break;
    default: /* the length stands where the reference is */
        for (size_t i = 0; i < m->cell_count; i++) {
            const struct cell *cell = &m->cells[i];
            for (uint32_t n = 0; (slot = reference_slot(m, cell, n)) != 0; n++)
                if (get32(m, slot) != at)
                    continue;
                else if (cell->kind == KIND_VK)
                    put32(m, in_cell(cell->at, VK_DATA_SIZE), payload);
                else if (cell->kind == KIND_NK && kind == KIND_VALUES)
                    put32(m, in_cell(cell->at, NK_VALUE_COUNT), payload / 4);
                else if (cell->kind == KIND_NK && kind == KIND_CLASS)
                    put16(m, in_cell(cell->at, NK_CLASS_LENGTH), payload);
        }
        break;
    }
}

/* A cell whose size runs past the end of its bin, half of the time one at the
 * very end of the file, half of the time one whose content follows. */
bool cell_past_end(struct hp_mutator *m)
{
    static const uint32_t excess[] = {4,   8,    16,   64,    256,
                                      512, 4096, 8192, 65536, 0x1000000};
    struct cell *cell = table_pick(m, ANY_USED);

    if (cell == NULL)
        return false;
    uint32_t at = cell->at, kind = cell->kind, end = m->bins_end;
    if (percent(m, 60)) {
        uint32_t to = move_to_end(m, at);
        at = to == 0 ? at : to;
        end = m->bins_end;
    } else if (percent(m, 50)) {
        for (size_t i = 0; i < m->bin_count; i++)
            if (at - m->bins[i].at < m->bins[i].size)
                end = m->bins[i].at + m->bins[i].size;
    }
    uint32_t size = end - at + ONE_OF(m, excess);
    set_cell_size(m, at, UINT32_C(0) - size);
    if (percent(m, 50))
        use_claim(m, at, kind, size - CELL_SIZE_FIELD);
    trace(m, "cell.size", at, size);
    return true;
}

/* The same without the lie about the size: only what is inside claims more,
 * mostly in the last cell of the file. */
bool cell_claim(struct hp_mutator *m)
{
    static const uint32_t excess[] = {1,  2,   4,    8,    12,
                                      64, 256, 4096, 8192, 65536};
    struct cell *cell = table_pick(m, ANY_USED);

    if (cell == NULL)
        return false;
    uint32_t at = cell->at, kind = cell->kind, size = cell->size;
    if (percent(m, 70)) {
        uint32_t to = move_to_end(m, at);
        at = to == 0 ? at : to;
    }
    uint32_t payload = size - CELL_SIZE_FIELD + ONE_OF(m, excess);
    use_claim(m, at, kind, payload);
    trace(m, "payload", at, payload);
    return true;
}

/* A reference to a tiny cell at the very end of the file, with the signature
 * of a record that would not fit: where a reader that looks at the signature
 * and not at the size leaves the file. */
bool cell_edge(struct hp_mutator *m)
{
    static const uint16_t signatures[] = {
        SIG_NK, SIG_VK, SIG_LF, SIG_LH, SIG_LI, SIG_RI, SIG_DB, SIG_SK, 0};
    struct cell *owner =
        table_pick(m, RECORDS | KINDS(KIND_VALUES) | KINDS(KIND_SEGMENTS));
    size_t slot = owner == NULL ? 0 : reference_slot(m, owner, below(m, 4));
    uint32_t signature = ONE_OF(m, signatures);

    if (slot == 0)
        return false;
    if (percent(m, 60) && kind_at(m, get32(m, slot)) != KIND_FREE)
        signature = cell16(m, get32(m, slot), 0);
    uint32_t at = cell_new(m, 4 + 8 * below(m, 6), KIND_UNKNOWN);
    at = at == 0 ? 0 : move_to_end(m, at);
    if (at == 0)
        return false;
    put16(m, in_cell(at, 0), signature);
    put16(m, in_cell(at, LIST_COUNT), 1 + below(m, 3));
    put32(m, slot, at);
    trace(m, "reference", (uint32_t)(slot - BASE_SIZE), at);
    return true;
}

/* A cell that ends inside its record; what is left is free. */
bool cell_short(struct hp_mutator *m)
{
    struct cell *cell = table_pick(m, percent(m, 70) ? RECORDS : ANY_USED);

    if (cell == NULL || cell->size < 2 * CELL_ALIGN)
        return false;
    uint32_t at = cell->at, whole = cell->size;
    if (percent(m, 40)) {
        uint32_t to = move_to_end(m, at);
        at = to == 0 ? at : to;
    }
    uint32_t size = CELL_ALIGN * (1 + below(m, whole / CELL_ALIGN - 1));
    uint32_t rest = whole - size;
    if (at + whole == m->bins_end && percent(m, 70)) {
        /* The record lies at the very end, its front cut off. */
        copy_within(m, (size_t)at + rest + BASE_SIZE, (size_t)at + BASE_SIZE,
                    size);
        set_cell_size(m, at, rest);
        redirect(m, at, at + rest);
        at += rest;
    } else {
        set_cell_size(m, at + size, rest);
    }
    set_cell_size(m, at, UINT32_C(0) - size);
    trace(m, "cell.size", at, size);
    return true;
}

/* What the base block says of the bins, after the file's end has moved. */
static void say_size(struct hp_mutator *m)
{
    if (percent(m, 50) || m->size < BASE_SIZE)
        return;
    uint32_t size = (uint32_t)(m->size - BASE_SIZE);
    put32(m, BASE_BINS_SIZE, percent(m, 70) ? size & ~(BIN_ALIGN - 1U) : size);
}

bool file_cut(struct hp_mutator *m)
{
    uint32_t size = (uint32_t)m->size, end = size, roll = below(m, 5);
    struct cell *cell = table_pick(m, (1U << KIND_COUNT) - 1);

    if (roll == 0 && cell != NULL)
        end = cell->at + BASE_SIZE + (percent(m, 50) ? cell->size : 0);
    else if (roll == 1 && m->bin_count > 0)
        end = m->bins[below(m, m->bin_count)].at + BASE_SIZE;
    else if (roll == 2)
        end = size & ~511U;
    else if (roll == 3)
        end = 512 * (1 + below(m, size / 512));
    end += percent(m, 60) ? 0 : below(m, 63) - 31;
    if (end == 0 || end >= size)
        end = size - 1 - below(m, size > 32 ? 31 : size - 1);
    if (end == 0 || end >= size)
        return false;
    m->size = end;
    say_size(m);
    table_scan(m);
    trace(m, "file", end, size);
    return true;
}

bool file_tail(struct hp_mutator *m)
{
    static const uint16_t sizes[] = {1, 4, 8, 16, 31, 32, 36, 512, 4095, 4096};
    static const uint8_t header[] = {'h', 'b', 'i', 'n'};
    uint32_t size = ONE_OF(m, sizes), start = (uint32_t)m->size;

    if (!file_insert(m, m->size, size))
        return false;
    uint32_t roll = below(m, 3);
    if (roll == 0)
        put_bytes(m, start, header, size < 4 ? size : 4);
    for (uint32_t i = roll == 0 ? 4 : 0; roll < 2 && i < size && i < 64; i++)
        put(m, (size_t)start + i, 1, percent(m, 50) ? 0 : dice(m) & 0xFF);
    if (roll == 0 && percent(m, 60) && start >= BASE_SIZE) {
        put32(m, (size_t)start + BIN_OFFSET, start - BASE_SIZE);
        put32(m, (size_t)start + BIN_SIZE, BIN_ALIGN * (1 + below(m, 4)));
    }
    say_size(m);
    trace(m, "file", start, size);
    return true;
}

/* Bytes between two bins: those behind are where they do not belong. */
bool file_gap(struct hp_mutator *m)
{
    static const uint16_t sizes[] = {8, 512, 512, 4096};
    uint32_t size = ONE_OF(m, sizes);

    if (m->bin_count == 0)
        return false;
    size_t start = (size_t)m->bins[below(m, m->bin_count)].at + BASE_SIZE;
    if (!file_insert(m, start, size))
        return false;
    if (percent(m, 50))
        memset(m->image + start, 0xFF, size);
    table_scan(m);
    trace(m, "file", (uint32_t)start, size);
    return true;
}
