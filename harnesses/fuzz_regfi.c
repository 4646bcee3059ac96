/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_regfi - regfi (reglookup's library) over a whole tree, every getter.
 *
 * Input   a hive.
 * Oracles 1. nothing reads or writes where it must not (a sanitizer's);
 *         2. the walk ends, and so does the iterator.
 */
#include "fuzz.h"
#include "regfi_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    regfi_walk_all(hp_span_of(data, size));
    return 0;
}
