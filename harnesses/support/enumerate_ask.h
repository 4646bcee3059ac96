/* SPDX-License-Identifier: Apache-2.0
 *
 * A question about a hive, in the unused part of its base block: at 512 "HPEN",
 * then what ask.h reads, then
 *
 *   1 byte   the hive is its SOFTWARE hive, too (bit 1), control set (2, 3),
 *            SystemRoot follows (4), a variable does (5),
 *            the SOFTWARE hive is what begins here instead: none (6)
 *   1 byte   modulo 3: number of the control set less 1, if it is by number
 *   texts    (fuzz.h) SystemRoot; name and value of the variable
 *
 * Elsewhere there is the default question. */
#ifndef HP_ENUMERATE_ASK_H
#define HP_ENUMERATE_ASK_H

#include "ask.h"

struct enumerate_ask {
    struct ask ask;
    struct hp_source software;
    struct hp_variable variable;
    struct hp_arena texts;
    struct fuzz_memory enough; /* of texts */
};

/* Reads *ask, which must stay where it is. Borrows image. Close it. */
void enumerate_ask_read(struct enumerate_ask *ask, struct hp_span image);
void enumerate_ask_close(struct enumerate_ask *ask);

#endif
