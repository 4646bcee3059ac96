/* SPDX-License-Identifier: Apache-2.0
 *
 * Marvin32, the keyed hash that Windows puts into transaction logs. It guards
 * against torn writes, not against people: the seed is known. */
#ifndef HP_MARVIN32_H
#define HP_MARVIN32_H

#include "span.h"

/* The seed of the hashes of log entries. */
#define HP_MARVIN32_LOG_SEED UINT64_C(0x82ef4d887a4e55c5)

/* The hash of all bytes of `bytes`; counts each as a read. */
uint64_t hp_marvin32(struct hp_span bytes, uint64_t seed);

#endif
