/* SPDX-License-Identifier: Apache-2.0
 *
 * As much of cmocka's interface as the unit tests use. Debian has cmocka for
 * the machine at hand only; the portable builds (HP_PORTABLE) are for others,
 * and find this header in its place. Every other build uses cmocka itself. */
#ifndef HP_PORTABLE_CMOCKA_H
#define HP_PORTABLE_CMOCKA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
    void *state;
};

#define cmocka_unit_test(test)                                                 \
    {                                                                          \
#test, test, NULL                                                      \
    }
#define cmocka_unit_test_prestate(test, first)                                 \
    {                                                                          \
#test, test, first                                                     \
    }

/* The number of tests that failed. There is neither set-up nor tear-down. */
#define cmocka_run_group_tests(tests, setup, teardown)                         \
    hp_check_run(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
int hp_check_run(const struct CMUnitTest *tests, size_t count,
                 const void *setup, const void *teardown);

/* Each ends the test unless `holds`. */
void hp_check(bool holds, const char *said, const char *file, int line);
void hp_check_numbers(bool equal, uint64_t a, uint64_t b, const char *file,
                      int line);
void hp_check_range(uint64_t value, uint64_t least, uint64_t most,
                    const char *file, int line);
void hp_check_strings(bool equal, const char *a, const char *b,
                      const char *file, int line);
void hp_check_memory(const void *a, const void *b, size_t size,
                     const char *file, int line);
_Noreturn void hp_check_fail(const char *file, int line, const char *format,
                             ...) __attribute__((format(printf, 3, 4)));
_Noreturn void hp_check_skip(void);
void print_message(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#define assert_true(c) hp_check(!!(c), #c, __FILE__, __LINE__)
#define assert_false(c) hp_check(!(c), "not " #c, __FILE__, __LINE__)
#define assert_null(p) hp_check((p) == NULL, #p " is NULL", __FILE__, __LINE__)
#define assert_non_null(p)                                                     \
    hp_check((p) != NULL, #p " is not NULL", __FILE__, __LINE__)
#define assert_ptr_equal(a, b)                                                 \
    hp_check((const void *)(a) == (const void *)(b), #a " is " #b, __FILE__,   \
             __LINE__)
#define assert_ptr_not_equal(a, b)                                             \
    hp_check((const void *)(a) != (const void *)(b), #a " is not " #b,         \
             __FILE__, __LINE__)
#define assert_int_equal(a, b)                                                 \
    hp_check_numbers(true, (uint64_t)(a), (uint64_t)(b), __FILE__, __LINE__)
#define assert_int_not_equal(a, b)                                             \
    hp_check_numbers(false, (uint64_t)(a), (uint64_t)(b), __FILE__, __LINE__)
#define assert_in_range(value, least, most)                                    \
    hp_check_range((uint64_t)(value), (uint64_t)(least), (uint64_t)(most),     \
                   __FILE__, __LINE__)
#define assert_string_equal(a, b)                                              \
    hp_check_strings(true, a, b, __FILE__, __LINE__)
#define assert_string_not_equal(a, b)                                          \
    hp_check_strings(false, a, b, __FILE__, __LINE__)
#define assert_memory_equal(a, b, size)                                        \
    hp_check_memory(a, b, size, __FILE__, __LINE__)
#define fail() hp_check_fail(__FILE__, __LINE__, "failed")
#define fail_msg(...) hp_check_fail(__FILE__, __LINE__, __VA_ARGS__)
#define skip() hp_check_skip()

#endif
