/* SPDX-License-Identifier: Apache-2.0
 *
 * Known failures: a text file that a vendor keeps beside the parser, one
 * case a line:
 *
 *     # a comment
 *     ID VERDICT [REASON...]
 *
 * VERDICT is a slug of case_judge.h, or "failed" for any failure. */
#ifndef HP_CONFORM_KNOWN_H
#define HP_CONFORM_KNOWN_H

#include "arena.h"
#include "case_judge.h"
#include "escape.h"

/* Any verdict that is bad. */
#define HP_KNOWN_ANY HP_CASE_VERDICTS
#define HP_KNOWN_ANY_SLUG "failed"

struct hp_known_case {
    const char *id;
    unsigned verdict; /* enum hp_case_verdict, or HP_KNOWN_ANY */
    const char *reason;
    uint32_t line;
};

struct hp_known {
    struct hp_known_case *cases; /* in the order of their ids */
    size_t count;
};

/* Reads the file. False, with *err: a line that is not understood, an id that
 * stands there twice or is no vector's, no memory. */
bool hp_known_read(struct hp_known *known, struct hp_arena *arena,
                   const char *path, const struct hp_vectors *vectors,
                   struct hp_conform_error *err);

/* The known failure of that id, or NULL. */
const struct hp_known_case *hp_known_find(const struct hp_known *known,
                                          const char *id);

#endif
