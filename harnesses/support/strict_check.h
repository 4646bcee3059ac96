/* SPDX-License-Identifier: Apache-2.0
 *
 * The strict native reader beside the forensic one. */
#ifndef HP_STRICT_CHECK_H
#define HP_STRICT_CHECK_H

#include "event_check.h"

/* Walks `image` strictly and holds it against `lenient`, the whole forensic
 * walk of it; and again with another layout, if strict takes it. Oracles 6, 7
 * and 9 of fuzz_hive. */
void strict_check(const struct event_check *lenient, struct hp_span image);

#endif
