/* SPDX-License-Identifier: Apache-2.0 */
#include "roundtrip.h"

#include <string.h>

#include "decompile.h"
#include "escape_hive.h"
#include "event_check.h"
#include "hp_limits.h"
#include "leaves.h"
#include "native.h"
#include "print.h"
#include "reader_model.h"
#include "strict_check.h"

static uint32_t read_strictly(struct event_check *events, struct hp_span image)
{
    return event_check_walk(events, &hp_backend_native, HP_MODE_STRICT, image,
                            true);
}

bool roundtrip_is_strict(struct hp_span image)
{
    struct event_check events;

    return read_strictly(&events, image) == HP_WALK_DONE;
}

/* Keys far down, or with long paths, have no recipe of their own
 * (docs/recipes.md): labels may need a few units more than names. */
enum { DEEP_MOST = 512, PATH_MOST = 1900 };

struct paths {
    size_t depth, units[DEEP_MOST + 1]; /* of the keys that are open */
    bool too_long;
};

static uint32_t measure(void *self, const struct hp_event *event)
{
    struct paths *paths = self;

    if (event->kind == HP_EVENT_KEY_LEAVE)
        paths->depth--;
    if (event->kind != HP_EVENT_KEY_ENTER)
        return HP_CONTINUE;
    size_t units = paths->units[paths->depth] + event->u.key.name.size + 1;
    paths->too_long = units > PATH_MOST || paths->depth == DEEP_MOST;
    if (paths->too_long)
        return HP_STOP;
    paths->units[++paths->depth] = units;
    return HP_CONTINUE;
}

static bool has_long_path(struct hp_span image)
{
    struct hp_input input = {.size = sizeof input,
                             .mode = HP_MODE_STRICT,
                             .image = image.ptr,
                             .image_size = image.len};
    struct paths paths = {.depth = 0, .units = {0}};
    struct hp_sink sink = {.event = measure, .self = &paths};

    (void)hp_backend_native.walk(&input, &sink);
    return paths.too_long;
}

/* Two keys or values that share a record: it is that of the first. */
static bool has_shared(struct hp_span image)
{
    struct reader_tape tape;

    reader_model(&tape, image, false, UINT64_MAX);
    reader_tape_close(&tape);
    return tape.shared;
}

/* A hive that the strict reader takes was taken apart and put together as
 * forge sees fit. */
static void check_content(struct hp_span image, struct hp_span made)
{
    struct event_check before, after, again;

    (void)read_strictly(&before, image);
    uint32_t result = read_strictly(&after, made);
    if (result == HP_WALK_DONE)
        leaves_check(made);
    bool any = before.damaged || has_shared(image) || has_long_path(image);
    bool sorted = before.disordered || !after.disordered;
    bool sound = any || (result == HP_WALK_DONE && !after.damaged);
    bool same = any || after.content == before.content;
    if (!sorted || !sound || !same) /* it may be the reader's fault */
        (void)lenient_check(&again, made, 0, false);
    FUZZ_CHECK(sorted, "6: sorted as before");
    FUZZ_CHECK(sound, "6: as sound");
    FUZZ_CHECK(same, "6: says the same");
}

void roundtrip_check(struct hp_span image, bool pinned)
{
    struct fuzz_memory memory = {0, 0};
    struct hp_recipe_error err;
    struct fuzz_output text;
    struct forge_run run;

    FUZZ_CHECK(forge_run_back(&text, &memory, image, pinned, &err), "1");
    forge_run(&run, &memory, text.bytes, text.size);
    struct hp_span made = hp_span_of(run.image.bytes, run.image.size);
    bool same = made.len == image.len &&
                (image.len == 0 || memcmp(made.ptr, image.ptr, made.len) == 0);
    if (!run.done || (pinned && !same))
        escape_check_hive(image);
    FUZZ_CHECK(run.done, "2: the recipe is read");
    FUZZ_CHECK(same || !pinned, "3: byte for byte");
    if (!pinned)
        check_content(image, made);
    forge_run_close(&run);
    fuzz_output_close(&text);
}

/* The recipe, which has `size` bytes, where there is room for fewer. */
static void check_cut(struct hp_span image, size_t size, uint64_t choice)
{
    struct fuzz_memory enough = {0, 0};
    struct hp_arena arena = fuzz_arena(&enough);
    struct hp_recipe_error err;
    struct fuzz_output text;
    struct hp_plan plan;
    struct hp_out out = fuzz_output_to(&text, choice % size);

    if (hp_plan_open(&plan, &arena, HP_LIMIT_IMAGE_SIZE) &&
        hp_decompile(&plan, image, &err))
        FUZZ_CHECK(!hp_plan_print(out, &plan, true), "5: the output is full");
    fuzz_output_close(&text);
    hp_arena_close(&arena);
}

void roundtrip_check_starved(struct hp_span image, uint64_t choice)
{
    struct fuzz_memory memory = {0, 0};
    struct hp_recipe_error err;
    struct fuzz_output text;

    if (forge_run_back(&text, &memory, image, true, &err))
        check_cut(image, text.size, choice);
    fuzz_output_close(&text);
    struct fuzz_memory failing = {0, 1 + choice % (memory.calls + 1)};
    bool done = forge_run_back(&text, &failing, image, true, &err);
    FUZZ_CHECK(done == (failing.calls < failing.failing), "5: failed");
    FUZZ_CHECK(done || err.status == HP_E_NO_MEMORY, "5: says so");
    fuzz_output_close(&text);
}
