/* SPDX-License-Identifier: Apache-2.0 */
#include "finish.h"

#include "utf16.h"

/* ---- tiles --------------------------------------------------------------- */

static bool fix32(struct hp_mutator *m, size_t position, uint32_t value)
{
    if (get32(m, position) == value)
        return false;
    put32(m, position, value);
    return true;
}

/* A page between the bins that is none becomes an empty one. */
static bool fill_gap(struct hp_mutator *m, uint32_t from, uint32_t to)
{
    size_t position = (size_t)from + BASE_SIZE;

    if (from == to)
        return false;
    put32(m, position + BIN_SIGNATURE, BIN_SIGNATURE_VALUE);
    put32(m, position + BIN_OFFSET, from);
    put32(m, position + BIN_SIZE, to - from);
    put32(m, position + BIN_HEADER_SIZE, to - from - BIN_HEADER_SIZE);
    return true;
}

static bool tile_bins(struct hp_mutator *m)
{
    uint32_t expected = 0;
    bool changed = false;

    for (size_t i = 0; i < m->bin_count; i++) {
        const struct bin *bin = &m->bins[i];
        size_t position = (size_t)bin->at + BASE_SIZE;
        changed |= fill_gap(m, expected, bin->at);
        changed |= fix32(m, position + BIN_SIGNATURE, BIN_SIGNATURE_VALUE);
        changed |= fix32(m, position + BIN_OFFSET, bin->at);
        changed |= fix32(m, position + BIN_SIZE, bin->size);
        expected = bin->at + bin->size;
    }
    return changed;
}

static void tile(struct hp_mutator *m)
{
    bool changed = tile_bins(m);

    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        uint32_t size =
            cell->kind == KIND_FREE ? cell->size : UINT32_C(0) - cell->size;
        changed |= fix32(m, (size_t)cell->at + BASE_SIZE, size);
    }
    if (changed)
        table_scan(m);
}

/* ---- references ---------------------------------------------------------- */

static bool leads_to(const struct hp_mutator *m, uint32_t at, unsigned kinds)
{
    return (KINDS(kind_at(m, at)) & kinds) != 0;
}

/* The elements of a list that lie in its cell also where that lies about its
 * size: what is behind them belongs to others. */
static uint32_t own_elements(const struct hp_mutator *m,
                             const struct cell *cell)
{
    uint32_t count = list_count(m, cell->at);
    uint32_t fit = cell->size < CELL_SIZE_FIELD + LIST_ELEMENTS
                       ? 0
                       : (cell->size - CELL_SIZE_FIELD - LIST_ELEMENTS) /
                             element_size(cell->kind);

    return count < fit ? count : fit;
}

/* Takes the elements out of a list that do not lead to `kinds`. */
static void sweep_list(struct hp_mutator *m, const struct cell *cell)
{
    uint32_t width = element_size(cell->kind), at = cell->at, kept = 0;
    uint32_t count = own_elements(m, cell);
    unsigned wanted = cell->kind == KIND_RI ? LISTS : KINDS(KIND_NK);

    for (uint32_t i = 0; i < count; i++) {
        size_t from = in_cell(at, LIST_ELEMENTS + i * width);
        size_t to = in_cell(at, LIST_ELEMENTS + kept * width);
        if (!leads_to(m, get32(m, from), wanted))
            continue;
        if (to != from)
            copy_within(m, to, from, width);
        kept++;
    }
    if (kept != cell16(m, at, LIST_COUNT))
        put16(m, in_cell(at, LIST_COUNT), kept);
}

static void sweep_values(struct hp_mutator *m, uint32_t nk)
{
    uint32_t list = cell32(m, nk, NK_VALUES), kept = 0;
    uint32_t said = cell32(m, nk, NK_VALUE_COUNT);
    const struct cell *cell = table_find(m, list);
    uint32_t fit = cell == NULL ? payload_at(m, list) : cell->size - 4;
    uint32_t count = said < fit / 4 ? said : fit / 4;

    if (said == 0 || (cell16(m, nk, NK_FLAGS) & NK_FLAG_PREDEFINED) != 0)
        return;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t vk = cell32(m, list, 4 * i);
        if (!leads_to(m, vk, KINDS(KIND_VK)))
            continue;
        if (kept != i)
            put32(m, in_cell(list, 4 * kept), vk);
        kept++;
    }
    if (kept == count && count > 0)
        return;
    put32(m, in_cell(nk, NK_VALUE_COUNT), kept);
    if (kept == 0)
        put32(m, in_cell(nk, NK_VALUES), OFFSET_NIL);
}

static void sweep_key(struct hp_mutator *m, uint32_t nk, uint32_t sk)
{
    if (cell32(m, nk, NK_SUBKEY_COUNT) != 0 &&
        !leads_to(m, cell32(m, nk, NK_SUBKEYS), LISTS)) {
        put32(m, in_cell(nk, NK_SUBKEYS), OFFSET_NIL);
        put32(m, in_cell(nk, NK_SUBKEY_COUNT), 0);
    }
    sweep_values(m, nk);
    if (!leads_to(m, cell32(m, nk, NK_SECURITY), KINDS(KIND_SK)))
        put32(m, in_cell(nk, NK_SECURITY), sk);
    if (cell16(m, nk, NK_CLASS_LENGTH) != 0 &&
        payload_at(m, cell32(m, nk, NK_CLASS)) == 0) {
        put32(m, in_cell(nk, NK_CLASS), OFFSET_NIL);
        put16(m, in_cell(nk, NK_CLASS_LENGTH), 0);
    }
}

static void sweep_value(struct hp_mutator *m, uint32_t vk)
{
    uint32_t size = cell32(m, vk, VK_DATA_SIZE);

    if ((size & VK_INLINE) == 0 && payload_at(m, cell32(m, vk, VK_DATA)) == 0) {
        put32(m, in_cell(vk, VK_DATA), 0);
        put32(m, in_cell(vk, VK_DATA_SIZE), VK_INLINE);
    }
}

static void sweep(struct hp_mutator *m)
{
    uint32_t sk = OFFSET_NIL;

    for (size_t i = 0; i < m->cell_count && sk == OFFSET_NIL; i++)
        if (m->cells[i].kind == KIND_SK)
            sk = m->cells[i].at;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        if ((KINDS(cell->kind) & LISTS) != 0)
            sweep_list(m, cell);
        else if (cell->kind == KIND_NK)
            sweep_key(m, cell->at, sk);
        else if (cell->kind == KIND_VK)
            sweep_value(m, cell->at);
    }
}

/* ---- counts and lengths -------------------------------------------------- */

/* Children below `nk`, each made to name its parent when `parents` says so. */
static uint32_t visit_children(struct hp_mutator *m, uint32_t nk, bool parents,
                               bool *whole)
{
    struct leaf_walk walk = leaves_of(m, cell32(m, nk, NK_SUBKEYS));
    uint32_t count = 0;
    size_t element;

    while (leaves_next(m, &walk, &element)) {
        uint32_t child = get32(m, element);
        count++;
        if (parents && kind_at(m, child) == KIND_NK &&
            table_find(m, child) != NULL)
            put32(m, in_cell(child, NK_PARENT), nk);
    }
    *whole = walk.whole;
    return count;
}

/* The value count that the cell of the list leaves of what `nk` says. */
static uint32_t value_fit(const struct hp_mutator *m, uint32_t nk)
{
    uint32_t said = cell32(m, nk, NK_VALUE_COUNT);
    uint32_t fit = payload_at(m, cell32(m, nk, NK_VALUES)) / 4;

    return said < fit ? said : fit;
}

static void clamp16(struct hp_mutator *m, size_t position, uint32_t most)
{
    if (get16(m, position) > most)
        put16(m, position, most);
}

static void count_key(struct hp_mutator *m, const struct cell *cell)
{
    uint32_t nk = cell->at, payload = cell->size - CELL_SIZE_FIELD;
    bool whole;

    if (payload < NK_NAME)
        return;
    uint32_t children = visit_children(m, nk, false, &whole);
    if (cell32(m, nk, NK_SUBKEY_COUNT) != 0 && whole)
        put32(m, in_cell(nk, NK_SUBKEY_COUNT), children);
    if ((cell16(m, nk, NK_FLAGS) & NK_FLAG_PREDEFINED) == 0 &&
        cell32(m, nk, NK_VALUE_COUNT) != value_fit(m, nk))
        put32(m, in_cell(nk, NK_VALUE_COUNT), value_fit(m, nk));
    clamp16(m, in_cell(nk, NK_NAME_LENGTH), payload - NK_NAME);
    clamp16(m, in_cell(nk, NK_CLASS_LENGTH),
            payload_at(m, cell32(m, nk, NK_CLASS)));
}

/* Data of a value may lie in a cell or in the segments of a db, which only the
 * table knows; a db is left as it is. */
static void count_value(struct hp_mutator *m, const struct cell *cell)
{
    uint32_t vk = cell->at, payload = cell->size - CELL_SIZE_FIELD;
    uint32_t size = cell32(m, vk, VK_DATA_SIZE);
    uint32_t data = cell32(m, vk, VK_DATA);

    if (payload < VK_NAME)
        return;
    clamp16(m, in_cell(vk, VK_NAME_LENGTH), payload - VK_NAME);
    if ((size & VK_INLINE) != 0) {
        if ((size & ~VK_INLINE) > VK_INLINE_MOST)
            put32(m, in_cell(vk, VK_DATA_SIZE), VK_INLINE | VK_INLINE_MOST);
    } else if (size > payload_at(m, data) && payload_at(m, data) > 0 &&
               kind_at(m, data) != KIND_DB) {
        put32(m, in_cell(vk, VK_DATA_SIZE), payload_at(m, data));
    }
}

static void count_db(struct hp_mutator *m, uint32_t db)
{
    clamp16(m, in_cell(db, DB_COUNT),
            payload_at(m, cell32(m, db, DB_LIST)) / 4);
}

static void count(struct hp_mutator *m)
{
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        if (cell->kind == KIND_NK)
            count_key(m, cell);
        else if (cell->kind == KIND_VK)
            count_value(m, cell);
        else if (cell->kind == KIND_DB)
            count_db(m, cell->at);
        else if ((KINDS(cell->kind) & LISTS) != 0)
            clamp16(m, in_cell(cell->at, LIST_COUNT), list_count(m, cell->at));
    }
}

static void name_parents(struct hp_mutator *m)
{
    bool whole;

    for (size_t i = 0; i < m->cell_count; i++)
        if (m->cells[i].kind == KIND_NK)
            (void)visit_children(m, m->cells[i].at, true, &whole);
}

/* ---- lists --------------------------------------------------------------- */

/* The name of a key as far as it lies in its cell. */
struct key_name {
    size_t position;
    uint32_t units;
    bool compressed;
};

static struct key_name name_of(const struct hp_mutator *m, uint32_t nk)
{
    uint32_t payload = payload_at(m, nk);
    uint32_t size = cell16(m, nk, NK_NAME_LENGTH);
    bool compressed = (cell16(m, nk, NK_FLAGS) & NK_FLAG_COMPRESSED) != 0;

    if (payload < NK_NAME || size > payload - NK_NAME)
        size = 0;
    return (struct key_name){in_cell(nk, NK_NAME), compressed ? size : size / 2,
                             compressed};
}

static uint16_t unit_of(const struct hp_mutator *m, const struct key_name *name,
                        uint32_t i)
{
    return name->compressed ? get8(m, name->position + i)
                            : get16(m, name->position + 2 * (size_t)i);
}

static int compare_names(const struct hp_mutator *m, uint32_t a, uint32_t b)
{
    struct key_name x = name_of(m, a), y = name_of(m, b);

    if (a == b) /* a list may name one key thousands of times */
        return 0;
    for (uint32_t i = 0; i < x.units && i < y.units; i++) {
        int difference =
            hp_upcase(unit_of(m, &x, i)) - hp_upcase(unit_of(m, &y, i));
        if (difference != 0)
            return difference;
    }
    return x.units < y.units ? -1 : x.units > y.units;
}

uint32_t list_hint(const struct hp_mutator *m, uint32_t nk, uint32_t kind)
{
    struct key_name name = name_of(m, nk);
    uint32_t hash = 0;

    if (kind == KIND_LH) {
        for (uint32_t i = 0; i < name.units; i++)
            hash = 37 * hash + hp_upcase(unit_of(m, &name, i));
        return hash;
    }
    for (uint32_t i = 0; i < name.units && i < 4; i++) {
        uint16_t unit = unit_of(m, &name, i);
        if (unit > UINT8_MAX)
            return 0;
        hash |= (uint32_t)unit << 8 * i;
    }
    return hash;
}

static uint32_t element_of(const struct hp_mutator *m, const struct cell *list,
                           uint32_t n)
{
    return cell32(m, list->at, LIST_ELEMENTS + n * element_size(list->kind));
}

bool list_is_sorted(const struct hp_mutator *m, const struct cell *list)
{
    uint32_t count = own_elements(m, list);

    for (uint32_t i = 1; i < count; i++)
        if (compare_names(m, element_of(m, list, i - 1),
                          element_of(m, list, i)) >= 0)
            return false;
    return true;
}

/* Insertion: lists are nearly sorted, and longer ones are left alone. */
void list_sort(struct hp_mutator *m, const struct cell *list)
{
    enum { LONG = 512 };
    uint8_t held[LIST_ELEMENT_LONG];
    uint32_t at = list->at, width = element_size(list->kind);
    uint32_t elements = own_elements(m, list);

    for (uint32_t i = 1; i < elements && elements <= LONG; i++) {
        size_t from = in_cell(at, LIST_ELEMENTS + i * width);
        uint32_t key = get32(m, from), to = i;
        memcpy(held, m->image + from, width);
        while (to > 0 &&
               compare_names(m, cell32(m, at, LIST_ELEMENTS + (to - 1) * width),
                             key) > 0) {
            size_t higher = in_cell(at, LIST_ELEMENTS + (to - 1) * width);
            copy_within(m, higher + width, higher, width);
            to--;
        }
        put_bytes(m, in_cell(at, LIST_ELEMENTS + to * width), held, width);
    }
}

bool list_has_hints(const struct hp_mutator *m, const struct cell *list)
{
    enum { UNITS_MOST = 1 << 22 }; /* of names, which many may share */
    uint32_t count = own_elements(m, list), units = 0;

    for (uint32_t i = 0; list->kind != KIND_LI && i < count; i++) {
        units += name_of(m, element_of(m, list, i)).units;
        if (units > UNITS_MOST ||
            cell32(m, list->at, LIST_HINTS + i * LIST_ELEMENT_LONG) !=
                list_hint(m, element_of(m, list, i), list->kind))
            return false;
    }
    return true;
}

void list_write_hints(struct hp_mutator *m, const struct cell *list)
{
    uint32_t before = 0, hint = 0, at = list->at, kind = list->kind;
    uint32_t elements = own_elements(m, list);

    if (kind == KIND_LI)
        return;
    for (uint32_t n = 0; n < elements; n++) {
        size_t element = in_cell(at, LIST_ELEMENTS + n * LIST_ELEMENT_LONG);
        uint32_t key = get32(m, element);
        if (n == 0 || key != before)
            hint = list_hint(m, key, kind);
        put32(m, element + 4, hint);
        before = key;
    }
}

static void sort_lists(struct hp_mutator *m)
{
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        if ((KINDS(cell->kind) & LEAVES) == 0)
            continue;
        list_sort(m, cell);
        list_write_hints(m, cell);
    }
}

/* ---- security ------------------------------------------------------------ */

static void count_security(struct hp_mutator *m)
{
    table_scan(m); /* the passes before may have changed what a cell is */
    for (size_t i = 0; i < m->cell_count; i++)
        if (m->cells[i].kind == KIND_SK)
            put32(m, in_cell(m->cells[i].at, SK_REFERENCE_COUNT), 0);
    for (size_t i = 0; i < m->cell_count; i++) {
        if (m->cells[i].kind != KIND_NK)
            continue;
        uint32_t sk = cell32(m, m->cells[i].at, NK_SECURITY);
        if (kind_at(m, sk) == KIND_SK && table_find(m, sk) != NULL)
            put32(m, in_cell(sk, SK_REFERENCE_COUNT),
                  cell32(m, sk, SK_REFERENCE_COUNT) + 1);
    }
}

/* ---- base block ---------------------------------------------------------- */

static uint32_t find_root(struct hp_mutator *m)
{
    uint32_t any = OFFSET_NIL;

    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        if (cell->kind != KIND_NK)
            continue;
        if ((cell16(m, cell->at, NK_FLAGS) & NK_FLAG_HIVE_ENTRY) != 0)
            return cell->at;
        any = any == OFFSET_NIL ? cell->at : any;
    }
    return any;
}

/* The bins that follow each other from the start. */
static uint32_t bins_end(const struct hp_mutator *m)
{
    uint32_t end = 0;

    for (size_t i = 0; i < m->bin_count && m->bins[i].at == end; i++)
        end = m->bins[i].at + m->bins[i].size;
    return end;
}

void finish_base(struct hp_mutator *m)
{
    uint32_t minor = get32(m, BASE_MINOR);

    put32(m, BASE_SIGNATURE, BASE_SIGNATURE_VALUE);
    put32(m, BASE_SEQUENCE2, get32(m, BASE_SEQUENCE1));
    put32(m, BASE_MAJOR, 1);
    if (minor < 3 || minor > 6)
        put32(m, BASE_MINOR, 5);
    put32(m, BASE_TYPE, 0);
    put32(m, BASE_FORMAT, 1);
    put32(m, BASE_CLUSTER, 1);
    if (kind_at(m, get32(m, BASE_ROOT)) != KIND_NK)
        put32(m, BASE_ROOT, find_root(m));
    put32(m, BASE_BINS_SIZE, bins_end(m));
}

void finish_checksum_at(struct hp_mutator *m, size_t base)
{
    uint32_t sum = 0;

    for (size_t at = 0; at < BASE_CHECKSUM; at += 4)
        sum ^= get32(m, base + at);
    if (sum == 0)
        sum = 1;
    if (sum == UINT32_MAX)
        sum = UINT32_MAX - 1;
    put32(m, base + BASE_CHECKSUM, sum);
}

void finish_checksum(struct hp_mutator *m)
{
    finish_checksum_at(m, 0);
}

void finish(struct hp_mutator *m, unsigned passes)
{
    if ((passes & HP_PASS_TILES) != 0)
        tile(m);
    if ((passes & HP_PASS_REFS) != 0)
        sweep(m);
    if ((passes & HP_PASS_COUNTS) != 0)
        count(m);
    if ((passes & HP_PASS_PARENTS) != 0)
        name_parents(m);
    if ((passes & HP_PASS_LISTS) != 0)
        sort_lists(m);
    if ((passes & HP_PASS_SK) != 0)
        count_security(m);
    if ((passes & HP_PASS_BASE) != 0)
        finish_base(m);
}
