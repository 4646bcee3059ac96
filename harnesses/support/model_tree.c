/* SPDX-License-Identifier: Apache-2.0 */
#include "model_tree.h"

#include <string.h>

#include "model_environment.h"
#include "model_text.h"

bool model_is_named(struct hp_text text, const char *ascii)
{
    return text.count == strlen(ascii) && model_has_at(text, 0, ascii);
}

const struct hp_tree_key *model_child(const struct hp_tree_key *key,
                                      const char *name)
{
    const struct hp_tree_key *one = key == NULL ? NULL : key->subkeys;

    while (one != NULL && !model_is_named(one->name, name))
        one = one->next;
    return one;
}

const struct hp_tree_value *model_value(const struct hp_tree_key *key,
                                        const char *name)
{
    const struct hp_tree_value *one = key == NULL ? NULL : key->values;

    while (one != NULL && !model_is_named(one->name, name))
        one = one->next;
    return one;
}

bool model_dword(uint32_t *number, const struct hp_tree_key *key,
                 const char *name)
{
    const struct hp_tree_value *value = model_value(key, name);

    return value != NULL && value->type == 4 && value->data.size == 4 &&
           hp_span_u32(hp_span_of(value->data.ptr, 4), 0, number);
}

bool model_is_link(const struct hp_tree_key *key)
{
    const struct hp_tree_value *value = model_value(key, "SymbolicLinkValue");

    return (key->flags != HP_UNKNOWN_U64 && (key->flags & 0x10) != 0) ||
           (value != NULL && value->type == 6);
}

bool model_is_duplicate(const struct hp_tree_key *key)
{
    const struct hp_tree_key *other = key->parent->subkeys;

    while (!model_is_same(other->name, key->name))
        other = other->next;
    return other != key;
}
