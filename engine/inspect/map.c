/* SPDX-License-Identifier: Apache-2.0 */
#include "map.h"

#include "claim.h"
#include "layout.h"
#include "problems.h"
#include "tiles.h"

/* Below, and of unknown versions, the reader assumes this one. */
enum { MINOR_LEAST = 3, MINOR_MOST = 6, MINOR_ASSUMED = 5 };

/* What a map takes: the least, and for each byte of the file. A cell of 8 bytes
 * is a part of 32; a record that is read again and again has problems. */
#define MAP_MEMORY ((size_t)64 << 20)
#define MAP_PER_BYTE ((size_t)32)

size_t hp_map_memory(size_t image_size)
{
    return MAP_MEMORY + MAP_PER_BYTE * image_size;
}

bool hp_map_open(struct hp_map *map, struct hp_arena *arena,
                 struct hp_span image)
{
    *map =
        (struct hp_map){.arena = arena, .image = image, .minor = MINOR_ASSUMED};
    if (image.len >= BASE_SIZE) {
        uint32_t minor = hp_at_u32(image, BASE_MINOR);
        if (minor >= MINOR_LEAST && minor <= MINOR_MOST)
            map->minor = minor;
    }
    return hp_map_tile(map) && hp_map_claim(map) && hp_map_judge(map);
}

const struct hp_part *hp_map_at(const struct hp_map *map, uint64_t position)
{
    size_t low = 0, high = map->count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (map->parts[middle].position <= position)
            low = middle;
        else
            high = middle;
    }
    return &map->parts[low];
}

const struct hp_part *hp_map_find(const struct hp_map *map, uint64_t position)
{
    const struct hp_part *part = hp_map_at(map, position);

    return part->position == position ? part : NULL;
}

bool hp_part_is_cell(const struct hp_part *part)
{
    return part->kind != HP_RECORD_BASE && part->kind != HP_RECORD_BIN &&
           part->kind < HP_PART_GAP;
}

struct hp_span hp_part_payload(const struct hp_map *map,
                               const struct hp_part *part)
{
    size_t head = hp_part_is_cell(part) ? CELL_SIZE_FIELD : 0;
    struct hp_span payload = {NULL, 0, NULL};

    (void)hp_span_sub(map->image, part->position + head, part->size - head,
                      &payload);
    return payload;
}

const struct hp_map_key *hp_map_key_after(const struct hp_map_key *key,
                                          unsigned *depth)
{
    if (key->first != NULL) {
        ++*depth;
        return key->first;
    }
    while (key != NULL && key->next == NULL) {
        key = key->parent;
        --*depth;
    }
    return key == NULL ? NULL : key->next;
}

bool hp_map_is_whole(const struct hp_map *map)
{
    return map->result == HP_WALK_DONE;
}
