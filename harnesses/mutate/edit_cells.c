/* SPDX-License-Identifier: Apache-2.0 */
#include "edit.h"

static uint32_t aligned(uint32_t size)
{
    return (size + CELL_ALIGN - 1) & ~(CELL_ALIGN - 1U);
}

bool file_insert(struct hp_mutator *m, size_t position, size_t bytes)
{
    if (position > m->size || bytes > m->room - m->size)
        return false;
    memmove(m->image + position + bytes, m->image + position,
            m->size - position);
    memset(m->image + position, 0, bytes);
    m->size += bytes;
    return true;
}

void file_remove(struct hp_mutator *m, size_t position, size_t bytes)
{
    if (position > m->size || bytes > m->size - position)
        return;
    memmove(m->image + position, m->image + position + bytes,
            m->size - position - bytes);
    m->size -= bytes;
}

static void write_size(struct hp_mutator *m, uint32_t at, uint32_t size,
                       bool used)
{
    put32(m, (size_t)at + BASE_SIZE, used ? UINT32_C(0) - size : size);
}

uint32_t bin_append(struct hp_mutator *m, uint32_t size)
{
    uint32_t at = m->bins_end;
    size_t position = (size_t)at + BASE_SIZE;

    if (m->size < BASE_SIZE || m->bin_count == m->bin_room ||
        m->cell_count == m->cell_room || !file_insert(m, position, size))
        return 0;
    put32(m, position + BIN_SIGNATURE, BIN_SIGNATURE_VALUE);
    put32(m, position + BIN_OFFSET, at);
    put32(m, position + BIN_SIZE, size);
    m->bins[m->bin_count++] = (struct bin){at, size};
    m->bins_end = at + size;
    m->has_new_bin = true;

    uint32_t cell = at + BIN_HEADER_SIZE;
    write_size(m, cell, size - BIN_HEADER_SIZE, false);
    (void)table_insert(m,
                       (struct cell){cell, size - BIN_HEADER_SIZE, KIND_FREE});
    return cell;
}

/* A free cell with room for `size` bytes, from anywhere, but mostly from where
 * the last one was found: chains of cells are made in linear time. Or a new
 * bin's. */
static struct cell *find_room(struct hp_mutator *m, uint32_t size)
{
    size_t start = percent(m, 90) && m->room_hint < m->cell_count
                       ? m->room_hint
                       : below(m, m->cell_count);

    for (size_t i = 0; i < m->cell_count; i++) {
        size_t n = start + i;
        n -= n < m->cell_count ? 0 : m->cell_count;
        if (m->cells[n].kind == KIND_FREE && m->cells[n].size >= size) {
            m->room_hint = n;
            return &m->cells[n];
        }
    }
    uint32_t bin = (size + BIN_HEADER_SIZE + BIN_ALIGN - 1) & ~(BIN_ALIGN - 1U);
    uint32_t at = bin_append(m, bin);
    return at == 0 ? NULL : table_find(m, at);
}

/* Takes `size` bytes of a free cell, from its start or its end. */
static uint32_t take(struct hp_mutator *m, struct cell *free, uint32_t size,
                     uint32_t kind)
{
    uint32_t at = free->at, rest = free->size - size;

    if (rest == 0) {
        table_set_kind(m, free, kind);
    } else if (m->cell_count == m->cell_room) {
        return 0;
    } else if (percent(m, 30)) {
        free->size = rest;
        write_size(m, at, rest, false);
        at += rest;
        (void)table_insert(m, (struct cell){at, size, kind});
    } else {
        table_set_kind(m, free, kind);
        free->size = size;
        write_size(m, at + size, rest, false);
        (void)table_insert(m, (struct cell){at + size, rest, KIND_FREE});
    }
    write_size(m, at, size, true);
    put_zeros(m, in_cell(at, 0), size - CELL_SIZE_FIELD);
    return at;
}

uint32_t cell_new(struct hp_mutator *m, uint32_t payload, uint32_t kind)
{
    if (payload > m->room)
        return 0;
    uint32_t size = aligned(payload + CELL_SIZE_FIELD);
    struct cell *free = find_room(m, size < CELL_ALIGN ? CELL_ALIGN : size);

    return free == NULL ? 0 : take(m, free, size, kind);
}

void cell_free(struct hp_mutator *m, uint32_t at)
{
    struct cell *cell = table_find(m, at);

    if (cell == NULL || cell->kind == KIND_FREE)
        return;
    table_set_kind(m, cell, KIND_FREE);
    write_size(m, at, cell->size, false);
}

static uint32_t move_to_new(struct hp_mutator *m, uint32_t at, uint32_t payload)
{
    struct cell *cell = table_find(m, at);

    if (cell == NULL || cell->kind == KIND_FREE)
        return 0;
    uint32_t kind = cell->kind;
    uint32_t old = cell->size - CELL_SIZE_FIELD;
    uint32_t to = cell_new(m, payload, kind);
    if (to == 0)
        return 0;
    copy_within(m, in_cell(to, 0), in_cell(at, 0),
                old < payload ? old : payload);
    redirect(m, at, to);
    cell_free(m, at);
    return to;
}

uint32_t cell_resize(struct hp_mutator *m, uint32_t at, uint32_t payload)
{
    struct cell *cell = table_find(m, at);

    if (cell == NULL || cell->kind == KIND_FREE)
        return 0;
    if (payload <= cell->size - CELL_SIZE_FIELD)
        return at;
    return move_to_new(m, at, payload);
}

uint32_t cell_relocate(struct hp_mutator *m, uint32_t at)
{
    struct cell *cell = table_find(m, at);

    return cell == NULL ? 0 : move_to_new(m, at, cell->size - CELL_SIZE_FIELD);
}

void redirect(struct hp_mutator *m, uint32_t from, uint32_t to)
{
    size_t slot;

    if (get32(m, BASE_ROOT) == from)
        put32(m, BASE_ROOT, to);
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        for (uint32_t n = 0; (slot = reference_slot(m, cell, n)) != 0; n++)
            if (get32(m, slot) == from)
                put32(m, slot, to);
    }
}

uint32_t reference_count(struct hp_mutator *m, uint32_t at)
{
    uint32_t count = get32(m, BASE_ROOT) == at;
    size_t slot;

    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        for (uint32_t n = 0; (slot = reference_slot(m, cell, n)) != 0; n++)
            count += get32(m, slot) == at;
    }
    return count;
}
