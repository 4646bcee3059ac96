/* SPDX-License-Identifier: Apache-2.0
 *
 * What libhivex may answer about one handle, by the image. Oracles 6 to 8 are
 * those of fuzz_hivex. */
#ifndef HP_HIVEX_HANDLE_H
#define HP_HIVEX_HANDLE_H

#include <hivex.h>

#include "hivex_cells.h"

/* Calls the functions that read one record on `handle`, which hivex gave out:
 * those for keys refuse what is no nk, those for values what is no vk, and
 * what they give lies in the cell. */
void hivex_handle_check(hive_h *hive, const struct hivex_cells *cells,
                        size_t handle);

#endif
