/* SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include "grow.h"
#include "hp_limits.h"

#define WIN32_TYPES 0x30u
#define DRIVER_TYPES 0x0Bu
#define USER_TYPES 0xC0u
#define NAME_UNITS_MAX 256

/* D5: the writer's buffer holds 260 units, the last one a NUL. */
#define DRIVER_BUFFER_UNITS 260
/* D6: the writer refuses 64 KiB and more. */
#define DRIVER_STRING_BYTES (64u << 10)

static const char *const verdict_names[] = {"OK",
                                            "EXCLUDED",
                                            "SKIP_NO_EXE",
                                            "SKIP_INACTIVE_DRIVER",
                                            "SKIP_NOT_SERVICE",
                                            "QSC_FAIL",
                                            "FAIL_VOLUME",
                                            "FAIL_SYNTAX",
                                            "FAIL_FORMAT",
                                            "FAIL_REMOTE",
                                            "INDETERMINATE"};

const char *hp_verdict_name(enum hp_verdict verdict)
{
    return verdict_names[verdict];
}

enum hp_badness hp_outcome_badness(const struct hp_outcome *outcome)
{
    if (hp_findings_have(outcome->findings, "OPTIONAL_COMPONENT"))
        return HP_GOOD;
    switch (outcome->verdict) {
    case HP_VERDICT_FAIL_VOLUME:
        return HP_BAD_VOLUME;
    case HP_VERDICT_FAIL_SYNTAX:
        return HP_BAD_SYNTAX;
    case HP_VERDICT_FAIL_FORMAT:
        return HP_BAD_FORMAT;
    case HP_VERDICT_FAIL_REMOTE:
        return HP_BAD_REMOTE;
    case HP_VERDICT_INDETERMINATE:
        return HP_BAD_INDETERMINATE;
    default:
        return HP_GOOD;
    }
}

/* One step for one service while it is judged. */
struct step {
    struct hp_judge *judge;
    struct hp_outcome *outcome;
    struct hp_finding_list *findings;
    struct hp_launch *launch;
    size_t index; /* of the service */
    bool driver;
    bool local; /* its volume is present */
};

static void conclude(struct step *step, enum hp_verdict verdict)
{
    step->outcome->verdict = verdict;
    step->outcome->code = verdict == HP_VERDICT_FAIL_VOLUME ? HP_CODE_PARAMETER
                          : verdict == HP_VERDICT_FAIL_SYNTAX ? HP_CODE_NAME
                                                              : HP_CODE_NONE;
}

static void conclude_too_long(struct step *step, enum hp_verdict verdict)
{
    hp_findings_add(step->findings, "TOO_LONG");
    conclude(step, verdict);
}

/* ---- the volume of a path ---------------------------------------------- */

/* "Q:" and "Volume{...}" in one spelling, a device as the path has it. */
static bool name_volume(struct step *step, const struct hp_shape *shape)
{
    static const uint16_t volume[] = u"Volume";
    struct hp_arena *arena = step->judge->arena;
    const struct hp_text head = {volume, 6};
    struct hp_text rest;

    if (shape->letter != 0)
        return hp_text_of(&step->outcome->volume, arena,
                          (const char[]){shape->letter, ':', '\0'});
    if (!shape->has_guid)
        return hp_text_copy(&step->outcome->volume, arena, shape->volume);
    return hp_text_lower(&rest, arena, hp_text_from(shape->volume, 6)) &&
           hp_text_join(&step->outcome->volume, arena,
                        (const struct hp_text[]){head, rest}, 2);
}

static enum hp_volume_state state_of(const struct step *step,
                                     const struct hp_volume *volume,
                                     const struct hp_shape *shape)
{
    /* A device nobody spoke of may be any volume; a letter or a GUID that
     * nobody knows was never given to one. */
    enum hp_volume_state state = HP_VOLUME_ABSENT;

    if (volume != NULL)
        state = volume->state;
    else if (shape->letter == 0 && !shape->has_guid)
        state = HP_VOLUME_UNKNOWN;
    if (state != HP_VOLUME_UNKNOWN)
        return state;
    switch (step->judge->question->policies.assume_unknown) {
    case HP_ASSUME_ABSENT:
        return HP_VOLUME_ABSENT;
    case HP_ASSUME_PRESENT:
        return HP_VOLUME_PRESENT;
    default:
        return HP_VOLUME_UNKNOWN;
    }
}

static bool judge_volume(struct step *step, const struct hp_shape *shape)
{
    const struct hp_volume *volume =
        hp_volumes_find(step->judge->volumes, shape);

    if (!name_volume(step, shape))
        return false;
    /* A mapped drive is no local volume on any Windows: what came with
     * Windows 8 are UNC paths. */
    if (volume != NULL && volume->kind == HP_VOLUME_NETWORK) {
        step->outcome->path_class = 5;
        conclude(step, HP_VERDICT_FAIL_REMOTE);
        return true;
    }
    switch (state_of(step, volume, shape)) {
    case HP_VOLUME_PRESENT:
        step->local = true;
        conclude(step, HP_VERDICT_OK);
        break;
    case HP_VOLUME_ABSENT:
        conclude(step, HP_VERDICT_FAIL_VOLUME);
        break;
    default:
        conclude(step, HP_VERDICT_INDETERMINATE);
        break;
    }
    return true;
}

static void judge_share(struct step *step)
{
    if (step->judge->question->profile < HP_PROFILE_CLIENT8) {
        conclude(step, HP_VERDICT_FAIL_REMOTE);
        return;
    }
    hp_findings_add(step->findings, "REMOTE");
    conclude(step, HP_VERDICT_OK);
}

static void judge_format(struct step *step, const struct hp_shape *shape)
{
    conclude(step, HP_VERDICT_FAIL_FORMAT);
    if (!shape->unknown_variable)
        return;
    hp_findings_add(step->findings, "UNKNOWN_VARIABLE");
    if (!step->judge->environment_is_known)
        conclude(step, HP_VERDICT_INDETERMINATE);
}

static bool judge_shape(struct step *step, const struct hp_shape *shape)
{
    step->outcome->path_class = shape->path_class;
    switch (shape->path_class) {
    case 8:
        conclude(step, HP_VERDICT_FAIL_SYNTAX);
        return true;
    case 6:
    case 7:
        judge_format(step, shape);
        return true;
    case 5:
        judge_share(step);
        break;
    default:
        if (!judge_volume(step, shape))
            return false;
        break;
    }
    if (shape->doubtful && step->outcome->verdict == HP_VERDICT_OK)
        conclude(step, HP_VERDICT_INDETERMINATE);
    return true;
}

/* ---- exclusions -------------------------------------------------------- */

static bool exclude(struct step *step)
{
    struct hp_judge *judge = step->judge;
    struct hp_outcome *outcome = step->outcome;
    bool nonascii;
    long entry;

    if (step->driver && !judge->question->policies.exclusions_cover_drivers)
        return true;
    entry =
        hp_exclusions_find(judge->exclusions, outcome->writer_path, &nonascii);
    if (entry >= 0 && judge->exclusions->effect != HP_EXCLUSION_NO_EFFECT) {
        if (nonascii)
            hp_findings_add(step->findings, "CASE_NONASCII");
        if (judge->exclusions->effect == HP_EXCLUSION_DROPS) {
            conclude(step, HP_VERDICT_EXCLUDED);
            outcome->excluded_by = entry;
        } else if (outcome->verdict != HP_VERDICT_OK) {
            hp_findings_add(step->findings, "EXCLUSION_TYPE");
            conclude(step, HP_VERDICT_INDETERMINATE);
        }
    }

    struct hp_excludable *paths =
        hp_grow(judge->paths, &judge->path_room, judge->path_count,
                sizeof(*paths), judge->arena);
    if (paths == NULL)
        return false;
    judge->paths = paths;
    paths[judge->path_count++] =
        (struct hp_excludable){outcome->writer_path, step->index, step->local,
                               outcome->verdict >= HP_VERDICT_FAIL_VOLUME};
    return true;
}

/* ---- the steps --------------------------------------------------------- */

/* Expands `text`. False without memory; *too_long is set otherwise. */
static bool expand(struct step *step, struct hp_text *expanded, bool *too_long,
                   struct hp_text text)
{
    bool assumed = false;
    enum hp_expansion done = hp_environment_expand(
        expanded, &assumed, step->judge->environment, text);

    if (assumed && !step->judge->environment_is_known) {
        hp_findings_add(step->findings, "ASSUMED_ENV");
        step->judge->assumed = true;
    }
    *too_long = done == HP_EXPANSION_TOO_LONG;
    return done != HP_EXPANSION_NO_MEMORY;
}

/* Judges outcome->writer_path. */
static bool judge_path(struct step *step)
{
    struct hp_judge *judge = step->judge;
    struct hp_text last; /* what the requester makes of it (E1) */
    bool too_long;

    step->outcome->has_path = true;
    if (!expand(step, &last, &too_long, step->outcome->writer_path))
        return false;
    if (too_long) {
        conclude_too_long(step, HP_VERDICT_INDETERMINATE);
    } else {
        struct hp_shape shape = hp_image_path_shape(last, step->findings);
        if (!judge_shape(step, &shape))
            return false;
        if (!hp_launch_has(step->launch, last, judge->system_root))
            hp_findings_add(step->findings, "WRITER_LAUNCH_MISMATCH");
    }
    if (step->driver &&
        step->outcome->writer_path.count >= DRIVER_BUFFER_UNITS) {
        hp_findings_add(step->findings, "TOO_LONG");
        if (step->outcome->verdict == HP_VERDICT_OK)
            conclude(step, HP_VERDICT_INDETERMINATE);
    }
    return exclude(step);
}

/* What the decoding of an ImagePath came to. */
struct image_path {
    bool present; /* there is a value */
    enum hp_decoded decoded;
    uint32_t type;
    struct hp_text text;
};

static bool step_win32(struct step *step, const struct image_path *image)
{
    struct hp_judge *judge = step->judge;
    bool skips = judge->question->policies.missing_skips;
    struct hp_text text = image->text;
    bool too_long = image->decoded == HP_DECODED_TOO_LONG, has_exe;

    if (!image->present || image->decoded == HP_DECODED_WRONG_TYPE) {
        if (!image->present)
            hp_findings_add(step->findings, "MS_UNRECOGNIZED_PATH");
        conclude(step, skips ? HP_VERDICT_SKIP_NO_EXE : HP_VERDICT_QSC_FAIL);
        return true;
    }
    if (image->type == HP_REG_EXPAND_SZ && !too_long &&
        !expand(step, &text, &too_long, text))
        return false;
    if (too_long) {
        conclude_too_long(step, HP_VERDICT_INDETERMINATE);
        return true;
    }
    if (!hp_launch_win32(step->launch, judge->arena, text,
                         judge->system_root) ||
        !hp_image_path_win32(&step->outcome->writer_path, &has_exe,
                             judge->arena, text))
        return false;
    conclude(step, HP_VERDICT_SKIP_NO_EXE);
    if (has_exe && !judge_path(step))
        return false;
    hp_microsoft_script(step->findings, text);
    return true;
}

static bool step_driver(struct step *step, const struct image_path *image,
                        struct hp_text service)
{
    struct hp_judge *judge = step->judge;
    struct hp_text text = image->text, combined;
    bool too_long = image->decoded == HP_DECODED_TOO_LONG;

    if (image->type == HP_REG_EXPAND_SZ && !too_long &&
        !judge->question->policies.no_expand_drivers &&
        !expand(step, &text, &too_long, text))
        return false;
    if (too_long) {
        conclude_too_long(step, HP_VERDICT_QSC_FAIL);
        return true;
    }
    /* The kernel takes the value as it stands; it expands nothing. */
    if (!hp_launch_driver(step->launch, judge->arena, image->text, service) ||
        !hp_image_path_driver(&combined, judge->arena, text, service))
        return false;
    if (combined.count * 2 >= DRIVER_STRING_BYTES) {
        conclude_too_long(step, HP_VERDICT_QSC_FAIL);
        return true;
    }
    if (!expand(step, &text, &too_long, combined))
        return false;
    if (too_long) {
        conclude_too_long(step, HP_VERDICT_INDETERMINATE);
        return true;
    }
    step->outcome->writer_path = text;
    return judge_path(step);
}

/* ---- one service ------------------------------------------------------- */

static bool is_active(const struct hp_judge *judge,
                      const struct hp_service *service)
{
    enum hp_active_drivers policy = judge->question->policies.active_drivers;

    if (judge->all_drivers_active || policy == HP_ACTIVE_ALL)
        return true;
    return policy == HP_ACTIVE_BOOT && service->start.number <= 2;
}

static bool runs_win32(const struct hp_service *service)
{
    return (service->type.number & WIN32_TYPES) != 0;
}

static bool runs_driver(const struct hp_service *service)
{
    return (service->type.number & DRIVER_TYPES) != 0;
}

/* Section 2: is it a service at all? Adds what is to be said of the key. */
static bool is_service(const struct hp_judge *judge,
                       const struct hp_service *service, bool duplicate,
                       struct hp_finding_list *findings)
{
    struct hp_text name = service->name;
    bool complete = service->start.valid && service->error_control.valid;

    if (service->is_link)
        hp_findings_add(findings, "SYMBOLIC_LINK");
    if (duplicate)
        hp_findings_add(findings, "DUPLICATE_SERVICE");
    if (service->type.present && !service->type.valid)
        hp_findings_add(findings, "TYPE_INVALID");
    if (service->is_link || duplicate || !service->type.valid ||
        (name.count > 0 && name.units[0] == '{'))
        return false;
    if (!complete)
        hp_findings_add(findings, "INCOMPLETE");
    if (!complete || (!runs_win32(service) && !runs_driver(service)) ||
        (judge->question->policies.no_user_services &&
         (service->type.number & USER_TYPES) != 0))
        return false;
    if (name.count > NAME_UNITS_MAX ||
        hp_text_find_any(name, 0, "/\\") != HP_NOT_FOUND)
        hp_findings_add(findings, "INVALID_NAME");
    if (service->delete_flag)
        hp_findings_add(findings, "DELETE_PENDING");
    if (runs_win32(service) && runs_driver(service))
        hp_findings_add(findings, "TYPE_MIXED");
    return true;
}

static bool decode_image_path(struct image_path *image, struct hp_judge *judge,
                              const struct hp_raw_value *raw,
                              struct hp_finding_list *findings)
{
    *image = (struct image_path){.present = raw->present, .type = raw->type};
    if (!raw->present)
        return true;
    if (raw->cut_short)
        hp_findings_add(findings, "DATA_SHORT");
    if (raw->cut_off)
        hp_findings_add(findings, "DATA_CUT");
    return hp_image_path_decode(&image->decoded, &image->text, judge->arena,
                                findings, raw->type, raw->data);
}

/* Runs one step; what has been found so far counts for both. */
static bool run_step(struct hp_outcome *outcome, struct hp_judge *judge,
                     const struct hp_service *service,
                     const struct image_path *image,
                     const struct hp_finding_list *found,
                     struct hp_launch *launch, size_t index, bool driver)
{
    struct hp_finding_list findings = *found;
    struct hp_launch candidates = {.count = 0};
    struct step step = {.judge = judge,
                        .outcome = outcome,
                        .findings = &findings,
                        .launch = &candidates,
                        .index = index,
                        .driver = driver};
    bool done = true;

    if (!driver)
        done = step_win32(&step, image);
    else if (is_active(judge, service))
        done = step_driver(&step, image, service->name);
    else
        conclude(&step, HP_VERDICT_SKIP_INACTIVE_DRIVER);
    if (!driver && judge->win32_is_optional &&
        outcome->verdict >= HP_VERDICT_FAIL_VOLUME)
        hp_findings_add(&findings, "OPTIONAL_COMPONENT");
    for (size_t i = 0; i < candidates.count && launch->count < HP_LAUNCH_MAX;
         i++)
        launch->list[launch->count++] = candidates.list[i];
    return done &&
           hp_findings_seal(&outcome->findings, judge->arena, &findings);
}

static struct hp_outcome no_outcome(void)
{
    return (struct hp_outcome){.verdict = HP_VERDICT_SKIP_NOT_SERVICE,
                               .excluded_by = -1};
}

/* K6: the worse of the two outcomes stands first. */
static void order_outcomes(struct hp_service_result *result)
{
    struct hp_outcome win32 = result->outcome;

    if (hp_outcome_badness(&result->driver) > hp_outcome_badness(&win32)) {
        result->outcome = result->driver;
        result->driver = win32;
    }
}

static bool run_steps(struct hp_service_result *result, struct hp_judge *judge,
                      const struct hp_service *service,
                      const struct image_path *image,
                      const struct hp_finding_list *findings, size_t index)
{
    struct hp_launch launch = {.count = 0};
    bool win32 = runs_win32(service), driver = runs_driver(service);

    result->kind = win32 ? HP_KIND_WIN32 : HP_KIND_DRIVER;
    result->has_driver = win32 && driver;
    if (!run_step(&result->outcome, judge, service, image, findings, &launch,
                  index, !win32))
        return false;
    if (result->has_driver) {
        if (!run_step(&result->driver, judge, service, image, findings, &launch,
                      index, true))
            return false;
        order_outcomes(result);
    }
    result->launch_count = launch.count;
    result->launch = hp_arena_copy(judge->arena, launch.list,
                                   launch.count * sizeof(*launch.list));
    return result->launch != NULL;
}

static bool decode_display_name(struct hp_service_result *result,
                                struct hp_judge *judge,
                                const struct hp_raw_value *raw)
{
    struct hp_finding_list ignored = {.count = 0};
    enum hp_decoded decoded;

    return !raw->present ||
           hp_image_path_decode(&decoded, &result->display_name, judge->arena,
                                &ignored, raw->type, raw->data);
}

bool hp_judge_service(struct hp_service_result *result, struct hp_judge *judge,
                      const struct hp_service *service, size_t index,
                      bool duplicate)
{
    struct hp_finding_list findings = {.count = 0};
    struct image_path image;

    *result = (struct hp_service_result){
        .name = service->name,
        .has_type = service->type.valid,
        .has_start = service->start.valid,
        .type = service->type.number,
        .start = service->start.number,
        .has_image_path = service->image_path.present,
        .image_path_type = service->image_path.type,
        .image_path_raw = service->image_path.data,
        .outcome = no_outcome(),
        .driver = no_outcome()};
    bool is = is_service(judge, service, duplicate, &findings);
    if (!decode_display_name(result, judge, &service->display_name) ||
        !decode_image_path(&image, judge, &service->image_path, &findings))
        return false;
    result->image_path_text = image.text;
    if (is)
        return run_steps(result, judge, service, &image, &findings, index);
    return hp_findings_seal(&result->outcome.findings, judge->arena, &findings);
}
