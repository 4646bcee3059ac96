/* SPDX-License-Identifier: Apache-2.0 */
#include "relayout.h"

#include <stdlib.h>
#include <string.h>

enum {
    BASE_SIZE_ = 4096,
    AT_BINS_SIZE = 40,
    AT_CHECKSUM = 508,
    BIN_HEADER = 32,
    NEW_BIN = 4096
};

static void put_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

static void put_checksum(uint8_t *base)
{
    uint32_t sum = 0;

    for (int at = 0; at < AT_CHECKSUM; at += 4)
        sum ^= get_u32(base + at);
    if (sum == UINT32_MAX)
        sum--;
    put_u32(base + AT_CHECKSUM, sum == 0 ? 1 : sum);
}

/* Changes the free cells of the bin at bins[0..size). */
static bool scramble(uint8_t *bin, uint32_t size)
{
    uint32_t at = BIN_HEADER;

    while (at < size) {
        uint32_t raw = get_u32(bin + at);
        bool free_cell = raw < UINT32_C(0x80000000);
        uint32_t cell = free_cell ? raw : UINT32_C(0) - raw;
        if (cell < 4 || cell > size - at)
            return false;
        if (free_cell)
            memset(bin + at + 4, 0x5A, cell - 4);
        at += cell;
    }
    return true;
}

static bool scramble_bins(uint8_t *bins, uint32_t size)
{
    uint32_t at = 0;

    while (at < size) {
        if (size - at < BIN_HEADER)
            return false;
        uint32_t bin = get_u32(bins + at + 8);
        if (bin < BIN_HEADER || bin > size - at || !scramble(bins + at, bin))
            return false;
        at += bin;
    }
    return true;
}

static void add_bin(uint8_t *at, uint32_t offset)
{
    memset(at, 0, NEW_BIN);
    memcpy(at, "hbin", 4);
    put_u32(at + 4, offset);
    put_u32(at + 8, NEW_BIN);
    put_u32(at + BIN_HEADER, NEW_BIN - BIN_HEADER);
}

uint8_t *relayout(size_t *size, struct hp_span image)
{
    uint32_t bins;

    if (!hp_span_u32(image, AT_BINS_SIZE, &bins) || image.len < BASE_SIZE_ ||
        bins > image.len - BASE_SIZE_)
        return NULL;
    *size = BASE_SIZE_ + (size_t)bins + NEW_BIN;
    if (*size < image.len) /* less work is allowed in a shorter file */
        return NULL;
    uint8_t *copy = malloc(*size);
    if (copy == NULL)
        return NULL;
    memcpy(copy, image.ptr, BASE_SIZE_ + (size_t)bins);
    if (!scramble_bins(copy + BASE_SIZE_, bins)) {
        free(copy);
        return NULL;
    }
    add_bin(copy + BASE_SIZE_ + bins, bins);
    put_u32(copy + AT_BINS_SIZE, bins + NEW_BIN);
    put_checksum(copy);
    return copy;
}
