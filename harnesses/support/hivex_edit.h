/* SPDX-License-Identifier: Apache-2.0
 *
 * Edits of a hive with libhivex, decoded from an input, and a model of what
 * they do. An edit is
 *
 *   1 byte   modulo 4: what (0 add a key, 1 delete a key, 2 set one value,
 *            3 set all values)
 *   1 byte   which key, modulo their number, in the order of creation
 *   0        a length byte modulo 9 and as many letters A to Z (modulo 26)
 *   2, 3     3: a count modulo 4, then for each value: a name likewise,
 *            1 byte type modulo 12, a length byte and as many bytes of data */
#ifndef HP_HIVEX_EDIT_H
#define HP_HIVEX_EDIT_H

#include "span.h"

/* Makes the edits on `image`, or where it is empty on an empty hive, commits
 * and checks oracles 2 to 4 of fuzz_hivex_write (of a given image: 1 alone). */
void hivex_edit_check(struct hp_span edits, struct hp_span image);

#endif
