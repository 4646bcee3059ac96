/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys, values and their data, and the walk over them. */
#include "reader_model.h"

#include <stdlib.h>
#include <string.h>

#include "reader_rules.h"
#include "utf16.h"

enum { KEYS_DEEP = 512, LISTS_DEEP = 8, SEGMENT = 16344 };

#define NIL UINT32_C(0xffffffff)

size_t reader_name_count(struct reader_name name)
{
    return name.latin1 ? name.bytes.len : name.bytes.len / 2;
}

uint16_t reader_name_unit(struct reader_name name, size_t at)
{
    return name.latin1 ? name.bytes.ptr[at] : hp_at_u16(name.bytes, 2 * at);
}

static struct hp_string string_of(struct reader_name name)
{
    return (struct hp_string){name.bytes.ptr, (uint32_t)name.bytes.len,
                              name.latin1 ? HP_LATIN1 : HP_UTF16LE};
}

static struct hp_event event_of(uint32_t kind)
{
    return (struct hp_event){.size = sizeof(struct hp_event), .kind = kind};
}

/* ---- keys ---------------------------------------------------------------- */

struct key {
    uint32_t at;
    struct reader_name name;
    uint32_t subkeys, subkey_count, values, value_count;
};

static bool has_backslash(struct reader_name name)
{
    if (name.latin1)
        return memchr(name.bytes.ptr, '\\', name.bytes.len) != NULL;
    for (size_t i = 0; i < reader_name_count(name); i++)
        if (reader_name_unit(name, i) == '\\')
            return true;
    return false;
}

/* False: the key is dropped or refused. */
static bool key_name(struct key *key, struct reader *r, struct hp_span nk,
                     bool is_root)
{
    size_t length = hp_at_u16(nk, 72), there = nk.len - 76;

    if (length == 0) {
        bool go_on = reader_wrong(
            r, is_root ? READER_ROOT_NAME_EMPTY : READER_NAME_EMPTY,
            HP_E_NAME_LENGTH, key->at, 0);
        if (!go_on || !is_root)
            return false;
    }
    if (length > there) {
        if (!reader_wrong(r, READER_NAME_PAST, HP_E_NAME_LENGTH, key->at,
                          length))
            return false;
        length = there;
    }
    key->name.latin1 = (hp_at_u16(nk, 2) & 0x20) != 0;
    if (!key->name.latin1 && length % 2 == 1) {
        if (!reader_wrong(r, READER_NAME_ODD, HP_E_NAME_LENGTH, key->at,
                          length))
            return false;
        length--;
    }
    key->name.bytes = hp_span_of(nk.ptr + 76, length);
    if (reader_name_count(key->name) > 256 &&
        !reader_wrong(r, READER_NAME_LONG, HP_E_NAME_LENGTH, key->at, length))
        return false;
    if (has_backslash(key->name))
        return reader_wrong(r, READER_BACKSLASH, HP_E_NAME_CHARACTER, key->at,
                            '\\');
    return true;
}

static void key_class(struct hp_key_event *event, struct reader *r,
                      uint32_t key, struct hp_span nk)
{
    size_t length = hp_at_u16(nk, 74);
    struct hp_span cell;

    event->class_name = (struct hp_string){NULL, 0, HP_UTF16LE};
    if (length == 0)
        return;
    if (!reader_cell(&cell, r, READER_CLASS, key, hp_at_u32(nk, 48), 0)) {
        event->class_name.size = HP_UNKNOWN_SIZE;
        return;
    }
    if (length > cell.len) {
        reader_wrong(r, READER_CLASS_PAST, HP_E_DATA_SIZE, key, length);
        length = cell.len;
    }
    event->class_name.bytes = length > 0 ? cell.ptr : NULL;
    event->class_name.size = (uint32_t)length;
}

static bool descriptor_at(struct hp_span *found, struct reader *r, uint32_t key,
                          uint32_t at)
{
    struct hp_span sk;

    if (at == r->last_sk && r->last_descriptor.len > 0) {
        *found = r->last_descriptor;
        return true;
    }
    if (!reader_record(&sk, r, READER_SECURITY, key, at, "sk", 20))
        return false;
    size_t size = hp_at_u32(sk, 16), there = sk.len - 20;
    if (size > there) {
        reader_wrong(r, READER_SK_SIZE, HP_E_DATA_SIZE, at, size);
        if (!r->forensic)
            return false;
        size = there;
    }
    *found = hp_span_of(sk.ptr + 20, size);
    r->last_sk = at;
    r->last_descriptor = *found;
    return true;
}

static void key_security(struct hp_key_event *event, struct reader *r,
                         uint32_t key, struct hp_span nk)
{
    uint32_t at = hp_at_u32(nk, 44);
    struct hp_span descriptor = {NULL, 0, NULL};

    event->security = NULL;
    event->security_size = 0;
    if (at == NIL)
        return;
    if (!descriptor_at(&descriptor, r, key, at))
        event->security_size = HP_UNKNOWN_SIZE;
    else
        event->security_size = (uint32_t)descriptor.len;
    if (descriptor.len > 0)
        event->security = descriptor.ptr;
}

/* Opens the nk at `at`, whose parent is that at `parent` (NIL: none), for the
 * record at `owner`. The event is filled, its damage waits. */
static bool open_key(struct key *key, struct hp_event *event, struct reader *r,
                     enum reader_rule rule, uint32_t owner, uint32_t at,
                     uint32_t parent)
{
    struct hp_span nk;

    if (!reader_record(&nk, r, rule, owner, at, "nk", 76))
        return false;
    *event = event_of(HP_EVENT_KEY_ENTER);
    key->at = at;
    if (!key_name(key, r, nk, parent == NIL))
        return false;
    event->u.key.name = string_of(key->name);
    event->u.key.flags = hp_at_u16(nk, 2);
    event->u.key.filetime = hp_at_u64(nk, 4);
    key_class(&event->u.key, r, at, nk);
    if (r->refused)
        return false;
    key_security(&event->u.key, r, at, nk);
    key->subkey_count = hp_at_u32(nk, 20);
    key->subkeys = hp_at_u32(nk, 28);
    key->value_count = hp_at_u32(nk, 36);
    key->values = hp_at_u32(nk, 40);
    if ((event->u.key.flags & 0x40) != 0) { /* a handle, no count */
        reader_wrong(r, READER_PREDEFINED, HP_E_MISMATCH, at,
                     event->u.key.flags);
        key->value_count = 0;
    }
    if (parent != NIL && hp_at_u32(nk, 16) != parent)
        reader_wrong(r, READER_PARENT, HP_E_MISMATCH, at, hp_at_u32(nk, 16));
    if (r->tape->reads < UINT64_MAX / 2)
        r->tape->reads += 8 * key->name.bytes.len;
    return true;
}

/* ---- values -------------------------------------------------------------- */

/* False: the data budget is spent. */
static bool say_data(struct reader *r, const uint8_t *bytes, size_t size)
{
    struct hp_event event = event_of(HP_EVENT_DATA);

    if (size == 0)
        return true;
    if (size > r->data_most - r->data) {
        reader_wrong(r, READER_DATA_WORK, HP_E_DATA_WORK, 0, r->data);
        r->spent = true;
        return false;
    }
    r->data += size;
    event.u.data.bytes = bytes;
    event.u.data.size = size;
    reader_say(r, &event);
    return true;
}

/* Segments of 16344 bytes each, the last one with the rest. */
static void say_segments(struct reader *r, uint32_t vk, uint32_t size,
                         struct hp_span list, uint32_t list_at, size_t count)
{
    uint32_t left = size;
    struct hp_span cell;

    for (size_t i = 0; i < count && left > 0; i++) {
        uint32_t at = hp_at_u32(list, 4 * i);
        size_t want = left < SEGMENT ? left : SEGMENT;
        if (!reader_cell(&cell, r, READER_SEGMENT, list_at, at, 1))
            return;
        bool last = want > cell.len;
        if (last) {
            /* Segments are all alike but for the last, which is as long as
             * the value says. */
            bool value = left < SEGMENT;
            if (!reader_wrong(r, READER_SEGMENT_SHORT, HP_E_DATA_SIZE,
                              value ? vk : list_at, value ? size : at))
                return;
            if (value)
                r->waiting[r->waiting_count - 1].u.damage.field =
                    "vk.data_size";
            want = cell.len;
        }
        if (!say_data(r, cell.ptr, want) || last)
            return;
        left -= (uint32_t)want;
    }
}

static void say_big_data(struct reader *r, uint32_t vk, uint32_t size,
                         uint32_t at)
{
    size_t needed = size / SEGMENT + (size % SEGMENT != 0);
    struct hp_span db, list;

    if (!reader_record(&db, r, READER_DATA, vk, at, "db", 8))
        return;
    size_t count = hp_at_u16(db, 2);
    uint32_t list_at = hp_at_u32(db, 4);
    if (count != needed &&
        !reader_wrong(r, count < needed ? READER_DB_COUNT : READER_DB_MORE,
                      HP_E_COUNT, at, count))
        return;
    if (!reader_cell(&list, r, READER_DB_LIST, at, list_at, 0))
        return;
    if (4 * count > list.len) {
        if (!reader_wrong(r, READER_DB_COUNT, HP_E_COUNT, at, count))
            return;
        count = list.len / 4;
    }
    reader_say_damage(r);
    say_segments(r, vk, size, list, list_at, count);
}

static void say_value_data(struct reader *r, uint32_t vk, struct hp_span record)
{
    uint32_t field = hp_at_u32(record, 4), at = hp_at_u32(record, 8);
    uint32_t size = field & 0x7fffffff;
    struct hp_span cell;

    if (field != size) { /* it is in the vk */
        if (size > 4 &&
            !reader_wrong(r, READER_INLINE, HP_E_DATA_SIZE, vk, field))
            return;
        reader_say_damage(r);
        say_data(r, record.ptr + 8, size < 4 ? size : 4);
        return;
    }
    if (size == 0) {
        if (at != NIL)
            reader_wrong(r, READER_EMPTY_OFFSET, HP_E_MISMATCH, vk, at);
        return;
    }
    if (size > SEGMENT && r->minor >= 4) {
        say_big_data(r, vk, size, at);
        return;
    }
    if (!reader_cell(&cell, r, READER_DATA, vk, at, 0))
        return;
    if (size > cell.len &&
        !reader_wrong(r, READER_DATA_PAST, HP_E_DATA_SIZE, vk, size))
        return;
    reader_say_damage(r);
    say_data(r, cell.ptr, size < cell.len ? size : cell.len);
}

static void say_value(struct reader *r, uint32_t list, uint32_t at)
{
    struct hp_event event = event_of(HP_EVENT_VALUE);
    struct reader_name name;
    struct hp_span vk;

    if (!reader_record(&vk, r, READER_VALUE, list, at, "vk", 20))
        return;
    size_t length = hp_at_u16(vk, 2), there = vk.len - 20;
    event.u.value.type = hp_at_u32(vk, 12);
    event.u.value.flags = hp_at_u16(vk, 16);
    event.u.value.data_size = hp_at_u32(vk, 4) & 0x7fffffff;
    name.latin1 = (event.u.value.flags & 1) != 0;
    if (length > there) {
        if (!reader_wrong(r, READER_VALUE_NAME_PAST, HP_E_NAME_LENGTH, at,
                          length))
            return;
        length = there;
    }
    if (!name.latin1 && length % 2 == 1) {
        if (!reader_wrong(r, READER_VALUE_NAME_ODD, HP_E_NAME_LENGTH, at,
                          length))
            return;
        length--;
    }
    name.bytes = hp_span_of(vk.ptr + 20, length);
    event.u.value.name = string_of(name);
    reader_say(r, &event);
    say_value_data(r, at, vk);
}

static void say_values(struct reader *r, const struct key *key)
{
    size_t count = key->value_count;
    struct hp_span list;

    if (count == 0 ||
        !reader_cell(&list, r, READER_VALUES, key->at, key->values, 0))
        return;
    if (count > list.len / 4) {
        if (!reader_wrong(r, READER_VALUE_COUNT, HP_E_COUNT, key->at, count))
            return;
        count = list.len / 4;
    }
    for (size_t i = 0; i < count && !r->refused && !r->spent; i++) {
        reader_say_damage(r);
        say_value(r, key->values, hp_at_u32(list, 4 * i));
    }
}

/* ---- subkeys ------------------------------------------------------------- */

struct list {
    struct hp_span elements;
    uint32_t at;
    char kind; /* the second letter: f, h, i; r for an ri */
    size_t next, count;
};

struct level { /* a key that was entered */
    struct key key;
    struct list lists[LISTS_DEEP + 1];
    int depth;      /* lists that are open */
    bool whole;     /* all lists could be read */
    uint64_t found; /* elements of leaves */
    bool has_previous;
    struct reader_name previous;
};

static size_t element_size(const struct list *list)
{
    return list->kind == 'f' || list->kind == 'h' ? 8 : 4;
}

static bool open_list(struct list *list, struct reader *r,
                      enum reader_rule rule, uint32_t owner, uint32_t at)
{
    struct hp_span cell;

    if (!reader_cell(&cell, r, rule, owner, at, 4))
        return false;
    bool leaf = cell.ptr[0] == 'l' && memchr("fhi", cell.ptr[1], 3) != NULL;
    bool root = memcmp(cell.ptr, "ri", 2) == 0;
    if (!leaf && !root) {
        reader_wrong(r, rule, HP_E_SIGNATURE, owner, at);
        return false;
    }
    *list = (struct list){.at = at, .kind = root ? 'r' : (char)cell.ptr[1]};
    list->count = hp_at_u16(cell, 2);
    size_t there = (cell.len - 4) / element_size(list);
    if (list->count > there) {
        if (!reader_wrong(r, READER_LIST_COUNT, HP_E_COUNT, at, list->count))
            return false;
        list->count = there;
    }
    list->elements = hp_span_of(cell.ptr + 4, cell.len - 4);
    if (r->tape->reads < UINT64_MAX / 2)
        r->tape->reads += 8 * list->count;
    return true;
}

/* The list below an ri. */
static void descend(struct level *level, struct reader *r, uint32_t owner,
                    uint32_t at)
{
    int most = r->forensic ? LISTS_DEEP : 1;
    struct list *list = &level->lists[level->depth];

    if (!open_list(list, r, READER_RI_ELEMENT, owner, at)) {
        level->whole = false;
    } else if (list->kind == 'r' && level->depth >= most) {
        level->whole = false;
        reader_wrong(r, READER_RI_DEPTH, HP_E_DEPTH, owner, at);
    } else {
        level->depth++;
    }
}

static int compare(struct reader_name a, struct reader_name b)
{
    size_t i = 0, a_count = reader_name_count(a),
           b_count = reader_name_count(b);

    while (i < a_count && i < b_count &&
           (reader_name_unit(a, i) == reader_name_unit(b, i) ||
            hp_upcase(reader_name_unit(a, i)) ==
                hp_upcase(reader_name_unit(b, i))))
        i++;
    if (i == a_count || i == b_count)
        return (i < a_count) - (i < b_count);
    return (int)hp_upcase(reader_name_unit(a, i)) -
           (int)hp_upcase(reader_name_unit(b, i));
}

static bool hint_is_right(struct reader_name name, const struct list *list,
                          uint32_t hint)
{
    size_t count = reader_name_count(name);
    uint64_t hash = 0;

    if (list->kind == 'i')
        return true;
    if (list->kind == 'h') {
        for (size_t i = 0; i < count; i++)
            hash = (37 * hash + hp_upcase(reader_name_unit(name, i))) %
                   UINT64_C(0x100000000);
        return hash == hint;
    }
    /* Of a character that has no byte the hint's first one is 0. */
    for (size_t i = 0; i < 4 && i < count; i++)
        if (reader_name_unit(name, i) > 0xff && hint % 256 == 0)
            return true;
    for (size_t i = 0; i < 4; i++) {
        uint16_t unit = i < count ? reader_name_unit(name, i) : 0;
        if (unit > 0x7f)
            return true; /* what stands there then nobody says */
        if (unit != (hint >> 8 * i) % 256)
            return false;
    }
    return true;
}

static void check_order(struct level *level, struct reader *r,
                        const struct list *list, const struct key *key)
{
    if (level->has_previous) {
        int order = compare(level->previous, key->name);
        if (order == 0)
            reader_wrong(r, READER_DUPLICATE, HP_E_DUPLICATE, list->at,
                         key->at);
        else if (order > 0)
            reader_wrong(r, READER_ORDER, HP_E_ORDER, list->at, key->at);
    }
    level->has_previous = true;
    level->previous = key->name;
}

/* All elements were seen; the key says how many there are. */
static void check_total(const struct level *level, struct reader *r)
{
    if (!level->whole || level->found == level->key.subkey_count)
        return;
    reader_wrong(
        r, level->found < level->key.subkey_count ? READER_FEWER : READER_MORE,
        HP_E_COUNT, level->key.at, level->key.subkey_count);
}

/* ---- the walk ------------------------------------------------------------ */

struct walk {
    struct reader r;
    struct level levels[KEYS_DEEP];
    size_t depth;
};

/* Enters the key of `key` and `event`: its values, and where its subkeys
 * are. */
static void enter(struct walk *w, const struct key *key,
                  const struct hp_event *event)
{
    struct level *level = &w->levels[w->depth++];
    struct reader *r = &w->r;

    level->key = *key;
    level->depth = 0;
    level->found = 0;
    level->has_previous = false;
    level->whole = true;
    reader_say(r, event);
    say_values(r, key);
    if (r->refused || r->spent || key->subkey_count == 0)
        return;
    if (w->depth == KEYS_DEEP)
        reader_wrong(r, READER_DEPTH, HP_E_DEPTH, key->at, key->subkeys);
    else if (open_list(&level->lists[0], r, READER_SUBKEYS, key->at,
                       key->subkeys))
        level->depth = 1;
}

static bool is_above(const struct walk *w, uint32_t at)
{
    for (size_t i = 0; i < w->depth; i++)
        if (w->levels[i].key.at == at)
            return true;
    return false;
}

/* The element of a leaf: a subkey. */
static void take_subkey(struct walk *w, const struct list *list, uint32_t at,
                        uint32_t hint)
{
    struct level *level = &w->levels[w->depth - 1];
    struct reader *r = &w->r;
    struct hp_event event;
    struct key key;

    level->found++;
    if (is_above(w, at)) {
        reader_wrong(r, READER_CYCLE, HP_E_CYCLE, list->at, at);
        return;
    }
    if (!open_key(&key, &event, r, READER_ELEMENT, list->at, at, level->key.at))
        return;
    if (!hint_is_right(key.name, list, hint))
        reader_wrong(r, READER_HINT, HP_E_HINT, list->at, hint);
    check_order(level, r, list, &key);
    enter(w, &key, &event);
}

/* One element of the innermost key's lists, or the end of a list or key. */
static void step(struct walk *w)
{
    struct level *level = &w->levels[w->depth - 1];
    struct hp_event leave = event_of(HP_EVENT_KEY_LEAVE);

    reader_say_damage(&w->r);
    if (level->depth == 0) {
        reader_say(&w->r, &leave);
        w->depth--;
        return;
    }
    struct list *list = &level->lists[level->depth - 1];
    if (list->next == list->count) {
        if (--level->depth == 0)
            check_total(level, &w->r);
        return;
    }
    size_t at = element_size(list) * list->next++;
    uint32_t target = hp_at_u32(list->elements, at);
    if (list->kind == 'r')
        descend(level, &w->r, list->at, target);
    else
        take_subkey(w, list, target,
                    element_size(list) == 8 ? hp_at_u32(list->elements, at + 4)
                                            : 0);
}

static void walk(struct walk *w)
{
    struct hp_event event = event_of(HP_EVENT_HIVE);
    struct reader *r = &w->r;
    struct key key;
    uint32_t root;

    if (!reader_base(r, &root))
        return;
    event.u.hive.minor_version = hp_at_u32(r->image, 24);
    event.u.hive.sequence1 = hp_at_u32(r->image, 4);
    event.u.hive.sequence2 = hp_at_u32(r->image, 8);
    event.u.hive.dirty = event.u.hive.sequence1 != event.u.hive.sequence2;
    reader_say(r, &event);
    r->starts = calloc(r->bins.len / 8 + 1, 1);
    r->tape->blank |= r->starts == NULL;
    if (r->tape->blank)
        return;
    reader_bins(r);
    if (!r->refused && open_key(&key, &event, r, READER_ROOT, 0, root, NIL))
        enter(w, &key, &event);
    while (w->depth > 0 && !r->refused && !r->spent)
        step(w);
    reader_say_damage(r);
}

void reader_model(struct reader_tape *tape, struct hp_span image, bool forensic,
                  uint64_t most)
{
    struct walk w;

    *tape = (struct reader_tape){.result = HP_WALK_REFUSED, .image = image};
    w.r = (struct reader){
        .tape = tape, .image = image, .forensic = forensic, .most = most};
    w.r.last_sk = NIL;
    w.depth = 0;
    walk(&w);
    free(w.r.starts);
    if (!w.r.refused)
        tape->result = w.r.partial ? HP_WALK_PARTIAL : HP_WALK_DONE;
}
