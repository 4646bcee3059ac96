/* SPDX-License-Identifier: Apache-2.0
 *
 * What the writer does with one service, and why. */
#ifndef HP_JUDGE_H
#define HP_JUDGE_H

#include "enumerate.h"
#include "environment.h"
#include "exclusions.h"
#include "launch.h"
#include "services.h"
#include "volumes.h"

struct hp_judge {
    const struct hp_question *question;
    struct hp_arena *arena;
    struct hp_environment *environment;
    const struct hp_volumes *volumes;
    const struct hp_exclusions *exclusions;
    struct hp_text system_root;
    bool environment_is_known; /* a SOFTWARE hive was given, or as if */
    bool all_drivers_active;
    bool win32_is_optional;      /* 1.5 */
    bool assumed;                /* some path rests on an assumed variable */
    struct hp_excludable *paths; /* that the exclusion list applies to */
    size_t path_count, path_room;
};

/* Judges `service`, which will be number `index` of the report; `duplicate`:
 * an earlier one has the same name (K9). False without memory. */
bool hp_judge_service(struct hp_service_result *result, struct hp_judge *judge,
                      const struct hp_service *service, size_t index,
                      bool duplicate);

/* How bad `outcome` is for the whole run: 0 good, then rising. An outcome of
 * an optional component does not count (1.5). */
enum hp_badness {
    HP_GOOD,
    HP_BAD_INDETERMINATE,
    HP_BAD_REMOTE,
    HP_BAD_FORMAT,
    HP_BAD_SYNTAX,
    HP_BAD_VOLUME
};
enum hp_badness hp_outcome_badness(const struct hp_outcome *outcome);

#endif
