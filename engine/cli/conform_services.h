/* SPDX-License-Identifier: Apache-2.0
 *
 * End-to-end vectors: what the System Writer makes of the events that a reader
 * sent, against what the vector says. */
#ifndef HP_CONFORM_SERVICES_H
#define HP_CONFORM_SERVICES_H

#include "case_run.h"

/* hp_conform_how.end_to_end. */
bool hp_conform_services(const struct hp_vector *vector,
                         const struct hp_tree *tree,
                         struct hp_case_result *result);

#endif
