/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_parser_diff - a vendor's parser (-DHP_PARSER_LIBRARY=) against the
 * native reader.
 *
 * Input   a hive.
 * Oracles 1. a hive that the native reader takes strictly, whole and without a
 *            note, the parser takes whole;
 *         2. and finds the same keys, values and data in it, as far as it can
 *            tell;
 *         3. a hive that is sound by the slow model of the reader, and that the
 *            parser takes whole, the native reader takes so, too;
 *         4. a hive in which the native reader finds damage the parser does not
 *            take whole without noticing;
 *         save for what a rule of fuzz_diff.tsv allows for a reader of its
 *         name.
 */
#include "diff_policy.h"
#include "diff_taken.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hp_span image = hp_span_of(data, size);
    struct fuzz_memory memory = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_tree ours;

    if (diff_is_sound(&ours, &arena, image)) {
        diff_check(hp_backend_v1(), &ours, &arena, image);
    } else {
        diff_taken_check(hp_backend_v1(), image);
        diff_check_damaged(hp_backend_v1(), &arena, image);
    }
    hp_arena_close(&arena);
    return 0;
}
