/* SPDX-License-Identifier: Apache-2.0 */
#include "scan.h"

#include <string.h>

struct hp_scan hp_scan_of(struct hp_plan *plan, struct hp_recipe_error *err,
                          const char *file, const char *bytes, size_t size)
{
    if (size == 0)
        bytes = ""; /* NULL + 0 is undefined */
    return (struct hp_scan){.at = bytes,
                            .end = bytes + size,
                            .mark = {file, 1, 1},
                            .marked = bytes,
                            .plan = plan,
                            .err = err};
}

struct hp_origin hp_scan_origin(struct hp_scan *scan)
{
    for (; scan->marked < scan->at; scan->marked++) {
        unsigned char byte = (unsigned char)*scan->marked;
        if (byte == '\n') {
            scan->mark.line++;
            scan->mark.column = 1;
        } else if ((byte & 0xC0) != 0x80) {
            scan->mark.column++;
        }
    }
    return scan->mark;
}

bool hp_scan_fail(struct hp_scan *scan, const char *message)
{
    return hp_plan_fail(scan->err, HP_E_TEXT, hp_scan_origin(scan), message);
}

bool hp_scan_no_memory(struct hp_scan *scan)
{
    return hp_plan_fail(scan->err, HP_E_NO_MEMORY, hp_scan_origin(scan),
                        "out of memory");
}

/* ---- blanks and lines ------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Length of the line end behind a backslash at `at`; 0: none. */
static size_t continuation(const struct hp_scan *scan)
{
    const char *at = scan->at;

    if (at == scan->end || *at != '\\')
        return 0;
    at++;
    while (at < scan->end && is_blank(*at))
        at++;
    if (at == scan->end || *at != '\n')
        return 0;
    return (size_t)(at + 1 - scan->at);
}

void hp_scan_blanks(struct hp_scan *scan)
{
    while (scan->at < scan->end) {
        size_t size = is_blank(*scan->at) ? 1 : continuation(scan);
        if (size == 0)
            return;
        scan->at += size;
    }
}

bool hp_scan_at_line_end(struct hp_scan *scan)
{
    hp_scan_blanks(scan);
    return scan->at == scan->end || *scan->at == '\n' || *scan->at == ';';
}

bool hp_scan_line_end(struct hp_scan *scan)
{
    if (!hp_scan_at_line_end(scan))
        return hp_scan_fail(scan, "the line should end here");
    const char *end = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));
    scan->at = end == NULL ? scan->end : end + 1;
    return true;
}

bool hp_scan_is(const struct hp_scan *scan, char character)
{
    return scan->at < scan->end && *scan->at == character;
}

bool hp_scan_pass(struct hp_scan *scan, char character)
{
    if (!hp_scan_is(scan, character))
        return false;
    scan->at++;
    return true;
}

bool hp_scan_expect(struct hp_scan *scan, char character, const char *message)
{
    return hp_scan_pass(scan, character) || hp_scan_fail(scan, message);
}

/* ---- words and numbers ----------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct hp_word_span hp_scan_word(struct hp_scan *scan)
{
    const char *start = scan->at;

    while (scan->at < scan->end &&
           (is_letter(*scan->at) || is_digit(*scan->at)))
        scan->at++;
    return (struct hp_word_span){start, (size_t)(scan->at - start)};
}

bool hp_word_is(struct hp_word_span word, const char *text)
{
    return strlen(text) == word.size &&
           memcmp(word.bytes, text, word.size) == 0;
}

/* 16 and above: not a digit. */
static unsigned digit_value(char c)
{
    if (is_digit(c))
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}

static unsigned next_digit(const struct hp_scan *scan)
{
    return scan->at < scan->end ? digit_value(*scan->at) : 16;
}

/* Digits of `base`, at least one. */
static bool scan_digits(uint64_t *number, struct hp_scan *scan, unsigned base)
{
    uint64_t value = 0;

    if (next_digit(scan) >= base)
        return hp_scan_fail(scan, "a number should stand here");
    for (unsigned digit; (digit = next_digit(scan)) < base; scan->at++) {
        if (value > (UINT64_MAX - digit) / base)
            return hp_scan_fail(scan, "the number has more than 64 bits");
        value = value * base + digit;
    }
    *number = value;
    return true;
}

bool hp_scan_number(uint64_t *number, struct hp_scan *scan)
{
    bool minus = hp_scan_pass(scan, '-');
    unsigned base = 10;
    uint64_t value;

    if (hp_scan_is(scan, '0') && scan->end - scan->at > 1 &&
        scan->at[1] == 'x') {
        scan->at += 2;
        base = 16;
    }
    if (!scan_digits(&value, scan, base))
        return false;
    *number = minus ? UINT64_C(0) - value : value;
    return true;
}

bool hp_scan_count(uint32_t *number, struct hp_scan *scan, uint32_t most)
{
    struct hp_scan start = *scan;
    uint64_t value;

    if (hp_scan_is(scan, '-'))
        return hp_scan_fail(scan, "a minus makes no sense here");
    if (!hp_scan_number(&value, scan))
        return false;
    if (value > most)
        return hp_scan_fail(&start, "the number is too large");
    *number = (uint32_t)value;
    return true;
}

bool hp_scan_digits(uint64_t *number, struct hp_scan *scan, unsigned most)
{
    const char *start = scan->at;

    if (!scan_digits(number, scan, 16))
        return false;
    if ((size_t)(scan->at - start) > most)
        return hp_scan_fail(scan, "there are too many digits");
    return true;
}

/* ---- text ------------------------------------------------------------ */

bool hp_scan_plain(struct hp_text *text, struct hp_scan *scan,
                   const char *bytes, size_t size)
{
    uint16_t *units = hp_arena_array(scan->plan->arena, size, sizeof(uint16_t));
    bool valid;

    if (units == NULL)
        return hp_scan_no_memory(scan);
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)bytes[i] < ' ')
            return hp_scan_fail(scan, "a control character; write it as \\xNN "
                                      "in quotes");
    }
    *text = (struct hp_text){units, hp_wtf8_decode(units, bytes, size, &valid)};
    return valid || hp_scan_fail(scan, "not valid UTF-8");
}

static bool scan_escape(uint16_t *unit, struct hp_scan *scan)
{
    unsigned digits = 0;
    uint32_t value = 0;

    scan->at++;
    if (hp_scan_pass(scan, '\\'))
        value = '\\';
    else if (hp_scan_pass(scan, '"'))
        value = '"';
    else if (hp_scan_pass(scan, 'x'))
        digits = 2;
    else if (hp_scan_pass(scan, 'u'))
        digits = 4;
    else
        return hp_scan_fail(scan, "no such escape; there are \\\\ \\\" \\xNN "
                                  "\\uNNNN");
    for (; digits > 0; digits--) {
        unsigned digit = next_digit(scan);
        if (digit > 15)
            return hp_scan_fail(scan, "a hexadecimal digit is missing");
        value = 16 * value + digit;
        scan->at++;
    }
    *unit = (uint16_t)value;
    return true;
}

/* Bytes up to the next quote, backslash or control. */
static size_t plain_run(const struct hp_scan *scan)
{
    const char *at = scan->at;

    while (at < scan->end && *at != '"' && *at != '\\' &&
           (unsigned char)*at >= ' ')
        at++;
    return (size_t)(at - scan->at);
}

/* Where the string that starts here ends at the latest: its units are no more
 * than its bytes. */
static size_t string_room(const struct hp_scan *scan)
{
    const char *at = scan->at;

    while (at < scan->end && *at != '"' && *at != '\n')
        at += *at == '\\' && scan->end - at > 1 ? 2 : 1;
    return (size_t)(at - scan->at);
}

bool hp_scan_string(struct hp_text *text, struct hp_scan *scan)
{
    size_t count = 0;
    bool valid;

    if (!hp_scan_expect(scan, '"', "a string in quotes should stand here"))
        return false;
    uint16_t *units =
        hp_arena_array(scan->plan->arena, string_room(scan), sizeof(uint16_t));
    if (units == NULL)
        return hp_scan_no_memory(scan);
    while (!hp_scan_is(scan, '"')) {
        size_t run = plain_run(scan);
        if (run == 0 && hp_scan_is(scan, '\\')) {
            if (!scan_escape(&units[count++], scan))
                return false;
            continue;
        }
        if (run == 0)
            return hp_scan_fail(scan, "the string is not closed");
        count += hp_wtf8_decode(units + count, scan->at, run, &valid);
        if (!valid)
            return hp_scan_fail(scan, "not valid UTF-8");
        scan->at += run;
    }
    scan->at++;
    *text = (struct hp_text){units, count};
    return true;
}

/* ---- bytes ----------------------------------------------------------- */

uint8_t *hp_scan_room(struct hp_scan *scan, uint64_t size)
{
    struct hp_plan *plan = scan->plan;

    if (size > plan->image_limit - plan->spent) {
        (void)hp_plan_fail(scan->err, HP_E_TOO_LARGE, hp_scan_origin(scan),
                           "more data than the limit");
        return NULL;
    }
    plan->spent += size;
    uint8_t *bytes = hp_arena_alloc(plan->arena, (size_t)size);
    if (bytes == NULL)
        (void)hp_scan_no_memory(scan);
    return bytes;
}

/* One byte and how many times it stands. */
static bool scan_byte(uint8_t *byte, uint32_t *times, struct hp_scan *scan)
{
    unsigned high = next_digit(scan);

    scan->at++;
    unsigned low = next_digit(scan);
    if (low > 15)
        return hp_scan_fail(scan, "a byte is two hexadecimal digits");
    scan->at++;
    *byte = (uint8_t)(16 * high + low);
    *times = 1;
    return !hp_scan_pass(scan, '*') || hp_scan_count(times, scan, UINT32_MAX);
}

/* Measures, and writes when `bytes` is not NULL. */
static bool scan_hex(uint8_t *bytes, uint64_t *size, struct hp_scan *scan)
{
    uint8_t byte = 0;
    uint32_t times = 0;

    *size = 0;
    for (;;) {
        if (continuation(scan) > 0)
            hp_scan_blanks(scan);
        if (next_digit(scan) > 15)
            return true;
        if (!scan_byte(&byte, &times, scan))
            return false;
        if (bytes != NULL)
            memset(bytes + *size, byte, times);
        *size += times;
        (void)hp_scan_pass(scan, ',');
    }
}

bool hp_scan_hex(struct hp_span *bytes, struct hp_scan *scan)
{
    struct hp_scan start = *scan;
    uint64_t size;

    if (!scan_hex(NULL, &size, scan))
        return false;
    uint8_t *memory = hp_scan_room(&start, size);
    if (memory == NULL)
        return false;
    *scan = start;
    (void)scan_hex(memory, &size, scan);
    *bytes = hp_span_of(memory, (size_t)size);
    return true;
}
