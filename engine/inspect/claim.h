/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose each cell is: from the root along all references, each cell taken
 * once, by the first that leads to it. */
#ifndef HP_CLAIM_H
#define HP_CLAIM_H

#include "map.h"

/* Sets kind, owner and reached of the tiled parts, adds the loose cells, makes
 * the tree of keys, and guesses what the other cells are by their signatures.
 * False: out of memory. */
bool hp_map_claim(struct hp_map *map);

#endif
