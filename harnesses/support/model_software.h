/* SPDX-License-Identifier: Apache-2.0
 *
 * What the SOFTWARE hive says (E5, section 7), slowly. */
#ifndef HP_MODEL_SOFTWARE_H
#define HP_MODEL_SOFTWARE_H

#include "model.h"

/* Microsoft\Windows\CurrentVersion and Microsoft\Windows NT\CurrentVersion of
 * the machine's SOFTWARE hive, or NULL. */
const struct hp_tree_key *
model_software_windows(const struct model_machine *machine);
const struct hp_tree_key *
model_software_nt(const struct model_machine *machine);

/* The first text of that name that is not empty, else an empty one. False: no
 * memory or silent. */
bool model_software_text(struct hp_text *text,
                         const struct model_machine *machine,
                         const struct hp_tree_key *key, const char *name);

/* Is the hotfix in this Windows? False: no memory or silent. */
bool model_hotfix(enum hp_hotfix_state *state,
                  const struct model_machine *machine);

#endif
