/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_image_path - one ImagePath, as `hiveproof path` judges it.
 *
 * Input   a question (support/ask.h); 1 byte: driver (bit 0), missing (1),
 *         memory fails (2); 1 byte type, modulo 12; the service's name; the
 *         rest is the value's data.
 * Oracles 1. only memory makes it fail, and only when memory was refused;
 *         2. code, class, path and exclusion belong to the verdict;
 *         3. the string, verdict and writer path are those of the slow model,
 *            also when it is 260 or 32,768 units longer (1 time in 16).
 */
#include "ask.h"
#include "path_check.h"
#include "volume_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct fuzz_memory memory = {0, 0}, enough = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory), slow = fuzz_arena(&enough);
    struct hp_report report;
    struct ask ask;

    ask_read(&ask, &in);
    unsigned bits = fuzz_u8(&in);
    struct hp_path_question path = {(bits & 1) != 0,
                                    {NULL, 0},
                                    (bits & 2) != 0,
                                    fuzz_u8(&in) % 12,
                                    {NULL, 0, NULL}};
    path.name = fuzz_text(&in, &slow);
    path.data = fuzz_bytes(&in, in.left);
    uint64_t hash = fuzz_choice(0, data, size);
    memory.failing = (bits & 4) != 0 ? 1 + hash % 60 : 0;
    enum hp_status status =
        hp_judge_path(&report, &arena, &path, &ask.question, NULL, NULL, 0);
    bool refused = memory.failing > 0 && memory.calls >= memory.failing;
    bool told = status == (refused ? HP_E_NO_MEMORY : HP_OK);
    if (!told) /* it may be the fault of the volumes */
        volume_rules_check_starved(&ask.question, '\0', NULL, 0);
    FUZZ_CHECK(told, "1: memory");
    if (status == HP_OK) {
        const struct hp_outcome *outcome = &report.services[0].outcome;
        ask_check_outcome(outcome, &ask.question, 0);
        path_check_model(outcome, &slow, &ask.question, &path, NULL);
    }
    if (fuzz_asks(16, 0, hash))
        path_check_longer(&ask.question, path, hash);
    hp_arena_close(&arena);
    hp_arena_close(&slow);
    return 0;
}
