/* SPDX-License-Identifier: Apache-2.0
 *
 * Level 2: the same objects in other records. */
#include "edit.h"
#include "finish.h"
#include "operators.h"

static uint32_t pick_at(struct hp_mutator *m, unsigned kinds)
{
    struct cell *cell = table_pick(m, kinds);

    return cell == NULL ? 0 : cell->at;
}

/* A key whose subkeys lie in a list of `kinds`, or 0. */
static uint32_t pick_parent(struct hp_mutator *m, unsigned kinds)
{
    for (unsigned tries = 0; tries < 6; tries++) {
        uint32_t nk = tries == 0 ? root_key(m) : pick_at(m, KINDS(KIND_NK));
        if (nk != 0 &&
            (KINDS(kind_at(m, cell32(m, nk, NK_SUBKEYS))) & kinds) != 0 &&
            (tries > 0 || percent(m, 60)))
            return nk;
    }
    return 0;
}

/* ---- subkey lists -------------------------------------------------------- */

static const uint16_t leaf_signatures[] = {SIG_LF, SIG_LH, SIG_LI};
static const uint8_t leaf_kinds[] = {KIND_LF, KIND_LH, KIND_LI};

/* li, lf or lh becomes one of the others, elements and all. */
bool list_convert(struct hp_mutator *m)
{
    uint32_t leaf = pick_at(m, LEAVES), which = below(m, 3);
    uint32_t kind = leaf == 0 ? 0 : kind_at(m, leaf);
    uint32_t count = leaf == 0 ? 0 : list_count(m, leaf);
    uint32_t from = element_size(kind), to = element_size(leaf_kinds[which]);

    if (leaf == 0 || kind == leaf_kinds[which])
        return false;
    leaf = cell_resize(m, leaf, LIST_ELEMENTS + count * to);
    struct cell *cell = leaf == 0 ? NULL : table_find(m, leaf);
    if (cell == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        /* Growing elements are moved from the last one on. */
        uint32_t n = to > from ? count - 1 - i : i;
        uint32_t nk = cell32(m, leaf, LIST_ELEMENTS + n * from);
        size_t element = in_cell(leaf, LIST_ELEMENTS + n * to);
        put32(m, element, nk);
        if (to == LIST_ELEMENT_LONG)
            put32(m, element + 4, list_hint(m, nk, leaf_kinds[which]));
    }
    put16(m, in_cell(leaf, LIST_SIGNATURE), leaf_signatures[which]);
    table_set_kind(m, cell, leaf_kinds[which]);
    trace(m, "list", leaf, leaf_signatures[which]);
    return true;
}

static uint32_t index_new(struct hp_mutator *m, uint32_t first, uint32_t second)
{
    uint32_t count = second == 0 ? 1 : 2;
    uint32_t ri = cell_new(m, LIST_ELEMENTS + 4 * count, KIND_RI);

    if (ri == 0)
        return 0;
    put16(m, in_cell(ri, LIST_SIGNATURE), SIG_RI);
    put16(m, in_cell(ri, LIST_COUNT), count);
    put32(m, in_cell(ri, LIST_ELEMENTS), first);
    if (count == 2)
        put32(m, in_cell(ri, LIST_ELEMENTS + 4), second);
    return ri;
}

/* A leaf becomes an ri with the leaf, or the two halves of it, below. */
bool list_split(struct hp_mutator *m)
{
    uint32_t nk = pick_parent(m, LEAVES);
    uint32_t leaf = nk == 0 ? 0 : cell32(m, nk, NK_SUBKEYS);
    uint32_t count = nk == 0 ? 0 : list_count(m, leaf);
    uint32_t width = element_size(kind_at(m, leaf));
    uint32_t half = below(m, count), second = 0;

    if (nk == 0)
        return false;
    if (half > 0) {
        uint32_t size = LIST_ELEMENTS + (count - half) * width;
        second = cell_new(m, size, kind_at(m, leaf));
        if (second == 0)
            return false;
        put16(m, in_cell(second, LIST_SIGNATURE), cell16(m, leaf, 0));
        put16(m, in_cell(second, LIST_COUNT), count - half);
        copy_within(m, in_cell(second, LIST_ELEMENTS),
                    in_cell(leaf, LIST_ELEMENTS + half * width),
                    (count - half) * (size_t)width);
    }
    uint32_t ri = index_new(m, leaf, second);
    if (ri == 0)
        return false;
    if (second != 0)
        put16(m, in_cell(leaf, LIST_COUNT), half);
    put32(m, in_cell(nk, NK_SUBKEYS), ri);
    trace(m, "nk.subkeys", nk, ri);
    return true;
}

/* The leaves of an ri become one li. */
bool list_merge(struct hp_mutator *m)
{
    enum { MOST = 1024 };
    uint32_t nk = pick_parent(m, KINDS(KIND_RI)), count = 0;
    struct leaf_walk walk;
    size_t element;

    if (nk == 0)
        return false;
    walk = leaves_of(m, cell32(m, nk, NK_SUBKEYS));
    while (count < MOST && leaves_next(m, &walk, &element))
        count++;
    uint32_t li = cell_new(m, LIST_ELEMENTS + 4 * count, KIND_LI);
    if (li == 0)
        return false;
    put16(m, in_cell(li, LIST_SIGNATURE), SIG_LI);
    put16(m, in_cell(li, LIST_COUNT), count);
    walk = leaves_of(m, cell32(m, nk, NK_SUBKEYS));
    for (uint32_t i = 0; i < count && leaves_next(m, &walk, &element); i++)
        put32(m, in_cell(li, LIST_ELEMENTS + 4 * i), get32(m, element));
    put32(m, in_cell(nk, NK_SUBKEYS), li);
    trace(m, "nk.subkeys", nk, li);
    return true;
}

/* A chain of ri above a list: deeper than one is wrong, deep enough ends a
 * reader's stack; with two references to each next one it doubles its work. */
bool list_nest(struct hp_mutator *m)
{
    static const uint16_t usual[] = {1, 1, 2, 7, 8, 9, 31, 32, 33, 40};
    static const uint16_t deep[] = {200, 300, 1000, 4000};
    uint32_t nk = pick_parent(m, LISTS);
    uint32_t levels = percent(m, 92) ? ONE_OF(m, usual) : ONE_OF(m, deep);
    uint32_t made = 0, list = nk == 0 ? 0 : cell32(m, nk, NK_SUBKEYS);
    bool twice = percent(m, 5);

    if (twice && percent(m, 90)) /* what doubles too often only takes time */
        levels = 1 + below(m, 5);

    for (; nk != 0 && made < levels; made++) {
        uint32_t ri = index_new(m, list, twice ? list : 0);
        if (ri == 0)
            break;
        list = ri;
    }
    if (made == 0)
        return false;
    put32(m, in_cell(nk, NK_SUBKEYS), list);
    trace(m, twice ? "twice" : "levels", nk, made);
    return true;
}

/* An element of an ri leads to the ri itself or to one above it. */
bool list_cycle(struct hp_mutator *m)
{
    uint32_t ri = pick_at(m, KINDS(KIND_RI)), nk = pick_parent(m, LISTS);

    if (nk == 0)
        return false;
    if (ri == 0 || percent(m, 50)) {
        ri = index_new(m, cell32(m, nk, NK_SUBKEYS), 0);
        if (ri == 0)
            return false;
        put32(m, in_cell(nk, NK_SUBKEYS), ri);
    }
    uint32_t above = percent(m, 70) ? ri : pick_at(m, KINDS(KIND_RI));
    uint32_t n = below(m, list_count(m, ri));
    put32(m, in_cell(ri, LIST_ELEMENTS + 4 * n), above);
    trace(m, "ri.element", ri, above);
    return true;
}

/* Elements in a wrong order, or one of them twice. */
bool list_order(struct hp_mutator *m)
{
    uint32_t list = pick_at(m, LISTS | KINDS(KIND_VALUES));
    struct cell *cell = list == 0 ? NULL : table_find(m, list);

    if (cell == NULL)
        return false;
    bool bare = cell->kind == KIND_VALUES;
    uint32_t width = bare ? 4 : element_size(cell->kind);
    uint32_t start = bare ? 0 : LIST_ELEMENTS;
    uint32_t count =
        bare ? (cell->size - CELL_SIZE_FIELD) / 4 : list_count(m, list);
    uint8_t held[LIST_ELEMENT_LONG];

    if (count < 2)
        return false;
    size_t a = in_cell(list, start + below(m, count) * width);
    size_t b = in_cell(list, start + below(m, count) * width);
    memcpy(held, m->image + a, width);
    copy_within(m, a, b, width);
    if (percent(m, 50))
        put_bytes(m, b, held, width);
    trace(m, "element", list, get32(m, a));
    return a != b;
}

bool list_wrong_hint(struct hp_mutator *m)
{
    uint32_t list = pick_at(m, KINDS(KIND_LF) | KINDS(KIND_LH));
    uint32_t count = list == 0 ? 0 : list_count(m, list);

    if (count == 0)
        return false;
    size_t hint =
        in_cell(list, LIST_HINTS + below(m, count) * LIST_ELEMENT_LONG);
    put32(m, hint, get32(m, hint) ^ (1U << below(m, 32)));
    trace(m, "hint", list, get32(m, hint));
    return true;
}

/* ---- names --------------------------------------------------------------- */

/* A name in Latin-1 becomes one in UTF-16, or the other way round. */
bool name_width(struct hp_mutator *m)
{
    struct cell *cell = table_pick(m, KINDS(KIND_NK) | KINDS(KIND_VK));

    if (cell == NULL)
        return false;
    bool key = cell->kind == KIND_NK;
    uint32_t from = key ? NK_NAME : VK_NAME, at = cell->at;
    uint32_t flags_field = key ? NK_FLAGS : VK_FLAGS;
    uint32_t flag = key ? (uint32_t)NK_FLAG_COMPRESSED : VK_FLAG_COMPRESSED;
    uint32_t length_field = key ? NK_NAME_LENGTH : VK_NAME_LENGTH;
    uint32_t size = cell16(m, at, length_field);
    bool widen = (cell16(m, at, flags_field) & flag) != 0;
    uint32_t units = widen ? size : size / 2;

    if (size > NAME_MOST / 2)
        return false;
    if (widen)
        at = cell_resize(m, at, from + 2 * units);
    if (at == 0)
        return false;
    for (uint32_t i = 0; i < units; i++) {
        uint32_t n = widen ? units - 1 - i : i;
        size_t start = in_cell(at, from);
        if (widen)
            put16(m, start + 2 * n, get8(m, start + n));
        else
            put(m, start + n, 1, get8(m, start + 2 * n));
    }
    put16(m, in_cell(at, flags_field), cell16(m, at, flags_field) ^ flag);
    put16(m, in_cell(at, length_field), widen ? 2 * units : units);
    trace(m, key ? "nk.name" : "vk.name", at, units);
    return true;
}

/* ---- data ---------------------------------------------------------------- */

/* Inline, in a cell, or gone. */
bool value_resize(struct hp_mutator *m)
{
    static const uint16_t sizes[] = {0, 0,  1,  2,  3,   3,   4,  4,
                                     4, 5,  5,  6,  7,   8,   12, 16,
                                     9, 20, 64, 84, 100, 130, 256};
    static const uint16_t large[] = {1000, 4064, 4096, 16343, 16344};
    uint32_t vk = pick_at(m, KINDS(KIND_VK));
    uint32_t size = percent(m, 95) ? ONE_OF(m, sizes) : ONE_OF(m, large);

    if (vk == 0)
        return false;
    uint32_t data = value_set_size(m, vk, size);
    if (data == 0)
        return false;
    size_t start = data == vk ? in_cell(vk, VK_DATA) : in_cell(data, 0);
    for (uint32_t i = 0; i < size; i++)
        put(m, start + i, 1, 'a' + i % 26);
    if (size == 0 && percent(m, 30)) { /* as some writers say "nothing" */
        put32(m, in_cell(vk, VK_DATA_SIZE), 0);
        put32(m, in_cell(vk, VK_DATA), OFFSET_NIL);
    }
    trace(m, "vk.data_size", vk, size);
    return true;
}

static uint32_t db_new(struct hp_mutator *m, const uint32_t *segments,
                       uint32_t count)
{
    uint32_t db = cell_new(m, DB_SIZE, KIND_DB);
    uint32_t list = db == 0 ? 0 : cell_new(m, 4 * count, KIND_SEGMENTS);

    if (list == 0)
        return 0;
    put16(m, in_cell(db, DB_SIGNATURE), SIG_DB);
    put16(m, in_cell(db, DB_COUNT), count);
    put32(m, in_cell(db, DB_LIST), list);
    for (uint32_t i = 0; i < count; i++)
        put32(m, in_cell(list, 4 * i), segments[i]);
    return db;
}

/* The data of a value in segments: sound where there is room for a whole one,
 * all but the last the same; else segments that are too short. */
bool value_big(struct hp_mutator *m)
{
    static const uint16_t last_sizes[] = {1, 2, 8, 16, 100, 4096};
    uint32_t vk = pick_at(m, KINDS(KIND_VK)), count = 2 + below(m, 3);
    bool whole = percent(m, 30);
    uint32_t last = ONE_OF(m, last_sizes), segments[4];

    if (vk == 0)
        return false;
    uint32_t full =
        cell_new(m, whole ? DB_SEGMENT_MOST : 8U << below(m, 6), KIND_DATA);
    segments[count - 1] = full == 0 ? 0 : cell_new(m, last, KIND_DATA);
    if (segments[count - 1] == 0)
        return false;
    for (uint32_t i = 0; i + 1 < count; i++)
        segments[i] = full;
    uint32_t db = db_new(m, segments, count);
    if (db == 0)
        return false;
    if (get32(m, BASE_MINOR) < DB_LEAST_MINOR)
        put32(m, BASE_MINOR, 5);
    put32(m, in_cell(vk, VK_DATA), db);
    put32(m, in_cell(vk, VK_DATA_SIZE), DB_SEGMENT_MOST * (count - 1) + last);
    trace(m, whole ? "whole" : "short", vk, count);
    return true;
}

/* A segment is another one, a new and shorter one, or one too few or many. */
bool db_segment(struct hp_mutator *m)
{
    uint32_t db = pick_at(m, KINDS(KIND_DB));
    uint32_t list = db == 0 ? 0 : cell32(m, db, DB_LIST);
    uint32_t count = db == 0 ? 0 : cell16(m, db, DB_COUNT);

    if (db == 0 || payload_at(m, list) < 4 * count || count == 0)
        return false;
    size_t slot = in_cell(list, 4 * below(m, count));
    uint32_t segment;
    switch (below(m, 4)) {
    case 0:
        segment = cell_new(m, 4 + below(m, 64), KIND_DATA);
        break;
    case 1:
        segment = pick_at(m, ANY_USED);
        break;
    case 2:
        put16(m, in_cell(db, DB_COUNT), count - 1);
        trace(m, "db.count", db, count - 1);
        return true;
    default:
        segment = cell32(m, list, 4 * below(m, count));
        break;
    }
    if (segment == 0 || segment == get32(m, slot))
        return false;
    put32(m, slot, segment);
    trace(m, "db.segment", db, segment);
    return true;
}

/* ---- security and sharing ------------------------------------------------ */

/* A second record with the same descriptor, in the circle, used by one key. */
bool security_copy(struct hp_mutator *m)
{
    uint32_t sk = pick_at(m, KINDS(KIND_SK)), nk = pick_at(m, KINDS(KIND_NK));
    uint32_t payload = sk == 0 ? 0 : payload_at(m, sk);
    uint32_t copy = payload == 0 || nk == 0 ? 0 : cell_new(m, payload, KIND_SK);

    if (copy == 0)
        return false;
    uint32_t next = cell32(m, sk, SK_FLINK);
    copy_within(m, in_cell(copy, 0), in_cell(sk, 0), payload);
    put32(m, in_cell(copy, SK_BLINK), sk);
    put32(m, in_cell(copy, SK_REFERENCE_COUNT), 1);
    put32(m, in_cell(sk, SK_FLINK), copy);
    if (kind_at(m, next) == KIND_SK)
        put32(m, in_cell(next, SK_BLINK), copy);
    put32(m, in_cell(nk, NK_SECURITY), copy);
    trace(m, "nk.security", nk, copy);
    return true;
}

/* Two records of one kind refer to the same cell. */
bool cell_share(struct hp_mutator *m)
{
    struct cell *from = table_pick(m, RECORDS | KINDS(KIND_VALUES));
    struct cell *to = from == NULL ? NULL : table_pick(m, KINDS(from->kind));

    if (to == NULL || from == to)
        return false;
    uint32_t n = below(m, from->kind == KIND_NK ? 4 : 3);
    size_t source = reference_slot(m, from, n);
    size_t slot = reference_slot(m, to, n);
    if (source == 0 || slot == 0 || get32(m, source) == get32(m, slot))
        return false;
    put32(m, slot, get32(m, source));
    /* A list goes with its count. */
    if (from->kind == KIND_NK && n == 0)
        put32(m, in_cell(to->at, NK_SUBKEY_COUNT),
              cell32(m, from->at, NK_SUBKEY_COUNT));
    if (from->kind == KIND_NK && n == 1)
        put32(m, in_cell(to->at, NK_VALUE_COUNT),
              cell32(m, from->at, NK_VALUE_COUNT));
    trace(m, "reference", to->at, get32(m, slot));
    return true;
}
