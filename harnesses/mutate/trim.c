/* SPDX-License-Identifier: Apache-2.0
 *
 * Structural trimming: takes out subtrees, values and data, then every cell
 * that nothing needs any more and every bin that has become empty. What the
 * hive lies about stays as it is. */
#include "edit.h"
#include "finish.h"
#include "operators.h"

/* The steps: what follows the bins, then some for each key and value, and what
 * is behind those empties the last bin. */
enum trim_step { STEP_TAIL, STEP_KEYS, PER_KEY = 4 };

static void trim_begin(struct hp_mutator *m, uint8_t *image, size_t size)
{
    m->image = image;
    m->size = m->room = size;
    m->dice = 0;
    m->trace_count = 0;
    table_scan(m);
}

/* All but the last one. */
static size_t steps_of(const struct hp_mutator *m)
{
    return STEP_KEYS + (size_t)PER_KEY * m->kind_count[KIND_NK] +
           m->kind_count[KIND_VK];
}

size_t hp_mutator_trim_steps(struct hp_mutator *m, uint8_t *image, size_t size)
{
    trim_begin(m, image, size);
    if (m->cell_count == 0)
        return 0;
    return steps_of(m) + 1;
}

static uint32_t nth_of_kind(const struct hp_mutator *m, uint32_t kind, size_t n)
{
    for (size_t i = 0; i < m->cell_count; i++)
        if (m->cells[i].kind == kind && n-- == 0)
            return m->cells[i].at;
    return 0;
}

/* ---- what nothing needs -------------------------------------------------- */

/* What is needed, as far as it has been found out. */
struct needs {
    bool marked[TABLE_CELLS];
    uint16_t waiting[TABLE_CELLS]; /* marked, not yet followed */
    size_t waiting_count;
};

static void mark(struct hp_mutator *m, struct needs *needs, uint32_t at)
{
    const struct cell *cell = table_find(m, at);
    size_t number = cell == NULL ? 0 : (size_t)(cell - m->cells);

    if (cell == NULL || needs->marked[number])
        return;
    needs->marked[number] = true;
    needs->waiting[needs->waiting_count++] = (uint16_t)number;
}

/* A key does not need its parent. */
static void free_unneeded(struct hp_mutator *m)
{
    struct needs needs;
    size_t slot;

    memset(needs.marked, 0, m->cell_count);
    needs.waiting_count = 0;
    mark(m, &needs, get32(m, BASE_ROOT));
    if (needs.waiting_count == 0)
        return; /* no root: then everything would go */
    while (needs.waiting_count > 0) {
        const struct cell *cell =
            &m->cells[needs.waiting[--needs.waiting_count]];
        for (uint32_t n = 0; (slot = reference_slot(m, cell, n)) != 0; n++)
            if (cell->kind != KIND_NK || slot != in_cell(cell->at, NK_PARENT))
                mark(m, &needs, get32(m, slot));
    }
    for (size_t i = 0; i < m->cell_count; i++)
        if (!needs.marked[i])
            cell_free(m, m->cells[i].at);
}

/* True if no used cell lies behind `at`. */
static bool is_free_from(const struct hp_mutator *m, uint32_t at)
{
    for (size_t i = m->cell_count; i > 0 && m->cells[i - 1].at >= at; i--)
        if (m->cells[i - 1].kind != KIND_FREE)
            return false;
    return true;
}

static void drop_free_bins(struct hp_mutator *m)
{
    while (m->bin_count > 1 && is_free_from(m, m->bins[m->bin_count - 1].at)) {
        const struct bin *bin = &m->bins[--m->bin_count];
        file_remove(m, (size_t)bin->at + BASE_SIZE, bin->size);
        m->bins_end = bin->at;
        while (m->cell_count > 0 &&
               m->cells[m->cell_count - 1].at >= m->bins_end)
            m->cell_count--;
    }
}

/* ---- the steps ----------------------------------------------------------- */

/* Moves the cells of the last bin into free space before it. */
static bool empty_last_bin(struct hp_mutator *m)
{
    if (m->bin_count < 2)
        return false;
    uint32_t start = m->bins[m->bin_count - 1].at;
    /* So that none of it is taken as room. */
    for (size_t i = 0; i < m->cell_count; i++)
        if (m->cells[i].at >= start && m->cells[i].kind == KIND_FREE)
            table_set_kind(m, &m->cells[i], KIND_UNKNOWN);
    for (size_t i = 0; i < m->cell_count; i++) {
        uint32_t at = m->cells[i].at;
        if (at < start || get32(m, (size_t)at + BASE_SIZE) <= INT32_MAX)
            continue;
        if (cell_relocate(m, at) == 0)
            return false;
        struct cell *cell = table_find(m, at);
        if (cell != NULL && cell->kind == KIND_FREE)
            table_set_kind(m, cell, KIND_UNKNOWN);
    }
    table_scan(m);
    return true;
}

static bool drop_subkeys(struct hp_mutator *m, uint32_t nk)
{
    if (cell32(m, nk, NK_SUBKEYS) == OFFSET_NIL)
        return false;
    put32(m, in_cell(nk, NK_SUBKEYS), OFFSET_NIL);
    put32(m, in_cell(nk, NK_SUBKEY_COUNT), 0);
    return true;
}

static bool drop_values(struct hp_mutator *m, uint32_t nk)
{
    if (cell32(m, nk, NK_VALUES) == OFFSET_NIL)
        return false;
    put32(m, in_cell(nk, NK_VALUES), OFFSET_NIL);
    put32(m, in_cell(nk, NK_VALUE_COUNT), 0);
    return true;
}

static bool drop_value(struct hp_mutator *m, uint32_t nk)
{
    uint32_t count = value_count(m, nk);

    if (count < 2)
        return false;
    put32(m, in_cell(nk, NK_VALUE_COUNT), count - 1);
    return true;
}

static bool drop_child(struct hp_mutator *m, uint32_t nk)
{
    size_t element = child_pick(m, nk);

    if (element == 0)
        return false;
    child_remove(m, nk, element);
    return true;
}

static bool trim_key(struct hp_mutator *m, size_t n)
{
    static bool (*const steps[PER_KEY])(struct hp_mutator *, uint32_t) = {
        drop_subkeys, drop_values, drop_child, drop_value};
    size_t keys = m->kind_count[KIND_NK];
    uint32_t nk = nth_of_kind(m, KIND_NK, n % keys);

    return nk != 0 && steps[n / keys](m, nk);
}

static bool drop_data(struct hp_mutator *m, size_t n)
{
    uint32_t vk = nth_of_kind(m, KIND_VK, n);

    if (vk == 0 || (cell32(m, vk, VK_DATA_SIZE) & VK_INLINE) != 0)
        return false;
    put32(m, in_cell(vk, VK_DATA), 0);
    put32(m, in_cell(vk, VK_DATA_SIZE), VK_INLINE);
    return true;
}

static bool trim_step(struct hp_mutator *m, size_t step)
{
    size_t keys = (size_t)PER_KEY * m->kind_count[KIND_NK];

    if (step == STEP_TAIL) {
        size_t end = (size_t)m->bins_end + BASE_SIZE;
        bool has_tail = m->size > end;
        m->size = has_tail ? end : m->size;
        return has_tail;
    }
    if (step >= steps_of(m))
        return empty_last_bin(m);
    if (step - STEP_KEYS < keys)
        return trim_key(m, step - STEP_KEYS);
    return drop_data(m, step - STEP_KEYS - keys);
}

/* One step, and what follows from it. */
static bool trim_once(struct hp_mutator *m, size_t step)
{
    if (!trim_step(m, step))
        return false;
    free_unneeded(m);
    drop_free_bins(m);
    return true;
}

bool file_compact(struct hp_mutator *m)
{
    size_t steps = steps_of(m);
    size_t before = m->size, room = m->room;

    m->room = m->size; /* no new bins */
    bool done = trim_once(m, percent(m, 30) ? steps : below(m, steps));
    m->room = room;
    trace(m, "file", (uint32_t)before, m->size);
    return done;
}

size_t hp_mutator_trim(struct hp_mutator *m, uint8_t *image, size_t size,
                       size_t step)
{
    trim_begin(m, image, size);
    if (m->cell_count == 0 || m->bin_count == 0)
        return 0;
    bool said_size = get32(m, BASE_BINS_SIZE) == m->bins_end;
    uint32_t checksum = get32(m, BASE_CHECKSUM);
    finish_checksum(m);
    bool said_sum = get32(m, BASE_CHECKSUM) == checksum;
    put32(m, BASE_CHECKSUM, checksum);

    if (!trim_once(m, step))
        return 0;
    if (said_size)
        put32(m, BASE_BINS_SIZE, m->bins_end);
    if (said_sum)
        finish_checksum(m);
    return m->size;
}
