/* SPDX-License-Identifier: Apache-2.0
 *
 * One REG_MULTI_SZ value against the slow model. */
#ifndef HP_MULTI_SZ_CHECK_H
#define HP_MULTI_SZ_CHECK_H

#include "span.h"

/* The oracles of fuzz_multi_sz. Of more than 4 KiB the rest is ignored. */
void multi_sz_check(struct hp_span data);

#endif
