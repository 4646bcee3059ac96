/* SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"

#include <stdlib.h>

#include "layout.h"

enum {
    LONG_LEAF_MOST = 511,   /* elements of an lf or lh that Windows writes */
    SHORT_LEAF_MOST = 1012, /* and of an li */
    LF_LEAST_MINOR = 3,
    LH_LEAST_MINOR = 5
};

/* Owner and group Administrators and SYSTEM, full access for both. */
static const uint8_t common_descriptor[] = {
    1, 0, 4, 0x80, 0x48, 0, 0, 0, 0x58, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0,
    /* the access list: two entries */
    2, 0, 0x34, 0, 2, 0, 0, 0,
    /* S-1-5-32-544, inherited by subkeys */
    0, 2, 0x18, 0, 0x3F, 0, 0x0F, 0, 1, 2, 0, 0, 0, 0, 0, 5, 0x20, 0, 0, 0,
    0x20, 2, 0, 0,
    /* S-1-5-18 */
    0, 2, 0x14, 0, 0x3F, 0, 0x0F, 0, 1, 1, 0, 0, 0, 0, 0, 5, 0x12, 0, 0, 0,
    /* owner */
    1, 2, 0, 0, 0, 0, 0, 5, 0x20, 0, 0, 0, 0x20, 2, 0, 0,
    /* group */
    1, 1, 0, 0, 0, 0, 0, 5, 0x12, 0, 0, 0};

struct settling {
    struct hp_plan *plan;
    struct hp_recipe_error *err;
    struct hp_plan_security *common; /* NULL until a key needs it */
    struct hp_plan_key **siblings;   /* room for sorting */
    size_t room;
};

static bool no_memory(struct settling *s)
{
    return hp_plan_fail(s->err, HP_E_NO_MEMORY, (struct hp_origin){0},
                        "out of memory");
}

static bool fail(struct settling *s, struct hp_origin origin,
                 const char *message)
{
    return hp_plan_fail(s->err, HP_E_TEXT, origin, message);
}

/* ---- the order of subkeys -------------------------------------------- */

static int compare_names(struct hp_text a, struct hp_text b)
{
    size_t count = a.count < b.count ? a.count : b.count;

    for (size_t i = 0; i < count; i++) {
        int x = hp_upcase(a.units[i]), y = hp_upcase(b.units[i]);
        if (x != y)
            return x - y;
    }
    return (a.count > b.count) - (a.count < b.count);
}

static int compare_keys(const void *left, const void *right)
{
    const struct hp_plan_key *const *a = left, *const *b = right;
    int order = compare_names((*a)->name, (*b)->name);

    if (order != 0)
        return order;
    return ((*a)->serial > (*b)->serial) - ((*a)->serial < (*b)->serial);
}

bool hp_plan_is_sorted(const struct hp_plan_key *parent)
{
    const struct hp_plan_key *key = parent->first;

    while (key != NULL && key->next != NULL) {
        if (compare_names(key->name, key->next->name) > 0)
            return false;
        key = key->next;
    }
    return true;
}

static bool sort_subkeys(struct settling *s, struct hp_plan_key *parent)
{
    size_t count = 0;

    if (parent->links || parent->in_order || hp_plan_is_sorted(parent))
        return true;
    for (const struct hp_plan_key *k = parent->first; k != NULL; k = k->next)
        count++;
    if (count > s->room) {
        s->siblings = hp_arena_array(s->plan->arena, 2 * count, sizeof(void *));
        if (s->siblings == NULL)
            return no_memory(s);
        s->room = 2 * count;
    }
    count = 0;
    for (struct hp_plan_key *k = parent->first; k != NULL; k = k->next)
        s->siblings[count++] = k;
    qsort(s->siblings, count, sizeof(void *), compare_keys);
    for (size_t i = 0; i + 1 < count; i++)
        s->siblings[i]->next = s->siblings[i + 1];
    parent->first = s->siblings[0];
    parent->last = s->siblings[count - 1];
    parent->last->next = NULL;
    return true;
}

/* ---- subkey lists ---------------------------------------------------- */

static struct hp_plan_list *add_leaf(struct settling *s,
                                     struct hp_plan_list *up)
{
    uint32_t minor = s->plan->minor;
    uint16_t signature = minor >= LH_LEAST_MINOR   ? SIG_LH
                         : minor >= LF_LEAST_MINOR ? SIG_LF
                                                   : SIG_LI;
    struct hp_plan_list *leaf = hp_plan_list_add(
        s->plan, up, signature == SIG_LI ? HP_RECORD_INDEX : HP_RECORD_LEAF);

    if (leaf != NULL)
        leaf->signature = signature;
    return leaf;
}

/* As many leaves below `index` as `places` elements need. */
static bool add_leaves(struct settling *s, struct hp_plan_list *index,
                       uint32_t places)
{
    while (places > 0) {
        struct hp_plan_list *leaf = add_leaf(s, index);
        if (leaf == NULL)
            return no_memory(s);
        uint32_t most =
            leaf->signature == SIG_LI ? SHORT_LEAF_MOST : LONG_LEAF_MOST;
        leaf->count = places < most ? places : most;
        leaf->counted = true;
        places -= leaf->count;
    }
    return true;
}

static bool make_list(struct settling *s, struct hp_plan_key *key)
{
    bool li = s->plan->minor < LF_LEAST_MINOR;
    uint32_t most = li ? SHORT_LEAF_MOST : LONG_LEAF_MOST;

    if (key->places == 0)
        return true;
    if (key->places <= most) {
        key->list = add_leaf(s, NULL);
        return key->list != NULL || no_memory(s);
    }
    key->list = hp_plan_list_add(s->plan, NULL, HP_RECORD_INDEX);
    if (key->list == NULL)
        return no_memory(s);
    key->list->signature = SIG_RI;
    return true;
}

static uint32_t count_below(const struct hp_plan_list *list)
{
    uint32_t count = 0;

    for (const struct hp_plan_list *l = list->first; l != NULL; l = l->next)
        count++;
    return count;
}

/* Says how many elements each list has; a leaf without a count takes all that
 * are left. */
static bool share_out(struct settling *s, struct hp_plan_key *key)
{
    uint32_t left = key->places;
    struct hp_plan_list *list = key->list;

    if (list->signature == SIG_RI && list->first == NULL &&
        !add_leaves(s, list, left))
        return false;
    for (; list != NULL; list = hp_plan_list_after(list)) {
        struct hp_origin origin = list->record.origin.line > 0
                                      ? list->record.origin
                                      : key->record.origin;
        if (list->signature == SIG_RI)
            list->count = count_below(list);
        else if (!list->counted)
            list->count = left;
        if (list->signature != SIG_RI && list->count > left)
            return fail(s, origin, "the leaves hold more keys than there are");
        if (list->count > UINT16_MAX)
            return fail(s, origin, "a list holds at most 65535 elements");
        if (list->signature != SIG_RI)
            left -= list->count;
        uint32_t element = list->record.kind == HP_RECORD_LEAF
                               ? LIST_ELEMENT_LONG
                               : LIST_ELEMENT_SHORT;
        list->record.used = LIST_ELEMENTS + list->count * element;
    }
    return left == 0 || fail(s, key->record.origin,
                             "the leaves hold fewer keys than there are");
}

/* ---- values ---------------------------------------------------------- */

static bool add_segments(struct settling *s, struct hp_plan_value *value)
{
    struct hp_plan *plan = s->plan;
    size_t left = value->bytes.len;

    if (hp_plan_list_add(plan, value->big, HP_RECORD_SEGMENTS) == NULL)
        return no_memory(s);
    while (left > 0) {
        if (hp_plan_list_add(plan, value->big, HP_RECORD_SEGMENT) == NULL)
            return no_memory(s);
        left -= left < DB_SEGMENT_MOST ? left : DB_SEGMENT_MOST;
    }
    return true;
}

/* Says how many bytes each segment has; without a count, as many as fit. */
static bool settle_big(struct settling *s, struct hp_plan_value *value)
{
    size_t left = value->bytes.len;

    if (value->big == NULL) {
        value->big = hp_plan_list_add(s->plan, NULL, HP_RECORD_DB);
        if (value->big == NULL)
            return no_memory(s);
    }
    if (value->big->first == NULL && !add_segments(s, value))
        return false;
    struct hp_plan_list *list = value->big->first;
    value->big->record.used = DB_SIZE;
    value->big->count = count_below(value->big) - 1;
    list->record.used = 4 * value->big->count;
    for (list = list->next; list != NULL; list = list->next) {
        if (!list->counted)
            list->count =
                (uint32_t)(left < DB_SEGMENT_MOST ? left : DB_SEGMENT_MOST);
        if (list->count > left)
            return fail(s, value->record.origin,
                        "the segments hold more data than there is");
        left -= list->count;
        list->record.used = list->count;
    }
    if (left > 0)
        return fail(s, value->record.origin,
                    "the segments hold less data than there is");
    return value->big->count <= UINT16_MAX ||
           fail(s, value->record.origin, "a db holds at most 65535 segments");
}

static uint8_t choose_shape(const struct hp_plan *plan, size_t size)
{
    if (size <= VK_INLINE_MOST)
        return HP_SHAPE_INLINE;
    if (size > DB_SEGMENT_MOST && plan->minor >= DB_LEAST_MINOR)
        return HP_SHAPE_BIG;
    return HP_SHAPE_CELL;
}

static size_t name_size(struct hp_text name, bool wide)
{
    return hp_plan_is_narrow(name, wide) ? name.count : 2 * name.count;
}

static bool settle_value(struct settling *s, struct hp_plan_value *value)
{
    size_t size = name_size(value->name, value->wide);

    if (size > UINT16_MAX)
        return fail(s, value->record.origin, "the value's name is too long");
    value->record.used = VK_NAME + (uint32_t)size;
    if (value->shape == HP_SHAPE_AUTO)
        value->shape = choose_shape(s->plan, value->bytes.len);
    if (value->shape == HP_SHAPE_INLINE && value->bytes.len > VK_INLINE_MOST)
        return fail(s, value->record.origin, "inline data is at most 4 bytes");
    if (value->shape == HP_SHAPE_BIG)
        return settle_big(s, value);
    value->data.used = (uint32_t)value->bytes.len;
    return true;
}

static bool settle_values(struct settling *s, struct hp_plan_key *key)
{
    uint64_t places = 0;

    for (struct hp_plan_value *v = key->first_value; v != NULL; v = v->next) {
        places += v->target == NULL ? 1 : v->count;
        if (4 * places > s->plan->image_limit)
            return fail(s, v->record.origin, "too many values");
        if (v->target == NULL && !settle_value(s, v))
            return false;
    }
    key->value_places = (uint32_t)places;
    key->values_record.used = 4 * key->value_places;
    return true;
}

/* ---- keys ------------------------------------------------------------ */

static bool settle_security(struct settling *s, struct hp_plan_key *key)
{
    static const uint16_t name[] = {'d', 'e', 'f', 'a', 'u', 'l', 't'};
    const struct hp_text label = {name, 7};

    if (key->no_security)
        return true;
    if (key->security == NULL && s->common == NULL)
        s->common = hp_plan_security_find(s->plan, label);
    if (key->security == NULL && s->common == NULL) {
        s->common = hp_plan_security_add(s->plan, label);
        if (s->common == NULL)
            return no_memory(s);
        s->common->descriptor =
            hp_span_of(common_descriptor, sizeof common_descriptor);
    }
    if (key->security == NULL)
        key->security = s->common;
    key->security->users++;
    return true;
}

static bool count_places(struct settling *s, struct hp_plan_key *key)
{
    uint64_t places = 0;

    for (const struct hp_plan_key *k = key->first; k != NULL; k = k->next) {
        places += k->target == NULL ? 1 : k->count;
        if (4 * places > s->plan->image_limit)
            return fail(s, k->record.origin, "too many subkeys");
    }
    key->places = (uint32_t)places;
    return true;
}

static bool settle_key(struct settling *s, struct hp_plan_key *key)
{
    size_t size = name_size(key->name, key->wide);

    if (size > UINT16_MAX)
        return fail(s, key->record.origin, "the key's name is too long");
    if (key->class_bytes.len > UINT16_MAX)
        return fail(s, key->record.origin, "the class name is too long");
    key->record.used = NK_NAME + (uint32_t)size;
    key->class_record.used = (uint32_t)key->class_bytes.len;
    if (!sort_subkeys(s, key) || !count_places(s, key) ||
        !settle_security(s, key) || !settle_values(s, key))
        return false;
    if (key->list == NULL && !make_list(s, key))
        return false;
    return key->list == NULL || share_out(s, key);
}

bool hp_plan_settle(struct hp_plan *plan, struct hp_recipe_error *err)
{
    struct settling s = {plan, err, NULL, NULL, 0};

    if (!plan->is_hive)
        return true;
    if (hp_plan_root(plan) == NULL)
        return no_memory(&s);
    for (struct hp_plan_key *k = plan->root; k != NULL;
         k = hp_plan_key_after(k)) {
        if (k->target == NULL && !settle_key(&s, k))
            return false;
    }
    for (struct hp_plan_security *k = plan->securities; k != NULL; k = k->next)
        k->record.used = SK_DESCRIPTOR + (uint32_t)k->descriptor.len;
    for (struct hp_plan_cell *c = plan->cells; c != NULL; c = c->next)
        c->record.used = (uint32_t)c->bytes.len;
    return true;
}

/* ---- all records in order -------------------------------------------- */

typedef bool (*visitor)(void *self, struct hp_plan_record *record);

static bool visit_lists(struct hp_plan_list *list, visitor visit, void *self)
{
    for (; list != NULL; list = hp_plan_list_after(list)) {
        if (!visit(self, &list->record))
            return false;
    }
    return true;
}

static bool visit_values(struct hp_plan_key *key, visitor visit, void *self)
{
    if ((key->value_places > 0 || key->values_listed) &&
        !visit(self, &key->values_record))
        return false;
    for (struct hp_plan_value *v = key->first_value; v != NULL; v = v->next) {
        if (v->target != NULL)
            continue;
        if (!visit(self, &v->record))
            return false;
        if (v->shape == HP_SHAPE_CELL && !visit(self, &v->data))
            return false;
        if (v->shape == HP_SHAPE_BIG && !visit_lists(v->big, visit, self))
            return false;
    }
    return true;
}

static bool visit_key(struct hp_plan_key *key, visitor visit, void *self)
{
    if (!visit(self, &key->record))
        return false;
    if (key->class_bytes.len > 0 && !visit(self, &key->class_record))
        return false;
    return visit_values(key, visit, self) &&
           visit_lists(key->list, visit, self);
}

bool hp_plan_visit(struct hp_plan *plan, visitor visit, void *self)
{
    for (struct hp_plan_key *k = plan->root; k != NULL;
         k = hp_plan_key_after(k)) {
        if (k->target == NULL && !visit_key(k, visit, self))
            return false;
        if (k != plan->root)
            continue;
        for (struct hp_plan_security *x = plan->securities; x != NULL;
             x = x->next) {
            if (!visit(self, &x->record))
                return false;
        }
    }
    for (struct hp_plan_cell *c = plan->cells; c != NULL; c = c->next) {
        if (!visit(self, &c->record))
            return false;
    }
    return true;
}

/* ---- sizes ----------------------------------------------------------- */

uint64_t hp_plan_least_size(uint64_t used)
{
    return (CELL_SIZE_FIELD + used + CELL_ALIGN - 1) / CELL_ALIGN * CELL_ALIGN;
}

uint64_t hp_plan_usual_size(const struct hp_plan_record *cell)
{
    return hp_plan_least_size(cell->kind == HP_RECORD_SEGMENT
                                  ? (uint64_t)cell->used + 4
                                  : cell->used);
}
