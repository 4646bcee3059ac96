/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "reader.h"

/* The registry's types that the words stand for. */
enum {
    TYPE_SZ = 1,
    TYPE_EXPAND_SZ = 2,
    TYPE_BINARY = 3,
    TYPE_DWORD = 4,
    TYPE_MULTI_SZ = 7,
    TYPE_QWORD = 11
};

/* ---- text ------------------------------------------------------------ */

/* `text` as UTF-16LE behind the bytes there are already; `nuls` units of NUL
 * follow. */
static bool append_text(struct hp_plan_value *value, struct hp_scan *scan,
                        struct hp_text text, size_t nuls)
{
    uint8_t *bytes = hp_scan_room(scan, 2 * (text.count + nuls));

    if (bytes == NULL)
        return false;
    hp_utf16le_encode(bytes, text);
    value->bytes = hp_span_of(bytes, 2 * (text.count + nuls));
    return true;
}

static bool read_text(struct hp_plan_value *value, struct hp_scan *scan,
                      size_t nuls)
{
    struct hp_text text;

    return hp_scan_string(&text, scan) && append_text(value, scan, text, nuls);
}

/* Units of the strings from here on, a NUL behind each and one at the end. */
static bool measure_strings(size_t *units, struct hp_scan scan)
{
    struct hp_text text;

    for (*units = 1; hp_scan_is(&scan, '"'); hp_scan_blanks(&scan)) {
        if (!hp_scan_string(&text, &scan))
            return false;
        *units += text.count + 1;
        if (!hp_scan_pass(&scan, ','))
            break;
    }
    return true;
}

static bool read_strings(struct hp_plan_value *value, struct hp_scan *scan)
{
    struct hp_text text, all;
    size_t room;

    if (!measure_strings(&room, *scan))
        return false;
    uint16_t *units = hp_arena_array(scan->plan->arena, room, sizeof(uint16_t));
    if (units == NULL)
        return hp_scan_no_memory(scan);
    all = (struct hp_text){units, room};
    while (hp_scan_is(scan, '"')) {
        if (!hp_scan_string(&text, scan))
            return false;
        if (text.count > 0)
            memcpy(units, text.units, text.count * sizeof *units);
        units += text.count + 1;
        if (!hp_scan_pass(scan, ','))
            break;
        hp_scan_blanks(scan);
    }
    return append_text(value, scan, all, 0);
}

/* ---- numbers --------------------------------------------------------- */

static bool read_integer(struct hp_plan_value *value, struct hp_scan *scan,
                         unsigned width)
{
    uint64_t number;

    if (!hp_scan_digits(&number, scan, 2 * width))
        return false;
    uint8_t *bytes = hp_scan_room(scan, width);
    if (bytes == NULL)
        return false;
    for (unsigned i = 0; i < width; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
    value->bytes = hp_span_of(bytes, width);
    return true;
}

/* (N) in hexadecimal, as in .reg files. */
static bool read_type(uint32_t *type, struct hp_scan *scan)
{
    uint64_t number;

    if (!hp_scan_digits(&number, scan, 8) ||
        !hp_scan_expect(scan, ')', "hex(TYPE):"))
        return false;
    *type = (uint32_t)number;
    return true;
}

/* ---- bytes ----------------------------------------------------------- */

static bool is_text_type(uint32_t type)
{
    return type == TYPE_SZ || type == TYPE_EXPAND_SZ || type == TYPE_MULTI_SZ;
}

/* In a file of version 4 the bytes of strings are characters of a code page
 * that nobody knows: only ASCII is sure. */
static bool widen(struct hp_plan_value *value, struct hp_scan *scan)
{
    struct hp_span narrow = value->bytes;
    uint8_t *wide = hp_scan_room(scan, 2 * (uint64_t)narrow.len);

    if (wide == NULL)
        return false;
    for (size_t i = 0; i < narrow.len; i++) {
        if (narrow.ptr[i] > 0x7F)
            return hp_scan_fail(scan, "a string of a REGEDIT4 file that is "
                                      "not ASCII");
        wide[2 * i] = narrow.ptr[i];
    }
    value->bytes = hp_span_of(wide, 2 * narrow.len);
    return true;
}

static bool read_hex(struct hp_plan_value *value, struct hp_scan *scan,
                     enum hp_syntax syntax)
{
    if (!hp_scan_hex(&value->bytes, scan))
        return false;
    return syntax != HP_SYNTAX_REG4 || !is_text_type(value->type) ||
           widen(value, scan);
}

/* ---- all ------------------------------------------------------------- */

static const struct {
    const char *word;
    uint32_t type;
    bool typed; /* WORD(TYPE): */
    enum { STRING, UNITS, STRINGS, NUMBER, BYTES } form;
    unsigned width;
} forms[] = {
    {"sz", TYPE_SZ, false, STRING, 0},
    {"expand", TYPE_EXPAND_SZ, false, STRING, 0},
    {"multi", TYPE_MULTI_SZ, false, STRINGS, 0},
    {"dword", TYPE_DWORD, false, NUMBER, 4},
    {"qword", TYPE_QWORD, false, NUMBER, 8},
    {"hex", TYPE_BINARY, false, BYTES, 0},
    {"hex", 0, true, BYTES, 0},
    {"str", 0, true, STRING, 0},
    {"text", 0, true, UNITS, 0},
};
enum { FORM_COUNT = sizeof forms / sizeof forms[0] };

bool hp_read_data(struct hp_plan_value *value, struct hp_scan *scan,
                  enum hp_syntax syntax)
{
    if (hp_scan_is(scan, '-'))
        return hp_scan_fail(scan, "a recipe cannot delete values");
    if (hp_scan_is(scan, '"')) {
        value->type = TYPE_SZ;
        return read_text(value, scan, 1);
    }
    struct hp_word_span word = hp_scan_word(scan);
    bool typed = hp_scan_pass(scan, '(');
    size_t i = 0;
    while (i < FORM_COUNT &&
           (forms[i].typed != typed || !hp_word_is(word, forms[i].word)))
        i++;
    if (i == FORM_COUNT)
        return hp_scan_fail(scan, "no such form of data");
    value->type = forms[i].type;
    if (typed && !read_type(&value->type, scan))
        return false;
    if (!hp_scan_expect(scan, ':', "a colon should stand here"))
        return false;
    /* Bytes may be none, and then an option follows the blank. */
    if (forms[i].form != BYTES)
        hp_scan_blanks(scan);
    switch (forms[i].form) {
    case STRING:
        return read_text(value, scan, 1);
    case UNITS:
        return read_text(value, scan, 0);
    case STRINGS:
        return read_strings(value, scan);
    case NUMBER:
        return read_integer(value, scan, forms[i].width);
    default:
        return read_hex(value, scan, syntax);
    }
}
