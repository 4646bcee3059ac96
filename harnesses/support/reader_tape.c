/* SPDX-License-Identifier: Apache-2.0 */
#include "reader_tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "status.h"

/* Damage between two other events of which it can be told what differs. */
#define HEARD_MOST 1024

/* Names of fields are no words for an input: libFuzzer takes those that the
 * functions of libc compare. */
static bool starts_with(const char *text, const char *start)
{
    for (; *start != '\0'; text++, start++)
        if (*text != *start)
            return false;
    return true;
}

static bool is_field(const char *a, const char *b)
{
    return starts_with(a, b) && a[strlen(b)] == '\0';
}

/* Several records can be to blame for a reference that leads nowhere, for
 * cells that do not tile a bin, for counts that differ. */
static bool is_vague(const struct hp_damage_event *damage)
{
    switch (damage->status) {
    case HP_E_BIN_SIZE:
    case HP_E_CELL_OFFSET:
    case HP_E_CELL_START:
    case HP_E_CELL_FREE:
    case HP_E_CELL_SIZE:
    case HP_E_CELL_SHORT:
    case HP_E_COUNT:
        return true;
    case HP_E_SIGNATURE:
        return !starts_with(damage->field, "base_block.") &&
               !is_field(damage->field, "hbin.signature");
    default:
        return false;
    }
}

void reader_tape_add(struct reader_tape *tape, const struct hp_event *event)
{
    if (tape->count == tape->room && !tape->blank) {
        size_t room = tape->room > 0 ? 2 * tape->room : 256;
        struct hp_event *events =
            realloc(tape->events, room * sizeof *tape->events);
        tape->blank = events == NULL;
        if (tape->blank)
            return;
        tape->events = events;
        tape->room = room;
    }
    /* Whose fault it is may take any number of reads to find out. */
    if (event->kind == HP_EVENT_DAMAGE && is_vague(&event->u.damage))
        tape->reads = UINT64_MAX;
    if (!tape->blank)
        tape->events[tape->count++] = *event;
}

static uint64_t hash_of(const struct hp_damage_event *damage)
{
    uint64_t hash = fuzz_hash(0, &damage->action, sizeof damage->action);

    if (is_vague(damage))
        return hash;
    hash = fuzz_hash(hash, &damage->status, sizeof damage->status);
    hash = fuzz_hash(hash, &damage->offset, sizeof damage->offset);
    hash = fuzz_hash(hash, &damage->found, sizeof damage->found);
    return fuzz_hash(hash, damage->field, strlen(damage->field));
}

static bool is_limit(const struct hp_damage_event *damage)
{
    return damage->status == HP_E_WORK || damage->status == HP_E_DATA_WORK;
}

#if defined(__clang__)
__attribute__((no_sanitize("integer")))
#endif
static void
add_damage(uint64_t *sum, const struct hp_damage_event *damage)
{
    *sum += hash_of(damage); /* meant to wrap */
}

/* The damage that comes next on the tape. */
static uint64_t damage_due(struct reader_tape *tape)
{
    uint64_t sum = 0;

    while (tape->at < tape->count &&
           tape->events[tape->at].kind == HP_EVENT_DAMAGE)
        add_damage(&sum, &tape->events[tape->at++].u.damage);
    return sum;
}

static const char *kind_of(const struct hp_event *event)
{
    static const char *const names[] = {
        [HP_EVENT_HIVE] = "hive",           [HP_EVENT_KEY_ENTER] = "key",
        [HP_EVENT_VALUE] = "value",         [HP_EVENT_DATA] = "data",
        [HP_EVENT_KEY_LEAVE] = "key's end", [HP_EVENT_DAMAGE] = "damage"};

    return event->kind < sizeof names / sizeof *names &&
                   names[event->kind] != NULL
               ? names[event->kind]
               : "note";
}

static size_t apart(size_t a, size_t b)
{
    return a < b ? b - a : a - b;
}

/* The field by its record's own signature: hints of an lf are checked otherwise
 * than those of an lh. */
static const char *own_field(const struct reader_tape *tape,
                             const struct hp_damage_event *damage)
{
    enum { SIGNATURE = 4096 + 4, SIZE = 2 }; /* behind a hive offset */
    size_t size = tape->image.len;

    if (!is_field(damage->field, "list.hint") || damage->offset >= size ||
        size - damage->offset < SIGNATURE + SIZE)
        return damage->field;
    const uint8_t *signature = tape->image.ptr + damage->offset + SIGNATURE;
    return memcmp(signature, "lf", 2) == 0   ? "lf.hint"
           : memcmp(signature, "lh", 2) == 0 ? "lh.hint"
                                             : damage->field;
}

/* Damage that is due and was not told: by what is wrong, and with which record,
 * where it surely is that, or only one can be to blame for it. */
HP_COLD static void tell_due(const struct reader_tape *tape,
                             const struct hp_damage_event *damage, bool sure)
{
    const char *slug = hp_status_slug((enum hp_status)damage->status);
    char text[80];

    (void)snprintf(text, sizeof text, "%s %s", own_field(tape, damage), slug);
    fuzz_field(sure || !is_vague(damage) ? text : slug, NULL);
}

/* Whether `a` is rather to blame than `b` for what differs at `at`: damage that
 * cost something, and what lies nearer. */
static bool is_likelier(const struct reader_tape *tape, size_t a, size_t b,
                        size_t at)
{
    bool a_noted = tape->events[a].u.damage.action == HP_DAMAGE_NOTED;
    bool b_noted = tape->events[b].u.damage.action == HP_DAMAGE_NOTED;

    return a_noted != b_noted ? b_noted : apart(a, at) <= apart(b, at);
}

/* What it is about, when another kind of event is said than is due at `at`: the
 * record that is damaged nearby, which was taken otherwise, whatever came of
 * it. Of a hive without damage, what is due and what is there. */
HP_COLD static void tell_nearest(const struct reader_tape *tape, size_t at,
                                 const char *due, const char *found)
{
    size_t likeliest = tape->count;

    for (size_t i = 0; i < tape->count; i++)
        if (tape->events[i].kind == HP_EVENT_DAMAGE &&
            (likeliest == tape->count || is_likelier(tape, i, likeliest, at)))
            likeliest = i;
    if (likeliest < tape->count)
        tell_due(tape, &tape->events[likeliest].u.damage, false);
    else
        fuzz_field(due, found);
}

/* Damage, with the hashes by which it is compared. */
struct damage_list {
    const struct hp_damage_event *events[HEARD_MOST];
    uint64_t hashes[HEARD_MOST];
    size_t count;
};

/* The last place is a limit's, which comes last. */
static void list_add(struct damage_list *list,
                     const struct hp_damage_event *damage)
{
    if (list->count == HEARD_MOST && is_limit(damage))
        list->count--;
    if (list->count == HEARD_MOST)
        return;
    list->events[list->count] = damage;
    list->hashes[list->count++] = hash_of(damage);
}

static size_t times(const struct damage_list *list, uint64_t hash)
{
    size_t found = 0;

    for (size_t i = 0; i < list->count; i++)
        found += list->hashes[i] == hash;
    return found;
}

/* There is no cell in use: the model does not ask which of both it is. */
static bool is_no_cell(const struct hp_damage_event *damage)
{
    return damage->status == HP_E_CELL_START ||
           damage->status == HP_E_CELL_FREE;
}

/* The same, of which another record may be to blame. */
static bool is_like(const struct hp_damage_event *a,
                    const struct hp_damage_event *b)
{
    return a->action == b->action && a->found == b->found &&
           (a->status == b->status || (is_no_cell(a) && is_no_cell(b)));
}

/* Counts that differ, of which either may be told. */
static bool is_other_count(const struct hp_damage_event *a,
                           const struct hp_damage_event *b)
{
    return a->action == b->action && a->status == HP_E_COUNT &&
           b->status == HP_E_COUNT && !is_field(a->field, b->field);
}

static bool has(const struct damage_list *list,
                const struct hp_damage_event *damage,
                bool (*is_same)(const struct hp_damage_event *a,
                                const struct hp_damage_event *b))
{
    for (size_t i = 0; i < list->count; i++)
        if (is_same(list->events[i], damage))
            return true;
    return false;
}

static bool has_like(const struct damage_list *list,
                     const struct hp_damage_event *damage)
{
    return has(list, damage, is_like);
}

/* What a list has that another has less often, or NULL. What is vague is
 * compared by little, and several are told as one: rather something else, then
 * what the other has nothing like. */
static const struct hp_damage_event *only_in(const struct damage_list *list,
                                             const struct damage_list *other)
{
    const struct hp_damage_event *first = NULL, *unlike = NULL;

    for (size_t i = 0; i < list->count; i++) {
        const struct hp_damage_event *one = list->events[i];
        if (times(list, list->hashes[i]) <= times(other, list->hashes[i]))
            continue;
        if (!is_vague(one))
            return one;
        if (first == NULL)
            first = one;
        if (unlike == NULL && !has_like(other, one) &&
            !has(other, one, is_other_count))
            unlike = one;
    }
    return unlike != NULL ? unlike : first;
}

/* True if it is the count `missing` that was not heard and not another. Counts
 * are checked where they stand, what leads to cells at one place for all. */
static bool is_surely(const struct hp_damage_event *missing,
                      const struct damage_list *wanted,
                      const struct damage_list *heard)
{
    if (missing->status != HP_E_COUNT || has_like(heard, missing))
        return false;
    for (size_t i = 0; i < heard->count; i++)
        if (heard->hashes[i] == hash_of(missing) &&
            !has_like(wanted, heard->events[i]))
            return false;
    return true;
}

/* Of the same reference something else was heard. */
static bool is_contradicted(const struct hp_damage_event *damage,
                            const struct damage_list *heard)
{
    for (size_t i = 0; i < heard->count; i++)
        if (heard->events[i]->found == damage->found &&
            is_field(heard->events[i]->field, damage->field))
            return true;
    return false;
}

/* The first that is due of which only another was heard, or NULL: all that
 * stands there may have been taken otherwise. */
static const struct hp_damage_event *
taken_otherwise(const struct damage_list *wanted,
                const struct damage_list *heard)
{
    const struct hp_damage_event *found = NULL;

    for (size_t i = 0; i < wanted->count; i++) {
        const struct hp_damage_event *due = wanted->events[i];
        if (!is_vague(due) || has_like(heard, due))
            continue;
        if (is_contradicted(due, heard))
            return due;
        if (found == NULL)
            found = due;
    }
    return found;
}

/* The damage that is due from `from` to what comes next, and what was heard. */
static void list_damage(struct damage_list *wanted, struct damage_list *heard,
                        const struct reader_tape *tape, size_t from)
{
    wanted->count = heard->count = 0;
    for (size_t at = from; at < tape->at; at++)
        list_add(wanted, &tape->events[at].u.damage);
    for (size_t i = 0; i < tape->heard_count; i++)
        list_add(heard, &tape->heard[i]);
}

/* A value or a list of them may also be no cell. */
static bool may_be_of_values(const struct hp_damage_event *damage)
{
    return is_field(damage->field, "cell.size") ||
           starts_with(damage->field, "nk.value") ||
           starts_with(damage->field, "values.") ||
           starts_with(damage->field, "vk.") ||
           starts_with(damage->field, "db");
}

/* Why no value is due behind `from`, or NULL: the key is a predefined handle,
 * which is noted and costs nothing, but what stands for values is none. */
static const struct hp_damage_event *
why_no_values(const struct reader_tape *tape, size_t from)
{
    for (size_t at = from; at < tape->at; at++)
        if (is_field(tape->events[at].u.damage.field, "nk.flags"))
            return &tape->events[at].u.damage;
    return NULL;
}

/* Vague damage that is none comes of many things: it is told by what stands
 * there, `due`. But a db that is none was taken for one because of the size. */
static void tell_extra(const struct hp_damage_event *extra, const char *due)
{
    if (starts_with(extra->field, "db") && is_field(due, "data"))
        fuzz_field("vk.data_size data-size", NULL);
    else
        fuzz_field(due, "damage");
}

/* A check is told by what it finds, be it missing or finding what is none. */
HP_COLD static void tell_damage(const struct reader_tape *tape, size_t from,
                                const char *due)
{
    struct damage_list wanted, heard;

    list_damage(&wanted, &heard, tape, from);
    const struct hp_damage_event *missing = only_in(&wanted, &heard);
    const struct hp_damage_event *extra = only_in(&heard, &wanted);
    const struct hp_damage_event *cause = taken_otherwise(&wanted, &heard);
    const struct hp_damage_event *handle = why_no_values(tape, from);
    if (handle != NULL && extra != NULL && may_be_of_values(extra))
        tell_due(tape, handle, false);
    else if (missing != NULL && (extra == NULL || !is_vague(missing)))
        tell_due(tape, missing, is_surely(missing, &wanted, &heard));
    else if (extra != NULL && !is_vague(extra) &&
             extra->action == HP_DAMAGE_NOTED &&
             (cause == NULL || !is_contradicted(cause, &heard)))
        tell_due(tape, extra, false);
    else if (cause != NULL)
        tell_due(tape, cause, false);
    else if (extra != NULL)
        tell_extra(extra, due);
}

static bool is_known(const struct hp_key_event *key)
{
    return key->class_name.size != HP_UNKNOWN_SIZE &&
           key->security_size != HP_UNKNOWN_SIZE;
}

static bool is_of_class_or_security(const struct hp_damage_event *damage)
{
    return starts_with(damage->field, "nk.class") ||
           starts_with(damage->field, "nk.security") ||
           starts_with(damage->field, "sk.");
}

/* Why not all of the key that is due can be read, if so: it stands behind it.
 */
static const struct hp_damage_event *why_unknown(const struct reader_tape *tape)
{
    const struct hp_event *due = &tape->events[tape->at];

    if (due->kind != HP_EVENT_KEY_ENTER || is_known(&due->u.key))
        return NULL;
    for (size_t i = tape->at + 1;
         i < tape->count && tape->events[i].kind == HP_EVENT_DAMAGE; i++)
        if (is_of_class_or_security(&tape->events[i].u.damage))
            return &tape->events[i].u.damage;
    return NULL;
}

/* The same record, of which something else is said. */
static bool is_same_record(const struct hp_event *a, const struct hp_event *b)
{
    return a->kind == HP_EVENT_VALUE
               ? a->u.value.name.bytes == b->u.value.name.bytes
               : a->kind == HP_EVENT_KEY_ENTER &&
                     a->u.key.name.bytes == b->u.key.name.bytes;
}

/* An event that is due and was said with other content. */
HP_COLD static void tell_event(const struct reader_tape *tape, size_t from,
                               const struct hp_event *event, const char *field)
{
    struct damage_list wanted, heard;

    list_damage(&wanted, &heard, tape, from);
    const struct hp_damage_event *cause = why_unknown(tape);
    if (cause == NULL && !is_same_record(event, &tape->events[tape->at]))
        cause = taken_otherwise(&wanted, &heard);
    if (cause != NULL)
        tell_due(tape, cause, false);
    else
        fuzz_field(field, "another");
}

static bool same_damage(struct reader_tape *tape)
{
    size_t at = tape->at;

    if (damage_due(tape) == tape->damage)
        return true;
    tell_damage(tape, at,
                tape->at < tape->count ? kind_of(&tape->events[tape->at])
                                       : "the end");
    return false;
}

/* ---- events -------------------------------------------------------------- */

static bool same_bytes(const void *a, uint64_t a_size, const void *b,
                       uint64_t b_size)
{
    return a_size == b_size && (a_size == 0 || a == b);
}

static bool same_string(const struct hp_string *a, const struct hp_string *b)
{
    return a->encoding == b->encoding &&
           same_bytes(a->bytes, a->size, b->bytes, b->size);
}

static bool same_key(const struct hp_key_event *a, const struct hp_key_event *b)
{
    return same_string(&a->name, &b->name) && a->filetime == b->filetime &&
           a->flags == b->flags &&
           same_string(&a->class_name, &b->class_name) &&
           same_bytes(a->security, a->security_size, b->security,
                      b->security_size);
}

static bool same_event(const struct hp_event *a, const struct hp_event *b)
{
    const struct hp_hive_event *hive = &b->u.hive;
    const struct hp_value_event *value = &b->u.value;

    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case HP_EVENT_HIVE:
        return a->u.hive.minor_version == hive->minor_version &&
               a->u.hive.dirty == hive->dirty &&
               a->u.hive.sequence1 == hive->sequence1 &&
               a->u.hive.sequence2 == hive->sequence2;
    case HP_EVENT_KEY_ENTER:
        return same_key(&a->u.key, &b->u.key);
    case HP_EVENT_VALUE:
        return same_string(&a->u.value.name, &value->name) &&
               a->u.value.type == value->type &&
               a->u.value.data_size == value->data_size &&
               a->u.value.flags == value->flags;
    case HP_EVENT_DATA:
        return same_bytes(a->u.data.bytes, a->u.data.size, b->u.data.bytes,
                          b->u.data.size);
    default:
        return true;
    }
}

static const char *field_of_key(const struct hp_key_event *a,
                                const struct hp_key_event *b)
{
    if (!same_string(&a->name, &b->name))
        return "key.name";
    if (!same_string(&a->class_name, &b->class_name))
        return "key.class_name";
    if (a->filetime != b->filetime)
        return "key.filetime";
    return a->flags != b->flags ? "key.flags" : "key.security";
}

static const char *field_of(const struct hp_event *a, const struct hp_event *b)
{
    const struct hp_value_event *value = &a->u.value, *due = &b->u.value;

    switch (a->kind) {
    case HP_EVENT_HIVE:
        return "hive";
    case HP_EVENT_KEY_ENTER:
        return field_of_key(&a->u.key, &b->u.key);
    case HP_EVENT_VALUE:
        if (!same_string(&value->name, &due->name))
            return "value.name";
        if (value->type != due->type)
            return "value.type";
        return value->flags != due->flags ? "value.flags" : "value.data_size";
    default:
        return "data";
    }
}

/* The walk says that a limit ended it: which one, and whether it is right. */
static void hear_limit(struct reader_tape *tape,
                       const struct hp_damage_event *damage)
{
    bool due = false;

    for (size_t i = tape->at;
         i < tape->count && !due && tape->events[i].kind == HP_EVENT_DAMAGE;
         i++)
        due = tape->events[i].u.damage.status == damage->status &&
              tape->events[i].u.damage.found == damage->found;
    tape->ended_by_reads = damage->status == HP_E_WORK && !due;
    FUZZ_CHECK(due ||
                   (tape->ended_by_reads && tape->reads > tape->reads_allowed),
               "9: a limit that was reached");
    tape->over = true;
    tape->limit_due = false;
}

static void hear_damage(struct reader_tape *tape,
                        const struct hp_damage_event *damage)
{
    add_damage(&tape->damage, damage);
    if (tape->heard_count == tape->heard_room &&
        tape->heard_room < HEARD_MOST) {
        size_t room = tape->heard_room > 0 ? 4 * tape->heard_room : 16;
        void *heard = realloc(tape->heard, room * sizeof *tape->heard);
        if (heard == NULL)
            return;
        tape->heard = heard;
        tape->heard_room = room;
    }
    if (tape->heard_count < tape->heard_room)
        tape->heard[tape->heard_count++] = *damage;
}

/* The limit of reads may be reached between a key's name and what else it has:
 * that is not known then, and the limit is told next. */
static bool same_but_cut_off(struct reader_tape *tape,
                             const struct hp_event *event,
                             const struct hp_event *due)
{
    struct hp_event known = *event;

    if (event->kind != HP_EVENT_KEY_ENTER || is_known(&event->u.key) ||
        due->kind != event->kind || tape->reads <= tape->reads_allowed)
        return false;
    if (event->u.key.class_name.size == HP_UNKNOWN_SIZE)
        known.u.key.class_name = due->u.key.class_name;
    if (event->u.key.security_size == HP_UNKNOWN_SIZE) {
        known.u.key.security = due->u.key.security;
        known.u.key.security_size = due->u.key.security_size;
    }
    tape->limit_due = true;
    return same_event(&known, due);
}

/* `from`: where the damage before it begins on the tape. */
static bool same_next(struct reader_tape *tape, size_t from,
                      const struct hp_event *event)
{
    const struct hp_event *due = &tape->events[tape->at];
    bool ended = tape->at == tape->count;

    if (!ended &&
        (same_event(event, due) || same_but_cut_off(tape, event, due)))
        return true;
    const struct hp_damage_event *handle = why_no_values(tape, from);
    if (handle != NULL && event->kind == HP_EVENT_VALUE)
        tell_due(tape, handle, false);
    else if (ended)
        tell_nearest(tape, tape->at, "the end", kind_of(event));
    else if (event->kind == due->kind)
        tell_event(tape, from, event, field_of(event, due));
    else
        tell_nearest(tape, tape->at, kind_of(due), kind_of(event));
    return false;
}

void reader_tape_hear(struct reader_tape *tape, const struct hp_event *event)
{
    if (tape->blank || tape->over || tape->lost ||
        tape->result == HP_WALK_REFUSED)
        return; /* what is refused counts for nothing */
    if (event->kind == HP_EVENT_DAMAGE) {
        if (is_limit(&event->u.damage))
            hear_limit(tape, &event->u.damage);
        else
            hear_damage(tape, &event->u.damage);
        return;
    }
    FUZZ_CHECK(!tape->limit_due, "9: a limit that cut a key off");
    size_t from = tape->at;
    bool damage = same_damage(tape);
    tape->lost = !damage || !same_next(tape, from, event);
    FUZZ_CHECK(damage, "9: the model's damage");
    FUZZ_CHECK(!damage || !tape->lost, "9: the model's event");
    tape->damage = 0;
    tape->heard_count = 0;
    tape->at++;
}

static const char *result_name(uint32_t result)
{
    return result == HP_WALK_DONE      ? "done"
           : result == HP_WALK_PARTIAL ? "partial"
           : result == HP_WALK_REFUSED ? "refused"
                                       : "stopped";
}

/* A hive that had to be refused by why; a sound one that was not taken by what
 * was said to be wrong. */
HP_COLD static void tell_result(const struct reader_tape *tape, uint32_t result)
{
    if (tape->result == HP_WALK_REFUSED && tape->refusal.field != NULL)
        tell_due(tape, &tape->refusal, false);
    else if (tape->result == HP_WALK_DONE && tape->heard_count > 0)
        fuzz_field(tape->heard[tape->heard_count - 1].field, NULL);
    else
        tell_nearest(tape, tape->at, result_name(tape->result),
                     result_name(result));
}

void reader_tape_end(const struct reader_tape *tape, uint32_t result)
{
    struct reader_tape rest = *tape;

    if (tape->lost)
        return;
    FUZZ_CHECK(!tape->limit_due, "9: a limit that cut a key off");
    if (tape->blank || tape->ended_by_reads)
        return;
    if (result != tape->result)
        tell_result(tape, result);
    FUZZ_CHECK(result == tape->result, "9: the model's result");
    if (tape->over || result != tape->result || result == HP_WALK_REFUSED)
        return;
    bool damage = same_damage(&rest);
    FUZZ_CHECK(damage, "9: the model's damage");
    if (damage && rest.at < rest.count)
        tell_nearest(tape, rest.at, kind_of(&rest.events[rest.at]), "the end");
    FUZZ_CHECK(!damage || rest.at == rest.count,
               "9: all of the model's events");
}

void reader_tape_close(struct reader_tape *tape)
{
    free(tape->events);
    free(tape->heard);
}
