/* SPDX-License-Identifier: Apache-2.0
 *
 * What an enumeration is made of, each part for itself: who is wrong there is
 * told by the oracle of the part's own harness, not by what came of it. */
#ifndef HP_ENUMERATE_PARTS_H
#define HP_ENUMERATE_PARTS_H

#include "model.h"

/* The volumes (oracles of fuzz_volumes), each service's path (3 of
 * fuzz_image_path), what the exclusions match and whether they count (1 and 6
 * of fuzz_exclusions). `machine` is the model's, of the hive of the report. */
void enumerate_parts_check(const struct hp_report *report,
                           struct hp_arena *slow,
                           const struct model_given *given,
                           const struct model_machine *machine);

#endif
