/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdlib.h>

static const uint16_t table25[] = {
#include "upcase_table25.inc"
};

/* TableChecksum of the exFAT specification, figure 3. */
static uint32_t table_checksum(void)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < 2 * COUNT_OF(table25); i++) {
        uint32_t byte = table25[i / 2] >> (i % 2 * 8) & 0xFF;
        sum = ((sum & 1) != 0 ? 0x80000000 : 0) + (sum >> 1) + byte;
    }
    return sum;
}

static void upcase__raw_table_is_the_published_one(void **state)
{
    (void)state;
    assert_int_equal(COUNT_OF(table25), 2918);
    assert_int_equal(table_checksum(), 0xE619D30D);
}

static void upcase__equals_the_published_table(void **state)
{
    uint32_t unit = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(table25); i++) {
        if (table25[i] != 0xFFFF || unit == 0xFFFF) {
            assert_int_equal(hp_upcase((uint16_t)unit), table25[i]);
            unit++;
            continue;
        }
        for (uint32_t same = table25[++i]; same > 0; same--, unit++)
            assert_int_equal(hp_upcase((uint16_t)unit), unit);
    }
    assert_int_equal(unit, 0x10000);
}

static void upcase__known_units(void **state)
{
    static const uint16_t rows[][2] = {
        {'a', 'A'},       {'z', 'Z'},       {'`', '`'},       {'{', '{'},
        {'A', 'A'},       {0xE4, 0xC4},     {0xDF, 0xDF},     {0xF7, 0xF7},
        {0xFF, 0x178},    {0xB5, 0xB5},     {0x131, 0x131},   {0x17F, 0x17F},
        {0x3C2, 0x3A3},   {0x3C3, 0x3A3},   {0x430, 0x410},   {0x10D0, 0x10D0},
        {0x1E01, 0x1E00}, {0xFF41, 0xFF21}, {0xD83D, 0xD83D}, {0xFFFF, 0xFFFF},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(hp_upcase(rows[i][0]), rows[i][1]);
}

static void lower_ascii__changes_a_to_z_only(void **state)
{
    (void)state;
    for (uint32_t unit = 0; unit <= 0xFFFF; unit++) {
        bool upper = unit < 0x80 &&
                     strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (int)unit) != NULL;
        upper = upper && unit != 0;
        assert_int_equal(hp_lower_ascii((uint16_t)unit),
                         upper ? unit + 32 : unit);
    }
}

static void equal_nocase__compares_upper_case_units(void **state)
{
    static const struct {
        struct hp_text a, b;
        bool want;
    } rows[] = {
        {TEXT_INIT(u""), TEXT_INIT(u""), true},
        {TEXT_INIT(u"a"), TEXT_INIT(u""), false},
        {TEXT_INIT(u"aBc"), TEXT_INIT(u"AbC"), true},
        {TEXT_INIT(u"abc"), TEXT_INIT(u"abd"), false},
        {TEXT_INIT(u"abc"), TEXT_INIT(u"xbc"), false},
        {TEXT_INIT(u"abc"), TEXT_INIT(u"abcd"), false},
        {TEXT_INIT(u"\u00E4\u03C2"), TEXT_INIT(u"\u00C4\u03C3"), true},
        {TEXT_INIT(u"\u00DF"), TEXT_INIT(u"ss"), false},
        {TEXT_INIT(u"a\0b"), TEXT_INIT(u"A\0B"), true},
        {TEXT_INIT(u"a\0b"), TEXT_INIT(u"a\0c"), false},
        {TEXT_INIT(u"\xD83D"), TEXT_INIT(u"\xD83E"), false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(hp_text_equal_nocase(rows[i].a, rows[i].b),
                         rows[i].want);
        assert_int_equal(hp_text_equal_nocase(rows[i].b, rows[i].a),
                         rows[i].want);
    }
}

static void is__compares_with_ascii(void **state)
{
    static const struct {
        struct hp_text text;
        const char *ascii;
        bool is, is_nocase;
    } rows[] = {
        {TEXT_INIT(u""), "", true, true},
        {TEXT_INIT(u""), "a", false, false},
        {TEXT_INIT(u"a"), "", false, false},
        {TEXT_INIT(u"\0"), "", false, false},
        {TEXT_INIT(u"Type"), "Type", true, true},
        {TEXT_INIT(u"Type"), "tYPE", false, true},
        {TEXT_INIT(u"Type"), "Typ", false, false},
        {TEXT_INIT(u"Typ"), "Type", false, false},
        {TEXT_INIT(u"Type"), "Typf", false, false},
        {TEXT_INIT(u"Type"), "Sype", false, false},
        {TEXT_INIT(u"\u0154"), "T", false, false},
        {TEXT_INIT(u"[{"), "[[", false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(hp_text_is(rows[i].text, rows[i].ascii), rows[i].is);
        assert_int_equal(hp_text_is_nocase(rows[i].text, rows[i].ascii),
                         rows[i].is_nocase);
    }
}

/* What lies behind a text is not part of it. */
static void texts__end_at_their_count(void **state)
{
    struct hp_text a = {u"abX", 2}, b = {u"ABY", 2};

    (void)state;
    assert_true(hp_text_equal_nocase(a, b));
    assert_true(hp_text_is(a, "ab"));
    assert_true(hp_text_is_nocase(b, "ab"));
}

static void surrogates__are_told_at_their_edges(void **state)
{
    (void)state;
    for (uint32_t unit = 0; unit <= 0x1FFFF; unit++) {
        assert_int_equal(hp_is_high_surrogate(unit),
                         unit >> 10 == 0xD800 >> 10);
        assert_int_equal(hp_is_low_surrogate(unit), unit >> 10 == 0xDC00 >> 10);
    }
}

/* The obvious way: cross out each high half right before a low one with it,
 * and see whether a half is left. */
static bool slow_has_lone(const char *kinds)
{
    char left[8];

    strcpy(left, kinds);
    for (char *pair; (pair = strstr(left, "hl")) != NULL;)
        memcpy(pair, "..", 2);
    return strpbrk(left, "hl") != NULL;
}

static void lone_surrogate__is_found_in_every_short_text(void **state)
{
    (void)state;
    for (unsigned number = 0; number < 3 * 3 * 3 * 3 * 3; number++) {
        char kinds[6] = "";
        uint16_t units[5];
        unsigned rest = number;

        for (size_t count = 0; count <= 5; count++) {
            struct hp_text text = {units, count};
            assert_int_equal(hp_text_has_lone_surrogate(text),
                             slow_has_lone(kinds));
            if (count == 5)
                break;
            kinds[count] = "ahl"[rest % 3];
            units[count] = (uint16_t[]){'a', 0xD83D, 0xDE00}[rest % 3];
            kinds[count + 1] = '\0';
            rest /= 3;
        }
    }
}

static void next_point__joins_a_high_and_a_low_half(void **state)
{
    static const struct {
        struct hp_text text;
        uint32_t points[4];
        size_t count;
    } rows[] = {
        {TEXT_INIT(u"a"), {'a'}, 1},
        {TEXT_INIT(u"\xD800\xDC00"), {0x10000}, 1},
        {TEXT_INIT(u"\xD800\xDC01"), {0x10001}, 1},
        {TEXT_INIT(u"\xD801\xDC00"), {0x10400}, 1},
        {TEXT_INIT(u"\xDBFF\xDFFF"), {0x10FFFF}, 1},
        {TEXT_INIT(u"\xD800"), {0xD800}, 1},
        {TEXT_INIT(u"\xDC00"), {0xDC00}, 1},
        {TEXT_INIT(u"\xDC00\xD800"), {0xDC00, 0xD800}, 2},
        {TEXT_INIT(u"\xD800\xD800\xDC00z"), {0xD800, 0x10000, 'z'}, 3},
        {TEXT_INIT(u"\xDBFF\xE000"), {0xDBFF, 0xE000}, 2},
        {TEXT_INIT(u"\xD7FF\xDC00"), {0xD7FF, 0xDC00}, 2},
        {TEXT_INIT(u"\xD800\xDBFF"), {0xD800, 0xDBFF}, 2},
        {TEXT_INIT(u"\xD83D\0\xDE00"), {0xD83D, 0, 0xDE00}, 3},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t at = 0;
        for (size_t k = 0; k < rows[i].count; k++)
            assert_int_equal(hp_text_next_point(rows[i].text, &at),
                             rows[i].points[k]);
        assert_int_equal(at, rows[i].text.count);
    }
}

static void utf16le__is_little_endian_and_whole_units(void **state)
{
    uint64_t reads = 0;
    uint16_t units[3] = {7, 7, 7};
    struct hp_span bytes = SPAN("A\0\x3D\xD8\x01");

    (void)state;
    bytes.reads = &reads;
    assert_int_equal(hp_utf16le_count(bytes), 2);
    hp_utf16le_decode(units, bytes);
    assert_int_equal(units[0], 'A');
    assert_int_equal(units[1], 0xD83D);
    assert_int_equal(units[2], 7);
    assert_int_equal(reads, 2);
    for (size_t len = 0; len <= 5; len++)
        assert_int_equal(hp_utf16le_count(hp_span_of("abcde", len)), len / 2);
}

static void utf16le__encode_writes_what_decode_reads(void **state)
{
    static const uint16_t units[] = {'A', 0, 0xD83D};
    uint8_t bytes[7];

    (void)state;
    memset(bytes, 0x55, sizeof bytes);
    hp_utf16le_encode(bytes, (struct hp_text){units, 3});
    assert_memory_equal(bytes, "A\0\0\0\x3D\xD8\x55", 7);
}

/* UTF-8 of the code point by the table of RFC 3629, the other way round. */
static size_t slow_utf8(uint8_t *out, uint32_t point)
{
    size_t size = point < 0x80      ? 1
                  : point < 0x800   ? 2
                  : point < 0x10000 ? 3
                                    : 4;

    for (size_t i = size; i-- > 1; point /= 64)
        out[i] = (uint8_t)(0x80 + point % 64);
    out[0] = (uint8_t)((uint8_t[]){0, 0, 0xC0, 0xE0, 0xF0}[size] + point);
    return size;
}

/* `text` is the one code point `point`. */
static void check_round_trip(struct hp_text text, uint32_t point)
{
    uint8_t want[4];
    char out[2 * HP_UTF8_PER_UNIT];
    uint16_t back[2 * HP_UTF8_PER_UNIT];
    bool valid = false;
    size_t size = slow_utf8(want, point);

    assert_int_equal(hp_text_to_wtf8(out, text), size);
    assert_memory_equal(out, want, size);
    assert_int_equal(hp_wtf8_decode(back, out, size, &valid), text.count);
    assert_memory_equal(back, text.units, text.count * sizeof(uint16_t));
    assert_true(valid);

    if (point >= 0xD800 && point <= 0xDFFF)
        size = slow_utf8(want, 0xFFFD);
    assert_int_equal(hp_text_to_utf8(out, text), size);
    assert_memory_equal(out, want, size);
}

static void utf8__round_trip_of_every_code_point(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0xFFFF; point++) {
        uint16_t unit = (uint16_t)point;
        check_round_trip((struct hp_text){&unit, 1}, point);
    }
    for (uint32_t high = 0; high < 0x400; high++) {
        for (uint32_t low = 0; low < 0x400; low++) {
            uint16_t pair[] = {(uint16_t)(0xD800 + high),
                               (uint16_t)(0xDC00 + low)};
            check_round_trip((struct hp_text){pair, 2},
                             0x10000 + high * 0x400 + low);
        }
    }
}

static void utf8__texts_of_two_units_at_the_edges(void **state)
{
    static const uint16_t edges[] = {0,      'a',    0xD7FF, 0xD800, 0xDBFF,
                                     0xDC00, 0xDFFF, 0xE000, 0xFFFF};
    char out[2 * HP_UTF8_PER_UNIT];
    uint16_t back[2 * HP_UTF8_PER_UNIT];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(edges) * COUNT_OF(edges); i++) {
        uint16_t units[] = {edges[i / COUNT_OF(edges)],
                            edges[i % COUNT_OF(edges)]};
        struct hp_text text = {units, 2};
        bool valid = false;
        size_t size = hp_text_to_wtf8(out, text);

        assert_int_equal(hp_wtf8_decode(back, out, size, &valid), 2);
        assert_memory_equal(back, units, sizeof(units));
        assert_true(valid);

        size = hp_text_to_utf8(out, text);
        hp_wtf8_decode(back, out, size, &valid);
        assert_true(valid);
        assert_int_equal(memcmp(back, units, sizeof(units)) != 0,
                         hp_text_has_lone_surrogate(text));
    }
}

/* Table 3-7 of the Unicode standard, "Well-Formed UTF-8 Byte Sequences", with
 * surrogates let in: the row E0..EF has no gap at ED. */
static const struct form {
    uint8_t lead[2], second[2];
    size_t size;
} forms[] = {
    {{0x00, 0x7F}, {0, 0}, 1},       {{0xC2, 0xDF}, {0x80, 0xBF}, 2},
    {{0xE0, 0xE0}, {0xA0, 0xBF}, 3}, {{0xE1, 0xEF}, {0x80, 0xBF}, 3},
    {{0xF0, 0xF0}, {0x90, 0xBF}, 4}, {{0xF1, 0xF3}, {0x80, 0xBF}, 4},
    {{0xF4, 0xF4}, {0x80, 0x8F}, 4},
};

static bool matches(const struct form *f, const uint8_t *bytes, size_t len)
{
    if (bytes[0] < f->lead[0] || bytes[0] > f->lead[1] || len < f->size)
        return false;
    for (size_t i = 1; i < f->size; i++) {
        uint8_t low = i == 1 ? f->second[0] : 0x80;
        uint8_t high = i == 1 ? f->second[1] : 0xBF;
        if (bytes[i] < low || bytes[i] > high)
            return false;
    }
    return true;
}

static size_t slow_decode(uint16_t *units, const uint8_t *bytes, size_t len,
                          bool *valid)
{
    static const uint8_t payload[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t count = 0;

    *valid = true;
    for (size_t at = 0, size; at < len; at += size) {
        uint32_t point = 0xFFFD;

        size = 0;
        for (size_t i = 0; i < COUNT_OF(forms); i++) {
            if (matches(&forms[i], bytes + at, len - at))
                size = forms[i].size;
        }
        if (size > 0)
            point = bytes[at] & payload[size];
        for (size_t i = 1; i < size; i++)
            point = point * 64 + bytes[at + i] % 64;
        if (size == 0) {
            *valid = false;
            size = 1;
        }
        if (point > 0xFFFF)
            units[count++] = (uint16_t)(0xD7C0 + point / 0x400);
        units[count++] =
            (uint16_t)(point > 0xFFFF ? 0xDC00 + point % 0x400 : point);
    }
    return count;
}

static void check_decode(const uint8_t *bytes, size_t len)
{
    uint16_t want[4], got[4] = {0xEEEE, 0xEEEE, 0xEEEE, 0xEEEE};
    bool want_valid, valid = false;
    size_t count = slow_decode(want, bytes, len, &want_valid);

    assert_int_equal(hp_wtf8_decode(got, (const char *)bytes, len, &valid),
                     count);
    assert_int_equal(valid, want_valid);
    assert_memory_equal(got, want, count * sizeof(want[0]));
    for (size_t i = count; i < 4; i++)
        assert_int_equal(got[i], 0xEEEE);
}

static void wtf8__every_sequence_of_one_and_two_bytes(void **state)
{
    uint16_t none = 0xEEEE;
    bool valid = false;

    (void)state;
    assert_int_equal(hp_wtf8_decode(&none, "", 0, &valid), 0);
    assert_true(valid);
    for (uint32_t pair = 0; pair <= 0xFFFF; pair++) {
        uint8_t *bytes = malloc(2);
        bytes[0] = (uint8_t)(pair >> 8);
        bytes[1] = (uint8_t)pair;
        check_decode(bytes, 2);
        check_decode(bytes + 1, 1); /* nothing of ours lies behind it */
        free(bytes);
    }
}

static void wtf8__sequences_of_three_and_four_bytes_at_the_edges(void **state)
{
    static const uint8_t edges[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90,
                                    0x9F, 0xA0, 0xBF, 0xC0, 0xE2, 0xFF};
    const size_t n = COUNT_OF(edges);

    (void)state;
    for (size_t i = 0; i < 256 * n * n * n; i++) {
        uint8_t bytes[] = {(uint8_t)(i / (n * n * n)), edges[i / (n * n) % n],
                           edges[i / n % n], edges[i % n]};
        check_decode(bytes, 4);
        if (i % n == 0)
            check_decode(bytes, 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upcase__raw_table_is_the_published_one),
        cmocka_unit_test(upcase__equals_the_published_table),
        cmocka_unit_test(upcase__known_units),
        cmocka_unit_test(lower_ascii__changes_a_to_z_only),
        cmocka_unit_test(equal_nocase__compares_upper_case_units),
        cmocka_unit_test(is__compares_with_ascii),
        cmocka_unit_test(texts__end_at_their_count),
        cmocka_unit_test(surrogates__are_told_at_their_edges),
        cmocka_unit_test(lone_surrogate__is_found_in_every_short_text),
        cmocka_unit_test(next_point__joins_a_high_and_a_low_half),
        cmocka_unit_test(utf16le__is_little_endian_and_whole_units),
        cmocka_unit_test(utf16le__encode_writes_what_decode_reads),
        cmocka_unit_test(utf8__round_trip_of_every_code_point),
        cmocka_unit_test(utf8__texts_of_two_units_at_the_edges),
        cmocka_unit_test(wtf8__every_sequence_of_one_and_two_bytes),
        cmocka_unit_test(wtf8__sequences_of_three_and_four_bytes_at_the_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
