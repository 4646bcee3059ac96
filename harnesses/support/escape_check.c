/* SPDX-License-Identifier: Apache-2.0 */
#include "escape_check.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "fuzz.h"

#define OUTPUT_LIMIT ((size_t)1 << 20)

/* Code points, with a place to read on from. */
struct points {
    uint32_t *list; /* malloc'ed */
    size_t count, at;
};

static uint32_t peek(const struct points *p, size_t ahead)
{
    return p->count - p->at > ahead ? p->list[p->at + ahead] : UINT32_MAX;
}

static bool starts(const struct points *p, const char *ascii)
{
    for (size_t i = 0; ascii[i] != '\0'; i++)
        if (peek(p, i) != (unsigned char)ascii[i])
            return false;
    return true;
}

static bool is_high(uint32_t unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

static struct points points_of_text(struct hp_text text)
{
    struct points p = {malloc((text.count + 1) * sizeof *p.list), 0, 0};

    for (size_t i = 0; p.list != NULL && i < text.count; i++) {
        uint32_t unit = text.units[i];
        uint32_t next = i + 1 < text.count ? text.units[i + 1] : 0;
        if (is_high(unit) && is_low(next)) {
            unit = 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00);
            i++;
        }
        p.list[p.count++] = unit;
    }
    return p;
}

/* One code point of UTF-8; its bytes, or 0: it is none. */
static size_t utf8_point(uint32_t *point, const uint8_t *at, size_t left)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = at[0] < 0x80   ? 1
                  : at[0] < 0xC0 ? 0
                  : at[0] < 0xE0 ? 2
                  : at[0] < 0xF0 ? 3
                  : at[0] < 0xF8 ? 4
                                 : 0;

    if (size == 0 || size > left)
        return 0;
    *point = size == 1 ? at[0] : at[0] & (0x7FU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        *point = *point << 6 | (at[i] & 0x3F);
    }
    bool good = *point >= least[size] && *point < 0x110000 &&
                !is_high(*point) && !is_low(*point);
    return good ? size : 0;
}

static struct points points_of_output(const struct fuzz_output *output)
{
    struct points p = {malloc((output->size + 1) * sizeof *p.list), 0, 0};
    const uint8_t *bytes = (const uint8_t *)output->bytes;

    for (size_t at = 0, size; p.list != NULL && at < output->size; at += size) {
        size = utf8_point(&p.list[p.count++], bytes + at, output->size - at);
        FUZZ_CHECK(size > 0, "1: UTF-8");
    }
    return p;
}

/* ---- what the sinks read ------------------------------------------------- */

/* Controls, and what hides or turns its neighbours. */
static bool is_hostile(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0xAD ||
           point == 0x061C || (point >= 0x200B && point <= 0x200F) ||
           (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF ||
           (point >= 0xFFF9 && point <= 0xFFFB) || is_high(point) ||
           is_low(point) || (point >= 0xE0000 && point <= 0xE0FFF);
}

/* Reads `digits` hexadecimal digits, upper case, `ahead` of here. */
static bool hex(uint32_t *number, const struct points *p, size_t ahead,
                unsigned digits)
{
    *number = 0;
    for (unsigned i = 0; i < digits; i++) {
        uint32_t c = peek(p, ahead + i);
        uint32_t value = c - '0' < 10  ? c - '0'
                         : c - 'A' < 6 ? c - 'A' + 10
                                       : 16;
        if (value == 16)
            return false;
        *number = *number << 4 | value;
    }
    return true;
}

/* \xNN where `short_form`, \uNNNN and pairs of them, unless *point is half of
 * one: where a backslash is written for itself, what follows it may look like
 * the other half. */
static bool backslash_form(uint32_t *point, struct points *p, bool short_form)
{
    bool lone = is_high(*point);
    uint32_t low;

    if (short_form && starts(p, "\\x") && hex(point, p, 2, 2)) {
        p->at += 4;
        return true;
    }
    if (!starts(p, "\\u") || !hex(point, p, 2, 4))
        return false;
    p->at += 6;
    if (!lone && is_high(*point) && starts(p, "\\u") && hex(&low, p, 2, 4) &&
        is_low(low)) {
        *point = 0x10000 + ((*point - 0xD800) << 10) + (low - 0xDC00);
        p->at += 6;
    }
    return true;
}

/* A reference of HTML and XML. */
static bool reference(uint32_t *point, struct points *p)
{
    static const struct {
        const char *name;
        char point;
    } names[] = {{"&amp;", '&'},
                 {"&lt;", '<'},
                 {"&gt;", '>'},
                 {"&quot;", '"'},
                 {"&#39;", '\''}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (starts(p, names[i].name)) {
            *point = (unsigned char)names[i].point;
            p->at += strlen(names[i].name);
            return true;
        }
    for (unsigned digits = 1; digits <= 6 && starts(p, "&#x"); digits++)
        if (hex(point, p, 3, digits) && peek(p, 3 + digits) == ';') {
            p->at += 4 + digits;
            return true;
        }
    return false;
}

/* What is written for itself there would be taken for something else. */
static bool is_markup(enum hp_escape style, uint32_t point)
{
    switch (style) {
    case HP_ESCAPE_TERMINAL:
        return point == '\\' || is_hostile(point);
    case HP_ESCAPE_JSON:
        return point == '"' || point == '\\' || point == '<' || point == '>' ||
               is_hostile(point);
    case HP_ESCAPE_HTML:
    case HP_ESCAPE_XML:
        return is_hostile(point) || (point < 0x80 && point != 0 &&
                                     strchr("&<>\"'", (int)point) != NULL);
    case HP_ESCAPE_MARKDOWN:
        return is_hostile(point) ||
               (point < 0x80 && point != 0 &&
                strchr("!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~", (int)point) != NULL);
    case HP_ESCAPE_REG:
        return point == '"' || point == '\\' || point < 0x20;
    case HP_ESCAPE_CI:
        return point == '%' || is_hostile(point);
    case HP_ESCAPE_SHELL:
        return point == '\'' || point == 0;
    default:
        return point == '"' || point == 0;
    }
}

/* The next escape of the style, and the point it stands for; *point is the one
 * that should stand there. */
static bool escape_form(uint32_t *point, struct points *p, enum hp_escape style)
{
    bool slash = style == HP_ESCAPE_TERMINAL || style == HP_ESCAPE_JSON ||
                 style == HP_ESCAPE_REG;

    if (slash && (starts(p, "\\\\") ||
                  (style != HP_ESCAPE_TERMINAL && starts(p, "\\\"")))) {
        *point = peek(p, 1);
        p->at += 2;
        return true;
    }
    switch (style) {
    case HP_ESCAPE_JSON:
        return backslash_form(point, p, false);
    case HP_ESCAPE_TERMINAL:
        return backslash_form(point, p, true);
    case HP_ESCAPE_HTML:
    case HP_ESCAPE_MARKDOWN:
        return reference(point, p) || backslash_form(point, p, true);
    case HP_ESCAPE_XML:
        return reference(point, p);
    case HP_ESCAPE_CI:
        if (starts(p, "%") && hex(point, p, 1, 2)) {
            p->at += 3;
            return true;
        }
        return backslash_form(point, p, true);
    default:
        *point = style == HP_ESCAPE_SHELL ? '\'' : '"';
        const char *form = style == HP_ESCAPE_SHELL ? "'\\''" : "\"\"";
        bool found = style != HP_ESCAPE_REG && starts(p, form);
        p->at += found ? strlen(form) : 0;
        return found;
    }
}

/* What the style has in the place of a point that its sink cannot hold. */
static uint32_t kept(enum hp_escape style, uint32_t point)
{
    bool lone = is_high(point) || is_low(point), lost = false;
    bool blank = point == '\t' || point == '\n' || point == '\r';

    if (style == HP_ESCAPE_JSON)
        lost = lone;
    else if (style == HP_ESCAPE_XML)
        lost = lone || (point < 0x20 && !blank) || point == 0xFFFE ||
               point == 0xFFFF;
    else if (style == HP_ESCAPE_CSV || style == HP_ESCAPE_SHELL)
        lost = lone || point == 0;
    else if (style == HP_ESCAPE_REG)
        lost = lone || point < 0x20;
    return lost ? 0xFFFD : point;
}

static void check_points(enum hp_escape style, struct points *text,
                         struct points *output)
{
    for (; text->at < text->count; text->at++) {
        uint32_t want = kept(style, peek(text, 0)), found = peek(output, 0);
        if (found == want && !is_markup(style, want)) {
            output->at++;
            continue;
        }
        found = want;
        FUZZ_CHECK(escape_form(&found, output, style), "2: no markup");
        FUZZ_CHECK(found == want, "3: the same text");
    }
}

static void check_quotes(enum hp_escape style, struct hp_text text,
                         struct points *output)
{
    uint32_t quote = style == HP_ESCAPE_CSV ? '"' : '\'';
    uint32_t first = text.count > 0 ? text.units[0] : 'a';

    if (style != HP_ESCAPE_CSV && style != HP_ESCAPE_SHELL)
        return;
    FUZZ_CHECK(output->count >= 2 && peek(output, 0) == quote &&
                   output->list[--output->count] == quote,
               "2: in quotes");
    output->at++;
    bool more = output->count - output->at > 0 && peek(output, 0) == '\'';
    bool formula = first == '=' || first == '+' || first == '-' ||
                   first == '@' || first < 0x20;
    FUZZ_CHECK(style != HP_ESCAPE_CSV || !formula || more, "2: no formula");
    /* Something before it must look like one; only what is text is text. */
    bool harmless = first < 0x80 && first > 0x20 && !formula;
    if (style == HP_ESCAPE_CSV && more && (first != '\'' || !harmless))
        output->at++;
}

void escape_check(enum hp_escape style, struct hp_text text)
{
    struct fuzz_output bytes;
    bool lossy = false;

    FUZZ_CHECK(
        hp_escape_text(fuzz_output_to(&bytes, OUTPUT_LIMIT), style, text),
        "1: written");
    struct points output = points_of_output(&bytes);
    struct points points = points_of_text(text);
    if (points.list != NULL && output.list != NULL) {
        check_quotes(style, text, &output);
        check_points(style, &points, &output);
        FUZZ_CHECK(output.at == output.count, "3: nothing more");
        for (size_t i = 0; i < points.count; i++)
            lossy |= points.list[i] == 0 || is_high(points.list[i]) ||
                     is_low(points.list[i]);
        FUZZ_CHECK(hp_text_is_lossy(text) == lossy, "4: lossy");
    }
    free(output.list);
    free(points.list);
    fuzz_output_close(&bytes);
}
