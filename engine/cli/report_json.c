/* SPDX-License-Identifier: Apache-2.0 */
#include "report_json.h"

#include "convert.h"
#include "damage.h"
#include "json.h"
#include "logs.h"
#include "verdict.h"
#include "words.h"

static json_t *findings_json(struct hp_json *json, struct hp_findings findings)
{
    json_t *array = json_array();

    for (size_t i = 0; i < findings.count; i++)
        hp_json_append(json, array, json_string(findings.names[i]));
    return array;
}

static json_t *number_or_null(bool is_there, uint32_t number)
{
    return is_there ? json_integer(number) : json_null();
}

static json_t *hive_json(struct hp_json *json, const struct hp_file *file,
                         const struct hp_hive_event *hive)
{
    json_t *object = json_object();

    hp_json_set_file(json, object, "file", file->path);
    hp_json_set(json, object, "size", hp_json_number(file->full_size));
    hp_json_set(json, object, "minor_version",
                hp_json_number(hive->minor_version));
    hp_json_set(json, object, "sequence1", hp_json_number(hive->sequence1));
    hp_json_set(json, object, "sequence2", hp_json_number(hive->sequence2));
    return object;
}

static json_t *policies_json(struct hp_json *json,
                             const struct hp_policies *policies)
{
    json_t *object = json_object();

    hp_json_set(json, object, "active_drivers",
                hp_json_word(hp_word_of(hp_words_active_drivers,
                                        policies->active_drivers)));
    hp_json_set(json, object, "exclusions_cover_drivers",
                json_boolean(policies->exclusions_cover_drivers));
    hp_json_set(json, object, "exclusion_type",
                hp_json_word(hp_word_of(hp_words_exclusion_type,
                                        policies->exclusion_type)));
    hp_json_set(json, object, "expand_drivers",
                json_boolean(!policies->no_expand_drivers));
    hp_json_set(json, object, "user_services",
                json_boolean(!policies->no_user_services));
    hp_json_set(
        json, object, "missing_image_path",
        hp_json_word(hp_word_of(hp_words_missing, policies->missing_skips)));
    hp_json_set(json, object, "assume_unknown",
                hp_json_word(hp_word_of(hp_words_assume_unknown,
                                        policies->assume_unknown)));
    hp_json_set(json, object, "assume_unproven",
                hp_json_word(hp_word_of(hp_words_assume_unproven,
                                        policies->assume_unproven)));
    return object;
}

static json_t *environment_json(struct hp_json *json,
                                const struct hp_report *report)
{
    json_t *array = json_array();

    for (size_t i = 0; i < report->environment_count; i++) {
        const struct hp_variable *variable = &report->environment[i];
        json_t *object = json_object();
        hp_json_set_text(json, object, "name", variable->name);
        hp_json_set_text(json, object, "value", variable->value);
        hp_json_set(json, object, "source", json_string(variable->source));
        hp_json_append(json, array, object);
    }
    return array;
}

static json_t *volume_json(struct hp_json *json, const struct hp_volume *volume)
{
    json_t *object = json_object();
    char letter[] = {volume->letter, '\0'};
    char guid[37];

    hp_guid_write(guid, volume->guid);
    hp_json_set(json, object, "letter",
                hp_json_word(volume->letter == 0 ? NULL : letter));
    hp_json_set(json, object, "guid",
                hp_json_word(volume->has_guid ? guid : NULL));
    hp_json_set_optional(json, object, "device", volume->device);
    hp_json_set(json, object, "state",
                hp_json_word(hp_word_of(hp_words_volume_state, volume->state)));
    hp_json_set(json, object, "kind",
                hp_json_word(hp_word_of(hp_words_volume_kind, volume->kind)));
    hp_json_set(json, object, "source", json_string(volume->source));
    hp_json_set(json, object, "hint", hp_json_word(volume->hint));
    return object;
}

static json_t *volumes_json(struct hp_json *json,
                            const struct hp_report *report)
{
    json_t *array = json_array();

    for (size_t i = 0; i < report->volume_count; i++)
        hp_json_append(json, array, volume_json(json, &report->volumes[i]));
    return array;
}

/* The value ExcludedBinaryPaths as a whole; its entries are "exclusions". */
static json_t *exclusions_value_json(struct hp_json *json,
                                     const struct hp_report *report)
{
    if (!report->has_exclusions)
        return json_null();
    json_t *object = json_object();
    hp_json_set(json, object, "type", json_integer(report->exclusions_type));
    hp_json_set(json, object, "findings",
                findings_json(json, report->exclusions_findings));
    return object;
}

static json_t *exclusions_json(struct hp_json *json,
                               const struct hp_report *report)
{
    json_t *array = json_array();

    for (size_t i = 0; i < report->exclusion_count; i++) {
        const struct hp_exclusion *entry = &report->exclusions[i];
        json_t *object = json_object();
        json_t *matches = json_array();
        for (size_t k = 0; k < entry->match_count; k++)
            hp_json_append(json, matches,
                           json_integer((json_int_t)entry->matches[k]));
        hp_json_set_text(json, object, "text", entry->text);
        hp_json_set(json, object, "raw", hp_json_hex(entry->raw));
        hp_json_set(json, object, "live", json_boolean(entry->live));
        hp_json_set(json, object, "findings",
                    findings_json(json, entry->findings));
        hp_json_set(json, object, "matches", matches);
        hp_json_append(json, array, object);
    }
    return array;
}

static json_t *hotfix_json(struct hp_json *json, const struct hp_hotfix *hotfix)
{
    json_t *object = json_object();

    hp_json_set(json, object, "status",
                hp_json_word(hp_word_of(hp_words_hotfix, hotfix->state)));
    hp_json_set_optional(json, object, "product", hotfix->product);
    hp_json_set_optional(json, object, "service_pack", hotfix->service_pack);
    hp_json_set_optional(json, object, "version", hotfix->version);
    hp_json_set(json, object, "reason", hp_json_word(hotfix->reason));
    hp_json_set_texts(json, object, "evidence", hotfix->evidence,
                      hotfix->evidence_count);
    return object;
}

static json_t *damage_json(struct hp_json *json,
                           const struct hp_report_damage *damage)
{
    const struct hp_damage_event *event = &damage->event;
    uint64_t position = HP_UNKNOWN_U64;
    json_t *object = json_object();

    (void)hp_damage_position(event, &position);
    hp_json_set(json, object, "status", hp_json_number(event->status));
    hp_json_set(json, object, "slug",
                json_string(hp_status_slug(hp_damage_status(event))));
    hp_json_set(json, object, "offset", hp_json_number(event->offset));
    hp_json_set(json, object, "position", hp_json_number(position));
    if (event->field == NULL)
        hp_json_set(json, object, "field", json_null());
    else
        hp_json_set_file(json, object, "field", event->field);
    hp_json_set(json, object, "found", hp_json_number(event->found));
    hp_json_set(json, object, "action",
                hp_json_word(hp_word_of(hp_words_damage, event->action)));
    hp_json_set(json, object, "decisive", json_boolean(damage->decisive));
    return object;
}

static json_t *damages_json(struct hp_json *json,
                            const struct hp_report *report)
{
    json_t *array = json_array();

    for (size_t i = 0; i < report->damage_count; i++)
        hp_json_append(json, array, damage_json(json, &report->damage[i]));
    return array;
}

/* The members of one step's outcome, into the service's object. */
static void set_outcome(struct hp_json *json, json_t *object,
                        const struct hp_outcome *outcome)
{
    char path_class[] = {'P', (char)('0' + outcome->path_class), '\0'};

    if (outcome->has_path)
        hp_json_set_text(json, object, "writer_path", outcome->writer_path);
    else
        hp_json_set(json, object, "writer_path", json_null());
    hp_json_set(json, object, "class",
                hp_json_word(outcome->path_class == 0 ? NULL : path_class));
    hp_json_set_optional(json, object, "volume", outcome->volume);
    hp_json_set(json, object, "verdict",
                json_string(hp_verdict_name(outcome->verdict)));
    hp_json_set(json, object, "code",
                number_or_null(outcome->code != HP_CODE_NONE, outcome->code));
    hp_json_set(json, object, "excluded_by",
                outcome->excluded_by < 0 ? json_null()
                                         : json_integer(outcome->excluded_by));
    hp_json_set(json, object, "findings",
                findings_json(json, outcome->findings));
}

static void set_image_path(struct hp_json *json, json_t *service,
                           const struct hp_service_result *result)
{
    if (!result->has_image_path) {
        hp_json_set(json, service, "image_path", json_null());
        return;
    }
    json_t *object = json_object();
    hp_json_set(json, object, "type", json_integer(result->image_path_type));
    hp_json_set(json, object, "raw", hp_json_hex(result->image_path_raw));
    hp_json_set_text(json, object, "text", result->image_path_text);
    hp_json_set(json, service, "image_path", object);
}

static void set_service(struct hp_json *json, json_t *object,
                        const struct hp_service_result *result)
{
    hp_json_set_text(json, object, "name", result->name);
    hp_json_set_optional(json, object, "display_name", result->display_name);
    hp_json_set(json, object, "kind",
                hp_json_word(hp_word_of(hp_words_service_kind, result->kind)));
    hp_json_set(json, object, "type",
                number_or_null(result->has_type, result->type));
    hp_json_set(json, object, "start",
                number_or_null(result->has_start, result->start));
    set_image_path(json, object, result);
    set_outcome(json, object, &result->outcome);
    hp_json_set_texts(json, object, "launch", result->launch,
                      result->launch_count);
    if (result->has_driver) {
        json_t *driver = json_object();
        set_outcome(json, driver, &result->driver);
        hp_json_set(json, object, "driver", driver);
    }
}

static json_t *services_json(struct hp_json *json,
                             const struct hp_report *report)
{
    json_t *array = json_array();

    for (size_t i = 0; i < report->service_count; i++) {
        json_t *object = json_object();
        set_service(json, object, &report->services[i]);
        hp_json_append(json, array, object);
    }
    return array;
}

/* Null unless the run failed: only then is there an error that Windows
 * shows. */
static json_t *error_json(struct hp_json *json, const struct hp_report *report,
                          struct hp_arena *arena)
{
    const struct hp_code_text *code = hp_code_text_of(report->code);
    struct hp_text *names =
        hp_arena_array(arena, report->culprit_count, sizeof *names);

    if (report->result != HP_RESULT_FAILED)
        return json_null();
    if (names == NULL)
        return NULL;
    for (size_t i = 0; i < report->culprit_count; i++)
        names[i] = report->services[report->culprits[i]].name;
    json_t *object = json_object();
    hp_json_set(json, object, "code",
                number_or_null(code != NULL, report->code));
    hp_json_set(json, object, "hresult",
                hp_json_word(code == NULL ? NULL : code->hresult));
    hp_json_set(json, object, "message",
                code == NULL
                    ? json_string(hp_failed_text)
                    : json_sprintf("%s %s", hp_failed_text, code->text));
    hp_json_set_texts(json, object, "services", names, report->culprit_count);
    return object;
}

/* How the hive was read and what was asked. */
static void set_question(struct hp_json *json, const struct hp_options *options)
{
    const struct hp_question *question = &options->question;

    hp_json_set(json, json->root, "profile",
                hp_json_word(hp_word_of(hp_words_profile, question->profile)));
    hp_json_set(json, json->root, "policies",
                policies_json(json, &question->policies));
}

static json_t *log_reason_json(struct hp_json *json, const struct hp_error *why)
{
    if (why->status == HP_OK)
        return json_null();
    json_t *object = json_object();
    hp_json_set(json, object, "status", json_integer(why->status));
    hp_json_set(json, object, "slug", json_string(hp_status_slug(why->status)));
    hp_json_set(json, object, "field", hp_json_word(why->field));
    hp_json_set(json, object, "position", hp_json_number(why->offset));
    hp_json_set(json, object, "found", hp_json_number(why->found));
    return object;
}

static json_t *log_json(struct hp_json *json, const struct hp_logs *logs,
                        size_t i)
{
    const struct hp_log_verdict *log = &logs->plan.log[i];
    bool has_entries = log->entries > 0;
    json_t *object = json_object();

    hp_json_set_file(json, object, "file", logs->file[i].path);
    hp_json_set(json, object, "size", hp_json_number(logs->file[i].full_size));
    hp_json_set(json, object, "format",
                hp_json_word(hp_word_of(hp_words_log_format, log->format)));
    hp_json_set(json, object, "applied",
                number_or_null(log->order > 0, log->order));
    hp_json_set(json, object, "entries", json_integer(log->entries));
    hp_json_set(json, object, "pages", json_integer(log->pages));
    hp_json_set(json, object, "first_sequence",
                number_or_null(has_entries, log->first));
    hp_json_set(json, object, "last_sequence",
                number_or_null(has_entries, log->last));
    hp_json_set(json, object, "why", log_reason_json(json, &log->why));
    return object;
}

static json_t *logs_json(struct hp_json *json, const struct hp_logs *logs)
{
    json_t *array = json_array();

    for (size_t i = 0; logs != NULL && i < HP_LIMIT_LOGS; i++)
        if (logs->file[i].path != NULL)
            hp_json_append(json, array, log_json(json, logs, i));
    return array;
}

bool hp_report_json(struct hp_output *output, const struct hp_options *options,
                    const struct hp_file *file, const struct hp_report *report)
{
    struct hp_json json;
    bool has_set = report->control_set != 0;

    hp_json_begin(&json, "hiveproof-enumerate/1");
    json_t *root = json.root;
    hp_json_set(&json, root, "hive", hive_json(&json, file, &report->hive));
    hp_json_set_file(&json, root, "backend", options->reader[0].name);
    hp_json_set(&json, root, "mode",
                hp_json_word(hp_word_of(hp_words_mode, options->mode)));
    set_question(&json, options);
    hp_json_set(&json, root, "control_set",
                number_or_null(has_set, report->control_set));
    hp_json_set_optional(&json, root, "services_key", report->services_key);
    hp_json_set(&json, root, "dirty",
                report->hive.dirty == HP_UNKNOWN_U64
                    ? json_null()
                    : json_boolean(report->hive.dirty));
    hp_json_set(&json, root, "logs", logs_json(&json, file->logs));
    hp_json_set(&json, root, "result",
                hp_json_word(hp_word_of(hp_words_result, report->result)));
    hp_json_set(&json, root, "error",
                error_json(&json, report, options->arena));
    hp_json_set(&json, root, "findings",
                findings_json(&json, report->findings));
    hp_json_set(&json, root, "environment", environment_json(&json, report));
    hp_json_set(&json, root, "volumes", volumes_json(&json, report));
    hp_json_set(&json, root, "exclusions_value",
                exclusions_value_json(&json, report));
    hp_json_set(&json, root, "exclusions", exclusions_json(&json, report));
    hp_json_set(&json, root, "hotfix", hotfix_json(&json, &report->hotfix));
    hp_json_set(&json, root, "damage", damages_json(&json, report));
    hp_json_set(&json, root, "services", services_json(&json, report));
    return hp_json_end(&json, output);
}

bool hp_path_json(struct hp_output *output, const struct hp_options *options,
                  const struct hp_report *report)
{
    struct hp_json json;

    hp_json_begin(&json, "hiveproof-path/1");
    set_service(&json, json.root, &report->services[0]);
    set_question(&json, options);
    hp_json_set(&json, json.root, "environment",
                environment_json(&json, report));
    hp_json_set(&json, json.root, "volumes", volumes_json(&json, report));
    return hp_json_end(&json, output);
}
