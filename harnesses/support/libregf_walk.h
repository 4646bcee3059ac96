/* SPDX-License-Identifier: Apache-2.0
 *
 * All of libregf's functions that read, on a whole tree. */
#ifndef HP_LIBREGF_WALK_H
#define HP_LIBREGF_WALK_H

#include "span.h"

/* Oracles 2 and 3 of fuzz_libregf. */
void libregf_walk_all(struct hp_span image);

#endif
