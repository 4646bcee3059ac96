/* SPDX-License-Identifier: Apache-2.0
 *
 * What the reader under test refuses. It may not alone decide which hives are
 * sound enough for it to be tested on. */
#ifndef HP_DIFF_TAKEN_H
#define HP_DIFF_TAKEN_H

#include "hp_backend.h"
#include "span.h"

/* Oracle 3 of fuzz_diff, of an `image` that the native reader does not take
 * strictly, whole and without a note: it is not sound by the slow model of the
 * reader, or `other` does not take it whole either. */
void diff_taken_check(const struct hp_backend *other, struct hp_span image);

#endif
