/* SPDX-License-Identifier: Apache-2.0
 *
 * What hiveproof's own reader finds wrong in forensic mode, each put to the
 * part it is about. */
#ifndef HP_PROBLEMS_H
#define HP_PROBLEMS_H

#include "map.h"

/* Reads map->image and sets what the reader says of it. A problem that belongs
 * to no part is the base block's. One that is found again and again is there
 * once, with its times, unless too many others came between. False: out of
 * memory. */
bool hp_map_judge(struct hp_map *map);

#endif
