/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_check.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static enum hp_status put(uint8_t *out, size_t room, size_t *size,
                          const struct hp_wire_frame *frame)
{
    if (frame->kind == HP_WIRE_END)
        return hp_wire_put_end(out, room, size, &frame->end);
    if (frame->kind == HP_WIRE_LATE)
        return hp_wire_put_late(out, room, size);
    if (frame->kind == HP_WIRE_IDENTITY)
        return hp_wire_put_identity(out, room, size, &frame->identity);
    return hp_wire_put_event(out, room, size, &frame->event);
}

/* Texts come back as printable ASCII, at most as long; so the first writing
 * may differ from the input, the second must not from the first. */
static void check_again(const struct hp_wire_frame *frame, size_t size)
{
    uint8_t *first = malloc(size), *second = malloc(size);
    size_t first_size = 0, second_size = 0, taken = 0;
    struct hp_wire_frame again;

    if (first == NULL || second == NULL)
        abort();
    FUZZ_CHECK(put(first, size, &first_size, frame) == HP_OK, "2: written");
    FUZZ_CHECK(hp_wire_take(&again, &taken, hp_span_of(first, first_size)) ==
                       HP_WIRE_TAKEN &&
                   taken == first_size && again.kind == frame->kind,
               "2: read again");
    FUZZ_CHECK(put(second, size, &second_size, &again) == HP_OK &&
                   second_size == first_size &&
                   memcmp(first, second, first_size) == 0,
               "2: the same");
    free(first);
    free(second);
}

/* Cut anywhere, a frame is not yet one: a few places, the ends among them. */
static void check_cuts(struct hp_span whole)
{
    struct hp_wire_frame frame;
    size_t cut, taken, step = whole.len / 16 + 1;

    for (cut = whole.len - 1; cut > 0; cut = cut > step ? cut - step : 0)
        FUZZ_CHECK(hp_wire_take(&frame, &taken, hp_span_of(whole.ptr, cut)) ==
                       HP_WIRE_MORE,
                   "1: a cut frame needs more");
}

bool wire_check_next(struct hp_wire_frame *frame, struct hp_span *left)
{
    struct hp_span whole = {NULL, 0, NULL};
    size_t size;

    if (hp_wire_take(frame, &size, *left) != HP_WIRE_TAKEN)
        return false;
    FUZZ_CHECK(hp_span_sub(*left, 0, size, &whole) && size >= HP_WIRE_HEAD_SIZE,
               "1: inside the input");
    check_cuts(whole);
    check_again(frame, size);
    (void)hp_span_sub(*left, size, left->len - size, left);
    return true;
}
