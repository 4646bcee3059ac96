/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "scrub_parts.h"
#include "utf16.h"

/* Units that parsers treat alike. A unit is replaced by one of its kind, so
 * that the order of names that differ in kind stays; a kind of one unit stays.
 * U+0178 and U+039C are upper case of what Latin-1 has. */
struct kind {
    uint16_t last, start; /* replacements begin with `start`, if enough are
                           * left there */
};
static const struct kind kinds[] = {
    {0, 0},           {0x1f, 1},        {0x2e, '-'},      {'/', '/'},
    {0x5b, 'A'},      {'\\', '\\'},     {0x7e, '_'},      {0x9f, 0x80},
    {0xff, 0xc0},     {0x177, 0x100},   {0x178, 0x178},   {0x39b, 0x179},
    {0x39c, 0x39c},   {0xd7ff, 0x4e00}, {0xdbff, 0xd83d}, {0xdfff, 0xde00},
    {0xfdcf, 0xe000}, {0xfdef, 0xfdd0}, {0xfefe, 0xfe30}, {0xfeff, 0xfeff},
    {0xfffd, 0xff10}, {0xfffe, 0xfffe}, {0xffff, 0xffff},
};

struct name {
    const uint8_t *bytes;
    uint8_t *out;
    uint32_t count; /* units */
    uint32_t set;   /* it is compared with the names of this set */
    bool narrow;
};

/* Names [begin, end) that are alike in their first `depth` units. */
struct range {
    size_t begin, end, depth;
};

static const struct kind *kind_of(uint16_t unit)
{
    const struct kind *kind = kinds;

    while (kind->last < unit)
        kind++;
    return kind;
}

static uint16_t unit_at(const uint8_t *bytes, size_t i, bool narrow)
{
    if (narrow)
        return bytes[i];
    return (uint16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
}

static uint16_t folded(const struct name *name, size_t i)
{
    return hp_upcase(unit_at(name->bytes, i, name->narrow));
}

static int compare_names(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    size_t both = x->count < y->count ? x->count : y->count;

    if (x->set != y->set)
        return x->set < y->set ? -1 : 1;
    for (size_t i = 0; i < both; i++) {
        int order = folded(x, i) - folded(y, i);
        if (order != 0)
            return order;
    }
    return (x->count > y->count) - (x->count < y->count);
}

/* ---- replacements ---------------------------------------------------- */

/* The next unit that is its own upper case. */
static uint32_t unit_after(uint32_t unit, int step)
{
    do
        unit = (uint32_t)((int)unit + step);
    while (unit <= UINT16_MAX && hp_upcase((uint16_t)unit) != unit);
    return unit;
}

/* The first of `count` units in a row of that kind: it has that many, since
 * `count` of them were found in names. */
static uint16_t first_unit(const struct kind *kind, size_t count)
{
    uint32_t unit = kind->start;
    size_t i = 1;

    while (i < count && unit <= kind->last) {
        unit = unit_after(unit, 1);
        i++;
    }
    if (unit <= kind->last)
        return kind->start;
    unit = unit_after((uint32_t)kind->last + 1, -1);
    for (i = 1; i < count; i++)
        unit = unit_after(unit, -1);
    return (uint16_t)unit;
}

static void put_unit(struct name *name, size_t i, uint16_t unit)
{
    if (!name->narrow)
        hp_scrub_put(name->out + 2 * i, 2, unit);
    else
        /* Two that Latin-1 has only in lower case stay as they are. */
        name->out[i] = unit > 0xff ? name->bytes[i] : (uint8_t)unit;
}

/* The end of the names from `at` on whose next unit is of `kind`, and in
 * *units how many units that are. */
static size_t end_of_kind(const struct name *names, struct range range,
                          const struct kind *kind, size_t *units)
{
    size_t at = range.begin;
    uint32_t last = UINT32_MAX;

    for (*units = 0; at < range.end; at++) {
        uint16_t unit = folded(&names[at], range.depth);
        if (kind_of(unit) != kind)
            break;
        *units += unit != last;
        last = unit;
    }
    return at;
}

/* Replaces the next unit of `range`, all of a kind, and puts the names that
 * are still alike on the stack, whose new size is returned. */
static size_t replace_kind(struct name *names, struct range range,
                           uint16_t first, struct range *stack, size_t top)
{
    uint32_t replacement = first;

    while (range.begin < range.end) {
        size_t at = range.begin;
        uint16_t unit = folded(&names[at], range.depth);
        while (at < range.end && folded(&names[at], range.depth) == unit)
            put_unit(&names[at++], range.depth, (uint16_t)replacement);
        stack[top++] = (struct range){range.begin, at, range.depth + 1};
        range.begin = at;
        replacement = unit_after(replacement, 1);
    }
    return top;
}

/* Replaces the names of a set, which are sorted: unit by unit, each by one of
 * its kind, different ones by different ones in the same order. The stack has
 * room for as many ranges as there are names, for none share one. */
static void replace_set(struct name *names, struct range set,
                        struct range *stack)
{
    size_t top = 0, units;

    stack[top++] = set;
    while (top > 0) {
        struct range range = stack[--top];
        while (range.begin < range.end &&
               names[range.begin].count == range.depth)
            range.begin++;
        while (range.begin < range.end) {
            const struct kind *kind =
                kind_of(folded(&names[range.begin], range.depth));
            struct range part = range;
            part.end = end_of_kind(names, range, kind, &units);
            top =
                replace_kind(names, part, first_unit(kind, units), stack, top);
            range.begin = part.end;
        }
    }
}

struct hp_span hp_scrub_name(const struct hp_scrub *s,
                             const struct hp_scrub_record *record, bool *narrow)
{
    struct hp_span payload = hp_scrub_payload(s, record),
                   name = {NULL, 0, NULL};
    bool nk = record->kind == HP_RECORD_NK;
    size_t at = nk ? NK_NAME : VK_NAME;
    size_t size = hp_scrub_u16(payload, nk ? NK_NAME_LENGTH : VK_NAME_LENGTH);

    *narrow = nk ? (hp_scrub_u16(payload, NK_FLAGS) & NK_FLAG_COMPRESSED) != 0
                 : (hp_scrub_u16(payload, VK_FLAGS) & VK_FLAG_COMPRESSED) != 0;
    if (at > payload.len)
        return name;
    if (size > payload.len - at)
        size = payload.len - at;
    (void)hp_span_sub(payload, at, size, &name);
    return name;
}

static size_t collect(struct hp_scrub *s, struct name *names, bool guessed,
                      size_t count)
{
    bool narrow;

    for (uint32_t i = 0; i < s->count; i++) {
        const struct hp_scrub_record *record = &s->records[i];
        if (record->guessed != guessed ||
            (record->kind != HP_RECORD_NK && record->kind != HP_RECORD_VK))
            continue;
        struct hp_span bytes = hp_scrub_name(s, record, &narrow);
        if (bytes.len == 0 || !hp_scrub_spend(s, bytes.len))
            continue;
        names[count++] = (struct name){
            .bytes = bytes.ptr,
            .out = s->out + (bytes.ptr - s->image.ptr),
            .count = (uint32_t)(narrow ? bytes.len : bytes.len / 2),
            .set = hp_scrub_root(s, i),
            .narrow = narrow,
        };
    }
    return count;
}

void hp_scrub_names(struct hp_scrub *s)
{
    struct name *names = hp_arena_array(s->arena, s->count, sizeof *names);
    struct range *stack = hp_arena_array(s->arena, s->count, sizeof *stack);

    if (names == NULL || stack == NULL) {
        s->no_memory = true;
        return;
    }
    size_t count = collect(s, names, true, collect(s, names, false, 0));
    if (count > 0)
        qsort(names, count, sizeof *names, compare_names);
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin; end < count && names[end].set == names[begin].set;)
            end++;
        replace_set(names, (struct range){begin, end, 0}, stack);
    }
}

/* ---- hints ----------------------------------------------------------- */

enum { HINT_UNITS = 4, ASCII_MOST = 0x7f, LATIN1_MOST = 0xff };
#define HINT_WRONG UINT32_C(0x5a5a5a5a)

static uint32_t hash_of(const uint8_t *bytes, size_t count, bool narrow)
{
    uint32_t hash = 0;

    for (size_t i = 0; i < count; i++)
        hash = hash * 37 + hp_upcase(unit_at(bytes, i, narrow));
    return hash;
}

/* The hint of an lf: the first characters, as far as they are at most `most`;
 * with one that is not there is none, if they were to be Latin-1. */
static uint32_t characters_of(const uint8_t *bytes, size_t count, bool narrow,
                              uint16_t most)
{
    uint32_t hint = 0;

    for (size_t i = 0; i < count && i < HINT_UNITS; i++) {
        uint16_t unit = unit_at(bytes, i, narrow);
        if (unit <= most)
            hint |= (uint32_t)unit << 8 * i;
        else if (most == LATIN1_MOST)
            return 0;
    }
    return hint;
}

/* True if `hint` may be taken for that of the name, as the reader does: what
 * stands there for a character that is not ASCII, and behind it, is not
 * documented; of one that is not Latin-1 the first byte is 0. The exact hint
 * was known before. */
static bool fits(uint32_t hint, const uint8_t *bytes, size_t count, bool narrow)
{
    bool ascii = true, same = true;

    for (size_t i = 0; i < HINT_UNITS; i++) {
        uint16_t unit = i < count ? unit_at(bytes, i, narrow) : 0;
        if (unit > LATIN1_MOST)
            return same || (hint & 0xff) == 0;
        ascii = ascii && unit <= ASCII_MOST;
        same = same && (!ascii || unit == (hint >> 8 * i & 0xff));
    }
    return same && !ascii;
}

/* What stands for `hint` beside a reference to `target`. */
static uint32_t new_hint(struct hp_scrub *s, uint32_t hint, uint32_t target,
                         bool lf)
{
    uint32_t number = hp_scrub_find(s, HP_RECORD_NK, target);
    bool narrow;

    if (number == HP_SCRUB_NONE)
        return hint == 0 ? 0 : HINT_WRONG;
    struct hp_span name = hp_scrub_name(s, &s->records[number], &narrow);
    if (!hp_scrub_spend(s, name.len))
        return HINT_WRONG;
    size_t count = narrow ? name.len : name.len / 2;
    const uint8_t *out =
        name.len == 0 ? NULL : s->out + (name.ptr - s->image.ptr);
    uint32_t right = lf ? characters_of(out, count, narrow, LATIN1_MOST)
                        : hash_of(out, count, narrow);
    if (hint == (lf ? characters_of(name.ptr, count, narrow, LATIN1_MOST)
                    : hash_of(name.ptr, count, narrow)))
        return right;
    if (lf && fits(hint, name.ptr, count, narrow))
        return characters_of(out, count, narrow, ASCII_MOST);
    return hint == 0 && right != 0 ? 0 : right ^ HINT_WRONG;
}

void hp_scrub_hints(struct hp_scrub *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct hp_scrub_record *record = &s->records[i];
        if (record->kind != HP_RECORD_LEAF)
            continue;
        struct hp_span list = hp_scrub_payload(s, record);
        uint8_t *out = s->out_bins + record->offset + CELL_SIZE_FIELD;
        bool lf = hp_scrub_u16(list, LIST_SIGNATURE) == SIG_LF;
        uint32_t count = hp_scrub_elements(s, record);
        for (uint32_t n = 0; n < count; n++) {
            size_t at = LIST_ELEMENTS + n * (size_t)LIST_ELEMENT_LONG;
            hp_scrub_put(
                out + at + 4, 4,
                new_hint(s, hp_at_u32(list, at + 4), hp_at_u32(list, at), lf));
        }
    }
}

/* ---- text in data ---------------------------------------------------- */

/* A plain character for a plain character; of what some parsers treat in a way
 * of its own, one of the kind. */
static uint16_t text_unit(uint16_t unit)
{
    if (unit == '\t' || unit == '\n' || unit == '\r')
        return '\t';
    if (unit >= 0x20 && unit < 0x7f)
        return 'x';
    if (unit == 0x178 || unit == 0x39c)
        return 0x4e00;
    return kind_of(unit)->start;
}

void hp_scrub_text(uint8_t *to, struct hp_span from)
{
    size_t i = 0;

    for (; from.len - i >= 2; i += 2)
        hp_scrub_put(to + i, 2, text_unit(hp_at_u16(from, i)));
    if (i < from.len)
        to[i] = hp_at_u8(from, i) == 0 ? 0 : 'x';
}
