/* SPDX-License-Identifier: Apache-2.0 */
#include "enumerate_check.h"

#include <string.h>

#include "ask.h"
#include "enumerate_alone.h"
#include "enumerate_parts.h"
#include "enumerate_remedy.h"
#include "exclusion_findings.h"
#include "model_findings.h"
#include "model_software.h"
#include "model_tree.h"
#include "native.h"

struct hp_source enumerate_source(struct hp_span image)
{
    return (struct hp_source){.input = {.size = sizeof(struct hp_input),
                                        .mode = HP_MODE_FORENSIC,
                                        .image = image.ptr,
                                        .image_size = image.len},
                              .backend = &hp_backend_native};
}

static uint32_t read_tree(struct hp_tree *tree, struct hp_arena *arena,
                          struct hp_span image)
{
    struct hp_source source = enumerate_source(image);
    struct hp_sink sink;

    hp_tree_begin(tree, arena, &sink);
    return hp_backend_native.walk(&source.input, &sink);
}

/* What the model says of a hive, with all that it needs. */
struct second {
    struct hp_arena arena;
    struct hp_tree tree;
    struct model_given given;
    struct model_report report;
    enum model_run run; /* MODEL_SILENT also of what cannot be read whole */
};

static void second_open(struct second *second, struct hp_span image,
                        const struct hp_question *question)
{
    second->arena = hp_arena_chunked(hp_allocator_libc, FUZZ_ARENA_LIMIT);
    second->given = (struct model_given){.question = question};
    second->run = MODEL_SILENT;
    if (question->software != NULL)
        second->given.software = &second->tree;
    if (read_tree(&second->tree, &second->arena, image) == HP_WALK_DONE)
        second->run = model_run(&second->report, &second->arena, &second->tree,
                                &second->given);
}

/* Whose fault it is that memory which fails is not told, or told where none
 * did. */
static void blame_memory(struct hp_span image,
                         const struct hp_question *question)
{
    struct second second;

    second_open(&second, image, question);
    if (second.run == MODEL_RAN)
        enumerate_parts_check_starved(question, &second.report.machine);
    hp_arena_close(&second.arena);
}

bool enumerate_run(struct hp_report *report, struct hp_arena *arena,
                   struct hp_span image, const struct hp_question *question,
                   const struct fuzz_memory *memory)
{
    struct hp_source source = enumerate_source(image);
    struct hp_error err = {HP_OK, 0, NULL, 0};
    enum hp_status status =
        hp_enumerate(report, arena, &source, question, &err, NULL, 0);
    bool refused = memory->failing > 0 && memory->calls >= memory->failing;
    bool other = question->software != NULL &&
                 question->software->input.image != image.ptr;

    FUZZ_CHECK(!other || status != HP_OK, "1: a SOFTWARE hive that is none");
    bool told = (status == HP_E_NO_MEMORY) == refused;
    if (!told)
        blame_memory(image, question);
    FUZZ_CHECK(told, "1: memory");
    if (status == HP_OK)
        return true;
    FUZZ_CHECK(hp_status_class(status) == HP_CLASS_INPUT ||
                   hp_status_class(status) == HP_CLASS_LIMIT || refused,
               "1: the input's fault");
    FUZZ_CHECK(err.status == status && err.field != NULL, "1: says so");
    return false;
}

void enumerate_check_starved(struct hp_span image,
                             const struct hp_question *question, size_t failing)
{
    struct fuzz_memory memory = {0, failing};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_report report;

    (void)enumerate_run(&report, &arena, image, question, &memory);
    hp_arena_close(&arena);
}

/* ---- one report ---------------------------------------------------------- */

static bool ends_in_exe(struct hp_text path)
{
    static const uint16_t exe[] = u".exe";

    return path.count >= 4 && memcmp(path.units + path.count - 4, exe, 8) == 0;
}

static void check_service(const struct hp_service_result *service,
                          const struct hp_report *report,
                          const struct hp_question *question)
{
    const struct hp_outcome *outcome = &service->outcome;

    ask_check_outcome(outcome, question, report->exclusion_count);
    FUZZ_CHECK((service->kind == HP_KIND_NONE) ==
                   (outcome->verdict == HP_VERDICT_SKIP_NOT_SERVICE),
               "2: what is no service has no verdict");
    if (service->has_driver)
        ask_check_outcome(&service->driver, question, report->exclusion_count);
    else
        FUZZ_CHECK(service->kind != HP_KIND_WIN32 || !outcome->has_path ||
                       ends_in_exe(outcome->writer_path),
                   "5: .exe");
}

void enumerate_check_report(const struct hp_report *report,
                            const struct hp_question *question)
{
    FUZZ_CHECK(report->code == 0 || report->result == HP_RESULT_FAILED,
               "2: a code is a failure's");
    for (size_t i = 0; i < report->service_count; i++)
        check_service(&report->services[i], report, question);
    for (size_t i = 0; i < report->culprit_count; i++)
        FUZZ_CHECK(report->culprits[i] < report->service_count,
                   "2: a culprit is a service");
    for (size_t i = 0; i < report->damage_count; i++)
        FUZZ_CHECK(!report->damage[i].decisive ||
                       report->result != HP_RESULT_OK,
                   "2: no run is good over damage that decides");
    exclusion_findings_check(report);
}

/* ---- two reports -----------------------------------------------------------
 */

/* Whether the hotfix made a service's step worse: it may only exclude, or, by
 * a list of a wrong type, make a failure doubtful. */
static bool is_worse(enum hp_verdict before, enum hp_verdict after)
{
    return before != after && after != HP_VERDICT_EXCLUDED &&
           !(after == HP_VERDICT_INDETERMINATE &&
             before >= HP_VERDICT_FAIL_VOLUME);
}

void enumerate_check_profile(const struct hp_report *report,
                             struct hp_span image,
                             const struct hp_question *question)
{
    struct hp_question other = *question;
    struct fuzz_memory enough = {0, 0};
    struct hp_arena arena = fuzz_arena(&enough);
    struct hp_report with;

    if (question->profile != HP_PROFILE_PRE)
        return;
    other.profile = HP_PROFILE_KB980794;
    if (enumerate_run(&with, &arena, image, &other, &enough)) {
        FUZZ_CHECK(with.service_count == report->service_count, "4: services");
        bool same = true;
        for (size_t i = 0; i < with.service_count; i++) {
            enum hp_verdict before = report->services[i].outcome.verdict;
            enum hp_verdict after = with.services[i].outcome.verdict;
            /* With two steps another one may now stand first. */
            FUZZ_CHECK(report->services[i].has_driver ||
                           !is_worse(before, after),
                       "4: an exclusion makes nothing worse");
            same = same && before == after;
        }
        FUZZ_CHECK(with.has_exclusions || same, "4: no list, no difference");
        FUZZ_CHECK(report->result != HP_RESULT_OK ||
                       with.result == HP_RESULT_OK,
                   "4: a good run stays good");
        exclusion_findings_check_local(report, &with);
    }
    hp_arena_close(&arena);
}

/* ---- the model
 * ---------------------------------------------------------------- */

static bool is_step(const struct hp_outcome *outcome,
                    const struct model_outcome *want)
{
    return outcome->verdict == want->verdict &&
           outcome->has_path == want->has_path &&
           outcome->writer_path.count == want->path.count &&
           (want->path.count == 0 ||
            memcmp(outcome->writer_path.units, want->path.units,
                   2 * want->path.count) == 0);
}

static bool has_finding(const struct hp_findings *findings, const char *name)
{
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->names[i], name) == 0)
            return true;
    return false;
}

/* A report, and what the model says of the same hive. */
struct comparison {
    const struct hp_report *report;
    const struct model_report *want;
    const struct model_given *given;
    const struct hp_tree *tree;
    struct hp_arena *slow;
};

static bool same_findings(const struct hp_service_result *service,
                          const struct model_service *want)
{
    for (unsigned i = 0; i < MODEL_FINDINGS; i++)
        if (has_finding(&service->outcome.findings, model_finding_names[i]) !=
            ((want->findings >> i & 1) != 0))
            return false;
    return true;
}

static void check_steps(const struct comparison *c, size_t index)
{
    const struct hp_service_result *service = &c->report->services[index];
    const struct model_machine *machine = &c->want->machine;
    const struct model_service *want = &c->want->services[index];
    const struct model_outcome *only =
        want->win32.ran ? &want->win32 : &want->driver;
    bool both = want->win32.ran && want->driver.ran;
    /* K6: the worse one first, of equals the Win32 step. */
    bool driver_first = both && model_badness(machine, &want->driver, true) >
                                    model_badness(machine, &want->win32, false);

    const struct model_outcome *first = driver_first ? &want->driver : only;
    bool found = same_findings(service, want);
    bool right = !first->ran || is_step(&service->outcome, first);
    bool other_right =
        !both ||
        is_step(&service->driver, driver_first ? &want->win32 : &want->driver);

    if (!found || !right || !other_right)
        enumerate_parts_check_strings(c->slow, c->tree);
    FUZZ_CHECK(found, "3: the findings");
    FUZZ_CHECK(service->has_driver == both, "3: the steps");
    FUZZ_CHECK((service->kind != HP_KIND_NONE) == only->ran, "3: a service");
    if (!right || !other_right)
        enumerate_parts_check_service(c->report, index, c->slow, c->given,
                                      machine);
    FUZZ_CHECK(right, "3: the verdict");
    FUZZ_CHECK(other_right, "3: the other verdict");
}

/* Which control set it is, and why not another. */
static bool is_set(const struct hp_report *report,
                   const struct model_report *want)
{
    static const char *const unusable[] = {"CURRENT_UNUSABLE",
                                           "DEFAULT_UNUSABLE", "LKG_UNUSABLE"};

    for (unsigned i = 0; i < 3; i++)
        if (has_finding(&report->findings, unusable[i]) !=
            ((want->unusable >> i & 1) != 0))
            return false;
    return want->control_set == report->control_set;
}

static void check_whole(const struct comparison *c)
{
    const struct hp_report *report = c->report;
    const struct model_report *want = c->want;
    bool same_set = is_set(report, want);
    bool has_link = model_child(c->tree->root, "CurrentControlSet") != NULL;

    FUZZ_CHECK(has_finding(&report->findings, "CURRENT_CONTROL_SET_KEY") ==
                   has_link,
               "3: a key CurrentControlSet");
    FUZZ_CHECK(same_set, "3: the control set");
    if (!same_set)
        return; /* all that follows is another one's */
    FUZZ_CHECK(want->count == report->service_count, "3: the services");
    for (size_t i = 0; i < want->count; i++)
        check_steps(c, i);
    FUZZ_CHECK(want->result == report->result, "3: the result");
    FUZZ_CHECK(want->code == report->code, "3: its code");
}

static void check_hotfix(const struct comparison *c)
{
    const struct hp_hotfix *hotfix = &c->report->hotfix;
    enum hp_hotfix_state state;

    if (model_hotfix(&state, &c->want->machine)) {
        if (hotfix->state != state)
            enumerate_parts_check_strings(c->slow, c->tree);
        FUZZ_CHECK(hotfix->state == state, "3: the hotfix");
    }
    FUZZ_CHECK(hotfix->reason != NULL, "3: why");
}

/* Only over hives read whole: what damage does is the engine's own rule. */
void enumerate_check_model(const struct hp_report *report, struct hp_span image,
                           const struct hp_question *question, uint64_t hash)
{
    struct second second;

    second_open(&second, image, question);
    FUZZ_CHECK(second.run != MODEL_NOT_SYSTEM, "3: a SYSTEM hive");
    if (second.run == MODEL_RAN) {
        const struct comparison whole = {report, &second.report, &second.given,
                                         &second.tree, &second.arena};
        if (fuzz_asks(64, 3, hash))
            enumerate_parts_check(&second.arena, question,
                                  &second.report.machine);
        check_whole(&whole);
        check_hotfix(&whole);
        enumerate_remedy_check(report, &second.arena, &second.tree,
                               &second.given, hash >> 8);
        if (fuzz_asks(8, 2, hash))
            enumerate_alone_check(report, &second.arena, &second.given,
                                  hash >> 8);
    }
    hp_arena_close(&second.arena);
}
