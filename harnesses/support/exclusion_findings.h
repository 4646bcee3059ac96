/* SPDX-License-Identifier: Apache-2.0
 *
 * What a report says of each entry of the exclusions, against plain rules. */
#ifndef HP_EXCLUSION_FINDINGS_H
#define HP_EXCLUSION_FINDINGS_H

#include "enumerate.h"

/* Oracle 8 of fuzz_enumerate: the shape of an entry (X4), whether it is one of
 * several that are equal, and whether it matches a service. */
void exclusion_findings_check(const struct hp_report *report);

/* The same of two reports, without (profile `pre`) and with the hotfix: whether
 * an entry takes a service out of the backup that is no trouble. */
void exclusion_findings_check_local(const struct hp_report *without,
                                    const struct hp_report *with);

#endif
