/* SPDX-License-Identifier: Apache-2.0 */
#include "log_builder.h"

#include <stdlib.h>
#include <string.h>

#include "marvin32.h"

enum { ENTRY_HEADER = 40, PAGE = 4096, SECTOR = 512 };

/* Moves the log into memory of just that size; new bytes are `value`. */
static void resize(struct log_builder *l, size_t size, uint8_t value)
{
    uint8_t *bytes = malloc(size > 0 ? size : 1);
    size_t kept = l->size < size ? l->size : size;

    if (bytes == NULL)
        abort();
    memset(bytes, value, size);
    if (kept > 0)
        memcpy(bytes, l->bytes, kept);
    free(l->bytes);
    l->bytes = bytes;
    l->size = size;
}

void lb_poke(struct log_builder *l, size_t at, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width; i++)
        l->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

void lb_fix_checksum(struct log_builder *l)
{
    uint32_t sum = 0;

    for (size_t at = 0; at < BASE_CHECKSUM; at += 4)
        sum ^= hp_at_u32(lb_span(l), at);
    lb_poke(l, BASE_CHECKSUM, 4, sum);
}

void lb_open(struct log_builder *l, struct hp_span hive, uint32_t type,
             uint32_t sequence)
{
    *l = (struct log_builder){NULL, 0};
    resize(l, SECTOR, 0);
    memcpy(l->bytes, hive.ptr, SECTOR);
    lb_poke(l, BASE_TYPE, 4, type);
    lb_poke(l, BASE_SEQUENCE1, 4, sequence);
    lb_poke(l, BASE_SEQUENCE2, 4, sequence);
    lb_fix_checksum(l);
}

void lb_close(struct log_builder *l)
{
    free(l->bytes);
}

void lb_append(struct log_builder *l, uint8_t value, size_t size)
{
    resize(l, l->size + size, value);
}

void lb_cut(struct log_builder *l, size_t size)
{
    resize(l, size, 0);
}

struct hp_span lb_span(const struct log_builder *l)
{
    return hp_span_of(l->bytes, l->size);
}

void lb_hash2(struct log_builder *l, size_t entry)
{
    lb_poke(
        l, entry + 32, 8,
        hp_marvin32(hp_span_of(l->bytes + entry, 32), HP_MARVIN32_LOG_SEED));
}

void lb_hash(struct log_builder *l, size_t entry)
{
    size_t size = hp_at_u32(lb_span(l), entry + 4);

    lb_poke(l, entry + 24, 8,
            hp_marvin32(hp_span_of(l->bytes + entry + ENTRY_HEADER,
                                   size - ENTRY_HEADER),
                        HP_MARVIN32_LOG_SEED));
    lb_hash2(l, entry);
}

size_t lb_entry(struct log_builder *l, uint32_t sequence, uint32_t bins_size,
                const struct lb_page *pages, size_t count)
{
    size_t entry = l->size, size = ENTRY_HEADER + 8 * count;
    size_t reference = entry + ENTRY_HEADER, at = entry + size;

    for (size_t i = 0; i < count; i++)
        size += pages[i].bytes.len;
    size = (size + SECTOR - 1) / SECTOR * SECTOR;
    lb_append(l, 0xcc, size);
    memcpy(l->bytes + entry, "HvLE", 4);
    lb_poke(l, entry + 4, 4, size);
    lb_poke(l, entry + 8, 4, 0);
    lb_poke(l, entry + 12, 4, sequence);
    lb_poke(l, entry + 16, 4, bins_size);
    lb_poke(l, entry + 20, 4, count);
    for (size_t i = 0; i < count; i++, reference += 8) {
        size_t length = pages[i].bytes.len;
        lb_poke(l, reference, 4, pages[i].offset);
        lb_poke(l, reference + 4, 4, length);
        if (length > 0)
            memcpy(l->bytes + at, pages[i].bytes.ptr, length);
        at += length;
    }
    lb_hash(l, entry);
    return entry;
}

/* True if the bytes of `after` at `position` are not those of `before`. */
static bool differs(struct hp_span before, struct hp_span after,
                    size_t position, size_t size)
{
    return position + size > before.len ||
           memcmp(before.ptr + position, after.ptr + position, size) != 0;
}

size_t lb_change(struct log_builder *l, uint32_t sequence,
                 struct hp_span before, struct hp_span after)
{
    size_t most = after.len / PAGE, count = 0;
    struct lb_page *pages = calloc(most, sizeof *pages);

    if (pages == NULL)
        abort();
    for (size_t at = PAGE; at < after.len; at += PAGE) {
        if (differs(before, after, at, PAGE))
            pages[count++] = (struct lb_page){(uint32_t)(at - PAGE),
                                              hp_span_of(after.ptr + at, PAGE)};
    }
    size_t entry =
        lb_entry(l, sequence, (uint32_t)(after.len - PAGE), pages, count);
    free(pages);
    return entry;
}

void lb_dirt(struct log_builder *l, uint32_t cluster, size_t page_size,
             struct hp_span before, struct hp_span after)
{
    size_t sector = SECTOR * cluster, bitmap = sector + 4;
    size_t pages = bitmap + (after.len - PAGE) / PAGE;

    pages = (pages + sector - 1) / sector * sector;
    resize(l, pages, 0);
    memcpy(l->bytes + sector, "DIRT", 4);
    for (size_t at = PAGE; at < after.len; at += page_size) {
        if (!differs(before, after, at, page_size))
            continue;
        size_t page = l->size;
        lb_append(l, 0, page_size);
        memcpy(l->bytes + page, after.ptr + at, page_size);
        for (size_t bit = (at - PAGE) / SECTOR;
             bit < (at - PAGE + page_size) / SECTOR; bit++)
            l->bytes[bitmap + bit / 8] |= (uint8_t)(1 << bit % 8);
    }
    lb_poke(l, BASE_BINS_SIZE, 4, after.len - PAGE);
    lb_poke(l, BASE_CLUSTER, 4, cluster);
    lb_fix_checksum(l);
}
