/* SPDX-License-Identifier: Apache-2.0 */
#include "cell_map.h"

#include "layout.h"

/* The size that the header at `offset` says, 0 if it cannot be. */
static uint32_t said_size(struct hp_span bins, uint32_t offset)
{
    struct hp_span header;

    if (!hp_span_sub(bins, offset, BIN_HEADER_SIZE, &header) ||
        hp_at_u32(header, BIN_SIGNATURE) != BIN_SIGNATURE_VALUE)
        return 0;
    uint32_t size = hp_at_u32(header, BIN_SIZE);
    return size % BIN_ALIGN == 0 && size <= bins.len - offset ? size : 0;
}

static bool is_sound_header(struct hp_span bins, uint32_t offset)
{
    return said_size(bins, offset) > 0 &&
           hp_at_u32(bins, (size_t)offset + BIN_OFFSET) == offset;
}

uint32_t hp_bin_size_at(struct hp_span bins, uint32_t offset)
{
    uint32_t size = said_size(bins, offset);

    if (size > 0)
        return size;
    for (size_t next = (size_t)offset + BIN_ALIGN; next < bins.len;
         next += BIN_ALIGN) {
        if (is_sound_header(bins, (uint32_t)next))
            return (uint32_t)next - offset;
    }
    return 0;
}

/* The cell at `at`, which ends at or before `end`. */
static struct hp_mapped_cell cell_at(struct hp_span bins, uint32_t at,
                                     uint32_t end)
{
    uint32_t raw = hp_at_u32(bins, at);
    struct hp_mapped_cell cell = {.offset = at,
                                  .size = raw > INT32_MAX ? 0 - raw : raw,
                                  .allocated = raw > INT32_MAX};

    if (cell.size < CELL_ALIGN || cell.size % CELL_ALIGN != 0 ||
        cell.size > end - at) {
        cell.size = end - at;
        cell.allocated = false;
    }
    cell.last = at + cell.size == end;
    return cell;
}

/* Counts the cells, and writes them down when map->cells is not NULL. */
static void map_cells(struct hp_cell_map *map)
{
    uint32_t start = 0, size;

    map->count = 0;
    while ((size = hp_bin_size_at(map->bins, start)) > 0) {
        uint32_t at = start + BIN_HEADER_SIZE;
        while (at < start + size) {
            struct hp_mapped_cell cell = cell_at(map->bins, at, start + size);
            if (map->cells != NULL)
                map->cells[map->count] = cell;
            map->count++;
            at += cell.size;
        }
        start += size;
    }
    map->bins_size = start;
}

bool hp_cell_map_open(struct hp_cell_map *map, struct hp_arena *arena,
                      struct hp_span bins)
{
    *map = (struct hp_cell_map){.bins = bins};
    map_cells(map);
    map->cells = hp_arena_array(arena, map->count, sizeof *map->cells);
    if (map->cells == NULL)
        return false;
    map_cells(map);
    return true;
}

struct hp_mapped_cell *hp_cell_map_find(const struct hp_cell_map *map,
                                        uint32_t offset)
{
    size_t low = 0, high = map->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->cells[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->count && map->cells[low].offset == offset
               ? &map->cells[low]
               : NULL;
}

struct hp_mapped_cell *hp_cell_map_open_cell(struct hp_span *payload,
                                             const struct hp_cell_map *map,
                                             uint32_t offset, size_t need)
{
    struct hp_mapped_cell *cell = hp_cell_map_find(map, offset);

    if (cell == NULL || !cell->allocated || cell->record != NULL ||
        cell->size - CELL_SIZE_FIELD < need)
        return NULL;
    (void)hp_span_sub(map->bins, (size_t)offset + CELL_SIZE_FIELD,
                      cell->size - CELL_SIZE_FIELD, payload);
    return cell;
}

void hp_cell_map_take(struct hp_mapped_cell *cell,
                      struct hp_plan_record *record)
{
    cell->record = record;
    record->pinned = true;
    record->offset = cell->offset;
    record->size = cell->size;
}
