/* SPDX-License-Identifier: Apache-2.0
 *
 * What the text stream makes of one event, read back. */
#ifndef HP_EVENT_LINES_H
#define HP_EVENT_LINES_H

#include "hp_backend.h"

/* Writes `event` and an end as JSON lines and checks, as oracle 4, that each
 * line is what schema/hiveproof-events-1.json has: an object that names its
 * event, and the schema in the first one; no line says more than one thing. */
void event_lines_check(const struct hp_event *event);

#endif
