/* SPDX-License-Identifier: Apache-2.0
 *
 * Passes that make smaller what a record holds: security, names, data. */
#include "minimize_parts.h"

/* ---- security ------------------------------------------------------------ */

/* The security of the first key that has one. */
static uint32_t first_security(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;
    uint32_t sk = cell32(m, get32(m, BASE_ROOT), NK_SECURITY);

    for (size_t i = 0; i < m->cell_count && kind_at(m, sk) != KIND_SK; i++)
        if (m->cells[i].kind == KIND_NK)
            sk = cell32(m, m->cells[i].at, NK_SECURITY);
    return sk;
}

static void collect_security(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;
    uint32_t sk = first_security(mz);

    for (size_t i = 0; i < m->cell_count && kind_at(m, sk) == KIND_SK; i++) {
        uint32_t own = cell32(m, m->cells[i].at, NK_SECURITY);
        if (m->cells[i].kind == KIND_NK && own != sk &&
            kind_at(m, own) == KIND_SK)
            minimize_add_unit(mz, in_cell(m->cells[i].at, NK_SECURITY));
    }
}

static void share_security(struct hp_minimizer *mz, size_t from, size_t count)
{
    uint32_t sk = first_security(mz);

    for (size_t i = 0; i < count; i++)
        put32(mz->m, mz->units[from + i], sk);
}

/* ---- lengths ------------------------------------------------------------- */

/* A name or data, and where its length stands. */
struct content {
    uint32_t length; /* bytes */
    uint32_t unit;   /* bytes of the least piece; 0: none */
    uint32_t least;  /* bytes that stay */
};

static struct content name_in(struct hp_minimizer *mz, uint32_t at)
{
    const struct cell *cell = table_find(mz->m, at);
    bool key = cell != NULL && cell->kind == KIND_NK;

    if (cell == NULL || (!key && cell->kind != KIND_VK))
        return (struct content){0, 0, 0};
    uint16_t flags = cell16(mz->m, at, key ? NK_FLAGS : VK_FLAGS);
    uint32_t size = cell16(mz->m, at, key ? NK_NAME_LENGTH : VK_NAME_LENGTH);
    uint32_t room = cell->size - CELL_SIZE_FIELD - (key ? NK_NAME : VK_NAME);
    bool narrow =
        (flags & (key ? NK_FLAG_COMPRESSED : VK_FLAG_COMPRESSED)) != 0;
    uint32_t unit = size > room ? 0 : narrow ? 1 : 2;
    return (struct content){size, unit, unit};
}

static void name_cut(struct hp_minimizer *mz, uint32_t at, uint32_t length)
{
    const struct cell *cell = table_find(mz->m, at);
    bool key = cell->kind == KIND_NK;

    put16(mz->m, in_cell(at, key ? NK_NAME_LENGTH : VK_NAME_LENGTH), length);
}

static struct content data_in(struct hp_minimizer *mz, uint32_t at)
{
    const struct cell *cell = table_find(mz->m, at);

    if (cell == NULL || cell->kind != KIND_VK)
        return (struct content){0, 0, 0};
    return (struct content){cell32(mz->m, at, VK_DATA_SIZE) & ~VK_INLINE, 1, 0};
}

/* Of big data the segments that it needs no more go. */
static void data_cut(struct hp_minimizer *mz, uint32_t at, uint32_t length)
{
    struct hp_mutator *m = mz->m;
    uint32_t is_inline = cell32(m, at, VK_DATA_SIZE) & VK_INLINE;
    uint32_t db = cell32(m, at, VK_DATA);

    put32(m, in_cell(at, VK_DATA_SIZE), is_inline | length);
    if (is_inline != 0 || kind_at(m, db) != KIND_DB ||
        table_find(m, cell32(m, db, DB_LIST)) == NULL)
        return;
    uint32_t needed = (length + DB_SEGMENT_MOST - 1) / DB_SEGMENT_MOST;
    uint32_t fit = payload_at(m, cell32(m, db, DB_LIST)) / 4;
    for (uint32_t i = needed; i < cell16(m, db, DB_COUNT) && i < fit; i++)
        minimize_cut(mz, in_cell(cell32(m, db, DB_LIST), 4 * i));
}

static bool can_shorten(struct content content)
{
    return content.unit > 0 && content.length > content.least;
}

struct measure {
    const char *step;
    struct content (*get)(struct hp_minimizer *mz, uint32_t at);
    void (*set)(struct hp_minimizer *mz, uint32_t at, uint32_t length);
};

/* Takes half of the end away, a quarter, up to the least piece. */
static void shorten_one(struct hp_minimizer *mz, const struct measure *measure,
                        uint32_t at)
{
    struct content content = measure->get(mz, at);
    uint32_t pieces =
        can_shorten(content) ? (content.length / content.unit + 1) / 2 : 0;

    while (pieces > 0 && !mz->stopped) {
        uint32_t less = pieces * content.unit;
        minimize_begin(mz);
        if (less + content.least <= content.length) {
            measure->set(mz, at, content.length - less);
            if (minimize_try(mz))
                content.length -= less;
            else
                pieces = pieces == 1 ? 0 : (pieces + 1) / 2;
        } else {
            pieces /= 2;
        }
    }
}

static void shorten(struct hp_minimizer *mz, const struct measure *measure)
{
    minimize_look(mz);
    mz->step = measure->step;
    mz->unit_count = 0;
    for (size_t i = 0; i < mz->m->cell_count; i++)
        if (can_shorten(measure->get(mz, mz->m->cells[i].at)))
            minimize_add_unit(mz, mz->m->cells[i].at);
    for (size_t i = 0; i < mz->unit_count && !mz->stopped; i++) {
        minimize_look(mz);
        shorten_one(mz, measure, mz->units[i]);
    }
}

/* ---- one letter for a name ----------------------------------------------- */

static void collect_names(struct hp_minimizer *mz)
{
    for (size_t i = 0; i < mz->m->cell_count; i++) {
        struct content name = name_in(mz, mz->m->cells[i].at);
        if (name.unit > 0 && name.length > 1)
            minimize_add_unit(mz, mz->m->cells[i].at);
    }
}

/* Letters differ by the number of the cell among all that have names. */
static void rename_units(struct hp_minimizer *mz, size_t from, size_t count)
{
    struct hp_mutator *m = mz->m;
    size_t unit = from;
    uint32_t letter = 0;

    for (size_t i = 0; i < m->cell_count && unit < from + count; i++) {
        uint32_t at = m->cells[i].at;
        bool key = m->cells[i].kind == KIND_NK;
        if (!key && m->cells[i].kind != KIND_VK)
            continue;
        letter++;
        if (at != mz->units[unit])
            continue;
        size_t flags = in_cell(at, key ? NK_FLAGS : VK_FLAGS);
        put16(m, flags,
              get16(m, flags) |
                  (uint32_t)(key ? NK_FLAG_COMPRESSED : VK_FLAG_COMPRESSED));
        put(m, in_cell(at, key ? NK_NAME : VK_NAME), 1,
            (uint8_t)('a' + (letter - 1) % 26));
        name_cut(mz, at, 1);
        unit++;
    }
}

/* ---- data into its value ------------------------------------------------- */

static void collect_small_data(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;

    for (size_t i = 0; i < m->cell_count; i++)
        if (m->cells[i].kind == KIND_VK &&
            cell32(m, m->cells[i].at, VK_DATA_SIZE) <= VK_INLINE_MOST)
            minimize_add_unit(mz, m->cells[i].at);
}

static void put_inline(struct hp_minimizer *mz, size_t from, size_t count)
{
    struct hp_mutator *m = mz->m;

    for (size_t i = 0; i < count; i++) {
        uint32_t at = mz->units[from + i], size = cell32(m, at, VK_DATA_SIZE);
        uint32_t data = cell32(m, cell32(m, at, VK_DATA), 0);
        uint32_t mask =
            size == VK_INLINE_MOST ? UINT32_MAX : (UINT32_C(1) << 8 * size) - 1;
        put32(m, in_cell(at, VK_DATA), data & mask);
        put32(m, in_cell(at, VK_DATA_SIZE), VK_INLINE | size);
    }
}

void minimize_contents(struct hp_minimizer *mz)
{
    static const struct minimize_pass security = {"security", collect_security,
                                                  share_security};
    static const struct minimize_pass letters = {"names", collect_names,
                                                 rename_units};
    static const struct minimize_pass small = {"data", collect_small_data,
                                               put_inline};
    static const struct measure names = {"names", name_in, name_cut};
    static const struct measure data = {"data", data_in, data_cut};

    minimize_eliminate(mz, &security);
    minimize_eliminate(mz, &letters);
    shorten(mz, &names);
    shorten(mz, &data);
    minimize_eliminate(mz, &small);
}
