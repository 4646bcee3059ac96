/* SPDX-License-Identifier: Apache-2.0 */
#include "key.h"

#include "layout.h"
#include "utf16.h"

#define NAME_MOST 256 /* characters */

/* The first characters of both names that differ; their end when none do. */
static size_t common_length(struct hp_raw_name a, struct hp_raw_name b,
                            size_t count)
{
    const size_t width = a.compressed ? 1 : 2;
    size_t i = 0;

    if (a.compressed == b.compressed)
        while ((count - i) * width >= 4 &&
               hp_at_u32(a.bytes, i * width) == hp_at_u32(b.bytes, i * width))
            i += 4 / width;
    while (i < count && hp_raw_name_unit(a, i) == hp_raw_name_unit(b, i))
        i++;
    return i;
}

int hp_raw_name_compare(struct hp_raw_name a, struct hp_raw_name b)
{
    size_t a_count = hp_raw_name_count(a), b_count = hp_raw_name_count(b);
    size_t both = a_count < b_count ? a_count : b_count;

    a = hp_raw_name_batch(a);
    b = hp_raw_name_batch(b);
    for (size_t i = common_length(a, b, both); i < both; i++) {
        int order = hp_upcase(hp_raw_name_unit(a, i)) -
                    hp_upcase(hp_raw_name_unit(b, i));
        if (order != 0)
            return order;
    }
    return (a_count > b_count) - (a_count < b_count);
}

HP_COLD static bool report(struct hp_hive *hive, enum hp_anomaly anomaly,
                           enum hp_status status, const struct hp_key *key,
                           uint64_t found)
{
    return hp_hive_report_field(hive, anomaly, status, key->offset, found);
}

/* What the hash of a name is multiplied by before each unit is added. */
#define HASH UINT32_C(37)

/* Adds the four 8-bit units of `units` to the hash: four at a time wait for
 * each other only once. */
static uint32_t hash_4_bytes(uint32_t hash, uint32_t units)
{
    const uint32_t first = hp_upcase((uint8_t)units),
                   second = hp_upcase((uint8_t)(units >> 8)),
                   third = hp_upcase((uint8_t)(units >> 16)),
                   fourth = hp_upcase((uint8_t)(units >> 24));

    return hash * (HASH * HASH * HASH * HASH) +
           (((first * HASH + second) * HASH + third) * HASH + fourth);
}

/* The same for two 16-bit units. */
static uint32_t hash_2_units(uint32_t hash, uint32_t units)
{
    const uint32_t first = hp_upcase((uint16_t)units),
                   second = hp_upcase((uint16_t)(units >> 16));

    return hash * (HASH * HASH) + (first * HASH + second);
}

/* One of four 8-bit units is a backslash. */
static bool has_backslash_byte(uint32_t units)
{
    uint32_t others = units ^ UINT32_C(0x5C5C5C5C); /* 0 where it is one */

    return ((others - UINT32_C(0x01010101)) & ~others & UINT32_C(0x80808080)) !=
           0;
}

/* One of two 16-bit units is. */
static bool has_backslash_unit(uint32_t units)
{
    return (uint16_t)units == '\\' || units >> 16 == '\\';
}

/* Sets the hash of a name and returns whether it holds a backslash. Written
 * out for both encodings: this is where a walk spends most of its time. */
static bool scan_name(struct hp_key *key)
{
    struct hp_span bytes = hp_raw_name_batch(key->name).bytes;
    bool backslash = false;
    uint32_t hash = 0;

    if (key->name.compressed) {
        size_t i = 0;
        for (; bytes.len - i >= 4; i += 4) {
            uint32_t units = hp_at_u32(bytes, i);
            backslash |= has_backslash_byte(units);
            hash = hash_4_bytes(hash, units);
        }
        for (; i < bytes.len; i++) {
            uint8_t unit = hp_at_u8(bytes, i);
            backslash |= unit == '\\';
            hash = hash * HASH + hp_upcase(unit);
        }
    } else {
        size_t i = 0;
        for (; bytes.len - i >= 4; i += 4) {
            uint32_t units = hp_at_u32(bytes, i);
            backslash |= has_backslash_unit(units);
            hash = hash_2_units(hash, units);
        }
        if (bytes.len - i >= 2) {
            uint16_t unit = hp_at_u16(bytes, i);
            backslash |= unit == '\\';
            hash = hash * HASH + hp_upcase(unit);
        }
    }
    key->hash = hash;
    return backslash;
}

/* Windows checks names on loading: 1 to 256 characters, no backslash. */
static bool read_name(struct hp_key *key, struct hp_hive *hive,
                      struct hp_span cell, size_t length, bool root)
{
    size_t most = cell.len - NK_NAME;

    if (length == 0 &&
        !report(hive, root ? HP_A_NK_NAME_EMPTY_ROOT : HP_A_NK_NAME_EMPTY,
                HP_E_NAME_LENGTH, key, 0))
        return false;
    if (length == 0 && !root)
        return false;
    if (length > most) {
        if (!report(hive, HP_A_NK_NAME_PAST, HP_E_NAME_LENGTH, key, length))
            return false;
        length = most;
    }
    key->name.compressed = (key->flags & NK_FLAG_COMPRESSED) != 0;
    if (!key->name.compressed && length % 2 != 0) {
        if (!report(hive, HP_A_NK_NAME_ODD, HP_E_NAME_LENGTH, key, length))
            return false;
        length--;
    }
    hp_span_sub(cell, NK_NAME, length, &key->name.bytes);
    if (hp_raw_name_count(key->name) > NAME_MOST &&
        !report(hive, HP_A_NK_NAME_LONG, HP_E_NAME_LENGTH, key, length))
        return false;
    return !scan_name(key) ||
           report(hive, HP_A_NK_NAME_BACKSLASH, HP_E_NAME_CHARACTER, key, '\\');
}

/* The class name is content: strict refuses what it cannot reach. */
static bool read_class(struct hp_key *key, struct hp_hive *hive,
                       struct hp_span record)
{
    size_t length = hp_at_u16(record, NK_CLASS_LENGTH);
    uint32_t offset = hp_at_u32(record, NK_CLASS);
    struct hp_ref ref = {HP_A_NK_CLASS, key->offset, offset};
    struct hp_span cell;

    key->class_known = true;
    key->class_name.len = 0;
    if (length == 0)
        return true;
    if (!hp_cell_open(&cell, hive, ref, 0)) {
        key->class_known = false;
        return !hive->refused;
    }
    if (length > cell.len) {
        if (!report(hive, HP_A_NK_CLASS_PAST, HP_E_DATA_SIZE, key, length))
            return false;
        length = cell.len;
    }
    return hp_span_sub(cell, 0, length, &key->class_name);
}

/* Reads the descriptor of the sk at ref.target. False: it cannot be told. */
static bool read_descriptor(struct hp_span *descriptor, struct hp_hive *hive,
                            struct hp_ref ref)
{
    struct hp_span sk;

    if (!hp_record_open(&sk, hive, ref, SIG_SK, "sk.signature", SK_DESCRIPTOR))
        return false;
    size_t size = hp_counted_u32(sk, SK_DESCRIPTOR_SIZE);
    size_t most = sk.len - SK_DESCRIPTOR;
    if (size > most) {
        hp_hive_report_field(hive, HP_A_SK_SIZE, HP_E_DATA_SIZE, ref.target,
                             size);
        if (!hive->forensic)
            return false;
        size = most;
    }
    return hp_span_sub(sk, SK_DESCRIPTOR, size, descriptor);
}

/* The security descriptor is no content that a walk rests on: what is wrong
 * with it is noted in both modes. */
static void read_security(struct hp_key *key, struct hp_hive *hive,
                          struct hp_span nk)
{
    uint32_t offset = hp_at_u32(nk, NK_SECURITY);
    struct hp_ref ref = {HP_A_NK_SECURITY, key->offset, offset};

    key->security.len = 0;
    key->security_known = offset == OFFSET_NIL;
    if (key->security_known)
        return;
    if (offset == hive->last_security && hive->last_descriptor.len > 0) {
        key->security = hive->last_descriptor;
        key->security_known = true;
    } else if (read_descriptor(&key->security, hive, ref)) {
        hive->last_security = offset;
        hive->last_descriptor = key->security;
        key->security_known = true;
    }
}

static void read_counts(struct hp_key *key, struct hp_hive *hive,
                        struct hp_span record)
{
    key->subkey_count = hp_at_u32(record, NK_SUBKEY_COUNT);
    key->subkeys = hp_at_u32(record, NK_SUBKEYS);
    key->value_count = hp_at_u32(record, NK_VALUE_COUNT);
    key->values = hp_at_u32(record, NK_VALUES);
    if ((key->flags & NK_FLAG_PREDEFINED) != 0) {
        report(hive, HP_A_NK_PREDEFINED, HP_E_MISMATCH, key, key->flags);
        key->value_count = 0;
    }
}

bool hp_key_open(struct hp_key *key, struct hp_hive *hive, struct hp_ref ref,
                 uint32_t parent)
{
    bool root = parent == OFFSET_NIL;
    struct hp_span cell;

    if (!hp_record_open(&cell, hive, ref, SIG_NK, "nk.signature", NK_NAME))
        return false;
    struct hp_span nk = hp_span_batch(cell, NK_NAME);
    key->offset = ref.target;
    key->flags = hp_at_u16(nk, NK_FLAGS);
    key->filetime = hp_at_u64(nk, NK_FILETIME);
    if (!read_name(key, hive, cell, hp_at_u16(nk, NK_NAME_LENGTH), root) ||
        !read_class(key, hive, nk))
        return false;
    read_security(key, hive, nk);
    read_counts(key, hive, nk);
    if (!root && hp_at_u32(nk, NK_PARENT) != parent)
        report(hive, HP_A_NK_PARENT, HP_E_MISMATCH, key,
               hp_at_u32(nk, NK_PARENT));
    return true;
}
