/* SPDX-License-Identifier: Apache-2.0
 *
 * What fuzz_hivex knows of an image without hivex: where used cells start.
 * Handles of hivex are offsets in the file. */
#ifndef HP_HIVEX_CELLS_H
#define HP_HIVEX_CELLS_H

#include "span.h"

struct hivex_cells {
    struct hp_span image;
    uint8_t *used; /* a bit for each 4 bytes; NULL: not known */
};

/* Reads the base block, bins and cells of `image`. False: something is wrong
 * with them. The caller frees cells->used; NULL without memory. */
bool hivex_cells_read(struct hivex_cells *cells, struct hp_span image);

/* True if a used cell starts at `handle`, and if `signature` is no NULL, begins
 * with its two characters. */
bool hivex_cells_has(const struct hivex_cells *cells, size_t handle,
                     const char *signature);

/* The size of the cell at `handle`, which is one, its size field included. */
size_t hivex_cells_size(const struct hivex_cells *cells, size_t handle);

#endif
