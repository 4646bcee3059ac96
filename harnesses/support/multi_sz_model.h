/* SPDX-License-Identifier: Apache-2.0
 *
 * REG_MULTI_SZ (system-writer 6.3) a second time, from the rule's text and
 * without regard to speed. */
#ifndef HP_MULTI_SZ_MODEL_H
#define HP_MULTI_SZ_MODEL_H

#include "span.h"

/* Which string, counted from 0 and empty ones left out, unit `at` (no NUL)
 * belongs to, and whether that string is dead. */
struct model_string {
    size_t first, count; /* units */
    bool dead;
};

/* Sets *string to the `index`th string of `data`. False: there is none. */
bool model_multi_sz_string(struct model_string *string, struct hp_span data,
                           size_t index);

/* The findings, a set of enum hp_multi_sz_finding. */
uint32_t model_multi_sz_findings(struct hp_span data);

#endif
