/* SPDX-License-Identifier: Apache-2.0
 *
 * What libhivex may answer about one handle, by itself and by the image.
 * Oracles 3 and 6 to 8 are those of fuzz_hivex. `asked` has a bit for each
 * question: HIVEX_ASK_ALL asks them all. `cells` are those of the image, or
 * NULL: not known, or not what hivex goes by. */
#ifndef HP_HIVEX_HANDLE_H
#define HP_HIVEX_HANDLE_H

#include <hivex.h>

#include "hivex_cells.h"

#define HIVEX_ASK_ALL UINT32_MAX

/* The functions that read a key's record. */
void hivex_handle_key(hive_h *hive, const struct hivex_cells *cells,
                      hive_node_h node, uint32_t asked);

/* Those that read a value's. `genuine`: the handle is one of a list of values.
 * Data of more than `text` bytes is not asked for its strings, for which hivex
 * takes a time that grows with the square of their number. */
void hivex_handle_value(hive_h *hive, const struct hivex_cells *cells,
                        hive_value_h value, bool genuine, uint32_t asked,
                        size_t text);

/* The functions for keys refuse what is no nk, those for values what is no vk.
 */
void hivex_handle_refused(hive_h *hive, const struct hivex_cells *cells,
                          size_t handle, uint32_t asked);

#endif
