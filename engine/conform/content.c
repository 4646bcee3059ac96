/* SPDX-License-Identifier: Apache-2.0 */
#include "content.h"

#include <stdlib.h>
#include <string.h>

#include "assemble.h"
#include "recipe.h"

/* A value whose data is cut. */
struct cut {
    const struct hp_plan_value *value;
    uint64_t size;
};

/* What goes, sorted by address. */
struct building {
    struct hp_arena *arena;
    struct hp_plan *plan;
    const char *file;
    struct hp_conform_error *err;
    struct hp_sink sink;
    const void **dropped; /* keys and values */
    size_t dropped_count;
    struct cut *cuts;
    size_t cut_count;
    bool partial;
    bool recovered; /* the sequence numbers are not known */
};

/* ---- what is dropped and cut ----------------------------------------- */

static bool find_key(const struct hp_plan_key **key, const struct building *b,
                     const struct hp_vector_place *place)
{
    *key = hp_recipe_find_key(b->plan, place->key);
    return *key != NULL ||
           hp_conform_fail(b->err, b->file, "no key of the recipe is called %s",
                           place->key);
}

static bool find_value(const struct hp_plan_value **value,
                       const struct building *b,
                       const struct hp_vector_place *place)
{
    const struct hp_plan_key *key;

    if (!find_key(&key, b, place))
        return false;
    *value = hp_recipe_find_value(b->plan, key, place->value);
    return *value != NULL ||
           hp_conform_fail(b->err, b->file, "no value of %s is called \"%s\"",
                           place->key, place->value);
}

static int compare_addresses(const void *a, const void *b)
{
    const void *const *x = a, *const *y = b;

    return ((uintptr_t)*x > (uintptr_t)*y) - ((uintptr_t)*x < (uintptr_t)*y);
}

static bool find_dropped(struct building *b,
                         const struct hp_vector_content *content)
{
    b->dropped = hp_arena_array(b->arena,
                                content->drop_count + content->drop_value_count,
                                sizeof *b->dropped);
    if (b->dropped == NULL)
        return hp_conform_fail(b->err, b->file, "out of memory");
    for (size_t i = 0; i < content->drop_count; i++) {
        const struct hp_plan_key *key;
        if (!find_key(&key, b, &content->drop[i]))
            return false;
        b->dropped[b->dropped_count++] = key;
    }
    for (size_t i = 0; i < content->drop_value_count; i++) {
        const struct hp_plan_value *value;
        if (!find_value(&value, b, &content->drop_values[i]))
            return false;
        b->dropped[b->dropped_count++] = value;
    }
    qsort(b->dropped, b->dropped_count, sizeof *b->dropped, compare_addresses);
    return true;
}

static int compare_cuts(const void *a, const void *b)
{
    const struct cut *x = a, *y = b;

    return compare_addresses(&x->value, &y->value);
}

static bool find_cuts(struct building *b,
                      const struct hp_vector_content *content)
{
    b->cuts = hp_arena_array(b->arena, content->cut_count, sizeof *b->cuts);
    if (b->cuts == NULL)
        return hp_conform_fail(b->err, b->file, "out of memory");
    for (size_t i = 0; i < content->cut_count; i++) {
        struct cut *cut = &b->cuts[b->cut_count++];
        cut->size = content->cut[i].size;
        if (!find_value(&cut->value, b, &content->cut[i]))
            return false;
    }
    qsort(b->cuts, b->cut_count, sizeof *b->cuts, compare_cuts);
    return true;
}

static bool is_dropped(const struct building *b, const void *thing)
{
    return b->dropped_count > 0 &&
           bsearch(&thing, b->dropped, b->dropped_count, sizeof *b->dropped,
                   compare_addresses) != NULL;
}

static const struct cut *cut_of(const struct building *b,
                                const struct hp_plan_value *value)
{
    struct cut wanted = {.value = value};

    if (b->cut_count == 0)
        return NULL;
    return bsearch(&wanted, b->cuts, b->cut_count, sizeof *b->cuts,
                   compare_cuts);
}

/* ---- numbers that are as they stand ---------------------------------- */

/* The last lie about the field, which is what stands there; NULL: none. */
static const struct hp_plan_lie *lie_about(const struct hp_plan_record *record,
                                           const char *field)
{
    const struct hp_plan_lie *last = NULL;

    for (const struct hp_plan_lie *l = record->lies; l != NULL; l = l->next) {
        if (strcmp(l->field->name, field) == 0)
            last = l;
    }
    return last;
}

/* The number that the field holds; `sound` when nobody lies about it. */
static uint64_t number_of(const struct hp_plan_record *record,
                          const char *field, uint64_t sound)
{
    const struct hp_plan_lie *lie = lie_about(record, field);
    uint64_t mask;

    if (lie == NULL)
        return sound;
    if (lie->value.record != NULL || lie->field->width == 0 ||
        lie->field->width > HP_FIELD_NUMBER_MOST)
        return HP_UNKNOWN_U64;
    mask = lie->field->width == 8
               ? UINT64_MAX
               : (UINT64_C(1) << (8 * lie->field->width)) - 1;
    return lie->value.number & mask;
}

/* True if a lie changes what a reader makes of the record's bytes. */
static bool is_doubtful(const struct hp_plan_record *record)
{
    static const char *const fields[] = {"size", "signature", "bytes",
                                         "descriptor_size", "descriptor"};

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (lie_about(record, fields[i]) != NULL)
            return true;
    }
    return false;
}

/* ---- events ---------------------------------------------------------- */

static void send(struct building *b, const struct hp_event *event)
{
    (void)b->sink.event(b->sink.self, event);
}

static void send_hive(struct building *b)
{
    struct hp_event event = {.size = sizeof event, .kind = HP_EVENT_HIVE};
    const struct hp_plan_record *base = &b->plan->base;
    struct hp_hive_event *hive = &event.u.hive;
    bool covered = false;

    for (const struct hp_plan_raw *r = b->plan->raws; r != NULL; r = r->next)
        covered = covered || r->position < 512;
    *hive = (struct hp_hive_event){HP_UNKNOWN_U64, HP_UNKNOWN_U64,
                                   HP_UNKNOWN_U64, HP_UNKNOWN_U64};
    if (b->plan->is_hive && !covered)
        hive->minor_version = number_of(base, "minor", b->plan->minor);
    if (b->plan->is_hive && !covered && !b->recovered) {
        hive->sequence1 = number_of(base, "sequence1", 1);
        hive->sequence2 = number_of(base, "sequence2", 1);
        hive->dirty = hive->sequence1 != hive->sequence2;
    }
    send(b, &event);
}

static bool send_text(struct hp_string *string, struct hp_arena *arena,
                      struct hp_text text)
{
    uint8_t *bytes = hp_arena_array(arena, text.count, 2);

    if (bytes == NULL)
        return false;
    hp_utf16le_encode(bytes, text);
    *string = (struct hp_string){bytes, (uint32_t)(2 * text.count), HP_UTF16LE};
    return true;
}

static void say_class(struct hp_string *class_name,
                      const struct hp_plan_key *key)
{
    *class_name = (struct hp_string){NULL, 0, HP_UTF16LE};
    if (lie_about(&key->record, "class") != NULL ||
        lie_about(&key->record, "class_length") != NULL ||
        is_doubtful(&key->class_record))
        class_name->size = HP_UNKNOWN_SIZE;
    else if (key->class_bytes.len > 0)
        *class_name = (struct hp_string){
            key->class_bytes.ptr, (uint32_t)key->class_bytes.len, HP_UTF16LE};
}

/* Raw bytes over the content of a cell are part of what stands there. Returns
 * `bytes`, which lie at `at` behind the start of the record, with those. NULL:
 * no memory. */
static const uint8_t *with_raws(const struct building *b,
                                const struct hp_plan_record *record, size_t at,
                                struct hp_span bytes)
{
    uint64_t start = hp_record_position(record) + at;
    uint64_t end = start + bytes.len;
    uint8_t *changed = NULL;

    for (const struct hp_plan_raw *r = b->plan->raws; r != NULL; r = r->next) {
        uint64_t from = r->position > start ? r->position : start;
        uint64_t raw_end = r->position + r->bytes.len;
        uint64_t to = raw_end < end ? raw_end : end;
        if (from >= to)
            continue;
        if (changed == NULL)
            changed = hp_arena_copy(b->arena, bytes.ptr, bytes.len);
        if (changed == NULL)
            return NULL;
        memcpy(changed + (from - start), r->bytes.ptr + (from - r->position),
               (size_t)(to - from));
    }
    return changed == NULL ? bytes.ptr : changed;
}

/* False: no memory. */
static bool say_security(struct hp_key_event *event, const struct building *b,
                         const struct hp_plan_key *key)
{
    const struct hp_plan_security *security = key->security;

    event->security = NULL;
    event->security_size = 0;
    if (lie_about(&key->record, "security") != NULL ||
        (security != NULL && is_doubtful(&security->record))) {
        event->security_size = HP_UNKNOWN_SIZE;
    } else if (security != NULL) {
        size_t at = (size_t)hp_field_find(HP_RECORD_SK, "descriptor", 10)->at;
        event->security =
            with_raws(b, &security->record, at, security->descriptor);
        event->security_size = (uint32_t)security->descriptor.len;
        return event->security != NULL;
    }
    return true;
}

static bool enter_key(struct building *b, const struct hp_plan_key *key)
{
    struct hp_event event = {.size = sizeof event, .kind = HP_EVENT_KEY_ENTER};

    if (!send_text(&event.u.key.name, b->arena, key->name))
        return false;
    event.u.key.filetime =
        number_of(&key->record, "filetime", b->plan->filetime);
    event.u.key.flags =
        number_of(&key->record, "flags", hp_plan_key_flags(key));
    say_class(&event.u.key.class_name, key);
    if (!say_security(&event.u.key, b, key))
        return false;
    send(b, &event);
    return true;
}

static bool send_value(struct building *b, const struct hp_plan_value *value)
{
    struct hp_event event = {.size = sizeof event, .kind = HP_EVENT_VALUE};
    const struct cut *cut = cut_of(b, value);
    uint64_t size = value->bytes.len;
    /* What is left of data is known, not what the field for its size says. */
    bool sure = cut == NULL && !b->partial &&
                lie_about(&value->record, "data_size") == NULL;

    if (!send_text(&event.u.value.name, b->arena, value->name))
        return false;
    event.u.value.type = number_of(&value->record, "type", value->type);
    event.u.value.flags =
        number_of(&value->record, "flags", hp_plan_value_flags(value));
    event.u.value.data_size = sure ? size : HP_UNKNOWN_U64;
    send(b, &event);
    if (cut != NULL && cut->size < size)
        size = cut->size;
    if (size == 0)
        return true;
    event = (struct hp_event){.size = sizeof event, .kind = HP_EVENT_DATA};
    event.u.data = (struct hp_data_event){value->bytes.ptr, size};
    send(b, &event);
    return true;
}

static bool send_values(struct building *b, const struct hp_plan_key *key)
{
    for (const struct hp_plan_value *v = key->first_value; v != NULL;
         v = v->next) {
        if (v->target == NULL && !is_dropped(b, v) && !send_value(b, v))
            return false;
    }
    return true;
}

/* `key` or the first of those behind it that has content. */
static const struct hp_plan_key *first_said(const struct building *b,
                                            const struct hp_plan_key *key)
{
    while (key != NULL && (key->target != NULL || is_dropped(b, key)))
        key = key->next;
    return key;
}

static void leave_key(struct building *b)
{
    struct hp_event event = {.size = sizeof event, .kind = HP_EVENT_KEY_LEAVE};

    send(b, &event);
}

static bool send_keys(struct building *b)
{
    const struct hp_plan_key *key = first_said(b, b->plan->root);

    while (key != NULL) {
        if (!enter_key(b, key) || !send_values(b, key))
            return false;
        const struct hp_plan_key *next = first_said(b, key->first);
        while (next == NULL && key != NULL) {
            leave_key(b);
            next = first_said(b, key->next);
            key = key->parent;
        }
        key = next;
    }
    return true;
}

bool hp_content_send(const struct hp_sink *sink, struct hp_arena *arena,
                     struct hp_plan *plan,
                     const struct hp_vector_content *content, const char *file,
                     struct hp_conform_error *err)
{
    struct building b = {.arena = arena,
                         .plan = plan,
                         .file = file,
                         .err = err,
                         .sink = *sink,
                         .partial = content->partial == HP_PARTIAL_YES,
                         .recovered = content->recovered};

    if (!find_dropped(&b, content) || !find_cuts(&b, content))
        return false;
    send_hive(&b);
    return send_keys(&b) || hp_conform_fail(err, file, "out of memory");
}

bool hp_content_build(struct hp_tree *tree, struct hp_arena *arena,
                      struct hp_plan *plan,
                      const struct hp_vector_content *content, const char *file,
                      struct hp_conform_error *err)
{
    struct hp_sink sink;

    hp_tree_begin(tree, arena, &sink);
    return hp_content_send(&sink, arena, plan, content, file, err) &&
           (tree->status == HP_OK ||
            hp_conform_fail(err, file, "out of memory"));
}
