/* SPDX-License-Identifier: Apache-2.0 */
#include "source.h"

#include <string.h>

#include "command_words.h"
#include "damage.h"
#include "isolate.h"
#include "load.h"

#define CPU_SECONDS 5
#define WALL_FACTOR 4
#define MEMORY_FLOOR (UINT64_C(256) << 20)
#define MEMORY_FACTOR 8
#define OUTPUT_BYTES (UINT64_C(64) << 20)

_Static_assert(sizeof((struct hp_input *)0)->log ==
                   HP_LIMIT_LOGS * sizeof((struct hp_input *)0)->log[0],
               "as many as the interface has");

const char *const hp_log_suffixes[HP_LIMIT_LOGS] = {".LOG", ".LOG1", ".LOG2"};

/* What a reader's damage is called when its own name for the field is not a
 * string of ours that stays; then that name is in the text. */
#define FIELD_OF_READER "back end"

struct hp_isolate_limits hp_isolate_limits_of(uint64_t image_size)
{
    uint64_t most = UINT64_MAX - MEMORY_FLOOR;
    uint64_t memory = image_size <= most / MEMORY_FACTOR
                          ? MEMORY_FLOOR + MEMORY_FACTOR * image_size
                          : UINT64_MAX;

    return (struct hp_isolate_limits){CPU_SECONDS, CPU_SECONDS * WALL_FACTOR,
                                      memory, OUTPUT_BYTES};
}

/* The caller's sink, with the last damage remembered: it is the reason of a
 * refusal. */
struct recorder {
    const struct hp_sink *sink;
    bool damaged, stopped;
    struct hp_damage_event damage;
    char field[64]; /* a copy: the reader's string goes with the event */
};

static void remember(struct recorder *r, const struct hp_damage_event *damage)
{
    r->damaged = true;
    r->damage = *damage;
    hp_detail_copy(r->field, sizeof(r->field),
                   damage->field != NULL ? damage->field : "");
}

static uint32_t record(void *self, const struct hp_event *event)
{
    struct recorder *r = self;
    uint32_t answer;

    if (event->kind == HP_EVENT_DAMAGE)
        remember(r, &event->u.damage);
    answer = r->sink->event(r->sink->self, event);
    if (answer == HP_STOP)
        r->stopped = true;
    return answer;
}

/* Walks in this process. */
static uint32_t walk_here(const struct hp_source *source,
                          const struct hp_sink *sink, enum hp_status *status,
                          char *text, uint32_t text_size)
{
    struct hp_module module;
    uint32_t result;

    if (source->backend != NULL)
        return source->backend->walk(&source->input, sink);
    *status = hp_module_open(&module, source->module, NULL, text, text_size);
    if (*status != HP_OK)
        return HP_WALK_FAILED;
    result = module.backend->walk(&source->input, sink);
    hp_module_close(&module);
    return result;
}

/* The status of the reader's last damage, if it can be the reason of `result`.
 */
static enum hp_status reason_of(const struct recorder *r, uint32_t result)
{
    enum hp_status other =
        result == HP_WALK_REFUSED ? HP_E_READER : HP_E_NO_MEMORY;
    enum hp_status status;

    if (!r->damaged)
        return other;
    status = hp_damage_status(&r->damage);
    if (result == HP_WALK_REFUSED || hp_status_class(status) == HP_CLASS_SYSTEM)
        return status;
    return other;
}

/* Says why the walk was refused or failed. */
static void explain(const struct recorder *r, const struct hp_source *source,
                    uint32_t result, struct hp_error *err, char *text,
                    uint32_t text_size)
{
    bool lasting = source->backend != NULL && !source->isolated;
    enum hp_status status = reason_of(r, result);

    if (source->command != NULL && text != NULL && text[0] != '\0') {
        (void)hp_fail(err, status, 0, FIELD_OF_READER, 0);
        return; /* the reason of its end line */
    }
    if (!r->damaged) {
        (void)hp_fail(err, status, 0, FIELD_OF_READER, 0);
        hp_detail_copy(text, text_size, "it gave no reason");
        return;
    }
    (void)hp_fail(err, status, r->damage.offset,
                  lasting ? r->damage.field : FIELD_OF_READER, r->damage.found);
    hp_detail_copy(text, text_size, lasting ? "" : r->field);
}

uint32_t hp_source_walk(const struct hp_source *source, bool prunes,
                        const struct hp_sink *sink, struct hp_error *err,
                        char *text, uint32_t text_size)
{
    struct recorder r = {.sink = sink};
    struct hp_sink recording = {sizeof(recording), record, &r};
    enum hp_status status = HP_OK;
    uint32_t result;

    hp_detail_copy(text, text_size, "");
    if (source->isolated || source->command != NULL)
        result = hp_isolated_walk(source, prunes, &recording, &status, text,
                                  text_size);
    else
        result = walk_here(source, &recording, &status, text, text_size);

    if (r.stopped)
        return HP_WALK_STOPPED;
    if (result == HP_WALK_STOPPED || result > HP_WALK_FAILED) {
        hp_detail_copy(text, text_size, "an unknown result");
        status = HP_E_PROTOCOL;
    }
    if (status != HP_OK) {
        (void)hp_fail(err, status, 0, FIELD_OF_READER, 0);
        return HP_WALK_FAILED;
    }
    if (result == HP_WALK_REFUSED || result == HP_WALK_FAILED)
        explain(&r, source, result, err, text, text_size);
    return result;
}

/* One shot cannot be asked who it is. */
static enum hp_status name_command(const struct hp_source *source,
                                   struct hp_source_identity *identity,
                                   char *text, uint32_t text_size)
{
    struct hp_command_words words;
    const char *wrong = hp_command_split(&words, source->command, "{}", NULL);
    const char *slash;

    if (wrong != NULL) {
        hp_detail_copy(text, text_size, wrong);
        return HP_E_COMMAND;
    }
    slash = strrchr(words.words[0], '/');
    hp_detail_copy(identity->name, sizeof(identity->name),
                   slash != NULL ? slash + 1 : words.words[0]);
    hp_detail_copy(identity->version, sizeof(identity->version), "?");
    identity->capabilities = HP_CAN_CLASS | HP_CAN_SECURITY |
                             HP_CAN_TIMESTAMPS | HP_CAN_FLAGS | HP_CAN_STRICT |
                             HP_CAN_FORENSIC;
    if (words.names_logs)
        identity->capabilities |= HP_CAN_LOGS;
    return HP_OK;
}

bool hp_source_identify(const struct hp_source *source,
                        struct hp_source_identity *identity,
                        struct hp_error *err, char *text, uint32_t text_size)
{
    const struct hp_backend *backend = source->backend;
    enum hp_status status;

    hp_detail_copy(text, text_size, "");
    if (backend != NULL) {
        hp_detail_copy(identity->name, sizeof(identity->name), backend->name);
        hp_detail_copy(identity->version, sizeof(identity->version),
                       backend->version);
        identity->capabilities = backend->capabilities;
        return true;
    }
    if (source->command != NULL && !source->in_session)
        status = name_command(source, identity, text, text_size);
    else
        status = hp_isolated_identify(source, identity, text, text_size);
    if (status != HP_OK)
        (void)hp_fail(err, status, 0, FIELD_OF_READER, 0);
    return status == HP_OK;
}
