/* SPDX-License-Identifier: Apache-2.0
 *
 * The minimiser that knows regf: makes a file smaller and simpler for as long
 * as somebody who is asked says that it still shows what it is kept for. It
 * works on the table of the mutator, so that broken hives become smaller, too,
 * and what they lie about stays a lie as long as it is needed. README.md has
 * the steps. */
#ifndef HP_MINIMIZE_H
#define HP_MINIMIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum hp_interest {
    HP_INTEREST_NO,
    HP_INTEREST_YES,
    HP_INTEREST_STOP /* ask no more: what was found so far is the result */
};

/* Asked about each candidate. */
typedef enum hp_interest hp_minimize_ask(void *self, const uint8_t *bytes,
                                         size_t size);

struct hp_minimizer;

/* What a file consists of. */
struct hp_minimize_size {
    size_t bytes;
    size_t used_cells; /* allocated cells; 0 in what is no hive */
};

/* A minimiser for bytes[0..size), which are copied, with all that it needs; or
 * NULL when the arena cannot. That those bytes are interesting is the caller's
 * to know. */
struct hp_minimizer *hp_minimizer_open(struct hp_arena *arena,
                                       const uint8_t *bytes, size_t size,
                                       hp_minimize_ask *ask, void *self);

/* Minimises until nothing more can be taken away, or until it is told to stop.
 * The same bytes and the same answers give the same result. */
void hp_minimizer_run(struct hp_minimizer *mz);

/* The smallest file that was found interesting; the minimiser's. */
const uint8_t *hp_minimizer_best(const struct hp_minimizer *mz, size_t *size);
struct hp_minimize_size hp_minimizer_size(struct hp_minimizer *mz);

/* What is being tried, as a word or two for a person. */
const char *hp_minimizer_step(const struct hp_minimizer *mz);

#endif
