/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of a file as its own sizes have them: base block, bins, cells,
 * what lies between them and behind. */
#ifndef HP_TILES_H
#define HP_TILES_H

#include "map.h"

/* Sets map->parts, ->count, ->bins_end; every part is unreached. False: out of
 * memory. */
bool hp_map_tile(struct hp_map *map);

#endif
