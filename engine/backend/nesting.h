/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of events, and what a sink's answers take out of them. A reader
 * that is not ours may send anything; behind these two a consumer sees only
 * what hp_backend.h promises. */
#ifndef HP_NESTING_H
#define HP_NESTING_H

#include <stdbool.h>
#include <stdint.h>

struct hp_nesting {
    uint64_t depth;      /* keys entered and not left */
    bool hive;           /* the HIVE event has come */
    bool root;           /* the root has been entered */
    bool values_allowed; /* no subkey of the open key has come yet */
    bool data_allowed;   /* the last one, DAMAGE apart, was VALUE or DATA */
    bool digest_allowed; /* it was VALUE */
};

/* Takes the next event, of kind HP_EVENT_ `kind`. False: it must not come
 * here. Start with {0}. */
bool hp_nesting_take(struct hp_nesting *nesting, uint32_t kind);

/* True if HP_WALK_ `result` may end the events taken so far: DONE and PARTIAL
 * need a HIVE and every key left. */
bool hp_nesting_may_end(const struct hp_nesting *nesting, uint32_t result);

/* What a sink did not want to see. */
struct hp_pruning {
    uint64_t skipped;     /* depth of the key whose inside is hidden; 0: none */
    uint64_t values_only; /* depth of the key whose subkeys will be hidden */
    bool no_data;         /* the value's DATA or DIGEST is hidden */
};

/* True if the sink is to see the event of `kind`, which `nesting` has just
 * taken. DAMAGE is hidden with the key around it. DAMAGE of data that is
 * hidden, or of a hidden list of subkeys before its first one, is shown: it
 * cannot be told from the key's own. Start with {0}. */
bool hp_pruning_shows(struct hp_pruning *pruning,
                      const struct hp_nesting *nesting, uint32_t kind);

/* Notes what the sink answered to the event of `kind` that it saw. */
void hp_pruning_answer(struct hp_pruning *pruning,
                       const struct hp_nesting *nesting, uint32_t kind,
                       uint32_t answer);

#endif
