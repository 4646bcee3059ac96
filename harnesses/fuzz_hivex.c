/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_hivex - every read function of libhivex on every handle it gives out.
 *
 * Input   a hive; or "HPMH", 1 byte n modulo 17 and n handles (4 bytes each),
 *         and then a hive: made-up handles are misuse, and what they find is
 *         no bug of hivex (contracts 5).
 * Oracles 1. nothing reads or writes where it must not (a sanitizer's; the
 *            image is on the heap);
 *         2. the number of values is that of their list;
 *         3. lengths of names and data are those of the strings and bytes;
 *         4. what a list has is found by its name (one value of each key);
 *         5. hivex_visit ends, and enters no more than it leaves (each of its
 *            two ways 1 time in 4 or 5).
 */
#include <hivex.h>
#include <string.h>

#include "fuzz.h"
#include "hivex_walk.h"

#define HANDLES 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    size_t handles[HANDLES], count = 0;
    uint64_t hash = fuzz_hash(0, data, size);

    if (size >= 5 && memcmp(data, "HPMH", 4) == 0) {
        (void)fuzz_u32(&in);
        count = fuzz_u8(&in) % (HANDLES + 1);
        for (size_t i = 0; i < count; i++)
            handles[i] = fuzz_u32(&in);
    }
    hive_h *hive =
        hivex_walk_open(hp_span_of(in.at, in.left), hivex_walk_flags(hash));
    if (hive == NULL)
        return 0;
    hivex_walk_all(hive, hash);
    if (fuzz_once_in(4, 5, hash))
        hivex_walk_visit(hive, 0);
    else if (fuzz_once_in(4, 7, hash))
        hivex_walk_visit(hive, HIVEX_VISIT_SKIP_BAD);
    for (size_t i = 0; i < count; i++)
        hivex_walk_made_up(hive, handles[i]);
    FUZZ_CHECK(hivex_close(hive) == 0, "1: it closes");
    return 0;
}
