/* SPDX-License-Identifier: Apache-2.0
 *
 * The native reader, forensic and strict, beside each other and a model. */
#ifndef HP_STRICT_CHECK_H
#define HP_STRICT_CHECK_H

#include "event_check.h"

/* The hash that decides which oracles an input is asked: of the bytes that a
 * walk may read, which the rest of the base block is not among. */
uint64_t hive_choice(struct hp_span image);

/* Walks `image` forensically: what every input of fuzz_hive gets. As its hash
 * says (on replay: always) to its end and not only for so many events, and
 * against the model (oracles 1 to 4 and 9). `summed`: it is to be compared.
 * True if the walk came to its end. */
bool lenient_check(struct event_check *lenient, struct hp_span image,
                   uint64_t hash, bool summed);

/* Walks `image` strictly and holds it against `lenient`, the whole forensic
 * walk of it; and again with another layout, if strict takes it. Oracles 6, 7
 * and 9 of fuzz_hive. */
void strict_check(const struct event_check *lenient, struct hp_span image);

#endif
