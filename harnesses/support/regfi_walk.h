/* SPDX-License-Identifier: Apache-2.0
 *
 * All of regfi's functions that read, on a whole tree. */
#ifndef HP_REGFI_WALK_H
#define HP_REGFI_WALK_H

#include "span.h"

void regfi_walk_all(struct hp_span image);

#endif
