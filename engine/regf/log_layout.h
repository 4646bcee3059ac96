/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the fields of transaction logs stand. Both formats begin with a copy
 * of the first sector of the hive's base block (layout.h), of another type. */
#ifndef HP_LOG_LAYOUT_H
#define HP_LOG_LAYOUT_H

#include <stdint.h>

enum hp_log_layout {
    LOG_SECTOR = 512, /* of the base block; times its clustering factor */
    LOG_TYPE_DIRT = 1,
    LOG_TYPE_DIRT_OLD = 2, /* Windows 2000 */
    LOG_TYPE_HVLE = 6,
    LOG_CLUSTER_MOST = 8
};

/* Behind the base block: the old format. Then, from the next sector on, one
 * page for each bit that is set. */
enum hp_dirt_layout {
    DIRT_SIGNATURE = 0,
    DIRT_BITMAP = 4, /* a bit for each page of the bins, lowest bit first */
    DIRT_PAGE = 512
};
#define DIRT_SIGNATURE_VALUE UINT32_C(0x54524944) /* "DIRT" */

/* Behind the base block: the new format, entries without gaps. */
enum hp_hvle_layout {
    HVLE_SIGNATURE = 0,
    HVLE_SIZE = 4, /* of the entry, a multiple of HVLE_ALIGN */
    HVLE_FLAGS = 8,
    HVLE_SEQUENCE = 12,
    HVLE_BINS_SIZE = 16,
    HVLE_COUNT = 20,      /* of references, each with its page */
    HVLE_HASH1 = 24,      /* of all behind the header */
    HVLE_HASH2 = 32,      /* of the header before it */
    HVLE_REFERENCES = 40, /* offset and size; behind them the pages */
    HVLE_REFERENCE_SIZE = 8,
    HVLE_ALIGN = 512,
    HVLE_FLAG_KTM = 1 /* the only bit that goes into the base block */
};
#define HVLE_SIGNATURE_VALUE UINT32_C(0x454c7648) /* "HvLE" */

#endif
