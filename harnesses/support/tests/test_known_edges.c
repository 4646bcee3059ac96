/* SPDX-License-Identifier: Apache-2.0
 *
 * What libFuzzer is spared is known; what is new is shown. */
#include "known_edges.h"

#include <stdio.h>
#include <string.h>

#include "hp_cmocka.h"

enum { COUNT = 37 }; /* no multiple of what a machine adds at once */

/* As -fsanitize=fuzzer-no-link and the mutator have them. */
__attribute__((section("__sancov_cntrs"), used)) static uint8_t lit[COUNT];
extern bool hp_mutator_ran;
bool hp_mutator_ran;
int LLVMFuzzerInitialize(int *argc, char ***argv);

static void each_edge_is_new_once(void **state)
{
    uint8_t known[COUNT] = {0}, counters[COUNT] = {0};

    (void)state;
    assert_false(known_edges_add(known, counters, COUNT));
    for (size_t i = 0; i < COUNT; i++) {
        counters[i] = 1;
        assert_true(known_edges_add(known, counters, COUNT));
        assert_false(known_edges_add(known, counters, COUNT));
    }
}

static void how_often_is_no_edge(void **state)
{
    uint8_t known[COUNT] = {0}, counters[COUNT] = {0};

    (void)state;
    counters[5] = 2;
    assert_true(known_edges_add(known, counters, COUNT));
    for (unsigned value = 0; value <= UINT8_MAX; value++) {
        counters[5] = (uint8_t)value;
        assert_false(known_edges_add(known, counters, COUNT));
    }
}

/* Next to known ones, and after an input that had not the known ones. */
static void new_beside_known(void **state)
{
    uint8_t known[COUNT] = {0}, counters[COUNT] = {0};

    (void)state;
    counters[0] = counters[COUNT - 1] = UINT8_MAX;
    assert_true(known_edges_add(known, counters, COUNT));
    counters[0] = 0;
    counters[20] = 1;
    assert_true(known_edges_add(known, counters, COUNT));
    counters[0] = 1;
    assert_false(known_edges_add(known, counters, COUNT));
}

/* An input that lights one edge; whether libFuzzer sees it. */
static bool shows(size_t edge, bool mutated)
{
    memset(lit, 0, sizeof lit);
    lit[edge] = 1;
    hp_mutator_ran = mutated;
    known_edges_hide();
    return lit[edge] == 1;
}

static void start(const char *option)
{
    char name[] = "fuzz_hive", copy[32];
    char *arguments[] = {name, copy, NULL}, **argv = arguments;
    int argc = 2;

    (void)snprintf(copy, sizeof copy, "%s", option);
    assert_int_equal(LLVMFuzzerInitialize(&argc, &argv), 0);
}

/* In this order: what is known once, stays so. */
static void only_known_edges_of_mutations_are_hidden(void **state)
{
    (void)state;
    start("-use_counters=1");
    assert_true(shows(0, true) && shows(0, true));
    start("-use_counters=0");
    for (size_t edge = 1; edge < COUNT; edge++) {
        assert_true(shows(edge, edge % 2 == 0)); /* new */
        assert_true(shows(edge, false));         /* of a file */
        assert_false(shows(edge, true));
        assert_false(hp_mutator_ran);
    }
    memset(lit, 1, sizeof lit); /* edge 0 is new: all are shown */
    hp_mutator_ran = true;
    known_edges_hide();
    for (size_t edge = 0; edge < COUNT; edge++)
        assert_int_equal(lit[edge], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_edge_is_new_once),
        cmocka_unit_test(how_often_is_no_edge),
        cmocka_unit_test(new_beside_known),
        cmocka_unit_test(only_known_edges_of_mutations_are_hidden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
