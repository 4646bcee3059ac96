/* SPDX-License-Identifier: Apache-2.0
 *
 * What a hive says, out of the recipe that it is made of: no hive is read, and
 * nothing of what a recipe lies about is believed but the numbers that a
 * reader reports as they stand (times, flags, types). */
#ifndef HP_CONTENT_H
#define HP_CONTENT_H

#include "json_strict.h"
#include "plan.h"
#include "tree.h"
#include "vector.h"

/* Sends what `content` leaves of `plan` to `sink`, from HIVE to the last
 * KEY_LEAVE. What a lie makes uncertain is unknown. Memory comes from `arena`.
 * False, with *err: a path that leads nowhere, no memory. `file` is whose
 * content it is, for messages. */
bool hp_content_send(const struct hp_sink *sink, struct hp_arena *arena,
                     struct hp_plan *plan,
                     const struct hp_vector_content *content, const char *file,
                     struct hp_conform_error *err);

/* Fills *tree, whose memory is `arena`, with the same. */
bool hp_content_build(struct hp_tree *tree, struct hp_arena *arena,
                      struct hp_plan *plan,
                      const struct hp_vector_content *content, const char *file,
                      struct hp_conform_error *err);

#endif
