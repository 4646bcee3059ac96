/* SPDX-License-Identifier: Apache-2.0
 *
 * A hive without what it says: sizes, places, references and whatever is wrong
 * with them stay, content does not. What stays is written down
 * (docs/recipes.md); every other byte is replaced. */
#ifndef HP_SCRUB_H
#define HP_SCRUB_H

#include "arena.h"
#include "span.h"

/* Sets *scrubbed to an image of the same length as `image`, in `arena`. Any
 * bytes may come; the work is bounded by their number. False: out of memory. */
bool hp_scrub(struct hp_span *scrubbed, struct hp_arena *arena,
              struct hp_span image);

#endif
