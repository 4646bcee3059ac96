/* SPDX-License-Identifier: Apache-2.0
 *
 * The base block: the header of a hive file. */
#ifndef HP_BASE_BLOCK_H
#define HP_BASE_BLOCK_H

#include "hive.h"

struct hp_base_block {
    uint32_t sequence1, sequence2; /* different: dirty */
    uint32_t minor;
    uint32_t root; /* hive offset of the root's nk */
};

/* Reads the base block of `image` and makes *hive ready for reading records:
 * bins, limits and minor version are set. `starts` is the caller's bitmap of
 * at least hp_starts_size(image.len) zeroed bytes, or NULL for a pruned walk.
 * image.reads is ignored. *hive must stay where it is while it is used.
 *
 * False: refused, hive->refusal says why. Damage that does not refuse waits
 * in hive->damage. */
bool hp_base_block_open(struct hp_base_block *base, struct hp_hive *hive,
                        struct hp_span image, bool forensic, uint8_t *starts);

/* Bytes of the bitmap of cell starts for an image of `image_size` bytes. */
size_t hp_starts_size(size_t image_size);

/* The checksum of the first 508 bytes of `image`, which has at least that
 * many: their 32-bit words XORed, where 0 becomes 1 and -1 becomes -2. */
uint32_t hp_base_block_checksum(struct hp_span image);

#endif
