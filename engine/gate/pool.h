/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases run in worker processes, many in each: one that crashes or does not
 * end costs its own case and a new worker, and is named. */
#ifndef HP_POOL_H
#define HP_POOL_H

#include <stdint.h>

#include "cases.h"

enum hp_case_state {
    HP_CASE_NOT_RUN,
    HP_CASE_PASSED,
    HP_CASE_FAILED,  /* says something else than what is expected */
    HP_CASE_CRASHED, /* a signal, a sanitizer, an assertion */
    HP_CASE_LATE     /* the time limit */
};

enum { HP_CASE_MESSAGE = 2000 };

struct hp_case_result {
    enum hp_case_state state;
    uint32_t milliseconds;
    char message[HP_CASE_MESSAGE]; /* why it did not pass */
};

/* Runs all cases in `jobs` workers, each case for at most `seconds` of wall
 * clock. Returns a result for each, in memory of the process; NULL, with a
 * message, if there can be no workers. */
struct hp_case_result *hp_pool_run(const struct hp_cases *cases, unsigned jobs,
                                   unsigned seconds);

/* What the case says now, to be freed; NULL without memory. */
char *hp_case_say(const struct hp_case *item, size_t *size);

#endif
