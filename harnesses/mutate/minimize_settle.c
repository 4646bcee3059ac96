/* SPDX-License-Identifier: Apache-2.0
 *
 * What is right in a hive before an edit, and making it so again. */
#include "minimize_parts.h"

static size_t number_of(const struct hp_minimizer *mz, const struct cell *cell)
{
    return (size_t)(cell - mz->m->cells);
}

static bool is(const struct cell *cell, unsigned kinds)
{
    return (KINDS(cell->kind) & kinds) != 0;
}

static bool has(const struct hp_minimizer *mz, const struct cell *cell,
                uint8_t facts)
{
    return (mz->facts[number_of(mz, cell)] & facts) == facts;
}

/* The offsets that the cell of a list has room for. */
static uint32_t fit_of(const struct hp_minimizer *mz, uint32_t list)
{
    return payload_at(mz->m, list) / 4;
}

/* ---- references ---------------------------------------------------------- */

size_t minimize_slot(struct hp_minimizer *mz, const struct cell *cell,
                     uint32_t n)
{
    if (is(cell, KINDS(KIND_VALUES) | KINDS(KIND_SEGMENTS)) &&
        n >= mz->length[number_of(mz, cell)])
        return 0;
    size_t slot = reference_slot(mz->m, cell, n);
    /* The parent is the last one of a key. */
    return cell->kind == KIND_NK && slot == in_cell(cell->at, NK_PARENT) ? 0
                                                                         : slot;
}

void minimize_cut(struct hp_minimizer *mz, size_t slot)
{
    mz->cut[slot / 32] |= (uint8_t)(1U << slot / 4 % 8);
}

bool minimize_is_cut(const struct hp_minimizer *mz, size_t slot)
{
    return (mz->cut[slot / 32] >> slot / 4 % 8 & 1) != 0;
}

/* ---- the walk over what the root needs ----------------------------------- */

bool minimize_is_tied(const struct hp_minimizer *mz, const struct cell *cell)
{
    return cell->kind == KIND_SK && (mz->settling & SETTLE_FOLLOW) != 0 &&
           has(mz, cell, FACT_CIRCLE);
}

size_t minimize_mark(struct hp_minimizer *mz, size_t waiting, uint32_t at)
{
    struct cell *cell = table_find_around(mz->m, at);

    if (cell == NULL || cell->kind == KIND_FREE || has(mz, cell, FACT_MARKED))
        return waiting;
    mz->facts[number_of(mz, cell)] |= FACT_MARKED;
    mz->waiting[waiting] = (uint32_t)number_of(mz, cell);
    return waiting + 1;
}

static void follow(struct hp_minimizer *mz, size_t waiting)
{
    size_t slot;

    while (waiting > 0) {
        const struct cell *cell = &mz->m->cells[mz->waiting[--waiting]];
        for (uint32_t n = 0; (slot = minimize_slot(mz, cell, n)) != 0; n++)
            if (!minimize_is_tied(mz, cell))
                waiting = minimize_mark(mz, waiting, get32(mz->m, slot));
    }
}

/* Marks what the root needs, and what was never reached from it: that goes by
 * itself (minimize_loose) or not at all. */
static void mark_needed(struct hp_minimizer *mz, bool loose)
{
    struct hp_mutator *m = mz->m;
    size_t waiting = minimize_mark(mz, 0, get32(m, BASE_ROOT));

    for (size_t i = 0; loose && i < m->cell_count; i++)
        if ((mz->facts[i] & FACT_REACHED) == 0)
            waiting = minimize_mark(mz, waiting, m->cells[i].at);
    follow(mz, waiting);
}

size_t minimize_used(const struct hp_minimizer *mz)
{
    return mz->m->cell_count - table_count(mz->m, KINDS(KIND_FREE));
}

void minimize_clear_marks(struct hp_minimizer *mz)
{
    for (size_t i = 0; i < mz->m->cell_count; i++)
        mz->facts[i] &= (uint8_t)~FACT_MARKED;
}

/* ---- learning ------------------------------------------------------------ */

/* Elements below the subkey list of `nk`; *right if all could be seen.
 * *budget: many keys may share a long list. */
static uint32_t count_leaves(struct hp_minimizer *mz, uint32_t nk,
                             uint32_t *budget, bool *right)
{
    struct leaf_walk walk = leaves_of(mz->m, cell32(mz->m, nk, NK_SUBKEYS));
    uint32_t count = 0;
    size_t element;

    walk.budget = *budget;
    while (leaves_next(mz->m, &walk, &element))
        count++;
    *budget = walk.budget;
    *right = walk.whole;
    return count;
}

uint32_t minimize_budget(const struct hp_minimizer *mz)
{
    size_t budget = 4 * mz->m->cell_count + TABLE_CELLS;

    return budget < UINT32_MAX ? (uint32_t)budget : UINT32_MAX;
}

/* Calls the children of `nk` its own where they call it their parent. */
static void learn_children(struct hp_minimizer *mz, uint32_t nk,
                           uint32_t *budget)
{
    struct leaf_walk walk = leaves_of(mz->m, cell32(mz->m, nk, NK_SUBKEYS));
    size_t element;

    walk.budget = *budget;
    while (leaves_next(mz->m, &walk, &element)) {
        uint32_t at = get32(mz->m, element);
        const struct cell *child = table_find(mz->m, at);
        if (child != NULL && child->kind == KIND_NK &&
            cell32(mz->m, at, NK_PARENT) == nk)
            mz->facts[number_of(mz, child)] |= FACT_PARENT;
    }
    *budget = walk.budget;
}

static uint8_t learn_list(struct hp_minimizer *mz, uint32_t list, uint32_t said)
{
    const struct cell *cell = table_find(mz->m, list);
    uint32_t fit = fit_of(mz, list);

    if (cell == NULL || !is(cell, KINDS(KIND_VALUES) | KINDS(KIND_SEGMENTS)))
        return 0;
    uint32_t *length = &mz->length[number_of(mz, cell)];
    uint32_t used = said < fit ? said : fit;
    *length = *length < used ? used : *length;
    return said <= fit ? FACT_VALUES : 0;
}

static uint8_t learn_key(struct hp_minimizer *mz, uint32_t nk, uint32_t *budget)
{
    struct hp_mutator *m = mz->m;
    uint8_t facts = 0;
    bool right;

    if ((cell16(m, nk, NK_FLAGS) & NK_FLAG_PREDEFINED) == 0)
        facts = learn_list(mz, cell32(m, nk, NK_VALUES),
                           cell32(m, nk, NK_VALUE_COUNT));
    uint32_t said = cell32(m, nk, NK_SUBKEY_COUNT);
    if (said == 0 || cell32(m, nk, NK_SUBKEYS) == OFFSET_NIL)
        return facts;
    if (count_leaves(mz, nk, budget, &right) == said && right)
        facts |= FACT_SUBKEYS;
    learn_children(mz, nk, budget);
    return facts;
}

static uint8_t learn_security(struct hp_minimizer *mz, uint32_t sk)
{
    struct hp_mutator *m = mz->m;
    uint32_t next = cell32(m, sk, SK_FLINK), last = cell32(m, sk, SK_BLINK);

    return kind_at(m, next) == KIND_SK && kind_at(m, last) == KIND_SK &&
                   cell32(m, next, SK_BLINK) == sk &&
                   cell32(m, last, SK_FLINK) == sk
               ? FACT_CIRCLE
               : 0;
}

static uint8_t learn_leaf(struct hp_minimizer *mz, const struct cell *cell)
{
    uint8_t facts = list_count(mz->m, cell->at) > 0 ? FACT_FILLED : 0;

    if (!is(cell, LEAVES))
        return facts;
    return (uint8_t)(facts | (list_is_sorted(mz->m, cell) ? FACT_ORDER : 0) |
                     (list_has_hints(mz->m, cell) ? FACT_HINTS : 0));
}

/* Which sk have the right number of keys: counted into `moved_to`, which is
 * used for packing alone. */
static void learn_references(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;
    uint32_t *count = mz->moved_to;

    memset(count, 0, m->cell_count * sizeof *count);
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *sk =
            m->cells[i].kind == KIND_NK
                ? table_find(m, cell32(m, m->cells[i].at, NK_SECURITY))
                : NULL;
        if (sk != NULL)
            count[number_of(mz, sk)]++;
    }
    for (size_t i = 0; i < m->cell_count; i++)
        if (m->cells[i].kind == KIND_SK &&
            cell32(m, m->cells[i].at, SK_REFERENCE_COUNT) == count[i])
            mz->facts[i] |= FACT_COUNT;
}

static bool sum_is_right(struct hp_mutator *m)
{
    uint32_t said = get32(m, BASE_CHECKSUM);

    finish_checksum(m);
    bool right = get32(m, BASE_CHECKSUM) == said;
    put32(m, BASE_CHECKSUM, said);
    return right;
}

void minimize_learn(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;
    uint32_t budget = minimize_budget(mz);

    mz->right_sum = sum_is_right(m);
    mz->right_size = get32(m, BASE_BINS_SIZE) == m->bins_end;
    memset(mz->facts, 0, m->cell_count);
    memset(mz->length, 0, m->cell_count * sizeof *mz->length);
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        if (cell->kind == KIND_NK)
            mz->facts[i] |= learn_key(mz, cell->at, &budget);
        else if (cell->kind == KIND_DB)
            mz->facts[i] |= learn_list(mz, cell32(m, cell->at, DB_LIST),
                                       cell16(m, cell->at, DB_COUNT));
        else if (cell->kind == KIND_SK)
            mz->facts[i] |= learn_security(mz, cell->at);
        else if (is(cell, LISTS))
            mz->facts[i] |= learn_leaf(mz, cell);
    }
    learn_references(mz);
    mark_needed(mz, false);
    for (size_t i = 0; i < m->cell_count; i++)
        if ((mz->facts[i] & FACT_MARKED) != 0)
            mz->facts[i] |= FACT_REACHED;
    minimize_clear_marks(mz);
}

/* ---- cutting references -------------------------------------------------- */

/* How many of the first `count` elements of a list of offsets are to go. */
static uint32_t cut_of(struct hp_minimizer *mz, uint32_t list, uint32_t count)
{
    uint32_t fit = fit_of(mz, list), cut = 0;

    for (uint32_t i = 0; i < count && i < fit && mz->budget > 0;
         i++, mz->budget--)
        cut += minimize_is_cut(mz, in_cell(list, 4 * i));
    return cut;
}

/* Takes away one of the references that a key has a number beside, which is 0
 * then if it is to be right. */
static void cut_field(struct hp_minimizer *mz, uint32_t at, uint32_t field,
                      uint32_t count, unsigned width)
{
    if (!minimize_is_cut(mz, in_cell(at, field)))
        return;
    put32(mz->m, in_cell(at, field), OFFSET_NIL);
    if (width > 0 && (mz->settling & SETTLE_FOLLOW) != 0)
        put(mz->m, in_cell(at, count), width, 0);
}

static void cut_key(struct hp_minimizer *mz, const struct cell *cell)
{
    struct hp_mutator *m = mz->m;
    uint32_t nk = cell->at, count = cell32(m, nk, NK_VALUE_COUNT);

    if (has(mz, cell, FACT_VALUES) && (mz->settling & SETTLE_FOLLOW) != 0) {
        uint32_t cut = cut_of(mz, cell32(m, nk, NK_VALUES), count);
        if (cut > 0)
            put32(m, in_cell(nk, NK_VALUE_COUNT), count - cut);
        if (cut > 0 && cut == count)
            put32(m, in_cell(nk, NK_VALUES), OFFSET_NIL);
    }
    cut_field(mz, nk, NK_SUBKEYS, NK_SUBKEY_COUNT, 4);
    cut_field(mz, nk, NK_VALUES, NK_VALUE_COUNT, 4);
    cut_field(mz, nk, NK_CLASS, NK_CLASS_LENGTH, 2);
    cut_field(mz, nk, NK_SECURITY, 0, 0);
}

static void cut_big_data(struct hp_minimizer *mz, const struct cell *cell)
{
    struct hp_mutator *m = mz->m;
    uint32_t db = cell->at, count = cell16(m, db, DB_COUNT);

    if (has(mz, cell, FACT_VALUES) && (mz->settling & SETTLE_FOLLOW) != 0)
        put16(m, in_cell(db, DB_COUNT),
              count - cut_of(mz, cell32(m, db, DB_LIST), count));
    cut_field(mz, db, DB_LIST, DB_COUNT, 2);
}

static void cut_record(struct hp_minimizer *mz, const struct cell *cell)
{
    static const uint8_t links[] = {SK_FLINK, SK_BLINK};
    struct hp_mutator *m = mz->m;

    switch (cell->kind) {
    case KIND_NK:
        cut_key(mz, cell);
        break;
    case KIND_DB:
        cut_big_data(mz, cell);
        break;
    case KIND_VK:
        if (!minimize_is_cut(mz, in_cell(cell->at, VK_DATA)))
            break;
        put32(m, in_cell(cell->at, VK_DATA), 0);
        put32(m, in_cell(cell->at, VK_DATA_SIZE), VK_INLINE);
        break;
    case KIND_SK:
        for (size_t i = 0; i < sizeof links; i++)
            if (minimize_is_cut(mz, in_cell(cell->at, links[i])))
                put32(m, in_cell(cell->at, links[i]), cell->at);
        break;
    default:
        break;
    }
}

/* Closes the gaps of a list of any kind. */
static void close_list(struct hp_minimizer *mz, const struct cell *cell)
{
    struct hp_mutator *m = mz->m;
    bool plain = is(cell, KINDS(KIND_VALUES) | KINDS(KIND_SEGMENTS));
    uint32_t width = plain ? 4 : element_size(cell->kind);
    uint32_t first = plain ? 0 : LIST_ELEMENTS;
    uint32_t said = cell16(m, cell->at, LIST_COUNT), n = 0, kept = 0;
    size_t slot;

    for (; (slot = minimize_slot(mz, cell, n)) != 0; n++) {
        if (minimize_is_cut(mz, slot))
            continue;
        if (kept != n)
            copy_within(m, in_cell(cell->at, first + kept * width), slot,
                        width);
        kept++;
    }
    if (kept == n)
        return;
    put_zeros(m, in_cell(cell->at, first + kept * width),
              (size_t)(n - kept) * width);
    if (!plain && said == n)
        put16(m, in_cell(cell->at, LIST_COUNT), kept);
}

/* Cuts what an ri has of lists that have become empty; false: nothing. */
static bool cut_empty_lists(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;
    bool found = false;
    size_t slot;

    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        for (uint32_t n = 0;
             cell->kind == KIND_RI && (slot = minimize_slot(mz, cell, n)) != 0;
             n++) {
            const struct cell *list = table_find(m, get32(m, slot));
            if (list == NULL || !is(list, LISTS) ||
                !has(mz, list, FACT_FILLED) || list_count(m, list->at) > 0)
                continue;
            minimize_cut(mz, slot);
            found = true;
        }
    }
    return found;
}

static void close_lists(struct hp_minimizer *mz)
{
    for (size_t i = 0; i < mz->m->cell_count; i++) {
        const struct cell *cell = &mz->m->cells[i];
        if (is(cell, LISTS | KINDS(KIND_VALUES) | KINDS(KIND_SEGMENTS)))
            close_list(mz, cell);
    }
}

void minimize_apply_cuts(struct hp_minimizer *mz)
{
    enum { NESTED_MOST = 64 };

    mz->budget = minimize_budget(mz);
    for (size_t i = 0; i < mz->m->cell_count; i++)
        cut_record(mz, &mz->m->cells[i]);
    close_lists(mz);
    for (unsigned i = 0; i < NESTED_MOST; i++) {
        memset(mz->cut, 0, mz->size / 32 + 1);
        if ((mz->settling & SETTLE_FOLLOW) == 0 || !cut_empty_lists(mz))
            break;
        close_lists(mz);
    }
}

/* ---- what follows -------------------------------------------------------- */

static void count_subkeys(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;
    uint32_t budget = minimize_budget(mz);
    bool right;

    for (size_t i = 0; i < m->cell_count; i++) {
        uint32_t nk = m->cells[i].at;
        if (m->cells[i].kind != KIND_NK || (mz->facts[i] & FACT_SUBKEYS) == 0 ||
            cell32(m, nk, NK_SUBKEYS) == OFFSET_NIL)
            continue;
        uint32_t count = count_leaves(mz, nk, &budget, &right);
        put32(m, in_cell(nk, NK_SUBKEY_COUNT), count);
        if (count == 0)
            put32(m, in_cell(nk, NK_SUBKEYS), OFFSET_NIL);
    }
}

void minimize_untie(struct hp_mutator *m, uint32_t sk)
{
    uint32_t next = cell32(m, sk, SK_FLINK), last = cell32(m, sk, SK_BLINK);

    put32(m, in_cell(next, SK_BLINK), last);
    put32(m, in_cell(last, SK_FLINK), next);
}

static void collect_garbage(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;

    mark_needed(mz, true);
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct cell *cell = &m->cells[i];
        if ((mz->facts[i] & FACT_MARKED) != 0 || cell->kind == KIND_FREE)
            continue;
        if (minimize_is_tied(mz, cell))
            minimize_untie(m, cell->at);
        cell_free(m, cell->at);
    }
    minimize_clear_marks(mz);
}

static void name_parents(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;
    uint32_t budget = minimize_budget(mz);
    size_t element;

    for (size_t i = 0; i < m->cell_count; i++) {
        if (m->cells[i].kind != KIND_NK)
            continue;
        uint32_t nk = m->cells[i].at;
        struct leaf_walk walk = leaves_of(m, cell32(m, nk, NK_SUBKEYS));
        walk.budget = budget;
        while (leaves_next(m, &walk, &element)) {
            uint32_t at = get32(m, element);
            const struct cell *child = table_find(m, at);
            if (child != NULL && has(mz, child, FACT_PARENT) &&
                child->kind == KIND_NK)
                put32(m, in_cell(at, NK_PARENT), nk);
        }
        budget = walk.budget;
    }
}

static void follow_lists(struct hp_minimizer *mz)
{
    for (size_t i = 0; i < mz->m->cell_count; i++) {
        const struct cell *cell = &mz->m->cells[i];
        if (!is(cell, LEAVES))
            continue;
        if ((mz->facts[i] & FACT_ORDER) != 0)
            list_sort(mz->m, cell);
        if ((mz->facts[i] & FACT_HINTS) != 0)
            list_write_hints(mz->m, cell);
    }
}

static void count_references(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;

    for (size_t i = 0; i < m->cell_count; i++)
        if (m->cells[i].kind == KIND_SK && (mz->facts[i] & FACT_COUNT) != 0)
            put32(m, in_cell(m->cells[i].at, SK_REFERENCE_COUNT), 0);
    for (size_t i = 0; i < m->cell_count; i++) {
        if (m->cells[i].kind != KIND_NK)
            continue;
        uint32_t at = cell32(m, m->cells[i].at, NK_SECURITY);
        const struct cell *sk = table_find(m, at);
        if (sk != NULL && sk->kind == KIND_SK && has(mz, sk, FACT_COUNT))
            put32(m, in_cell(at, SK_REFERENCE_COUNT),
                  cell32(m, at, SK_REFERENCE_COUNT) + 1);
    }
}

void minimize_settle(struct hp_minimizer *mz)
{
    bool follows = (mz->settling & SETTLE_FOLLOW) != 0;

    if (mz->is_pair)
        minimize_settle_sums(mz);
    if (!mz->is_hive)
        return;
    minimize_apply_cuts(mz);
    if (follows)
        count_subkeys(mz);
    if ((mz->settling & SETTLE_COLLECT) != 0)
        collect_garbage(mz);
    if (follows) {
        name_parents(mz);
        follow_lists(mz);
        count_references(mz);
    }
    if (mz->right_size)
        put32(mz->m, BASE_BINS_SIZE, mz->m->bins_end);
    if (mz->right_sum)
        finish_checksum(mz->m);
}
