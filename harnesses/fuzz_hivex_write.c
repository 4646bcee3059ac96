/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_hivex_write - edits with libhivex, commit, and what is there after.
 *
 * Input   edits (support/hivex_edit.h) on an empty hive; or "HPWH", 2 bytes n,
 *         n bytes of edits, and then the hive they are made on.
 * Oracles 1. nothing reads or writes where it must not (a sanitizer's);
 *         2. on the empty hive each edit succeeds if and only if the model
 *            of keys and values says so;
 *         3. what is committed hivex opens again;
 *         4. and the native reader finds in it what the model has, strictly.
 */
#include <string.h>

#include "fuzz.h"
#include "hivex_edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct hp_span edits = hp_span_of(data, size), image = {NULL, 0, NULL};

    if (size >= 6 && memcmp(data, "HPWH", 4) == 0) {
        (void)fuzz_u32(&in);
        edits = fuzz_bytes(&in, fuzz_u16(&in));
        image = fuzz_bytes(&in, in.left);
    }
    hivex_edit_check(edits, image);
    return 0;
}
