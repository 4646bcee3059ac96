/* SPDX-License-Identifier: Apache-2.0
 *
 * A hive's recipe, forged again. */
#ifndef HP_ROUNDTRIP_H
#define HP_ROUNDTRIP_H

#include "forge_run.h"

/* True if the strict reader takes all of `image`. */
bool roundtrip_is_strict(struct hp_span image);

/* Oracles 1 to 3 of fuzz_roundtrip, for the recipe with its layout (pinned), or
 * 1 and 4: no bytes are promised without it. */
void roundtrip_check(struct hp_span image, bool pinned);

/* Oracle 5: an allocation, which `choice` decides, is denied; and the recipe is
 * printed where there is no room for all of it. */
void roundtrip_check_starved(struct hp_span image, uint64_t choice);

#endif
