/* SPDX-License-Identifier: Apache-2.0
 *
 * What is to be said of a service's key (K) and of its ImagePath's bytes (B).
 */
#ifndef HP_MODEL_FINDINGS_H
#define HP_MODEL_FINDINGS_H

#include "model.h"

#define MODEL_FINDINGS 16
extern const char *const model_finding_names[MODEL_FINDINGS];

/* Those that are due, as bits in the order of the names. */
uint32_t model_findings(const struct hp_policies *policies,
                        const struct hp_tree_key *key,
                        const struct model_image *image);

#endif
