/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_parser - a vendor's parser (-DHP_PARSER_LIBRARY=) over any bytes.
 *
 * Input   a hive.
 * Oracles 1. no walk fails without a cause; a refusal, and damage, say why;
 *         2. nothing reads or writes where it must not (a sanitizer's);
 *         3. strings and data are of known sizes, undamaged data is whole;
 *         4. events are well nested, as hp_backend.h has them, and bounded;
 *         5. a walk again says the same (1 time in 16).
 */
#include "event_check.h"
#include "fuzz.h"

static void check(struct event_check *check, uint32_t mode, const uint8_t *data,
                  size_t size)
{
    (void)event_check_walk(check, hp_backend_v1(), mode, hp_span_of(data, size),
                           false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct event_check first, again;

    if ((hp_backend_v1()->capabilities & HP_CAN_STRICT) != 0)
        check(&first, HP_MODE_STRICT, data, size);
    check(&first, HP_MODE_FORENSIC, data, size);
    if (fuzz_asks(16, 0, fuzz_choice(0, data, size))) {
        check(&again, HP_MODE_FORENSIC, data, size);
        FUZZ_CHECK(first.all == again.all, "5: deterministic");
    }
    return 0;
}
