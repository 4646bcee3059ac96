/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of exclusions made from others. */
#ifndef HP_EXCLUSION_LISTS_H
#define HP_EXCLUSION_LISTS_H

#include "exclusions.h"
#include "fuzz.h"

/* True if a list can hold `text` as one entry: no NUL, and not empty. */
bool is_plain(struct hp_text text);

/* The live entries of `list`, and behind them `text`, as REG_MULTI_SZ. An empty
 * span without memory. */
struct hp_span list_of(struct hp_arena *arena, struct hp_span list,
                       struct hp_text text);

/* The live entries of `list` from the last to the first. */
struct hp_span list_reversed(struct hp_arena *arena, struct hp_span list);

/* True if the list, under the hotfix, has an entry that matches `path`. An
 * allocation that fails is checked to be told (oracle 5). */
bool list_matches(struct fuzz_memory *memory, struct hp_span list,
                  struct hp_text path);

/* The same by the slow model. */
bool list_matches_model(struct hp_arena *arena, struct hp_span list,
                        struct hp_text path);

/* Oracle 1: list_matches, as the slow model has it. */
bool list_matches_check(struct hp_arena *slow, struct hp_span list,
                        struct hp_text path);

/* Oracle 6: whether the list has an effect, as a value of that type, under the
 * profile and the policy of the question. */
void list_effect_check(struct hp_span list, uint32_t type,
                       const struct hp_question *question);

#endif
