/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules P and the volumes (3.4, 4.3), slowly. */
#ifndef HP_MODEL_PATH_H
#define HP_MODEL_PATH_H

#include "model.h"

/* The verdict on an expanded path, exclusions apart. */
enum hp_verdict model_path_verdict(const struct model_machine *machine,
                                   struct hp_text path);

/* X1, X3: an entry that is valid has these units, whatever their case. */
bool model_entry_matches(struct hp_text entry, struct hp_text path);

/* ExcludedBinaryPaths drops `path` (X1 to X3, X6): 0 no, 1 yes, 2: silent, 3:
 * perhaps, a value of a wrong type. */
int model_excludes(const struct model_machine *machine, struct hp_text path);

#endif
