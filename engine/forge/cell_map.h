/* SPDX-License-Identifier: Apache-2.0
 *
 * The cells of an image that is taken apart, and what each turned out to
 * be. */
#ifndef HP_CELL_MAP_H
#define HP_CELL_MAP_H

#include "plan.h"

struct hp_mapped_cell {
    uint32_t offset, size;
    bool allocated;
    bool last;                     /* of its bin */
    struct hp_plan_record *record; /* what it was taken for; NULL: nothing */
    struct hp_plan_security *security; /* when that is an sk */
};

struct hp_cell_map {
    struct hp_span bins;
    struct hp_mapped_cell *cells; /* in the order of their offsets */
    size_t count;
    uint32_t bins_size; /* bytes of the bins that could be followed */
};

/* Maps the cells of `bins`, up to a bin with a broken header that none with a
 * sound one follows; from a broken size to the end of its bin all is one free
 * cell. False: out of memory. */
bool hp_cell_map_open(struct hp_cell_map *map, struct hp_arena *arena,
                      struct hp_span bins);

/* Size of the bin at `offset`: what its header says; where that is broken, up
 * to the next sound header; 0 if there is none. */
uint32_t hp_bin_size_at(struct hp_span bins, uint32_t offset);

/* The cell at `offset`, or NULL. */
struct hp_mapped_cell *hp_cell_map_find(const struct hp_cell_map *map,
                                        uint32_t offset);

/* The allocated cell at `offset` that was not taken for anything and has a
 * payload of at least `need` bytes, which *payload is set to; or NULL. */
struct hp_mapped_cell *hp_cell_map_open_cell(struct hp_span *payload,
                                             const struct hp_cell_map *map,
                                             uint32_t offset, size_t need);

/* Takes `cell` for `record`, which is pinned to its place. */
void hp_cell_map_take(struct hp_mapped_cell *cell,
                      struct hp_plan_record *record);

#endif
