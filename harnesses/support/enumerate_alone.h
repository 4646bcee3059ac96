/* SPDX-License-Identifier: Apache-2.0
 *
 * One ImagePath of a hive, judged without the hive: as it is, and out of a
 * variable that holds it. */
#ifndef HP_ENUMERATE_ALONE_H
#define HP_ENUMERATE_ALONE_H

#include "model.h"

/* Oracle 7 of fuzz_enumerate, for the service of the report and the allocation
 * that is denied which `choice` decides. */
void enumerate_alone_check(const struct hp_report *report,
                           struct hp_arena *arena,
                           const struct model_given *given, uint64_t choice);

#endif
