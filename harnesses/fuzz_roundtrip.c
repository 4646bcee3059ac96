/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_roundtrip - hives to recipes and back.
 *
 * Input   any bytes; of more than 256 KiB the rest is ignored.
 * Oracles 1. every image has a recipe, unless memory ends;
 *         2. that recipe is read without complaint;
 *         3. it forges the image again, byte for byte;
 *         4. the recipe without a layout, of a hive that the strict reader
 *            takes, is read without complaint too;
 *         5. a failed allocation is told as such (1 time in 4);
 *         6. what that one forges is sorted as the hive was, and has its leaves
 *            as Windows has them; of a sound hive in which no record is
 *            shared it is as sound and says the same;
 *         7. every image can be scrubbed and stays as sound as it was, and
 *            memory that fails then is told (1 time in 4).
 *         Before 2 and 3 fail the oracles of fuzz_escape are asked.
 */
#include "roundtrip.h"
#include "scrub_check.h"

#define IMAGE_LIMIT ((size_t)256 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hp_span image =
        hp_span_of(data, size < IMAGE_LIMIT ? size : IMAGE_LIMIT);
    uint64_t hash = fuzz_choice(0, data, size);

    roundtrip_check(image, true);
    if (roundtrip_is_strict(image))
        roundtrip_check(image, false);
    if (fuzz_asks(4, 1, hash))
        roundtrip_check_starved(image, hash >> 8);
    if (fuzz_asks(4, 2, hash))
        scrub_check(image, hash >> 8);
    return 0;
}
