/* SPDX-License-Identifier: Apache-2.0
 *
 * The limit: the same hive walked by following pointers with no check at all,
 * as a reader of trusted bytes could. For measuring only; it crashes on a
 * damaged hive and is linked into nothing but the benchmark. */
#ifndef HP_BARE_CHASE_H
#define HP_BARE_CHASE_H

#include <stddef.h>
#include <stdint.h>

/* What a benchmarked walk does with what it reads, so that none of it can be
 * left out: counts, and a sum over every name unit and data byte. */
struct hp_fold {
    uint64_t keys, values, data_bytes;
    uint64_t sum;
};

/* Adds Latin-1 characters or data bytes / the units of UTF-16LE. */
void hp_fold_bytes(struct hp_fold *fold, const void *bytes, size_t size);
void hp_fold_units(struct hp_fold *fold, const void *bytes, size_t size);

void hp_bare_chase(struct hp_fold *fold, const uint8_t *image);

#endif
