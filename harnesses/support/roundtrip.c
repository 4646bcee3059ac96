/* SPDX-License-Identifier: Apache-2.0 */
#include "roundtrip.h"

#include <string.h>

#include "event_check.h"
#include "native.h"

bool roundtrip_is_strict(struct hp_span image)
{
    struct event_check events;
    return event_check_walk(&events, &hp_backend_native, HP_MODE_STRICT, image,
                            true) == HP_WALK_DONE;
}

void roundtrip_check(struct hp_span image, bool pinned)
{
    struct fuzz_memory memory = {0, 0};
    struct hp_recipe_error err;
    struct fuzz_output text;
    struct forge_run run;

    FUZZ_CHECK(forge_run_back(&text, &memory, image, pinned, &err), "1");
    forge_run(&run, &memory, text.bytes, text.size);
    FUZZ_CHECK(run.done, "2: the recipe is read");
    struct hp_span made = hp_span_of(run.image.bytes, run.image.size);
    FUZZ_CHECK(!pinned || (made.len == image.len &&
                           (image.len == 0 ||
                            memcmp(made.ptr, image.ptr, made.len) == 0)),
               "3: byte for byte");
    forge_run_close(&run);
    fuzz_output_close(&text);
}
