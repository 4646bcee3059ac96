/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "members.h"

/* The line as memory that ends where it ends, for the sanitizer. */
static char *line_of(const char *text, size_t size)
{
    char *line = malloc(size > 0 ? size : 1);

    assert_non_null(line);
    memcpy(line, text, size);
    return line;
}

static const struct {
    const char *line, *member, *text;
    enum hp_member_kind kind;
} good[] = {
    {"{\"a\":\"b\"}", "a", "b", HP_MEMBER_STRING},
    {" { \"a\" : \"b\" , \"c\":\"d\" } \r", "c", "d", HP_MEMBER_STRING},
    {"{\"a\":\"\"}", "a", "", HP_MEMBER_STRING},
    {"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "a", "\"\\/\b\f\n\r\t",
     HP_MEMBER_STRING},
    {"{\"a\":\"\\u0041\\u00e4\\u20AC\"}", "a", "A\xc3\xa4\xe2\x82\xac",
     HP_MEMBER_STRING},
    {"{\"a\":\"\\ud83d\\ude00\"}", "a", "\xf0\x9f\x98\x80", HP_MEMBER_STRING},
    {"{\"a\":\"\\ud83d\"}", "a", "\xed\xa0\xbd", HP_MEMBER_STRING},
    {"{\"a\":\"\\ude00\\ud83d\"}", "a", "\xed\xb8\x80\xed\xa0\xbd",
     HP_MEMBER_STRING},
    {"{\"a\":\"\\ud83d\\u0041\"}", "a", "\xed\xa0\xbd\x41", HP_MEMBER_STRING},
    {"{\"a\":\"\xf4\x8f\xbf\xbf\"}", "a", "\xf4\x8f\xbf\xbf", HP_MEMBER_STRING},
    {"{\"\\u0061\":1}", "a", "1", HP_MEMBER_NUMBER},
    {"{\"a\":-1.5e+3}", "a", "-1.5e+3", HP_MEMBER_NUMBER},
    {"{\"a\":true}", "a", "true", HP_MEMBER_WORD},
    {"{\"a\":null}", "a", "null", HP_MEMBER_WORD},
    {"{\"a\":[ ]}", "a", " ", HP_MEMBER_LIST},
    {"{\"a\":[\"x\",\"y\"]}", "a", "\"x\",\"y\"", HP_MEMBER_LIST},
};

static void members__are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        size_t size = strlen(good[i].line);
        char *line = line_of(good[i].line, size);
        struct hp_members members;
        assert_null(hp_members_read(&members, line, size));
        const struct hp_member *m = hp_members_find(&members, good[i].member);
        assert_non_null(m);
        assert_int_equal(m->kind, good[i].kind);
        assert_int_equal(m->size, strlen(good[i].text));
        assert_memory_equal(m->text, good[i].text, m->size);
        assert_null(hp_members_find(&members, "absent"));
        free(line);
    }
}

static const struct {
    const char *line, *why;
} bad[] = {
    {"", "not an object of JSON"},
    {"x", "not an object of JSON"},
    {"[]", "not an object of JSON"},
    {"{", "not an object of JSON"},
    {"{\"a\"}", "a name without a value"},
    {"{\"a\":}", "not a value of JSON"},
    {"{\"a\":1", "half a line"},
    {"{\"a\":", "half a line"},
    {"{\"a\":1,}", "not an object of JSON"},
    {"{\"a\":1}x", "something behind the object"},
    {"{\"a\":1}{}", "something behind the object"},
    {"{\"a\":1,\"a\":1}", "two members of one name"},
    {"{\"a\":1,\"\\u0061\":1}", "two members of one name"},
    {"{\"a\":\"b}", "a string without an end"},
    {"{\"a\":\"b\\", "a string without an end"},
    {"{\"a\":\"\\x\"}", "an unknown escape"},
    {"{\"a\":\"\\u12g4\"}", "\\u without four digits"},
    {"{\"a\":\"\\u12", "\\u without four digits"},
    {"{\"a\":\"\t\"}", "a control character in a string"},
    {"{\"a\":\"\x80\"}", "not valid UTF-8"},
    {"{\"a\":\"\xc0\x80\"}", "not valid UTF-8"},
    {"{\"a\":\"\xe0\x9f\xbf\"}", "not valid UTF-8"},
    {"{\"a\":\"\xed\xa0\x80\"}", "not valid UTF-8"},
    {"{\"a\":\"\xf4\x90\x80\x80\"}", "not valid UTF-8"},
    {"{\"a\":\"\xfc\x84\x80\x80\"}", "not valid UTF-8"},
    {"{\"a\":\"\xe2\x82", "not valid UTF-8"},
    {"{\"a\":01}", "not a value of JSON"},
    {"{\"a\":-}", "not a value of JSON"},
    {"{\"a\":1.}", "not a value of JSON"},
    {"{\"a\":1e}", "not a value of JSON"},
    {"{\"a\":nul}", "not a value of JSON"},
    {"{\"a\":NaN}", "not a value of JSON"},
    {"{\"a\":{}}", "an object in an object"},
    {"{\"a\":[1]}", "something nested that is no list of strings"},
    {"{\"a\":[[]]}", "something nested that is no list of strings"},
    {"{\"a\":[\"b\",]}", "something nested that is no list of strings"},
    {"{\"a\":[\"b\"", "a list without an end"},
    {"{\"a\":[\"b", "a string without an end"},
    {"{\"a\":[\"\\", "not a list of strings"},
};

static void line__that_is_wrong_says_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        size_t size = strlen(bad[i].line);
        char *line = line_of(bad[i].line, size);
        struct hp_members members;
        const char *why = hp_members_read(&members, line, size);
        assert_non_null(why);
        assert_string_equal(why, bad[i].why);
        free(line);
    }
}

static void line__of_too_many_members_is_refused(void **state)
{
    (void)state;
    for (int count = HP_MEMBERS_MOST; count <= HP_MEMBERS_MOST + 1; count++) {
        char line[16 * (HP_MEMBERS_MOST + 2)] = "{";
        struct hp_members members;
        for (int i = 0; i < count; i++)
            (void)snprintf(line + strlen(line), 16, "\"m%d\":1%s", i,
                           i + 1 < count ? "," : "}");
        assert_int_equal(hp_members_read(&members, line, strlen(line)) == NULL,
                         count == HP_MEMBERS_MOST);
    }
}

/* Each start of each line, and each with one byte changed to any other. */
static void line__of_any_bytes_is_safe(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        size_t full = strlen(good[i].line);
        size_t object = (size_t)(strrchr(good[i].line, '}') - good[i].line);
        for (size_t size = 0; size <= object; size++) {
            char *line = line_of(good[i].line, size);
            struct hp_members members;
            assert_non_null(hp_members_read(&members, line, size));
            free(line);
        }
        for (size_t at = 0; at < full * 256; at++) {
            char *line = line_of(good[i].line, full);
            struct hp_members members;
            line[at / 256] = (char)(at % 256);
            (void)hp_members_read(&members, line, full);
            free(line);
        }
    }
}

static const struct {
    const char *value;
    bool good;
    uint64_t number;
} numbers[] = {
    {"0", true, 0},
    {"9007199254740993", true, UINT64_C(9007199254740993)},
    {"\"18446744073709551615\"", true, UINT64_MAX},
    {"\"18446744073709551616\"", false, 0},
    {"99999999999999999999", false, 0},
    {"-1", false, 0},
    {"1.0", false, 0},
    {"1e3", false, 0},
    {"\"\"", false, 0},
    {"\"0x10\"", false, 0},
    {"true", false, 0},
    {"[]", false, 0},
};

static void number__is_exact_or_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        char line[64];
        struct hp_members members;
        uint64_t number = 7;
        (void)snprintf(line, sizeof line, "{\"a\":%s}", numbers[i].value);
        assert_null(hp_members_read(&members, line, strlen(line)));
        assert_int_equal(
            hp_member_number(&number, hp_members_find(&members, "a")),
            numbers[i].good);
        assert_true(number == (numbers[i].good ? numbers[i].number : 7));
    }
}

static void hex__is_pairs_of_digits(void **state)
{
    static const char *const texts[] = {"\"\"", "\"00fFA0\"", "\"0\"", "\"0g\"",
                                        "12"};
    static const int sizes[] = {0, 3, -1, -1, -1};
    (void)state;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        char line[64];
        struct hp_members members;
        size_t size = 99;
        (void)snprintf(line, sizeof line, "{\"a\":%s}", texts[i]);
        assert_null(hp_members_read(&members, line, strlen(line)));
        assert_int_equal(hp_member_unhex(hp_members_find(&members, "a"), &size),
                         sizes[i] >= 0);
        if (sizes[i] >= 0)
            assert_int_equal(size, sizes[i]);
        if (sizes[i] == 3)
            assert_memory_equal(members.items[0].text, "\0\xff\xa0", 3);
    }
}

static void list__gives_its_strings(void **state)
{
    char line[] = "{\"a\":[ \"x\" , \"\" ,\"a\\\"b\\\\\"]}";
    static const char *const wanted[] = {"x", "", "a\\\"b\\\\"};
    struct hp_members members;
    const char *text;
    size_t at = 0, size, count = 0;
    (void)state;

    assert_null(hp_members_read(&members, line, sizeof line - 1));
    while (hp_member_next(&members.items[0], &at, &text, &size)) {
        assert_int_equal(size, strlen(wanted[count]));
        assert_memory_equal(text, wanted[count], size);
        count++;
    }
    assert_int_equal(count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members__are_read),
        cmocka_unit_test(line__that_is_wrong_says_why),
        cmocka_unit_test(line__of_too_many_members_is_refused),
        cmocka_unit_test(line__of_any_bytes_is_safe),
        cmocka_unit_test(number__is_exact_or_none),
        cmocka_unit_test(hex__is_pairs_of_digits),
        cmocka_unit_test(list__gives_its_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
