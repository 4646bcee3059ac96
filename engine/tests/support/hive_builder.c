/* SPDX-License-Identifier: Apache-2.0 */
#include "hive_builder.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const prefixes[HB_KINDS] = {
    "base", "bin", "nk", "vk", "lf",    "lh",   "li",   "ri",
    "vals", "db",  "dl", "sk", "class", "data", "free",
};

static void *grow(void *memory, size_t size)
{
    void *grown = realloc(memory, size);

    if (grown == NULL)
        abort();
    return grown;
}

static void put(struct hive_builder *h, size_t position, unsigned width,
                uint64_t value)
{
    for (unsigned i = 0; i < width; i++)
        h->image[position + i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get32(const struct hive_builder *h, size_t position)
{
    return hp_at_u32(hp_span_of(h->image, h->size), position);
}

static void resize(struct hive_builder *h, size_t size)
{
    h->image = grow(h->image, size);
    if (size > h->size)
        memset(h->image + h->size, 0, size - h->size);
    h->size = size;
}

static void record(struct hive_builder *h, enum hb_kind kind, const char *of,
                   size_t position, size_t size)
{
    /* Room is doubled at each power of two. */
    if ((h->count & (h->count - 1)) == 0)
        h->records =
            grow(h->records, (h->count * 2 + 1) * sizeof h->records[0]);
    struct hb_record *r = &h->records[h->count++];
    *r = (struct hb_record){kind, (uint32_t)position, (uint32_t)size, ""};
    if (kind == HB_BASE)
        snprintf(r->label, sizeof r->label, "base");
    else
        snprintf(r->label, sizeof r->label, "%s:%.20s", prefixes[kind], of);
}

void hb_open(struct hive_builder *h, uint32_t minor)
{
    *h = (struct hive_builder){.minor = minor};
    resize(h, BASE_SIZE);
    record(h, HB_BASE, "", 0, BASE_SIZE);
    put(h, BASE_SIGNATURE, 4, BASE_SIGNATURE_VALUE);
    put(h, BASE_SEQUENCE1, 4, 7);
    put(h, BASE_SEQUENCE2, 4, 7);
    put(h, BASE_FILETIME, 8, UINT64_C(0x01D0000000000000));
    put(h, BASE_MAJOR, 4, 1);
    put(h, BASE_MINOR, 4, minor);
    put(h, BASE_FORMAT, 4, 1);
    put(h, BASE_CLUSTER, 4, 1);
}

void hb_close(struct hive_builder *h)
{
    free(h->image);
    free(h->records);
    *h = (struct hive_builder){0};
}

/* Fills the open bin up with a free cell. */
static void end_bin(struct hive_builder *h)
{
    if (h->at < h->bin_end)
        hb_free(h, h->bin_end - h->at);
}

void hb_bin(struct hive_builder *h, uint32_t size)
{
    char name[16];

    end_bin(h);
    size_t position = h->size;
    uint32_t offset = (uint32_t)(position - BASE_SIZE);
    resize(h, position + size);
    snprintf(name, sizeof name, "%x", (unsigned)offset);
    record(h, HB_BIN, name, position, BIN_HEADER_SIZE);
    put(h, position + BIN_SIGNATURE, 4, BIN_SIGNATURE_VALUE);
    put(h, position + BIN_OFFSET, 4, offset);
    put(h, position + BIN_SIZE, 4, size);
    h->at = offset + BIN_HEADER_SIZE;
    h->bin_end = offset + size;
}

void hb_fix_checksum(struct hive_builder *h)
{
    uint32_t sum = 0;

    for (size_t at = 0; at < BASE_CHECKSUM; at += 4)
        sum ^= get32(h, at);
    put(h, BASE_CHECKSUM, 4,
        sum == 0            ? 1
        : sum == 0xffffffff ? 0xfffffffe
                            : sum);
}

void hb_seal(struct hive_builder *h)
{
    end_bin(h);
    put(h, BASE_BINS_SIZE, 4, h->size - BASE_SIZE);
    hb_fix_checksum(h);
    h->image = grow(h->image, h->size);
}

static uint32_t take(struct hive_builder *h, size_t size)
{
    uint32_t offset = h->at;

    assert(size % CELL_ALIGN == 0 && size <= h->bin_end - h->at);
    h->at += (uint32_t)size;
    return offset;
}

uint32_t hb_cell(struct hive_builder *h, enum hb_kind kind, const char *of,
                 size_t payload)
{
    size_t size =
        (payload + CELL_SIZE_FIELD + CELL_ALIGN - 1) / CELL_ALIGN * CELL_ALIGN;
    uint32_t offset = take(h, size);

    record(h, kind, of, BASE_SIZE + offset, size);
    put(h, BASE_SIZE + offset, 4, UINT64_C(0) - size);
    return offset;
}

void hb_free(struct hive_builder *h, uint32_t size)
{
    uint32_t offset = take(h, size);

    record(h, HB_FREE, "", BASE_SIZE + offset, size);
    put(h, BASE_SIZE + offset, 4, size);
}

void hb_poke_offset(struct hive_builder *h, uint32_t cell, int field,
                    unsigned width, uint64_t value)
{
    put(h, (size_t)(BASE_SIZE + (int64_t)cell + CELL_SIZE_FIELD + field), width,
        value);
}

/* The first `size` bytes of a cell's payload. */
static uint8_t *payload(struct hive_builder *h, uint32_t cell)
{
    return h->image + BASE_SIZE + cell + CELL_SIZE_FIELD;
}

/* A name as the format has it: Latin-1 when `latin` is set. */
struct name {
    const char *latin;
    struct hp_text wide;
};

static size_t name_size(struct name name)
{
    return name.latin != NULL ? strlen(name.latin) : 2 * name.wide.count;
}

static void put_name(struct hive_builder *h, uint32_t cell, int at,
                     struct name name)
{
    if (name.latin != NULL)
        memcpy(payload(h, cell) + at, name.latin, strlen(name.latin));
    for (size_t i = 0; name.latin == NULL && i < name.wide.count; i++)
        hb_poke_offset(h, cell, at + 2 * (int)i, 2, name.wide.units[i]);
}

static uint32_t add_key(struct hive_builder *h, uint32_t parent,
                        const char *label, struct name name)
{
    size_t size = name_size(name);
    uint32_t nk = hb_cell(h, HB_NK, label, NK_NAME + size);
    unsigned flags = name.latin != NULL ? NK_FLAG_COMPRESSED : 0;

    hb_poke_offset(h, nk, 0, 2, SIG_NK);
    hb_poke_offset(h, nk, NK_FLAGS, 2, flags | (parent == 0 ? 0x0C : 0));
    hb_poke_offset(h, nk, NK_FILETIME, 8, UINT64_C(0x01D1112131415161));
    hb_poke_offset(h, nk, NK_PARENT, 4, parent);
    hb_poke_offset(h, nk, NK_SUBKEYS, 4, OFFSET_NIL);
    hb_poke_offset(h, nk, NK_SUBKEYS + 4, 4, OFFSET_NIL);
    hb_poke_offset(h, nk, NK_VALUES, 4, OFFSET_NIL);
    hb_poke_offset(h, nk, NK_SECURITY, 4, OFFSET_NIL);
    hb_poke_offset(h, nk, NK_CLASS, 4, OFFSET_NIL);
    hb_poke_offset(h, nk, NK_NAME_LENGTH, 2, size);
    put_name(h, nk, NK_NAME, name);
    if (parent == 0)
        put(h, BASE_ROOT, 4, nk);
    return nk;
}

uint32_t hb_key(struct hive_builder *h, uint32_t parent, const char *name)
{
    return add_key(h, parent, name, (struct name){name, {NULL, 0}});
}

uint32_t hb_key_wide(struct hive_builder *h, uint32_t parent, const char *label,
                     struct hp_text name)
{
    return add_key(h, parent, label, (struct name){NULL, name});
}

/* Unit `at` of the name of the nk at `key`; 0 behind its end. */
static uint16_t key_unit(struct hive_builder *h, uint32_t key, size_t at)
{
    struct hp_span nk = hp_span_of(payload(h, key), h->size - BASE_SIZE - key);
    size_t size = hp_at_u16(nk, NK_NAME_LENGTH);

    if ((hp_at_u16(nk, NK_FLAGS) & NK_FLAG_COMPRESSED) != 0)
        return at < size ? hp_at_u8(nk, NK_NAME + at) : 0;
    return at < size / 2 ? hp_at_u16(nk, NK_NAME + 2 * at) : 0;
}

static uint32_t hash_of(struct hive_builder *h, uint32_t key)
{
    uint32_t hash = 0;
    uint16_t unit;

    for (size_t i = 0; (unit = key_unit(h, key, i)) != 0; i++)
        hash = hash * 37 + hp_upcase(unit);
    return hash;
}

static uint32_t hint_of(struct hive_builder *h, uint32_t key)
{
    uint32_t hint = 0;

    for (unsigned i = 0; i < 4; i++)
        hint |= (uint32_t)(key_unit(h, key, i) & 0xff) << 8 * i;
    return hint;
}

uint32_t hb_leaf(struct hive_builder *h, enum hb_kind kind, const char *of,
                 const uint32_t *keys, size_t count)
{
    static const uint16_t signatures[HB_KINDS] = {
        [HB_LF] = SIG_LF, [HB_LH] = SIG_LH, [HB_LI] = SIG_LI, [HB_RI] = SIG_RI};
    size_t size =
        kind == HB_LF || kind == HB_LH ? LIST_ELEMENT_LONG : LIST_ELEMENT_SHORT;
    uint32_t list = hb_cell(h, kind, of, LIST_ELEMENTS + count * size);

    hb_poke_offset(h, list, 0, 2, signatures[kind]);
    hb_poke_offset(h, list, LIST_COUNT, 2, count);
    for (size_t i = 0; i < count; i++) {
        int at = LIST_ELEMENTS + (int)(i * size);
        hb_poke_offset(h, list, at, 4, keys[i]);
        if (kind == HB_LF)
            hb_poke_offset(h, list, at + 4, 4, hint_of(h, keys[i]));
        if (kind == HB_LH)
            hb_poke_offset(h, list, at + 4, 4, hash_of(h, keys[i]));
    }
    return list;
}

uint32_t hb_ri(struct hive_builder *h, const char *of, const uint32_t *lists,
               size_t count)
{
    return hb_leaf(h, HB_RI, of, lists, count);
}

void hb_set_subkeys(struct hive_builder *h, uint32_t key, uint32_t list,
                    uint32_t count)
{
    hb_poke_offset(h, key, NK_SUBKEYS, 4, list);
    hb_poke_offset(h, key, NK_SUBKEY_COUNT, 4, count);
}

static uint32_t data_cell(struct hive_builder *h, const char *label,
                          const void *data, size_t size)
{
    uint32_t cell = hb_cell(h, HB_DATA, label, size);

    memcpy(payload(h, cell), data, size);
    return cell;
}

static uint32_t big_data(struct hive_builder *h, const char *label,
                         const uint8_t *data, size_t size)
{
    size_t count = (size + DB_SEGMENT_MOST - 1) / DB_SEGMENT_MOST;
    uint32_t db = hb_cell(h, HB_DB, label, DB_SIZE);
    uint32_t list = hb_cell(h, HB_DB_LIST, label, 4 * count);

    hb_poke_offset(h, db, 0, 2, SIG_DB);
    hb_poke_offset(h, db, DB_COUNT, 2, count);
    hb_poke_offset(h, db, DB_LIST, 4, list);
    for (size_t i = 0; i < count; i++) {
        size_t at = i * DB_SEGMENT_MOST;
        size_t left = size - at;
        size_t here = left < DB_SEGMENT_MOST ? left : DB_SEGMENT_MOST;
        uint32_t segment = data_cell(h, label, data + at, here);
        hb_poke_offset(h, list, 4 * (int)i, 4, segment);
    }
    return db;
}

static uint32_t add_value(struct hive_builder *h, const char *label,
                          struct name name, uint32_t type, struct hp_span data)
{
    size_t length = name_size(name);
    uint32_t vk = hb_cell(h, HB_VK, label, VK_NAME + length);
    bool is_inline = data.len <= VK_INLINE_MOST;

    hb_poke_offset(h, vk, 0, 2, SIG_VK);
    hb_poke_offset(h, vk, VK_NAME_LENGTH, 2, length);
    hb_poke_offset(h, vk, VK_DATA_SIZE, 4,
                   data.len | (is_inline ? VK_INLINE : 0));
    hb_poke_offset(h, vk, VK_TYPE, 4, type);
    hb_poke_offset(h, vk, VK_FLAGS, 2,
                   name.latin != NULL ? VK_FLAG_COMPRESSED : 0);
    put_name(h, vk, VK_NAME, name);
    if (is_inline && data.len > 0)
        memcpy(payload(h, vk) + VK_DATA, data.ptr, data.len);
    else if (data.len > DB_SEGMENT_MOST && h->minor >= DB_LEAST_MINOR)
        hb_poke_offset(h, vk, VK_DATA, 4,
                       big_data(h, label, data.ptr, data.len));
    else if (!is_inline)
        hb_poke_offset(h, vk, VK_DATA, 4,
                       data_cell(h, label, data.ptr, data.len));
    return vk;
}

uint32_t hb_value(struct hive_builder *h, const char *name, uint32_t type,
                  const void *data, size_t size)
{
    return add_value(h, name, (struct name){name, {NULL, 0}}, type,
                     hp_span_of(data, size));
}

uint32_t hb_value_wide(struct hive_builder *h, const char *label,
                       struct hp_text name, uint32_t type, const void *data,
                       size_t size)
{
    return add_value(h, label, (struct name){NULL, name}, type,
                     hp_span_of(data, size));
}

uint32_t hb_set_values(struct hive_builder *h, uint32_t key, const char *of,
                       const uint32_t *values, size_t count)
{
    uint32_t list = hb_cell(h, HB_VALUES, of, 4 * count);

    for (size_t i = 0; i < count; i++)
        hb_poke_offset(h, list, 4 * (int)i, 4, values[i]);
    hb_poke_offset(h, key, NK_VALUE_COUNT, 4, count);
    hb_poke_offset(h, key, NK_VALUES, 4, list);
    return list;
}

uint32_t hb_set_class(struct hive_builder *h, uint32_t key, const char *of,
                      const void *bytes, size_t size)
{
    uint32_t cell = hb_cell(h, HB_CLASS, of, size);

    memcpy(payload(h, cell), bytes, size);
    hb_poke_offset(h, key, NK_CLASS, 4, cell);
    hb_poke_offset(h, key, NK_CLASS_LENGTH, 2, size);
    return cell;
}

uint32_t hb_sk(struct hive_builder *h, const char *of, const void *descriptor,
               size_t size)
{
    uint32_t sk = hb_cell(h, HB_SK, of, SK_DESCRIPTOR + size);

    hb_poke_offset(h, sk, 0, 2, SIG_SK);
    hb_poke_offset(h, sk, 4, 4, sk);
    hb_poke_offset(h, sk, 8, 4, sk);
    hb_poke_offset(h, sk, 12, 4, 1);
    hb_poke_offset(h, sk, SK_DESCRIPTOR_SIZE, 4, size);
    memcpy(payload(h, sk) + SK_DESCRIPTOR, descriptor, size);
    return sk;
}

const struct hb_record *hb_find(const struct hive_builder *h, const char *label)
{
    for (size_t i = 0; i < h->count; i++)
        if (strcmp(h->records[i].label, label) == 0)
            return &h->records[i];
    fprintf(stderr, "no record %s\n", label);
    abort();
}

uint32_t hb_offset(const struct hive_builder *h, const char *label)
{
    return hb_find(h, label)->position - BASE_SIZE;
}

const struct hb_record *hb_record_at(const struct hive_builder *h,
                                     size_t position)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct hb_record *r = &h->records[i];
        if (position >= r->position && position - r->position < r->size)
            return r;
    }
    return NULL;
}

const char *hb_label_at(const struct hive_builder *h, uint64_t offset)
{
    for (size_t i = 1; i < h->count; i++)
        if (h->records[i].position - BASE_SIZE == offset)
            return h->records[i].label;
    return "?";
}

void hb_poke(struct hive_builder *h, const char *label, int field,
             unsigned width, uint64_t value)
{
    const struct hb_record *r = hb_find(h, label);
    bool header = r->kind == HB_BASE || r->kind == HB_BIN;
    int64_t at = (int64_t)r->position + (header ? 0 : CELL_SIZE_FIELD) + field;

    put(h, (size_t)at, width, value);
    if (r->kind == HB_BASE && at != BASE_CHECKSUM)
        hb_fix_checksum(h);
}
