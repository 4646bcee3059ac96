/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_recipe - recipes and .reg files to hives.
 *
 * Input   the text; support/forge_run.h answers what it includes.
 * Oracles 1. a refusal has a class 1xx to 3xx, a message, and mostly a place;
 *         2. the image is no larger than the limit, and files are so many;
 *         3. the same text makes the same bytes or the same refusal;
 *         4. what was forged has a recipe that forges it again;
 *         5. a failed allocation (1 time in 4) and a full output are told;
 *         6. where the text says nothing of lists, subkeys are sorted, hinted
 *            and named apart, leaves as in Windows, many too (1 time in 32);
 *         7. scrubbed (1 time in 4) it is as sound, memory that fails is told;
 *         8. CurrentControlSet at the root of a .reg file is ControlSet001;
 *         9. its recipe without a layout says the same (1 time in 4);
 *        10. keys and values are found by their names (1 time in 8);
 *        11. with its logs it is the same hive, as bounded (1 time in 2).
 */
#include "recipe_find.h"
#include "recipe_rules.h"
#include "roundtrip.h"
#include "scrub_check.h"

static void check_image(struct forge_run *run, const uint8_t *data, size_t size,
                        uint64_t hash)
{
    struct hp_span image = hp_span_of(run->image.bytes, run->image.size);

    FUZZ_CHECK(image.len <= FORGE_RUN_IMAGE, "2: bounded");
    forge_check_back(run);
    recipe_rules_check(run, (const char *)data, size);
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
    uint64_t hash = fuzz_choice(0, data, size);
    struct forge_run run;

    forge_run(&run, &memory, data, size);
    if (!run.done)
        forge_check_refusal(&run.err, size);
    else
        check_image(&run, data, size, hash);
    forge_check_again(&run, data, size, 0);
    if (fuzz_asks(2, 6, hash))
        forge_check_files(&run, data, size, hash >> 8);
    if (memory.calls > 0 && fuzz_asks(4, 1, hash))
        forge_check_again(&run, data, size, 1 + hash % memory.calls);
    forge_run_close(&run);
    return 0;
}
