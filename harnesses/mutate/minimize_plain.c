/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers that say nothing become those that a new hive has there: they are
 * what a person would have to wonder about. */
#include "minimize_parts.h"

/* Of a key: what is longest among its subkeys and values. */
struct maxima {
    uint32_t name, class, value_name, data; /* as NK_MAX_ has them */
};

static void raise(uint32_t *most, uint32_t size)
{
    *most = *most < size ? size : *most;
}

static struct maxima maxima_of(struct hp_minimizer *mz, uint32_t nk)
{
    struct hp_mutator *m = mz->m;
    struct leaf_walk walk = leaves_of(m, cell32(m, nk, NK_SUBKEYS));
    uint32_t list = cell32(m, nk, NK_VALUES);
    uint32_t count = value_count(m, nk);
    struct maxima most = {0, 0, 0, 0};
    size_t element;

    walk.budget = mz->budget;
    while (leaves_next(m, &walk, &element)) {
        uint32_t key = get32(m, element), size = cell16(m, key, NK_NAME_LENGTH);
        uint16_t narrow = cell16(m, key, NK_FLAGS) & NK_FLAG_COMPRESSED;
        raise(&most.name, narrow != 0 ? 2 * size : size);
        raise(&most.class, cell16(m, key, NK_CLASS_LENGTH));
    }
    mz->budget = walk.budget;
    for (uint32_t i = 0; i < count && mz->budget > 0; i++, mz->budget--) {
        uint32_t vk = cell32(m, list, 4 * i);
        uint32_t size = cell16(m, vk, VK_NAME_LENGTH);
        uint16_t narrow = cell16(m, vk, VK_FLAGS) & VK_FLAG_COMPRESSED;
        raise(&most.value_name, narrow != 0 ? 2 * size : size);
        raise(&most.data, cell32(m, vk, VK_DATA_SIZE) & ~VK_INLINE);
    }
    return most;
}

static bool has_maxima(const struct hp_mutator *m, uint32_t nk,
                       const struct maxima *most)
{
    return cell16(m, nk, NK_MAX_NAME) == (most->name & UINT16_MAX) &&
           cell32(m, nk, NK_MAX_CLASS) == most->class &&
           cell32(m, nk, NK_MAX_VALUE_NAME) == most->value_name &&
           cell32(m, nk, NK_MAX_DATA) == most->data;
}

/* A unit is a key, or the base block: 0. */
static void collect_odd(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;

    mz->budget = minimize_budget(mz);
    if (get32(m, BASE_SEQUENCE1) != 1 || get32(m, BASE_SEQUENCE2) != 1)
        minimize_add_unit(mz, 0);
    for (size_t i = 0; i < m->cell_count; i++) {
        if (m->cells[i].kind != KIND_NK)
            continue;
        struct maxima most = maxima_of(mz, m->cells[i].at);
        if (!has_maxima(m, m->cells[i].at, &most))
            minimize_add_unit(mz, m->cells[i].at);
    }
}

static void make_plain(struct hp_minimizer *mz, size_t from, size_t count)
{
    struct hp_mutator *m = mz->m;

    mz->budget = minimize_budget(mz);
    for (size_t i = from; i < from + count; i++) {
        uint32_t nk = mz->units[i];
        if (nk == 0) {
            put32(m, BASE_SEQUENCE1, 1);
            put32(m, BASE_SEQUENCE2, 1);
            continue;
        }
        struct maxima most = maxima_of(mz, nk);
        put16(m, in_cell(nk, NK_MAX_NAME), most.name);
        put32(m, in_cell(nk, NK_MAX_CLASS), most.class);
        put32(m, in_cell(nk, NK_MAX_VALUE_NAME), most.value_name);
        put32(m, in_cell(nk, NK_MAX_DATA), most.data);
    }
}

/* A key that has become the root is no child of another one, and says so. */
static void make_root(struct hp_minimizer *mz)
{
    minimize_begin(mz);
    struct hp_mutator *m = mz->m;
    uint32_t root = get32(m, BASE_ROOT);
    if (kind_at(m, root) != KIND_NK)
        return;
    put32(m, in_cell(root, NK_PARENT), OFFSET_NIL);
    put16(m, in_cell(root, NK_FLAGS),
          cell16(m, root, NK_FLAGS) |
              (uint32_t)(NK_FLAG_HIVE_ENTRY | NK_FLAG_NO_DELETE));
    (void)minimize_try(mz);
}

void minimize_plain(struct hp_minimizer *mz)
{
    static const struct minimize_pass pass = {"plain numbers", collect_odd,
                                              make_plain};

    make_root(mz);
    minimize_eliminate(mz, &pass);
}
