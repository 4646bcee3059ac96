/* SPDX-License-Identifier: Apache-2.0 */
#include "tiles.h"

#include "layout.h"

/* Bins as the reader takes them (regf/bins.c, which this must agree with): a
 * header that cannot be trusted ends at the next page with a good one, a cell
 * size that cannot ends what is tiled of its bin. */

static void put(struct hp_map *map, struct hp_part part)
{
    if (map->parts != NULL)
        map->parts[map->count] = part;
    map->count++;
}

static void put_plain(struct hp_map *map, uint8_t kind, size_t from, size_t to)
{
    if (from < to)
        put(map, (struct hp_part){.position = (uint32_t)from,
                                  .size = (uint32_t)(to - from),
                                  .owner = HP_NOWHERE,
                                  .kind = kind});
}

static uint32_t u32(const struct hp_map *map, size_t position)
{
    return hp_at_u32(map->image, position);
}

static bool is_header(const struct hp_map *map, size_t at)
{
    return map->bins_end - at >= BIN_OFFSET + 4 &&
           u32(map, at + BIN_SIGNATURE) == BIN_SIGNATURE_VALUE &&
           u32(map, at + BIN_OFFSET) == at - BASE_SIZE;
}

static size_t next_header(const struct hp_map *map, size_t at)
{
    size_t next = at;

    do
        next += BIN_ALIGN;
    while (next < map->bins_end && !is_header(map, next));
    return next < map->bins_end ? next : map->bins_end;
}

/* The cells of [at, end), and one gap from a size that cannot be. */
static void tile_cells(struct hp_map *map, size_t at, size_t end)
{
    while (end - at >= CELL_ALIGN) {
        uint32_t raw = u32(map, at);
        uint32_t size = raw > INT32_MAX ? 0 - raw : raw;
        if (size < CELL_ALIGN || size % CELL_ALIGN != 0 || size > end - at)
            break;
        put(map, (struct hp_part){.position = (uint32_t)at,
                                  .size = size,
                                  .owner = HP_NOWHERE,
                                  .kind = HP_RECORD_CELL,
                                  .allocated = raw > INT32_MAX});
        at += size;
    }
    put_plain(map, HP_PART_GAP, at, end);
}

/* The bin at `at`; returns where the next one starts. */
static size_t tile_bin(struct hp_map *map, size_t at)
{
    size_t left = map->bins_end - at;

    if (left < BIN_HEADER_SIZE) {
        put_plain(map, HP_PART_GAP, at, map->bins_end);
        return map->bins_end;
    }
    put_plain(map, HP_RECORD_BIN, at, at + BIN_HEADER_SIZE);
    uint32_t size = u32(map, at + BIN_SIZE);
    if (u32(map, at + BIN_SIGNATURE) != BIN_SIGNATURE_VALUE ||
        size < BIN_ALIGN || size % BIN_ALIGN != 0) {
        size_t next = next_header(map, at);
        put_plain(map, HP_PART_GAP, at + BIN_HEADER_SIZE, next);
        return next;
    }
    size_t end = at + (size < left ? size : left);
    tile_cells(map, at + BIN_HEADER_SIZE, end);
    return end;
}

static void tile(struct hp_map *map)
{
    size_t base = map->image.len < BASE_SIZE ? map->image.len : BASE_SIZE;
    size_t at = base;

    map->count = 0;
    put(map, (struct hp_part){.size = (uint32_t)base,
                              .owner = HP_NOWHERE,
                              .kind = HP_RECORD_BASE});
    while (at < map->bins_end)
        at = tile_bin(map, at);
    put_plain(map, HP_PART_TAIL, at, map->image.len);
}

/* Where the bins end: as the base block says, or with the file where it says
 * what cannot be. */
static uint32_t bins_end(struct hp_span image)
{
    uint32_t size;
    size_t most = image.len < BASE_SIZE ? 0 : image.len - BASE_SIZE;

    if (most == 0)
        return 0;
    size = hp_at_u32(image, BASE_BINS_SIZE);
    if (size < BIN_ALIGN || size > INT32_MAX || size > most)
        size = (uint32_t)most;
    return BASE_SIZE + size;
}

bool hp_map_tile(struct hp_map *map)
{
    map->bins_end = bins_end(map->image);
    tile(map);
    map->parts = hp_arena_array(map->arena, map->count, sizeof *map->parts);
    if (map->parts == NULL)
        return false;
    tile(map);
    return true;
}
