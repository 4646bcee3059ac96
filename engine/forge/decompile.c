/* SPDX-License-Identifier: Apache-2.0 */
#include "decompile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cell_map.h"
#include "difference.h"
#include "hp_limits.h"
#include "layout.h"
#include "place.h"
#include "shape.h"

enum {
    PATH_MOST = 2048, /* units of a path that is written in a recipe */
    LABEL_ROOM = 24
};

/* A key whose record was read, and what hangs from it not yet. */
struct work {
    struct work *next;
    struct hp_plan_key *key;
    struct hp_span nk;
    size_t path_units;
    unsigned depth;
};

struct decompiling {
    struct hp_plan *plan;
    struct hp_cell_map map;
    struct work *work, **last_work;
    unsigned securities;
    bool no_memory; /* every function stops when it is set */
};

/* `memory`, of which NULL is remembered. */
#define GOT(d, memory) (!((d)->no_memory |= (memory) == NULL))

/* ---- names ----------------------------------------------------------- */

static struct hp_text read_name(struct decompiling *d, struct hp_span record,
                                size_t at, size_t size, bool narrow)
{
    struct hp_text name = {NULL, 0};
    struct hp_span bytes;

    if (size > record.len - at)
        size = record.len - at;
    if (!hp_span_sub(record, at, size, &bytes))
        return name;
    size_t count = narrow ? size : hp_utf16le_count(bytes);
    uint16_t *units = hp_arena_array(d->plan->arena, count, sizeof *units);
    if (!GOT(d, units))
        return name;
    for (size_t i = 0; narrow && i < count; i++)
        units[i] = hp_at_u8(bytes, i);
    if (!narrow)
        hp_utf16le_decode(units, bytes);
    return (struct hp_text){units, count};
}

/* `name`, a mark and a number: what a recipe calls something when there is
 * another of that name. */
static struct hp_text label_of(struct decompiling *d, struct hp_text name,
                               char mark, uint32_t number)
{
    char digits[LABEL_ROOM];
    int size = snprintf(digits, sizeof digits, "%c%" PRIu32, mark, number);
    uint16_t *units = hp_arena_array(d->plan->arena, name.count + (size_t)size,
                                     sizeof *units);

    if (!GOT(d, units))
        return name;
    if (name.count > 0)
        memcpy(units, name.units, name.count * sizeof *units);
    for (size_t i = 0; digits[i] != '\0'; i++)
        units[name.count + i] = (unsigned char)digits[i];
    return (struct hp_text){units, name.count + (size_t)size};
}

static struct hp_text key_label(struct decompiling *d,
                                const struct hp_plan_key *parent,
                                struct hp_text name, uint32_t number)
{
    struct hp_text label = name;

    while (!d->no_memory && hp_plan_key_find(d->plan, parent, label) != NULL)
        label = label_of(d, label, '~', number);
    return label;
}

static struct hp_text value_label(struct decompiling *d,
                                  const struct hp_plan_key *key,
                                  struct hp_text name, uint32_t number)
{
    struct hp_text label = name;

    while (!d->no_memory && hp_plan_value_find(d->plan, key, label) != NULL)
        label = label_of(d, label, '~', number);
    return label;
}

/* ---- values ---------------------------------------------------------- */

/* Takes the segments of a db; false unless all can be had and hold `size`
 * bytes. */
static bool take_segments(struct decompiling *d, struct hp_plan_list *db,
                          struct hp_span list, uint16_t count, uint32_t size)
{
    struct hp_span segment;

    for (uint16_t i = 0; i < count; i++) {
        uint32_t part = size < DB_SEGMENT_MOST ? size : DB_SEGMENT_MOST;
        struct hp_mapped_cell *cell = hp_cell_map_open_cell(
            &segment, &d->map, hp_at_u32(list, 4 * (size_t)i), part);
        if (cell == NULL)
            return false;
        struct hp_plan_list *s =
            hp_plan_list_add(d->plan, db, HP_RECORD_SEGMENT);
        if (!GOT(d, s))
            return false;
        hp_cell_map_take(cell, &s->record);
        s->count = part;
        s->counted = true;
        size -= part;
    }
    return size == 0;
}

/* What the segments hold, put together. */
static void join_segments(struct decompiling *d, struct hp_plan_value *value,
                          uint32_t size)
{
    uint8_t *bytes = hp_arena_alloc(d->plan->arena, size);

    if (!GOT(d, bytes))
        return;
    value->bytes = hp_span_of(bytes, size);
    for (const struct hp_plan_list *s = value->big->first->next; s != NULL;
         s = s->next) {
        memcpy(bytes, d->map.bins.ptr + s->record.offset + CELL_SIZE_FIELD,
               s->count);
        bytes += s->count;
    }
}

/* Gives back what was taken for `big`. */
static void drop_big(struct decompiling *d, struct hp_plan_value *value)
{
    for (struct hp_plan_list *l = value->big; l != NULL;
         l = hp_plan_list_after(l)) {
        struct hp_mapped_cell *cell =
            hp_cell_map_find(&d->map, l->record.offset);
        if (cell != NULL)
            cell->record = NULL;
    }
    value->big = NULL;
}

static bool read_big(struct decompiling *d, struct hp_plan_value *value,
                     uint32_t offset, uint32_t size)
{
    struct hp_span db, list;
    struct hp_mapped_cell *cell =
        hp_cell_map_open_cell(&db, &d->map, offset, DB_SIZE);

    if (cell == NULL || hp_at_u16(db, DB_SIGNATURE) != SIG_DB)
        return false;
    uint16_t count = hp_at_u16(db, DB_COUNT);
    value->big = hp_plan_list_add(d->plan, NULL, HP_RECORD_DB);
    if (!GOT(d, value->big))
        return false;
    hp_cell_map_take(cell, &value->big->record);
    cell = hp_cell_map_open_cell(&list, &d->map, hp_at_u32(db, DB_LIST),
                                 4 * (size_t)count);
    if (cell != NULL) {
        struct hp_plan_list *l =
            hp_plan_list_add(d->plan, value->big, HP_RECORD_SEGMENTS);
        if (!GOT(d, l))
            return false;
        hp_cell_map_take(cell, &l->record);
        if (take_segments(d, value->big, list, count, size)) {
            value->shape = HP_SHAPE_BIG;
            join_segments(d, value, size);
            return true;
        }
    }
    drop_big(d, value);
    return false;
}

/* What cannot be understood is left: the value is empty then, and where its
 * data should be is a lie. */
static void read_data(struct decompiling *d, struct hp_plan_value *value,
                      struct hp_span vk)
{
    uint32_t size = hp_at_u32(vk, VK_DATA_SIZE);
    uint32_t offset = hp_at_u32(vk, VK_DATA);
    bool big = size > DB_SEGMENT_MOST && d->plan->minor >= DB_LEAST_MINOR;

    value->shape = HP_SHAPE_INLINE;
    if ((size & VK_INLINE) != 0) {
        size &= ~VK_INLINE;
        if (size <= VK_INLINE_MOST)
            (void)hp_span_sub(vk, VK_DATA, size, &value->bytes);
        return;
    }
    if (big && read_big(d, value, offset, size))
        return;
    struct hp_span payload;
    struct hp_mapped_cell *cell =
        hp_cell_map_open_cell(&payload, &d->map, offset, size);
    if (cell == NULL || d->no_memory)
        return;
    hp_cell_map_take(cell, &value->data);
    value->shape = HP_SHAPE_CELL;
    (void)hp_span_sub(payload, 0, size, &value->bytes);
}

/* The vk at `offset` as a value of `key`; false if there is none. */
static bool read_value(struct decompiling *d, struct hp_plan_key *key,
                       uint32_t offset, uint32_t number)
{
    struct hp_span vk;
    struct hp_mapped_cell *cell =
        hp_cell_map_open_cell(&vk, &d->map, offset, VK_NAME);

    if (cell == NULL || hp_at_u16(vk, VK_SIGNATURE) != SIG_VK)
        return false;
    bool narrow = (hp_at_u16(vk, VK_FLAGS) & VK_FLAG_COMPRESSED) != 0;
    struct hp_text name =
        read_name(d, vk, VK_NAME, hp_at_u16(vk, VK_NAME_LENGTH), narrow);
    struct hp_text label = value_label(d, key, name, number);
    struct hp_plan_value *value = hp_plan_value_add(d->plan, key, label);
    if (!GOT(d, value))
        return true;
    hp_cell_map_take(cell, &value->record);
    value->name = name;
    value->wide = !narrow && name.count > 0 && hp_plan_is_narrow(name, false);
    value->type = hp_at_u32(vk, VK_TYPE);
    read_data(d, value, vk);
    return true;
}

static void link_value(struct decompiling *d, struct hp_plan_key *key,
                       uint32_t offset)
{
    struct hp_plan_value *last = key->last_value;

    if (last != NULL && last->target != NULL &&
        last->target->number == offset) {
        last->count++;
        return;
    }
    struct hp_plan_value *value = hp_plan_value_link_add(d->plan, key);
    if (GOT(d, value))
        value->target->number = offset;
}

static void read_values(struct decompiling *d, const struct work *work)
{
    size_t count = hp_at_u32(work->nk, NK_VALUE_COUNT);
    struct hp_span list;

    if (count == 0 || count > d->map.bins.len / 4)
        return;
    struct hp_mapped_cell *cell = hp_cell_map_open_cell(
        &list, &d->map, hp_at_u32(work->nk, NK_VALUES), 4 * count);
    if (cell == NULL)
        return;
    hp_cell_map_take(cell, &work->key->values_record);
    for (size_t i = 0; i < count && !d->no_memory; i++) {
        uint32_t offset = hp_at_u32(list, 4 * i);
        if (!read_value(d, work->key, offset, (uint32_t)i))
            link_value(d, work->key, offset);
    }
}

/* ---- keys ------------------------------------------------------------ */

static void later(struct decompiling *d, struct work content)
{
    struct work *work = hp_arena_alloc(d->plan->arena, sizeof *work);

    if (!GOT(d, work))
        return;
    *work = content;
    *d->last_work = work;
    d->last_work = &work->next;
}

static bool is_narrow_nk(struct hp_span nk)
{
    return (hp_at_u16(nk, NK_FLAGS) & NK_FLAG_COMPRESSED) != 0;
}

/* Names `key` after its record. */
static void read_key(struct hp_plan_key *key, struct hp_mapped_cell *cell,
                     struct hp_span nk, struct hp_text name)
{
    bool wide = !is_narrow_nk(nk);

    hp_cell_map_take(cell, &key->record);
    key->name = name;
    key->wide = wide && hp_plan_is_narrow(name, false);
}

static struct hp_text nk_name(struct decompiling *d, struct hp_span nk)
{
    return read_name(d, nk, NK_NAME, hp_at_u16(nk, NK_NAME_LENGTH),
                     is_narrow_nk(nk));
}

/* The nk at `offset` as a subkey; false if there is none, or too deep. */
static bool read_subkey(struct decompiling *d, const struct work *parent,
                        uint32_t offset, uint32_t number)
{
    struct hp_span nk;
    struct hp_mapped_cell *cell =
        hp_cell_map_open_cell(&nk, &d->map, offset, NK_NAME);

    if (cell == NULL || hp_at_u16(nk, NK_SIGNATURE) != SIG_NK ||
        parent->depth + 1 == HP_LIMIT_KEY_DEPTH)
        return false;
    struct hp_text name = nk_name(d, nk);
    if (parent->path_units + name.count > PATH_MOST)
        return false;
    struct hp_text label = key_label(d, parent->key, name, number);
    struct hp_plan_key *key = hp_plan_key_add(d->plan, parent->key, label);
    if (!GOT(d, key))
        return true;
    read_key(key, cell, nk, name);
    later(d, (struct work){.key = key,
                           .nk = nk,
                           .path_units = parent->path_units + label.count + 1,
                           .depth = parent->depth + 1});
    return true;
}

static void link_key(struct decompiling *d, struct hp_plan_key *parent,
                     uint32_t offset, uint32_t hint)
{
    struct hp_plan_key *last = parent->last;

    if (last != NULL && last->target != NULL &&
        last->target->number == offset && last->hint == hint) {
        last->count++;
        return;
    }
    struct hp_plan_key *key = hp_plan_link_add(d->plan, parent);
    if (!GOT(d, key))
        return;
    key->target->number = offset;
    key->hint = hint;
}

/* ---- subkey lists ---------------------------------------------------- */

static bool is_long(uint16_t signature)
{
    return signature == SIG_LF || signature == SIG_LH;
}

static size_t stride_of(uint16_t signature)
{
    return is_long(signature) ? LIST_ELEMENT_LONG : LIST_ELEMENT_SHORT;
}

/* The list at `offset`, taken as last one below `up` or on its own, or NULL.
 * *record is its payload. */
static struct hp_plan_list *take_list(struct decompiling *d,
                                      struct hp_span *record,
                                      struct hp_plan_list *up, uint32_t offset)
{
    struct hp_mapped_cell *cell =
        hp_cell_map_open_cell(record, &d->map, offset, LIST_ELEMENTS);

    if (cell == NULL)
        return NULL;
    uint16_t signature = hp_at_u16(*record, LIST_SIGNATURE);
    uint16_t count = hp_at_u16(*record, LIST_COUNT);
    bool ri = signature == SIG_RI && up == NULL;
    if ((!is_long(signature) && signature != SIG_LI && !ri) ||
        LIST_ELEMENTS + count * stride_of(signature) > record->len)
        return NULL;
    struct hp_plan_list *list = hp_plan_list_add(
        d->plan, up, is_long(signature) ? HP_RECORD_LEAF : HP_RECORD_INDEX);
    if (!GOT(d, list))
        return NULL;
    hp_cell_map_take(cell, &list->record);
    list->signature = signature;
    list->count = count;
    list->counted = !ri;
    return list;
}

static void read_leaf(struct decompiling *d, const struct work *work,
                      const struct hp_plan_list *leaf)
{
    size_t stride = stride_of(leaf->signature);
    struct hp_span list = d->map.bins; /* which it was cut from before */

    (void)hp_span_sub(d->map.bins,
                      (size_t)leaf->record.offset + CELL_SIZE_FIELD,
                      LIST_ELEMENTS + leaf->count * stride, &list);
    for (uint32_t i = 0; i < leaf->count && !d->no_memory; i++) {
        size_t at = LIST_ELEMENTS + i * stride;
        uint32_t offset = hp_at_u32(list, at);
        if (!read_subkey(d, work, offset, work->key->places++))
            link_key(d, work->key, offset,
                     is_long(leaf->signature) ? hp_at_u32(list, at + 4) : 0);
    }
}

/* Takes the leaves of an ri; false, with everything given back, if one of them
 * cannot be had. */
static bool take_leaves(struct decompiling *d, struct hp_plan_list *index,
                        struct hp_span record)
{
    struct hp_span leaf;

    for (uint32_t i = 0; i < index->count; i++) {
        uint32_t offset =
            hp_at_u32(record, LIST_ELEMENTS + i * (size_t)LIST_ELEMENT_SHORT);
        if (take_list(d, &leaf, index, offset) != NULL)
            continue;
        for (const struct hp_plan_list *l = index; l != NULL;
             l = hp_plan_list_after(l))
            hp_cell_map_find(&d->map, l->record.offset)->record = NULL;
        return false;
    }
    return true;
}

static void read_subkeys(struct decompiling *d, const struct work *work)
{
    struct hp_plan_key *key = work->key;
    struct hp_span record;

    if (hp_at_u32(work->nk, NK_SUBKEY_COUNT) == 0)
        return;
    struct hp_plan_list *list =
        take_list(d, &record, NULL, hp_at_u32(work->nk, NK_SUBKEYS));
    /* An ri without leaves would be given some. */
    if (list != NULL && list->signature == SIG_RI &&
        (list->count == 0 || !take_leaves(d, list, record))) {
        hp_cell_map_find(&d->map, list->record.offset)->record = NULL;
        list = NULL;
    }
    key->list = list;
    for (; list != NULL; list = hp_plan_list_after(list)) {
        if (list->signature != SIG_RI)
            read_leaf(d, work, list);
    }
    key->in_order = !key->links && !hp_plan_is_sorted(key);
}

/* ---- security and class ---------------------------------------------- */

static struct hp_plan_security *take_security(struct decompiling *d,
                                              uint32_t offset)
{
    const struct hp_text nothing = {NULL, 0};
    struct hp_mapped_cell *cell = hp_cell_map_find(&d->map, offset);
    struct hp_span sk, descriptor;

    if (cell != NULL && cell->security != NULL)
        return cell->security;
    cell = hp_cell_map_open_cell(&sk, &d->map, offset, SK_DESCRIPTOR);
    if (cell == NULL || hp_at_u16(sk, SK_SIGNATURE) != SIG_SK ||
        !hp_span_sub(sk, SK_DESCRIPTOR, hp_at_u32(sk, SK_DESCRIPTOR_SIZE),
                     &descriptor))
        return NULL;
    struct hp_text label = label_of(d, nothing, 's', ++d->securities);
    cell->security = hp_plan_security_add(d->plan, label);
    if (!GOT(d, cell->security))
        return NULL;
    cell->security->descriptor = descriptor;
    hp_cell_map_take(cell, &cell->security->record);
    return cell->security;
}

static void read_class(struct decompiling *d, const struct work *work)
{
    uint16_t size = hp_at_u16(work->nk, NK_CLASS_LENGTH);
    struct hp_span bytes;

    if (size == 0)
        return;
    struct hp_mapped_cell *cell = hp_cell_map_open_cell(
        &bytes, &d->map, hp_at_u32(work->nk, NK_CLASS), size);
    if (cell == NULL)
        return;
    hp_cell_map_take(cell, &work->key->class_record);
    (void)hp_span_sub(bytes, 0, size, &work->key->class_bytes);
}

/* The sk that `s` says comes next, unless it has its place already. */
static struct hp_plan_security *follow(const struct decompiling *d,
                                       const struct hp_plan_security *s)
{
    struct hp_span sk = d->map.bins; /* which it was cut from before */

    (void)hp_span_sub(d->map.bins, (size_t)s->record.offset + CELL_SIZE_FIELD,
                      SK_DESCRIPTOR, &sk);
    const struct hp_mapped_cell *cell =
        hp_cell_map_find(&d->map, hp_at_u32(sk, SK_FLINK));
    if (cell == NULL || cell->security == NULL || cell->security->users > 0)
        return NULL;
    return cell->security;
}

/* Puts the securities in the order in which each names the next; `users` says
 * meanwhile which have their place. */
static void order_securities(struct decompiling *d)
{
    struct hp_plan *plan = d->plan;
    struct hp_plan_security **all =
        hp_arena_array(plan->arena, d->securities, sizeof(void *));
    size_t count = 0;

    if (!GOT(d, all))
        return;
    for (struct hp_plan_security *s = plan->securities; s != NULL; s = s->next)
        all[count++] = s;
    plan->last_security = &plan->securities;
    for (size_t i = 0; i < count; i++) {
        struct hp_plan_security *s = all[i]->users == 0 ? all[i] : NULL;
        for (; s != NULL; s = follow(d, s)) {
            s->users = 1;
            *plan->last_security = s;
            plan->last_security = &s->next;
        }
    }
    *plan->last_security = NULL;
    for (size_t i = 0; i < count; i++)
        all[i]->users = 0;
}

/* sk cells that no key uses. */
static void take_unused_securities(struct decompiling *d)
{
    for (size_t i = 0; i < d->map.count && !d->no_memory; i++) {
        if (d->map.cells[i].allocated && d->map.cells[i].record == NULL)
            (void)take_security(d, d->map.cells[i].offset);
    }
}

/* ---- the rest -------------------------------------------------------- */

/* `bytes` without zeros at its end. */
static struct hp_span trim(struct hp_span bytes)
{
    while (bytes.len > 0 && bytes.ptr[bytes.len - 1] == 0)
        bytes.len--;
    return bytes;
}

/* Cells that are nothing: free ones only where the assembler would not put the
 * same, which it does with one free cell between two others. */
static void take_cells(struct decompiling *d)
{
    const struct hp_cell_map *map = &d->map;

    for (size_t i = 0; i < map->count && !d->no_memory; i++) {
        struct hp_mapped_cell *cell = &map->cells[i];
        struct hp_span payload;
        if (cell->record != NULL)
            continue;
        (void)hp_span_sub(map->bins, (size_t)cell->offset + CELL_SIZE_FIELD,
                          cell->size - CELL_SIZE_FIELD, &payload);
        payload = trim(payload);
        bool before = i > 0 && !cell[-1].last && !cell[-1].allocated;
        bool after = !cell->last && !cell[1].allocated;
        if (!cell->allocated && !before && !after && payload.len == 0)
            continue;
        struct hp_plan_cell *plain = hp_plan_cell_add(d->plan);
        if (!GOT(d, plain))
            return;
        hp_cell_map_take(cell, &plain->record);
        plain->free = !cell->allocated;
        plain->bytes = payload;
    }
}

static void take_bins(struct decompiling *d)
{
    uint32_t at = 0;

    while (at < d->map.bins_size && !d->no_memory) {
        uint32_t size = hp_bin_size_at(d->map.bins, at);
        (void)GOT(d, hp_plan_bin_add(d->plan, size));
        at += size;
    }
}

static void read_tree(struct decompiling *d)
{
    for (const struct work *w = d->work; w != NULL && !d->no_memory;
         w = w->next) {
        w->key->security = take_security(d, hp_at_u32(w->nk, NK_SECURITY));
        w->key->no_security = w->key->security == NULL;
        read_class(d, w);
        read_values(d, w);
        read_subkeys(d, w);
    }
}

/* The root of `image`, when it has one; nothing is in the plan otherwise. */
static bool find_root(struct decompiling *d, struct hp_span image)
{
    struct hp_mapped_cell *cell;
    struct hp_span nk;

    cell = hp_cell_map_open_cell(&nk, &d->map, hp_at_u32(image, BASE_ROOT),
                                 NK_NAME);
    if (cell == NULL || hp_at_u16(nk, NK_SIGNATURE) != SIG_NK)
        return false;
    struct hp_plan_key *root = hp_plan_root(d->plan);
    if (GOT(d, root)) {
        read_key(root, cell, nk, nk_name(d, nk));
        later(d, (struct work){.key = root, .nk = nk, .depth = 0});
    }
    return true;
}

static bool raw_only(struct hp_plan *plan, struct hp_span image)
{
    if (image.len == 0)
        return true;
    struct hp_plan_raw *raw = hp_plan_raw_add(plan);
    if (raw != NULL)
        raw->bytes = image;
    return raw != NULL;
}

/* The bins as the base block has them, as far as they exist. */
static struct hp_span bins_of(struct hp_span image)
{
    struct hp_span bins = {NULL, 0, NULL};
    uint32_t size = hp_at_u32(image, BASE_BINS_SIZE);

    if (size > INT32_MAX)
        size = INT32_MAX;
    if (size > image.len - BASE_SIZE)
        size = (uint32_t)(image.len - BASE_SIZE);
    (void)hp_span_sub(image, BASE_SIZE, size, &bins);
    return bins;
}

static bool no_memory(struct hp_recipe_error *err)
{
    return hp_plan_fail(err, HP_E_NO_MEMORY, (struct hp_origin){0},
                        "out of memory");
}

bool hp_decompile(struct hp_plan *plan, struct hp_span image,
                  struct hp_recipe_error *err)
{
    struct decompiling d = {.plan = plan};

    *err = (struct hp_recipe_error){0};
    d.last_work = &d.work;
    if (image.len < BASE_SIZE ||
        hp_at_u32(image, BASE_SIGNATURE) != BASE_SIGNATURE_VALUE)
        return raw_only(plan, image) || no_memory(err);
    if (!hp_cell_map_open(&d.map, plan->arena, bins_of(image)))
        return no_memory(err);
    if (!find_root(&d, image))
        return raw_only(plan, image) || no_memory(err);
    plan->minor = hp_at_u32(image, BASE_MINOR);
    plan->filetime = hp_at_u64(image, BASE_FILETIME);
    read_tree(&d);
    take_unused_securities(&d);
    order_securities(&d);
    take_cells(&d);
    take_bins(&d);
    if (d.no_memory)
        return no_memory(err);
    (void)hp_span_sub(image, BASE_SIZE + (size_t)d.map.bins_size,
                      image.len - BASE_SIZE - d.map.bins_size, &plan->tail);
    return hp_plan_settle(plan, err) && hp_plan_place(plan, err) &&
           hp_plan_tell(plan, image, err);
}
