/* SPDX-License-Identifier: Apache-2.0
 *
 * Packing: cells that are used move together, into as few bins as they need,
 * and what refers to them follows. Free cells that are referred to are used
 * for a lie, so they come along. A cell that reaches too far stays the last
 * one of its bin, and comes last. */
#include "minimize_parts.h"

struct packer {
    struct hp_minimizer *mz;
    bool trims;       /* cells become as small as what they hold */
    bool shifts;      /* references past the end stay as far past it */
    size_t from, to;  /* bins outside of these stay as they are */
    uint32_t at, end; /* of the open bin: the next cell, the end; both are the
                       * end of the bins so far when none is open */
    bool full;        /* that would be no smaller */
};

static void write32(uint8_t *bytes, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> 8 * i & 0xFF);
}

/* The byte of the candidate at hive offset `at`. */
static uint8_t *new_byte(const struct packer *p, uint32_t at)
{
    return p->mz->work + p->mz->before + BASE_SIZE + at;
}

static const uint8_t *old_byte(const struct packer *p, uint32_t at)
{
    return p->mz->best + p->mz->before + BASE_SIZE + at;
}

/* ---- what has to be kept ------------------------------------------------- */

/* Marks what is used, and free cells that something refers to. */
static void mark_kept(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;
    size_t slot;

    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        if (cell->kind == KIND_FREE)
            continue;
        mz->facts[i] |= FACT_MARKED;
        for (uint32_t n = 0; (slot = minimize_slot(mz, cell, n)) != 0; n++) {
            struct cell *to = table_find_around(m, get32(m, slot));
            if (to != NULL)
                mz->facts[to - m->cells] |= FACT_MARKED;
        }
    }
    struct cell *root = table_find_around(m, get32(m, BASE_ROOT));
    if (root != NULL)
        mz->facts[root - m->cells] |= FACT_MARKED;
}

/* Raises what the cell at `at` has to hold; mz->waiting has it, by number. */
static void need(struct hp_minimizer *mz, uint32_t at, uint32_t bytes)
{
    const struct cell *cell = table_find(mz->m, at);

    if (cell != NULL && mz->waiting[cell - mz->m->cells] < bytes)
        mz->waiting[cell - mz->m->cells] = bytes;
}

static void need_segments(struct hp_minimizer *mz, uint32_t db, uint32_t size)
{
    uint32_t list = cell32(mz->m, db, DB_LIST);
    uint32_t count = payload_at(mz->m, list) / 4;

    if (count > cell16(mz->m, db, DB_COUNT))
        count = cell16(mz->m, db, DB_COUNT);
    for (uint32_t i = 0; i < count && mz->budget > 0; i++, mz->budget--) {
        uint32_t part = size < DB_SEGMENT_MOST ? size : DB_SEGMENT_MOST;
        need(mz, cell32(mz->m, list, 4 * i), part);
        size -= part;
    }
}

/* What the cell holds by itself; UINT32_MAX: all of it. */
static uint32_t own_need(struct hp_minimizer *mz, const struct cell *cell)
{
    struct hp_mutator *m = mz->m;
    uint32_t at = cell->at;

    switch (cell->kind) {
    case KIND_NK:
        return NK_NAME + cell16(m, at, NK_NAME_LENGTH);
    case KIND_VK:
        return VK_NAME + cell16(m, at, VK_NAME_LENGTH);
    case KIND_SK:
        return cell32(m, at, SK_DESCRIPTOR_SIZE) > INT32_MAX
                   ? UINT32_MAX
                   : SK_DESCRIPTOR + cell32(m, at, SK_DESCRIPTOR_SIZE);
    case KIND_LF:
    case KIND_LH:
    case KIND_LI:
    case KIND_RI:
        return LIST_ELEMENTS +
               cell16(m, at, LIST_COUNT) * element_size(cell->kind);
    case KIND_VALUES:
    case KIND_SEGMENTS:
        return 4 * mz->length[cell - m->cells];
    case KIND_DB:
        return DB_SIZE;
    case KIND_CLASS:
    case KIND_DATA:
        return 0; /* its owners say */
    default:
        return UINT32_MAX;
    }
}

static void learn_needs(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;

    mz->budget = minimize_budget(mz);
    for (size_t i = 0; i < m->cell_count; i++)
        mz->waiting[i] = own_need(mz, &m->cells[i]);
    for (size_t i = 0; i < m->cell_count; i++) {
        uint32_t at = m->cells[i].at, size = cell32(m, at, VK_DATA_SIZE);
        if (m->cells[i].kind == KIND_NK)
            need(mz, cell32(m, at, NK_CLASS), cell16(m, at, NK_CLASS_LENGTH));
        if (m->cells[i].kind != KIND_VK || (size & VK_INLINE) != 0)
            continue;
        uint32_t data = cell32(m, at, VK_DATA);
        need(mz, data, kind_at(m, data) == KIND_DB ? DB_SIZE : size);
        if (kind_at(m, data) == KIND_DB)
            need_segments(mz, data, size);
    }
}

/* ---- bins ---------------------------------------------------------------- */

static uint32_t whole_bins(uint32_t bytes)
{
    return (bytes + BIN_ALIGN - 1) & ~(BIN_ALIGN - 1U);
}

static bool has_room(struct packer *p, uint32_t bytes)
{
    size_t most = p->mz->size - p->mz->before - BASE_SIZE;

    p->full = p->full || p->end > most || bytes > most - p->end;
    return !p->full;
}

/* What is left of the open bin is one free cell. */
static void close_bin(struct packer *p)
{
    if (p->at < p->end) {
        memset(new_byte(p, p->at), 0, p->end - p->at);
        write32(new_byte(p, p->at), p->end - p->at);
    }
    p->at = p->end;
}

static void open_bin(struct packer *p, uint32_t size)
{
    close_bin(p);
    if (!has_room(p, size))
        return;
    uint8_t *bin = new_byte(p, p->end);
    memset(bin, 0, size);
    write32(bin + BIN_SIGNATURE, BIN_SIGNATURE_VALUE);
    write32(bin + BIN_OFFSET, p->end);
    write32(bin + BIN_SIZE, size);
    p->at = p->end + BIN_HEADER_SIZE;
    p->end += size;
}

/* A bin as it is, but for where it says that it is; `first` is the number of
 * its first cell. */
static void copy_bin(struct packer *p, const struct bin *bin, size_t first)
{
    struct hp_mutator *m = p->mz->m;

    close_bin(p);
    if (!has_room(p, bin->size))
        return;
    memmove(new_byte(p, p->end), old_byte(p, bin->at), bin->size);
    if (get32(m, BASE_SIZE + (size_t)bin->at + BIN_OFFSET) == bin->at)
        write32(new_byte(p, p->end) + BIN_OFFSET, p->end);
    for (size_t i = first;
         i < m->cell_count && m->cells[i].at - bin->at < bin->size; i++)
        p->mz->moved_to[i] = p->end + (m->cells[i].at - bin->at);
    p->end += bin->size;
    p->at = p->end;
}

/* ---- cells --------------------------------------------------------------- */

/* True if the size that the cell has by itself cannot be. */
static bool is_lying(const struct hp_mutator *m, const struct cell *cell)
{
    uint32_t raw = get32(m, BASE_SIZE + (size_t)cell->at);

    return raw != cell->size && UINT32_C(0) - raw != cell->size;
}

static uint32_t packed_size(const struct packer *p, size_t i)
{
    const struct cell *cell = &p->mz->m->cells[i];
    uint32_t bytes = p->mz->waiting[i];

    if (!p->trims || bytes > cell->size - CELL_SIZE_FIELD)
        return cell->size;
    bytes = (bytes + CELL_SIZE_FIELD + CELL_ALIGN - 1) & ~(CELL_ALIGN - 1U);
    return bytes < cell->size ? bytes : cell->size;
}

static void copy_cell(struct packer *p, size_t i, uint32_t size)
{
    const struct cell *cell = &p->mz->m->cells[i];

    memcpy(new_byte(p, p->at), old_byte(p, cell->at), size);
    if (size < cell->size)
        write32(new_byte(p, p->at), UINT32_C(0) - size);
    p->mz->moved_to[i] = p->at;
    p->at += size;
}

static void place(struct packer *p, size_t i)
{
    uint32_t size = packed_size(p, i);

    if (size > p->end - p->at)
        open_bin(p, whole_bins(size + BIN_HEADER_SIZE));
    if (!p->full)
        copy_cell(p, i, size);
}

/* At the end of a bin of its own. */
static void place_last(struct packer *p, size_t i)
{
    uint32_t size = p->mz->m->cells[i].size;

    open_bin(p, whole_bins(size + BIN_HEADER_SIZE));
    if (p->full)
        return;
    if (p->end - p->at > size)
        write32(new_byte(p, p->at), p->end - p->at - size);
    p->at = p->end - size;
    copy_cell(p, i, size);
}

static void place_all(struct packer *p)
{
    struct hp_minimizer *mz = p->mz;
    struct hp_mutator *m = mz->m;
    size_t bin = 0;

    for (size_t i = 0; i < m->cell_count && !p->full; i++) {
        while (bin < m->bin_count &&
               m->cells[i].at - m->bins[bin].at >= m->bins[bin].size)
            bin++;
        if (bin < p->from || bin >= p->to) {
            if (mz->moved_to[i] == 0 && bin < m->bin_count)
                copy_bin(p, &m->bins[bin], i);
        } else if ((mz->facts[i] & FACT_MARKED) != 0 &&
                   !is_lying(m, &m->cells[i])) {
            place(p, i);
        }
    }
    for (size_t i = 0; i < m->cell_count && !p->full; i++)
        if ((mz->facts[i] & FACT_MARKED) != 0 && mz->moved_to[i] == 0)
            place_last(p, i);
    close_bin(p);
}

/* ---- references ---------------------------------------------------------- */

static uint32_t moved(const struct packer *p, uint32_t at)
{
    struct hp_minimizer *mz = p->mz;
    const struct cell *cell = table_find_around(mz->m, at);

    if (cell != NULL && mz->moved_to[cell - mz->m->cells] != 0)
        return mz->moved_to[cell - mz->m->cells] + (at - cell->at);
    if (cell == NULL && p->shifts && at >= mz->m->bins_end && at != OFFSET_NIL)
        return at - mz->m->bins_end + p->end;
    return at;
}

static void lead_references(const struct packer *p)
{
    struct hp_minimizer *mz = p->mz;
    struct hp_mutator *m = mz->m;
    size_t slot;

    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        uint32_t to = mz->moved_to[i];
        for (uint32_t n = 0; to != 0 && cell->kind != KIND_FREE &&
                             (slot = reference_slot(m, cell, n)) != 0;
             n++) {
            size_t in = slot - BASE_SIZE - cell->at;
            if (in < packed_size(p, i) || !p->trims)
                write32(new_byte(p, to) + in, moved(p, get32(m, slot)));
        }
    }
    write32(mz->work + mz->before + BASE_ROOT, moved(p, get32(m, BASE_ROOT)));
}

/* ---- one packing --------------------------------------------------------- */

/* What is behind the bins stays there. */
static void finish_file(struct packer *p)
{
    struct hp_minimizer *mz = p->mz;
    struct hp_mutator *m = mz->m;
    size_t end = mz->before + BASE_SIZE + (size_t)m->bins_end;
    size_t tail = mz->size > end ? mz->size - end : 0;
    uint32_t said = get32(m, BASE_BINS_SIZE);

    if (tail > 0)
        memcpy(new_byte(p, p->end), mz->best + end, tail);
    mz->work_size = mz->before + BASE_SIZE + p->end + tail;
    if (mz->right_size)
        said = p->end;
    else if (p->shifts)
        said = said - m->bins_end + p->end;
    write32(mz->work + mz->before + BASE_BINS_SIZE, said);
    m->image = mz->work + mz->before;
    m->size = mz->work_size - mz->before;
    if (mz->right_sum)
        finish_checksum(m);
}

/* Packs bins[from..to) and asks. */
static bool pack(struct hp_minimizer *mz, size_t from, size_t to, unsigned way)
{
    struct packer p = {.mz = mz,
                       .trims = (way & 2) == 0,
                       .shifts = (way & 1) != 0,
                       .from = from,
                       .to = to};

    minimize_look(mz);
    if (mz->size <= mz->before + BASE_SIZE)
        return false;
    memset(mz->moved_to, 0, mz->m->cell_count * sizeof *mz->moved_to);
    mark_kept(mz);
    learn_needs(mz);
    memcpy(mz->work, mz->best, mz->before + BASE_SIZE);
    place_all(&p);
    if (p.full || p.end > mz->m->bins_end)
        return false;
    lead_references(&p);
    finish_file(&p);
    return minimize_ask(mz);
}

static bool pack_any_way(struct hp_minimizer *mz, size_t from, size_t to)
{
    for (unsigned way = 0; way < 4 && !mz->stopped; way++)
        if (pack(mz, from, to, way))
            return true;
    return false;
}

/* All bins, or where something needs to be where it is, all others. */
void minimize_pack(struct hp_minimizer *mz)
{
    size_t size = mz->size;

    mz->step = "packing";
    if (pack_any_way(mz, 0, SIZE_MAX) && mz->size < size)
        return;
    minimize_look(mz);
    size_t count = mz->m->bin_count;
    for (size_t chunk = count / 2; chunk > 0 && !mz->stopped; chunk /= 2) {
        for (size_t at = 0; at < count && !mz->stopped;) {
            size = mz->size;
            bool packed = pack_any_way(mz, at, at + chunk);
            minimize_look(mz);
            at += packed && mz->size < size ? 0 : chunk;
            count = mz->m->bin_count;
        }
    }
}
