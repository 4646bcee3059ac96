/* SPDX-License-Identifier: Apache-2.0 */
#include "walk.h"

#include "layout.h"

#include <string.h>

void hp_walk_open(struct hp_walk *walk, struct hp_span image, bool forensic,
                  uint8_t *starts)
{
    walk->hive.image = image;
    walk->hive.forensic = forensic;
    walk->hive.starts = starts;
    walk->hive.refused = false;
    walk->hive.damage_count = 0;
    walk->depth = 0;
    walk->values_only = false;
    walk->state = HP_WALK_AT_START;
}

/* Enters the key in walk->key. */
static bool enter(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    walk->path[walk->depth] = walk->key.offset;
    walk->frames[walk->depth].previous.bytes.ptr = NULL;
    walk->depth++;
    walk->values_only = false;
    walk->state = HP_WALK_AT_KEY;
    *kind = HP_WALKED_KEY_ENTER;
    return true;
}

/* A step goes on from one state to the next and returns true when it has an
 * event to tell, whose kind it sets. */

static bool step_start(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    struct hp_hive *hive = &walk->hive;

    if (!hp_base_block_open(&walk->base, hive, hive->image, hive->forensic,
                            hive->starts))
        return false;
    walk->bins = hp_bins_of(&walk->hive);
    walk->state = walk->hive.starts != NULL ? HP_WALK_AT_BINS : HP_WALK_AT_ROOT;
    *kind = HP_WALKED_HIVE;
    return true;
}

static bool step_bins(struct hp_walk *walk)
{
    if (!hp_bins_next(&walk->bins))
        walk->state = HP_WALK_AT_ROOT;
    return false;
}

static bool step_root(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    struct hp_ref ref = {HP_A_BASE_ROOT, 0, walk->base.root};

    walk->state = HP_WALK_AT_END;
    if (!hp_key_open(&walk->key, &walk->hive, ref, OFFSET_NIL))
        return false;
    return enter(walk, kind);
}

static bool is_on_path(const struct hp_walk *walk, uint32_t offset)
{
    for (int i = 0; i < walk->depth; i++)
        if (walk->path[i] == offset)
            return true;
    return false;
}

static bool step_subkeys(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    struct hp_walk_frame *frame = &walk->frames[walk->depth - 1];
    uint32_t parent = walk->path[walk->depth - 1];
    struct hp_hive *hive = &walk->hive;
    struct hp_subkey subkey;

    if (!hp_subkeys_next(&frame->subkeys, &subkey)) {
        if (hp_subkeys_is_done(&frame->subkeys))
            walk->state = HP_WALK_AT_LEAVE;
        return false;
    }
    if (is_on_path(walk, subkey.ref.target)) {
        hp_hive_report_field(hive, HP_A_NK_CYCLE, HP_E_CYCLE, subkey.ref.owner,
                             subkey.ref.target);
        return false;
    }
    if (!hp_key_open(&walk->key, hive, subkey.ref, parent))
        return false;
    hp_subkey_check(hive, &subkey, &walk->key, frame->previous);
    frame->previous = walk->key.name;
    return enter(walk, kind);
}

/* True if what the last step did left nothing to report: then the next step
 * may follow at once. */
static bool is_calm(const struct hp_walk *walk)
{
    return walk->hive.damage_count == 0 && !walk->hive.refused;
}

/* Opens the subkeys of walk->key, the key that was entered last. */
static bool step_lists(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    struct hp_subkeys *subkeys = &walk->frames[walk->depth - 1].subkeys;

    walk->state = HP_WALK_AT_LEAVE;
    if (walk->values_only || walk->key.subkey_count == 0)
        return false;
    if (walk->depth == HP_LIMIT_KEY_DEPTH) {
        hp_hive_report_field(&walk->hive, HP_A_NK_DEPTH, HP_E_DEPTH,
                             walk->key.offset, walk->key.subkeys);
        return false;
    }
    hp_subkeys_open(subkeys, &walk->hive, &walk->key);
    walk->state = HP_WALK_AT_SUBKEYS;
    return is_calm(walk) && step_subkeys(walk, kind);
}

static bool step_values(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    struct hp_ref ref;

    if (!hp_values_next(&walk->values, &ref))
        return step_lists(walk, kind);
    walk->state = HP_WALK_AT_VALUES;
    if (!hp_value_open(&walk->value, &walk->hive, ref))
        return false;
    walk->state = HP_WALK_AT_VALUE;
    *kind = HP_WALKED_VALUE;
    return true;
}

static bool step_key(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    hp_values_open(&walk->values, &walk->hive, &walk->key);
    walk->state = HP_WALK_AT_VALUES;
    return is_calm(walk) && step_values(walk, kind);
}

static bool step_data(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    bool found = hp_data_next(&walk->data, &walk->piece);

    *kind = HP_WALKED_DATA;
    if (hp_data_is_done(&walk->data))
        walk->state = HP_WALK_AT_VALUES;
    return found || (is_calm(walk) && step_values(walk, kind));
}

static bool step_value(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    hp_data_open(&walk->data, &walk->hive, &walk->value);
    walk->state = HP_WALK_AT_DATA;
    return is_calm(walk) && step_data(walk, kind);
}

static bool step_leave(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    walk->depth--;
    walk->state = walk->depth > 0 ? HP_WALK_AT_SUBKEYS : HP_WALK_AT_END;
    *kind = HP_WALKED_KEY_LEAVE;
    return true;
}

static bool step(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    switch (walk->state) {
    case HP_WALK_AT_START:
        return step_start(walk, kind);
    case HP_WALK_AT_BINS:
        return step_bins(walk);
    case HP_WALK_AT_ROOT:
        return step_root(walk, kind);
    case HP_WALK_AT_KEY:
        return step_key(walk, kind);
    case HP_WALK_AT_VALUES:
        return step_values(walk, kind);
    case HP_WALK_AT_VALUE:
        return step_value(walk, kind);
    case HP_WALK_AT_DATA:
        return step_data(walk, kind);
    case HP_WALK_AT_SUBKEYS:
        return step_subkeys(walk, kind);
    case HP_WALK_AT_LEAVE:
    default:
        return step_leave(walk, kind);
    }
}

static void take_damage(struct hp_walk *walk)
{
    struct hp_hive *hive = &walk->hive;

    walk->damage = hive->damage[0];
    hive->damage_count--;
    memmove(hive->damage, hive->damage + 1,
            hive->damage_count * sizeof *hive->damage);
}

bool hp_walk_next(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    struct hp_hive *hive = &walk->hive;

    while (!hive->refused) {
        if (hive->damage_count > 0) {
            take_damage(walk);
            *kind = HP_WALKED_DAMAGE;
            return true;
        }
        if (walk->state == HP_WALK_AT_END)
            return false;
        if (step(walk, kind))
            return true;
    }
    return false;
}

void hp_walk_skip(struct hp_walk *walk)
{
    walk->state =
        walk->state == HP_WALK_AT_KEY ? HP_WALK_AT_LEAVE : HP_WALK_AT_VALUES;
}

void hp_walk_values_only(struct hp_walk *walk)
{
    walk->values_only = true;
}
