/* SPDX-License-Identifier: Apache-2.0 */
#include "convert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"

enum hp_status hp_text_read(struct hp_text *text, struct hp_arena *arena,
                            const char *bytes, size_t size)
{
    uint16_t *units = hp_arena_array(arena, size, sizeof *units);
    bool valid;

    if (units == NULL)
        return HP_E_NO_MEMORY;
    size_t count = hp_wtf8_decode(units, bytes, size, &valid);
    if (!valid)
        return HP_E_TEXT;
    *text = (struct hp_text){units, count};
    return HP_OK;
}

bool hp_text_equal(struct hp_text a, struct hp_text b)
{
    return a.count == b.count &&
           memcmp(a.units, b.units, a.count * sizeof *a.units) == 0;
}

bool hp_text_has_drive(struct hp_text text)
{
    return text.count >= 3 && hp_letter_of(text.units[0]) != 0 &&
           text.units[1] == ':' && text.units[2] == '\\';
}

char hp_letter_of(uint16_t unit)
{
    uint16_t upper = unit >= 'a' && unit <= 'z' ? (uint16_t)(unit - 32) : unit;
    return upper >= 'A' && upper <= 'Z' ? (char)upper : 0;
}

bool hp_number_read(uint32_t *number, const char *text)
{
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = hexadecimal ? text + 2 : text;
    const char *allowed = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";

    if (*digits == '\0' || strspn(digits, allowed) != strlen(digits))
        return false;
    errno = 0;
    unsigned long long value = strtoull(digits, NULL, hexadecimal ? 16 : 10);
    if (errno != 0 || value > UINT32_MAX)
        return false;
    *number = (uint32_t)value;
    return true;
}

void hp_hex_write(char *text, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 0xF];
    }
}

/* A dash stands before the bytes 4, 6, 8 and 10. */
static bool has_dash_before(size_t byte)
{
    return byte >= 4 && byte <= 10 && byte % 2 == 0;
}

bool hp_guid_read(uint8_t guid[16], const char *text, size_t size)
{
    uint8_t bytes[16];

    if (size == 38 && text[0] == '{' && text[37] == '}') {
        text++;
        size -= 2;
    }
    if (size != 36)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (has_dash_before(i) && *text++ != '-')
            return false;
        int high = hp_hex_digit(text[0]), low = hp_hex_digit(text[1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    memcpy(guid, bytes, sizeof bytes);
    return true;
}

void hp_guid_write(char text[37], const uint8_t guid[16])
{
    for (size_t i = 0; i < 16; i++) {
        if (has_dash_before(i))
            *text++ = '-';
        hp_hex_write(text, &guid[i], 1);
        text += 2;
    }
    *text = '\0';
}
