/* SPDX-License-Identifier: Apache-2.0
 *
 * What libFuzzer is spared is known; what is new is shown. */
#include "known_edges.h"

#include "hp_cmocka.h"

enum { COUNT = 37 }; /* no multiple of what a machine adds at once */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_edge_is_new_once),
        cmocka_unit_test(how_often_is_no_edge),
        cmocka_unit_test(new_beside_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
