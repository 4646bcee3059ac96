/* SPDX-License-Identifier: Apache-2.0 */
#include "bare_chase.h"

#include <stdbool.h>
#include <string.h>

void hp_fold_bytes(struct hp_fold *fold, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint64_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum += at[i];
    fold->sum += sum;
}

void hp_fold_units(struct hp_fold *fold, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint64_t sum = 0;

    for (size_t i = 0; i + 1 < size; i += 2)
        sum += (uint64_t)at[i] | (uint64_t)at[i + 1] << 8;
    fold->sum += sum;
}

static uint16_t u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

/* Hives keep cells behind 4096 bytes of base block and a size field. */
static const uint8_t *cell(const uint8_t *image, uint32_t offset)
{
    return image + 4096 + offset + 4;
}

static void fold_name(struct hp_fold *fold, bool latin1, const uint8_t *name,
                      size_t size)
{
    if (latin1)
        hp_fold_bytes(fold, name, size);
    else
        hp_fold_units(fold, name, size);
}

static void chase_data(struct hp_fold *fold, const uint8_t *image,
                       const uint8_t *vk)
{
    uint32_t size = u32(vk + 4);
    const uint8_t *data = vk + 8;

    if (size >> 31 != 0) {
        size &= 0x7fffffff;
        fold->data_bytes += size;
        hp_fold_bytes(fold, data, size);
        return;
    }
    fold->data_bytes += size;
    if (size == 0)
        return;
    data = cell(image, u32(data));
    if (size <= 16344 || u32(image + 24) < 4) {
        hp_fold_bytes(fold, data, size);
        return;
    }
    const uint8_t *list = cell(image, u32(data + 4));
    for (; size > 0; list += 4) {
        uint32_t piece = size < 16344 ? size : 16344;
        hp_fold_bytes(fold, cell(image, u32(list)), piece);
        size -= piece;
    }
}

static void chase_values(struct hp_fold *fold, const uint8_t *image,
                         const uint8_t *nk)
{
    uint32_t count = u32(nk + 36);
    const uint8_t *list = count > 0 ? cell(image, u32(nk + 40)) : NULL;

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *vk = cell(image, u32(list + 4 * i));
        fold->values++;
        fold_name(fold, u16(vk + 16) & 1, vk + 20, u16(vk + 2));
        chase_data(fold, image, vk);
    }
}

static void chase_key(struct hp_fold *fold, const uint8_t *image,
                      const uint8_t *nk);

static void chase_list(struct hp_fold *fold, const uint8_t *image,
                       const uint8_t *list)
{
    size_t element = list[1] == 'i' ? 4 : 8;
    uint16_t count = u16(list + 2);

    for (uint16_t i = 0; i < count; i++) {
        const uint8_t *next = cell(image, u32(list + 4 + i * element));
        if (list[0] == 'r')
            chase_list(fold, image, next);
        else
            chase_key(fold, image, next);
    }
}

static void chase_key(struct hp_fold *fold, const uint8_t *image,
                      const uint8_t *nk)
{
    fold->keys++;
    fold_name(fold, (u16(nk + 2) & 0x20) != 0, nk + 76, u16(nk + 72));
    chase_values(fold, image, nk);
    if (u32(nk + 20) > 0)
        chase_list(fold, image, cell(image, u32(nk + 28)));
}

void hp_bare_chase(struct hp_fold *fold, const uint8_t *image)
{
    chase_key(fold, image, cell(image, u32(image + 36)));
}
