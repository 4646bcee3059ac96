/* SPDX-License-Identifier: Apache-2.0
 *
 * What a DAMAGE event of any reader says, in our terms. */
#ifndef HP_DAMAGE_H
#define HP_DAMAGE_H

#include <stdbool.h>

#include "hp_backend.h"
#include "status.h"

/* The event's status if it is one of ours of the classes 1xx to 3xx; a
 * reader's own code is HP_E_READER. */
enum hp_status hp_damage_status(const struct hp_damage_event *damage);

/* Sets *position to the file offset of the broken record: the hive offset
 * behind the base block, or the offset itself for a field of the base block or
 * of the file. False (untouched) when the offset is not known. */
bool hp_damage_position(const struct hp_damage_event *damage,
                        uint64_t *position);

#endif
