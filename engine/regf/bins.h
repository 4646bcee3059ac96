/* SPDX-License-Identifier: Apache-2.0
 *
 * The pass over all bins and cells that a full walk makes first: checks bin
 * headers, checks that cells tile each bin, and marks where cells start. */
#ifndef HP_BINS_H
#define HP_BINS_H

#include "hive.h"

struct hp_bins {
    struct hp_hive *hive;
    size_t at; /* hive offset of the next bin */
};

/* A pass over the bins of `hive`, whose bitmap must not be NULL. */
struct hp_bins hp_bins_of(struct hp_hive *hive);

/* Goes on to the next damage or the end. True: damage waits in hive->damage,
 * call again. False: done, or refused (hive->refused).
 *
 * In a bin that cannot be trusted (header) or from a cell that cannot (size),
 * the forensic reader takes any aligned offset for a possible start. */
bool hp_bins_next(struct hp_bins *it);

#endif
