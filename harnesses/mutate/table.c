/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

/* The kind of a cell by its signature; a payload that is too small for the
 * record's fixed part is none. */
static uint32_t kind_by_signature(uint16_t signature, uint32_t payload)
{
    switch (signature) {
    case SIG_NK:
        return payload >= NK_NAME ? KIND_NK : KIND_UNKNOWN;
    case SIG_VK:
        return payload >= VK_NAME ? KIND_VK : KIND_UNKNOWN;
    case SIG_SK:
        return payload >= SK_DESCRIPTOR ? KIND_SK : KIND_UNKNOWN;
    case SIG_DB:
        return payload >= DB_SIZE ? KIND_DB : KIND_UNKNOWN;
    case SIG_LF:
        return KIND_LF;
    case SIG_LH:
        return KIND_LH;
    case SIG_LI:
        return KIND_LI;
    case SIG_RI:
        return KIND_RI;
    default:
        return KIND_UNKNOWN;
    }
}

uint32_t payload_at(const struct hp_mutator *m, uint32_t at)
{
    size_t position = (size_t)at + BASE_SIZE;

    if (at % CELL_ALIGN != 0 || at < BIN_HEADER_SIZE || position >= m->size ||
        m->size - position < CELL_ALIGN)
        return 0;
    uint32_t raw = get32(m, position);
    uint32_t size = UINT32_C(0) - raw;
    if (raw <= INT32_MAX || size < CELL_ALIGN || size > m->size - position)
        return 0;
    return size - CELL_SIZE_FIELD;
}

uint32_t kind_at(const struct hp_mutator *m, uint32_t at)
{
    uint32_t payload = payload_at(m, at);

    return payload == 0 ? KIND_FREE
                        : kind_by_signature(cell16(m, at, 0), payload);
}

/* ---- bins ---------------------------------------------------------------- */

/* A page whose signature is gone is still a bin if it says where it is. */
static bool is_bin(const struct hp_mutator *m, uint32_t at)
{
    size_t position = (size_t)at + BASE_SIZE;

    return get32(m, position) == BIN_SIGNATURE_VALUE ||
           (get32(m, position + BIN_OFFSET) == at && at > 0);
}

static uint32_t bin_size(const struct hp_mutator *m, uint32_t at, uint32_t end)
{
    uint32_t said = get32(m, (size_t)at + BASE_SIZE + BIN_SIZE);
    uint32_t next = at + BIN_ALIGN;

    if (said >= BIN_ALIGN && said % BIN_ALIGN == 0 && said <= end - at)
        return said;
    while (next < end && !is_bin(m, next))
        next += BIN_ALIGN;
    return next < end ? next - at : end - at;
}

static void scan_bins(struct hp_mutator *m)
{
    uint32_t end = (uint32_t)(m->size - BASE_SIZE) & ~(BIN_ALIGN - 1U);
    uint32_t at = 0;

    while (at < end && m->bin_count < m->bin_room) {
        if (!is_bin(m, at)) {
            at += BIN_ALIGN;
            continue;
        }
        struct bin bin = {at, bin_size(m, at, end)};
        m->bins[m->bin_count++] = bin;
        at += bin.size;
        m->bins_end = at;
    }
}

/* ---- cells --------------------------------------------------------------- */

static void add_cell(struct hp_mutator *m, uint32_t at, uint32_t size,
                     uint32_t kind)
{
    m->cells[m->cell_count++] = (struct cell){at, size, kind};
    m->kind_count[kind]++;
}

/* A cell whose size cannot be is taken to reach to the end of its bin. */
static void scan_cells(struct hp_mutator *m, const struct bin *bin)
{
    uint32_t at = bin->at + BIN_HEADER_SIZE;
    uint32_t end = bin->at + bin->size;

    while (end - at >= CELL_ALIGN && m->cell_count < m->cell_room) {
        uint32_t raw = get32(m, (size_t)at + BASE_SIZE);
        bool used = raw > INT32_MAX;
        uint32_t size = used ? UINT32_C(0) - raw : raw;
        if (size < CELL_ALIGN || size % CELL_ALIGN != 0 || size > end - at)
            size = end - at;
        add_cell(
            m, at, size,
            used ? kind_by_signature(cell16(m, at, 0), size - CELL_SIZE_FIELD)
                 : KIND_FREE);
        at += size;
    }
}

/* A large hive is seen through a window of bins, half of the time the one that
 * holds the root. */
static size_t first_bin(struct hp_mutator *m)
{
    enum { SMALL = 128 << 10 };
    uint32_t root = get32(m, BASE_ROOT);

    if (m->size <= SMALL || m->whole || m->bin_count == 0)
        return 0;
    if (percent(m, 50))
        return below(m, m->bin_count);
    for (size_t i = 0; i < m->bin_count; i++)
        if (root - m->bins[i].at < m->bins[i].size)
            return i;
    return 0;
}

void table_set_kind(struct hp_mutator *m, struct cell *cell, uint32_t kind)
{
    m->kind_count[cell->kind]--;
    cell->kind = kind;
    m->kind_count[kind]++;
}

/* A cell without signature is what it is used as. */
static void set_used_as(struct hp_mutator *m, uint32_t at, uint32_t kind)
{
    struct cell *cell = table_find(m, at);

    if (cell != NULL && cell->kind == KIND_UNKNOWN)
        table_set_kind(m, cell, kind);
}

/* *budget: many db may share a long list. */
static void name_segments(struct hp_mutator *m, uint32_t db, size_t *budget)
{
    uint32_t list = cell32(m, db, DB_LIST);
    uint32_t count = cell16(m, db, DB_COUNT);
    struct cell *cell = table_find(m, list);

    set_used_as(m, list, KIND_SEGMENTS);
    if (cell == NULL || cell->kind != KIND_SEGMENTS)
        return;
    for (uint32_t i = 0; i < count && 4 * i + 8 <= cell->size && *budget > 0;
         i++, --*budget)
        set_used_as(m, cell32(m, list, 4 * i), KIND_DATA);
}

static void name_by_use(struct hp_mutator *m)
{
    size_t budget = 16 * (m->cell_room + UINT16_MAX);

    for (size_t i = 0; i < m->cell_count; i++) {
        uint32_t at = m->cells[i].at;
        switch (m->cells[i].kind) {
        case KIND_NK:
            set_used_as(m, cell32(m, at, NK_VALUES), KIND_VALUES);
            set_used_as(m, cell32(m, at, NK_CLASS), KIND_CLASS);
            break;
        case KIND_VK:
            if ((cell32(m, at, VK_DATA_SIZE) & VK_INLINE) == 0)
                set_used_as(m, cell32(m, at, VK_DATA), KIND_DATA);
            break;
        case KIND_DB:
            name_segments(m, at, &budget);
            break;
        default:
            break;
        }
    }
}

void table_scan(struct hp_mutator *m)
{
    m->cell_count = m->bin_count = 0;
    m->room_hint = SIZE_MAX;
    m->bins_end = 0;
    memset(m->kind_count, 0, sizeof m->kind_count);
    if (m->size <= BASE_SIZE)
        return;
    scan_bins(m);
    for (size_t i = first_bin(m);
         i < m->bin_count && m->cell_count < m->cell_room; i++)
        scan_cells(m, &m->bins[i]);
    name_by_use(m);
}

/* The first cell at or behind `at`. */
static size_t lower_bound(const struct hp_mutator *m, uint32_t at)
{
    size_t low = 0, high = m->cell_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (m->cells[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct cell *table_find(struct hp_mutator *m, uint32_t at)
{
    if (at % CELL_ALIGN != 0 || at >= m->bins_end)
        return NULL;
    size_t i = lower_bound(m, at);
    return i < m->cell_count && m->cells[i].at == at ? &m->cells[i] : NULL;
}

struct cell *table_find_around(struct hp_mutator *m, uint32_t at)
{
    size_t i = lower_bound(m, at);

    if (i < m->cell_count && m->cells[i].at == at)
        return &m->cells[i];
    return i > 0 && at - m->cells[i - 1].at < m->cells[i - 1].size
               ? &m->cells[i - 1]
               : NULL;
}

bool table_insert(struct hp_mutator *m, struct cell cell)
{
    if (m->cell_count == m->cell_room)
        return false;
    size_t i = lower_bound(m, cell.at);
    memmove(&m->cells[i + 1], &m->cells[i],
            (m->cell_count - i) * sizeof m->cells[0]);
    m->cells[i] = cell;
    m->cell_count++;
    m->kind_count[cell.kind]++;
    return true;
}

size_t table_count(const struct hp_mutator *m, unsigned kinds)
{
    size_t count = 0;

    for (unsigned kind = 0; kind < KIND_COUNT; kind++)
        if ((kinds & KINDS(kind)) != 0)
            count += m->kind_count[kind];
    return count;
}

struct cell *table_pick(struct hp_mutator *m, unsigned kinds)
{
    size_t count = table_count(m, kinds);

    if (count == 0)
        return NULL;
    uint32_t left = below(m, count);
    for (size_t i = 0; i < m->cell_count; i++)
        if ((kinds & KINDS(m->cells[i].kind)) != 0 && left-- == 0)
            return &m->cells[i];
    return NULL;
}

/* ---- slots that hold references ------------------------------------------ */

uint32_t list_count(const struct hp_mutator *m, uint32_t at)
{
    uint32_t payload = payload_at(m, at);
    uint32_t width = element_size(kind_at(m, at));
    uint32_t said = cell16(m, at, LIST_COUNT);

    if (payload < LIST_ELEMENTS)
        return 0;
    uint32_t fit = (payload - LIST_ELEMENTS) / width;
    return said < fit ? said : fit;
}

static size_t fixed_slot(const struct cell *cell, const uint8_t *fields,
                         uint32_t count, uint32_t n)
{
    return n < count && fields[n] + 8U <= cell->size
               ? in_cell(cell->at, fields[n])
               : 0;
}

size_t reference_slot(const struct hp_mutator *m, const struct cell *cell,
                      uint32_t n)
{
    static const uint8_t nk[] = {NK_SUBKEYS, NK_VALUES, NK_SECURITY, NK_CLASS,
                                 NK_PARENT};
    static const uint8_t sk[] = {SK_FLINK, SK_BLINK};
    static const uint8_t db[] = {DB_LIST};
    static const uint8_t vk[] = {VK_DATA};

    switch (cell->kind) {
    case KIND_NK:
        return fixed_slot(cell, nk, sizeof nk, n);
    case KIND_SK:
        return fixed_slot(cell, sk, sizeof sk, n);
    case KIND_DB:
        return fixed_slot(cell, db, sizeof db, n);
    case KIND_VK:
        return cell32(m, cell->at, VK_DATA_SIZE) & VK_INLINE
                   ? 0
                   : fixed_slot(cell, vk, sizeof vk, n);
    case KIND_VALUES:
    case KIND_SEGMENTS:
        return n < (cell->size - CELL_SIZE_FIELD) / 4 ? in_cell(cell->at, 4 * n)
                                                      : 0;
    case KIND_LF:
    case KIND_LH:
    case KIND_LI:
    case KIND_RI:
        return n < list_count(m, cell->at)
                   ? in_cell(cell->at,
                             LIST_ELEMENTS + n * element_size(cell->kind))
                   : 0;
    default:
        return 0;
    }
}

static void leaves_enter(const struct hp_mutator *m, struct leaf_walk *walk,
                         uint32_t list)
{
    uint32_t kind = kind_at(m, list);

    if (walk->depth == sizeof walk->list / sizeof walk->list[0] ||
        (KINDS(kind) & LISTS) == 0) {
        walk->whole = false;
        return;
    }
    walk->list[walk->depth] = list;
    walk->kind[walk->depth] = kind;
    walk->count[walk->depth] = list_count(m, list);
    walk->next[walk->depth++] = 0;
}

struct leaf_walk leaves_of(const struct hp_mutator *m, uint32_t list)
{
    struct leaf_walk walk = {.budget = (uint32_t)m->cell_room, .whole = true};

    leaves_enter(m, &walk, list);
    return walk;
}

bool leaves_next(const struct hp_mutator *m, struct leaf_walk *walk,
                 size_t *position)
{
    while (walk->depth > 0) {
        unsigned top = walk->depth - 1;
        if (walk->next[top] == walk->count[top]) {
            walk->depth--;
            continue;
        }
        if (walk->budget == 0) {
            walk->whole = false;
            return false;
        }
        walk->budget--;
        uint32_t n = walk->next[top]++;
        *position = in_cell(walk->list[top],
                            LIST_ELEMENTS + n * element_size(walk->kind[top]));
        if (walk->kind[top] != KIND_RI)
            return true;
        leaves_enter(m, walk, get32(m, *position));
    }
    return false;
}

void trace(struct hp_mutator *m, const char *what, uint32_t at, uint64_t value)
{
    if (m->trace_count < TRACE_STEPS)
        m->trace[m->trace_count++] =
            (struct trace_step){m->current, what, at, value};
}
