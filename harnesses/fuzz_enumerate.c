/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_enumerate - the System Writer's whole enumeration.
 *
 * Input   a hive. Where byte 512, which the format leaves unused, has "HPEN",
 *         a question (support/ask.h) follows, and 1 byte (bit 0: memory
 *         fails); else the default question is asked.
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

enum { QUESTION = 512, QUESTION_END = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {NULL, 0};
    struct fuzz_memory memory = {0, 0};
    struct hp_span image = hp_span_of(data, size);
    struct hp_report report;
    struct ask ask;

    if (size >= QUESTION_END && memcmp(data + QUESTION, "HPEN", 4) == 0)
        in = (struct fuzz_in){data + QUESTION + 4, QUESTION_END - QUESTION - 4};
    ask_read(&ask, &in);
    if ((fuzz_u8(&in) & 1) != 0)
        memory.failing = 1 + fuzz_hash(0, data, size) % 400;
    struct hp_arena arena = fuzz_arena(&memory);
    if (enumerate_run(&report, &arena, image, &ask.question, &memory)) {
        enumerate_check_report(&report, &ask.question);
        enumerate_check_profile(&report, image, &ask.question);
        enumerate_check_model(&report, image, &ask.question);
    }
    hp_arena_close(&arena);
    return 0;
}
