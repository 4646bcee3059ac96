/* SPDX-License-Identifier: Apache-2.0 */
#include "scrub_check.h"

#include "fuzz.h"
#include "native.h"
#include "scrub.h"
#include "strict_check.h"

static void check_sound(struct hp_span image, struct hp_span scrubbed)
{
    struct event_check before, after, again;

    if (event_check_walk(&before, &hp_backend_native, HP_MODE_STRICT, image,
                         true) != HP_WALK_DONE ||
        before.damaged)
        return;
    bool sound = event_check_walk(&after, &hp_backend_native, HP_MODE_STRICT,
                                  scrubbed, true) == HP_WALK_DONE &&
                 !after.damaged;
    if (!sound) /* it may be the reader's fault */
        (void)lenient_check(&again, scrubbed, 0, false);
    FUZZ_CHECK(sound, "7: what was sound is");
    FUZZ_CHECK(before.records == after.records, "7: keys and values");
}

static void check_starved(struct hp_span image, size_t failing)
{
    struct fuzz_memory memory = {0, failing};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_span scrubbed;

    FUZZ_CHECK(hp_scrub(&scrubbed, &arena, image) == (memory.calls < failing),
               "7: memory that fails");
    hp_arena_close(&arena);
}

void scrub_check(struct hp_span image, uint64_t choice)
{
    struct fuzz_memory memory = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_span scrubbed;

    if (hp_scrub(&scrubbed, &arena, image)) {
        FUZZ_CHECK(scrubbed.len == image.len, "7: as long");
        check_sound(image, scrubbed);
        check_starved(image, 1 + choice % (memory.calls + 1));
    }
    hp_arena_close(&arena);
}
