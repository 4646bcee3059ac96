/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <string.h>

struct hp_text hp_text_cut(struct hp_text text, size_t from, size_t count)
{
    /* NULL + 0 is undefined, and an empty text may have no memory. */
    return (struct hp_text){from == 0 ? text.units : text.units + from, count};
}

struct hp_text hp_text_from(struct hp_text text, size_t from)
{
    return hp_text_cut(text, from, text.count - from);
}

static uint16_t lower_of(char c)
{
    return hp_lower_ascii((unsigned char)c);
}

/* text[at..) starts with `ascii`; at <= text.count. */
static bool stands_at(struct hp_text text, size_t at, const char *ascii)
{
    for (; *ascii != '\0'; ascii++, at++) {
        if (at == text.count ||
            hp_lower_ascii(text.units[at]) != lower_of(*ascii))
            return false;
    }
    return true;
}

bool hp_text_starts_nocase(struct hp_text text, const char *ascii)
{
    return stands_at(text, 0, ascii);
}

size_t hp_text_find_nocase(struct hp_text text, size_t from, const char *ascii)
{
    for (size_t at = from; at < text.count; at++) {
        if (stands_at(text, at, ascii))
            return at;
    }
    return HP_NOT_FOUND;
}

size_t hp_text_find_any(struct hp_text text, size_t from, const char *set)
{
    for (size_t at = from; at < text.count; at++) {
        uint16_t unit = text.units[at];
        if (unit != 0 && unit < 0x80 && strchr(set, (char)unit) != NULL)
            return at;
    }
    return HP_NOT_FOUND;
}

char hp_drive_letter(uint16_t unit)
{
    uint16_t letter = hp_lower_ascii(unit);

    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : 0;
}

bool hp_text_starts_with_drive(struct hp_text text)
{
    return text.count > 2 && hp_drive_letter(text.units[0]) != 0 &&
           text.units[1] == ':' && hp_is_separator(text.units[2]);
}

bool hp_text_is_rooted(struct hp_text text)
{
    return hp_text_starts_with_drive(text) && text.units[2] == '\\';
}

bool hp_text_has_short_name(struct hp_text text)
{
    for (size_t i = 1; i < text.count; i++) {
        if (text.units[i - 1] == '~' && text.units[i] >= '0' &&
            text.units[i] <= '9')
            return true;
    }
    return false;
}

bool hp_text_join(struct hp_text *joined, struct hp_arena *arena,
                  const struct hp_text *parts, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += parts[i].count;

    uint16_t *units = hp_arena_array(arena, total, sizeof(uint16_t));
    if (units == NULL)
        return false;

    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < parts[i].count; k++)
            units[at++] = parts[i].units[k];
    }
    *joined = (struct hp_text){units, total};
    return true;
}

bool hp_text_copy(struct hp_text *copy, struct hp_arena *arena,
                  struct hp_text text)
{
    return hp_text_join(copy, arena, &text, 1);
}

bool hp_text_lower(struct hp_text *lower, struct hp_arena *arena,
                   struct hp_text text)
{
    uint16_t *units = hp_arena_array(arena, text.count, sizeof(uint16_t));
    if (units == NULL)
        return false;
    for (size_t i = 0; i < text.count; i++)
        units[i] = hp_lower_ascii(text.units[i]);
    *lower = (struct hp_text){units, text.count};
    return true;
}

bool hp_text_of(struct hp_text *text, struct hp_arena *arena, const char *ascii)
{
    size_t count = strlen(ascii);
    uint16_t *units = hp_arena_array(arena, count, sizeof(uint16_t));
    if (units == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        units[i] = (unsigned char)ascii[i];
    *text = (struct hp_text){units, count};
    return true;
}

size_t hp_string_units(struct hp_string string)
{
    return string.encoding == HP_UTF16LE ? string.size / 2 : string.size;
}

struct hp_text hp_string_decode(uint16_t *units, struct hp_string string)
{
    struct hp_span bytes = hp_span_of(string.bytes, string.size);
    size_t count = hp_string_units(string);
    bool valid;

    if (string.encoding == HP_UTF16LE) {
        hp_utf16le_decode(units, bytes);
    } else if (string.encoding == HP_UTF8) {
        count = hp_wtf8_decode(units, string.bytes, string.size, &valid);
    } else {
        for (size_t i = 0; i < count; i++)
            units[i] = hp_at_u8(bytes, i);
    }
    return (struct hp_text){units, count};
}

bool hp_string_is_nocase(struct hp_string string, const char *ascii, size_t len)
{
    const uint8_t *bytes = string.bytes;
    size_t width = string.encoding == HP_UTF16LE ? 2 : 1;

    if (string.size != width * len)
        return false;
    /* Nearly every name is spelled as everybody spells it. */
    if (width == 1 && memcmp(bytes, ascii, len) == 0)
        return true;
    for (size_t i = 0; i < len; i++) {
        if (hp_lower_ascii(bytes[width * i]) != lower_of(ascii[i]) ||
            (width == 2 && bytes[2 * i + 1] != 0))
            return false;
    }
    return true;
}
