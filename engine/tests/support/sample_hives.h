/* SPDX-License-Identifier: Apache-2.0
 *
 * Small sound hives that tests break in one place. */
#ifndef HP_SAMPLE_HIVES_H
#define HP_SAMPLE_HIVES_H

#include "hive_builder.h"

/* Minor version 5, two bins of 4096 bytes, the second one free. Root R with
 * security sk:s (8 bytes), values V (REG_DWORD, inline, 2 bytes) and W (wide
 * name, REG_BINARY, 8 bytes in a cell), subkeys A (class) and B (wide name)
 * under an lh. */
#define SMALL_EVENTS                                                           \
    "hive5 +R{s=8} =V/4/2 :2a00 =W/3/8 :0102030405060708 +A{c=6100} - +B - - " \
    "done"
void hb_small(struct hive_builder *h);

/* Root R with A under an lf and B and C under an li, both under an ri. */
#define INDEX_EVENTS "hive5 +R +A - +B - +C - - done"
void hb_index(struct hive_builder *h);

/* Root R with the one value D, REG_BINARY, of `size` bytes counting 0 to 255
 * again and again, in a hive of that minor version. */
void hb_data(struct hive_builder *h, uint32_t minor, size_t size);

/* `count` keys, each but the last with the next one as its only subkey, named
 * by letters from a on, under li lists. */
void hb_chain(struct hive_builder *h, unsigned count);

/* Root R above `depth` ri above each other; the innermost leads to an li with
 * the key A. */
void hb_ri_depth(struct hive_builder *h, unsigned depth);

#endif
