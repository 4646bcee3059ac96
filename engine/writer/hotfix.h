/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the hotfix of KB 980794 in this Windows (section 7)? */
#ifndef HP_HOTFIX_H
#define HP_HOTFIX_H

#include "enumerate.h"
#include "software.h"

/* Judges from the SOFTWARE hive, or from its absence (NULL). `product_type` is
 * the SYSTEM hive's, or empty. False without memory. */
bool hp_hotfix_judge(struct hp_hotfix *hotfix, struct hp_arena *arena,
                     const struct hp_software *software,
                     struct hp_text product_type);

#endif
