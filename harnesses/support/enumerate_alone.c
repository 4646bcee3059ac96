/* SPDX-License-Identifier: Apache-2.0 */
#include "enumerate_alone.h"

#include "fuzz.h"
#include "path_check.h"
#include "volume_rules.h"

static enum hp_status judge(struct hp_report *report, struct hp_arena *arena,
                            const struct hp_path_question *path,
                            const struct hp_question *question)
{
    struct hp_error err = {HP_OK, 0, NULL, 0};
    enum hp_status status =
        hp_judge_path(report, arena, path, question, &err, NULL, 0);

    FUZZ_CHECK(err.status == status, "7: says so");
    return status;
}

static void check_starved(const struct hp_path_question *path,
                          const struct hp_question *question, size_t failing)
{
    struct fuzz_memory memory = {0, failing};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_report report;
    enum hp_status status = judge(&report, &arena, path, question);

    if (status != HP_E_NO_MEMORY) /* it may be the fault of the volumes */
        volume_rules_check_starved(question, '\0', NULL, 0);
    FUZZ_CHECK(status == HP_E_NO_MEMORY, "7: a failed allocation");
    hp_arena_close(&arena);
}

/* The same path out of a variable: what that holds is not expanded again (E3).
 */
static void check_held(const struct hp_path_question *path, struct hp_text text,
                       struct hp_arena *slow, const struct model_given *given)
{
    static const uint8_t held[] = {'%', 0, 'v', 0, '%', 0};
    static const uint16_t name[] = u"v";
    const struct hp_variable variable = {{name, 1}, text, "user"};
    struct hp_path_question by_name = *path;
    struct hp_question question = *given->question;
    struct fuzz_memory memory = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_report report;

    question.variables = &variable;
    question.variable_count = 1;
    by_name.data = hp_span_of(held, sizeof held);
    FUZZ_CHECK(judge(&report, &arena, &by_name, &question) == HP_OK,
               "7: nothing is refused");
    path_check_model(&report.services[0].outcome, slow, &question, &by_name,
                     given->software);
    hp_arena_close(&arena);
}

static void check_step(const struct hp_service_result *service, bool driver,
                       struct hp_arena *slow, const struct model_given *given,
                       uint64_t choice)
{
    const struct hp_path_question path = {.driver = driver,
                                          .name = service->name,
                                          .missing = !service->has_image_path,
                                          .type = service->image_path_type,
                                          .data = service->image_path_raw};
    struct fuzz_memory memory = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_report alone;

    FUZZ_CHECK(judge(&alone, &arena, &path, given->question) == HP_OK,
               "7: nothing is refused");
    FUZZ_CHECK(alone.service_count == 1, "7: one service");
    path_check_model(&alone.services[0].outcome, slow, given->question, &path,
                     given->software);
    check_starved(&path, given->question, 1 + choice % memory.calls);
    check_held(&path, service->image_path_text, slow, given);
    hp_arena_close(&arena);
}

void enumerate_alone_check(const struct hp_report *report,
                           struct hp_arena *slow,
                           const struct model_given *given, uint64_t choice)
{
    if (report->service_count == 0)
        return;
    const struct hp_service_result *service =
        &report->services[choice % report->service_count];
    bool driver = service->kind == HP_KIND_DRIVER;
    check_step(service, driver, slow, given, choice >> 8);
    if (service->has_driver)
        check_step(service, !driver, slow, given, choice >> 8);
}
