/* SPDX-License-Identifier: Apache-2.0
 *
 * Passes that take references away: what nothing refers to any more goes with
 * them. */
#include "minimize_parts.h"

/* ---- all of one kind at once --------------------------------------------- */

void minimize_fields(struct hp_minimizer *mz)
{
    static const struct {
        uint32_t kind;
        uint32_t fields[2];
    } all[] = {{KIND_NK, {NK_SECURITY, NK_SECURITY}},
               {KIND_NK, {NK_CLASS, NK_CLASS}},
               {KIND_SK, {SK_FLINK, SK_BLINK}},
               {KIND_NK, {NK_VALUES, NK_VALUES}},
               {KIND_VK, {VK_DATA, VK_DATA}}};

    mz->step = "fields";
    for (size_t i = 0; i < sizeof all / sizeof all[0] && !mz->stopped; i++) {
        minimize_begin(mz);
        for (size_t n = 0; n < mz->m->cell_count; n++) {
            const struct cell *cell = &mz->m->cells[n];
            if (cell->kind != all[i].kind || minimize_is_tied(mz, cell))
                continue;
            minimize_cut(mz, in_cell(cell->at, all[i].fields[0]));
            minimize_cut(mz, in_cell(cell->at, all[i].fields[1]));
        }
        (void)minimize_try(mz);
    }
}

/* ---- level by level ------------------------------------------------------ */

/* True if there is something behind that reference that could go. */
static bool can_go(struct hp_minimizer *mz, const struct cell *cell,
                   size_t slot)
{
    uint32_t at = get32(mz->m, slot);

    switch (cell->kind) {
    case KIND_SK:
        return at != cell->at && !minimize_is_tied(mz, cell);
    case KIND_NK:
    case KIND_DB:
        return at != OFFSET_NIL;
    default:
        return true;
    }
}

static size_t mark_below(struct hp_minimizer *mz, size_t waiting, size_t number)
{
    const struct cell *cell = &mz->m->cells[mz->waiting[number]];
    size_t slot;

    for (uint32_t n = 0; (slot = minimize_slot(mz, cell, n)) != 0; n++)
        waiting = minimize_mark(mz, waiting, get32(mz->m, slot));
    return waiting;
}

/* The cells from which a walk starts: the root, and those that cannot be
 * reached from it. */
static size_t mark_first(struct hp_minimizer *mz)
{
    size_t waiting = minimize_mark(mz, 0, get32(mz->m, BASE_ROOT));

    for (size_t i = 0; i < mz->m->cell_count; i++)
        if ((mz->facts[i] & FACT_REACHED) == 0)
            waiting = minimize_mark(mz, waiting, mz->m->cells[i].at);
    return waiting;
}

/* The references of the cells that are mz->level references away. */
static void collect_level(struct hp_minimizer *mz)
{
    size_t start = 0, waiting = mark_first(mz), slot;

    for (uint32_t level = 0; level < mz->level && start < waiting; level++) {
        size_t end = waiting;
        for (; start < end; start++)
            waiting = mark_below(mz, waiting, start);
    }
    mz->deeper = start < waiting;
    for (size_t i = start; i < waiting; i++) {
        const struct cell *cell = &mz->m->cells[mz->waiting[i]];
        for (uint32_t n = 0; (slot = minimize_slot(mz, cell, n)) != 0; n++)
            if (can_go(mz, cell, slot))
                minimize_add_unit(mz, slot);
    }
    minimize_clear_marks(mz);
}

static void cut_units(struct hp_minimizer *mz, size_t from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        minimize_cut(mz, mz->units[from + i]);
}

void minimize_subtrees(struct hp_minimizer *mz)
{
    static const struct minimize_pass pass = {"subtrees", collect_level,
                                              cut_units};

    mz->deeper = true;
    for (mz->level = 0; mz->deeper && !mz->stopped; mz->level++)
        minimize_eliminate(mz, &pass);
}

/* ---- cells that nothing refers to ---------------------------------------- */

static void collect_loose(struct hp_minimizer *mz)
{
    for (size_t i = 0; i < mz->m->cell_count; i++)
        if ((mz->facts[i] & FACT_REACHED) == 0 &&
            mz->m->cells[i].kind != KIND_FREE)
            minimize_add_unit(mz, mz->m->cells[i].at);
}

static void free_units(struct hp_minimizer *mz, size_t from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t at = mz->units[from + i];
        const struct cell *cell = table_find(mz->m, at);
        if (cell != NULL && minimize_is_tied(mz, cell))
            minimize_untie(mz->m, at);
        cell_free(mz->m, at);
    }
}

void minimize_loose(struct hp_minimizer *mz)
{
    static const struct minimize_pass pass = {"loose cells", collect_loose,
                                              free_units};

    minimize_eliminate(mz, &pass);
}
