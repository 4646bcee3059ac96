/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_hivex - every read function of libhivex on every handle it gives out.
 *
 * Input   a hive; or "HPMH", 1 byte n modulo 17 and n handles (4 bytes each),
 *         and then a hive: made-up handles are misuse, and what they find is
 *         no bug of hivex (contracts 5). The input's hash chooses some of the
 *         handles and of the questions to each; 1 time in 256 all are asked of
 *         many handles, on replay of all.
 * Oracles 1. nothing reads or writes where it must not (a sanitizer's; the
 *            image is on the heap);
 *         2. the number of values is that of their list;
 *         3. lengths of names and data are those of the strings and bytes;
 *         4. what a list has is found by its name (one value of each key);
 *         5. hivex_visit ends, enters no more than it leaves, and no key
 *            below itself (each of its ways 1 time in 64 to 256);
 *         and, but for hives opened HIVEX_OPEN_UNSAFE, by the image:
 *         6. base block, bins and cells are right, and each handle is the start
 *            of a used cell, of an nk where it is a key;
 *         7. what a function gives lies in the cell that it is read from;
 *         8. a function for keys refuses what is no nk, one for values what is
 *            no vk, one for a type what is of another.
 */
#include <hivex.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "hivex_walk.h"

#define HANDLES 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    size_t handles[HANDLES], count = 0;
    uint64_t hash = fuzz_choice(0, data, size);

    if (size >= 5 && memcmp(data, "HPMH", 4) == 0) {
        (void)fuzz_u32(&in);
        count = fuzz_u8(&in) % (HANDLES + 1);
        for (size_t i = 0; i < count; i++)
            handles[i] = fuzz_u32(&in);
    }
    struct hp_span image = hp_span_of(in.at, in.left);
    int flags = hivex_walk_flags(hash);
    hive_h *hive = hivex_walk_open(image, flags);
    if (hive == NULL)
        return 0;
    struct hivex_cells cells;
    bool safe = (flags & HIVEX_OPEN_UNSAFE) == 0;
    FUZZ_CHECK(hivex_cells_read(&cells, image) || !safe, "6: it opens");
    hivex_walk_all(hive, safe && cells.used != NULL ? &cells : NULL, hash);
    hivex_walk_visit(hive, hash);
    for (size_t i = 0; i < count; i++)
        hivex_walk_made_up(hive, handles[i]);
    free(cells.used);
    FUZZ_CHECK(hivex_close(hive) == 0, "1: it closes");
    return 0;
}
