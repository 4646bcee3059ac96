/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "escape.h"

enum {
    T = HP_ESCAPE_TERMINAL,
    J = HP_ESCAPE_JSON,
    H = HP_ESCAPE_HTML,
    X = HP_ESCAPE_XML,
    M = HP_ESCAPE_MARKDOWN,
    C = HP_ESCAPE_CSV,
    R = HP_ESCAPE_REG,
    I = HP_ESCAPE_CI,
    S = HP_ESCAPE_SHELL,
    STYLES
};

#define CHUNK 8192        /* units of the longest text here */
#define ROOM (16 * CHUNK) /* bytes that no style needs for it */

/* A hostile name and its form in each style; NULL where that is what
 * hp_text_to_utf8 gives, in the style's quotes. */
static const struct row {
    struct hp_text text;
    const char *want[STYLES];
} rows[] = {
    {TEXT_INIT(u"Plain 1"), {NULL}},
    {TEXT_INIT(u"C:\\a b\\c.exe"),
     {[T] = "C:\\\\a b\\\\c.exe",
      [J] = "C:\\\\a b\\\\c.exe",
      [M] = "C&#x3A;&#x5C;a b&#x5C;c&#x2E;exe",
      [R] = "C:\\\\a b\\\\c.exe"}},
    {TEXT_INIT(u""), {NULL}},
    {TEXT_INIT(u"a\000b"),
     {[T] = "a\\x00b",
      [J] = "a\\u0000b",
      [H] = "a\\x00b",
      [X] = "a\uFFFDb",
      [M] = "a\\x00b",
      [C] = "\"a\uFFFDb\"",
      [R] = "a\uFFFDb",
      [I] = "a\\x00b",
      [S] = "'a\uFFFDb'"}},
    {TEXT_INIT(u"\001\037"),
     {[T] = "\\x01\\x1F",
      [J] = "\\u0001\\u001F",
      [H] = "\\x01\\x1F",
      [X] = "\uFFFD\uFFFD",
      [M] = "\\x01\\x1F",
      [C] = "\"'\001\037\"",
      [R] = "\uFFFD\uFFFD",
      [I] = "\\x01\\x1F"}},
    {TEXT_INIT(u"a\tb"),
     {[T] = "a\\x09b",
      [J] = "a\\u0009b",
      [H] = "a\\x09b",
      [X] = "a&#x9;b",
      [M] = "a\\x09b",
      [R] = "a\uFFFDb",
      [I] = "a\\x09b"}},
    {TEXT_INIT(u"a\r\nb"),
     {[T] = "a\\x0D\\x0Ab",
      [J] = "a\\u000D\\u000Ab",
      [H] = "a\\x0D\\x0Ab",
      [X] = "a&#xD;&#xA;b",
      [M] = "a\\x0D\\x0Ab",
      [R] = "a\uFFFD\uFFFDb",
      [I] = "a%0D%0Ab"}},
    {TEXT_INIT(u"\177"),
     {[T] = "\\x7F",
      [J] = "\\u007F",
      [H] = "\\x7F",
      [X] = "&#x7F;",
      [M] = "\\x7F",
      [I] = "\\x7F"}},
    {TEXT_INIT(u"\200\237"),
     {[T] = "\\x80\\x9F",
      [J] = "\\u0080\\u009F",
      [H] = "\\x80\\x9F",
      [X] = "&#x80;&#x9F;",
      [M] = "\\x80\\x9F",
      [I] = "\\x80\\x9F"}},
    {TEXT_INIT(u"\205"),
     {[T] = "\\x85",
      [J] = "\\u0085",
      [H] = "\\x85",
      [X] = "&#x85;",
      [M] = "\\x85",
      [I] = "\\x85"}},
    {TEXT_INIT(u"\033[31mx\033[0m"),
     {[T] = "\\x1B[31mx\\x1B[0m",
      [J] = "\\u001B[31mx\\u001B[0m",
      [H] = "\\x1B[31mx\\x1B[0m",
      [X] = "\uFFFD[31mx\uFFFD[0m",
      [M] = "\\x1B&#x5B;31mx\\x1B&#x5B;0m",
      [C] = "\"'\033[31mx\033[0m\"",
      [R] = "\uFFFD[31mx\uFFFD[0m",
      [I] = "\\x1B[31mx\\x1B[0m"}},
    {TEXT_INIT(u"\23331m"),
     {[T] = "\\x9B31m",
      [J] = "\\u009B31m",
      [H] = "\\x9B31m",
      [X] = "&#x9B;31m",
      [M] = "\\x9B31m",
      [I] = "\\x9B31m"}},
    {TEXT_INIT(u"\033]0;x\007"),
     {[T] = "\\x1B]0;x\\x07",
      [J] = "\\u001B]0;x\\u0007",
      [H] = "\\x1B]0;x\\x07",
      [X] = "\uFFFD]0;x\uFFFD",
      [M] = "\\x1B&#x5D;0&#x3B;x\\x07",
      [C] = "\"'\033]0;x\007\"",
      [R] = "\uFFFD]0;x\uFFFD",
      [I] = "\\x1B]0;x\\x07"}},
    {TEXT_INIT(u"\u00A0"), {NULL}},
    {TEXT_INIT(u"\u00E4\u0416\u6F22"), {NULL}},
    {TEXT_INIT(u"a\"b"),
     {[J] = "a\\\"b",
      [H] = "a&quot;b",
      [X] = "a&quot;b",
      [M] = "a&#x22;b",
      [C] = "\"a\"\"b\"",
      [R] = "a\\\"b"}},
    {TEXT_INIT(u"it's"),
     {[H] = "it&#39;s",
      [X] = "it&#39;s",
      [M] = "it&#x27;s",
      [S] = "'it'\\''s'"}},
    {TEXT_INIT(u"\\"),
     {[T] = "\\\\", [J] = "\\\\", [M] = "&#x5C;", [R] = "\\\\"}},
    {TEXT_INIT(u"\\n"),
     {[T] = "\\\\n", [J] = "\\\\n", [M] = "&#x5C;n", [R] = "\\\\n"}},
    {TEXT_INIT(u"\\x1B\\u202E"),
     {[T] = "\\\\x1B\\\\u202E",
      [J] = "\\\\x1B\\\\u202E",
      [M] = "&#x5C;x1B&#x5C;u202E",
      [R] = "\\\\x1B\\\\u202E"}},
    {TEXT_INIT(u"<script>x</script>"),
     {[J] = "\\u003Cscript\\u003Ex\\u003C/script\\u003E",
      [H] = "&lt;script&gt;x&lt;/script&gt;",
      [X] = "&lt;script&gt;x&lt;/script&gt;",
      [M] = "&#x3C;script&#x3E;x&#x3C;&#x2F;script&#x3E;"}},
    {TEXT_INIT(u"<!-- -->"),
     {[J] = "\\u003C!-- --\\u003E",
      [H] = "&lt;!-- --&gt;",
      [X] = "&lt;!-- --&gt;",
      [M] = "&#x3C;&#x21;&#x2D;&#x2D; &#x2D;&#x2D;&#x3E;"}},
    {TEXT_INIT(u"R&D &lt;"),
     {[H] = "R&amp;D &amp;lt;",
      [X] = "R&amp;D &amp;lt;",
      [M] = "R&#x26;D &#x26;lt&#x3B;"}},
    {TEXT_INIT(u"]]>"),
     {[J] = "]]\\u003E",
      [H] = "]]&gt;",
      [X] = "]]&gt;",
      [M] = "&#x5D;&#x5D;&#x3E;"}},
    {TEXT_INIT(u"\u202A\u202B\u202C\u202D\u202E"),
     {[T] = "\\u202A\\u202B\\u202C\\u202D\\u202E",
      [J] = "\\u202A\\u202B\\u202C\\u202D\\u202E",
      [H] = "\\u202A\\u202B\\u202C\\u202D\\u202E",
      [X] = "&#x202A;&#x202B;&#x202C;&#x202D;&#x202E;",
      [M] = "\\u202A\\u202B\\u202C\\u202D\\u202E",
      [I] = "\\u202A\\u202B\\u202C\\u202D\\u202E"}},
    {TEXT_INIT(u"\u2066\u2067\u2068\u2069"),
     {[T] = "\\u2066\\u2067\\u2068\\u2069",
      [J] = "\\u2066\\u2067\\u2068\\u2069",
      [H] = "\\u2066\\u2067\\u2068\\u2069",
      [X] = "&#x2066;&#x2067;&#x2068;&#x2069;",
      [M] = "\\u2066\\u2067\\u2068\\u2069",
      [I] = "\\u2066\\u2067\\u2068\\u2069"}},
    {TEXT_INIT(u"\u200E\u200F\u061C"),
     {[T] = "\\u200E\\u200F\\u061C",
      [J] = "\\u200E\\u200F\\u061C",
      [H] = "\\u200E\\u200F\\u061C",
      [X] = "&#x200E;&#x200F;&#x61C;",
      [M] = "\\u200E\\u200F\\u061C",
      [I] = "\\u200E\\u200F\\u061C"}},
    {TEXT_INIT(u"\u2028\u2029"),
     {[T] = "\\u2028\\u2029",
      [J] = "\\u2028\\u2029",
      [H] = "\\u2028\\u2029",
      [X] = "&#x2028;&#x2029;",
      [M] = "\\u2028\\u2029",
      [I] = "\\u2028\\u2029"}},
    {TEXT_INIT(u"\uFEFF"),
     {[T] = "\\uFEFF",
      [J] = "\\uFEFF",
      [H] = "\\uFEFF",
      [X] = "&#xFEFF;",
      [M] = "\\uFEFF",
      [I] = "\\uFEFF"}},
    {TEXT_INIT(u"\u200B\u200C\u200D\u2060"),
     {[T] = "\\u200B\\u200C\\u200D\\u2060",
      [J] = "\\u200B\\u200C\\u200D\\u2060",
      [H] = "\\u200B\\u200C\\u200D\\u2060",
      [X] = "&#x200B;&#x200C;&#x200D;&#x2060;",
      [M] = "\\u200B\\u200C\\u200D\\u2060",
      [I] = "\\u200B\\u200C\\u200D\\u2060"}},
    {TEXT_INIT(u"\u00AD"),
     {[T] = "\\xAD",
      [J] = "\\u00AD",
      [H] = "\\xAD",
      [X] = "&#xAD;",
      [M] = "\\xAD",
      [I] = "\\xAD"}},
    {TEXT_INIT(u"\uFFFE\uFFFF\uFDD0"),
     {[T] = "\\uFFFE\\uFFFF\\uFDD0",
      [J] = "\\uFFFE\\uFFFF\\uFDD0",
      [H] = "\\uFFFE\\uFFFF\\uFDD0",
      [X] = "\uFFFD\uFFFD&#xFDD0;",
      [M] = "\\uFFFE\\uFFFF\\uFDD0",
      [I] = "\\uFFFE\\uFFFF\\uFDD0"}},
    {TEXT_INIT(u"a\xD800"
               u"b"),
     {[T] = "a\\uD800b",
      [H] = "a\\uD800b",
      [M] = "a\\uD800b",
      [I] = "a\\uD800b"}},
    {TEXT_INIT(u"\xDC00"),
     {[T] = "\\uDC00", [H] = "\\uDC00", [M] = "\\uDC00", [I] = "\\uDC00"}},
    {TEXT_INIT(u"\xDFFF\xDBFF"),
     {[T] = "\\uDFFF\\uDBFF",
      [H] = "\\uDFFF\\uDBFF",
      [M] = "\\uDFFF\\uDBFF",
      [I] = "\\uDFFF\\uDBFF"}},
    {TEXT_INIT(u"\U0001F600"), {NULL}},
    {TEXT_INIT(u"\U0010FFFF"), {NULL}},
    {TEXT_INIT(u"\U0001D173\U000E0000"),
     {[T] = "\\uD834\\uDD73\\uDB40\\uDC00",
      [J] = "\\uD834\\uDD73\\uDB40\\uDC00",
      [H] = "\\uD834\\uDD73\\uDB40\\uDC00",
      [X] = "&#x1D173;&#xE0000;",
      [M] = "\\uD834\\uDD73\\uDB40\\uDC00",
      [I] = "\\uD834\\uDD73\\uDB40\\uDC00"}},
    {TEXT_INIT(u"::error::x"), {[M] = "&#x3A;&#x3A;error&#x3A;&#x3A;x"}},
    {TEXT_INIT(u"##[error]x"), {[M] = "&#x23;&#x23;&#x5B;error&#x5D;x"}},
    {TEXT_INIT(u"100%"), {[M] = "100&#x25;", [I] = "100%25"}},
    {TEXT_INIT(u"%0A%25"), {[M] = "&#x25;0A&#x25;25", [I] = "%250A%2525"}},
    {TEXT_INIT(u"$(reboot)"), {[M] = "&#x24;&#x28;reboot&#x29;"}},
    {TEXT_INIT(u"${x} $x"), {[M] = "&#x24;&#x7B;x&#x7D; &#x24;x"}},
    {TEXT_INIT(u"`reboot`"), {[M] = "&#x60;reboot&#x60;"}},
    {TEXT_INIT(u"a|b"), {[M] = "a&#x7C;b"}},
    {TEXT_INIT(u"* ? ~"), {[M] = "&#x2A; &#x3F; &#x7E;"}},
    {TEXT_INIT(u"_a_ [b](c) #1"),
     {[M] = "&#x5F;a&#x5F; &#x5B;b&#x5D;&#x28;c&#x29; &#x23;1"}},
    {TEXT_INIT(u"x@y www.z"), {[M] = "x&#x40;y www&#x2E;z"}},
    {TEXT_INIT(u"=1+1"), {[M] = "&#x3D;1&#x2B;1", [C] = "\"'=1+1\""}},
    {TEXT_INIT(u"+1"), {[M] = "&#x2B;1", [C] = "\"'+1\""}},
    {TEXT_INIT(u"-1"), {[M] = "&#x2D;1", [C] = "\"'-1\""}},
    {TEXT_INIT(u"@x"), {[M] = "&#x40;x", [C] = "\"'@x\""}},
    {TEXT_INIT(u" \u200B =1"),
     {[T] = " \\u200B =1",
      [J] = " \\u200B =1",
      [H] = " \\u200B =1",
      [X] = " &#x200B; =1",
      [M] = " \\u200B &#x3D;1",
      [C] = "\"' \u200B =1\"",
      [I] = " \\u200B =1"}},
    {TEXT_INIT(u"\uFF1D1"), {[C] = "\"'\uFF1D1\""}},
    {TEXT_INIT(u"\uFF0B1"), {[C] = "\"'\uFF0B1\""}},
    {TEXT_INIT(u"\uFF0D1"), {[C] = "\"'\uFF0D1\""}},
    {TEXT_INIT(u"\uFF201"), {[C] = "\"'\uFF201\""}},
    {TEXT_INIT(u"\t1"),
     {[T] = "\\x091",
      [J] = "\\u00091",
      [H] = "\\x091",
      [X] = "&#x9;1",
      [M] = "\\x091",
      [C] = "\"'\t1\"",
      [R] = "\uFFFD1",
      [I] = "\\x091"}},
    {TEXT_INIT(u"1=1"), {[M] = "1&#x3D;1"}},
    {TEXT_INIT(u"\"=1\""),
     {[J] = "\\\"=1\\\"",
      [H] = "&quot;=1&quot;",
      [X] = "&quot;=1&quot;",
      [M] = "&#x22;&#x3D;1&#x22;",
      [C] = "\"\"\"=1\"\"\"",
      [R] = "\\\"=1\\\""}},
    {TEXT_INIT(u"a,b;c"), {[M] = "a&#x2C;b&#x3B;c"}},
};

/* Code points where the style "visible" sets in and ends again. */
static const uint32_t edges[] = {
    0x00000, 0x00020, 0x0007F, 0x000A0, 0x000AD, 0x000AE, 0x0034F, 0x00350,
    0x00600, 0x00606, 0x0061C, 0x0061D, 0x006DD, 0x006DE, 0x0070F, 0x00710,
    0x00890, 0x00892, 0x008E2, 0x008E3, 0x0115F, 0x01161, 0x017B4, 0x017B6,
    0x0180B, 0x01810, 0x0200B, 0x02010, 0x02028, 0x0202F, 0x02060, 0x02070,
    0x03164, 0x03165, 0x0D800, 0x0E000, 0x0FDD0, 0x0FDF0, 0x0FE00, 0x0FE10,
    0x0FEFF, 0x0FF00, 0x0FFA0, 0x0FFA1, 0x0FFF0, 0x0FFFC, 0x0FFFE, 0x10000,
    0x110BD, 0x110BE, 0x110CD, 0x110CE, 0x13430, 0x13440, 0x1BCA0, 0x1BCA4,
    0x1D173, 0x1D17B, 0xE0000, 0xE1000,
};

static bool is_hidden(uint32_t point)
{
    size_t passed = 0;

    while (passed < COUNT_OF(edges) && point >= edges[passed])
        passed++;
    return passed % 2 != 0;
}

static bool is_lone(uint32_t point)
{
    return point >= 0xD800 && point <= 0xDFFF;
}

/* `text` in `style`, with a NUL behind; `out` has ROOM bytes. */
static size_t escape(char *out, int style, struct hp_text text)
{
    struct hp_out_buffer buffer = {out, ROOM - 1, 0};

    assert_true(
        hp_escape_text(hp_out_to_buffer(&buffer), (enum hp_escape)style, text));
    assert_true(buffer.size < ROOM);
    out[buffer.size] = '\0';
    return buffer.size;
}

static void escape__every_hostile_name_in_every_style(void **state)
{
    static const char *const quotes[STYLES] = {[C] = "\"", [S] = "'"};
    static char got[ROOM];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int style = 0; style < STYLES; style++) {
            const char *quote = quotes[style] != NULL ? quotes[style] : "";
            char plain[100] = "", want[110];
            size_t size = escape(got, style, rows[i].text);

            hp_text_to_utf8(plain, rows[i].text);
            snprintf(want, sizeof(want), "%s%s%s", quote, plain, quote);
            assert_string_equal(
                got, rows[i].want[style] != NULL ? rows[i].want[style] : want);
            assert_int_equal(size, strlen(got));
        }
    }
}

static size_t text_of_point(uint16_t *units, uint32_t point)
{
    if (point < 0x10000) {
        units[0] = (uint16_t)point;
        return 1;
    }
    units[0] = (uint16_t)(0xD7C0 + point / 0x400);
    units[1] = (uint16_t)(0xDC00 + point % 0x400);
    return 2;
}

static void escape__hides_exactly_the_listed_code_points(void **state)
{
    static char got[ROOM];

    (void)state;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        uint16_t units[2];
        struct hp_text text = {units, text_of_point(units, point)};
        char plain[8];
        size_t size = hp_text_to_utf8(plain, text);

        if (point == '\\')
            continue;
        escape(got, T, text);
        assert_int_equal(got[0] == '\\', is_hidden(point));
        assert_true(is_hidden(point) || memcmp(got, plain, size) == 0);
    }
}

/* What a reader of a style gets back, as units. */
struct back {
    uint16_t units[2 * ROOM];
    size_t count;
};

static void append(struct back *b, uint32_t point)
{
    b->count += text_of_point(b->units + b->count, point);
}

/* Each undo_ function takes one escape at `at` back and returns what is behind
 * it, or NULL if no escape stands there. */

static const char *undo_number(struct back *b, const char *at,
                               const char *prefix, size_t digits)
{
    char number[8] = "";
    size_t size = strlen(prefix);

    if (strncmp(at, prefix, size) != 0)
        return NULL;
    memcpy(number, at + size, digits);
    assert_int_equal(strspn(number, "0123456789ABCDEF"), digits);
    append(b, (uint32_t)strtoul(number, NULL, 16));
    return at + size + digits;
}

static const char *undo_string(struct back *b, const char *at, const char *form,
                               uint32_t point)
{
    if (strncmp(at, form, strlen(form)) != 0)
        return NULL;
    append(b, point);
    return at + strlen(form);
}

static const char *undo_terminal(struct back *b, const char *at)
{
    const char *end = undo_string(b, at, "\\\\", '\\');

    end = end != NULL ? end : undo_number(b, at, "\\x", 2);
    return end != NULL ? end : undo_number(b, at, "\\u", 4);
}

static const char *undo_json(struct back *b, const char *at)
{
    const char *end = undo_string(b, at, "\\\\", '\\');

    end = end != NULL ? end : undo_string(b, at, "\\\"", '"');
    return end != NULL ? end : undo_number(b, at, "\\u", 4);
}

static const char *undo_html(struct back *b, const char *at)
{
    const char *end = undo_string(b, at, "&amp;", '&');

    end = end != NULL ? end : undo_string(b, at, "&lt;", '<');
    end = end != NULL ? end : undo_string(b, at, "&gt;", '>');
    end = end != NULL ? end : undo_string(b, at, "&quot;", '"');
    return end != NULL ? end : undo_string(b, at, "&#39;", '\'');
}

static const char *undo_reference(struct back *b, const char *at)
{
    size_t digits;

    if (strncmp(at, "&#x", 3) != 0)
        return NULL;
    digits = strcspn(at + 3, ";");
    assert_in_range(digits, 1, 6);
    return undo_number(b, at, "&#x", digits) + 1;
}

static const char *undo_xml(struct back *b, const char *at)
{
    const char *end = undo_html(b, at);
    return end != NULL ? end : undo_reference(b, at);
}

/* A visible form stays; its backslash is the only one. */
static const char *undo_markdown(struct back *b, const char *at)
{
    if (at[0] == '\\' && (at[1] == 'x' || at[1] == 'u'))
        return undo_string(b, at, "\\", '\\');
    return undo_reference(b, at);
}

static const char *undo_csv(struct back *b, const char *at)
{
    return undo_string(b, at, "\"\"", '"');
}

static const char *undo_reg(struct back *b, const char *at)
{
    const char *end = undo_string(b, at, "\\\\", '\\');
    return end != NULL ? end : undo_string(b, at, "\\\"", '"');
}

static const char *undo_ci(struct back *b, const char *at)
{
    const char *end = undo_string(b, at, "%25", '%');

    end = end != NULL ? end : undo_string(b, at, "%0D", '\r');
    return end != NULL ? end : undo_string(b, at, "%0A", '\n');
}

static const char *undo_shell(struct back *b, const char *at)
{
    return undo_string(b, at, "'\\''", '\'');
}

static bool keeps_all(uint32_t point)
{
    (void)point;
    return true;
}

static bool keeps_scalars(uint32_t point)
{
    return !is_lone(point);
}

static bool keeps_xml(uint32_t point)
{
    return point == '\t' || point == '\n' || point == '\r' ||
           (point >= 0x20 && !is_lone(point) && (point & ~1U) != 0xFFFE);
}

static bool keeps_but_nul(uint32_t point)
{
    return point != 0 && !is_lone(point);
}

static bool keeps_but_c0(uint32_t point)
{
    return point >= 0x20 && !is_lone(point);
}

/* What a style promises about its output as a whole. */
static const struct promise {
    const char *(*undo)(struct back *b, const char *at);
    bool (*keeps)(uint32_t point); /* the rest comes back as U+FFFD */
    const char *never;             /* ASCII that stands in no output but in
                                    * the escapes */
    const char *quote;             /* around all */
    bool is_visible;               /* the reader sees the visible form */
    bool is_raw;                   /* what is_hidden may stand in the output */
} promises[STYLES] = {
    [T] = {undo_terminal, keeps_all, "\\", "", false, false},
    [J] = {undo_json, keeps_scalars, "\"\\<>", "", false, false},
    [H] = {undo_html, keeps_all, "&<>\"'", "", true, false},
    [X] = {undo_xml, keeps_xml, "&<>\"'", "", false, false},
    [M] = {undo_markdown, keeps_all, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "",
           true, false},
    [C] = {undo_csv, keeps_but_nul, "\"", "\"", false, true},
    [R] = {undo_reg, keeps_but_c0, "\"\\", "", false, true},
    [I] = {undo_ci, keeps_all, "%\r\n", "", true, false},
    [S] = {undo_shell, keeps_but_nul, "'", "'", false, true},
};

/* The units that the reader of `style` has to get for `text`. */
static void build_wanted(struct back *b, int style, struct hp_text text)
{
    const struct promise *p = &promises[style];

    b->count = 0;
    for (size_t at = 0; at < text.count;) {
        uint32_t point = hp_text_next_point(text, &at);
        bool is_ci_line_end = style == I && (point == '\r' || point == '\n');
        char form[16] = "";
        uint16_t pair[2];

        if (!p->is_visible || !is_hidden(point) || is_ci_line_end) {
            append(b, p->keeps(point) ? point : 0xFFFD);
            continue;
        }
        if (text_of_point(pair, point) == 2)
            snprintf(form, sizeof(form), "\\u%04X\\u%04X", pair[0], pair[1]);
        else
            snprintf(form, sizeof(form), point < 256 ? "\\x%02X" : "\\u%04X",
                     (unsigned)point);
        for (const char *c = form; *c != '\0'; c++)
            append(b, (unsigned char)*c);
    }
}

/* Reads `size` bytes at `at` back; they hold no NUL. */
static void read_back(struct back *b, const struct promise *p, const char *at,
                      size_t size)
{
    const char *end = at + size;

    b->count = 0;
    while (at < end) {
        const char *behind = p->undo(b, at);
        uint16_t units[4];
        bool valid = false;
        size_t length = 1, count, zero = 0;

        if (behind != NULL) {
            at = behind;
            continue;
        }
        while (at + length < end && (at[length] & 0xC0) == 0x80)
            length++;
        count = hp_wtf8_decode(units, at, length, &valid);
        uint32_t point =
            hp_text_next_point((struct hp_text){units, count}, &zero);
        assert_true(valid && zero == count && !is_lone(point) && point != 0);
        assert_true(point >= 0x80 || strchr(p->never, (int)point) == NULL);
        assert_true(p->is_raw || !is_hidden(point));
        append(b, point);
        at += length;
    }
    assert_ptr_equal(at, end);
}

static void check_promises(int style, struct hp_text text)
{
    static char out[ROOM];
    static struct back got, want;
    const struct promise *p = &promises[style];
    size_t size = escape(out, style, text), quote = strlen(p->quote);

    assert_int_equal(strlen(out), size);
    assert_memory_equal(out, p->quote, quote);
    assert_memory_equal(out + size - quote, p->quote, quote);
    if (style == C && out[1] == '\'' && text.units[0] != '\'')
        quote++; /* the guard against formulas */
    read_back(&got, p, out + quote, size - quote - strlen(p->quote));
    build_wanted(&want, style, text);
    assert_int_equal(got.count, want.count);
    assert_memory_equal(got.units, want.units, 2 * got.count);
}

static void escape__every_style_keeps_its_promises(void **state)
{
    static uint16_t units[CHUNK];

    (void)state;
    for (int style = 0; style < STYLES; style++) {
        for (size_t i = 0; i < COUNT_OF(rows); i++)
            check_promises(style, rows[i].text);
        for (size_t first = 0; first <= 0xFFFF; first += CHUNK) {
            for (size_t i = 0; i < CHUNK; i++)
                units[i] = (uint16_t)(first + i);
            check_promises(style, (struct hp_text){units, CHUNK});
        }
    }
}

/* /bin/sh prints the word's value. */
static void check_shell(struct hp_text text)
{
    static char command[ROOM], want[ROOM], got[ROOM];
    static uint16_t units[CHUNK];
    size_t size = (size_t)snprintf(command, ROOM, "printf %%s ");
    struct hp_out_buffer word = {command + size, ROOM - size - 1, 0};
    FILE *pipe;

    assert_true(hp_escape_text(hp_out_to_buffer(&word), HP_ESCAPE_SHELL, text));
    command[size + word.size] = '\0';
    for (size_t i = 0; i < text.count; i++)
        units[i] = text.units[i] == 0 ? 0xFFFD : text.units[i];
    size = hp_text_to_utf8(want, (struct hp_text){units, text.count});

    pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fread(got, 1, ROOM, pipe), size);
    assert_int_equal(pclose(pipe), 0);
    assert_memory_equal(got, want, size);
}

static void shell__a_word_is_the_text_and_nothing_else(void **state)
{
    static uint16_t units[CHUNK];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_shell(rows[i].text);
    for (size_t i = 0; i < CHUNK; i++)
        units[i] = (uint16_t)i;
    check_shell((struct hp_text){units, CHUNK});
}

static void csv__guards_exactly_what_starts_a_formula(void **state)
{
    static const uint16_t formula[] = {'=',    '+',    '-',    '@',
                                       0xFF1D, 0xFF0B, 0xFF0D, 0xFF20};
    static char got[ROOM];

    (void)state;
    for (uint32_t unit = 0; unit <= 0xFFFF; unit++) {
        uint16_t units[] = {(uint16_t)unit, 'x', '='};
        bool want = unit < 0x20;

        for (size_t i = 0; i < COUNT_OF(formula); i++)
            want = want || unit == formula[i];
        if (unit == '\'')
            continue;
        escape(got, C, (struct hp_text){units, 3});
        assert_int_equal(got[1] == '\'', want);
        units[1] = '=';
        escape(got, C, (struct hp_text){units, 2});
        want = want || unit == ' ' || is_hidden(unit);
        assert_int_equal(got[1] == '\'', want);
    }
    escape(got, C, (struct hp_text){u"\t", 1});
    assert_string_equal(got, "\"'\t\"");
    escape(got, C, (struct hp_text){u" =", 1});
    assert_string_equal(got, "\" \"");
}

/* An output that takes `calls` writes. */
struct short_out {
    size_t calls;
    struct hp_out_buffer buffer;
};

static bool write_short(void *self, const char *bytes, size_t size)
{
    struct short_out *out = self;

    assert_int_not_equal(out->calls, SIZE_MAX); /* not asked after a refusal */
    if (out->calls-- == 0)
        return false;
    return hp_out_to_buffer(&out->buffer).write(&out->buffer, bytes, size);
}

static void check_refusals(int style, struct hp_text text)
{
    static char full[ROOM], part[ROOM];
    size_t size = escape(full, style, text);
    bool ok = false;

    for (size_t calls = 0; !ok; calls++) {
        struct short_out out = {calls, {part, ROOM, 0}};
        struct hp_out to = {write_short, &out};

        ok = hp_escape_text(to, (enum hp_escape)style, text);
        assert_true(out.buffer.size <= size);
        assert_memory_equal(part, full, out.buffer.size);
        assert_int_equal(out.calls, ok ? 0 : SIZE_MAX);
        assert_true(!ok || out.buffer.size == size);
    }
}

static void escape__stops_at_a_refused_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int style = 0; style < STYLES; style++)
            check_refusals(style, rows[i].text);
    }
}

static void out_buffer__keeps_what_fits_and_counts_all(void **state)
{
    (void)state;
    for (size_t room = 0; room <= 6; room++) {
        char bytes[] = "......";
        struct hp_out_buffer buffer = {bytes, room, 0};
        struct hp_out out = hp_out_to_buffer(&buffer);
        char want[] = "......";

        assert_true(out.write(out.self, "ab", 2));
        assert_true(out.write(out.self, "", 0));
        assert_true(out.write(out.self, "cde", 3));
        assert_int_equal(buffer.size, 5);
        memcpy(want, "abcde", room < 5 ? room : 5);
        assert_string_equal(bytes, want);
    }
}

static void is_lossy__nul_and_lone_surrogates(void **state)
{
    static const struct {
        struct hp_text text;
        bool want;
    } cases[] = {
        {TEXT_INIT(u""), false},
        {TEXT_INIT(u"a\001"), false},
        {TEXT_INIT(u"\uFFFD"), false},
        {TEXT_INIT(u"\xD83D\xDE00"), false},
        {TEXT_INIT(u"\0"), true},
        {TEXT_INIT(u"a\0b"), true},
        {TEXT_INIT(u"ab\0"), true},
        {TEXT_INIT(u"a\xD83D"), true},
        {TEXT_INIT(u"\xDE00\xD83D"), true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(hp_text_is_lossy(cases[i].text), cases[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escape__every_hostile_name_in_every_style),
        cmocka_unit_test(escape__hides_exactly_the_listed_code_points),
        cmocka_unit_test(escape__every_style_keeps_its_promises),
        cmocka_unit_test(shell__a_word_is_the_text_and_nothing_else),
        cmocka_unit_test(csv__guards_exactly_what_starts_a_formula),
        cmocka_unit_test(escape__stops_at_a_refused_write),
        cmocka_unit_test(out_buffer__keeps_what_fits_and_counts_all),
        cmocka_unit_test(is_lossy__nul_and_lone_surrogates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
