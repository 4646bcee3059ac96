/* SPDX-License-Identifier: Apache-2.0 */
#include "edit.h"

uint32_t root_key(struct hp_mutator *m)
{
    uint32_t root = get32(m, BASE_ROOT);

    if (kind_at(m, root) == KIND_NK)
        return root;
    struct cell *cell = table_pick(m, KINDS(KIND_NK));
    return cell == NULL ? 0 : cell->at;
}

/* ---- keys ---------------------------------------------------------------- */

static uint32_t security_of(struct hp_mutator *m)
{
    uint32_t root = root_key(m);
    uint32_t sk = root == 0 ? OFFSET_NIL : cell32(m, root, NK_SECURITY);

    return kind_at(m, sk) == KIND_SK ? sk : OFFSET_NIL;
}

uint32_t key_new(struct hp_mutator *m, uint32_t parent, const struct name *name)
{
    uint32_t nk = cell_new(m, NK_NAME + name->size, KIND_NK);

    if (nk == 0)
        return 0;
    put16(m, in_cell(nk, NK_SIGNATURE), SIG_NK);
    put16(m, in_cell(nk, NK_FLAGS), name->compressed ? NK_FLAG_COMPRESSED : 0);
    put32(m, in_cell(nk, NK_PARENT), parent);
    put32(m, in_cell(nk, NK_SUBKEYS), OFFSET_NIL);
    put32(m, in_cell(nk, NK_VOLATILE_SUBKEYS), OFFSET_NIL);
    put32(m, in_cell(nk, NK_VALUES), OFFSET_NIL);
    put32(m, in_cell(nk, NK_SECURITY), security_of(m));
    put32(m, in_cell(nk, NK_CLASS), OFFSET_NIL);
    put16(m, in_cell(nk, NK_NAME_LENGTH), name->size);
    put_bytes(m, in_cell(nk, NK_NAME), name->bytes, name->size);
    return nk;
}

bool key_rename(struct hp_mutator *m, uint32_t nk, const struct name *name)
{
    nk = cell_resize(m, nk, NK_NAME + name->size);
    if (nk == 0)
        return false;
    uint32_t flags = cell16(m, nk, NK_FLAGS) & ~(uint32_t)NK_FLAG_COMPRESSED;
    put16(m, in_cell(nk, NK_FLAGS),
          flags | (name->compressed ? NK_FLAG_COMPRESSED : 0));
    put16(m, in_cell(nk, NK_NAME_LENGTH), name->size);
    put_bytes(m, in_cell(nk, NK_NAME), name->bytes, name->size);
    return true;
}

/* ---- subkey lists -------------------------------------------------------- */

static void add_to_count(struct hp_mutator *m, uint32_t nk, uint32_t field,
                         uint32_t change)
{
    put32(m, in_cell(nk, field), cell32(m, nk, field) + change);
}

/* Some leaf below `list`, or 0. */
static uint32_t some_leaf(struct hp_mutator *m, uint32_t list)
{
    for (unsigned depth = 0; depth < 4; depth++) {
        uint32_t kind = kind_at(m, list);
        if ((KINDS(kind) & LEAVES) != 0)
            return list;
        if (kind != KIND_RI)
            return 0;
        uint32_t n = below(m, list_count(m, list));
        list = cell32(m, list, LIST_ELEMENTS + 4 * n);
    }
    return 0;
}

static bool first_child(struct hp_mutator *m, uint32_t nk, uint32_t child)
{
    static const struct {
        uint16_t signature;
        uint8_t kind;
    } leaves[] = {{SIG_LH, KIND_LH}, {SIG_LF, KIND_LF}, {SIG_LI, KIND_LI}};
    uint32_t which = below(m, 3);
    uint32_t list =
        cell_new(m, LIST_ELEMENTS + 8 * (1 + below(m, 3)), leaves[which].kind);

    if (list == 0)
        return false;
    put16(m, in_cell(list, LIST_SIGNATURE), leaves[which].signature);
    put16(m, in_cell(list, LIST_COUNT), 1);
    put32(m, in_cell(list, LIST_ELEMENTS), child);
    put32(m, in_cell(nk, NK_SUBKEYS), list);
    put32(m, in_cell(nk, NK_SUBKEY_COUNT), 1);
    return true;
}

bool child_insert(struct hp_mutator *m, uint32_t nk, uint32_t child)
{
    uint32_t leaf = some_leaf(m, cell32(m, nk, NK_SUBKEYS));

    if (leaf == 0)
        return first_child(m, nk, child);
    uint32_t width = element_size(kind_at(m, leaf));
    uint32_t count = list_count(m, leaf);
    if (count == UINT16_MAX)
        return false;
    leaf = cell_resize(m, leaf, LIST_ELEMENTS + (count + 1) * width);
    if (leaf == 0)
        return false;
    size_t element = in_cell(leaf, LIST_ELEMENTS + count * width);
    put(m, element, width, child);
    put16(m, in_cell(leaf, LIST_COUNT), count + 1);
    add_to_count(m, nk, NK_SUBKEY_COUNT, 1);
    return true;
}

size_t child_pick(struct hp_mutator *m, uint32_t nk)
{
    uint32_t leaf = some_leaf(m, cell32(m, nk, NK_SUBKEYS));
    uint32_t count = leaf == 0 ? 0 : list_count(m, leaf);

    if (count == 0)
        return 0;
    return in_cell(leaf, LIST_ELEMENTS +
                             below(m, count) * element_size(kind_at(m, leaf)));
}

uint32_t list_of_element(struct hp_mutator *m, size_t position)
{
    for (size_t i = 0; i < m->cell_count; i++) {
        size_t start = in_cell(m->cells[i].at, 0);
        if (position >= start && position - start < m->cells[i].size)
            return m->cells[i].at;
    }
    return 0;
}

void child_remove(struct hp_mutator *m, uint32_t nk, size_t element)
{
    uint32_t leaf = list_of_element(m, element);
    uint32_t count = leaf == 0 ? 0 : list_count(m, leaf);
    uint32_t width = element_size(kind_at(m, leaf));
    size_t end = in_cell(leaf, LIST_ELEMENTS + count * width);

    if (count == 0 || end > m->size || element + width > end)
        return;
    memmove(m->image + element, m->image + element + width,
            end - element - width);
    put16(m, in_cell(leaf, LIST_COUNT), count - 1);
    add_to_count(m, nk, NK_SUBKEY_COUNT, UINT32_MAX);
    if (count == 1 && cell32(m, nk, NK_SUBKEYS) == leaf) {
        put32(m, in_cell(nk, NK_SUBKEYS), OFFSET_NIL);
        put32(m, in_cell(nk, NK_SUBKEY_COUNT), 0);
        cell_free(m, leaf);
    }
}

/* ---- values -------------------------------------------------------------- */

uint32_t value_count(const struct hp_mutator *m, uint32_t nk)
{
    uint32_t said = cell32(m, nk, NK_VALUE_COUNT);
    uint32_t fit = payload_at(m, cell32(m, nk, NK_VALUES)) / 4;

    return said < fit ? said : fit;
}

uint32_t value_new(struct hp_mutator *m, const struct name *name, uint32_t type)
{
    uint32_t vk = cell_new(m, VK_NAME + name->size, KIND_VK);

    if (vk == 0)
        return 0;
    put16(m, in_cell(vk, VK_SIGNATURE), SIG_VK);
    put16(m, in_cell(vk, VK_NAME_LENGTH), name->size);
    put32(m, in_cell(vk, VK_DATA_SIZE), VK_INLINE);
    put32(m, in_cell(vk, VK_TYPE), type);
    put16(m, in_cell(vk, VK_FLAGS), name->compressed ? VK_FLAG_COMPRESSED : 0);
    put_bytes(m, in_cell(vk, VK_NAME), name->bytes, name->size);
    return vk;
}

bool value_insert(struct hp_mutator *m, uint32_t nk, uint32_t vk)
{
    uint32_t count = value_count(m, nk);
    uint32_t list = cell32(m, nk, NK_VALUES);

    list = count == 0 ? cell_new(m, 4, KIND_VALUES)
                      : cell_resize(m, list, 4 * (count + 1));
    if (list == 0)
        return false;
    put32(m, in_cell(list, 4 * count), vk);
    put32(m, in_cell(nk, NK_VALUES), list);
    put32(m, in_cell(nk, NK_VALUE_COUNT), count + 1);
    return true;
}

uint32_t value_set_size(struct hp_mutator *m, uint32_t vk, uint32_t size)
{
    uint32_t old = cell32(m, vk, VK_DATA);
    bool was_inline = (cell32(m, vk, VK_DATA_SIZE) & VK_INLINE) != 0;
    uint32_t data = size > VK_INLINE_MOST ? cell_new(m, size, KIND_DATA) : vk;

    if (data == 0)
        return 0;
    if (!was_inline && reference_count(m, old) == 1)
        cell_free(m, old);
    put32(m, in_cell(vk, VK_DATA), data == vk ? 0 : data);
    put32(m, in_cell(vk, VK_DATA_SIZE), data == vk ? VK_INLINE | size : size);
    return data;
}
