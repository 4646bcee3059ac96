/* SPDX-License-Identifier: Apache-2.0
 *
 * A hive as a sequence of events, pulled one by one: the events of
 * backend/hp_backend.h, on the caller's stack, without allocation or
 * recursion. What is wrong with an object follows the object's event; what is
 * wrong with one that is not reported stands where it would have stood. */
#ifndef HP_WALK_H
#define HP_WALK_H

#include "base_block.h"
#include "bins.h"
#include "subkeys.h"
#include "value.h"

enum hp_walk_kind {
    HP_WALKED_HIVE,      /* walk->base */
    HP_WALKED_KEY_ENTER, /* walk->key */
    HP_WALKED_VALUE,     /* walk->value */
    HP_WALKED_DATA,      /* walk->piece */
    HP_WALKED_KEY_LEAVE,
    HP_WALKED_DAMAGE /* walk->damage */
};

enum hp_walk_state {
    HP_WALK_AT_START,
    HP_WALK_AT_BINS,
    HP_WALK_AT_ROOT,
    HP_WALK_AT_KEY, /* entered; its values come next */
    HP_WALK_AT_VALUES,
    HP_WALK_AT_VALUE, /* reported; its data comes next */
    HP_WALK_AT_DATA,
    HP_WALK_AT_SUBKEYS,
    HP_WALK_AT_LEAVE,
    HP_WALK_AT_END
};

struct hp_walk_frame {
    struct hp_subkeys subkeys;
    struct hp_raw_name previous; /* name of the last subkey; bytes.ptr NULL:
                                  * there was none */
};

struct hp_walk {
    /* What the event that was just returned is about. */
    struct hp_base_block base;
    struct hp_key key;
    struct hp_value value;
    struct hp_span piece;
    struct hp_damage damage;

    struct hp_hive hive;
    enum hp_walk_state state;
    bool values_only;
    struct hp_bins bins;
    struct hp_values values;
    struct hp_data data;
    int depth;                         /* keys entered and not left */
    uint32_t path[HP_LIMIT_KEY_DEPTH]; /* their offsets, the root first */
    struct hp_walk_frame frames[HP_LIMIT_KEY_DEPTH];
};

/* Starts a walk of the hive in `image`, which is borrowed. `forensic` chooses
 * the mode; `starts` as in hp_base_block_open. *walk must stay where it is;
 * it is some 250 KiB large and needs no release. */
void hp_walk_open(struct hp_walk *walk, struct hp_span image, bool forensic,
                  uint8_t *starts);

/* Goes on to the next event. False: the walk is over, and walk->hive.refused
 * and .partial say how. */
bool hp_walk_next(struct hp_walk *walk, enum hp_walk_kind *kind);

/* After KEY_ENTER: no values and no subkeys, or only values, of this key.
 * After VALUE: no data. To be called right after those events only. */
void hp_walk_skip(struct hp_walk *walk);
void hp_walk_values_only(struct hp_walk *walk);

#endif
