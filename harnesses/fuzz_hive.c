/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_hive - the native reader over any bytes, in both modes.
 *
 * Input   a hive. Of one with more than 48 events the first are looked at,
 *         and deep keys to their end, 1 time in 64 all; the input's hash says
 *         which oracles are asked (on replay: all).
 * Oracles 1. damage is of class 1xx or 2xx and says why; no walk fails;
 *         2. damage names an offset inside the image;
 *         3. names and data lie inside the image, undamaged data is whole;
 *         4. events are well nested, work is bounded;
 *         5. a key that is enumerated is what a look-up by its path finds
 *            (1 time in 256);
 *         6. other content of free cells and another bin change no event
 *            (1 time in 64);
 *         7. strict is never partial; a hive without a note reads alike
 *            (1 time in 64);
 *         8. a walk again says the same (1 time in 16);
 *         9. events, damage and result are those of the slow model (1 time in
 *            16).
 */
#include "event_check.h"
#include "fuzz.h"
#include "known_edges.h"
#include "lookup.h"
#include "native.h"
#include "strict_check.h"

static void check(struct hp_span image)
{
    const struct hp_backend *native = &hp_backend_native;
    uint64_t hash = hive_choice(image);
    bool strict = fuzz_asks(64, 1, hash), twice = fuzz_asks(16, 0, hash);
    struct event_check lenient, again;

    if (!lenient_check(&lenient, image, hash, strict || twice))
        return;
    if (strict)
        strict_check(&lenient, image);
    if (fuzz_asks(256, 2, hash))
        lookup_check(native, image, hash);
    if (twice) {
        event_check_walk(&again, native, HP_MODE_FORENSIC, image, true);
        FUZZ_CHECK(again.all == lenient.all, "8: deterministic");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(hp_span_of(data, size));
    known_edges_hide();
    return 0;
}
