/* SPDX-License-Identifier: Apache-2.0
 *
 * From a plan of logs to the bytes of a log file: sound, or broken on
 * purpose. */
#ifndef HP_LOG_WRITE_H
#define HP_LOG_WRITE_H

#include "assemble.h"
#include "log_plan.h"

/* A state of the hive. */
struct hp_log_hive {
    struct hp_image image;
    uint32_t bins_size; /* of what was built, whatever the image says of it */
};

/* What a log is written from. */
struct hp_log_source {
    const struct hp_log_hive *hives; /* by number of the state */
    struct hp_arena *arena;
    uint64_t limit; /* bytes of the file */
};

/* Writes a log file whose entries have their sequence numbers. Pages that were
 * not said are those that differ between two states; sound fields come first,
 * then lies, then raw bytes; hashes and the checksum come last, from what is
 * there, unless one of them said them. False, with *err, for a lie or a page
 * that does not fit, HP_E_TOO_LARGE and HP_E_NO_MEMORY. */
bool hp_log_write(struct hp_image *image, struct hp_planned_log *file,
                  const struct hp_log_source *source,
                  struct hp_recipe_error *err);

#endif
