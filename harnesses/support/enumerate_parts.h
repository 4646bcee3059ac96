/* SPDX-License-Identifier: Apache-2.0
 *
 * What an enumeration is made of, each part for itself: who is wrong there is
 * told by the oracle of the part's own harness, not by what came of it. */
#ifndef HP_ENUMERATE_PARTS_H
#define HP_ENUMERATE_PARTS_H

#include "model.h"

/* The volumes (oracles of fuzz_volumes), the list of exclusions (fuzz_multi_sz)
 * and whether it counts (6 of fuzz_exclusions). `machine` is the model's, of
 * the hive of the report. */
void enumerate_parts_check(struct hp_arena *slow,
                           const struct hp_question *question,
                           const struct model_machine *machine);

/* Whether the volumes overlook that memory fails (5 of fuzz_volumes). Takes
 * long: for an enumeration that does. */
void enumerate_parts_check_starved(const struct hp_question *question,
                                   const struct model_machine *machine);

/* Each string of the hive (3 of fuzz_image_path). Takes long: for a report that
 * is not the model's. */
void enumerate_parts_check_strings(struct hp_arena *slow,
                                   const struct hp_tree *tree);

/* The path of a service of the report (3 of fuzz_image_path) and what the
 * exclusions match of it (1 of fuzz_exclusions). Takes long: for a service
 * whose verdict is not the model's. */
void enumerate_parts_check_service(const struct hp_report *report, size_t index,
                                   struct hp_arena *slow,
                                   const struct model_given *given,
                                   const struct model_machine *machine);

#endif
