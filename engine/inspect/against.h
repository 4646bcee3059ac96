/* SPDX-License-Identifier: Apache-2.0
 *
 * A map and a second hive: where their bytes differ, part by part of the map,
 * and where what they say differs. */
#ifndef HP_AGAINST_H
#define HP_AGAINST_H

#include "describe.h"
#include "tree.h"

struct hp_against {
    const struct hp_map *map;
    struct hp_span other; /* the second file */
    struct hp_tree a, b;  /* what the reader makes of the two */
    uint32_t result_b;    /* HP_WALK_ of the second */
    uint64_t parts;       /* of the map that differ */
    uint64_t said;        /* differences between the trees */
};

/* Reads both. `map`, `other` and the arena must stay. False: out of memory. */
bool hp_against_open(struct hp_against *against, const struct hp_map *map,
                     struct hp_arena *arena, struct hp_span other);

/* True if the files differ at all. */
bool hp_against_differs(const struct hp_against *against);

/* The bytes that the part with that index stands for (up to where the next one
 * starts) differ, or are not in the second file. */
bool hp_against_part(const struct hp_against *against, size_t index);

/* Lines of text: what is said differently, and which fields of which parts are
 * different. */
void hp_against_said(const struct hp_against *against, struct hp_words *words);
void hp_against_bytes(const struct hp_against *against, struct hp_words *words);

#endif
