/* SPDX-License-Identifier: Apache-2.0 */
#include "multi_sz_check.h"

#include "fuzz.h"
#include "multi_sz.h"
#include "multi_sz_model.h"

/* The model is cubic. */
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

void multi_sz_check(struct hp_span data)
{
    struct hp_span input =
        hp_span_of(data.ptr, data.len < INPUT_LIMIT ? data.len : INPUT_LIMIT);

    check_walk(input, false);
    check_walk(input, true);
    FUZZ_CHECK(hp_multi_sz_findings(input) == model_multi_sz_findings(input),
               "4: the findings");
}
