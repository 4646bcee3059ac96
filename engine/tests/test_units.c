/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include "units.h"

static const struct {
    const char *bytes;
    uint32_t size, encoding;
    struct hp_text want;
} cases[] = {
    {"", 0, HP_UTF16LE, TEXT_INIT(u"")},
    {"A\0B\0", 4, HP_UTF16LE, TEXT_INIT(u"AB")},
    {"A\0B", 3, HP_UTF16LE, TEXT_INIT(u"A")},
    {"A", 1, HP_UTF16LE, TEXT_INIT(u"")},
    {"\x00\xd8", 2, HP_UTF16LE, TEXT_INIT(u"\xd800")},
    {"a\xff\0z", 4, HP_LATIN1, TEXT_INIT(u"a\x00ff\0z")},
    {"\x80", 1, 77, TEXT_INIT(u"\x0080")},
    {"\xc3\xa9\0\xff", 4, HP_UTF8, TEXT_INIT(u"\x00e9\0\xfffd")},
    {"\xed\xa0\x80", 3, HP_UTF8, TEXT_INIT(u"\xd800")},
    {NULL, 5, HP_UTF8, TEXT_INIT(u"")},
    {NULL, HP_UNKNOWN_SIZE, HP_UTF16LE, TEXT_INIT(u"")},
};

static void units__decode_every_encoding(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_string string = {cases[i].bytes, cases[i].size,
                                   cases[i].encoding};
        struct hp_units it = hp_units_of(&string);
        uint16_t units[HP_UNITS_LEAST];
        size_t count = hp_units_next(&it, units, HP_UNITS_LEAST);
        assert_int_equal(count, cases[i].want.count);
        assert_memory_equal(units, cases[i].want.units, 2 * count);
        assert_int_equal(hp_units_next(&it, units, HP_UNITS_LEAST), 0);
    }
}

/* Decodes in pieces of HP_UNITS_LEAST and at once, and compares. */
static void expect_same_in_pieces(const uint8_t *bytes, uint32_t size,
                                  uint32_t encoding)
{
    struct hp_string string = {bytes, size, encoding};
    struct hp_units whole = hp_units_of(&string), it = whole;
    uint16_t want[64], got[64], piece[HP_UNITS_LEAST];
    size_t count = hp_units_next(&whole, want, COUNT_OF(want));
    size_t sum = 0, n;

    assert_int_equal(whole.left, 0);
    while ((n = hp_units_next(&it, piece, HP_UNITS_LEAST)) > 0) {
        assert_false(sum > 0 && (got[sum - 1] & 0xFC00) == 0xD800 &&
                     (piece[0] & 0xFC00) == 0xDC00);
        memcpy(got + sum, piece, 2 * n);
        sum += n;
    }
    assert_int_equal(sum, count);
    assert_memory_equal(got, want, 2 * count);
}

/* Every string of two kinds of parts, at every distance from the cut. */
static void units__pieces_split_no_character(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t size, encoding;
    } parts[] = {
        {"\xf0\x9f\x8c\x8d", 4, HP_UTF8},
        {"\xe2\x82\xac", 3, HP_UTF8},
        {"\xc3\xa9", 2, HP_UTF8},
        {"\xed\xa0\xbc\xed\xbc\x8d", 6, HP_UTF8}, /* a pair in WTF-8 */
        {"\x80\x80\x80\x80\x80\xf0\x9f\x8c\x8d\x80\x80", 11, HP_UTF8},
        {"\xed\xa0\xbc", 3, HP_UTF8},
        {"\x3c\xd8\x0d\xdf", 4, HP_UTF16LE},
        {"\x3c\xd8", 2, HP_UTF16LE},
        {"\xff", 1, HP_LATIN1},
    };
    uint8_t bytes[64];
    (void)state;

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        uint32_t unit = parts[i].encoding == HP_UTF16LE ? 2 : 1;
        for (uint32_t before = 0; before < 20; before += unit) {
            uint32_t size = before;
            memset(bytes, 'a', sizeof(bytes));
            while (size + parts[i].size < 40) {
                memcpy(bytes + size, parts[i].bytes, parts[i].size);
                size += parts[i].size;
            }
            for (uint32_t end = before; end <= size + 1; end++)
                expect_same_in_pieces(bytes, end, parts[i].encoding);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units__decode_every_encoding),
        cmocka_unit_test(units__pieces_split_no_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
