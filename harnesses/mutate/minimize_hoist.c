/* SPDX-License-Identifier: Apache-2.0
 *
 * Passes that put what is deep in the place of what is above it: keys, lists
 * of lists, segments of data. */
#include "minimize_parts.h"

/* Other ways down than the first are tried up to this one. */
enum { WAYS_MOST = 8, DOWN_MOST = 1024, LOOKS_MOST = 64 };

/* Two things are hoisted: what a reference leads to, and what a key has. */
struct hoist {
    const char *step;
    void (*collect)(struct hp_minimizer *mz);
    /* Puts into the place of unit n what is `down` below it, by the `way`-th
     * child first. False: there is nothing. */
    bool (*edit)(struct hp_minimizer *mz, size_t n, uint32_t down,
                 uint32_t way);
};

/* The `way`-th thing of the same kind below the one at `at`, or 0. */
static uint32_t below_of(struct hp_minimizer *mz, uint32_t at, uint32_t way)
{
    struct hp_mutator *m = mz->m;
    uint32_t kind = kind_at(m, at), found = 0;
    struct leaf_walk walk;
    size_t element;

    switch (kind) {
    case KIND_NK:
        walk = leaves_of(m, cell32(m, at, NK_SUBKEYS));
        walk.budget = LOOKS_MOST; /* lists may be many, and empty */
        for (uint32_t i = 0; i <= way; i++)
            if (!leaves_next(m, &walk, &element))
                return 0;
        found = get32(m, element);
        return kind_at(m, found) == KIND_NK ? found : 0;
    case KIND_RI:
        if (way < list_count(m, at))
            found = cell32(m, at, LIST_ELEMENTS + 4 * way);
        return (KINDS(kind_at(m, found)) & LISTS) != 0 ? found : 0;
    case KIND_DB:
        found = cell32(m, at, DB_LIST);
        return payload_at(m, found) > 4 * way ? cell32(m, found, 4 * way) : 0;
    default:
        return 0;
    }
}

static uint32_t far_below(struct hp_minimizer *mz, uint32_t at, uint32_t down,
                          uint32_t way)
{
    for (uint32_t i = 0; i < down && at != 0; i++)
        at = below_of(mz, at, i == 0 ? way : 0);
    return at;
}

/* ---- what a reference leads to ------------------------------------------- */

static void collect_references(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;
    size_t waiting = minimize_mark(mz, 0, get32(m, BASE_ROOT)), slot;

    minimize_add_unit(mz, BASE_ROOT);
    for (size_t i = 0; i < waiting; i++) {
        const struct cell *cell = &m->cells[mz->waiting[i]];
        for (uint32_t n = 0; (slot = minimize_slot(mz, cell, n)) != 0; n++) {
            uint32_t at = get32(m, slot);
            waiting = minimize_mark(mz, waiting, at);
            if (below_of(mz, at, 0) != 0)
                minimize_add_unit(mz, slot);
        }
    }
    minimize_clear_marks(mz);
}

static bool hoist_reference(struct hp_minimizer *mz, size_t n, uint32_t down,
                            uint32_t way)
{
    struct hp_mutator *m = mz->m;
    size_t slot = mz->units[n];
    uint32_t old = get32(m, slot), at = far_below(mz, old, down, way);
    uint32_t payload = payload_at(m, at);

    if (at == 0)
        return false;
    put32(m, slot, at);
    /* The slot is that of a value, whose size stands before it. */
    if (kind_at(m, old) == KIND_DB && get32(m, slot - 4) > payload)
        put32(m, slot - 4, payload);
    return true;
}

/* ---- what a key has ------------------------------------------------------ */

static void collect_keys(struct hp_minimizer *mz)
{
    for (size_t i = 0; i < mz->m->cell_count; i++)
        if (mz->m->cells[i].kind == KIND_NK &&
            below_of(mz, mz->m->cells[i].at, 0) != 0)
            minimize_add_unit(mz, mz->m->cells[i].at);
}

/* Everything but the name and the parent. */
static bool hoist_content(struct hp_minimizer *mz, size_t n, uint32_t down,
                          uint32_t way)
{
    static const uint8_t fields[] = {NK_SUBKEY_COUNT, NK_SUBKEYS,
                                     NK_VALUE_COUNT,  NK_VALUES,
                                     NK_SECURITY,     NK_CLASS};
    struct hp_mutator *m = mz->m;
    uint32_t to = mz->units[n], from = far_below(mz, to, down, way);

    if (from == 0)
        return false;
    for (size_t i = 0; i < sizeof fields; i++)
        put32(m, in_cell(to, fields[i]), cell32(m, from, fields[i]));
    put16(m, in_cell(to, NK_CLASS_LENGTH), cell16(m, from, NK_CLASS_LENGTH));
    return true;
}

/* ---- both ---------------------------------------------------------------- */

static void collect(struct hp_minimizer *mz, const struct hoist *hoist)
{
    minimize_look(mz);
    mz->unit_count = 0;
    hoist->collect(mz);
}

static bool hoist_once(struct hp_minimizer *mz, const struct hoist *hoist,
                       size_t n, uint32_t down, uint32_t way)
{
    minimize_begin(mz);
    size_t used = minimize_used(mz);
    if (n >= mz->unit_count || !hoist->edit(mz, n, down, way))
        return false;
    minimize_settle(mz);
    /* So that a circle is not gone round for ever. */
    if (minimize_used(mz) >= used || !minimize_ask(mz))
        return false;
    collect(mz, hoist);
    return true;
}

/* One down, two, four, as long as that is interesting. */
static bool hoist_far(struct hp_minimizer *mz, const struct hoist *hoist,
                      size_t n, uint32_t way)
{
    uint32_t down = 1;

    if (!hoist_once(mz, hoist, n, down, way))
        return false;
    while (down > 0 && !mz->stopped) {
        bool done = hoist_once(mz, hoist, n, down, 0);
        down = !done ? down / 2 : down < DOWN_MOST ? 2 * down : down;
    }
    return true;
}

static void hoist_all(struct hp_minimizer *mz, const struct hoist *hoist)
{
    mz->step = hoist->step;
    collect(mz, hoist);
    for (size_t n = 0; n < mz->unit_count && !mz->stopped; n++)
        for (uint32_t way = 0; way < WAYS_MOST && !mz->stopped;)
            way = hoist_far(mz, hoist, n, way) ? 0 : way + 1;
}

void minimize_hoist(struct hp_minimizer *mz)
{
    static const struct hoist references = {"levels", collect_references,
                                            hoist_reference};
    static const struct hoist contents = {"levels", collect_keys,
                                          hoist_content};

    if ((mz->settling & SETTLE_COLLECT) == 0)
        return; /* nothing becomes smaller */
    hoist_all(mz, &references);
    hoist_all(mz, &contents);
}
