/* SPDX-License-Identifier: Apache-2.0
 *
 * What the forge writes as logs the reader recovers: hives equal their clean
 * twins. Writer and reader share no line but spans and Marvin32. */
#include "log.h"

#include "hive_asserts.h"
#include "layout.h"
#include "log_asserts.h"
#include "log_pairs.h"

enum { PAIRS = 1280 };

/* What is in a pair, measured on what the reader saw. */
struct seen {
    unsigned pairs, traits[PAIR_TRAITS];
};

static struct hp_log_set set_of(const struct hp_forged *forged)
{
    struct hp_log_set set = {
        .primary = hp_span_of(forged->hive.bytes, forged->hive.size)};

    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        if (forged->has_log[i])
            set.log[i] = hp_span_of(forged->log[i].bytes, forged->log[i].size);
    }
    return set;
}

/* The events from the root on: the base block is looked at elsewhere. */
static char *events_of(uint8_t *bytes, size_t size, char **tree)
{
    struct hive_builder h = {.image = bytes, .size = size};
    char *text = event_text(&h, &hp_backend_native, HP_MODE_FORENSIC, NULL);

    *tree = strstr(text, "+ROOT");
    assert_non_null(*tree);
    return text;
}

static void expect_same_events(uint8_t *a, size_t a_size, uint8_t *b,
                               size_t b_size, bool same)
{
    char *tree_a, *tree_b;
    char *text_a = events_of(a, a_size, &tree_a);
    char *text_b = events_of(b, b_size, &tree_b);

    assert_int_equal(strcmp(tree_a, tree_b) == 0, same);
    free(text_a);
    free(text_b);
}

/* ---- what a pair has ------------------------------------------------- */

static bool has_stale_entry(const struct hp_log_verdict *verdict,
                            struct hp_span log)
{
    uint32_t signature = 0;

    return verdict->order > 0 && hp_span_u32(log, verdict->end, &signature) &&
           signature == 0x454c7648 && verdict->why.status == HP_E_SEQUENCE;
}

static void count_traits(struct seen *seen, const struct hp_forged *forged,
                         const struct hp_recovery *plan)
{
    const struct hp_log_verdict *first = NULL;
    bool wraps = false, stale = false, dirt = false;
    uint32_t last = 0;

    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++) {
        const struct hp_log_verdict *v = &plan->log[i];
        if (v->order == 1)
            first = v;
        if (v->order == plan->applied)
            last = v->last;
        stale = stale || has_stale_entry(v, plan->set.log[i]);
        dirt = dirt || (v->order > 0 && v->format == HP_LOG_DIRT);
    }
    wraps = first != NULL && last < first->first;
    size_t before = forged->hive.size, after = forged->clean.size;
    seen->pairs++;
    seen->traits[PAIR_GROWS] += after > before;
    seen->traits[PAIR_SHRINKS] += after < before;
    seen->traits[PAIR_TWO_LOGS] += plan->applied == 2;
    seen->traits[PAIR_WRAPS] += wraps;
    seen->traits[PAIR_STALE_TAIL] += stale;
    seen->traits[PAIR_DIRT] += dirt;
    seen->traits[PAIR_BIG_DIRT] += dirt && plan->bins_size > 508 * 8 * 512;
}

/* ---- the property ---------------------------------------------------- */

static void expect_twin(const struct hp_forged *forged,
                        const struct hp_recovery *plan)
{
    const struct hp_image *clean = &forged->clean;
    uint8_t *image = malloc(plan->size);

    assert_non_null(image);
    assert_int_equal(plan->result, HP_RECOVERY_DONE);
    assert_int_equal(plan->size, clean->size);
    hp_recovery_apply(plan, image);
    expect_same_events(image, plan->size, clean->bytes, clean->size, true);
    expect_same_events(forged->hive.bytes, forged->hive.size, clean->bytes,
                       clean->size, false);
    /* Not the events alone: every byte, but for the base block, of which the
     * log says the sequence number and the size. */
    assert_memory_equal(image + BASE_SIZE, clean->bytes + BASE_SIZE,
                        clean->size - BASE_SIZE);
    assert_memory_equal(image, clean->bytes, 512);
    free(image);
}

static void check_pair(struct seen *seen, uint64_t seed)
{
    char *recipe = log_pair_recipe(seed % PAIR_TRAITS, seed);
    struct hp_recovery plan;
    struct hp_log_set set;
    struct logs l;

    logs_open(&l, strchr(recipe, '\n') + 1);
    set = set_of(&l.forged);
    if (hp_recovery_plan(&plan, &set) != HP_RECOVERY_DONE)
        fail_msg("%s\n-> %d", recipe, plan.result);
    expect_twin(&l.forged, &plan);
    count_traits(seen, &l.forged, &plan);
    logs_close(&l);
    free(recipe);
}

static void recovered__equals_the_clean_twin(void **state)
{
    struct seen seen = {0};
    (void)state;

    for (uint64_t seed = 0; seed < PAIRS; seed++)
        check_pair(&seen, seed);
    print_message("%u pairs: %u grow, %u shrink, %u of two logs, %u wrap, "
                  "%u with a stale tail, %u DIRT, %u of it over 2 MiB\n",
                  seen.pairs, seen.traits[PAIR_GROWS],
                  seen.traits[PAIR_SHRINKS], seen.traits[PAIR_TWO_LOGS],
                  seen.traits[PAIR_WRAPS], seen.traits[PAIR_STALE_TAIL],
                  seen.traits[PAIR_DIRT], seen.traits[PAIR_BIG_DIRT]);
    assert_true(seen.pairs >= 1000);
    for (int trait = 0; trait < PAIR_PLAIN; trait++)
        assert_true(seen.traits[trait] >= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recovered__equals_the_clean_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
