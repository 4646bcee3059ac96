/* SPDX-License-Identifier: Apache-2.0
 *
 * Key nodes (nk) with their names, class names and security descriptors. */
#ifndef HP_KEY_H
#define HP_KEY_H

#include "cell.h"

/* A name as it lies in the image. */
struct hp_raw_name {
    struct hp_span bytes;
    bool compressed; /* one Latin-1 byte a character, else UTF-16LE */
};

/* Characters of a name. */
static inline size_t hp_raw_name_count(struct hp_raw_name name)
{
    return name.compressed ? name.bytes.len : name.bytes.len / 2;
}

/* The same name for one pass over all of its characters, counted at once. */
static inline struct hp_raw_name hp_raw_name_batch(struct hp_raw_name name)
{
    name.bytes = hp_span_batch(name.bytes, name.bytes.len);
    return name;
}

/* The UTF-16 unit of character `at`, which is below hp_raw_name_count. */
static inline uint16_t hp_raw_name_unit(struct hp_raw_name name, size_t at)
{
    return name.compressed ? hp_at_u8(name.bytes, at)
                           : hp_at_u16(name.bytes, 2 * at);
}

/* Below 0, 0, above 0 as `a` sorts before, with or behind `b`: by upper-cased
 * units, the order of subkey lists. */
int hp_raw_name_compare(struct hp_raw_name a, struct hp_raw_name b);

struct hp_key {
    uint32_t offset; /* of the nk cell */
    struct hp_raw_name name;
    uint32_t hash; /* of the name, as lh lists have it: H = 37 H + upcase(unit),
                    * modulo 2^32 */
    uint16_t flags;
    uint64_t filetime;
    uint32_t subkey_count, subkeys; /* subkeys: the list's offset */
    uint32_t value_count, values;
    bool class_known, security_known;
    struct hp_span class_name; /* UTF-16LE; len 0: none */
    struct hp_span security;   /* self-relative descriptor; len 0: none */
};

/* Opens the nk that `ref` leads to; `parent` is the offset of the nk it was
 * reached from, OFFSET_NIL for the root. What is wrong is reported; strict
 * refuses, the forensic reader clamps the name and the class.
 *
 * False: the key is dropped or the hive refused; *key is undefined. */
bool hp_key_open(struct hp_key *key, struct hp_hive *hive, struct hp_ref ref,
                 uint32_t parent);

#endif
