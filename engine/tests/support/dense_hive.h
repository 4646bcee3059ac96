/* SPDX-License-Identifier: Apache-2.0
 *
 * The dense hive: a sound SYSTEM hive of two bins and some 40 KB with at least
 * 400 bytes each of nk, vk, lf, lh, li, ri, db, sk and class records, for lies
 * about every byte of metadata. */
#ifndef HP_DENSE_HIVE_H
#define HP_DENSE_HIVE_H

#include "hive_builder.h"

#define DENSE_CONTENT UINT16_MAX

struct dense_hive {
    struct hive_builder h;
    uint16_t *owner; /* of each byte of the file: the index of its record, or
                      * DENSE_CONTENT: data, free space, unused base block */
};

void dense_open(struct dense_hive *d);
void dense_close(struct dense_hive *d);

#endif
