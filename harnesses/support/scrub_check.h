/* SPDX-License-Identifier: Apache-2.0
 *
 * Hives without what they say. */
#ifndef HP_SCRUB_CHECK_H
#define HP_SCRUB_CHECK_H

#include "span.h"

/* Checks that `image` can be scrubbed, is as long then, and where strict
 * reading finds nothing wrong has as many keys and values and nothing wrong;
 * and that of a memory that fails at an allocation, which `choice` decides, it
 * is told. */
void scrub_check(struct hp_span image, uint64_t choice);

#endif
