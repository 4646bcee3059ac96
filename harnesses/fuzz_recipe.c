/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_recipe - recipes and .reg files to hives.
 *
 * Input   the text; support/forge_run.h answers what it includes.
 * Oracles 1. a refusal has a status of class 1xx to 3xx, a message, and a place
 *            in the text, unless memory ended;
 *         2. the image is no larger than the limit, and files are so many;
 *         3. the same text makes the same bytes or the same refusal;
 *         4. what was forged has a recipe that forges it again;
 *         5. a failed allocation (1 time in 4) and a full output are told;
 *         6. where the text says nothing of lists, subkeys are sorted, hinted
 *            and have names of their own, and leaves are as Windows has them,
 *            also with many keys more (1 time in 32);
 *         7. it can be scrubbed, stays as sound, and memory that fails then is
 *            told (1 time in 4);
 *         8. CurrentControlSet at the root of a .reg file is ControlSet001;
 *         9. its recipe without a layout says the same (1 time in 4);
 *        10. keys and values are found by their names (1 time in 8).
 */
#include "recipe_find.h"
#include "recipe_rules.h"
#include "roundtrip.h"
#include "scrub_check.h"

static void check_image(struct forge_run *run, uint64_t hash)
{
    struct hp_span image = hp_span_of(run->image.bytes, run->image.size);

    if (fuzz_asks(4, 2, hash))
        scrub_check(image, hash >> 8);
    if (fuzz_asks(4, 3, hash) && roundtrip_is_strict(image))
        roundtrip_check(image, false);
    if (fuzz_asks(4, 4, hash))
        roundtrip_check_starved(image, hash >> 8);
    if (fuzz_asks(8, 5, hash))
        recipe_find_check(run, hash >> 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_memory memory = {0, 0};
    uint64_t hash = fuzz_hash(0, data, size);
    struct forge_run run;

    forge_run(&run, &memory, data, size);
    if (!run.done)
        forge_check_refusal(&run.err, size);
    FUZZ_CHECK(!run.done || run.image.size <= FORGE_RUN_IMAGE, "2: bounded");
    if (run.done) {
        forge_check_back(&run);
        recipe_rules_check(&run, (const char *)data, size);
        check_image(&run, hash);
    }
    forge_check_again(&run, data, size, 0);
    if (memory.calls > 0 && fuzz_asks(4, 1, hash))
        forge_check_again(&run, data, size, 1 + hash % memory.calls);
    forge_run_close(&run);
    return 0;
}
