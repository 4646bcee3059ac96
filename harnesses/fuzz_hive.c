/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_hive - the native reader over any bytes, in both modes.
 *
 * Input   a hive.
 * Oracles 1. damage is of class 1xx or 2xx and says why; no walk fails;
 *         2. damage names an offset inside the image;
 *         3. names and data lie inside the image, undamaged data is whole;
 *         4. events are well nested, work is bounded;
 *         5. a key that is enumerated is what a look-up by its path finds;
 *         6. other content of free cells and another bin change no event;
 *         7. strict is never partial; a hive without a note reads alike;
 *         8. a walk again says the same (1 time in 16).
 */
#include <stdlib.h>

#include "event_check.h"
#include "fuzz.h"
#include "lookup.h"
#include "native.h"
#include "relayout.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hp_span image = hp_span_of(data, size);
    const struct hp_backend *native = &hp_backend_native;
    struct event_check strict, lenient, again;
    uint32_t result =
        event_check_walk(&strict, native, HP_MODE_STRICT, image, true);
    event_check_walk(&lenient, native, HP_MODE_FORENSIC, image, true);
    FUZZ_CHECK(result != HP_WALK_PARTIAL, "7: strict is all or nothing");
    FUZZ_CHECK(result != HP_WALK_DONE || strict.damaged ||
                   strict.all == lenient.all,
               "7: both modes agree on a sound hive");
    if (result == HP_WALK_DONE)
        check_relayout(&strict, image);
    lookup_check(native, image, fuzz_hash(0, data, size));
    if (fuzz_once_in(16, 0, data, size)) {
        event_check_walk(&again, native, HP_MODE_FORENSIC, image, true);
        FUZZ_CHECK(again.all == lenient.all, "8: deterministic");
    }
    return 0;
}
