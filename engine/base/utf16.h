/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-16 as Windows keeps it: any sequence of 16-bit units, lone surrogates
 * and NUL included. */
#ifndef HP_UTF16_H
#define HP_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

/* Units of text, in host memory. Borrowed unless a function says otherwise. */
struct hp_text {
    const uint16_t *units;
    size_t count; /* units, not bytes; no terminator is needed or counted */
};

/* The up-case table in two levels, made by scripts/upcase-table: what to add,
 * modulo 65536, to each unit of a page, and which page a unit lies in. Equal
 * pages are kept once: 8 KB in all. */
#define HP_UPCASE_PAGE 256 /* units: Latin-1 is the first */
extern const uint8_t hp_upcase_pages[];
extern const uint16_t hp_upcase_deltas[][HP_UPCASE_PAGE];

/* The upper-case unit of `unit` by the table that NT uses for names: one unit
 * to one unit, no locale (the up-case table of Microsoft's public exFAT
 * specification, section 7.2.5.1). That table takes U+03C2, the final sigma,
 * to U+03A3; other accounts of NT call it its own upper case, and the
 * published table wins. Inline, for it runs on every unit of every name. */
static inline uint16_t hp_upcase(uint16_t unit)
{
    uint8_t page = hp_upcase_pages[unit / HP_UPCASE_PAGE];
    return (uint16_t)(unit + hp_upcase_deltas[page][unit % HP_UPCASE_PAGE]);
}

/* The lower-case unit as the C library's _wcslwr has it in the "C" locale:
 * only A to Z change (system-writer W5). */
uint16_t hp_lower_ascii(uint16_t unit);

/* True if both have the same units after hp_upcase. */
static inline bool hp_text_equal_nocase(struct hp_text a, struct hp_text b)
{
    if (a.count != b.count)
        return false;
    for (size_t i = 0; i < a.count; i++) {
        if (hp_upcase(a.units[i]) != hp_upcase(b.units[i]))
            return false;
    }
    return true;
}

/* True if `text` equals the ASCII string `ascii`, exactly / after hp_upcase of
 * both. */
bool hp_text_is(struct hp_text text, const char *ascii);
bool hp_text_is_nocase(struct hp_text text, const char *ascii);

static inline bool hp_is_high_surrogate(uint32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static inline bool hp_is_low_surrogate(uint32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* True if a surrogate stands without its other half. */
bool hp_text_has_lone_surrogate(struct hp_text text);

/* The code point that starts at text.units[*at], and *at moved behind it; a
 * lone surrogate is a code point of its own. *at is less than text.count. */
uint32_t hp_text_next_point(struct hp_text text, size_t *at);

/* The next three and hp_text_equal_nocase are inline for the sake of harnesses:
 * libFuzzer takes what traced code compares for words, and the checkers, which
 * are not traced, call these on each name. */

/* Units in the UTF-16LE bytes of `bytes`; an odd last byte is not counted. */
static inline size_t hp_utf16le_count(struct hp_span bytes)
{
    return bytes.len / 2;
}

/* Copies the units of UTF-16LE `bytes` into `units`, which has room for
 * hp_utf16le_count(bytes). One read is counted per unit. */
static inline void hp_utf16le_decode(uint16_t *units, struct hp_span bytes)
{
    size_t count = hp_utf16le_count(bytes);

    for (size_t i = 0; i < count; i++)
        units[i] = hp_at_u16(bytes, 2 * i);
}

/* The other way: writes 2 * text.count bytes. */
static inline void hp_utf16le_encode(uint8_t *bytes, struct hp_text text)
{
    for (size_t i = 0; i < text.count; i++) {
        bytes[2 * i] = (uint8_t)(text.units[i] & 0xFF);
        bytes[2 * i + 1] = (uint8_t)(text.units[i] >> 8);
    }
}

/* Longest output of the functions below for one unit. */
#define HP_UTF8_PER_UNIT 3

/* Longest UTF-8 form of one code point. */
#define HP_UTF8_PER_POINT 4

/* Writes code point `point` (at most U+10FFFF; a surrogate gives the three
 * bytes of WTF-8) into `out`, which has room for HP_UTF8_PER_POINT bytes, and
 * returns the bytes written. */
size_t hp_utf8_encode(char *out, uint32_t point);

/* Writes `text` as UTF-8 into `out`, which has room for HP_UTF8_PER_UNIT *
 * text.count bytes, and returns the bytes written; no NUL is added.
 * hp_text_to_wtf8 keeps a lone surrogate as its three bytes (WTF-8, lossless);
 * hp_text_to_utf8 writes U+FFFD for it (always valid UTF-8). */
size_t hp_text_to_wtf8(char *out, struct hp_text text);
size_t hp_text_to_utf8(char *out, struct hp_text text);

/* Decodes `len` bytes of WTF-8 into `units`, which has room for `len` units,
 * and returns the units written. A byte at which no sequence starts (each one
 * of a broken, cut or overlong sequence) becomes U+FFFD and *valid false;
 * otherwise *valid is true. A pair of three-byte surrogates is taken as it is.
 * NUL is a character like another. */
size_t hp_wtf8_decode(uint16_t *units, const char *bytes, size_t len,
                      bool *valid);

#endif
