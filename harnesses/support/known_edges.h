/* SPDX-License-Identifier: Apache-2.0
 *
 * Spares libFuzzer the edges that it knows. It goes through all that an input
 * has lit, one by one, which takes half as long as to walk a small hive, and
 * nearly every mutation lights none that is new. */
#ifndef HP_KNOWN_EDGES_H
#define HP_KNOWN_EDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if one of counters[0..count) is not 0 that always was before.
 * known[0..count), 0 at first, keeps which were not. */
bool known_edges_add(uint8_t *known, const uint8_t *counters, size_t count);

/* At the end of an execution: notes its edges; if all were known and the input
 * is one that the mutator has just made, sets the counters of the process to 0.
 * Inputs of a file show all of theirs: what is replayed, merged or minimised
 * does not depend on what came before. It does nothing unless libFuzzer was
 * told -use_counters=0: else it wants to know how often, too. */
void known_edges_hide(void);

#endif
