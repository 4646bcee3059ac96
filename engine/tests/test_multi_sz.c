/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdlib.h>

#include "multi_sz.h"

#define ODD HP_MSZ_ODD_LENGTH
#define EMPTY HP_MSZ_EMPTY_VALUE
#define UNTERM HP_MSZ_UNTERMINATED
#define NO_FINAL HP_MSZ_NO_FINAL_NUL
#define EMBEDDED HP_MSZ_EMBEDDED_EMPTY
#define DEAD HP_MSZ_DEAD_ENTRIES
#define TRAILING HP_MSZ_TRAILING_JUNK
#define LONE HP_MSZ_LONE_SURROGATE

static void finding_bits__are_eight_different_ones(void **state)
{
    (void)state;
    assert_int_equal(ODD + EMPTY + UNTERM + NO_FINAL + EMBEDDED + DEAD +
                         TRAILING + LONE,
                     0xFF);
    assert_int_equal(ODD | EMPTY | UNTERM | NO_FINAL | EMBEDDED | DEAD |
                         TRAILING | LONE,
                     0xFF);
}

/* The strings of `it` as text, each followed by ',', a dead one by '!'. */
static void join(char *out, struct hp_multi_sz it)
{
    const struct hp_span untouched = {(const uint8_t *)"x", 77, NULL};
    struct hp_span item;

    while (hp_multi_sz_next(&it, &item)) {
        for (size_t i = 0; i < item.len; i += 2) {
            uint16_t unit = hp_at_u16(item, i);
            *out++ = unit < 0x80 ? (char)unit : '?';
        }
        *out++ = it.dead ? '!' : ',';
    }
    *out = '\0';

    item = untouched;
    for (int i = 0; i < 2; i++)
        assert_false(hp_multi_sz_next(&it, &item));
    assert_memory_equal(&item, &untouched, sizeof(item));
}

/* The shapes of system-writer 6.3, in its order, and more. */
static const struct shape {
    struct hp_text text;
    size_t odd; /* 1: one byte 'x' more */
    const char *live, *all;
    uint32_t findings;
} shapes[] = {
    {TEXT_INIT(u"C:\\a\0D:\\b\0\0"), 0, "C:\\a,D:\\b,", "C:\\a,D:\\b,", 0},
    {TEXT_INIT(u"A\0B\0"), 0, "A,B,", "A,B,", NO_FINAL},
    {TEXT_INIT(u"A"), 0, "A,", "A,", UNTERM | NO_FINAL},
    {TEXT_INIT(u"A\0B"), 0, "A,B,", "A,B,", UNTERM | NO_FINAL},
    {TEXT_INIT(u"A\0B\0\0"), 1, "A,B,", "A,B,", ODD},
    {TEXT_INIT(u"A\0B\0"), 1, "A,B,", "A,B,", ODD | NO_FINAL},
    {TEXT_INIT(u"A\0\0B\0\0"), 0, "A,", "A,B!", EMBEDDED | DEAD},
    {TEXT_INIT(u"\0A\0\0"), 0, "", "A!", DEAD},
    {TEXT_INIT(u"\0"), 0, "", "", 0},
    {TEXT_INIT(u"\0\0"), 0, "", "", 0},
    {TEXT_INIT(u""), 0, "", "", EMPTY},
    {TEXT_INIT(u"A\0\0\0\0\0\0"), 0, "A,", "A,", TRAILING},
    {TEXT_INIT(u"A\0\0junk"), 0, "A,", "A,junk!", EMBEDDED | DEAD},
    {TEXT_INIT(u"A\xD83D\0\0"), 0, "A?,", "A?,", LONE},
    {TEXT_INIT(u""), 1, "", "", ODD | EMPTY},
    {TEXT_INIT(u" \0A\0\0"), 0, " ,A,", " ,A,", 0},

    {TEXT_INIT(u"\0\0\0"), 0, "", "", TRAILING},
    {TEXT_INIT(u"\0\0"), 1, "", "", ODD},
    {TEXT_INIT(u"\0\0A\0\0\0"), 0, "", "A!", DEAD},
    {TEXT_INIT(u"\0A\0\0B"), 0, "", "A!B!", EMBEDDED | DEAD},
    {TEXT_INIT(u"\0A\0B"), 0, "", "A!B!", DEAD},
    {TEXT_INIT(u"A\0\0\0"), 0, "A,", "A,", TRAILING},
    {TEXT_INIT(u"A\0\0\0B"), 0, "A,", "A,B!", EMBEDDED | DEAD},
    {TEXT_INIT(u"\xD83D\xDE00\0\0"), 0, "\?\?,", "\?\?,", 0},
    {TEXT_INIT(u"\xD83D\0\xDE00\0\0"), 0, "?,?,", "?,?,", LONE},
    {TEXT_INIT(u"\xDE00\0\0"), 0, "?,", "?,", LONE},
    {TEXT_INIT(u"A\0\0\xD83D"), 0, "A,", "A,?!", EMBEDDED | DEAD | LONE},
};

static void multi_sz__every_shape_has_its_meaning(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        const struct shape *s = &shapes[i];
        uint8_t bytes[64];
        char got[64];
        struct hp_span data = utf16le(bytes, s->text);

        bytes[data.len] = 'x';
        data.len += s->odd;
        join(got, hp_multi_sz_of(data));
        assert_string_equal(got, s->live);
        join(got, hp_multi_sz_all_of(data));
        assert_string_equal(got, s->all);
        assert_int_equal(hp_multi_sz_findings(data), s->findings);
    }
}

static void multi_sz__value_without_memory_is_empty(void **state)
{
    struct hp_span none = {NULL, 0, NULL};
    char got[8];

    (void)state;
    join(got, hp_multi_sz_all_of(none));
    assert_string_equal(got, "");
    assert_int_equal(hp_multi_sz_findings(none), EMPTY);
}

/* The rule once more, slowly: `kinds` has one letter for a unit, 0 for NUL.
 * The list ends at the first 0 that stands at the start or behind a 0. */
static size_t slow_end(const char *kinds)
{
    size_t end = 0;

    while (kinds[end] != '\0' &&
           !(kinds[end] == '0' && (end == 0 || kinds[end - 1] == '0')))
        end++;
    return end;
}

static void slow_join(char *out, const char *kinds, size_t until)
{
    size_t end = slow_end(kinds);

    for (size_t i = 0; i < until; i++) {
        if (kinds[i] == '0')
            continue;
        *out++ = kinds[i];
        if (i + 1 == strlen(kinds) || kinds[i + 1] == '0')
            *out++ = i > end ? '!' : ',';
    }
    *out = '\0';
}

static uint32_t slow_findings(const char *kinds)
{
    size_t count = strlen(kinds), end = slow_end(kinds);
    uint32_t found = 0;

    if (count == 0)
        return EMPTY;
    if (end == count)
        return NO_FINAL | (kinds[count - 1] != '0' ? UNTERM : 0);
    if (strpbrk(kinds + end, "A\1") != NULL)
        found |= DEAD;
    else if (count - end > (end == 0 ? 2U : 1U))
        found |= TRAILING;
    for (size_t i = 0; i + 2 < count; i++) {
        if (kinds[i] != '0' && kinds[i + 1] == '0' && kinds[i + 2] == '0' &&
            strpbrk(kinds + i + 2, "A\1") != NULL)
            found |= EMBEDDED;
    }
    return found;
}

static void check_kinds(const char *kinds, size_t odd)
{
    size_t count = strlen(kinds), size = 2 * count + odd;
    uint8_t *bytes = calloc(1, size);
    struct hp_span data = hp_span_of(bytes, size);
    char got[24], want[24];

    if (odd != 0)
        bytes[size - 1] = 'A';
    for (size_t i = 0; i < count; i++) {
        bytes[2 * i] = (uint8_t)(kinds[i] == '0' ? 0 : kinds[i]);
        bytes[2 * i + 1] = 0;
    }
    join(got, hp_multi_sz_of(data));
    slow_join(want, kinds, slow_end(kinds));
    assert_string_equal(got, want);
    join(got, hp_multi_sz_all_of(data));
    slow_join(want, kinds, count);
    assert_string_equal(got, want);
    assert_int_equal(hp_multi_sz_findings(data),
                     slow_findings(kinds) | (odd != 0 ? ODD : 0));
    free(bytes);
}

static void multi_sz__every_string_of_up_to_eight_units(void **state)
{
    unsigned total = 1;

    (void)state;
    for (size_t count = 0; count <= 8; count++, total *= 3) {
        for (unsigned number = 0; number < total; number++) {
            char kinds[9] = "";
            unsigned rest = number;
            for (size_t i = 0; i < count; i++, rest /= 3)
                kinds[i] = "0A\1"[rest % 3];
            check_kinds(kinds, 0);
            check_kinds(kinds, 1);
        }
    }
}

static void multi_sz__items_are_borrowed_and_reads_counted(void **state)
{
    uint64_t reads = 0;
    struct hp_span data = SPAN("A\0\0\0\0\0B\0"), item;
    struct hp_multi_sz it;

    (void)state;
    data.reads = &reads;
    it = hp_multi_sz_of(data);
    assert_true(hp_multi_sz_next(&it, &item));
    assert_ptr_equal(item.ptr, data.ptr);
    assert_int_equal(item.len, 2);
    assert_ptr_equal(item.reads, &reads);
    assert_int_equal(reads, 2);
    assert_false(it.dead);
    assert_false(hp_multi_sz_next(&it, &item));
    assert_true(it.dead);
    assert_int_equal(reads, 3); /* what is behind the list is not read */
}

/* One read for the walk and one for the surrogates. */
static void multi_sz__million_strings_cost_two_reads_a_unit(void **state)
{
    const size_t units = 2000000;
    uint64_t reads = 0;
    uint8_t *bytes = calloc(units, 2);
    struct hp_span data = {bytes, 2 * units, &reads};

    (void)state;
    for (size_t i = 0; i < units; i += 2)
        bytes[2 * i] = 'A';
    assert_int_equal(hp_multi_sz_findings(data), NO_FINAL);
    assert_int_equal(reads, 2 * units);
    memset(bytes, 0, 2 * units);
    reads = 0;
    assert_int_equal(hp_multi_sz_findings(data), TRAILING);
    assert_int_equal(reads, 2 * units);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finding_bits__are_eight_different_ones),
        cmocka_unit_test(multi_sz__every_shape_has_its_meaning),
        cmocka_unit_test(multi_sz__value_without_memory_is_empty),
        cmocka_unit_test(multi_sz__every_string_of_up_to_eight_units),
        cmocka_unit_test(multi_sz__items_are_borrowed_and_reads_counted),
        cmocka_unit_test(multi_sz__million_strings_cost_two_reads_a_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
