/* SPDX-License-Identifier: Apache-2.0
 *
 * Candidates, elimination and the order of the passes. */
#include "minimize.h"

#include <string.h>

#include "minimize_parts.h"
#include "pair.h"

enum {
    SEEN = 1 << 16,
    /* A round takes something away, so they end by themselves; this is for
     * hives that go round in circles. */
    ROUNDS_MOST = 32
};

/* The prefix of an input of fuzz_hivex with handles: "HPMH", their number
 * modulo 17, four bytes each. */
static size_t handles_before(struct hp_span file)
{
    uint8_t count;

    if (file.len < 5 || memcmp(file.ptr, "HPMH", 4) != 0 ||
        !hp_span_u8(file, 4, &count))
        return 0;
    size_t before = 5 + 4 * (size_t)(count % 17);
    return before < file.len ? before : 0;
}

static bool has_cells(struct hp_minimizer *mz)
{
    mz->m->image = mz->best + mz->before;
    mz->m->size = mz->m->room = mz->size - mz->before;
    table_scan(mz->m);
    return mz->m->cell_count > 0;
}

static bool allocate(struct hp_minimizer *mz, struct hp_arena *arena)
{
    size_t cells = mz->size / CELL_ALIGN + 1;

    mz->m = table_open(arena, mz->size);
    mz->best = hp_arena_alloc(arena, mz->size);
    mz->work = hp_arena_alloc(arena, mz->size);
    mz->facts = hp_arena_alloc(arena, cells + PARTS);
    mz->length = hp_arena_array(arena, cells, sizeof *mz->length);
    mz->waiting = hp_arena_array(arena, cells, sizeof *mz->waiting);
    mz->moved_to = hp_arena_array(arena, cells, sizeof *mz->moved_to);
    mz->cut = hp_arena_alloc(arena, mz->size / 32 + 1);
    mz->units = hp_arena_array(arena, mz->size + 1, sizeof *mz->units);
    mz->seen = hp_arena_array(arena, SEEN, sizeof *mz->seen);
    return mz->m != NULL && mz->best != NULL && mz->work != NULL &&
           mz->facts != NULL && mz->length != NULL && mz->waiting != NULL &&
           mz->moved_to != NULL && mz->cut != NULL && mz->units != NULL &&
           mz->seen != NULL;
}

struct hp_minimizer *hp_minimizer_open(struct hp_arena *arena,
                                       const uint8_t *bytes, size_t size,
                                       hp_minimize_ask *ask, void *self)
{
    struct hp_minimizer *mz = hp_arena_alloc(arena, sizeof *mz);

    if (mz == NULL)
        return NULL;
    mz->ask = ask;
    mz->self = self;
    mz->size = size;
    mz->step = "start";
    if (!allocate(mz, arena))
        return NULL;
    if (size > 0)
        memcpy(mz->best, bytes, size);
    mz->before = handles_before(hp_span_of(bytes, size));
    mz->is_hive = has_cells(mz);
    mz->is_pair = mz->before == 0 && is_pair(mz->m);
    if (mz->is_pair)
        mz->is_hive = false;
    if (!mz->is_hive)
        mz->before = 0;
    return mz;
}

const uint8_t *hp_minimizer_best(const struct hp_minimizer *mz, size_t *size)
{
    *size = mz->size;
    return mz->best;
}

struct hp_minimize_size hp_minimizer_size(struct hp_minimizer *mz)
{
    struct hp_minimize_size size = {mz->size, 0};

    if (mz->is_hive) {
        (void)has_cells(mz);
        size.used_cells = minimize_used(mz);
    }
    return size;
}

const char *hp_minimizer_step(const struct hp_minimizer *mz)
{
    return mz->step;
}

/* ---- candidates ---------------------------------------------------------- */

static void look_at(struct hp_minimizer *mz, uint8_t *file, size_t size)
{
    if (!mz->is_hive && !mz->is_pair)
        return;
    mz->m->image = file + mz->before;
    mz->m->size = mz->m->room = size - mz->before;
    if (mz->is_pair) {
        minimize_learn_sums(mz);
        return;
    }
    table_scan(mz->m);
    minimize_learn(mz);
}

void minimize_look(struct hp_minimizer *mz)
{
    look_at(mz, mz->best, mz->size);
}

void minimize_begin(struct hp_minimizer *mz)
{
    memcpy(mz->work, mz->best, mz->size);
    mz->work_size = mz->size;
    look_at(mz, mz->work, mz->size);
    memset(mz->cut, 0, mz->size / 32 + 1);
}

static uint64_t hash_of(const uint8_t *bytes, size_t size)
{
    uint64_t hash = UINT64_C(0x9E3779B97F4A7C15) ^ size;
    uint64_t word = 0;

    for (size_t i = 0; i < size; i += sizeof word) {
        size_t left = size - i;
        word = 0;
        memcpy(&word, bytes + i, left < sizeof word ? left : sizeof word);
        hash = (hash ^ word) * UINT64_C(0xD6E8FEB86659FD93);
        hash ^= hash >> 32;
    }
    return hash | 1; /* 0 is an empty place */
}

bool minimize_ask(struct hp_minimizer *mz)
{
    uint64_t hash = hash_of(mz->work, mz->work_size);
    uint64_t *seen = &mz->seen[(hash >> 8) % SEEN];

    if (mz->stopped || mz->work_size == 0 || *seen == hash ||
        (mz->work_size == mz->size &&
         memcmp(mz->work, mz->best, mz->size) == 0))
        return false;
    switch (mz->ask(mz->self, mz->work, mz->work_size)) {
    case HP_INTEREST_YES:
        break;
    case HP_INTEREST_STOP:
        mz->stopped = true;
        return false;
    default:
        *seen = hash;
        return false;
    }
    uint8_t *other = mz->best;
    mz->best = mz->work;
    mz->work = other;
    mz->size = mz->work_size;
    if (mz->before > 0)
        mz->before = handles_before(hp_span_of(mz->best, mz->size));
    mz->moved = true;
    return true;
}

bool minimize_try(struct hp_minimizer *mz)
{
    minimize_settle(mz);
    return minimize_ask(mz) || (mz->is_pair && minimize_ask_salted(mz));
}

/* ---- elimination --------------------------------------------------------- */

void minimize_add_unit(struct hp_minimizer *mz, size_t unit)
{
    if (mz->unit_count < mz->size)
        mz->units[mz->unit_count++] = (uint32_t)unit;
}

static size_t collect(struct hp_minimizer *mz, const struct minimize_pass *pass)
{
    minimize_look(mz);
    mz->unit_count = 0;
    pass->collect(mz);
    return mz->unit_count;
}

void minimize_eliminate(struct hp_minimizer *mz,
                        const struct minimize_pass *pass)
{
    size_t count = collect(mz, pass);

    mz->step = pass->step;
    for (size_t chunk = count; chunk > 0 && !mz->stopped; chunk /= 2) {
        size_t at = 0;
        chunk = chunk < count ? chunk : count;
        while (at < count && !mz->stopped) {
            size_t n = chunk < count - at ? chunk : count - at;
            minimize_begin(mz);
            pass->edit(mz, at, n);
            if (!minimize_try(mz)) {
                at += n;
                continue;
            }
            size_t left = collect(mz, pass);
            at += left < count ? 0 : n;
            count = left;
        }
    }
}

/* ---- the order of things ------------------------------------------------- */

/* What is cut first makes everything after it fast. */
static void shrink_hive(struct hp_minimizer *mz)
{
    minimize_outside(mz);
    minimize_loose(mz);
    minimize_fields(mz);
    minimize_subtrees(mz);
    minimize_pack(mz);
    minimize_hoist(mz);
    minimize_contents(mz);
    minimize_loose(mz);
    minimize_pack(mz);
}

static void minimize_hive(struct hp_minimizer *mz)
{
    static const unsigned settlings[] = {SETTLE_FOLLOW | SETTLE_COLLECT,
                                         SETTLE_COLLECT, 0};

    for (size_t i = 0; i < sizeof settlings / sizeof settlings[0]; i++) {
        mz->settling = settlings[i];
        mz->moved = true;
        for (unsigned n = 0; n < ROUNDS_MOST && mz->moved && !mz->stopped;
             n++) {
            mz->moved = false;
            shrink_hive(mz);
        }
    }
    mz->settling = SETTLE_FOLLOW | SETTLE_COLLECT;
    minimize_mend(mz);
    minimize_plain(mz);
    minimize_zero(mz);
    minimize_pack(mz);
}

void hp_minimizer_run(struct hp_minimizer *mz)
{
    if (mz->size > 0 && mz->is_hive)
        minimize_hive(mz);
    else if (mz->is_pair)
        minimize_logs(mz);
    else if (mz->size > 0)
        minimize_bytes(mz);
    mz->step = "done";
}
