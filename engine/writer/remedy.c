/* SPDX-License-Identifier: Apache-2.0 */
#include "enumerate.h"
#include "exclusions.h"
#include "judge.h"

struct work {
    struct hp_arena *arena;
    struct hp_text *entries;
    size_t entry_count;
    struct hp_text_index index; /* the valid entries */
    size_t *cured, *incurable;
    size_t cured_count, incurable_count;
};

static void put_entry(struct work *work, struct hp_text text)
{
    work->entries[work->entry_count++] = text;
    if (hp_exclusion_is_valid(text))
        hp_text_index_put(&work->index, text, work->entry_count);
}

/* True if an entry can drop what makes the service fail: the path of its
 * Win32 step (X5: nobody knows that the list covers drivers). */
static bool is_curable(const struct hp_service_result *service)
{
    bool win32_only =
        !service->has_driver ||
        service->driver.verdict == HP_VERDICT_SKIP_INACTIVE_DRIVER;

    return service->kind == HP_KIND_WIN32 && win32_only &&
           service->outcome.has_path &&
           hp_exclusion_is_valid(service->outcome.writer_path);
}

static void cure(struct work *work, const struct hp_report *report, size_t i)
{
    const struct hp_service_result *service = &report->services[i];
    struct hp_text path = service->outcome.writer_path;

    if (!is_curable(service)) {
        work->incurable[work->incurable_count++] = i;
        return;
    }
    work->cured[work->cured_count++] = i;
    if (hp_text_index_find(&work->index, path) == HP_NOT_FOUND)
        put_entry(work, path);
}

enum hp_status hp_remedy_of(struct hp_remedy *remedy, struct hp_arena *arena,
                            const struct hp_report *report)
{
    size_t failing =
        report->result == HP_RESULT_FAILED ? report->culprit_count : 0;
    size_t most = report->exclusion_count + failing;
    struct work work = {.arena = arena};

    work.entries = hp_arena_array(arena, most, sizeof(*work.entries));
    work.cured = hp_arena_array(arena, failing, sizeof(*work.cured));
    work.incurable = hp_arena_array(arena, failing, sizeof(*work.incurable));
    if (work.entries == NULL || work.cured == NULL || work.incurable == NULL ||
        !hp_text_index_open(&work.index, arena, most))
        return HP_E_NO_MEMORY;
    for (size_t i = 0; i < report->exclusion_count; i++) {
        const struct hp_exclusion *old = &report->exclusions[i];
        /* An empty string, which a REG_SZ can be, would end the list. */
        if (old->live && old->text.count > 0)
            put_entry(&work, old->text);
    }
    size_t kept = work.entry_count;
    for (size_t i = 0; i < failing; i++)
        cure(&work, report, report->culprits[i]);
    *remedy = (struct hp_remedy){.entries = work.entries,
                                 .entry_count = work.entry_count,
                                 .kept_count = kept,
                                 .cured = work.cured,
                                 .incurable = work.incurable,
                                 .cured_count = work.cured_count,
                                 .incurable_count = work.incurable_count};
    return HP_OK;
}
