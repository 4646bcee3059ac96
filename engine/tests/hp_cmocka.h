/* SPDX-License-Identifier: Apache-2.0
 *
 * What every test program starts with: cmocka with the headers it wants, and
 * literals as spans and as UTF-16. */
#ifndef HP_CMOCKA_H
#define HP_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "span.h"
#include "utf16.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The bytes of a string literal, without its final NUL. */
#define SPAN(literal) hp_span_of("" literal, sizeof(literal) - 1)

/* The units of a UTF-16 literal, u"...", without its final NUL. A lone
 * surrogate is written u"\xD800". */
#define TEXT(literal)                                                          \
    ((struct hp_text){(const uint16_t *)(literal),                             \
                      sizeof(literal) / sizeof(uint16_t) - 1})

/* Both as initializers of a static table, where a call is not constant. */
#define SPAN_INIT(literal)                                                     \
    {                                                                          \
        (const uint8_t *)(literal), sizeof(literal) - 1, NULL                  \
    }
#define TEXT_INIT(literal)                                                     \
    {                                                                          \
        (const uint16_t *)(literal), sizeof(literal) / sizeof(uint16_t) - 1    \
    }

/* `text` as UTF-16LE bytes in `room`, which holds 2 * text.count bytes. */
static inline struct hp_span utf16le(uint8_t *room, struct hp_text text)
{
    for (size_t i = 0; i < text.count; i++) {
        room[2 * i] = (uint8_t)(text.units[i] & 0xFF);
        room[2 * i + 1] = (uint8_t)(text.units[i] >> 8);
    }
    return hp_span_of(room, 2 * text.count);
}

#endif
