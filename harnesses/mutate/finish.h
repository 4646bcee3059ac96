/* SPDX-License-Identifier: Apache-2.0
 *
 * The finishing passes: each makes one aspect of the hive sound again. They
 * run before an operator lies, so that only the lie is left. */
#ifndef HP_MUTATE_FINISH_H
#define HP_MUTATE_FINISH_H

#include "table.h"

/* Does `passes` (HP_PASS_ bits) but for the checksum, over the table of the
 * last scan. HP_PASS_TILES scans again when it changes something. */
void finish(struct hp_mutator *m, unsigned passes);

/* Two that stand alone, because they come after everything else. */
void finish_base(struct hp_mutator *m);
void finish_checksum(struct hp_mutator *m);

/* The checksum of the base block that stands at `base` in the image. */
void finish_checksum_at(struct hp_mutator *m, size_t base);

/* Of one leaf: its order, and the hints or hashes of an lf or lh. */
bool list_is_sorted(const struct hp_mutator *m, const struct cell *list);
void list_sort(struct hp_mutator *m, const struct cell *list);
bool list_has_hints(const struct hp_mutator *m, const struct cell *list);
void list_write_hints(struct hp_mutator *m, const struct cell *list);

/* The hint of lf or hash of lh for the key `nk`. */
uint32_t list_hint(const struct hp_mutator *m, uint32_t nk, uint32_t kind);

#endif
