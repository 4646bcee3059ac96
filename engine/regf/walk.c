/* SPDX-License-Identifier: Apache-2.0 */
#include "walk.h"

#include "layout.h"

#include <string.h>

void hp_walk_open(struct hp_walk *walk, struct hp_span image, bool forensic,
                  uint8_t *starts)
{
    walk->depth = 0;
    walk->values_only = false;
    walk->has_event = false;
    walk->state = HP_WALK_AT_START;
    hp_base_block_open(&walk->base, &walk->hive, image, forensic, starts);
}

static void tell(struct hp_walk *walk, enum hp_walk_kind event)
{
    walk->event = event;
    walk->has_event = true;
}

/* Enters the key in walk->key. */
static void enter(struct hp_walk *walk)
{
    walk->path[walk->depth] = walk->key.offset;
    walk->frames[walk->depth].previous = (struct hp_raw_name){.bytes = {0}};
    walk->depth++;
    walk->values_only = false;
    walk->state = HP_WALK_AT_KEY;
    tell(walk, HP_WALKED_KEY_ENTER);
}

static void step_start(struct hp_walk *walk)
{
    walk->bins = hp_bins_of(&walk->hive);
    walk->state = walk->hive.starts != NULL ? HP_WALK_AT_BINS : HP_WALK_AT_ROOT;
    tell(walk, HP_WALKED_HIVE);
}

static void step_root(struct hp_walk *walk)
{
    struct hp_ref ref = {HP_A_BASE_ROOT, 0, walk->base.root};

    walk->state = HP_WALK_AT_END;
    if (hp_key_open(&walk->key, &walk->hive, ref, OFFSET_NIL))
        enter(walk);
}

/* A step that found nothing wrong and told nothing goes on at once. */
static bool goes_on(const struct hp_walk *walk)
{
    return walk->hive.damage_count == 0 && !walk->hive.refused;
}

static void step_values(struct hp_walk *walk)
{
    struct hp_ref ref;

    if (!hp_values_next(&walk->values, &ref)) {
        walk->state = HP_WALK_AT_LISTS;
    } else if (hp_value_open(&walk->value, &walk->hive, ref)) {
        walk->state = HP_WALK_AT_VALUE;
        tell(walk, HP_WALKED_VALUE);
    }
}

static void step_data(struct hp_walk *walk)
{
    if (hp_data_next(&walk->data, &walk->piece)) {
        tell(walk, HP_WALKED_DATA);
        return;
    }
    walk->state = HP_WALK_AT_VALUES;
    if (goes_on(walk))
        step_values(walk);
}

static void step_value(struct hp_walk *walk)
{
    hp_data_open(&walk->data, &walk->hive, &walk->value);
    walk->state = HP_WALK_AT_DATA;
    if (goes_on(walk))
        step_data(walk);
}

static void step_key(struct hp_walk *walk)
{
    hp_values_open(&walk->values, &walk->hive, &walk->key);
    walk->state = HP_WALK_AT_VALUES;
    if (goes_on(walk))
        step_values(walk);
}

/* Opens the subkeys of walk->key, the key that was entered last. */
static void step_lists(struct hp_walk *walk)
{
    struct hp_subkeys *subkeys = &walk->frames[walk->depth - 1].subkeys;

    walk->state = HP_WALK_AT_LEAVE;
    if (walk->values_only || walk->key.subkey_count == 0)
        return;
    if (walk->depth == HP_LIMIT_KEY_DEPTH) {
        hp_hive_report_field(&walk->hive, HP_A_NK_DEPTH, HP_E_DEPTH,
                             walk->key.offset, walk->key.subkeys);
        return;
    }
    hp_subkeys_open(subkeys, &walk->hive, &walk->key);
    walk->state = HP_WALK_AT_SUBKEYS;
}

static bool is_on_path(const struct hp_walk *walk, uint32_t offset)
{
    for (int i = 0; i < walk->depth; i++)
        if (walk->path[i] == offset)
            return true;
    return false;
}

static void step_subkeys(struct hp_walk *walk)
{
    struct hp_walk_frame *frame = &walk->frames[walk->depth - 1];
    uint32_t parent = walk->path[walk->depth - 1];
    struct hp_hive *hive = &walk->hive;
    struct hp_subkey subkey;

    if (!hp_subkeys_next(&frame->subkeys, &subkey)) {
        if (hp_subkeys_is_done(&frame->subkeys))
            walk->state = HP_WALK_AT_LEAVE;
        return;
    }
    if (is_on_path(walk, subkey.ref.target)) {
        hp_hive_report_field(hive, HP_A_NK_CYCLE, HP_E_CYCLE, subkey.ref.owner,
                             subkey.ref.target);
        return;
    }
    if (!hp_key_open(&walk->key, hive, subkey.ref, parent))
        return;
    hp_subkey_check(hive, &subkey, &walk->key, frame->previous);
    frame->previous = walk->key.name;
    enter(walk);
}

static void step_leave(struct hp_walk *walk)
{
    walk->depth--;
    walk->state = walk->depth > 0 ? HP_WALK_AT_SUBKEYS : HP_WALK_AT_END;
    tell(walk, HP_WALKED_KEY_LEAVE);
}

static void step(struct hp_walk *walk)
{
    switch (walk->state) {
    case HP_WALK_AT_START:
        step_start(walk);
        break;
    case HP_WALK_AT_BINS:
        if (!hp_bins_next(&walk->bins))
            walk->state = HP_WALK_AT_ROOT;
        break;
    case HP_WALK_AT_ROOT:
        step_root(walk);
        break;
    case HP_WALK_AT_KEY:
        step_key(walk);
        break;
    case HP_WALK_AT_VALUES:
        step_values(walk);
        break;
    case HP_WALK_AT_VALUE:
        step_value(walk);
        break;
    case HP_WALK_AT_DATA:
        step_data(walk);
        break;
    case HP_WALK_AT_LISTS:
        step_lists(walk);
        break;
    case HP_WALK_AT_SUBKEYS:
        step_subkeys(walk);
        break;
    case HP_WALK_AT_LEAVE:
        step_leave(walk);
        break;
    case HP_WALK_AT_END:
        break;
    }
}

static void take_damage(struct hp_walk *walk)
{
    struct hp_hive *hive = &walk->hive;

    walk->damage = hive->damage[0];
    hive->damage_count--;
    memmove(hive->damage, hive->damage + 1,
            hive->damage_count * sizeof hive->damage[0]);
}

bool hp_walk_next(struct hp_walk *walk, enum hp_walk_kind *kind)
{
    struct hp_hive *hive = &walk->hive;

    while (!hive->refused) {
        if (walk->has_event) {
            walk->has_event = false;
            *kind = walk->event;
            return true;
        }
        if (hive->damage_count > 0 && walk->state != HP_WALK_AT_START) {
            take_damage(walk);
            *kind = HP_WALKED_DAMAGE;
            return true;
        }
        if (walk->state == HP_WALK_AT_END)
            return false;
        step(walk);
    }
    return false;
}

void hp_walk_skip(struct hp_walk *walk)
{
    if (walk->state == HP_WALK_AT_KEY)
        walk->state = HP_WALK_AT_LEAVE;
    else if (walk->state == HP_WALK_AT_VALUE)
        walk->state = HP_WALK_AT_VALUES;
}

void hp_walk_values_only(struct hp_walk *walk)
{
    walk->values_only = true;
}
