/* SPDX-License-Identifier: Apache-2.0
 *
 * A list of findings while it is made: no allocation until it is sealed. */
#ifndef HP_FINDINGS_H
#define HP_FINDINGS_H

#include "enumerate.h"

/* More than the model knows names for. */
#define HP_FINDINGS_MAX 64

struct hp_finding_list {
    const char *names[HP_FINDINGS_MAX];
    size_t count;
};

/* Adds `name` (a static string) unless it is there already. */
void hp_findings_add(struct hp_finding_list *list, const char *name);

bool hp_finding_list_has(const struct hp_finding_list *list, const char *name);
bool hp_findings_have(struct hp_findings findings, const char *name);

/* Copies the list into `arena`. False without memory. */
bool hp_findings_seal(struct hp_findings *findings, struct hp_arena *arena,
                      const struct hp_finding_list *list);

#endif
