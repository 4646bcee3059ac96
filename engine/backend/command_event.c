/* SPDX-License-Identifier: Apache-2.0 */
#include "command_event.h"

#include <stdio.h>
#include <string.h>

#include "sha256.h"

#define SCHEMA "hiveproof-events/1"

/* A line while it is read. The first thing that is wrong stays. */
struct line {
    const struct hp_members *members;
    struct hp_command_event *out;
    bool broken;
};

static void wrong(struct line *l, const char *name, const char *why)
{
    if (!l->broken)
        (void)snprintf(l->out->reason, sizeof l->out->reason, "%s: %s", name,
                       why);
    l->broken = true;
}

static const struct hp_member *find(const struct line *l, const char *name)
{
    return hp_members_find(l->members, name);
}

static bool is_null(const struct hp_member *member)
{
    return member->kind == HP_MEMBER_WORD && member->text[0] == 'n';
}

static uint64_t number_of(struct line *l, const char *name)
{
    const struct hp_member *member = find(l, name);
    uint64_t number = HP_UNKNOWN_U64;

    if (member != NULL && !hp_member_number(&number, member))
        wrong(l, name, "not a number from 0 to 2^64-1");
    return number;
}

/* Bytes of a member in hexadecimal; absent: unknown; null: none. */
static const void *bytes_of(struct line *l, const char *name, uint32_t *size)
{
    const struct hp_member *member = find(l, name);
    size_t count;

    *size = member == NULL ? HP_UNKNOWN_SIZE : 0;
    if (member == NULL || is_null(member))
        return NULL;
    if (!hp_member_unhex(member, &count) || count >= HP_UNKNOWN_SIZE) {
        wrong(l, name, "not pairs of hexadecimal digits");
        return NULL;
    }
    *size = (uint32_t)count;
    return member->text;
}

/* The units of NAME_utf16, four digits each and the high ones first, as
 * UTF-16LE; `exact` is that member. */
static struct hp_string units_of(struct line *l, const char *name,
                                 const struct hp_member *exact)
{
    struct hp_string string = {exact->text, 0, HP_UTF16LE};
    size_t count;

    if (!hp_member_unhex(exact, &count) || count % 2 != 0 ||
        count >= HP_UNKNOWN_SIZE) {
        wrong(l, name, "not four hexadecimal digits for each unit");
        return string;
    }
    for (size_t i = 0; i < count; i += 2) {
        char high = exact->text[i];
        exact->text[i] = exact->text[i + 1];
        exact->text[i + 1] = high;
    }
    string.size = (uint32_t)count;
    return string;
}

/* A string, from its exact units where they are given. Absent: unknown; null:
 * none. */
static struct hp_string string_of(struct line *l, const char *name,
                                  const char *exact_name)
{
    const struct hp_member *member = find(l, name);
    const struct hp_member *exact = find(l, exact_name);
    struct hp_string none = {NULL, HP_UNKNOWN_SIZE, HP_UTF8};

    if (member == NULL)
        return none;
    none.size = 0;
    if (is_null(member))
        return none;
    if (member->kind != HP_MEMBER_STRING || member->size >= HP_UNKNOWN_SIZE) {
        wrong(l, name, "not a string");
        return none;
    }
    if (exact != NULL)
        return units_of(l, exact_name, exact);
    return (struct hp_string){member->text, (uint32_t)member->size, HP_UTF8};
}

/* A name is never none. */
static struct hp_string name_of(struct line *l)
{
    struct hp_string name = string_of(l, "name", "name_utf16");

    if (name.bytes == NULL && name.size == 0)
        wrong(l, "name", "not a string");
    return name;
}

/* ---- the events ---- */

static enum hp_command_line read_hive(struct line *l)
{
    const struct hp_member *dirty = find(l, "dirty");
    struct hp_hive_event *hive = &l->out->event.u.hive;

    hive->minor_version = number_of(l, "minor_version");
    hive->dirty = HP_UNKNOWN_U64;
    if (dirty != NULL && dirty->kind == HP_MEMBER_WORD && !is_null(dirty))
        hive->dirty = dirty->text[0] == 't';
    else if (dirty != NULL)
        wrong(l, "dirty", "neither true nor false");
    hive->sequence1 = number_of(l, "sequence1");
    hive->sequence2 = number_of(l, "sequence2");
    return HP_COMMAND_EVENT;
}

static enum hp_command_line read_key(struct line *l)
{
    struct hp_key_event *key = &l->out->event.u.key;

    key->name = name_of(l);
    key->filetime = number_of(l, "filetime");
    key->flags = number_of(l, "flags");
    key->class_name = string_of(l, "class_name", "class_name_utf16");
    key->security = bytes_of(l, "security", &key->security_size);
    return HP_COMMAND_EVENT;
}

static enum hp_command_line read_value(struct line *l)
{
    struct hp_value_event *value = &l->out->event.u.value;

    value->name = name_of(l);
    if (value->name.bytes == NULL)
        wrong(l, "name", "missing");
    value->type = number_of(l, "type");
    value->data_size = number_of(l, "data_size");
    value->flags = number_of(l, "flags");
    return HP_COMMAND_EVENT;
}

static enum hp_command_line read_digest(struct line *l)
{
    struct hp_event *event = &l->out->event;
    uint32_t digest_size;

    event->kind = HP_EVENT_DIGEST;
    event->u.digest.sha256 = bytes_of(l, "sha256", &digest_size);
    event->u.digest.size = number_of(l, "size");
    if (event->u.digest.sha256 == NULL || digest_size != HP_SHA256_SIZE)
        wrong(l, "sha256", "not a SHA-256");
    if (event->u.digest.size == 0 || event->u.digest.size == HP_UNKNOWN_U64)
        wrong(l, "size", "not a size of data");
    return HP_COMMAND_EVENT;
}

static enum hp_command_line read_data(struct line *l)
{
    struct hp_data_event *data = &l->out->event.u.data;
    uint32_t size;

    if (find(l, "hex") == NULL)
        return read_digest(l);
    if (find(l, "sha256") != NULL)
        wrong(l, "data", "both its bytes and their SHA-256");
    data->bytes = bytes_of(l, "hex", &size);
    if (data->bytes == NULL)
        wrong(l, "hex", "not pairs of hexadecimal digits");
    data->size = size;
    return size == 0 ? HP_COMMAND_NOTHING : HP_COMMAND_EVENT;
}

static enum hp_command_line read_leave(struct line *l)
{
    (void)l;
    return HP_COMMAND_EVENT;
}

/* What is not said is the worst: objects are missing. */
static uint32_t action_of(struct line *l)
{
    static const char *const actions[] = {"noted", "dropped", "clamped",
                                          "skipped"};
    const struct hp_member *member = find(l, "action");

    for (uint32_t i = 0; i <= HP_DAMAGE_SKIPPED; i++)
        if (hp_member_is(member, actions[i]))
            return i;
    if (member != NULL)
        wrong(l, "action", "not one of noted, dropped, clamped, skipped");
    return HP_DAMAGE_SKIPPED;
}

static enum hp_command_line read_damage(struct line *l)
{
    struct hp_damage_event *damage = &l->out->event.u.damage;

    damage->status = number_of(l, "status");
    damage->offset = number_of(l, "offset");
    damage->found = number_of(l, "found");
    damage->action = action_of(l);
    hp_member_print(l->out->field, sizeof l->out->field, find(l, "field"));
    damage->field = l->out->field;
    return HP_COMMAND_EVENT;
}

static enum hp_command_line read_end(struct line *l)
{
    static const struct {
        const char *word;
        uint32_t result;
    } results[] = {
        {"accept", HP_WALK_DONE},
        {"partial", HP_WALK_PARTIAL},
        {"reject", HP_WALK_REFUSED},
        {"unsupported", HP_WALK_FAILED},
    };
    const struct hp_member *member = find(l, "result");

    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        if (!hp_member_is(member, results[i].word))
            continue;
        l->out->result = results[i].result;
        hp_member_print(l->out->reason, sizeof l->out->reason,
                        find(l, "reason"));
        return HP_COMMAND_END;
    }
    wrong(l, "result", "not one of accept, partial, reject, unsupported");
    return HP_COMMAND_END;
}

static const struct {
    const char *name;
    uint32_t kind;
    enum hp_command_line (*read)(struct line *l);
} events[] = {
    {"hive", HP_EVENT_HIVE, read_hive},
    {"key_enter", HP_EVENT_KEY_ENTER, read_key},
    {"value", HP_EVENT_VALUE, read_value},
    {"data", HP_EVENT_DATA, read_data},
    {"key_leave", HP_EVENT_KEY_LEAVE, read_leave},
    {"damage", HP_EVENT_DAMAGE, read_damage},
    {"end", 0, read_end},
};

enum hp_command_line hp_command_event_of(struct hp_command_event *out,
                                         const struct hp_members *members)
{
    struct line l = {members, out, false};
    const struct hp_member *name = find(&l, "event");
    const struct hp_member *schema = find(&l, "schema");
    size_t row = 0, rows = sizeof events / sizeof events[0];

    while (row < rows && !hp_member_is(name, events[row].name))
        row++;
    if (row == rows) {
        wrong(&l, "event", name == NULL ? "missing" : "there is no such event");
        return HP_COMMAND_BROKEN;
    }
    if (schema != NULL && !hp_member_is(schema, SCHEMA)) {
        wrong(&l, "schema", "not " SCHEMA);
        return HP_COMMAND_BROKEN;
    }
    out->event =
        (struct hp_event){.size = sizeof out->event, .kind = events[row].kind};
    enum hp_command_line is = events[row].read(&l);
    return l.broken ? HP_COMMAND_BROKEN : is;
}
