/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_exclusions - what ExcludedBinaryPaths matches (X1 to X3), as relations
 * between lists.
 *
 * Input   1 byte: memory fails (bit 0), then profile modulo 4, type modulo 8,
 *         policy modulo 3; two paths, each a length byte and UTF-16 units;
 *         the rest is the list, REG_MULTI_SZ.
 * Oracles 1. each list matches what the slow model says;
 *         2. with one more entry it matches no less;
 *         3. the order of the entries does not matter;
 *         4. matching is an equivalence of valid texts;
 *         5. only memory makes it fail, and only when memory was refused;
 *         6. it has an effect if profile, type and policy say so.
 */
#include "exclusion_lists.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size < 4096 ? size : 4096};
    struct fuzz_memory enough = {0, 0}, memory = {0, 0};
    struct hp_arena arena = fuzz_arena(&enough);
    unsigned choice = fuzz_u8(&in);
    bool failing = (choice & 1) != 0, found;
    struct hp_question question = {.volumes = NULL};
    struct hp_text a = fuzz_text(&in, &arena), b = fuzz_text(&in, &arena);
    struct hp_span list = fuzz_bytes(&in, in.left);
    struct hp_span only_a = list_of(&arena, (struct hp_span){0}, a);
    struct hp_span only_b = list_of(&arena, (struct hp_span){0}, b);
    struct hp_span more = list_of(&arena, list, b);

    found = list_matches_check(&arena, list, a);
    if (found)
        FUZZ_CHECK(list_matches_check(&arena, more, a), "2: an entry more");
    FUZZ_CHECK(list_matches_check(&arena, list_reversed(&arena, list), a) ==
                   found,
               "3: the order");
    if (is_plain(a) && is_plain(b)) {
        bool ab = list_matches_check(&arena, only_a, b);
        bool ba = list_matches_check(&arena, only_b, a);
        FUZZ_CHECK(list_matches_check(&arena, only_a, a) ==
                       hp_exclusion_is_valid(a),
                   "4: reflexive");
        FUZZ_CHECK(ab == ba, "4: symmetric");
    }
    question.profile = (enum hp_profile)(choice / 2 % 4);
    question.policies.exclusion_type =
        (enum hp_exclusion_type)(choice / 64 % 3);
    list_effect_check(list, choice / 8 % 8, &question);
    memory.failing = failing ? 1 + fuzz_choice(0, data, size) % 8 : 0;
    FUZZ_CHECK(!list_matches(&memory, list, a) || found, "5: no match");
    hp_arena_close(&arena);
    return 0;
}
