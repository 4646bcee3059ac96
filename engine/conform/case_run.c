/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE 1 /* ru_utime */
#include "case_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "content.h"
#include "hp_limits.h"
#include "load.h"
#include "recipe_folder.h"
#include "shared_copy.h"
#include "unforked.h"

/* Recipes, images and trees of one case. */
#define CASE_MEMORY ((size_t)2 << 30)

/* One case while it runs. */
struct hp_trial {
    const struct hp_conform_how *how;
    const struct hp_vector *vector;
    const struct hp_vector_expectation *expected;
    struct hp_arena arena;
    struct hp_plan plan; /* of the vector's own recipe, once it */
    bool planned;        /* was needed */
    struct hp_vector_files files;
    struct hp_tree *contents; /* of the outcomes that are no reject */
    struct hp_tree tree;      /* what came */
    struct hp_conform_error err;
    struct hp_case_result *result;
};

uint32_t hp_conform_mode(enum hp_reader_profile profile)
{
    return profile == HP_READER_FORENSIC ? HP_MODE_FORENSIC : HP_MODE_STRICT;
}

/* ---- what is expected ------------------------------------------------ */

static bool load_own_plan(struct hp_trial *r)
{
    if (!r->planned)
        r->planned = hp_vector_plan(&r->plan, &r->arena, r->how->vectors,
                                    r->vector, "own", 0, &r->err);
    return r->planned;
}

static bool build_content(struct hp_tree *tree, struct hp_trial *r,
                          const struct hp_vector_content *content)
{
    struct hp_plan *plan = &r->plan;

    if (strcmp(content->of, "own") != 0 || content->state > 0) {
        plan = hp_arena_alloc(&r->arena, sizeof *plan);
        if (plan == NULL)
            return hp_conform_fail(&r->err, r->vector->id, "out of memory");
        if (!hp_vector_plan(plan, &r->arena, r->how->vectors, r->vector,
                            content->of, content->state, &r->err))
            return false;
    } else if (!load_own_plan(r)) {
        return false;
    }
    return hp_content_build(tree, &r->arena, plan, content, r->vector->id,
                            &r->err);
}

static bool build_contents(struct hp_trial *r)
{
    size_t count = r->expected->outcome_count;

    r->contents = hp_arena_array(&r->arena, count, sizeof *r->contents);
    if (r->contents == NULL)
        return hp_conform_fail(&r->err, r->vector->id, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const struct hp_vector_outcome *outcome = &r->expected->outcomes[i];
        if (!outcome->reject && !outcome->bounded &&
            !build_content(&r->contents[i], r, &outcome->content))
            return false;
    }
    return true;
}

static bool forge(struct hp_trial *r)
{
    return load_own_plan(r) &&
           hp_vector_forge(&r->files, &r->plan, r->how->vectors, r->vector,
                           &r->err);
}

/* ---- reading --------------------------------------------------------- */

/* Where no content is judged, none is kept: such hives multiply. */
static uint32_t count_event(void *self, const struct hp_event *event)
{
    struct hp_tree *tree = self;

    if (!hp_nesting_take(&tree->nesting, event->kind)) {
        tree->status = HP_E_PROTOCOL;
        return HP_STOP;
    }
    tree->keys += event->kind == HP_EVENT_KEY_ENTER;
    tree->values += event->kind == HP_EVENT_VALUE;
    if (event->kind == HP_EVENT_DATA)
        tree->data_bytes += event->u.data.size;
    return HP_CONTINUE;
}

static bool wants_content(const struct hp_trial *r)
{
    for (size_t i = 0; i < r->expected->outcome_count; i++) {
        const struct hp_vector_outcome *outcome = &r->expected->outcomes[i];
        if (!outcome->reject && !outcome->bounded)
            return true;
    }
    return false;
}

/* What a reader may send: contracts 4 allow 64 MiB, contracts 2 as much data
 * again and 8 times the image, and a record, of which there may be 4 for 32
 * bytes, becomes some 100 bytes on its way here. */
static uint64_t output_of(uint64_t allowed, uint64_t image_size)
{
    return allowed + HP_LIMIT_DATA_FLOOR +
           image_size * (HP_LIMIT_DATA_FACTOR +
                         100 * HP_LIMIT_RECORD_FACTOR / HP_LIMIT_RECORD_SIZE);
}

static struct hp_isolate_limits limits_of(const struct hp_conform_how *how,
                                          uint64_t image_size)
{
    struct hp_isolate_limits limits = hp_isolate_limits_of(image_size);

    limits.output = output_of(limits.output, image_size);
    if (how->seconds > 0)
        limits.cpu_seconds = limits.wall_seconds = how->seconds;
    if (how->memory > 0)
        limits.memory = how->memory;
    return limits;
}

static uint64_t microseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Of all processes that were started here and have ended. */
static uint64_t cpu_microseconds(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_CHILDREN, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

void hp_trial_begin(struct hp_trial *r, struct hp_sink *sink)
{
    hp_tree_begin(&r->tree, &r->arena, sink);
    if (!wants_content(r))
        sink->event = count_event;
}

void hp_trial_end(struct hp_trial *r, uint32_t walk, enum hp_status status)
{
    struct hp_case_result *result = r->result;

    if (r->tree.status == HP_E_PROTOCOL ||
        (walk <= HP_WALK_PARTIAL &&
         !hp_nesting_may_end(&r->tree.nesting, walk))) {
        walk = HP_WALK_FAILED;
        status = HP_E_PROTOCOL;
    }
    result->result = (uint8_t)walk;
    result->status = status;
    result->keys = r->tree.keys;
    result->values = r->tree.values;
    result->data_bytes = r->tree.data_bytes;
}

/* The hive and its logs as the reader gets them. */
struct copies {
    struct hp_shared_copy hive, log[HP_LIMIT_LOGS];
};

static uint64_t size_of(const struct hp_vector_files *files)
{
    uint64_t size = files->hive.len;

    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++)
        size += files->log[i].len;
    return size;
}

static void close_copies(struct copies *copies)
{
    hp_shared_copy_close(&copies->hive);
    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++)
        hp_shared_copy_close(&copies->log[i]);
}

static bool open_copies(struct copies *copies,
                        const struct hp_vector_files *files)
{
    bool good = hp_shared_copy_open(&copies->hive, files->hive);

    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++) {
        copies->log[i] = (struct hp_shared_copy){.bytes = NULL};
        if (good && files->log[i].ptr != NULL)
            good = hp_shared_copy_open(&copies->log[i], files->log[i]);
    }
    if (!good)
        close_copies(copies);
    return good;
}

static bool are_modified(const struct copies *copies,
                         const struct hp_vector_files *files)
{
    bool modified = hp_shared_copy_is_modified(&copies->hive, files->hive);

    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++)
        modified = modified ||
                   hp_shared_copy_is_modified(&copies->log[i], files->log[i]);
    return modified;
}

static void read_copies(struct hp_trial *r, const struct copies *copies)
{
    struct hp_source source = *r->how->reader;
    struct hp_case_result *result = r->result;
    struct hp_error err = {HP_OK, 0, NULL, 0};
    struct hp_sink sink;

    source.isolated = true;
    source.session = r->how->session;
    source.limits = limits_of(r->how, size_of(&r->files));
    source.input = (struct hp_input){.size = sizeof source.input,
                                     .mode = hp_conform_mode(r->how->profile),
                                     .image = copies->hive.bytes,
                                     .image_size = copies->hive.size};
    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++) {
        source.input.log[i] =
            (struct hp_log_input){copies->log[i].bytes, copies->log[i].size};
        source.log_suffix[i] = r->vector->log[i];
    }
    hp_trial_begin(r, &sink);
    uint64_t wall = microseconds(), cpu = cpu_microseconds();
    uint32_t walk = hp_source_walk(&source, false, &sink, &err, result->detail,
                                   sizeof result->detail);
    result->wall_us = (uint32_t)(microseconds() - wall);
    result->cpu_us = (uint32_t)(cpu_microseconds() - cpu);
    hp_trial_end(r, walk, walk == HP_WALK_FAILED ? err.status : HP_OK);
}

/* ---- the result ------------------------------------------------------ */

/* Copies what fits of `text` behind units[0..*count). */
static void append(uint16_t *units, uint16_t *count, size_t room,
                   struct hp_text text)
{
    size_t left = room - *count;
    size_t taken = text.count < left ? text.count : left;

    if (taken > 0)
        memcpy(units + *count, text.units, taken * sizeof *units);
    *count = (uint16_t)(*count + taken);
}

static void note_path(struct hp_case_result *result,
                      const struct hp_tree_key *key)
{
    static const uint16_t backslash[] = {'\\'};
    const struct hp_tree_key *chain[HP_LIMIT_KEY_DEPTH];
    size_t depth = 0;

    for (; key != NULL && key->parent != NULL && depth < HP_LIMIT_KEY_DEPTH;
         key = key->parent)
        chain[depth++] = key;
    if (depth == 0)
        append(result->path, &result->path_units, HP_CASE_PATH_UNITS,
               (struct hp_text){backslash, 1});
    while (depth > 0) {
        append(result->path, &result->path_units, HP_CASE_PATH_UNITS,
               (struct hp_text){backslash, 1});
        append(result->path, &result->path_units, HP_CASE_PATH_UNITS,
               chain[--depth]->name);
    }
}

static void note_difference(struct hp_case_result *result,
                            const struct hp_difference *difference)
{
    (void)snprintf(result->field, sizeof result->field, "%s",
                   difference->field);
    (void)snprintf(result->expected, sizeof result->expected, "%s",
                   difference->a);
    (void)snprintf(result->received, sizeof result->received, "%s",
                   difference->b);
    note_path(result, difference->key);
    append(result->name, &result->name_units, HP_CASE_NAME_UNITS,
           difference->name);
}

/* True if the case has passed and there is more to judge. */
static bool has_services(const struct hp_trial *r)
{
    return r->how->end_to_end != NULL && r->vector->volumes != NULL &&
           r->result->verdict == HP_CASE_PASS &&
           r->result->result <= HP_WALK_PARTIAL && wants_content(r);
}

static bool judge(struct hp_trial *r, bool modified)
{
    const struct hp_received received = {&r->tree, r->result->result,
                                         (enum hp_status)r->result->status,
                                         modified};

    if (r->tree.status == HP_E_NO_MEMORY)
        return hp_conform_fail(&r->err, r->vector->id, "out of memory");
    if (!build_contents(r))
        return false;
    struct hp_judgement judgement =
        hp_judge(&received, r->expected, r->contents,
                 hp_vector_is_judged(r->vector, r->how->profile));
    r->result->verdict = (uint8_t)judgement.verdict;
    if (judgement.difference.field != NULL)
        note_difference(r->result, &judgement.difference);
    if (has_services(r) && !r->how->end_to_end(r->vector, &r->tree, r->result))
        r->result->verdict = HP_CASE_WRONG_CONTENT;
    return true;
}

/* What cannot be loaded or started says nothing about the vector. */
static bool is_infrastructure(uint32_t status)
{
    return status == HP_E_MODULE || status == HP_E_COMMAND ||
           status == HP_E_SPAWN || status == HP_E_IO;
}

static bool run(struct hp_trial *r)
{
    struct copies copies;

    if (!forge(r))
        return false;
    r->result->image_size = r->files.hive.len;
    if (!open_copies(&copies, &r->files))
        return hp_conform_fail(&r->err, r->vector->id, "out of memory");
    read_copies(r, &copies);
    bool modified = are_modified(&copies, &r->files);
    close_copies(&copies);
    if (is_infrastructure(r->result->status))
        return hp_conform_fail(
            &r->err, r->vector->id, "%s %s",
            hp_status_text((enum hp_status)r->result->status),
            r->result->detail);
    return judge(r, modified);
}

static void note_error(struct hp_case_result *result,
                       const struct hp_conform_error *err)
{
    char why[sizeof err->file + sizeof err->message + 2];

    (void)snprintf(why, sizeof why, "%s: %s", err->file, err->message);
    result->broken = 1;
    hp_detail_copy(result->detail, sizeof result->detail, why);
}

struct hp_trial *hp_trial_open(struct hp_case_result *result,
                               const struct hp_conform_how *how, uint32_t index)
{
    struct hp_trial *r = calloc(1, sizeof *r);

    *result = (struct hp_case_result){.index = index, .ran = 1};
    if (r == NULL) {
        result->broken = 1;
        hp_detail_copy(result->detail, sizeof result->detail, "out of memory");
        return NULL;
    }
    r->how = how;
    r->vector = &how->vectors->items[index];
    r->expected = &r->vector->expected[how->profile];
    r->arena = hp_arena_chunked(hp_allocator_unforked, CASE_MEMORY);
    r->result = result;
    return r;
}

void hp_trial_judge(struct hp_trial *r, bool modified)
{
    if (!judge(r, modified))
        note_error(r->result, &r->err);
}

void hp_trial_close(struct hp_trial *r)
{
    if (r != NULL)
        hp_arena_close(&r->arena);
    free(r);
}

void hp_case_without_logs(struct hp_case_result *result, uint32_t index)
{
    *result = (struct hp_case_result){.index = index,
                                      .ran = 1,
                                      .verdict = HP_CASE_NOT_SUPPORTED,
                                      .result = HP_WALK_FAILED,
                                      .status = HP_E_UNSUPPORTED};
    hp_detail_copy(result->detail, sizeof result->detail,
                   "the reader does not say that it reads logs");
}

void hp_case_run(struct hp_case_result *result,
                 const struct hp_conform_how *how, uint32_t index)
{
    struct hp_trial *trial = hp_trial_open(result, how, index);

    if (trial != NULL && !run(trial))
        note_error(result, &trial->err);
    hp_trial_close(trial);
}
