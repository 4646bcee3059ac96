/* SPDX-License-Identifier: Apache-2.0
 *
 * One ImagePath against the slow model. */
#ifndef HP_PATH_CHECK_H
#define HP_PATH_CHECK_H

#include "enumerate.h"
#include "tree.h"

/* Where a string ends: that of all values the writer reads, a part of the
 * oracles below. Memory comes from `arena`. */
void path_check_string(struct hp_arena *arena, uint32_t type,
                       struct hp_span data);

/* Oracle 3 of fuzz_image_path, 7 of fuzz_enumerate. Memory comes from `arena`;
 * `software` is the tree of the question's SOFTWARE hive, or NULL. */
void path_check_model(const struct hp_outcome *outcome, struct hp_arena *arena,
                      const struct hp_question *question,
                      const struct hp_path_question *path,
                      const struct hp_tree *software);

/* The same oracle for the path made longer, in its middle or at an end. */
void path_check_longer(const struct hp_question *question,
                       struct hp_path_question path, uint64_t hash);

#endif
