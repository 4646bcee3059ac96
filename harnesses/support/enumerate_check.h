/* SPDX-License-Identifier: Apache-2.0
 *
 * The oracles of fuzz_enumerate. */
#ifndef HP_ENUMERATE_CHECK_H
#define HP_ENUMERATE_CHECK_H

#include "enumerate.h"
#include "fuzz.h"

/* `image` as a source: also a question's SOFTWARE hive. */
struct hp_source enumerate_source(struct hp_span image);

/* Enumerates `image`. False, after oracle 1: there is no report. */
bool enumerate_run(struct hp_report *report, struct hp_arena *arena,
                   struct hp_span image, const struct hp_question *question,
                   const struct fuzz_memory *memory);

/* Oracle 1 again, with the allocation `failing` (from 1 on) denied. */
void enumerate_check_starved(struct hp_span image,
                             const struct hp_question *question,
                             size_t failing);

/* Oracles 2 and 5. */
void enumerate_check_report(const struct hp_report *report,
                            const struct hp_question *question);

/* Oracle 4. */
void enumerate_check_profile(const struct hp_report *report,
                             struct hp_span image,
                             const struct hp_question *question);

/* Oracles 3, 6 and, where `hash` has it, 7. Where the question has a SOFTWARE
 * hive, it is `image`. */
void enumerate_check_model(const struct hp_report *report, struct hp_span image,
                           const struct hp_question *question, uint64_t hash);

#endif
