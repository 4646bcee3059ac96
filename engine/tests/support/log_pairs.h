/* SPDX-License-Identifier: Apache-2.0
 *
 * Recipes of dirty hives with logs, made up from a number: a tree, what
 * happens to it entry by entry, and how that lies in logs. */
#ifndef HP_LOG_PAIRS_H
#define HP_LOG_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

/* What a pair is asked to have; it may have more of it. */
enum log_pair_trait {
    PAIR_GROWS,
    PAIR_SHRINKS,
    PAIR_TWO_LOGS,
    PAIR_WRAPS,
    PAIR_STALE_TAIL,
    PAIR_BIG_DIRT, /* bins whose bitmap takes more than a sector */
    PAIR_DIRT,
    PAIR_PLAIN,
    PAIR_TRAITS
};

/* The recipe of a pair, in malloc'ed memory. The last state is what recovery
 * has to give. */
char *log_pair_recipe(enum log_pair_trait trait, uint64_t seed);

#endif
