/* SPDX-License-Identifier: Apache-2.0
 *
 * Does the cmocka of the portable builds see failures? One test for each way
 * to fail, and one that passes; exits 0 only when all but that one failed. */
#include "cmocka.h"

#include <stdio.h>

#define FAILS(name, statement)                                                 \
    static void name(void **state)                                             \
    {                                                                          \
        (void)state;                                                           \
        statement;                                                             \
    }

static int one = 1;

FAILS(true_fails, assert_true(one == 2))
FAILS(false_fails, assert_false(one == 1))
FAILS(null_fails, assert_null(&one))
FAILS(non_null_fails, assert_non_null(NULL))
FAILS(ptr_fails, assert_ptr_equal(&one, NULL))
FAILS(ptr_not_fails, assert_ptr_not_equal(&one, &one))
FAILS(int_fails, assert_int_equal(one, -1))
FAILS(int_not_fails, assert_int_not_equal(-one, -1))
FAILS(range_fails, assert_in_range(one, 2, 3))
FAILS(string_fails, assert_string_equal("a", "b"))
FAILS(string_not_fails, assert_string_not_equal("a", "a"))
FAILS(memory_fails, assert_memory_equal("ab", "ac", 2))
FAILS(fail_fails, fail())
FAILS(fail_msg_fails, fail_msg("%d", one))

static void others_pass(void **state)
{
    assert_ptr_equal(*state, &one);
    assert_memory_equal("ab", "ac", 1);
    assert_in_range(one, 1, 1);
    assert_string_equal("a", "a");
    assert_int_equal(one, 1);
}

static void skip_skips(void **state)
{
    (void)state;
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(true_fails),
        cmocka_unit_test(false_fails),
        cmocka_unit_test(null_fails),
        cmocka_unit_test(non_null_fails),
        cmocka_unit_test(ptr_fails),
        cmocka_unit_test(ptr_not_fails),
        cmocka_unit_test(int_fails),
        cmocka_unit_test(int_not_fails),
        cmocka_unit_test(range_fails),
        cmocka_unit_test(string_fails),
        cmocka_unit_test(string_not_fails),
        cmocka_unit_test(memory_fails),
        cmocka_unit_test(fail_fails),
        cmocka_unit_test(fail_msg_fails),
        cmocka_unit_test(skip_skips),
        cmocka_unit_test_prestate(others_pass, &one),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    (void)printf("%d failed\n", failed);
    return failed == (int)(sizeof tests / sizeof tests[0]) - 2 ? 0 : 1;
}
