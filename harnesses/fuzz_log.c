/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_log - recovery of dirty hives from transaction logs.
 *
 * Input   a hive and its logs in a container: "HPLG", four sizes (u32), the
 *         bytes of hive, .LOG, .LOG1 and .LOG2; or a hive without logs. The
 *         input's hash says which oracles are asked (on replay: all).
 * Oracles 1. memory and reads are bounded by the bytes that are there, each log
 *            that is not applied has a reason and a place inside it, an image
 *            recovered in place is the same;
 *         2. logs that the forge writes from the image and others before it
 *            (pages changed, bins more or fewer, one to three entries over the
 *            logs, sequence numbers past the end, old entries beside) give the
 *            image back, those before a gap and those that a bad base block
 *            leaves what they hold (1 time in 4; 64 times 1 time in 1024);
 *         3. an entry of which one bit is wrong, or under right hashes its
 *            number, count, bins or a page, changes nothing, nor does a log
 *            whose base block is wrong (1 time in 2);
 *         4. nor does which log is which (1 time in 2);
 *         5. what was recovered needs no log, and with all of them again stays
 *            what it is; what is not recovered is the hive as it lies;
 *         6. the native reader with the logs reads what was recovered (1 time
 * in 16).
 */
#include "fuzz.h"
#include "log_check.h"
#include "log_twin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t hash = fuzz_choice(0, data, size);
    struct log_outcome outcome;

    log_recover(&outcome, log_set_of(data, size));
    log_check_twice(&outcome);
    if (fuzz_asks(2, 0, hash))
        log_check_invalid(&outcome, hash);
    if (fuzz_asks(2, 1, hash))
        log_check_orders(&outcome, fuzz_asks(32, 2, hash), hash);
    struct hp_span image = hp_span_of(outcome.image, outcome.plan.size);
    if (fuzz_asks(4, 3, hash))
        log_check_twin(image, hash);
    if (fuzz_asks(1024, 4, hash))
        log_check_twins(image);
    if (fuzz_asks(16, 5, hash))
        log_check_native(&outcome);
    log_outcome_close(&outcome);
    return 0;
}
