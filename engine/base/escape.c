/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT 0xFFFD
#define NUL 0x00
#define TAB 0x09
#define LF 0x0A
#define CR 0x0D

/* Room for the longest form of one code point: a pair of \uNNNN and a NUL. */
#define ROOM 13

/* What must not reach a screen as it is: controls; what shows nothing or
 * changes how its neighbours show (general category Cf and
 * Default_Ignorable_Code_Point of Unicode 15, line and paragraph separator);
 * what is no character (surrogates, noncharacters of the BMP). Ordered. */
static const struct {
    uint32_t first, last;
} unprintable[] = {
    {0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},
    {0x034F, 0x034F},   {0x0600, 0x0605},   {0x061C, 0x061C},
    {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},
    {0x08E2, 0x08E2},   {0x115F, 0x1160},   {0x17B4, 0x17B5},
    {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F},   {0x3164, 0x3164},   {0xD800, 0xDFFF},
    {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},
    {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F},
    {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

static bool is_unprintable(uint32_t point)
{
    for (size_t i = 0; i < sizeof(unprintable) / sizeof(unprintable[0]); i++) {
        if (point <= unprintable[i].last)
            return point >= unprintable[i].first;
    }
    return false;
}

static bool is_c0(uint32_t point)
{
    return point < 0x20;
}

static bool is_lone(uint32_t point)
{
    return hp_is_high_surrogate(point) || hp_is_low_surrogate(point);
}

/* The put_ functions write one form into `out` and return its bytes. */

static size_t put_string(char *out, const char *string)
{
    size_t size = strlen(string);
    memcpy(out, string, size);
    return size;
}

static size_t put_hex(char *out, const char *prefix, int digits,
                      uint32_t number)
{
    return (size_t)snprintf(out, ROOM, "%s%0*X", prefix, digits,
                            (unsigned)number);
}

/* As it is; a lone surrogate, which UTF-8 cannot hold, as U+FFFD. */
static size_t put_plain(char *out, uint32_t point)
{
    return hp_utf8_encode(out, is_lone(point) ? REPLACEMENT : point);
}

static size_t put_backslashed(char *out, uint32_t point)
{
    out[0] = '\\';
    out[1] = (char)point;
    return 2;
}

/* \uNNNN, a pair of them for what lies outside the BMP. */
static size_t put_units(char *out, uint32_t point)
{
    if (point < 0x10000)
        return put_hex(out, "\\u", 4, point);

    size_t size = put_hex(out, "\\u", 4, 0xD800 + ((point - 0x10000) >> 10));
    return size + put_hex(out + size, "\\u", 4, 0xDC00 + (point & 0x3FF));
}

/* The visible form of what is unprintable. */
static size_t put_visible(char *out, uint32_t point)
{
    return point < 0x100 ? put_hex(out, "\\x", 2, point)
                         : put_units(out, point);
}

/* A numeric character reference of HTML, XML and Markdown. */
static size_t put_reference(char *out, uint32_t point)
{
    size_t size = put_hex(out, "&#x", 1, point);
    out[size] = ';';
    return size + 1;
}

/* What is markup in HTML and XML; NULL for what is not. */
static const char *markup(uint32_t point)
{
    switch (point) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static size_t escape_terminal(char *out, uint32_t point)
{
    if (point == '\\')
        return put_backslashed(out, point);
    return is_unprintable(point) ? put_visible(out, point)
                                 : put_plain(out, point);
}

static size_t escape_json(char *out, uint32_t point)
{
    if (point == '"' || point == '\\')
        return put_backslashed(out, point);
    if (is_lone(point))
        return put_plain(out, point);
    if (point == '<' || point == '>' || is_unprintable(point))
        return put_units(out, point);
    return put_plain(out, point);
}

static size_t escape_html(char *out, uint32_t point)
{
    if (markup(point) != NULL)
        return put_string(out, markup(point));
    return is_unprintable(point) ? put_visible(out, point)
                                 : put_plain(out, point);
}

static size_t escape_xml(char *out, uint32_t point)
{
    bool is_space = point == TAB || point == LF || point == CR;

    if (markup(point) != NULL)
        return put_string(out, markup(point));
    /* XML 1.0 production 2, Char. */
    if ((is_c0(point) && !is_space) || is_lone(point) || point == 0xFFFE ||
        point == 0xFFFF)
        return put_plain(out, REPLACEMENT);
    return is_unprintable(point) ? put_reference(out, point)
                                 : put_plain(out, point);
}

static bool is_ascii_punctuation(uint32_t point)
{
    return (point >= '!' && point <= '/') || (point >= ':' && point <= '@') ||
           (point >= '[' && point <= '`') || (point >= '{' && point <= '~');
}

/* Every ASCII punctuation mark as a reference: so no list of what is markup in
 * which dialect of Markdown has to be right. The backslash of the visible
 * form stands before a letter, where it is no escape. */
static size_t escape_markdown(char *out, uint32_t point)
{
    if (is_ascii_punctuation(point))
        return put_reference(out, point);
    return is_unprintable(point) ? put_visible(out, point)
                                 : put_plain(out, point);
}

static size_t escape_csv(char *out, uint32_t point)
{
    if (point == '"')
        return put_string(out, "\"\"");
    return put_plain(out, point == NUL ? REPLACEMENT : point);
}

static size_t escape_reg(char *out, uint32_t point)
{
    if (point == '"' || point == '\\')
        return put_backslashed(out, point);
    return put_plain(out, is_c0(point) ? REPLACEMENT : point);
}

/* The runner decodes %25, %0D and %0A; its log is shown on a terminal. */
static size_t escape_ci(char *out, uint32_t point)
{
    if (point == '%' || point == CR || point == LF)
        return put_hex(out, "%", 2, point);
    return is_unprintable(point) ? put_visible(out, point)
                                 : put_plain(out, point);
}

static size_t escape_shell(char *out, uint32_t point)
{
    if (point == '\'')
        return put_string(out, "'\\''");
    return put_plain(out, point == NUL ? REPLACEMENT : point);
}

static const struct style {
    const char *quote; /* stands before and behind */
    size_t (*escape)(char *out, uint32_t point);
} styles[] = {
    [HP_ESCAPE_TERMINAL] = {"", escape_terminal},
    [HP_ESCAPE_JSON] = {"", escape_json},
    [HP_ESCAPE_HTML] = {"", escape_html},
    [HP_ESCAPE_XML] = {"", escape_xml},
    [HP_ESCAPE_MARKDOWN] = {"", escape_markdown},
    [HP_ESCAPE_CSV] = {"\"", escape_csv},
    [HP_ESCAPE_REG] = {"", escape_reg},
    [HP_ESCAPE_CI] = {"", escape_ci},
    [HP_ESCAPE_SHELL] = {"'", escape_shell},
};

static bool write_string(struct hp_out out, const char *string)
{
    return out.write(out.self, string, strlen(string));
}

/* True if a spreadsheet could take the field for a formula: what it shows
 * first is = + - @ or the full-width form of one, or it starts with a control
 * character, which some programs strip. */
static bool is_formula(struct hp_text text)
{
    uint32_t point = ' ';

    if (text.count > 0 && is_c0(text.units[0]))
        return true;
    for (size_t at = 0;
         at < text.count && (point == ' ' || is_unprintable(point));)
        point = hp_text_next_point(text, &at);

    switch (point) {
    case '=':
    case '+':
    case '-':
    case '@':
    case 0xFF1D:
    case 0xFF0B:
    case 0xFF0D:
    case 0xFF20:
        return true;
    default:
        return false;
    }
}

bool hp_escape_text(struct hp_out out, enum hp_escape style,
                    struct hp_text text)
{
    const struct style *s = &styles[style];
    char form[ROOM];

    if (!write_string(out, s->quote))
        return false;
    /* The apostrophe makes it text for a spreadsheet. */
    if (style == HP_ESCAPE_CSV && is_formula(text) && !write_string(out, "'"))
        return false;
    for (size_t at = 0; at < text.count;) {
        size_t size = s->escape(form, hp_text_next_point(text, &at));
        if (!out.write(out.self, form, size))
            return false;
    }
    return write_string(out, s->quote);
}

static bool write_to_buffer(void *self, const char *bytes, size_t size)
{
    struct hp_out_buffer *buffer = self;

    for (size_t i = 0; i < size; i++) {
        if (buffer->size < buffer->room)
            buffer->bytes[buffer->size] = bytes[i];
        buffer->size++;
    }
    return true;
}

struct hp_out hp_out_to_buffer(struct hp_out_buffer *buffer)
{
    return (struct hp_out){write_to_buffer, buffer};
}

bool hp_text_is_lossy(struct hp_text text)
{
    for (size_t i = 0; i < text.count; i++) {
        if (text.units[i] == NUL)
            return true;
    }
    return hp_text_has_lone_surrogate(text);
}
