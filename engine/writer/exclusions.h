/* SPDX-License-Identifier: Apache-2.0
 *
 * ExcludedBinaryPaths (section 6): the list, whether an entry can match at
 * all (X3), what it matches (X1, X2) and what is to be said of it (X4). */
#ifndef HP_EXCLUSIONS_H
#define HP_EXCLUSIONS_H

#include "enumerate.h"
#include "services.h"
#include "text_index.h"

/* What the list does to a path that an entry matches. */
enum hp_exclusion_effect {
    HP_EXCLUSION_NO_EFFECT, /* the profile or the policy ignores the list */
    HP_EXCLUSION_MAYBE,     /* wrong type, and no policy chosen (X6) */
    HP_EXCLUSION_DROPS
};

struct hp_exclusions {
    bool present;
    uint32_t type;
    struct hp_exclusion *list; /* live ones, then dead ones */
    size_t count, live_count;
    enum hp_exclusion_effect effect;
    bool ignored_profile;
    struct hp_text_index index;      /* the first live entry of each text */
    struct hp_finding_list findings; /* about the value */
};

/* Decodes the list in `arena`. Adds to exclusions->findings the names of
 * enum hp_multi_sz_finding, WRONG_TYPE, DATA_SHORT, DATA_CUT and
 * E_IGNORED_PROFILE. False without memory. */
bool hp_exclusions_decode(struct hp_exclusions *exclusions,
                          struct hp_arena *arena,
                          const struct hp_raw_value *raw,
                          const struct hp_question *question);

/* True if an entry of this text may match something (X3). */
bool hp_exclusion_is_valid(struct hp_text text);

/* The index of the live entry that matches `path`, or -1. *nonascii is set to
 * whether letters outside ASCII had to be folded for it. */
long hp_exclusions_find(const struct hp_exclusions *exclusions,
                        struct hp_text path, bool *nonascii);

/* A path that entries apply to. */
struct hp_excludable {
    struct hp_text path; /* as the writer has it */
    size_t service;
    bool local;   /* its volume is present */
    bool failing; /* with the list as it is */
};

/* Fills in each entry's matches and findings. False without memory. */
bool hp_exclusions_finish(struct hp_exclusions *exclusions,
                          struct hp_arena *arena,
                          const struct hp_excludable *paths, size_t count);

#endif
