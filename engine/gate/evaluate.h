/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HP_EVALUATE_H
#define HP_EVALUATE_H

#include <stdio.h>

#include "cases.h"

/* Runs one case and writes to `out` what it says now: to be what it is
 * expected to say. */
void hp_case_evaluate(FILE *out, const struct hp_case *item);

#endif
