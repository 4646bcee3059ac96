/* SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

#include "layout.h"
#include "log.h"
#include "walk.h"

#include <stdlib.h>

static struct hp_string string_of(struct hp_raw_name name)
{
    return (struct hp_string){name.bytes.ptr, (uint32_t)name.bytes.len,
                              name.compressed ? HP_LATIN1 : HP_UTF16LE};
}

/* What an hp_span says in the interface: none, or bytes, or unknown. */
static uint32_t size_of(struct hp_span span, bool known)
{
    return known ? (uint32_t)span.len : HP_UNKNOWN_SIZE;
}

static const void *pointer_of(struct hp_span span)
{
    return span.len > 0 ? span.ptr : NULL;
}

static void fill_hive(struct hp_event *event, const struct hp_base_block *base)
{
    event->kind = HP_EVENT_HIVE;
    event->u.hive.minor_version = base->minor;
    event->u.hive.dirty = base->sequence1 != base->sequence2;
    event->u.hive.sequence1 = base->sequence1;
    event->u.hive.sequence2 = base->sequence2;
}

static void fill_key(struct hp_event *event, const struct hp_key *key)
{
    struct hp_key_event *out = &event->u.key;

    event->kind = HP_EVENT_KEY_ENTER;
    out->name = string_of(key->name);
    out->filetime = key->filetime;
    out->flags = key->flags;
    out->class_name.bytes = pointer_of(key->class_name);
    out->class_name.size = size_of(key->class_name, key->class_known);
    out->class_name.encoding = HP_UTF16LE;
    out->security = pointer_of(key->security);
    out->security_size = size_of(key->security, key->security_known);
}

static void fill_value(struct hp_event *event, const struct hp_value *value)
{
    event->kind = HP_EVENT_VALUE;
    event->u.value.name = string_of(value->name);
    event->u.value.type = value->type;
    event->u.value.data_size = value->size;
    event->u.value.flags = value->flags;
}

static void fill_damage(struct hp_event *event, const struct hp_error *error,
                        uint32_t action)
{
    event->kind = HP_EVENT_DAMAGE;
    event->u.damage.status = error->status;
    event->u.damage.offset = error->offset;
    event->u.damage.found = error->found;
    event->u.damage.field = error->field;
    event->u.damage.action = action;
}

static uint32_t action_of(enum hp_reaction reaction)
{
    switch (reaction) {
    case HP_REACTION_DROP:
        return HP_DAMAGE_DROPPED;
    case HP_REACTION_CLAMP:
        return HP_DAMAGE_CLAMPED;
    case HP_REACTION_SKIP:
        return HP_DAMAGE_SKIPPED;
    default:
        return HP_DAMAGE_NOTED;
    }
}

static void fill(struct hp_event *event, const struct hp_walk *walk,
                 enum hp_walk_kind kind)
{
    switch (kind) {
    case HP_WALKED_HIVE:
        fill_hive(event, &walk->base);
        break;
    case HP_WALKED_KEY_ENTER:
        fill_key(event, &walk->key);
        break;
    case HP_WALKED_VALUE:
        fill_value(event, &walk->value);
        break;
    case HP_WALKED_DATA:
        event->kind = HP_EVENT_DATA;
        event->u.data.bytes = walk->piece.ptr;
        event->u.data.size = walk->piece.len;
        break;
    case HP_WALKED_KEY_LEAVE:
        event->kind = HP_EVENT_KEY_LEAVE;
        break;
    case HP_WALKED_DAMAGE:
    default:
        fill_damage(event, &walk->damage.error,
                    action_of(walk->damage.reaction));
        break;
    }
}

/* Follows an answer to an event that it means something to. */
static void prune(struct hp_walk *walk, enum hp_walk_kind kind, uint32_t answer)
{
    if (answer == HP_SKIP &&
        (kind == HP_WALKED_KEY_ENTER || kind == HP_WALKED_VALUE))
        hp_walk_skip(walk);
    else if (answer == HP_VALUES_ONLY && kind == HP_WALKED_KEY_ENTER)
        hp_walk_values_only(walk);
}

/* Sends the events of `walk` to `sink` until one of them ends. */
static uint32_t run(struct hp_walk *walk, const struct hp_sink *sink)
{
    struct hp_event event = {.size = sizeof event};
    enum hp_walk_kind kind;

    while (hp_walk_next(walk, &kind)) {
        fill(&event, walk, kind);
        uint32_t answer = sink->event(sink->self, &event);
        if (answer == HP_STOP)
            return HP_WALK_STOPPED;
        if (answer != HP_CONTINUE)
            prune(walk, kind, answer);
    }
    if (!walk->hive.refused)
        return walk->hive.partial ? HP_WALK_PARTIAL : HP_WALK_DONE;
    fill_damage(&event, &walk->hive.refusal, HP_DAMAGE_SKIPPED);
    sink->event(sink->self, &event);
    return HP_WALK_REFUSED;
}

static uint32_t walk_image(const struct hp_input *input,
                           const struct hp_sink *sink, uint8_t *starts)
{
    struct hp_span image = hp_span_of(input->image, (size_t)input->image_size);
    struct hp_walk walk;

    hp_walk_open(&walk, image, input->mode == HP_MODE_FORENSIC, starts);
    return run(&walk, sink);
}

static size_t size_read(uint64_t size)
{
    return (size_t)(size < HP_LIMIT_IMAGE_SIZE ? size : HP_LIMIT_IMAGE_SIZE);
}

static struct hp_log_set logs_of(const struct hp_input *input)
{
    struct hp_log_set set = {
        .primary = hp_span_of(input->image, size_read(input->image_size))};

    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        if (input->log[i].data != NULL)
            set.log[i] =
                hp_span_of(input->log[i].data, size_read(input->log[i].size));
    return set;
}

static bool has_logs(const struct hp_log_set *set)
{
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        if (set->log[i].len > 0)
            return true;
    return false;
}

/* Makes *input what is read: as far as a hive goes, and with its logs applied.
 * The image is then *memory, which the caller frees. False: out of memory. */
static bool prepare(struct hp_input *input, void **memory)
{
    struct hp_log_set set = logs_of(input);
    struct hp_recovery plan;

    *memory = NULL;
    input->image_size = set.primary.len;
    if (!has_logs(&set))
        return true;
    if (hp_recovery_plan(&plan, &set) != HP_RECOVERY_DONE)
        return true;
    *memory = malloc(plan.size);
    if (*memory == NULL)
        return false;
    hp_recovery_apply(&plan, *memory);
    input->image = *memory;
    input->image_size = plan.size;
    return true;
}

static uint32_t walk_pruned(const struct hp_input *input,
                            const struct hp_sink *sink)
{
    struct hp_input read = *input;
    void *memory;
    uint32_t result;

    if (!prepare(&read, &memory))
        return HP_WALK_FAILED;
    result = walk_image(&read, sink, NULL);
    free(memory);
    return result;
}

static uint32_t walk_full(const struct hp_input *input,
                          const struct hp_sink *sink)
{
    struct hp_input read = *input;
    uint32_t result = HP_WALK_FAILED;
    uint8_t *starts;
    void *memory;

    if (!prepare(&read, &memory))
        return HP_WALK_FAILED;
    starts = calloc(1, hp_starts_size((size_t)read.image_size));
    if (starts != NULL)
        result = walk_image(&read, sink, starts);
    free(starts);
    free(memory);
    return result;
}

#define CAPABILITIES                                                           \
    (HP_CAN_CLASS | HP_CAN_SECURITY | HP_CAN_TIMESTAMPS | HP_CAN_FLAGS |       \
     HP_CAN_LOGS | HP_CAN_STRICT | HP_CAN_FORENSIC)

const struct hp_backend hp_backend_native = {sizeof(struct hp_backend),
                                             "native",
                                             HP_VERSION,
                                             "",
                                             CAPABILITIES,
                                             walk_full};

const struct hp_backend hp_backend_native_pruned = {sizeof(struct hp_backend),
                                                    "native",
                                                    HP_VERSION,
                                                    "",
                                                    CAPABILITIES,
                                                    walk_pruned};
