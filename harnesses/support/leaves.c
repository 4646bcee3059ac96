/* SPDX-License-Identifier: Apache-2.0 */
#include "leaves.h"

#include <string.h>

#include "fuzz.h"

static unsigned most_of(const uint8_t *record)
{
    return record[1] == 'i' ? 1012 : 511;
}

/* The list at the payload `at` of `bins`, in a hive that is sound. */
static void check_list(struct hp_span bins, size_t at)
{
    const uint8_t *record = bins.ptr + at;
    unsigned count = hp_at_u16(bins, at + 2);

    if (memcmp(record, "ri", 2) != 0) {
        FUZZ_CHECK(count <= most_of(record), "6: leaves as Windows has them");
        return;
    }
    unsigned total = 0;
    for (unsigned i = 0; i < count; i++) {
        size_t leaf = hp_at_u32(bins, at + 4 + 4 * (size_t)i) + (size_t)4;
        check_list(bins, leaf); /* strict: no ri stands below another */
        total += hp_at_u16(bins, leaf + 2);
    }
    FUZZ_CHECK(count > 0 &&
                   total > most_of(bins.ptr + hp_at_u32(bins, at + 4) + 4),
               "6: an index only where one leaf is not enough");
}

void leaves_check(struct hp_span image)
{
    struct hp_span bins = hp_span_of(image.ptr + 4096, image.len - 4096);
    size_t at = 0;

    while (bins.len - at >= 4096) { /* every cell of every bin */
        size_t end = at + hp_at_u32(bins, at + 8);
        for (size_t cell = at + 32; cell < end;) {
            uint32_t raw = hp_at_u32(bins, cell);
            bool used = raw >= 0x80000000;
            const uint8_t *record = bins.ptr + cell + 4;
            if (used && memcmp(record, "nk", 2) == 0 &&
                hp_at_u32(bins, cell + 4 + 20) != 0)
                check_list(bins, hp_at_u32(bins, cell + 4 + 28) + (size_t)4);
            cell += used ? UINT32_C(0) - raw : raw;
        }
        at = end;
    }
}
