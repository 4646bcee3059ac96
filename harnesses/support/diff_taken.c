/* SPDX-License-Identifier: Apache-2.0 */
#include "diff_taken.h"

#include <stdio.h>

#include "fuzz.h"
#include "reader_model.h"

static bool is_sound(struct hp_span image)
{
    struct reader_tape tape;
    bool sound;

    reader_model(&tape, image, false, UINT64_MAX);
    sound = tape.result == HP_WALK_DONE && !tape.blank;
    for (size_t i = 0; sound && i < tape.count; i++)
        sound = tape.events[i].kind != HP_EVENT_DAMAGE;
    reader_tape_close(&tape);
    return sound;
}

static uint32_t on_event(void *self, const struct hp_event *event)
{
    bool *damaged = self;

    *damaged |= event->kind == HP_EVENT_DAMAGE;
    return HP_CONTINUE;
}

void diff_taken_check(const struct hp_backend *other, struct hp_span image)
{
    struct hp_input input = {.size = sizeof input,
                             .mode = HP_MODE_FORENSIC,
                             .image = image.ptr,
                             .image_size = image.len};
    bool damaged = false;
    struct hp_sink sink = {sizeof sink, on_event, &damaged};

    if (!is_sound(image) || other->walk(&input, &sink) != HP_WALK_DONE ||
        damaged)
        return;
    (void)fprintf(stderr, "fuzz_diff: %s: result: damage or a note / done\n",
                  other->name);
    FUZZ_CHECK(false, "3: the native reader takes it, too");
}
