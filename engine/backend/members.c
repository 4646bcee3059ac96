/* SPDX-License-Identifier: Apache-2.0 */
#include "members.h"

#include <string.h>

#include "hex.h"
#include "load.h"
#include "utf16.h"

/* What is left of the line. */
struct scan {
    char *at, *end;
    const char *why; /* what is wrong; NULL: nothing yet */
};

static bool fail(struct scan *s, const char *why)
{
    s->why = why;
    return false;
}

static void skip_space(struct scan *s)
{
    while (s->at < s->end &&
           (*s->at == ' ' || *s->at == '\t' || *s->at == '\r'))
        s->at++;
}

/* Takes `c`, with the space before it. */
static bool take(struct scan *s, char c)
{
    skip_space(s);
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

/* ---- strings ---- */

/* Bytes of the sequence of valid UTF-8 at s->at; 0: there is none. */
static size_t sequence_of(const struct scan *s)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = (uint8_t)*s->at;
    size_t size = first < 0x80   ? 1
                  : first < 0xC2 ? 0
                  : first < 0xE0 ? 2
                  : first < 0xF0 ? 3
                  : first < 0xF5 ? 4
                                 : 0;
    uint32_t point = first & (0x7Fu >> size);

    if (size > (size_t)(s->end - s->at))
        return 0;
    for (size_t i = 1; i < size; i++) {
        uint8_t next = (uint8_t)s->at[i];
        if ((next & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (next & 0x3F);
    }
    if (size > 1 && (point < least[size] || point > 0x10FFFF ||
                     (point >= 0xD800 && point <= 0xDFFF)))
        return 0;
    return size;
}

/* The unit of the four digits behind "\u", or -1. */
static int32_t unit_at(const struct scan *s)
{
    int32_t unit = 0;

    if (s->end - s->at < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        int digit = hp_hex_digit(s->at[i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* Takes what follows "\u" and writes it to *out. */
static bool take_unit(struct scan *s, char **out)
{
    int32_t unit = unit_at(s), low;
    uint32_t point = (uint32_t)unit;

    if (unit < 0)
        return fail(s, "\\u without four digits");
    s->at += 4;
    if (hp_is_high_surrogate(point) && s->end - s->at >= 6 &&
        s->at[0] == '\\' && s->at[1] == 'u') {
        struct scan next = {s->at + 2, s->end, NULL};
        low = unit_at(&next);
        if (low >= 0 && hp_is_low_surrogate((uint32_t)low)) {
            point = 0x10000 + ((point & 0x3FF) << 10 | ((uint32_t)low & 0x3FF));
            s->at += 6;
        }
    }
    *out += hp_utf8_encode(*out, point);
    return true;
}

static bool take_escape(struct scan *s, char **out)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *letter;

    if (s->at == s->end)
        return fail(s, "a string without an end");
    if (*s->at == 'u') {
        s->at++;
        return take_unit(s, out);
    }
    letter = memchr(letters, *s->at, sizeof letters - 1);
    if (letter == NULL)
        return fail(s, "an unknown escape");
    *(*out)++ = meant[letter - letters];
    s->at++;
    return true;
}

/* Takes a string behind its quote, decodes it in place. An escape is never
 * shorter than what it stands for. */
static bool take_string(struct scan *s, char **text, size_t *size)
{
    char *out = s->at;

    *text = out;
    while (s->at < s->end && *s->at != '"') {
        if ((uint8_t)*s->at < 0x20)
            return fail(s, "a control character in a string");
        if (*s->at == '\\') {
            s->at++;
            if (!take_escape(s, &out))
                return false;
            continue;
        }
        size_t bytes = sequence_of(s);
        if (bytes == 0)
            return fail(s, "not valid UTF-8");
        memmove(out, s->at, bytes);
        out += bytes;
        s->at += bytes;
    }
    if (s->at == s->end)
        return fail(s, "a string without an end");
    s->at++;
    *size = (size_t)(out - *text);
    return true;
}

/* The same without decoding: the rest of the line must stay as it is. */
static bool skip_string(struct scan *s)
{
    while (s->at < s->end && *s->at != '"') {
        size_t bytes = *s->at == '\\' ? 2 : sequence_of(s);
        if (bytes == 0 || (uint8_t)*s->at < 0x20 ||
            bytes > (size_t)(s->end - s->at))
            return fail(s, "not a list of strings");
        s->at += bytes;
    }
    if (s->at == s->end)
        return fail(s, "a string without an end");
    s->at++;
    return true;
}

/* ---- values ---- */

static size_t take_digits(struct scan *s)
{
    char *start = s->at;

    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    return (size_t)(s->at - start);
}

static bool take_one_of(struct scan *s, const char *characters)
{
    if (s->at == s->end || memchr(characters, *s->at, strlen(characters)) == 0)
        return false;
    s->at++;
    return true;
}

static bool take_number(struct scan *s)
{
    char *start;
    size_t digits;

    (void)take_one_of(s, "-");
    start = s->at;
    digits = take_digits(s);
    if (digits == 0 || (digits > 1 && *start == '0'))
        return fail(s, "not a value of JSON");
    if (take_one_of(s, ".") && take_digits(s) == 0)
        return fail(s, "not a value of JSON");
    if (!take_one_of(s, "eE"))
        return true;
    (void)take_one_of(s, "+-");
    return take_digits(s) > 0 || fail(s, "not a value of JSON");
}

static bool take_word(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t size = strlen(words[i]);
        if ((size_t)(s->end - s->at) >= size &&
            memcmp(s->at, words[i], size) == 0) {
            s->at += size;
            return true;
        }
    }
    return take_number(s);
}

/* Takes a list of strings behind its bracket. */
static bool take_list(struct scan *s, char **text, size_t *size)
{
    *text = s->at;
    skip_space(s);
    if (s->at < s->end && *s->at != ']') {
        do {
            if (!take(s, '"'))
                return fail(s, "something nested that is no list of strings");
            if (!skip_string(s))
                return false;
        } while (take(s, ','));
    }
    *size = (size_t)(s->at - *text);
    return take(s, ']') || fail(s, "a list without an end");
}

static bool take_value(struct scan *s, struct hp_member *member)
{
    skip_space(s);
    if (s->at == s->end)
        return fail(s, "half a line");
    if (take(s, '"')) {
        member->kind = HP_MEMBER_STRING;
        return take_string(s, &member->text, &member->size);
    }
    if (take(s, '[')) {
        member->kind = HP_MEMBER_LIST;
        return take_list(s, &member->text, &member->size);
    }
    if (*s->at == '{')
        return fail(s, "an object in an object");
    member->text = s->at;
    member->kind = *s->at == '-' || (*s->at >= '0' && *s->at <= '9')
                       ? HP_MEMBER_NUMBER
                       : HP_MEMBER_WORD;
    if (!take_word(s))
        return false;
    member->size = (size_t)(s->at - member->text);
    return true;
}

/* ---- the line ---- */

static bool take_member(struct scan *s, struct hp_members *members)
{
    struct hp_member *member = &members->items[members->count];
    char *name;

    if (members->count == HP_MEMBERS_MOST)
        return fail(s, "too many members");
    if (!take(s, '"'))
        return fail(s, "not an object of JSON");
    if (!take_string(s, &name, &member->name_size))
        return false;
    member->name = name;
    for (size_t i = 0; i < members->count; i++)
        if (members->items[i].name_size == member->name_size &&
            memcmp(members->items[i].name, name, member->name_size) == 0)
            return fail(s, "two members of one name");
    if (!take(s, ':'))
        return fail(s, "a name without a value");
    if (!take_value(s, member))
        return false;
    members->count++;
    return true;
}

const char *hp_members_read(struct hp_members *members, char *line, size_t size)
{
    struct scan s = {line, line + size, NULL};

    members->count = 0;
    if (!take(&s, '{'))
        return "not an object of JSON";
    if (!take(&s, '}')) {
        do
            if (!take_member(&s, members))
                return s.why;
        while (take(&s, ','));
        if (!take(&s, '}'))
            return s.at == s.end ? "half a line" : "not an object of JSON";
    }
    skip_space(&s);
    return s.at == s.end ? NULL : "something behind the object";
}

const struct hp_member *hp_members_find(const struct hp_members *members,
                                        const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < members->count; i++)
        if (members->items[i].name_size == size &&
            memcmp(members->items[i].name, name, size) == 0)
            return &members->items[i];
    return NULL;
}

bool hp_member_is(const struct hp_member *member, const char *text)
{
    return member != NULL && member->kind == HP_MEMBER_STRING &&
           member->size == strlen(text) &&
           memcmp(member->text, text, member->size) == 0;
}

bool hp_member_number(uint64_t *number, const struct hp_member *member)
{
    uint64_t sum = 0;

    if ((member->kind != HP_MEMBER_NUMBER &&
         member->kind != HP_MEMBER_STRING) ||
        member->size == 0)
        return false;
    for (size_t i = 0; i < member->size; i++) {
        char c = member->text[i];
        if (c < '0' || c > '9' || sum > (UINT64_MAX - (uint64_t)(c - '0')) / 10)
            return false;
        sum = 10 * sum + (uint64_t)(c - '0');
    }
    *number = sum;
    return true;
}

bool hp_member_unhex(const struct hp_member *member, size_t *size)
{
    if (member->kind != HP_MEMBER_STRING || member->size % 2 != 0)
        return false;
    for (size_t i = 0; i < member->size; i += 2) {
        int high = hp_hex_digit(member->text[i]);
        int low = hp_hex_digit(member->text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        member->text[i / 2] = (char)(high << 4 | low);
    }
    *size = member->size / 2;
    return true;
}

void hp_member_print(char *text, size_t room, const struct hp_member *member)
{
    size_t size = member != NULL && member->kind == HP_MEMBER_STRING
                      ? strnlen(member->text, member->size)
                      : 0;

    if (size >= room)
        size = room - 1;
    if (size > 0)
        memcpy(text, member->text, size);
    text[size] = '\0';
    hp_detail_copy(text, room, text);
}

bool hp_member_next(const struct hp_member *list, size_t *at, const char **text,
                    size_t *size)
{
    size_t end;

    while (*at < list->size && list->text[*at] != '"')
        ++*at;
    if (*at >= list->size)
        return false;
    end = ++*at;
    while (list->text[end] != '"')
        end += list->text[end] == '\\' ? 2 : 1;
    *text = list->text + *at;
    *size = end - *at;
    *at = end + 1;
    return true;
}
