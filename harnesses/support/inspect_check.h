/* SPDX-License-Identifier: Apache-2.0
 *
 * What engine/inspect/map.h promises of the map of any bytes, oracles 2 to 6 of
 * fuzz_inspect. */
#ifndef HP_INSPECT_CHECK_H
#define HP_INSPECT_CHECK_H

#include "map.h"

void inspect_check_parts(const struct hp_map *map);
void inspect_check_cells(const struct hp_map *map);
void inspect_check_tree(const struct hp_map *map);
void inspect_check_reader(const struct hp_map *map);
void inspect_check_text(const struct hp_map *map);
void inspect_check_page(const struct hp_map *map);

#endif
