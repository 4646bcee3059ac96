/* SPDX-License-Identifier: Apache-2.0 */
#include "utf16.h"

#include <string.h>

#define REPLACEMENT 0xFFFD

uint16_t hp_lower_ascii(uint16_t unit)
{
    return unit >= 'A' && unit <= 'Z' ? (uint16_t)(unit + ('a' - 'A')) : unit;
}

bool hp_text_is(struct hp_text text, const char *ascii)
{
    if (strlen(ascii) != text.count)
        return false;
    for (size_t i = 0; i < text.count; i++) {
        if (text.units[i] != (unsigned char)ascii[i])
            return false;
    }
    return true;
}

bool hp_text_is_nocase(struct hp_text text, const char *ascii)
{
    if (strlen(ascii) != text.count)
        return false;
    for (size_t i = 0; i < text.count; i++) {
        if (hp_upcase(text.units[i]) != hp_upcase((unsigned char)ascii[i]))
            return false;
    }
    return true;
}

bool hp_text_has_lone_surrogate(struct hp_text text)
{
    bool after_high = false;

    for (size_t i = 0; i < text.count; i++) {
        if (hp_is_low_surrogate(text.units[i]) != after_high)
            return true;
        after_high = hp_is_high_surrogate(text.units[i]);
    }
    return after_high;
}

uint32_t hp_text_next_point(struct hp_text text, size_t *at)
{
    uint32_t unit = text.units[(*at)++];

    if (!hp_is_high_surrogate(unit) || *at == text.count ||
        !hp_is_low_surrogate(text.units[*at]))
        return unit;
    return 0x10000 + ((unit - 0xD800) << 10) + (text.units[(*at)++] - 0xDC00U);
}

static char continuation(uint32_t bits)
{
    return (char)(0x80 | (bits & 0x3F));
}

size_t hp_utf8_encode(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = continuation(point);
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = continuation(point >> 6);
        out[2] = continuation(point);
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = continuation(point >> 12);
    out[2] = continuation(point >> 6);
    out[3] = continuation(point);
    return 4;
}

static bool is_surrogate(uint32_t point)
{
    return hp_is_high_surrogate(point) || hp_is_low_surrogate(point);
}

size_t hp_text_to_wtf8(char *out, struct hp_text text)
{
    size_t size = 0;

    for (size_t at = 0; at < text.count;)
        size += hp_utf8_encode(out + size, hp_text_next_point(text, &at));
    return size;
}

size_t hp_text_to_utf8(char *out, struct hp_text text)
{
    size_t size = 0;

    for (size_t at = 0; at < text.count;) {
        uint32_t point = hp_text_next_point(text, &at);
        if (is_surrogate(point))
            point = REPLACEMENT;
        size += hp_utf8_encode(out + size, point);
    }
    return size;
}

/* Length of the sequence that starts at bytes[0], with *point set; 0, with
 * *point untouched, if none does. `len` is at least 1. */
static size_t decode_sequence(uint32_t *point, const char *bytes, size_t len)
{
    /* By length: what the lead byte has above its payload, and the least code
     * point (a smaller one is overlong). */
    static const struct {
        uint32_t mask, lead, least;
    } forms[] = {{0x80, 0x00, 0},
                 {0xE0, 0xC0, 0x80},
                 {0xF0, 0xE0, 0x800},
                 {0xF8, 0xF0, 0x10000}};
    uint32_t first = (unsigned char)bytes[0];
    size_t more = 0; /* bytes behind the lead byte */

    while ((first & forms[more].mask) != forms[more].lead) {
        if (++more == sizeof(forms) / sizeof(forms[0]))
            return 0;
    }
    if (more >= len)
        return 0;

    uint32_t value = first & ~forms[more].mask;
    for (size_t i = 1; i <= more; i++) {
        uint32_t byte = (unsigned char)bytes[i];
        if ((byte & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (byte & 0x3F);
    }
    if (value < forms[more].least || value > 0x10FFFF)
        return 0;
    *point = value;
    return 1 + more;
}

size_t hp_wtf8_decode(uint16_t *units, const char *bytes, size_t len,
                      bool *valid)
{
    size_t count = 0;
    bool all = true;

    for (size_t at = 0; at < len;) {
        uint32_t point = REPLACEMENT;
        size_t size = decode_sequence(&point, bytes + at, len - at);

        if (size == 0) {
            all = false;
            size = 1;
        }
        at += size;
        if (point >= 0x10000) {
            units[count++] = (uint16_t)(0xD800 + ((point - 0x10000) >> 10));
            point = 0xDC00 + (point & 0x3FF);
        }
        units[count++] = (uint16_t)point;
    }
    *valid = all;
    return count;
}
