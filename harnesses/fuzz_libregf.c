/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_libregf - libregf over a whole tree, every getter.
 *
 * Input   a hive.
 * Oracles 1. nothing reads or writes where it must not (a sanitizer's; the
 *            image is on the heap);
 *         2. an error is told by -1 and an error object, a success by neither;
 *         3. a size that was told is enough for what it is the size of.
 */
#include "fuzz.h"
#include "libregf_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    libregf_walk_all(hp_span_of(data, size));
    return 0;
}
