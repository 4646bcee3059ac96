/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum outcome { PASSED, FAILED, SKIPPED };

static jmp_buf end_of_test;

int hp_check_run(const struct CMUnitTest *tests, size_t count,
                 const void *setup, const void *teardown)
{
    static size_t i; /* static: longjmp leaves it as it is */
    static int failed;

    if (setup != NULL || teardown != NULL)
        return -1;
    for (i = 0; i < count; i++) {
        void *state = tests[i].state;
        int outcome = setjmp(end_of_test);
        if (outcome == PASSED)
            tests[i].run(&state);
        else if (outcome == FAILED)
            failed++;
        printf("%s %s\n",
               outcome == PASSED   ? "passed "
               : outcome == FAILED ? "FAILED "
                                   : "skipped",
               tests[i].name);
        (void)fflush(stdout);
    }
    return failed;
}

_Noreturn void hp_check_skip(void)
{
    longjmp(end_of_test, SKIPPED);
}

_Noreturn void hp_check_fail(const char *file, int line, const char *format,
                             ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)fprintf(stderr, "%s:%d: ", file, line);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    longjmp(end_of_test, FAILED);
}

void print_message(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
}

void hp_check(bool holds, const char *said, const char *file, int line)
{
    if (!holds)
        hp_check_fail(file, line, "not so: %s", said);
}

void hp_check_numbers(bool equal, uint64_t a, uint64_t b, const char *file,
                      int line)
{
    if ((a == b) != equal)
        hp_check_fail(file, line, "%#" PRIx64 " and %#" PRIx64, a, b);
}

void hp_check_range(uint64_t value, uint64_t least, uint64_t most,
                    const char *file, int line)
{
    if (value < least || value > most)
        hp_check_fail(file, line,
                      "%" PRIu64 " is not in %" PRIu64 " to %" PRIu64, value,
                      least, most);
}

void hp_check_strings(bool equal, const char *a, const char *b,
                      const char *file, int line)
{
    if ((strcmp(a, b) == 0) != equal)
        hp_check_fail(file, line, "\"%s\" and \"%s\"", a, b);
}

void hp_check_memory(const void *a, const void *b, size_t size,
                     const char *file, int line)
{
    const unsigned char *one = a, *other = b;

    for (size_t i = 0; i < size; i++) {
        if (one[i] != other[i])
            hp_check_fail(file, line, "byte %zu is %#x and %#x", i, one[i],
                          other[i]);
    }
}
