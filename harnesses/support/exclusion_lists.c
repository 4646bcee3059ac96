/* SPDX-License-Identifier: Apache-2.0 */
#include "exclusion_lists.h"

#include <string.h>

#include "model_path.h"
#include "multi_sz_check.h"
#include "multi_sz_model.h"

bool is_plain(struct hp_text text)
{
    for (size_t i = 0; i < text.count; i++)
        if (text.units[i] == 0)
            return false;
    return text.count > 0;
}

static size_t live_count(struct hp_span list)
{
    struct model_string string;
    size_t count = 0;

    while (model_multi_sz_string(&string, list, count) && !string.dead)
        count++;
    return count;
}

static size_t put_entry(uint8_t *out, struct hp_span list, size_t index)
{
    struct model_string string;

    if (!model_multi_sz_string(&string, list, index))
        return 0;
    memcpy(out, list.ptr + 2 * string.first, 2 * string.count);
    return 2 * string.count + 2; /* the memory is zeroed */
}

struct hp_span list_of(struct hp_arena *arena, struct hp_span list,
                       struct hp_text text)
{
    size_t count = live_count(list), at = 0;
    uint8_t *out = hp_arena_alloc(arena, list.len + 2 * text.count + 6);

    if (out == NULL)
        return (struct hp_span){NULL, 0, NULL};
    for (size_t i = 0; i < count; i++)
        at += put_entry(out + at, list, i);
    hp_utf16le_encode(out + at, text);
    return hp_span_of(out, at + 2 * text.count + 4);
}

struct hp_span list_reversed(struct hp_arena *arena, struct hp_span list)
{
    size_t count = live_count(list), at = 0;
    uint8_t *out = hp_arena_alloc(arena, list.len + 6);

    if (out == NULL)
        return (struct hp_span){NULL, 0, NULL};
    while (count > 0)
        at += put_entry(out + at, list, --count);
    return hp_span_of(out, at + 2);
}

bool list_matches(struct fuzz_memory *memory, struct hp_span list,
                  struct hp_text path)
{
    const struct hp_question question = {.profile = HP_PROFILE_KB980794};
    struct hp_raw_value raw = {.present = true, .type = 7, .data = list};
    struct hp_arena arena = fuzz_arena(memory);
    struct hp_exclusions exclusions;
    bool nonascii, found = false;

    if (hp_exclusions_decode(&exclusions, &arena, &raw, &question)) {
        FUZZ_CHECK(memory->failing == 0 || memory->calls < memory->failing,
                   "5: a refused block is told");
        long at = hp_exclusions_find(&exclusions, path, &nonascii);
        FUZZ_CHECK(at < (long)exclusions.count, "1: an entry that exists");
        FUZZ_CHECK(at < 0 || exclusions.list[at].live, "1: a live one");
        found = at >= 0;
    } else {
        FUZZ_CHECK(memory->failing > 0 && memory->calls >= memory->failing,
                   "5: only memory");
    }
    hp_arena_close(&arena);
    return found;
}

bool list_matches_model(struct hp_arena *arena, struct hp_span list,
                        struct hp_text path)
{
    struct hp_question question = {.profile = HP_PROFILE_KB980794};
    struct model_machine machine = {.arena = arena,
                                    .question = &question,
                                    .has_exclusions = true,
                                    .exclusions_type = 7,
                                    .exclusions = list};

    return model_excludes(&machine, path) == 1;
}

bool list_matches_check(struct hp_arena *slow, struct hp_span list,
                        struct hp_text path)
{
    struct fuzz_memory enough = {0, 0};
    bool found = list_matches(&enough, list, path);

    if (found != list_matches_model(slow, list, path)) {
        multi_sz_check(list);
        FUZZ_CHECK(false, "1: the model");
    }
    return found;
}

/* X6, and which Windows honours the list at all. */
static enum hp_exclusion_effect effect_of(const struct hp_question *question,
                                          uint32_t type)
{
    if (question->profile != HP_PROFILE_KB980794)
        return HP_EXCLUSION_NO_EFFECT;
    if (type == 7)
        return HP_EXCLUSION_DROPS;
    switch (question->policies.exclusion_type) {
    case HP_EXCLUSION_STRICT:
        return HP_EXCLUSION_NO_EFFECT;
    case HP_EXCLUSION_LENIENT:
        return HP_EXCLUSION_DROPS;
    default:
        return HP_EXCLUSION_MAYBE;
    }
}

void list_effect_check(struct hp_span list, uint32_t type,
                       const struct hp_question *question)
{
    struct hp_raw_value raw = {.present = true, .type = type, .data = list};
    struct fuzz_memory memory = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_exclusions exclusions;

    FUZZ_CHECK(hp_exclusions_decode(&exclusions, &arena, &raw, question),
               "5: only memory");
    FUZZ_CHECK(exclusions.effect == effect_of(question, type), "6: the effect");
    hp_arena_close(&arena);
}
