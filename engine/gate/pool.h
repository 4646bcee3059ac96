/* SPDX-License-Identifier: Apache-2.0
 *
 * Units run in worker processes, many in each: one that crashes or does not
 * end costs its own unit and a new worker, and is named. */
#ifndef HP_POOL_H
#define HP_POOL_H

#include <stdint.h>

#include "units.h"

enum hp_unit_state {
    HP_UNIT_NOT_RUN,
    HP_UNIT_PASSED,
    HP_UNIT_FAILED,  /* says something else than what is expected */
    HP_UNIT_CRASHED, /* a signal, a sanitizer, an assertion */
    HP_UNIT_LATE     /* the time limit */
};

enum { HP_UNIT_MESSAGE = 2000 };

struct hp_unit_result {
    enum hp_unit_state state;
    uint32_t milliseconds;
    char message[HP_UNIT_MESSAGE]; /* why it did not pass */
};

/* Runs all units in `jobs` workers, each unit for at most `seconds` of wall
 * clock. Returns a result for each, in memory of the process; NULL, with a
 * message, if there can be no workers. */
struct hp_unit_result *hp_pool_run(const struct hp_units *units, unsigned jobs,
                                   unsigned seconds);

/* What the unit says now, to be freed; NULL without memory. */
char *hp_unit_say(const struct hp_unit *unit, size_t *size);

#endif
