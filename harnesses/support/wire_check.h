/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames of the wire, read with suspicion. */
#ifndef HP_WIRE_CHECK_H
#define HP_WIRE_CHECK_H

#include "wire.h"

/* Reads the frame at the start of *left, moves *left behind it and checks
 * oracles 1 and 2 of fuzz_events. False: there is none. */
bool wire_check_next(struct hp_wire_frame *frame, struct hp_span *left);

#endif
