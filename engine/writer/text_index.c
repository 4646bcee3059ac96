/* SPDX-License-Identifier: Apache-2.0 */
#include "text_index.h"

bool hp_text_index_open(struct hp_text_index *index, struct hp_arena *arena,
                        size_t capacity)
{
    size_t count = 2;

    while (count / 2 < capacity)
        count *= 2;
    struct hp_text_slot *slots = hp_arena_array(arena, count, sizeof(*slots));
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        slots[i].item = HP_NOT_FOUND;
    *index = (struct hp_text_index){slots, count - 1};
    return true;
}

/* FNV-1a over the upcased units, with a last shift that lets the high bits,
 * the good ones, decide. */
static size_t hash_of(struct hp_text key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < key.count; i++)
        hash = (hash ^ hp_upcase(key.units[i])) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32);
}

/* The slot that holds `key`, or the free one where it would go. There is one:
 * half of them are free. */
static struct hp_text_slot *slot_of(const struct hp_text_index *index,
                                    struct hp_text key)
{
    size_t at = hash_of(key) & index->mask;

    while (index->slots[at].item != HP_NOT_FOUND &&
           !hp_text_equal_nocase(index->slots[at].key, key))
        at = (at + 1) & index->mask;
    return &index->slots[at];
}

size_t hp_text_index_put(struct hp_text_index *index, struct hp_text key,
                         size_t item)
{
    struct hp_text_slot *slot = slot_of(index, key);

    if (slot->item == HP_NOT_FOUND)
        *slot = (struct hp_text_slot){key, item};
    return slot->item;
}

size_t hp_text_index_find(const struct hp_text_index *index, struct hp_text key)
{
    return slot_of(index, key)->item;
}
