/* SPDX-License-Identifier: Apache-2.0
 *
 * Level 1: keys and values as a user of the registry sees them. */
#include <stdio.h>
#include <string.h>

#include "edit.h"
#include "operators.h"

static uint32_t pick_at(struct hp_mutator *m, unsigned kinds)
{
    struct cell *cell = table_pick(m, kinds);

    return cell == NULL ? 0 : cell->at;
}

/* A key that is likely to be reached: half of the time the root. */
static uint32_t pick_key(struct hp_mutator *m)
{
    return percent(m, 30) ? root_key(m) : pick_at(m, KINDS(KIND_NK));
}

static uint32_t add_key(struct hp_mutator *m, uint32_t parent,
                        const struct name *name)
{
    uint32_t nk = parent == 0 ? 0 : key_new(m, parent, name);

    if (nk != 0 && !child_insert(m, parent, nk)) {
        cell_free(m, nk);
        return 0;
    }
    return nk;
}

static uint32_t add_value(struct hp_mutator *m, uint32_t nk,
                          const struct name *name, uint32_t type)
{
    uint32_t vk = nk == 0 ? 0 : value_new(m, name, type);

    if (vk != 0 && !value_insert(m, nk, vk)) {
        cell_free(m, vk);
        return 0;
    }
    return vk;
}

static void name_set(struct name *name, const char *text)
{
    name->size = (uint32_t)strlen(text);
    name->compressed = true;
    memcpy(name->bytes, text, name->size);
}

bool key_add(struct hp_mutator *m)
{
    struct name name;

    name_choose(m, &name);
    uint32_t nk = add_key(m, pick_key(m), &name);
    trace(m, "nk", nk, name.size);
    return nk != 0;
}

bool key_delete(struct hp_mutator *m)
{
    uint32_t nk = pick_at(m, KINDS(KIND_NK));
    size_t element = nk == 0 ? 0 : child_pick(m, nk);

    if (element == 0)
        return false;
    trace(m, "nk", get32(m, element), nk);
    if (percent(m, 50))
        cell_free(m, get32(m, element));
    child_remove(m, nk, element);
    return true;
}

/* True if `key` is `nk` or above it, as far as parents tell. */
static bool is_above(const struct hp_mutator *m, uint32_t key, uint32_t nk)
{
    enum { LEVELS = 600 };

    for (unsigned i = 0; i < LEVELS && kind_at(m, nk) == KIND_NK; i++) {
        if (nk == key)
            return true;
        nk = cell32(m, nk, NK_PARENT);
    }
    return false;
}

bool key_move(struct hp_mutator *m)
{
    uint32_t from = pick_at(m, KINDS(KIND_NK)), to = pick_key(m);
    size_t element = from == 0 ? 0 : child_pick(m, from);
    uint32_t child = element == 0 ? 0 : get32(m, element);

    /* A key below itself is what key.link makes. */
    if (element == 0 || from == to || is_above(m, child, to))
        return false;
    child_remove(m, from, element);
    if (!child_insert(m, to, child))
        return true; /* then it is deleted */
    put32(m, in_cell(child, NK_PARENT), to);
    trace(m, "nk", child, to);
    return true;
}

/* A key once more, below any other: shared, or above itself. */
bool key_link(struct hp_mutator *m)
{
    uint32_t parent = pick_key(m), child = pick_at(m, KINDS(KIND_NK));

    if (parent == 0 || child == 0)
        return false;
    if (percent(m, 20))
        child = parent;
    else if (percent(m, 25))
        child = cell32(m, parent, NK_PARENT);
    if (percent(m, 50)) { /* in the place of another one */
        size_t element = child_pick(m, parent);
        if (element != 0) {
            put32(m, element, child);
            trace(m, "nk", child, parent);
            return true;
        }
    }
    trace(m, "nk", child, parent);
    return child_insert(m, parent, child);
}

bool key_rename_any(struct hp_mutator *m)
{
    uint32_t nk = pick_key(m);
    struct name name;

    name_choose(m, &name);
    trace(m, "nk", nk, name.size);
    return nk != 0 && key_rename(m, nk, &name);
}

/* Keys between the root and its children, up to more than may be. */
bool key_wrap(struct hp_mutator *m)
{
    static const uint16_t deep[] = {31, 33, 64, 510, 511, 512, 513, 600};
    uint32_t levels = percent(m, 90) ? 1 + below(m, 4) : ONE_OF(m, deep);
    uint32_t nk = pick_key(m), made = 0;
    struct name name;

    name_set(&name, "w");
    for (; nk != 0 && made < levels; made++) {
        nk = add_key(m, nk, &name);
        if (nk == 0)
            break;
    }
    trace(m, "levels", nk, made);
    return made > 0;
}

/* Many children at once, the same key again and again: more than a leaf of
 * Windows holds, and as many as a count can say. */
bool key_fan(struct hp_mutator *m)
{
    static const uint16_t many[] = {256, 511, 512, 513, 1012, 1013};
    uint32_t count = 2 + below(m, 16);
    uint32_t nk = pick_key(m);
    bool longer = percent(m, 50);

    if (percent(m, 8))
        count = percent(m, 97) ? ONE_OF(m, many) : UINT16_MAX;
    uint32_t width = longer ? LIST_ELEMENT_LONG : LIST_ELEMENT_SHORT;
    struct name name;

    name_set(&name, "f");
    uint32_t child = nk == 0 ? 0 : key_new(m, nk, &name);
    uint32_t list = child == 0 ? 0
                               : cell_new(m, LIST_ELEMENTS + count * width,
                                          longer ? KIND_LH : KIND_LI);
    if (list == 0) {
        cell_free(m, child);
        return false;
    }
    put16(m, in_cell(list, LIST_SIGNATURE), longer ? SIG_LH : SIG_LI);
    put16(m, in_cell(list, LIST_COUNT), count);
    for (uint32_t i = 0; i < count; i++) {
        size_t element = in_cell(list, LIST_ELEMENTS + i * width);
        put(m, element, width, child | (uint64_t)'F' << 32);
    }
    put32(m, in_cell(nk, NK_SUBKEYS), list);
    put32(m, in_cell(nk, NK_SUBKEY_COUNT), count);
    trace(m, "children", nk, count);
    return true;
}

bool key_class(struct hp_mutator *m)
{
    static const uint16_t sizes[] = {2, 3, 8, 32, 510, 4096};
    uint32_t nk = pick_key(m), size = ONE_OF(m, sizes);
    uint32_t class = nk == 0 ? 0 : cell_new(m, size, KIND_CLASS);

    if (class == 0)
        return false;
    for (uint32_t i = 0; i + 1 < size; i += 2)
        put16(m, in_cell(class, i), 'c');
    put32(m, in_cell(nk, NK_CLASS), class);
    put16(m, in_cell(nk, NK_CLASS_LENGTH), size);
    trace(m, "nk", nk, size);
    return true;
}

/* `units` of `text` (NULs too) as the data of `vk`. */
static bool set_text(struct hp_mutator *m, uint32_t vk, const uint16_t *text,
                     uint32_t units)
{
    uint32_t data = vk == 0 ? 0 : value_set_size(m, vk, 2 * units);

    if (data == 0)
        return false;
    for (uint32_t i = 0; i < units; i++)
        put16(m, in_cell(data, (data == vk ? VK_DATA : 0) + 2 * i), text[i]);
    return true;
}

/* The flag, and the one value that a link has. */
bool key_symlink(struct hp_mutator *m)
{
    static const uint16_t target[] = u"\\Registry\\Machine\\S";
    enum { SYM_LINK = 0x10, REG_LINK = 6 };
    uint32_t nk = pick_key(m);
    struct name name;

    if (nk == 0)
        return false;
    name_set(&name, "SymbolicLinkValue");
    put32(m, in_cell(nk, NK_VALUE_COUNT), 0);
    put32(m, in_cell(nk, NK_VALUES), OFFSET_NIL);
    put16(m, in_cell(nk, NK_FLAGS), cell16(m, nk, NK_FLAGS) | SYM_LINK);
    trace(m, "nk", nk, SYM_LINK);
    return set_text(m, add_value(m, nk, &name, REG_LINK), target,
                    sizeof target / sizeof *target - 1) ||
           true;
}

/* The value count becomes a handle. */
bool key_predefined(struct hp_mutator *m)
{
    uint32_t nk = pick_key(m);

    if (nk == 0)
        return false;
    put16(m, in_cell(nk, NK_FLAGS),
          cell16(m, nk, NK_FLAGS) | NK_FLAG_PREDEFINED);
    put32(m, in_cell(nk, NK_VALUE_COUNT), UINT32_C(0x80000000) + below(m, 8));
    trace(m, "nk", nk, NK_FLAG_PREDEFINED);
    return true;
}

/* Layered keys: a deleted key or value, and what goes with it. */
bool key_tombstone(struct hp_mutator *m)
{
    enum { TOMBSTONE_VALUE = 2, LAYERED_MINOR = 6, LAYERED = 2 };
    struct cell *cell = table_pick(m, KINDS(KIND_NK) | KINDS(KIND_VK));

    if (cell == NULL)
        return false;
    uint32_t at = cell->at,
             layer = 1 + below(m, 3) + (percent(m, 20) ? 0x80U : 0);
    put32(m, BASE_MINOR, LAYERED_MINOR);
    put32(m, BASE_FLAGS, get32(m, BASE_FLAGS) | LAYERED);
    trace(m, cell->kind == KIND_NK ? "nk.layer" : "vk.flags", at, layer);
    if (cell->kind == KIND_NK) {
        put(m, in_cell(at, NK_LAYER), 1, layer);
        return true;
    }
    put16(m, in_cell(at, VK_FLAGS), cell16(m, at, VK_FLAGS) | TOMBSTONE_VALUE);
    put32(m, in_cell(at, VK_TYPE), 0);
    put32(m, in_cell(at, VK_DATA_SIZE), 0);
    put32(m, in_cell(at, VK_DATA), OFFSET_NIL);
    return true;
}

/* ---- values -------------------------------------------------------------- */

/* Strings that the System Writer takes apart; \0 parts and ends them. */
#define TEXT_ITEM(text)                                                        \
    {                                                                          \
        u##text, sizeof(u##text) / sizeof(uint16_t)                            \
    }
static const struct {
    const uint16_t *text;
    uint32_t units;
} texts[] = {
    TEXT_ITEM(""),
    TEXT_ITEM("a"),
    TEXT_ITEM("\\SystemRoot\\System32\\drivers\\a.sys"),
    TEXT_ITEM("system32\\a.exe -k x"),
    TEXT_ITEM("%SystemRoot%\\a.exe"),
    TEXT_ITEM("%a%%b"),
    TEXT_ITEM("\"C:\\a b\\c.exe\" /x"),
    TEXT_ITEM("\"C:\\a b"),
    TEXT_ITEM("Q:\\a.exe"),
    TEXT_ITEM("\\??\\Q:\\a.exe"),
    TEXT_ITEM("\\\\s\\x\\a.exe"),
    TEXT_ITEM("\\\\?\\Volume{0}\\a"),
    TEXT_ITEM("a\0bb\0ccc\0"),
    TEXT_ITEM("\0a\0\0"),
    TEXT_ITEM("a\0\0b\0\0"),
    TEXT_ITEM("\xD83D"), /* surrogates alone */
    TEXT_ITEM("a\xDC00"),
    TEXT_ITEM("a\0\xDC00\0"),
};

static const uint32_t types[] = {
    0, 1,  2,  3,  4,          5,          6,     7,         8,
    9, 10, 11, 12, 0xFFFF0012, 0x1000000C, 0x1F4, 0xFFFFFFFF};

static bool random_text(struct hp_mutator *m, uint32_t vk)
{
    uint32_t which = below(m, sizeof texts / sizeof texts[0]);
    uint32_t units = texts[which].units;

    if (percent(m, 25)) /* without the final NUL */
        units--;
    return set_text(m, vk, texts[which].text, units);
}

bool value_add(struct hp_mutator *m)
{
    uint32_t nk = pick_key(m);
    struct name name;

    name_choose(m, &name);
    uint32_t vk = add_value(m, nk, &name, ONE_OF(m, types));
    if (vk == 0)
        return false;
    if (percent(m, 70))
        (void)random_text(m, vk);
    trace(m, "vk", vk, nk);
    return true;
}

/* ---- many at once -------------------------------------------------------- */

static void name_number(struct name *name, uint32_t number)
{
    char text[16];

    (void)snprintf(text, sizeof text, "n%06x", (unsigned)(number & 0xFFFFFF));
    name_set(name, text);
}

/* Room for all at once: else the list moves with each. */
static void make_room(struct hp_mutator *m, uint32_t list, uint32_t bytes)
{
    const struct cell *cell = table_find(m, list);

    if (cell != NULL &&
        (KINDS(cell->kind) & (LEAVES | KINDS(KIND_VALUES))) != 0)
        (void)cell_resize(m, list, cell->size - CELL_SIZE_FIELD + bytes);
}

/* Values or subkeys of one key, each with a name of its own: numbers of steps
 * that fuzzers tell apart. */
static bool add_many(struct hp_mutator *m, bool values)
{
    static const uint8_t crowds[] = {8, 16, 32, 64, 130};
    uint32_t nk = pick_key(m), most = ONE_OF(m, crowds), made = 0;
    uint32_t type = values ? ONE_OF(m, types) : 0, first = dice(m);
    uint32_t width = values ? 4 : LIST_ELEMENT_LONG;
    uint32_t list = values ? NK_VALUES : NK_SUBKEYS;
    struct name name;

    for (; made < most; made++) {
        if (made == 1)
            make_room(m, cell32(m, nk, list), most * width);
        name_number(&name, first + made);
        if ((values ? add_value(m, nk, &name, type) : add_key(m, nk, &name)) ==
            0)
            break;
    }
    trace(m, values ? "values" : "children", nk, made);
    return made > 0;
}

bool key_many(struct hp_mutator *m)
{
    return add_many(m, false);
}

bool value_many(struct hp_mutator *m)
{
    return add_many(m, true);
}

bool value_delete(struct hp_mutator *m)
{
    uint32_t nk = pick_at(m, KINDS(KIND_NK));
    uint32_t count = nk == 0 ? 0 : value_count(m, nk);

    if (count == 0)
        return false;
    uint32_t list = cell32(m, nk, NK_VALUES), n = below(m, count);
    trace(m, "vk", cell32(m, list, 4 * n), nk);
    put32(m, in_cell(list, 4 * n), cell32(m, list, 4 * (count - 1)));
    put32(m, in_cell(nk, NK_VALUE_COUNT), count - 1);
    return true;
}

/* A value once more, in the list of any key. */
bool value_link(struct hp_mutator *m)
{
    uint32_t nk = pick_key(m), vk = pick_at(m, KINDS(KIND_VK));

    trace(m, "vk", vk, nk);
    return nk != 0 && vk != 0 && value_insert(m, nk, vk);
}

bool value_type(struct hp_mutator *m)
{
    uint32_t vk = pick_at(m, KINDS(KIND_VK)), type = ONE_OF(m, types);

    if (vk == 0)
        return false;
    put32(m, in_cell(vk, VK_TYPE), type);
    trace(m, "vk", vk, type);
    return true;
}

bool value_text(struct hp_mutator *m)
{
    uint32_t vk = pick_at(m, KINDS(KIND_VK));

    trace(m, "vk", vk, 0);
    return vk != 0 && random_text(m, vk);
}

bool value_rename(struct hp_mutator *m)
{
    uint32_t vk = pick_at(m, KINDS(KIND_VK));
    struct name name;

    name_choose(m, &name);
    if (percent(m, 15))
        name.size = 0;
    vk = vk == 0 ? 0 : cell_resize(m, vk, VK_NAME + name.size);
    if (vk == 0)
        return false;
    uint32_t flags = cell16(m, vk, VK_FLAGS) & ~(uint32_t)VK_FLAG_COMPRESSED;
    put16(m, in_cell(vk, VK_FLAGS),
          flags | (name.compressed ? VK_FLAG_COMPRESSED : 0));
    put16(m, in_cell(vk, VK_NAME_LENGTH), name.size);
    put_bytes(m, in_cell(vk, VK_NAME), name.bytes, name.size);
    trace(m, "vk", vk, name.size);
    return true;
}

/* A key as services are: a path, a type, a start; or the list that excludes
 * them. */
bool key_service(struct hp_mutator *m)
{
    enum { REG_EXPAND_SZ = 2, REG_DWORD = 4, REG_MULTI_SZ = 7 };
    static const char *const numbers[] = {"Type", "Start", "ErrorControl"};
    static const uint16_t kinds[] = {1, 2, 4, 8, 0x10, 0x20, 0x60, 0x110};
    struct name name;

    name_choose(m, &name);
    uint32_t nk = add_key(m, pick_key(m), &name);
    if (nk == 0)
        return false;
    trace(m, "nk", nk, 0);
    if (percent(m, 20)) {
        name_set(&name, "ExcludedBinaryPaths");
        (void)random_text(m, add_value(m, nk, &name, REG_MULTI_SZ));
        return true;
    }
    name_set(&name, "ImagePath");
    (void)random_text(m, add_value(m, nk, &name, REG_EXPAND_SZ));
    for (size_t i = 0; i < 3; i++) {
        name_set(&name, numbers[i]);
        uint32_t vk = add_value(m, nk, &name, REG_DWORD);
        if (vk == 0 || value_set_size(m, vk, 4) == 0)
            return true;
        put32(m, in_cell(vk, VK_DATA), i == 0 ? ONE_OF(m, kinds) : below(m, 5));
    }
    return true;
}
