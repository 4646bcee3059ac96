/* SPDX-License-Identifier: Apache-2.0
 *
 * Hives for the tests of the mutator: sound ones with every kind of record,
 * and bytes that are none. */
#ifndef HP_MUTATE_HIVES_H
#define HP_MUTATE_HIVES_H

#include "hive_builder.h"
#include "status.h"

/* 12 KiB: keys below lf, lh, li and an ri, values inline and in cells, a class,
 * a security record, free cells, an empty bin. */
void small_hive(struct hive_builder *h);

/* The same with a value in three segments. */
void big_data_hive(struct hive_builder *h);

/* `size` bytes by dice, which look like a hive from far away in every second
 * seed. */
void random_bytes(uint8_t *bytes, size_t size, uint64_t seed);

/* What the native reader makes of image[0..size). */
struct reading {
    bool refused;
    bool partial;
    size_t keys, values;
    size_t largest;      /* bytes of data of one value */
    size_t damage;       /* but for mere notes */
    struct hp_error why; /* it was refused, or the last damage */
};
struct reading read_hive(const uint8_t *image, size_t size, bool forensic);

#endif
