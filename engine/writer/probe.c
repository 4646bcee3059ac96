/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <string.h>

#include "text.h"

/* Bytes of a name of damage that are kept: ours are shorter. */
#define FIELD_MAX 128

struct run {
    const struct hp_probe *probe;
    struct hp_probe_result *result;
    bool no_memory;

    size_t key;    /* row of the open key; HP_PROBE_OUTSIDE: none */
    bool skipped;  /* a key that was not wanted is open below it */
    uint32_t seen; /* rows of named keys that have been entered */
    size_t first_value[HP_PROBE_KEYS]; /* row of the key's first value */
    size_t end_value[HP_PROBE_KEYS];   /* and the row behind its last */
    bool has_subkeys[HP_PROBE_KEYS];
    size_t name_length[HP_PROBE_KEYS];
    size_t value_length[HP_PROBE_VALUES];
    /* By key: bit n is set when a value of n characters is wanted, so that
     * most others are told by their length; all bits: any is wanted. */
    uint64_t wanted[HP_PROBE_KEYS];

    bool reading; /* a value is being read into: */
    struct hp_probe_datum datum;
    uint8_t small[HP_PROBE_SMALL];
    uint8_t *bytes;
    size_t room; /* of bytes */
    uint64_t declared;
};

/* The answer where memory ended. */
static uint32_t stop(struct run *run)
{
    run->no_memory = true;
    return HP_STOP;
}

static void prepare(struct run *run)
{
    const struct hp_probe *probe = run->probe;

    run->key = HP_PROBE_OUTSIDE;
    for (size_t i = 0; i < probe->key_count; i++) {
        run->first_value[i] = probe->value_count;
        if (i > 0)
            run->has_subkeys[probe->keys[i].parent] = true;
        if (probe->keys[i].name != NULL)
            run->name_length[i] = strlen(probe->keys[i].name);
    }
    for (size_t i = probe->value_count; i > 0; i--) {
        const struct hp_probe_value *value = &probe->values[i - 1];
        if (run->end_value[value->key] == 0)
            run->end_value[value->key] = i;
        run->first_value[value->key] = i - 1;
        if (value->name == NULL) {
            run->wanted[value->key] = UINT64_MAX;
        } else {
            run->value_length[i - 1] = strlen(value->name);
            run->wanted[value->key] |= UINT64_C(1)
                                       << run->value_length[i - 1] % 64;
        }
    }
}

/* Hands over the value that has been read. False without memory. */
static bool flush(struct run *run)
{
    run->reading = false;
    run->datum.data.ptr = run->datum.data.len == 0 ? NULL : run->bytes;
    run->datum.cut_short =
        run->declared != HP_UNKNOWN_U64 && run->datum.came < run->declared;
    return run->probe->value(run->probe->self, &run->datum);
}

static uint32_t start_value(struct run *run, size_t row,
                            const struct hp_value_event *event)
{
    struct hp_text name = {NULL, 0};

    if (run->probe->values[row].name == NULL) {
        uint16_t *units = hp_arena_array(
            run->probe->arena, hp_string_units(event->name), sizeof(uint16_t));
        if (units == NULL)
            return stop(run);
        name = hp_string_decode(units, event->name);
    }
    run->reading = true;
    run->bytes = run->small;
    run->room = sizeof(run->small);
    run->declared = event->data_size;
    run->datum = (struct hp_probe_datum){
        .row = row, .name = name, .type = (uint32_t)event->type};
    return run->probe->values[row].keep == 0 ? HP_SKIP : HP_CONTINUE;
}

static uint32_t on_value(struct run *run, const struct hp_value_event *event)
{
    const struct hp_probe_value *values = run->probe->values;
    size_t size = event->name.size;
    size_t length = event->name.encoding == HP_UTF16LE ? size / 2 : size;

    if ((run->wanted[run->key] >> length % 64 & 1) == 0)
        return HP_SKIP;
    for (size_t row = run->first_value[run->key];
         row < run->end_value[run->key]; row++) {
        if (values[row].name == NULL ||
            (run->value_length[row] == length &&
             hp_string_is_nocase(event->name, values[row].name, length)))
            return start_value(run, row, event);
    }
    return HP_SKIP;
}

/* Makes room for `need` bytes. What has been read stays. */
static bool grow(struct run *run, size_t need)
{
    size_t room = need;

    if (need <= run->room && run->bytes != run->small)
        return true;
    if (run->probe->values[run->datum.row].keep <= HP_PROBE_SMALL)
        return true;
    /* The first piece is nearly always the only one; for others double. */
    if (run->bytes != run->small && need < 2 * run->room)
        room = 2 * run->room;
    uint8_t *bytes = hp_arena_alloc(run->probe->arena, room);
    if (bytes == NULL)
        return false;
    memcpy(bytes, run->bytes, run->datum.data.len);
    run->bytes = bytes;
    run->room = room;
    return true;
}

static uint32_t on_data(struct run *run, const struct hp_data_event *event)
{
    size_t len = run->datum.data.len;
    size_t keep = run->probe->values[run->datum.row].keep - len;

    if (keep > event->size)
        keep = (size_t)event->size;
    run->datum.came += event->size;
    if (keep == 0)
        return HP_CONTINUE;
    if (!grow(run, len + keep))
        return stop(run);
    memcpy(run->bytes + len, event->bytes, keep);
    run->datum.data.len = len + keep;
    return HP_CONTINUE;
}

/* The row of the subkey `name` of the open key, or HP_PROBE_OUTSIDE. */
static size_t row_of(const struct run *run, struct hp_string name)
{
    const struct hp_probe_key *keys = run->probe->keys;

    if (run->key == HP_PROBE_OUTSIDE)
        return 0;
    for (size_t row = run->key + 1; row < run->probe->key_count; row++) {
        if (keys[row].parent != run->key)
            continue;
        if (keys[row].name == NULL)
            return row;
        if (hp_string_is_nocase(name, keys[row].name, run->name_length[row]))
            return (run->seen >> row & 1) == 0 ? row : HP_PROBE_OUTSIDE;
    }
    return HP_PROBE_OUTSIDE;
}

static uint32_t on_enter(struct run *run, const struct hp_key_event *event)
{
    const struct hp_probe *probe = run->probe;
    size_t row = row_of(run, event->name);
    uint32_t answer = HP_CONTINUE;

    if (row != HP_PROBE_OUTSIDE && probe->enter != NULL)
        answer = probe->enter(probe->self, row, event);
    if (row == HP_PROBE_OUTSIDE || answer != HP_CONTINUE) {
        run->skipped = true;
        return answer == HP_STOP ? stop(run) : HP_SKIP;
    }
    run->key = row;
    run->seen |= UINT32_C(1) << row;
    if (run->has_subkeys[row])
        return HP_CONTINUE;
    return run->first_value[row] < probe->value_count ? HP_VALUES_ONLY
                                                      : HP_SKIP;
}

static void on_leave(struct run *run)
{
    if (run->skipped)
        run->skipped = false;
    else
        run->key = run->key == 0 ? HP_PROBE_OUTSIDE
                                 : run->probe->keys[run->key].parent;
}

/* Damage that leaves the content alone decides nothing; damage in no key does
 * if objects are missing, for they may be any. */
static bool is_decisive(const struct run *run,
                        const struct hp_damage_event *event)
{
    if (event->action == HP_DAMAGE_NOTED)
        return false;
    if (run->key == HP_PROBE_OUTSIDE)
        return event->action != HP_DAMAGE_CLAMPED;
    return run->probe->keys[run->key].decisive;
}

/* Not inlined: its buffer would cost every other event a stack guard. */
__attribute__((cold, noinline)) static uint32_t
on_damage(struct run *run, const struct hp_damage_event *event)
{
    struct hp_probe_result *result = run->result;
    struct hp_arena *arena = run->probe->arena;
    struct hp_report_damage damage = {*event, is_decisive(run, event)};
    char field[FIELD_MAX + 1] = "";

    /* Of a key that nobody asked for; whoever asks reports it. */
    if (run->skipped)
        return HP_CONTINUE;
    result->decisive = result->decisive || damage.decisive;
    if (result->damage_count == HP_PROBE_DAMAGE)
        return HP_CONTINUE;
    if (result->damage == NULL)
        result->damage = hp_arena_array(arena, HP_PROBE_DAMAGE,
                                        sizeof(struct hp_probe_damage));
    if (event->field != NULL)
        strncat(field, event->field, FIELD_MAX);
    damage.event.field = hp_arena_copy(arena, field, strlen(field) + 1);
    if (result->damage == NULL || damage.event.field == NULL)
        return stop(run);
    result->damage[result->damage_count++] =
        (struct hp_probe_damage){run->key, damage};
    return HP_CONTINUE;
}

/* A piece of data or damage belongs to the value that is being read; every
 * other event ends it. */
static uint32_t take(void *self, const struct hp_event *event)
{
    struct run *run = self;

    if (event->kind == HP_EVENT_DATA)
        return on_data(run, &event->u.data);
    if (event->kind == HP_EVENT_DAMAGE)
        return on_damage(run, &event->u.damage);
    if (event->kind == HP_EVENT_DIGEST) /* no data came: it is short of all */
        return HP_CONTINUE;
    if (run->reading && !flush(run))
        return stop(run);
    switch (event->kind) {
    case HP_EVENT_HIVE:
        run->result->hive = event->u.hive;
        return HP_CONTINUE;
    case HP_EVENT_KEY_ENTER:
        return on_enter(run, &event->u.key);
    case HP_EVENT_VALUE:
        return on_value(run, &event->u.value);
    default:
        on_leave(run);
        return HP_CONTINUE;
    }
}

enum hp_status hp_probe_run(struct hp_probe_result *result,
                            const struct hp_probe *probe,
                            const struct hp_source *source,
                            struct hp_error *err, char *text,
                            uint32_t text_size)
{
    struct run run = {.probe = probe, .result = result};
    const struct hp_sink sink = {sizeof(sink), take, &run};
    struct hp_error why = {0};

    *result = (struct hp_probe_result){.damage = NULL};
    prepare(&run);
    uint32_t walk = hp_source_walk(source, true, &sink, &why, text, text_size);
    if (run.no_memory)
        return hp_fail(err, HP_E_NO_MEMORY, 0, "arena", 0);
    if (walk == HP_WALK_DONE || walk == HP_WALK_PARTIAL)
        return HP_OK;
    return hp_fail(err, why.status, why.offset, why.field, why.found);
}
