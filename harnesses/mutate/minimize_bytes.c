/* SPDX-License-Identifier: Apache-2.0
 *
 * Passes over bytes: of what is no hive, of what is around one, and of what
 * says nothing in one. And the lies that are not needed. */
#include "minimize_parts.h"

/* ---- files that are no hive ---------------------------------------------- */

/* Takes bytes [from, to) of the file out. */
static void take_out(struct hp_minimizer *mz, size_t from, size_t to)
{
    memmove(mz->work + from, mz->work + to, mz->work_size - to);
    mz->work_size -= to - from;
}

static void collect_lines(struct hp_minimizer *mz)
{
    for (size_t i = 0; i < mz->size; i++)
        if (i == 0 || mz->best[i - 1] == '\n')
            minimize_add_unit(mz, i);
}

static void drop_lines(struct hp_minimizer *mz, size_t from, size_t count)
{
    size_t end =
        from + count < mz->unit_count ? mz->units[from + count] : mz->work_size;

    take_out(mz, mz->units[from], end);
}

static void collect_bytes(struct hp_minimizer *mz)
{
    for (size_t i = 0; i < mz->size; i++)
        minimize_add_unit(mz, i);
}

static void drop_bytes(struct hp_minimizer *mz, size_t from, size_t count)
{
    take_out(mz, mz->units[from], mz->units[from] + count);
}

static void collect_set_bytes(struct hp_minimizer *mz)
{
    for (size_t i = mz->is_pair ? PAIR_HEADER : 0; i < mz->size; i++)
        if (mz->best[i] != 0)
            minimize_add_unit(mz, i);
}

static void zero_bytes(struct hp_minimizer *mz, size_t from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mz->work[mz->units[from + i]] = 0;
}

void minimize_zeros(struct hp_minimizer *mz)
{
    static const struct minimize_pass zeros = {"zeros", collect_set_bytes,
                                               zero_bytes};

    minimize_eliminate(mz, &zeros);
}

/* Text stays text: zeros are only for files that have some. */
void minimize_bytes(struct hp_minimizer *mz)
{
    static const struct minimize_pass lines = {"lines", collect_lines,
                                               drop_lines};
    static const struct minimize_pass bytes = {"bytes", collect_bytes,
                                               drop_bytes};
    bool is_binary = memchr(mz->best, 0, mz->size) != NULL;

    do {
        mz->moved = false;
        minimize_eliminate(mz, &lines);
        minimize_eliminate(mz, &bytes);
    } while (mz->moved && !mz->stopped);
    if (is_binary)
        minimize_zeros(mz);
}

/* ---- around a hive ------------------------------------------------------- */

static size_t end_of_hive(const struct hp_minimizer *mz)
{
    return mz->before + BASE_SIZE + (size_t)mz->m->bins_end;
}

static void collect_tail(struct hp_minimizer *mz)
{
    for (size_t i = end_of_hive(mz); i < mz->size; i++)
        minimize_add_unit(mz, i);
}

static void drop_tail(struct hp_minimizer *mz, size_t from, size_t count)
{
    drop_bytes(mz, from, count);
    mz->m->size -= count;
}

/* Handles before a hive: four bytes each, behind "HPMH" and their number. */
enum { HANDLES_NUMBER = 4, HANDLES = 5 };

static void collect_handles(struct hp_minimizer *mz)
{
    for (size_t i = HANDLES; i + 4 <= mz->before; i += 4)
        minimize_add_unit(mz, i);
}

static void drop_handles(struct hp_minimizer *mz, size_t from, size_t count)
{
    size_t bytes = 4 * count;

    take_out(mz, mz->units[from], mz->units[from] + bytes);
    mz->work[HANDLES_NUMBER] = (uint8_t)((mz->before - HANDLES) / 4 - count);
    mz->m->image -= bytes;
}

static void drop_front(struct hp_minimizer *mz)
{
    if (mz->before == 0)
        return;
    minimize_begin(mz);
    take_out(mz, 0, mz->before);
    (void)minimize_ask(mz);
}

void minimize_outside(struct hp_minimizer *mz)
{
    static const struct minimize_pass tail = {"tail", collect_tail, drop_tail};
    static const struct minimize_pass handles = {"handles", collect_handles,
                                                 drop_handles};

    mz->step = "front";
    drop_front(mz);
    minimize_eliminate(mz, &handles);
    minimize_eliminate(mz, &tail);
}

/* ---- bytes of a hive that say nothing ------------------------------------ */

/* Notes the bytes [from, to) of the hive that are not 0. */
static void add_range(struct hp_minimizer *mz, size_t from, size_t to)
{
    for (size_t i = from; i < to && i < mz->m->size; i++)
        if (mz->m->image[i] != 0)
            minimize_add_unit(mz, i + mz->before);
}

static void add_fields(struct hp_minimizer *mz, const struct cell *cell,
                       uint32_t from, uint32_t to)
{
    uint32_t payload = cell->size - CELL_SIZE_FIELD;

    add_range(mz, in_cell(cell->at, from),
              in_cell(cell->at, to < payload ? to : payload));
}

/* Where a record's own bytes end. */
static void add_slack(struct hp_minimizer *mz, const struct cell *cell,
                      uint32_t from)
{
    add_fields(mz, cell, from, cell->size);
}

static void add_cell(struct hp_minimizer *mz, const struct cell *cell)
{
    struct hp_mutator *m = mz->m;
    uint32_t at = cell->at;

    switch (cell->kind) {
    case KIND_NK:
        add_fields(mz, cell, NK_FILETIME, NK_PARENT);
        add_fields(mz, cell, NK_USER_FLAGS, NK_MAX_CLASS);
        add_fields(mz, cell, NK_WORK_VAR, NK_NAME_LENGTH);
        add_slack(mz, cell, NK_NAME + cell16(m, at, NK_NAME_LENGTH));
        break;
    case KIND_VK:
        if ((cell32(m, at, VK_DATA_SIZE) & VK_INLINE) != 0)
            add_fields(mz, cell, VK_DATA, VK_TYPE);
        add_fields(mz, cell, VK_SPARE, VK_NAME);
        add_slack(mz, cell, VK_NAME + cell16(m, at, VK_NAME_LENGTH));
        break;
    case KIND_SK:
        add_fields(mz, cell, SK_RESERVED, SK_FLINK);
        break;
    case KIND_LF:
    case KIND_LH:
    case KIND_LI:
    case KIND_RI:
        add_slack(mz, cell,
                  LIST_ELEMENTS + list_count(m, at) * element_size(cell->kind));
        break;
    case KIND_VALUES:
    case KIND_SEGMENTS:
        add_slack(mz, cell, 4 * mz->length[cell - m->cells]);
        break;
    case KIND_DB:
        add_slack(mz, cell, DB_SIZE);
        break;
    default:
        add_slack(mz, cell, 0);
        break;
    }
}

static void collect_idle_bytes(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;

    for (size_t i = HANDLES; i < mz->before; i++)
        if (mz->best[i] != 0)
            minimize_add_unit(mz, i);
    add_range(mz, BASE_FILETIME, BASE_MAJOR);
    add_range(mz, BASE_NAME, BASE_CHECKSUM);
    add_range(mz, BASE_UNUSED, BASE_SIZE);
    for (size_t i = 0; i < m->bin_count; i++) {
        size_t position = BASE_SIZE + (size_t)m->bins[i].at;
        add_range(mz, position + BIN_RESERVED, position + BIN_HEADER_SIZE);
    }
    for (size_t i = 0; i < m->cell_count; i++)
        add_cell(mz, &m->cells[i]);
}

void minimize_zero(struct hp_minimizer *mz)
{
    static const struct minimize_pass pass = {"zeros", collect_idle_bytes,
                                              zero_bytes};

    minimize_eliminate(mz, &pass);
}

/* ---- lies ---------------------------------------------------------------- */

/* Makes right, one pass after the other, what need not be wrong. */
void minimize_mend(struct hp_minimizer *mz)
{
    mz->step = "lies";
    for (unsigned pass = 1; pass < HP_PASS_ALL && !mz->stopped; pass *= 2) {
        minimize_begin(mz);
        size_t used = minimize_used(mz);
        bool right_sum = mz->right_sum || pass == HP_PASS_CHECKSUM;
        finish(mz->m, pass);
        if (right_sum)
            finish_checksum(mz->m);
        if (minimize_used(mz) <= used)
            (void)minimize_ask(mz);
    }
}
