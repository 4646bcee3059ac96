/* SPDX-License-Identifier: Apache-2.0
 *
 * What Windows never writes: leaves of too many elements. */
#ifndef HP_LEAVES_H
#define HP_LEAVES_H

#include "span.h"

/* Each subkey list of a sound hive holds at most 511 elements (lf, lh) or
 * 1012 (li), and an ri stands only where one leaf is not enough. Number 6 of
 * the harness's oracles. */
void leaves_check(struct hp_span image);

#endif
