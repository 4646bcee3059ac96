/* SPDX-License-Identifier: Apache-2.0 */
#include "conform_services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enumerate.h"
#include "findings.h"
#include "load.h"
#include "nesting.h"
#include "options.h"
#include "program.h"
#include "words.h"

/* What the model needs for one small hive. */
#define MODEL_MEMORY ((size_t)1 << 30)

enum { MOST_OPTIONS = 64, OPTION_ROOM = 2048 };

/* ---- a tree as a back end --------------------------------------------- */

/* The consumer's sink, and what its answers hide. */
struct replay {
    const struct hp_sink *sink;
    struct hp_nesting nesting;
    struct hp_pruning pruning;
    const struct hp_tree_damage *damage; /* the next */
    bool stopped;
};

static void send(struct replay *r, const struct hp_event *event)
{
    if (r->stopped || !hp_nesting_take(&r->nesting, event->kind) ||
        !hp_pruning_shows(&r->pruning, &r->nesting, event->kind))
        return;
    uint32_t answer = r->sink->event(r->sink->self, event);
    r->stopped = answer == HP_STOP;
    hp_pruning_answer(&r->pruning, &r->nesting, event->kind, answer);
}

/* What the reader reported while `key` was open. It came in the order of the
 * walk, so that what is next belongs to this key or to a later one. */
static void send_damage(struct replay *r, const struct hp_tree_key *key)
{
    struct hp_event event = {.size = sizeof event, .kind = HP_EVENT_DAMAGE};

    for (; r->damage != NULL && r->damage->key == key;
         r->damage = r->damage->next) {
        event.u.damage = r->damage->event;
        send(r, &event);
    }
}

static bool set_name(struct hp_string *string, uint8_t *bytes, size_t room,
                     struct hp_text text)
{
    if (2 * text.count > room)
        return false;
    hp_utf16le_encode(bytes, text);
    *string = (struct hp_string){bytes, (uint32_t)(2 * text.count), HP_UTF16LE};
    return true;
}

static void send_values(struct replay *r, const struct hp_tree_key *key)
{
    static uint8_t name[UINT16_MAX + 1];

    for (const struct hp_tree_value *v = key->values; v != NULL; v = v->next) {
        struct hp_event event = {.size = sizeof event, .kind = HP_EVENT_VALUE};
        if (!set_name(&event.u.value.name, name, sizeof name, v->name))
            continue;
        event.u.value.type = v->type;
        event.u.value.data_size = v->data_size;
        event.u.value.flags = v->flags;
        send(r, &event);
        if (v->data.ptr == NULL || v->data.size == 0)
            continue;
        event = (struct hp_event){.size = sizeof event, .kind = HP_EVENT_DATA};
        event.u.data = (struct hp_data_event){v->data.ptr, v->data.size};
        send(r, &event);
    }
}

static void enter(struct replay *r, const struct hp_tree_key *key)
{
    static uint8_t name[UINT16_MAX + 1];
    struct hp_event event = {.size = sizeof event, .kind = HP_EVENT_KEY_ENTER};

    (void)set_name(&event.u.key.name, name, sizeof name, key->name);
    event.u.key.filetime = key->filetime;
    event.u.key.flags = key->flags;
    event.u.key.class_name.size = HP_UNKNOWN_SIZE;
    event.u.key.security_size = HP_UNKNOWN_SIZE;
    send(r, &event);
    send_values(r, key);
    send_damage(r, key);
}

/* The walk of a back end whose image is a tree that a reader filled. */
static uint32_t walk_tree(const struct hp_input *input,
                          const struct hp_sink *sink)
{
    const struct hp_tree *tree = input->image;
    const struct hp_tree_key *key = tree->root;
    struct hp_event event = {.size = sizeof event, .kind = HP_EVENT_HIVE};
    struct replay r = {.sink = sink, .damage = tree->damage};

    event.u.hive = tree->hive;
    send(&r, &event);
    send_damage(&r, NULL);
    event = (struct hp_event){.size = sizeof event, .kind = HP_EVENT_KEY_LEAVE};
    while (key != NULL) {
        enter(&r, key);
        const struct hp_tree_key *next = key->subkeys;
        while (next == NULL && key != NULL) {
            send(&r, &event);
            next = key->next;
            key = key->parent;
            send_damage(&r, key);
        }
        key = next;
    }
    return r.stopped ? HP_WALK_STOPPED : HP_WALK_DONE;
}

static const struct hp_backend tree_backend = {.size = sizeof tree_backend,
                                               .name = "tree",
                                               .version = "1",
                                               .homepage = "",
                                               .walk = walk_tree};

/* ---- the question ----------------------------------------------------- */

static bool broken(struct hp_case_result *result, const char *why)
{
    result->broken = 1;
    hp_detail_copy(result->detail, sizeof result->detail, why);
    return false;
}

/* The options of `enumerate` that the vector names. */
static bool read_options(struct hp_options *options, struct hp_arena *arena,
                         const struct hp_vector *vector)
{
    const json_t *services = json_object_get(vector->json, "services");
    const json_t *more = json_object_get(services, "options");
    char *argv[MOST_OPTIONS + 5], profile[64], volumes[OPTION_ROOM];
    int argc = 0;

    (void)snprintf(profile, sizeof profile, "--profile=%s",
                   json_string_value(json_object_get(services, "profile")));
    (void)snprintf(volumes, sizeof volumes, "--volumes=%s", vector->volumes);
    argv[argc++] = hp_arena_copy(arena, "enumerate", sizeof "enumerate");
    argv[argc++] = hp_arena_copy(arena, profile, strlen(profile) + 1);
    argv[argc++] = hp_arena_copy(arena, volumes, strlen(volumes) + 1);
    for (size_t i = 0; i < json_array_size(more) && i < MOST_OPTIONS; i++) {
        const char *word = json_string_value(json_array_get(more, i));
        if (word == NULL)
            return false;
        argv[argc++] = hp_arena_copy(arena, word, strlen(word) + 1);
    }
    argv[argc++] = hp_arena_copy(arena, "HIVE", sizeof "HIVE");
    argv[argc] = NULL;
    for (int i = 0; i < argc; i++) {
        if (argv[i] == NULL)
            return false;
    }
    return hp_options_read(options, arena, hp_command_find("enumerate"), argc,
                           argv) == HP_EXIT_GOOD;
}

/* ---- the answer -------------------------------------------------------- */

/* Notes a difference; returns false. */
static bool differs(struct hp_case_result *result, struct hp_text name,
                    const char *field, const char *expected,
                    const char *received)
{
    (void)snprintf(result->field, sizeof result->field, "services.%s", field);
    hp_detail_copy(result->expected, sizeof result->expected, expected);
    hp_detail_copy(result->received, sizeof result->received, received);
    result->name_units =
        (uint16_t)(name.count < HP_CASE_NAME_UNITS ? name.count
                                                   : HP_CASE_NAME_UNITS);
    if (result->name_units > 0)
        memcpy(result->name, name.units,
               result->name_units * sizeof *name.units);
    return false;
}

/* A word, a number or null as text; "" where the member is missing. */
static const char *show(char *text, size_t room, const json_t *value)
{
    if (json_is_string(value))
        return json_string_value(value);
    (void)snprintf(text, room, "%s", value == NULL ? "" : "null");
    if (json_is_integer(value))
        (void)snprintf(text, room, "%lld",
                       (long long)json_integer_value(value));
    return text;
}

static bool check_word(struct hp_case_result *result, struct hp_text name,
                       const json_t *from, const char *field, const char *said)
{
    char text[32];
    const char *expected =
        show(text, sizeof text, json_object_get(from, field));

    return expected[0] == '\0' || strcmp(expected, said) == 0 ||
           differs(result, name, field, expected, said);
}

static bool check_code(struct hp_case_result *result, struct hp_text name,
                       const json_t *from, unsigned code)
{
    char text[32] = "null";

    if (code != HP_CODE_NONE)
        (void)snprintf(text, sizeof text, "%u", code);
    return check_word(result, name, from, "code", text);
}

/* True if the member says `text`: its exact units where it has them, else what
 * a string of JSON can carry of it. */
static bool says(const json_t *from, const char *field, const char *exact,
                 struct hp_text text)
{
    const char *digits = json_string_value(json_object_get(from, exact));
    const json_t *plain = json_object_get(from, field);
    char *bytes = malloc(HP_UTF8_PER_UNIT * text.count + 1);
    bool same = bytes != NULL;

    if (digits != NULL) {
        same = same && strlen(digits) == 4 * text.count;
        for (size_t i = 0; same && i < text.count; i++) {
            char four[5];
            (void)snprintf(four, sizeof four, "%04x", text.units[i]);
            same = memcmp(four, digits + 4 * i, 4) == 0;
        }
    } else if (same) {
        size_t size = hp_text_to_utf8(bytes, text);
        same = json_is_string(plain) && json_string_length(plain) == size &&
               memcmp(json_string_value(plain), bytes, size) == 0;
    }
    free(bytes);
    return same;
}

static bool check_findings(struct hp_case_result *result, struct hp_text name,
                           const json_t *from, struct hp_findings findings)
{
    const json_t *wanted = json_object_get(from, "findings");

    for (size_t i = 0; i < json_array_size(wanted); i++) {
        const char *finding = json_string_value(json_array_get(wanted, i));
        if (finding != NULL && !hp_findings_have(findings, finding))
            return differs(result, name, "findings", finding, "missing");
    }
    return true;
}

static bool check_path(struct hp_case_result *result, const json_t *from,
                       struct hp_text name, const struct hp_outcome *outcome)
{
    const json_t *path = json_object_get(from, "path");

    if (path == NULL)
        return true;
    if (json_is_null(path))
        return !outcome->has_path ||
               differs(result, name, "path", "null", "another");
    return (outcome->has_path &&
            says(from, "path", "path_utf16", outcome->writer_path)) ||
           differs(result, name, "path", json_string_value(path), "another");
}

static bool check_service(struct hp_case_result *result, const json_t *from,
                          const struct hp_service_result *service)
{
    const struct hp_outcome *outcome = &service->outcome;
    const json_t *excluded = json_object_get(from, "excluded_by");
    struct hp_text name = service->name;

    if (!says(from, "name", "name_utf16", name))
        return differs(result, name, "name", "another", "this service");
    if (excluded != NULL &&
        json_integer_value(excluded) != (json_int_t)outcome->excluded_by)
        return differs(result, name, "excluded_by", "this entry", "another");
    return check_word(result, name, from, "verdict",
                      hp_verdict_name(outcome->verdict)) &&
           check_code(result, name, from, outcome->code) &&
           check_path(result, from, name, outcome) &&
           (!service->has_driver ||
            check_word(result, name, from, "driver",
                       hp_verdict_name(service->driver.verdict))) &&
           check_findings(result, name, from, outcome->findings);
}

/* What is found in the entries of ExcludedBinaryPaths, from the first on. */
static bool check_entries(struct hp_case_result *result, const json_t *services,
                          const struct hp_report *report)
{
    const json_t *wanted = json_object_get(services, "exclusions");

    if (wanted == NULL)
        return true;
    if (json_array_size(wanted) != report->exclusion_count)
        return differs(result, (struct hp_text){NULL, 0}, "exclusions",
                       "as many entries", "another number");
    for (size_t i = 0; i < report->exclusion_count; i++) {
        const struct hp_exclusion *entry = &report->exclusions[i];
        if (!check_findings(result, entry->text, json_array_get(wanted, i),
                            entry->findings))
            return false;
    }
    return true;
}

static bool check_report(struct hp_case_result *result, const json_t *services,
                         const struct hp_report *report)
{
    const json_t *verdicts = json_object_get(services, "verdicts");
    const struct hp_text none = {NULL, 0};

    if (!check_word(result, none, services, "result",
                    hp_word_of(hp_words_result, report->result)) ||
        !check_code(result, none, services, report->code) ||
        !check_findings(result, none, services, report->findings))
        return false;
    if (json_array_size(verdicts) != report->service_count)
        return differs(result, none, "verdicts", "as many services",
                       "another number");
    for (size_t i = 0; i < report->service_count; i++) {
        if (!check_service(result, json_array_get(verdicts, i),
                           &report->services[i]))
            return false;
    }
    return check_entries(result, services, report);
}

bool hp_conform_services(const struct hp_vector *vector,
                         const struct hp_tree *tree,
                         struct hp_case_result *result)
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, MODEL_MEMORY);
    struct hp_source hive = {.backend = &tree_backend};
    struct hp_error err = {HP_OK, 0, NULL, 0};
    struct hp_options options;
    struct hp_report report;
    char detail[HP_CASE_DETAIL] = "";
    bool good;

    hive.input = (struct hp_input){.size = sizeof hive.input,
                                   .mode = HP_MODE_FORENSIC,
                                   .image = tree,
                                   .image_size = sizeof *tree};
    if (!read_options(&options, &arena, vector))
        good = broken(result, "services: options that enumerate does not take");
    else if (hp_enumerate(&report, &arena, &hive, &options.question, &err,
                          detail, sizeof detail) != HP_OK)
        good = broken(result, "services: enumerate refuses the hive");
    else
        good = check_report(result, json_object_get(vector->json, "services"),
                            &report);
    hp_arena_close(&arena);
    return good;
}
