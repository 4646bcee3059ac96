/* SPDX-License-Identifier: Apache-2.0
 *
 * Values: the list of a key's values, vk records and their data. */
#ifndef HP_VALUE_H
#define HP_VALUE_H

#include "key.h"

struct hp_value {
    uint32_t offset;         /* of the vk cell */
    struct hp_raw_name name; /* no bytes: the default value */
    uint32_t type;
    uint16_t flags;
    uint32_t size;  /* of the data as declared, in bytes, without inline bit */
    bool is_inline; /* the data stands in the vk itself */
    struct hp_span slot; /* the four bytes of the data offset, uncounted */
};

/* The elements of a key's value list. */
struct hp_values {
    struct hp_hive *hive;
    struct hp_span elements; /* where there are any */
    uint32_t offset;         /* of the list's cell */
    size_t next, count;
};

/* Starts a walk of the values of `key`. */
void hp_values_open(struct hp_values *it, struct hp_hive *hive,
                    const struct hp_key *key);

/* Sets *ref to the next vk. False at the end. */
bool hp_values_next(struct hp_values *it, struct hp_ref *ref);

/* Opens the vk that `ref` leads to. False: dropped or refused, reported, and
 * *value is undefined. */
bool hp_value_open(struct hp_value *value, struct hp_hive *hive,
                   struct hp_ref ref);

/* The data of a value in pieces: one, or the segments of big data (db). The
 * forensic reader yields the bytes before the first damage. */
struct hp_data {
    struct hp_hive *hive;
    uint32_t left;        /* bytes still to come */
    struct hp_span piece; /* the only piece, when there is no segment list */
    struct hp_span list;  /* of segments */
    uint32_t list_offset; /* hive offset of its cell */
    uint32_t owner;       /* of the vk */
    size_t next, count;   /* segments */
};

/* Starts a walk of the data of `value`. */
void hp_data_open(struct hp_data *it, struct hp_hive *hive,
                  const struct hp_value *value);

/* Sets *piece to the next piece, at least one byte. False at the end, or
 * refused. */
bool hp_data_next(struct hp_data *it, struct hp_span *piece);

/* True if no piece will follow. */
static inline bool hp_data_is_done(const struct hp_data *it)
{
    return it->left == 0;
}

#endif
