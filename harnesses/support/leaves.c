/* SPDX-License-Identifier: Apache-2.0 */
#include "leaves.h"

#include <string.h>

#include "fuzz.h"

static unsigned most_of(const uint8_t *record)
{
    return record[1] == 'i' ? 1012 : 511;
}

static void check_key(struct hp_span bins, size_t at);

/* The list at the payload `at` of `bins`, in a hive that is sound: no ri stands
 * below another, and keys not too deep. */
static void check_list(struct hp_span bins, size_t at)
{
    const uint8_t *record = bins.ptr + at;
    bool index = memcmp(record, "ri", 2) == 0;
    size_t stride = record[1] == 'f' || record[1] == 'h' ? 8 : 4;
    unsigned count = hp_at_u16(bins, at + 2), total = 0;

    FUZZ_CHECK(index || count <= most_of(record),
               "6: leaves as Windows has them");
    for (unsigned i = 0; i < count; i++) {
        size_t next = hp_at_u32(bins, at + 4 + stride * i) + (size_t)4;
        if (index) {
            check_list(bins, next);
            total += hp_at_u16(bins, next + 2);
        } else {
            check_key(bins, next);
        }
    }
    FUZZ_CHECK(!index ||
                   (count > 0 &&
                    total > most_of(bins.ptr + hp_at_u32(bins, at + 4) + 4)),
               "6: an index only where one leaf is not enough");
}

static void check_key(struct hp_span bins, size_t at)
{
    if (hp_at_u32(bins, at + 20) != 0)
        check_list(bins, hp_at_u32(bins, at + 28) + (size_t)4);
}

void leaves_check(struct hp_span image)
{
    struct hp_span bins = hp_span_of(image.ptr + 4096, image.len - 4096);

    check_key(bins, hp_at_u32(image, 36) + (size_t)4);
}
