/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_enumerate - the System Writer's whole enumeration.
 *
 * Input   a hive, asked the default question; or "HPEN", a question
 *         (support/ask.h), 1 byte (bit 0: memory fails), and then a hive.
 * Oracles 1. it fails because the hive is refused or none of a SYSTEM, or for
 *            want of memory, and says so;
 *         2. code, class, path and exclusion belong to each verdict;
 *         3. a hive read whole gets the verdicts, paths and result of the
 *            slow model;
 *         4. a hive without exclusions is never better off than with them,
 *            and only the profile kb980794 tells the difference;
 *         5. a path of a Win32 service ends in ".exe".
 */
#include <string.h>

#include "ask.h"
#include "enumerate_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct fuzz_in none = {NULL, 0};
    struct fuzz_memory memory = {0, 0};
    struct hp_report report;
    struct ask ask;

    if (size >= 4 && memcmp(data, "HPEN", 4) == 0) {
        (void)fuzz_u32(&in);
        ask_read(&ask, &in);
        if ((fuzz_u8(&in) & 1) != 0)
            memory.failing = 1 + fuzz_hash(0, data, size) % 400;
    } else {
        ask_read(&ask, &none);
    }
    struct hp_span image = hp_span_of(in.at, in.left);
    struct hp_arena arena = fuzz_arena(&memory);
    if (enumerate_run(&report, &arena, image, &ask.question, &memory)) {
        enumerate_check_report(&report, &ask.question);
        enumerate_check_profile(&report, image, &ask.question);
        enumerate_check_model(&report, image, &ask.question);
    }
    hp_arena_close(&arena);
    return 0;
}
