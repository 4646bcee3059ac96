/* SPDX-License-Identifier: Apache-2.0 */
#include "enumerate_remedy.h"

#include "fuzz.h"
#include "model_environment.h"

/* The entries as REG_MULTI_SZ data. bytes.ptr NULL: no memory. */
static struct hp_span list_of(struct hp_arena *arena,
                              const struct hp_remedy *remedy)
{
    size_t units = 1, at = 0;

    for (size_t i = 0; i < remedy->entry_count; i++)
        units += remedy->entries[i].count + 1;
    uint8_t *bytes = hp_arena_array(arena, units, 2);
    if (bytes == NULL)
        return hp_span_of(NULL, 0);
    for (size_t i = 0; i < remedy->entry_count; i++) {
        hp_utf16le_encode(bytes + at, remedy->entries[i]);
        at += 2 * (remedy->entries[i].count + 1);
    }
    return hp_span_of(bytes, 2 * units);
}

/* The live entries come first, as they were; an empty one would end the list.
 */
static void check_kept(const struct hp_report *report,
                       const struct hp_remedy *remedy)
{
    size_t kept = 0;

    for (size_t i = 0; i < report->exclusion_count; i++) {
        const struct hp_exclusion *old = &report->exclusions[i];
        if (!old->live || old->text.count == 0)
            continue;
        FUZZ_CHECK(kept < remedy->kept_count &&
                       model_is_same(remedy->entries[kept], old->text),
                   "6: an entry that was there stays");
        kept++;
    }
    FUZZ_CHECK(kept == remedy->kept_count, "6: what was there");
}

static void check_new(const struct hp_remedy *remedy)
{
    for (size_t i = remedy->kept_count; i < remedy->entry_count; i++)
        for (size_t k = 0; k < i; k++)
            FUZZ_CHECK(!model_is_same(remedy->entries[i], remedy->entries[k]),
                       "6: no entry twice");
}

/* What is unproven fails where the user says so. */
static bool fails(const struct model_report *report, size_t i)
{
    const struct model_service *service = &report->services[i];
    const struct model_machine *machine = &report->machine;
    unsigned least =
        machine->question->policies.assume_unproven == HP_UNPROVEN_FAIL ? 1 : 4;

    return model_badness(machine, &service->win32, false) >= least ||
           model_badness(machine, &service->driver, true) >= least;
}

/* What the model says of the machine with the new list. A remedy does not count
 * on entries that cover drivers, whatever the policy. */
static void check_cure(const struct hp_remedy *remedy,
                       const struct model_report *cured)
{
    const struct hp_policies *policies = &cured->machine.question->policies;

    for (size_t i = 0; i < remedy->cured_count; i++)
        FUZZ_CHECK(!fails(cured, remedy->cured[i]), "6: it is cured");
    for (size_t i = 0; i < remedy->incurable_count; i++)
        FUZZ_CHECK(fails(cured, remedy->incurable[i]) ||
                       policies->exclusions_cover_drivers,
                   "6: no cure is missed");
    FUZZ_CHECK(remedy->incurable_count > 0 || cured->code == 0,
               "6: the run is cured");
}

static void check_starved(const struct hp_report *report, uint64_t choice)
{
    struct fuzz_memory enough = {0, 0};
    struct hp_arena arena = fuzz_arena(&enough);
    struct hp_remedy remedy;

    FUZZ_CHECK(hp_remedy_of(&remedy, &arena, report) == HP_OK, "6: memory");
    hp_arena_close(&arena);
    struct fuzz_memory failing = {0, 1 + choice % enough.calls};
    arena = fuzz_arena(&failing);
    FUZZ_CHECK(hp_remedy_of(&remedy, &arena, report) == HP_E_NO_MEMORY,
               "6: a failed allocation");
    hp_arena_close(&arena);
}

void enumerate_remedy_check(const struct hp_report *report,
                            struct hp_arena *arena, const struct hp_tree *tree,
                            const struct model_given *given, uint64_t choice)
{
    const struct hp_question *question = given->question;
    struct model_given then = *given;
    struct model_report cured;
    struct hp_remedy remedy;

    if (question->profile != HP_PROFILE_KB980794 || report->code == 0 ||
        hp_remedy_of(&remedy, arena, report) != HP_OK)
        return;
    FUZZ_CHECK(remedy.cured_count + remedy.incurable_count ==
                   report->culprit_count,
               "6: each culprit is cured or not");
    check_starved(report, choice);
    check_kept(report, &remedy);
    check_new(&remedy);
    struct hp_span list = list_of(arena, &remedy);
    then.exclusions = &list;
    if (list.ptr != NULL && model_run(&cured, arena, tree, &then) == MODEL_RAN)
        check_cure(&remedy, &cured);
}
