/* SPDX-License-Identifier: Apache-2.0 */
#include "hivex_cells.h"

#include <stdlib.h>
#include <string.h>

#define BASE_BLOCK_SIZE 0x1000
#define BIN_HEADER_SIZE 0x20
#define SUM_END 0x1FC

static bool base_block_is_right(struct hp_span image)
{
    uint32_t sum = 0;

    for (size_t at = 0; at < SUM_END; at += 4)
        sum ^= hp_at_u32(image, at);
    return memcmp(image.ptr, "regf", 4) == 0 && hp_at_u32(image, 20) == 1 &&
           sum == hp_at_u32(image, SUM_END);
}

/* The cells of the bin in [at, end). */
static bool read_cells(struct hivex_cells *cells, size_t at, size_t end)
{
    while (at < end) {
        uint32_t field = hp_at_u32(cells->image, at);
        uint32_t size = field < 0x80000000 ? field : 0U - field;
        if (size < 8 || size % 4 != 0 || size > end - at)
            return false;
        if (field != size)
            cells->used[at / 32] |= (uint8_t)(1U << at / 4 % 8);
        at += size;
    }
    return true;
}

static bool read_bins(struct hivex_cells *cells)
{
    struct hp_span image = cells->image;
    size_t at = BASE_BLOCK_SIZE, end = hp_at_u32(image, 40);

    end += BASE_BLOCK_SIZE;
    while (at < end && at < image.len) {
        if (image.len - at < BIN_HEADER_SIZE ||
            memcmp(image.ptr + at, "hbin", 4) != 0)
            return false;
        uint32_t size = hp_at_u32(image, at + 8);
        if (hp_at_u32(image, at + 4) != at - BASE_BLOCK_SIZE || size == 0 ||
            size % 0x1000 != 0 || size > image.len - at ||
            !read_cells(cells, at + BIN_HEADER_SIZE, at + size))
            return false;
        at += size;
    }
    return true;
}

bool hivex_cells_read(struct hivex_cells *cells, struct hp_span image)
{
    *cells = (struct hivex_cells){.image = image};
    if (image.len < 2 * BASE_BLOCK_SIZE || !base_block_is_right(image))
        return false;
    cells->used = calloc(image.len / 32 + 1, 1);
    return cells->used == NULL || read_bins(cells);
}

bool hivex_cells_has(const struct hivex_cells *cells, size_t handle,
                     const char *signature)
{
    if (handle % 4 != 0 || handle >= cells->image.len ||
        (cells->used[handle / 32] >> handle / 4 % 8 & 1) == 0)
        return false;
    return signature == NULL ||
           memcmp(cells->image.ptr + handle + 4, signature, 2) == 0;
}

size_t hivex_cells_size(const struct hivex_cells *cells, size_t handle)
{
    return 0U - hp_at_u32(cells->image, handle);
}
