/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include <string.h>

#define FIRST_BUCKETS 256 /* a power of two, as it stays */

/* What a label leads to: one of the three. */
struct hp_plan_entry {
    struct hp_plan_entry *next;
    const struct hp_plan_key *owner; /* NULL: of a security */
    struct hp_text label;
    uint32_t hash;
    struct hp_plan_key *key;
    struct hp_plan_value *value;
    struct hp_plan_security *security;
};

bool hp_plan_fail(struct hp_recipe_error *err, enum hp_status status,
                  struct hp_origin origin, const char *message)
{
    *err = (struct hp_recipe_error){status, origin, message};
    return false;
}

static void record_open(struct hp_plan_record *record, enum hp_record_kind kind)
{
    *record = (struct hp_plan_record){.kind = (uint8_t)kind,
                                      .offset = HP_PLAN_ANYWHERE};
}

bool hp_plan_open(struct hp_plan *plan, struct hp_arena *arena,
                  uint64_t image_limit)
{
    *plan = (struct hp_plan){.arena = arena,
                             .image_limit = image_limit,
                             .minor = 5,
                             /* the first instant of the year 2000 */
                             .filetime = UINT64_C(125911584000000000),
                             .bucket_count = FIRST_BUCKETS};
    record_open(&plan->base, HP_RECORD_BASE);
    plan->last_bin = &plan->bins;
    plan->last_security = &plan->securities;
    plan->last_cell = &plan->cells;
    plan->last_raw = &plan->raws;
    plan->buckets = hp_arena_array(arena, plan->bucket_count, sizeof(void *));
    return plan->buckets != NULL;
}

/* ---- labels ---------------------------------------------------------- */

/* FNV-1a over the owner, the kind of thing and the upper-case units. */
static uint32_t hash_label(const struct hp_plan_key *owner, bool value,
                           struct hp_text label)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    hash ^= owner == NULL ? UINT32_MAX : 2 * (uint64_t)owner->serial + value;
    hash *= UINT64_C(0x100000001b3);
    for (size_t i = 0; i < label.count; i++) {
        hash ^= hp_upcase(label.units[i]);
        hash *= UINT64_C(0x100000001b3);
    }
    return (uint32_t)(hash ^ hash >> 32);
}

static struct hp_plan_entry *find(const struct hp_plan *plan,
                                  const struct hp_plan_key *owner, bool value,
                                  struct hp_text label)
{
    uint32_t hash = hash_label(owner, value, label);
    struct hp_plan_entry *entry =
        plan->buckets[hash & (plan->bucket_count - 1)];

    while (entry != NULL && (entry->hash != hash || entry->owner != owner ||
                             (entry->value != NULL) != value ||
                             !hp_text_equal_nocase(entry->label, label)))
        entry = entry->next;
    return entry;
}

static bool grow_buckets(struct hp_plan *plan)
{
    size_t count = 4 * plan->bucket_count;
    struct hp_plan_entry **buckets =
        hp_arena_array(plan->arena, count, sizeof(void *));

    if (buckets == NULL)
        return false;
    for (size_t i = 0; i < plan->bucket_count; i++) {
        struct hp_plan_entry *entry = plan->buckets[i];
        while (entry != NULL) {
            struct hp_plan_entry *next = entry->next;
            entry->next = buckets[entry->hash & (count - 1)];
            buckets[entry->hash & (count - 1)] = entry;
            entry = next;
        }
    }
    plan->buckets = buckets;
    plan->bucket_count = count;
    return true;
}

static bool remember(struct hp_plan *plan, struct hp_plan_entry content)
{
    if (plan->entry_count == plan->bucket_count && !grow_buckets(plan))
        return false;
    struct hp_plan_entry *entry = hp_arena_alloc(plan->arena, sizeof *entry);
    if (entry == NULL)
        return false;
    *entry = content;
    entry->hash =
        hash_label(content.owner, content.value != NULL, content.label);
    struct hp_plan_entry **bucket =
        &plan->buckets[entry->hash & (plan->bucket_count - 1)];
    entry->next = *bucket;
    *bucket = entry;
    plan->entry_count++;
    return true;
}

/* ---- keys ------------------------------------------------------------ */

static struct hp_plan_key *key_new(struct hp_plan *plan)
{
    struct hp_plan_key *key = hp_arena_alloc(plan->arena, sizeof *key);

    if (key == NULL)
        return NULL;
    record_open(&key->record, HP_RECORD_NK);
    record_open(&key->values_record, HP_RECORD_VALUES);
    record_open(&key->class_record, HP_RECORD_CLASS);
    key->serial = plan->key_count++;
    plan->is_hive = true;
    return key;
}

static void key_append(struct hp_plan_key *parent, struct hp_plan_key *key)
{
    key->parent = parent;
    if (parent->last == NULL)
        parent->first = key;
    else
        parent->last->next = key;
    parent->last = key;
}

struct hp_plan_key *hp_plan_root(struct hp_plan *plan)
{
    static const uint16_t name[] = {'R', 'O', 'O', 'T'};

    if (plan->root == NULL) {
        plan->root = key_new(plan);
        if (plan->root != NULL)
            plan->root->name = (struct hp_text){name, 4};
    }
    return plan->root;
}

struct hp_plan_key *hp_plan_key_find(const struct hp_plan *plan,
                                     const struct hp_plan_key *parent,
                                     struct hp_text label)
{
    struct hp_plan_entry *entry = find(plan, parent, false, label);

    return entry == NULL ? NULL : entry->key;
}

struct hp_plan_key *hp_plan_key_add(struct hp_plan *plan,
                                    struct hp_plan_key *parent,
                                    struct hp_text label)
{
    struct hp_plan_key *key = key_new(plan);
    struct hp_plan_entry entry = {.owner = parent, .label = label, .key = key};

    if (key == NULL || !remember(plan, entry))
        return NULL;
    key->label = key->name = label;
    key_append(parent, key);
    return key;
}

struct hp_plan_key *hp_plan_link_add(struct hp_plan *plan,
                                     struct hp_plan_key *parent)
{
    struct hp_plan_key *key = key_new(plan);

    if (key == NULL)
        return NULL;
    key->target = hp_arena_alloc(plan->arena, sizeof *key->target);
    if (key->target == NULL)
        return NULL;
    key->count = 1;
    parent->links = true;
    key_append(parent, key);
    return key;
}

struct hp_plan_key *hp_plan_key_after(const struct hp_plan_key *key)
{
    if (key->first != NULL)
        return key->first;
    while (key->next == NULL && key->parent != NULL)
        key = key->parent;
    return key->next;
}

/* ---- values ---------------------------------------------------------- */

static struct hp_plan_value *value_new(struct hp_plan *plan)
{
    struct hp_plan_value *value = hp_arena_alloc(plan->arena, sizeof *value);

    if (value == NULL)
        return NULL;
    record_open(&value->record, HP_RECORD_VK);
    record_open(&value->data, HP_RECORD_DATA);
    return value;
}

static void value_append(struct hp_plan_key *key, struct hp_plan_value *value)
{
    if (key->last_value == NULL)
        key->first_value = value;
    else
        key->last_value->next = value;
    key->last_value = value;
}

struct hp_plan_value *hp_plan_value_find(const struct hp_plan *plan,
                                         const struct hp_plan_key *key,
                                         struct hp_text label)
{
    struct hp_plan_entry *entry = find(plan, key, true, label);

    return entry == NULL ? NULL : entry->value;
}

struct hp_plan_value *hp_plan_value_add(struct hp_plan *plan,
                                        struct hp_plan_key *key,
                                        struct hp_text label)
{
    struct hp_plan_value *value = value_new(plan);
    struct hp_plan_entry entry = {.owner = key, .label = label, .value = value};

    if (value == NULL || !remember(plan, entry))
        return NULL;
    value->label = value->name = label;
    value_append(key, value);
    return value;
}

struct hp_plan_value *hp_plan_value_link_add(struct hp_plan *plan,
                                             struct hp_plan_key *key)
{
    struct hp_plan_value *value = value_new(plan);

    if (value == NULL)
        return NULL;
    value->target = hp_arena_alloc(plan->arena, sizeof *value->target);
    if (value->target == NULL)
        return NULL;
    value->count = 1;
    value_append(key, value);
    return value;
}

/* ---- the rest -------------------------------------------------------- */

struct hp_plan_security *hp_plan_security_find(const struct hp_plan *plan,
                                               struct hp_text label)
{
    struct hp_plan_entry *entry = find(plan, NULL, false, label);

    return entry == NULL ? NULL : entry->security;
}

struct hp_plan_security *hp_plan_security_add(struct hp_plan *plan,
                                              struct hp_text label)
{
    struct hp_plan_security *security =
        hp_arena_alloc(plan->arena, sizeof *security);
    struct hp_plan_entry entry = {.label = label, .security = security};

    if (security == NULL || !remember(plan, entry))
        return NULL;
    record_open(&security->record, HP_RECORD_SK);
    security->label = label;
    *plan->last_security = security;
    plan->last_security = &security->next;
    plan->is_hive = true;
    return security;
}

struct hp_plan_list *hp_plan_list_add(struct hp_plan *plan,
                                      struct hp_plan_list *up,
                                      enum hp_record_kind kind)
{
    struct hp_plan_list *list = hp_arena_alloc(plan->arena, sizeof *list);

    if (list == NULL)
        return NULL;
    record_open(&list->record, kind);
    list->last = &list->first;
    list->up = up;
    if (up != NULL) {
        *up->last = list;
        up->last = &list->next;
    }
    return list;
}

struct hp_plan_bin *hp_plan_bin_add(struct hp_plan *plan, uint32_t size)
{
    struct hp_plan_bin *bin = hp_arena_alloc(plan->arena, sizeof *bin);

    if (bin == NULL)
        return NULL;
    record_open(&bin->record, HP_RECORD_BIN);
    bin->record.size = size;
    *plan->last_bin = bin;
    plan->last_bin = &bin->next;
    plan->is_hive = true;
    return bin;
}

struct hp_plan_cell *hp_plan_cell_add(struct hp_plan *plan)
{
    struct hp_plan_cell *cell = hp_arena_alloc(plan->arena, sizeof *cell);

    if (cell == NULL)
        return NULL;
    record_open(&cell->record, HP_RECORD_CELL);
    *plan->last_cell = cell;
    plan->last_cell = &cell->next;
    plan->is_hive = true;
    return cell;
}

struct hp_plan_raw *hp_plan_raw_add(struct hp_plan *plan)
{
    struct hp_plan_raw *raw = hp_arena_alloc(plan->arena, sizeof *raw);

    if (raw == NULL)
        return NULL;
    *plan->last_raw = raw;
    plan->last_raw = &raw->next;
    return raw;
}

struct hp_plan_lie *hp_plan_lie_add(struct hp_plan *plan,
                                    struct hp_plan_record *record,
                                    const struct hp_field *field)
{
    struct hp_plan_lie *lie = hp_arena_alloc(plan->arena, sizeof *lie);

    if (lie == NULL)
        return NULL;
    lie->field = field;
    if (record->last_lie == NULL)
        record->last_lie = &record->lies;
    *record->last_lie = lie;
    record->last_lie = &lie->next;
    return lie;
}

struct hp_plan_list *hp_plan_list_after(const struct hp_plan_list *list)
{
    if (list->first != NULL)
        return list->first;
    while (list->next == NULL && list->up != NULL)
        list = list->up;
    return list->next;
}

bool hp_plan_is_narrow(struct hp_text name, bool wide)
{
    if (wide)
        return false;
    for (size_t i = 0; i < name.count; i++) {
        if (name.units[i] > 0xFF)
            return false;
    }
    return true;
}
