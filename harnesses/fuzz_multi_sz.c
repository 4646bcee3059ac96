/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_multi_sz - REG_MULTI_SZ splitting, as used for ExcludedBinaryPaths.
 *
 * Input   the raw value data; of more than 4 KiB the rest is ignored.
 * Oracles 1. every string is the one that the slow model finds, in order, and
 *            lies inside the data;
 *         2. none is left out, none is made up, live ones come first;
 *         3. the walk of live strings is the start of the walk of all;
 *         4. the findings are the model's.
 */
#include "fuzz.h"
#include "multi_sz.h"
#include "multi_sz_model.h"

/* The model is quadratic. */
#define INPUT_LIMIT 4096

static void check_walk(struct hp_span data, bool with_dead)
{
    struct hp_multi_sz it =
        with_dead ? hp_multi_sz_all_of(data) : hp_multi_sz_of(data);
    struct model_string want;
    struct hp_span item;
    size_t count = 0;

    while (hp_multi_sz_next(&it, &item)) {
        FUZZ_CHECK(model_multi_sz_string(&want, data, count++), "2: made up");
        FUZZ_CHECK(item.ptr == data.ptr + 2 * want.first, "1: its place");
        FUZZ_CHECK(item.len == 2 * want.count, "1: its length");
        FUZZ_CHECK(want.dead == (with_dead && it.dead), "3: live or dead");
    }
    FUZZ_CHECK(!model_multi_sz_string(&want, data, count) ||
                   (want.dead && !with_dead),
               "2: left out");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hp_span input =
        hp_span_of(data, size < INPUT_LIMIT ? size : INPUT_LIMIT);

    check_walk(input, false);
    check_walk(input, true);
    FUZZ_CHECK(hp_multi_sz_findings(input) == model_multi_sz_findings(input),
               "4: the findings");
    return 0;
}
