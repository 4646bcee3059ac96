/* SPDX-License-Identifier: Apache-2.0
 *
 * struct hp_map - every byte of a file that may be a hive: its parts in the
 * order of their positions, whose each of them is, and what a reader finds
 * wrong with it. Any bytes have a map. Everything lives in one arena.
 *
 * The map follows references on its own and takes more than the reader does
 * (a key whose name cannot be is still a key here); what is wrong is only what
 * the reader says. */
#ifndef HP_MAP_H
#define HP_MAP_H

#include "arena.h"
#include "field.h"
#include "hp_backend.h"
#include "span.h"

/* Kinds of parts besides enum hp_record_kind. */
enum {
    HP_PART_GAP = HP_RECORD_KINDS, /* of the bins, and not understood */
    HP_PART_TAIL                   /* behind the bins */
};

#define HP_NOWHERE UINT32_MAX

/* The parts tile the file, but for loose cells: those may run into what
 * follows. */
struct hp_part {
    uint32_t position; /* in the file; no two parts have the same */
    uint32_t size;
    uint32_t owner; /* position of the part that leads here; HP_NOWHERE */
    uint32_t first_problem, problem_count; /* in hp_map.problems */
    uint8_t kind;   /* what it was taken for; for a cell that no key leads to,
                     * what it looks like */
    bool allocated; /* a cell in use */
    bool reached;   /* a key leads here */
    bool loose;     /* a cell where cells do not tile: a reference says so */
};

/* One thing that the reader found wrong, as often as it came across it. */
struct hp_problem {
    uint32_t part; /* index */
    uint32_t times;
    struct hp_damage_event event; /* its field is static */
};

/* A key in the tree; names and all else are read from its nk. */
struct hp_map_key {
    struct hp_map_key *parent, *next, *first, *last;
    uint32_t position;
};

struct hp_map {
    struct hp_arena *arena;
    struct hp_span image;
    uint32_t bins_end; /* position behind the bins */
    uint32_t minor;    /* version that big data is read by */

    struct hp_part *parts; /* the first is the base block, however short */
    size_t count;
    size_t cells, bins;      /* of the parts */
    struct hp_map_key *root; /* NULL: none was found */
    size_t nodes;            /* keys in the tree */

    /* what the reader says */
    uint32_t result; /* HP_WALK_ */
    uint64_t keys, values, data_bytes;
    struct hp_problem *problems; /* in the order of their parts */
    size_t problem_count;
    uint64_t events; /* all times of all problems */
    uint64_t costly; /* of these, those that cost content */
};

/* Bytes of memory that hp_map_open may need for an image of that size. */
size_t hp_map_memory(size_t image_size);

/* Maps `image`, which must stay, at most HP_LIMIT_IMAGE_SIZE bytes long. The
 * work is linear in its size, but for searching parts. False: out of
 * memory. */
bool hp_map_open(struct hp_map *map, struct hp_arena *arena,
                 struct hp_span image);

/* The part that starts at `position`, or NULL. */
const struct hp_part *hp_map_find(const struct hp_map *map, uint64_t position);

/* The last part that starts at or before `position`. */
const struct hp_part *hp_map_at(const struct hp_map *map, uint64_t position);

/* True if the part is a cell. */
bool hp_part_is_cell(const struct hp_part *part);

/* The bytes of a cell behind its size field; of any other part, all. */
struct hp_span hp_part_payload(const struct hp_map *map,
                               const struct hp_part *part);

/* The key that comes after `key` when parents come before their subkeys; NULL
 * at the end. *depth, that of `key`, becomes that of the result. */
const struct hp_map_key *hp_map_key_after(const struct hp_map_key *key,
                                          unsigned *depth);

/* True if nothing is wrong that costs content. */
bool hp_map_is_whole(const struct hp_map *map);

#endif
