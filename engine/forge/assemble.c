/* SPDX-License-Identifier: Apache-2.0 */
#include "assemble.h"

#include <string.h>

#include "layout.h"
#include "put.h"

#define NAME_MAX_FIELD UINT16_MAX /* what nk.max_name can say */

struct assembly {
    struct hp_plan *plan;
    struct hp_recipe_error *err;
    struct hp_image *image;
    bool checksum_given;
};

size_t hp_record_position(const struct hp_plan_record *record)
{
    if (record->kind == HP_RECORD_BASE)
        return 0;
    if (record->kind == HP_RECORD_BIN)
        return BASE_SIZE + (size_t)record->offset;
    return BASE_SIZE + (size_t)record->offset + CELL_SIZE_FIELD;
}

size_t hp_record_room(const struct hp_plan_record *record)
{
    if (record->kind == HP_RECORD_BASE)
        return BASE_SIZE;
    if (record->kind == HP_RECORD_BIN)
        return BIN_HEADER_SIZE;
    return record->size - CELL_SIZE_FIELD;
}

/* ---- bytes ----------------------------------------------------------- */

static void put_name(uint8_t *at, struct hp_text name, bool wide)
{
    bool narrow = hp_plan_is_narrow(name, wide);

    for (size_t i = 0; i < name.count; i++) {
        if (narrow)
            at[i] = (uint8_t)name.units[i];
        else
            put_u16(at + 2 * i, name.units[i]);
    }
}

/* The record's fields, with the size of its cell written in front. */
static uint8_t *record_at(struct assembly *a,
                          const struct hp_plan_record *record)
{
    uint8_t *at = a->image->bytes + hp_record_position(record);

    put_u32(at - CELL_SIZE_FIELD, UINT32_C(0) - record->size);
    return at;
}

uint32_t hp_lh_hash(struct hp_text name)
{
    uint32_t hash = 0;

    for (size_t i = 0; i < name.count; i++)
        hash = 37 * hash + hp_upcase(name.units[i]);
    return hash;
}

uint32_t hp_lf_hint(struct hp_text name)
{
    uint32_t hint = 0;

    for (size_t i = 0; i < name.count && i < 4; i++) {
        if (name.units[i] > 0xFF)
            return 0;
        hint |= (uint32_t)name.units[i] << (8 * i);
    }
    return hint;
}

uint32_t hp_base_checksum(const uint8_t *base)
{
    uint32_t sum = 0;

    for (size_t at = 0; at < BASE_CHECKSUM; at++)
        sum ^= (uint32_t)base[at] << (8 * (at % 4));
    if (sum == 0)
        return 1;
    return sum == UINT32_MAX ? UINT32_MAX - 1 : sum;
}

/* ---- headers --------------------------------------------------------- */

static void write_base(struct assembly *a)
{
    uint8_t *at = a->image->bytes;

    put_u32(at + BASE_SIGNATURE, BASE_SIGNATURE_VALUE);
    put_u32(at + BASE_SEQUENCE1, 1);
    put_u32(at + BASE_SEQUENCE2, 1);
    put_u64(at + BASE_FILETIME, a->plan->filetime);
    put_u32(at + BASE_MAJOR, 1);
    put_u32(at + BASE_MINOR, a->plan->minor);
    put_u32(at + BASE_FORMAT, 1);
    put_u32(at + BASE_ROOT, a->plan->root->record.offset);
    put_u32(at + BASE_BINS_SIZE, a->plan->layout.bins_size);
    put_u32(at + BASE_CLUSTER, 1);
}

/* The bins' headers, and a free cell wherever no cell lies. */
static void write_bins(struct assembly *a)
{
    const struct hp_layout *layout = &a->plan->layout;
    uint8_t *bins = a->image->bytes + BASE_SIZE;
    size_t next = 0;

    for (struct hp_plan_bin *b = a->plan->bins; b != NULL; b = b->next) {
        uint32_t at = b->record.offset, end = at + b->record.size;
        put_u32(bins + at, BIN_SIGNATURE_VALUE);
        put_u32(bins + at + BIN_OFFSET, at);
        put_u32(bins + at + BIN_SIZE, b->record.size);
        at += BIN_HEADER_SIZE;
        while (at < end) {
            bool cell_left =
                next < layout->count && layout->cells[next]->offset < end;
            uint32_t cell = cell_left ? layout->cells[next]->offset : end;
            if (cell > at)
                put_u32(bins + at, cell - at);
            at = cell_left ? cell + layout->cells[next++]->size : end;
        }
    }
}

/* ---- lists ----------------------------------------------------------- */

static uint64_t number_of(const struct hp_plan_number *number)
{
    return number->number +
           (number->record == NULL ? 0 : number->record->offset);
}

static uint32_t hint_of(uint16_t signature, const struct hp_plan_key *key)
{
    if (key->target != NULL)
        return key->hint;
    return signature == SIG_LH ? hp_lh_hash(key->name) : hp_lf_hint(key->name);
}

static void write_index(struct assembly *a, const struct hp_plan_list *list)
{
    uint8_t *at = record_at(a, &list->record) + LIST_ELEMENTS;

    for (const struct hp_plan_list *l = list->first; l != NULL; l = l->next) {
        put_u32(at, l->record.offset);
        at += LIST_ELEMENT_SHORT;
    }
}

/* Writes the key's lists. Its subkeys, links repeated, fill the leaves one
 * after the other. */
static void write_lists(struct assembly *a, const struct hp_plan_key *key)
{
    const struct hp_plan_key *child = key->first;
    uint32_t used = 0; /* elements that led to `child` already */

    for (const struct hp_plan_list *l = key->list; l != NULL;
         l = hp_plan_list_after(l)) {
        uint8_t *at = record_at(a, &l->record);
        put_u16(at + LIST_SIGNATURE, l->signature);
        put_u16(at + LIST_COUNT, l->count);
        at += LIST_ELEMENTS;
        if (l->signature == SIG_RI)
            write_index(a, l);
        for (uint32_t i = 0; l->signature != SIG_RI && i < l->count; i++) {
            while (child->target != NULL && used == child->count) {
                child = child->next;
                used = 0;
            }
            put_u32(at, child->target == NULL ? child->record.offset
                                              : number_of(child->target));
            if (l->record.kind == HP_RECORD_LEAF)
                put_u32(at + 4, hint_of(l->signature, child));
            at += l->record.kind == HP_RECORD_LEAF ? LIST_ELEMENT_LONG
                                                   : LIST_ELEMENT_SHORT;
            used++;
            if (child->target == NULL) {
                child = child->next;
                used = 0;
            }
        }
    }
}

static void write_value_list(struct assembly *a, const struct hp_plan_key *key)
{
    if (key->value_places == 0 && !key->values_listed)
        return;
    uint8_t *at = record_at(a, &key->values_record);
    for (const struct hp_plan_value *v = key->first_value; v != NULL;
         v = v->next) {
        uint32_t count = v->target == NULL ? 1 : v->count;
        uint64_t offset =
            v->target == NULL ? v->record.offset : number_of(v->target);
        for (; count > 0; count--) {
            put_u32(at, offset);
            at += 4;
        }
    }
}

/* ---- values ---------------------------------------------------------- */

static void write_big(struct assembly *a, const struct hp_plan_value *value)
{
    const struct hp_plan_list *list = value->big->first;
    uint8_t *db = record_at(a, &value->big->record);
    uint8_t *element = record_at(a, &list->record);
    size_t done = 0;

    put_u16(db + DB_SIGNATURE, SIG_DB);
    put_u16(db + DB_COUNT, value->big->count);
    put_u32(db + DB_LIST, list->record.offset);
    for (list = list->next; list != NULL; list = list->next) {
        struct hp_span piece;
        if (hp_span_sub(value->bytes, done, list->count, &piece))
            put_bytes(record_at(a, &list->record), piece);
        put_u32(element, list->record.offset);
        element += 4;
        done += list->count;
    }
}

uint16_t hp_plan_value_flags(const struct hp_plan_value *value)
{
    bool narrow = hp_plan_is_narrow(value->name, value->wide);

    return narrow && value->name.count > 0 ? VK_FLAG_COMPRESSED : 0;
}

static void write_value(struct assembly *a, const struct hp_plan_value *value)
{
    uint8_t *at = record_at(a, &value->record);
    uint32_t size = (uint32_t)value->bytes.len;
    bool narrow = hp_plan_is_narrow(value->name, value->wide);
    size_t units = value->name.count;

    put_u16(at + VK_SIGNATURE, SIG_VK);
    put_u16(at + VK_NAME_LENGTH, narrow ? units : 2 * units);
    put_u32(at + VK_TYPE, value->type);
    put_u16(at + VK_FLAGS, hp_plan_value_flags(value));
    put_name(at + VK_NAME, value->name, value->wide);
    switch (value->shape) {
    case HP_SHAPE_INLINE:
        size |= VK_INLINE;
        put_bytes(at + VK_DATA, value->bytes);
        break;
    case HP_SHAPE_BIG:
        put_u32(at + VK_DATA, value->big->record.offset);
        write_big(a, value);
        break;
    default:
        put_u32(at + VK_DATA, value->data.offset);
        put_bytes(record_at(a, &value->data), value->bytes);
        break;
    }
    put_u32(at + VK_DATA_SIZE, size);
}

static void write_values(struct assembly *a, const struct hp_plan_key *key,
                         uint8_t *nk)
{
    uint64_t name = 0, data = 0;

    for (const struct hp_plan_value *v = key->first_value; v != NULL;
         v = v->next) {
        if (v->target != NULL)
            continue;
        write_value(a, v);
        if (2 * v->name.count > name)
            name = 2 * v->name.count;
        if (v->bytes.len > data)
            data = v->bytes.len;
    }
    write_value_list(a, key);
    put_u32(nk + NK_MAX_VALUE_NAME, name);
    put_u32(nk + NK_MAX_DATA, data);
}

/* ---- keys ------------------------------------------------------------ */

uint16_t hp_plan_key_flags(const struct hp_plan_key *key)
{
    bool narrow = hp_plan_is_narrow(key->name, key->wide);

    return (uint16_t)((narrow ? NK_FLAG_COMPRESSED : 0) |
                      (key->parent == NULL
                           ? NK_FLAG_HIVE_ENTRY | NK_FLAG_NO_DELETE
                           : 0));
}

static void write_maxima(uint8_t *nk, const struct hp_plan_key *key)
{
    size_t name = 0, class_size = 0;

    for (const struct hp_plan_key *k = key->first; k != NULL; k = k->next) {
        if (2 * k->name.count > name)
            name = 2 * k->name.count;
        if (k->class_bytes.len > class_size)
            class_size = k->class_bytes.len;
    }
    put_u16(nk + NK_MAX_NAME, name < NAME_MAX_FIELD ? name : NAME_MAX_FIELD);
    put_u32(nk + NK_MAX_CLASS, class_size);
}

static void write_key(struct assembly *a, const struct hp_plan_key *key)
{
    uint8_t *nk = record_at(a, &key->record);
    bool narrow = hp_plan_is_narrow(key->name, key->wide);
    bool values = key->value_places > 0 || key->values_listed;

    put_u16(nk + NK_SIGNATURE, SIG_NK);
    put_u16(nk + NK_FLAGS, hp_plan_key_flags(key));
    put_u64(nk + NK_FILETIME, a->plan->filetime);
    put_u32(nk + NK_PARENT,
            key->parent == NULL ? OFFSET_NIL : key->parent->record.offset);
    put_u32(nk + NK_SUBKEY_COUNT, key->places);
    put_u32(nk + NK_SUBKEYS,
            key->list == NULL ? OFFSET_NIL : key->list->record.offset);
    put_u32(nk + NK_VOLATILE_SUBKEYS, OFFSET_NIL);
    put_u32(nk + NK_VALUE_COUNT, key->value_places);
    put_u32(nk + NK_VALUES, values ? key->values_record.offset : OFFSET_NIL);
    put_u32(nk + NK_SECURITY,
            key->security == NULL ? OFFSET_NIL : key->security->record.offset);
    put_u32(nk + NK_CLASS, OFFSET_NIL);
    put_u16(nk + NK_NAME_LENGTH,
            narrow ? key->name.count : 2 * key->name.count);
    put_name(nk + NK_NAME, key->name, key->wide);
    if (key->class_bytes.len > 0) {
        put_u32(nk + NK_CLASS, key->class_record.offset);
        put_u16(nk + NK_CLASS_LENGTH, key->class_bytes.len);
        put_bytes(record_at(a, &key->class_record), key->class_bytes);
    }
    write_maxima(nk, key);
    write_values(a, key, nk);
    write_lists(a, key);
}

static void write_securities(struct assembly *a)
{
    const struct hp_plan_security *first = a->plan->securities;
    const struct hp_plan_security *before = first, *s;

    for (s = first; s != NULL; s = s->next)
        before = s; /* the last one stands before the first */
    for (s = first; s != NULL; s = s->next) {
        uint8_t *at = record_at(a, &s->record);
        const struct hp_plan_security *after =
            s->next == NULL ? first : s->next;
        put_u16(at + SK_SIGNATURE, SIG_SK);
        put_u32(at + SK_FLINK, after->record.offset);
        put_u32(at + SK_BLINK, before->record.offset);
        put_u32(at + SK_REFERENCE_COUNT, s->users);
        put_u32(at + SK_DESCRIPTOR_SIZE, s->descriptor.len);
        put_bytes(at + SK_DESCRIPTOR, s->descriptor);
        before = s;
    }
}

static void write_cells(struct assembly *a)
{
    for (struct hp_plan_cell *c = a->plan->cells; c != NULL; c = c->next) {
        uint8_t *at = record_at(a, &c->record);
        if (c->free)
            put_u32(at - CELL_SIZE_FIELD, c->record.size);
        put_bytes(at, c->bytes);
    }
}

/* ---- lies ------------------------------------------------------------ */

/* True if `width` bytes can say `value`, as a number with or without sign. */
static bool fits(uint64_t value, size_t width)
{
    unsigned bits = 8 * (unsigned)width;

    return width == 8 || value >> bits == 0 ||
           value >> (bits - 1) == UINT64_MAX >> (bits - 1);
}

bool hp_lie_write(uint8_t *start, size_t room, size_t used,
                  const struct hp_plan_lie *lie, struct hp_recipe_error *err)
{
    const struct hp_field *field = lie->field;
    bool is_number = field->width > 0 && field->width <= HP_FIELD_NUMBER_MOST;
    int64_t at =
        field->at == HP_FIELD_SLACK ? (int64_t)used : (int64_t)field->at;
    size_t size = is_number ? field->width : lie->bytes.len;

    at += (int64_t)lie->index * field->stride;
    if (at + (int64_t)size > (int64_t)room)
        return hp_plan_fail(err, HP_E_TEXT, lie->origin,
                            "the record ends before this field does");
    if (!is_number) {
        put_bytes(start + at, lie->bytes);
        return true;
    }
    uint64_t value = number_of(&lie->value);
    if (!fits(value, size))
        return hp_plan_fail(err, HP_E_TEXT, lie->origin,
                            "the number does not fit the field");
    put(start + at, size, value);
    return true;
}

static bool tell_all(struct assembly *a, const struct hp_plan_record *record)
{
    uint8_t *start = a->image->bytes + hp_record_position(record);

    for (const struct hp_plan_lie *l = record->lies; l != NULL; l = l->next) {
        if (!hp_lie_write(start, hp_record_room(record), record->used, l,
                          a->err))
            return false;
        if (record->kind == HP_RECORD_BASE && l->field->at == BASE_CHECKSUM)
            a->checksum_given = true;
    }
    return true;
}

/* ---- the whole ------------------------------------------------------- */

static void write_hive(struct assembly *a)
{
    write_base(a);
    write_bins(a);
    for (struct hp_plan_key *k = a->plan->root; k != NULL;
         k = hp_plan_key_after(k)) {
        if (k->target == NULL)
            write_key(a, k);
    }
    write_securities(a);
    write_cells(a);
}

static bool write_lies(struct assembly *a)
{
    const struct hp_layout *layout = &a->plan->layout;

    for (struct hp_plan_bin *b = a->plan->bins; b != NULL; b = b->next) {
        if (!tell_all(a, &b->record))
            return false;
    }
    for (size_t i = 0; i < layout->count; i++) {
        if (!tell_all(a, layout->cells[i]))
            return false;
    }
    return tell_all(a, &a->plan->base);
}

/* Puts raw bytes over the image, which is large enough. */
static void write_raws(struct assembly *a)
{
    for (const struct hp_plan_raw *r = a->plan->raws; r != NULL; r = r->next) {
        put_bytes(a->image->bytes + r->position, r->bytes);
        if (r->position < BASE_CHECKSUM + 4 &&
            r->position + r->bytes.len > BASE_CHECKSUM)
            a->checksum_given = true;
    }
}

/* Makes room for everything; *size is that of the file. */
static bool make_room(struct assembly *a, uint64_t *size)
{
    struct hp_plan *plan = a->plan;
    uint64_t room = plan->tail.len;

    if (plan->is_hive)
        room += BASE_SIZE + (uint64_t)a->plan->layout.bins_size;
    for (const struct hp_plan_raw *r = plan->raws; r != NULL; r = r->next) {
        uint64_t end = r->position + r->bytes.len;
        if (r->position > plan->image_limit || end > plan->image_limit)
            return hp_plan_fail(a->err, HP_E_TOO_LARGE, r->origin,
                                "the position is above the limit");
        if (end > room)
            room = end;
    }
    *size = plan->ends ? plan->end : room;
    if (*size > room)
        room = *size;
    if (room > plan->image_limit)
        return hp_plan_fail(a->err, HP_E_TOO_LARGE, (struct hp_origin){0},
                            "the hive is larger than the limit");
    a->image->bytes = hp_arena_alloc(plan->arena, (size_t)room);
    return a->image->bytes != NULL ||
           hp_plan_fail(a->err, HP_E_NO_MEMORY, (struct hp_origin){0},
                        "out of memory");
}

bool hp_plan_assemble(struct hp_image *image, struct hp_plan *plan,
                      struct hp_recipe_error *err)
{
    struct assembly a = {plan, err, image, false};
    uint64_t size = 0, tail = 0;

    *image = (struct hp_image){0};
    if (!make_room(&a, &size))
        return false;
    if (plan->is_hive) {
        tail = BASE_SIZE + (uint64_t)plan->layout.bins_size;
        write_hive(&a);
        if (!write_lies(&a))
            return false;
    }
    put_bytes(image->bytes + tail, plan->tail);
    write_raws(&a);
    if (plan->is_hive && !a.checksum_given)
        put_u32(image->bytes + BASE_CHECKSUM, hp_base_checksum(image->bytes));
    image->size = (size_t)size;
    return true;
}
