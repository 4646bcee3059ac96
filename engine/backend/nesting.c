/* SPDX-License-Identifier: Apache-2.0 */
#include "nesting.h"

#include "hp_backend.h"

static bool may_take(const struct hp_nesting *n, uint32_t kind)
{
    switch (kind) {
    case HP_EVENT_HIVE:
        return !n->hive;
    case HP_EVENT_KEY_ENTER:
        return n->hive && (n->depth > 0 || !n->root);
    case HP_EVENT_VALUE:
        return n->values_allowed;
    case HP_EVENT_DATA:
        return n->data_allowed;
    case HP_EVENT_DIGEST:
        return n->digest_allowed;
    case HP_EVENT_KEY_LEAVE:
        return n->depth > 0;
    default:
        return kind == HP_EVENT_DAMAGE;
    }
}

bool hp_nesting_take(struct hp_nesting *nesting, uint32_t kind)
{
    if (!may_take(nesting, kind))
        return false;
    if (kind == HP_EVENT_DAMAGE)
        return true;
    nesting->digest_allowed = kind == HP_EVENT_VALUE;
    nesting->data_allowed = kind == HP_EVENT_VALUE || kind == HP_EVENT_DATA;
    if (kind == HP_EVENT_HIVE) {
        nesting->hive = true;
    } else if (kind == HP_EVENT_KEY_ENTER) {
        nesting->depth++;
        nesting->root = true;
        nesting->values_allowed = true;
    } else if (kind == HP_EVENT_KEY_LEAVE) {
        nesting->depth--;
        nesting->values_allowed = false;
    }
    return true;
}

bool hp_nesting_may_end(const struct hp_nesting *nesting, uint32_t result)
{
    if (result == HP_WALK_DONE || result == HP_WALK_PARTIAL)
        return nesting->hive && nesting->depth == 0;
    return true;
}

bool hp_pruning_shows(struct hp_pruning *pruning,
                      const struct hp_nesting *nesting, uint32_t kind)
{
    if (pruning->skipped != 0) {
        if (kind != HP_EVENT_KEY_LEAVE || nesting->depth >= pruning->skipped)
            return false;
        pruning->skipped = 0;
        return true;
    }
    if (pruning->values_only != 0 && kind == HP_EVENT_KEY_ENTER) {
        pruning->skipped = pruning->values_only;
        pruning->values_only = 0;
        return false;
    }
    if (kind == HP_EVENT_DATA || kind == HP_EVENT_DIGEST)
        return !pruning->no_data;
    if (kind != HP_EVENT_DAMAGE)
        pruning->no_data = false;
    if (kind == HP_EVENT_KEY_LEAVE)
        pruning->values_only = 0;
    return true;
}

void hp_pruning_answer(struct hp_pruning *pruning,
                       const struct hp_nesting *nesting, uint32_t kind,
                       uint32_t answer)
{
    if (kind == HP_EVENT_VALUE)
        pruning->no_data = answer == HP_SKIP;
    else if (kind == HP_EVENT_KEY_ENTER && answer == HP_SKIP)
        pruning->skipped = nesting->depth;
    else if (kind == HP_EVENT_KEY_ENTER && answer == HP_VALUES_ONLY)
        pruning->values_only = nesting->depth;
}
