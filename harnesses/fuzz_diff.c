/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_diff - the native reader against others.
 *
 * Input   a hive.
 * Oracles 1. a hive that the native reader takes strictly, whole and without a
 *            note, every other reader takes whole;
 *         2. and finds the same keys, values and data in it, as far as it can
 *            tell;
 *         3. a hive that is sound by the slow model of the reader, and that
 *            another reader takes whole, the native reader takes so, too;
 *         4. a hive in which the native reader finds damage no other reader
 *            takes whole without noticing;
 *         save for what a rule of fuzz_diff.tsv allows, each with the clause
 *         of the format it rests on; how often each was used is printed at the
 *         end, on replay also how many fields were compared. A disagreement is
 *         reported with its path and field.
 */
#include "diff_policy.h"
#include "diff_taken.h"
#include "fuzz.h"
#include "hivex_backend.h"
#ifdef HP_HAS_LIBREGF
#include "libregf_backend.h"
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct hp_backend *const others[] = {
        &hp_backend_hivex,
#ifdef HP_HAS_LIBREGF
        &hp_backend_libregf,
#endif
    };
    struct hp_span image = hp_span_of(data, size);
    struct fuzz_memory memory = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_tree ours;

    bool sound = diff_is_sound(&ours, &arena, image);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (sound) {
            diff_check(others[i], &ours, &arena, image);
        } else {
            diff_taken_check(others[i], image);
            diff_check_damaged(others[i], &arena, image);
        }
    }
    hp_arena_close(&arena);
    return 0;
}
