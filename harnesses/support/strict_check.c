/* SPDX-License-Identifier: Apache-2.0 */
#include "strict_check.h"

#include <stdlib.h>

#include "fuzz.h"
#include "layout.h"
#include "native.h"
#include "reader_model.h"
#include "relayout.h"

/* Mutations make lists of thousands of dead references: a few such inputs would
 * take most of the time. */
#define EVENTS_MOST 48

/* The mutator of libFuzzer makes larger hives of smaller ones 1 time in 32:
 * what they can show, smaller ones show sooner. */
extern const size_t hp_mutator_small;
extern const unsigned hp_mutator_grows;
const size_t hp_mutator_small = (size_t)8 << 10;
const unsigned hp_mutator_grows = 32;

uint64_t hive_choice(struct hp_span image)
{
    struct hp_span head = image, bins = {NULL, 0, NULL};

    if (image.len > BASE_SIZE) {
        head.len = BASE_UNUSED;
        bins = hp_span_of(image.ptr + BASE_SIZE, image.len - BASE_SIZE);
    }
    return fuzz_choice(fuzz_choice(0, head.ptr, head.len), bins.ptr, bins.len);
}

bool lenient_check(struct event_check *lenient, struct hp_span image,
                   uint64_t hash, bool summed)
{
    struct event_wish wish = {EVENTS_MOST, NULL, true, summed};
    struct reader_tape tape;

    if (fuzz_asks(64, 3, hash))
        wish.most = UINT64_MAX;
    if (fuzz_asks(16, 4, hash)) {
        wish.tape = &tape;
        reader_model(&tape, image, true, wish.most);
    }
    uint32_t result = event_check_start(lenient, &hp_backend_native,
                                        HP_MODE_FORENSIC, image, wish);
    if (wish.tape != NULL)
        reader_tape_close(&tape);
    return result != HP_WALK_STOPPED;
}

static void check_relayout(const struct event_check *before,
                           struct hp_span image)
{
    struct event_check after;
    size_t size;
    uint8_t *other = relayout(&size, image);

    if (other == NULL)
        return;
    uint32_t result =
        event_check_walk(&after, &hp_backend_native, HP_MODE_STRICT,
                         hp_span_of(other, size), true);
    FUZZ_CHECK(result == HP_WALK_DONE, "6: still a hive");
    FUZZ_CHECK(after.content == before->content, "6: the same events");
    free(other);
}

void strict_check(const struct event_check *lenient, struct hp_span image)
{
    struct event_check strict;
    struct reader_tape tape;

    struct event_wish wish = {UINT64_MAX, &tape, true, true};

    reader_model(&tape, image, false, UINT64_MAX);
    uint32_t result = event_check_start(&strict, &hp_backend_native,
                                        HP_MODE_STRICT, image, wish);
    reader_tape_close(&tape);
    FUZZ_CHECK(result != HP_WALK_PARTIAL, "7: strict is all or nothing");
    FUZZ_CHECK(result != HP_WALK_DONE || strict.damaged ||
                   strict.all == lenient->all,
               "7: both modes agree on a sound hive");
    if (result == HP_WALK_DONE)
        check_relayout(&strict, image);
}
