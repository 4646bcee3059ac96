/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include "hp_backend.h"
#include "nesting.h"

/* Events are written as one letter each. */
static uint32_t kind_of(char letter)
{
    static const char letters[] = " HKVDLX";
    const char *at = strchr(letters, letter);

    return at != NULL ? (uint32_t)(at - letters) : 99;
}

static const struct {
    const char *events;
    size_t taken; /* how many are accepted */
    bool done;    /* may end with DONE or PARTIAL */
} orders[] = {
    {"", 0, false},
    {"H", 1, true},
    {"HKL", 3, true},
    {"XHXKXVXDXDXLX", 13, true},
    {"HKVVDVDDKVDLKLL", 15, true},
    {"HK", 2, false},
    {"HKKL", 4, false},
    {"HH", 1, true},
    {"HKH", 2, false},
    {"K", 0, false},
    {"V", 0, false},
    {"D", 0, false},
    {"L", 0, false},
    {"HV", 1, true},
    {"HL", 1, true},
    {"HD", 1, true},
    {"HKD", 2, false},
    {"HKLK", 3, true}, /* a second root */
    {"HKLL", 3, true},
    {"HKLV", 3, true},
    {"HKKLV", 4, false}, /* a value behind a subkey */
    {"HKKLKV", 6, false},
    {"HKVLD", 4, true},
    {"HKVKD", 4, false},
    {"HKVDLX", 6, true},
    {"H?", 1, true},
    {"H ", 1, true},
};

static void nesting__takes_what_the_interface_promises(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct hp_nesting nesting = {0};
        size_t taken = 0;
        while (orders[i].events[taken] != '\0' &&
               hp_nesting_take(&nesting, kind_of(orders[i].events[taken])))
            taken++;
        assert_int_equal(taken, orders[i].taken);
        assert_int_equal(hp_nesting_may_end(&nesting, HP_WALK_DONE),
                         orders[i].done);
        assert_int_equal(hp_nesting_may_end(&nesting, HP_WALK_PARTIAL),
                         orders[i].done);
        assert_true(hp_nesting_may_end(&nesting, HP_WALK_REFUSED));
        assert_true(hp_nesting_may_end(&nesting, HP_WALK_FAILED));
    }
}

static void nesting__refused_event_changes_nothing(void **state)
{
    struct hp_nesting nesting = {0}, before;
    (void)state;

    assert_true(hp_nesting_take(&nesting, HP_EVENT_HIVE));
    assert_true(hp_nesting_take(&nesting, HP_EVENT_KEY_ENTER));
    assert_int_equal(nesting.depth, 1);
    before = nesting;
    assert_false(hp_nesting_take(&nesting, HP_EVENT_HIVE));
    assert_false(hp_nesting_take(&nesting, HP_EVENT_DATA));
    assert_int_equal(nesting.depth, before.depth);
    assert_true(nesting.values_allowed);
    assert_true(hp_nesting_take(&nesting, HP_EVENT_KEY_LEAVE));
    assert_int_equal(nesting.depth, 0);
}

/* `answers` has what the sink answers to the event above: '.' continue, 's'
 * skip, 'v' values only. `shown` is what it sees. */
static const struct {
    const char *events, *answers, *shown;
} prunings[] = {
    {"HKVDVDKVDLLX", "............", "HKVDVDKVDLLX"},
    {"HKVDVDKVDXLLX", ".s...........", "HKLX"},
    {"HKVDKVDKLXLKVDLLX", "....s............", "HKVDKLKVDLLX"},
    {"HKVDKVDKLLKVLL", ".v............", "HKVDL"},
    {"HKXVXDXKXLXL", ".v..........", "HKXVXDXL"},
    {"HKKVKLLKVLL", "..v........", "HKKVLKVLL"},
    {"HKKVLKVLL", "..v......", "HKKVLKVLL"},
    {"HKKLKLL", "..v....", "HKKLKLL"},
    {"HKVDXDVDL", "..s......", "HKVXVDL"},
    {"HKVDKVDLL", "..s......", "HKVKVDLL"},
    {"HKVDL", "..v..", "HKVDL"}, /* VALUES_ONLY is no answer to a value */
    {"HKL", "s..", "HKL"},       /* nor is anything to these */
    {"HKVDLX", "...s.s", "HKVDLX"},
};

static void pruning__shows_what_the_sink_did_not_skip(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(prunings); i++) {
        struct hp_nesting nesting = {0};
        struct hp_pruning pruning = {0};
        char shown[32] = "";
        for (size_t k = 0; prunings[i].events[k] != '\0'; k++) {
            uint32_t kind = kind_of(prunings[i].events[k]);
            char answer = prunings[i].answers[k];
            (void)hp_nesting_take(&nesting, kind);
            if (!hp_pruning_shows(&pruning, &nesting, kind))
                continue;
            shown[strlen(shown)] = prunings[i].events[k];
            hp_pruning_answer(&pruning, &nesting, kind,
                              answer == 's'   ? HP_SKIP
                              : answer == 'v' ? HP_VALUES_ONLY
                                              : HP_CONTINUE);
        }
        assert_string_equal(shown, prunings[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nesting__takes_what_the_interface_promises),
        cmocka_unit_test(nesting__refused_event_changes_nothing),
        cmocka_unit_test(pruning__shows_what_the_sink_did_not_skip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
