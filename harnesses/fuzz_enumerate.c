/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_enumerate - the System Writer's whole enumeration.
 *
 * Input   a hive, with a question (support/enumerate_ask.h) or without.
 * Oracles 1. it fails because the hive is refused or none of a SYSTEM, or for
 *            want of memory (1 time in 4), and says so;
 *         2. code, class, path and exclusion belong to each verdict;
 *         3. a hive read whole gets verdicts, paths, findings and result of the
 *            slow model, and the hotfix is in its Windows if that finds it;
 *         4. a hive without exclusions is never better off than with them,
 *            and only the profile kb980794 tells the difference;
 *         5. a path of a Win32 service ends in ".exe";
 *         6. the remedy of a failed run keeps what is excluded already, and by
 *            the model cures whom it says that it cures, and nobody else;
 *         7. the path of one service alone (1 time in 8), as `hiveproof path`
 *            has it, and out of a variable that holds it, gets the slow model's
 *            verdict; memory that fails in 6 and 7 is told;
 *         8. what is said of an exclusion is so (X4): its shape, that one like
 *            it comes before it, that it matches nothing or no culprit.
 *         Before all (1 time in 64) the volumes, and before a verdict fails the
 *         strings, its path and the exclusions, are asked for themselves, by
 *         the oracles of their own harnesses.
 */
#include "enumerate_ask.h"
#include "enumerate_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hp_span image = hp_span_of(data, size);
    struct fuzz_memory memory = {0, 0};
    uint64_t hash = fuzz_choice(0, data, size);
    struct enumerate_ask ask;
    struct hp_report report;

    enumerate_ask_read(&ask, image);
    const struct hp_question *question = &ask.ask.question;
    struct hp_arena arena = fuzz_arena(&memory);
    if (enumerate_run(&report, &arena, image, question, &memory)) {
        enumerate_check_model(&report, image, question, hash);
        enumerate_check_report(&report, question);
        enumerate_check_profile(&report, image, question);
    }
    if (fuzz_asks(4, 1, hash))
        enumerate_check_starved(image, question, 1 + hash % (memory.calls + 1));
    hp_arena_close(&arena);
    enumerate_ask_close(&ask);
    return 0;
}
