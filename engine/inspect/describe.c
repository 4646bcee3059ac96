/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "damage.h"
#include "layout.h"

enum {
    TEXT_MOST = 256,    /* units of one text */
    PATH_LEVELS = 16,   /* keys above one that are looked up for its path */
    PREVIEW_UNITS = 64, /* of a value's data in its line */
    HEX_BYTES = 16,
    INDENT_MOST = 32 /* levels of the tree that are indented */
};

/* ---- writing --------------------------------------------------------- */

static bool count_write(void *self, const char *bytes, size_t size)
{
    struct hp_words *words = self;

    words->written += size;
    if (!words->failed && !words->out.write(words->out.self, bytes, size))
        words->failed = true;
    return !words->failed;
}

static struct hp_out counting(struct hp_words *words)
{
    return (struct hp_out){count_write, words};
}

void hp_words_begin(struct hp_words *words, struct hp_out out,
                    enum hp_escape style)
{
    *words = (struct hp_words){.out = out, .style = style, .above = HP_NOWHERE};
}

void hp_words_put(struct hp_words *words, const char *format, ...)
{
    char line[512];
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (size > 0)
        (void)count_write(words, line,
                          (size_t)size < sizeof line ? (size_t)size
                                                     : sizeof line - 1);
}

void hp_words_text(struct hp_words *words, struct hp_text text)
{
    bool cut = text.count > TEXT_MOST;

    if (cut)
        text.count = TEXT_MOST;
    (void)hp_escape_text(counting(words), words->style, text);
    if (cut)
        hp_words_put(words, "...");
}

void hp_words_bytes(struct hp_words *words, const char *bytes)
{
    uint16_t units[TEXT_MOST];
    bool valid;
    size_t size = strnlen(bytes, TEXT_MOST);

    hp_words_text(words, (struct hp_text){units, hp_wtf8_decode(units, bytes,
                                                                size, &valid)});
}

static void put_quoted(struct hp_words *words, struct hp_text text)
{
    hp_words_put(words, "\"");
    hp_words_text(words, text);
    hp_words_put(words, "\"");
}

void hp_words_place(struct hp_words *words, uint32_t position)
{
    if (position < BASE_SIZE)
        hp_words_put(words, "base");
    else
        hp_words_put(words, "%08" PRIx32, position - BASE_SIZE);
}

void hp_words_hex(struct hp_words *words, struct hp_span bytes)
{
    uint16_t units[HEX_BYTES];
    size_t count = bytes.len < HEX_BYTES ? bytes.len : HEX_BYTES;

    for (size_t i = 0; i < count; i++) {
        uint8_t byte = hp_at_u8(bytes, i);
        units[i] = byte >= ' ' && byte <= '~' ? byte : '.';
        hp_words_put(words, i > 0 ? " %02x" : "%02x", byte);
    }
    if (bytes.len > count)
        hp_words_put(words, " ...");
    hp_words_put(words, "  ");
    hp_words_text(words, (struct hp_text){units, count});
}

/* ---- names and paths ------------------------------------------------- */

static size_t decode(uint16_t *units, size_t room, struct hp_span bytes,
                     bool narrow)
{
    size_t count = narrow ? bytes.len : hp_utf16le_count(bytes);

    if (count > room)
        count = room;
    for (size_t i = 0; narrow && i < count; i++)
        units[i] = hp_at_u8(bytes, i);
    if (!narrow && hp_span_sub(bytes, 0, 2 * count, &bytes))
        hp_utf16le_decode(units, bytes);
    return count;
}

size_t hp_part_name(const struct hp_map *map, const struct hp_part *part,
                    uint16_t *units, size_t room)
{
    struct hp_span payload = hp_part_payload(map, part);
    bool key = part->kind == HP_RECORD_NK;
    uint16_t flags = hp_at_u16(payload, key ? NK_FLAGS : VK_FLAGS);
    size_t at = key ? NK_NAME : VK_NAME;
    size_t size = hp_at_u16(payload, key ? NK_NAME_LENGTH : VK_NAME_LENGTH);
    struct hp_span bytes;

    if (size > payload.len - at)
        size = payload.len - at;
    if (!hp_span_sub(payload, at, size, &bytes))
        return 0;
    return decode(units, room, bytes,
                  (flags & (key ? NK_FLAG_COMPRESSED : VK_FLAG_COMPRESSED)) !=
                      0);
}

/* The key above the nk `part`, or NULL at the root. */
static const struct hp_part *parent_of(const struct hp_map *map,
                                       const struct hp_part *part)
{
    const struct hp_part *owner =
        part->owner == HP_NOWHERE ? NULL : hp_map_find(map, part->owner);

    return owner != NULL && owner->kind == HP_RECORD_NK ? owner : NULL;
}

/* Works out words->path: what stands before the names of the subkeys of the
 * key at `above`, cut at its front. */
static void work_out_path(struct hp_words *words, const struct hp_map *map,
                          uint32_t above)
{
    uint16_t name[TEXT_MOST];
    size_t at = HP_PATH_UNITS, levels = 0;
    const struct hp_part *key = hp_map_find(map, above);

    words->above = above;
    words->path[HP_PATH_UNITS] = '\\';
    for (; key != NULL; key = parent_of(map, key)) {
        if (parent_of(map, key) == NULL)
            break; /* the root's name is left out of paths */
        size_t count = hp_part_name(map, key, name, TEXT_MOST);
        if (++levels > PATH_LEVELS || count + 4 > at) {
            for (int i = 0; i < 3; i++)
                words->path[--at] = '.';
            break;
        }
        at -= count;
        memcpy(words->path + at, name, count * sizeof *name);
        words->path[--at] = '\\';
    }
    words->path_units = HP_PATH_UNITS + 1 - at;
    memmove(words->path, words->path + at, words->path_units * sizeof *name);
}

/* A backslash of the path stays one. */
static void put_path(struct hp_words *words, struct hp_text path)
{
    size_t from = 0;

    for (size_t i = 0; i <= path.count; i++) {
        if (i < path.count && path.units[i] != '\\')
            continue;
        hp_words_text(words, (struct hp_text){path.units + from, i - from});
        if (i < path.count)
            hp_words_put(words, "\\");
        from = i + 1;
    }
}

static void put_name(struct hp_words *words, const struct hp_map *map,
                     const struct hp_part *part)
{
    uint16_t name[TEXT_MOST + 1];
    size_t count = hp_part_name(map, part, name, TEXT_MOST + 1);

    hp_words_text(words, (struct hp_text){name, count});
}

static void put_quoted_name(struct hp_words *words, const struct hp_map *map,
                            const struct hp_part *part)
{
    uint16_t name[TEXT_MOST + 1];
    size_t count = hp_part_name(map, part, name, TEXT_MOST + 1);

    put_quoted(words, (struct hp_text){name, count});
}

/* The path of a key: \a\b, of the root \. */
static void put_key_path(struct hp_words *words, const struct hp_map *map,
                         const struct hp_part *nk)
{
    const struct hp_part *parent = parent_of(map, nk);

    if (parent == NULL) {
        hp_words_put(words, nk->reached ? "\\" : "?\\");
        return;
    }
    if (words->above != parent->position)
        work_out_path(words, map, parent->position);
    put_path(words, (struct hp_text){words->path, words->path_units});
    put_name(words, map, nk);
}

/* ---- values ---------------------------------------------------------- */

static const char *word_of(enum hp_form form, uint64_t number)
{
    for (size_t i = 0; i < hp_form_word_count; i++) {
        if (hp_form_words[i].form == form && hp_form_words[i].number == number)
            return hp_form_words[i].word;
    }
    return NULL;
}

static void put_type(struct hp_words *words, uint32_t type)
{
    const char *word = word_of(HP_FORM_TYPE, type);

    if (word != NULL)
        hp_words_put(words, "%s", word);
    else
        hp_words_put(words, "type 0x%" PRIx32, type);
}

static void put_flags(struct hp_words *words, enum hp_form form,
                      uint64_t number)
{
    for (unsigned bit = 0; bit < 32; bit++) {
        uint64_t flag = UINT64_C(1) << bit;
        const char *word = word_of(form, flag);
        if ((number & flag) != 0 && word != NULL)
            hp_words_put(words, " %s", word);
    }
}

/* FILETIME as a date: days since 1601 by the usual 400-year cycles. */
static void put_time(struct hp_words *words, uint64_t time)
{
    uint64_t seconds = time / 10000000;
    uint64_t days = seconds / 86400, rest = seconds % 86400;
    uint64_t z = days + 584694; /* since 0000-03-01 */
    uint64_t era = z / 146097, doe = z % 146097;
    uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint64_t mp = (5 * doy + 2) / 153;
    uint64_t month = mp < 10 ? mp + 3 : mp - 9;
    uint64_t year = yoe + era * 400 + (month <= 2);

    if (time == 0 || year > 9999)
        return;
    hp_words_put(words,
                 " %04" PRIu64 "-%02" PRIu64 "-%02" PRIu64 " %02" PRIu64
                 ":%02" PRIu64 ":%02" PRIu64 " UTC",
                 year, month, doy - (153 * mp + 2) / 5 + 1, rest / 3600,
                 rest / 60 % 60, rest % 60);
}

static void put_guid(struct hp_words *words, struct hp_span b)
{
    hp_words_put(words, "{%08" PRIx32 "-%04x-%04x-%02x%02x-", hp_at_u32(b, 0),
                 (unsigned)hp_at_u16(b, 4), (unsigned)hp_at_u16(b, 6),
                 (unsigned)hp_at_u8(b, 8), (unsigned)hp_at_u8(b, 9));
    for (size_t i = 10; i < 16; i++)
        hp_words_put(words, "%02x", (unsigned)hp_at_u8(b, i));
    hp_words_put(words, "}");
}

static void put_target(struct hp_words *words, const struct hp_map *map,
                       uint64_t offset)
{
    const struct hp_part *part = hp_map_find(map, offset + BASE_SIZE);

    if (offset == OFFSET_NIL)
        hp_words_put(words, " none");
    else if (part == NULL || !hp_part_is_cell(part))
        hp_words_put(words, " no cell starts there");
    else {
        hp_words_put(words, " %s", hp_part_word(map, part));
        if (part->kind == HP_RECORD_NK || part->kind == HP_RECORD_VK) {
            hp_words_put(words, " ");
            put_quoted_name(words, map, part);
        }
    }
}

static void put_characters(struct hp_words *words, struct hp_span bytes)
{
    uint16_t units[8];

    hp_words_put(words, " ");
    put_quoted(words, (struct hp_text){units, decode(units, 8, bytes, true)});
}

/* UTF-16 without the NULs at its end. */
static void put_wide(struct hp_words *words, struct hp_span bytes)
{
    uint16_t units[TEXT_MOST + 1];
    size_t count = decode(units, TEXT_MOST + 1, bytes, false);

    while (count > 0 && units[count - 1] == 0)
        count--;
    put_quoted(words, (struct hp_text){units, count});
}

static uint64_t number_of(const struct hp_part_field *field)
{
    uint64_t number = 0;

    for (size_t i = 0; i < field->bytes.len; i++)
        number |= (uint64_t)hp_at_u8(field->bytes, i) << (8 * i);
    return number;
}

static void put_number(struct hp_words *words,
                       const struct hp_part_field *field)
{
    enum hp_form form = (enum hp_form)field->meaning->form;
    uint64_t number = number_of(field);

    hp_words_put(words, "0x%0*" PRIx64, (int)(2 * field->bytes.len), number);
    switch (form) {
    case HP_FORM_SIGNATURE:
        put_characters(words, field->bytes);
        break;
    case HP_FORM_TIME:
        put_time(words, number);
        break;
    case HP_FORM_PLACE:
        break;
    case HP_FORM_KEY_FLAGS:
    case HP_FORM_VALUE_FLAGS:
        put_flags(words, form, number);
        break;
    case HP_FORM_TYPE:
        hp_words_put(words, " ");
        put_type(words, (uint32_t)number);
        break;
    case HP_FORM_SIZE:
        hp_words_put(words,
                     number > INT32_MAX ? " in use, %" PRIu32 " bytes"
                                        : " free, %" PRIu32 " bytes",
                     number > INT32_MAX ? 0 - (uint32_t)number
                                        : (uint32_t)number);
        break;
    default:
        hp_words_put(words, " %" PRIu64, number);
        break;
    }
}

static bool is_number(const struct hp_part_field *field)
{
    return field->field->width > 0 &&
           field->field->width <= HP_FIELD_NUMBER_MOST;
}

void hp_words_bare_value(struct hp_words *words,
                         const struct hp_part_field *field)
{
    enum hp_form form = (enum hp_form)field->meaning->form;

    if (is_number(field))
        put_number(words, field);
    else if (form == HP_FORM_GUID && field->bytes.len == 16)
        put_guid(words, field->bytes);
    else if (form == HP_FORM_UTF16)
        put_wide(words, field->bytes);
    else
        hp_words_hex(words, field->bytes);
}

void hp_words_value(struct hp_words *words, const struct hp_map *map,
                    const struct hp_part *part,
                    const struct hp_part_field *field)
{
    bool place = field->meaning->form == HP_FORM_PLACE;

    if (field->meaning->form == HP_FORM_NAME)
        put_quoted_name(words, map, part);
    else
        hp_words_bare_value(words, field);
    if (place && part->kind == HP_RECORD_VK &&
        (hp_at_u32(hp_part_payload(map, part), VK_DATA_SIZE) & VK_INLINE) != 0)
        hp_words_put(words, " the data itself");
    else if (place)
        put_target(words, map, number_of(field));
}

/* ---- the line of a part ---------------------------------------------- */

static const char *const kind_words[] = {
    [HP_RECORD_BASE] = "block",
    [HP_RECORD_BIN] = "bin",
    [HP_RECORD_NK] = "nk",
    [HP_RECORD_VK] = "vk",
    [HP_RECORD_VALUES] = "values",
    [HP_RECORD_CLASS] = "class",
    [HP_RECORD_DATA] = "data",
    [HP_RECORD_DB] = "db",
    [HP_RECORD_SEGMENTS] = "segments",
    [HP_RECORD_SEGMENT] = "segment",
    [HP_RECORD_SK] = "sk",
    [HP_RECORD_CELL] = "cell",
    [HP_PART_GAP] = "gap",
    [HP_PART_TAIL] = "tail",
};

static const char *looks_like(const struct hp_map *map,
                              const struct hp_part *part)
{
    static const struct {
        uint16_t signature;
        const char *word;
    } lists[] = {{SIG_LF, "lf"}, {SIG_LH, "lh"}, {SIG_LI, "li"}};

    if (part->kind != HP_RECORD_LEAF && part->kind != HP_RECORD_INDEX)
        return kind_words[part->kind];
    uint16_t signature = hp_at_u16(hp_part_payload(map, part), LIST_SIGNATURE);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (lists[i].signature == signature)
            return lists[i].word;
    }
    return "ri";
}

const char *hp_part_word(const struct hp_map *map, const struct hp_part *part)
{
    if (hp_part_is_cell(part) && !part->allocated)
        return "free";
    return looks_like(map, part);
}

/* The first text of the data at `bytes`, or its number, or its bytes. */
static void put_data(struct hp_words *words, uint32_t type,
                     struct hp_span bytes)
{
    uint16_t units[PREVIEW_UNITS + 1];
    uint32_t number;

    if (type == 1 || type == 2 || type == 6 || type == 7) {
        size_t count = decode(units, PREVIEW_UNITS, bytes, false);
        while (count > 0 && units[count - 1] == 0)
            count--;
        put_quoted(words, (struct hp_text){units, count});
        if (bytes.len > 2 * PREVIEW_UNITS)
            hp_words_put(words, "...");
    } else if (type == 4 && bytes.len == 4 && hp_span_u32(bytes, 0, &number)) {
        hp_words_put(words, "0x%08" PRIx32, number);
    } else {
        hp_words_hex(words, bytes);
    }
}

/* The data of the vk as far as it is in one place. */
static struct hp_span data_of(const struct hp_map *map,
                              const struct hp_part *vk)
{
    struct hp_span payload = hp_part_payload(map, vk), data = {NULL, 0, NULL};
    uint32_t size = hp_at_u32(payload, VK_DATA_SIZE);

    if ((size & VK_INLINE) != 0) {
        size &= ~VK_INLINE;
        (void)hp_span_sub(payload, VK_DATA,
                          size < VK_INLINE_MOST ? size : VK_INLINE_MOST, &data);
        return data;
    }
    const struct hp_part *part =
        hp_map_find(map, (uint64_t)hp_at_u32(payload, VK_DATA) + BASE_SIZE);
    if (part == NULL || part->kind != HP_RECORD_DATA)
        return data;
    data = hp_part_payload(map, part);
    if (size < data.len)
        data.len = size;
    return data;
}

static void put_value_line(struct hp_words *words, const struct hp_map *map,
                           const struct hp_part *vk)
{
    struct hp_span payload = hp_part_payload(map, vk);
    uint32_t type = hp_at_u32(payload, VK_TYPE);
    uint32_t size = hp_at_u32(payload, VK_DATA_SIZE) & ~VK_INLINE;
    struct hp_span data = data_of(map, vk);

    put_quoted_name(words, map, vk);
    hp_words_put(words, " ");
    put_type(words, type);
    hp_words_put(words, ", %" PRIu32 " bytes", size);
    if (data.len > 0) {
        hp_words_put(words, ": ");
        put_data(words, type, data);
    }
}

/* Whose the part is: " in \path" or " of "name" in \path". */
static void put_owner(struct hp_words *words, const struct hp_map *map,
                      const struct hp_part *part)
{
    const struct hp_part *owner = hp_map_find(map, part->owner);

    if (owner != NULL && owner->kind == HP_RECORD_DB)
        owner = hp_map_find(map, owner->owner);
    if (owner != NULL && owner->kind == HP_RECORD_VK) {
        hp_words_put(words, " of value ");
        put_quoted_name(words, map, owner);
        owner = hp_map_find(map, owner->owner);
    }
    if (owner != NULL && owner->kind == HP_RECORD_NK) {
        hp_words_put(words, " in ");
        put_key_path(words, map, owner);
    }
}

static void put_content(struct hp_words *words, const struct hp_map *map,
                        const struct hp_part *part)
{
    if (part->kind == HP_RECORD_NK) {
        hp_words_put(words, " ");
        if (part->reached && !words->brief && parent_of(map, part) != NULL) {
            put_key_path(words, map, part);
        } else {
            put_quoted_name(words, map, part);
            if (part->reached && parent_of(map, part) == NULL)
                hp_words_put(words, " the root");
        }
    } else if (part->kind == HP_RECORD_VK) {
        hp_words_put(words, " ");
        put_value_line(words, map, part);
    }
    if (part->reached && part->kind != HP_RECORD_NK && !words->brief)
        put_owner(words, map, part);
}

/* What is to be known of the part before what it says. */
static void put_state(struct hp_words *words, const struct hp_map *map,
                      const struct hp_part *part, bool differs)
{
    if (part->problem_count == 1)
        hp_words_put(words, " !%" PRIu32, part->first_problem + 1);
    else if (part->problem_count > 1)
        hp_words_put(words, " !%" PRIu32 "-%" PRIu32, part->first_problem + 1,
                     part->first_problem + part->problem_count);
    if (differs)
        hp_words_put(words, " differs");
    if (part->loose)
        hp_words_put(words, " loose");
    if (part->reached) {
        hp_words_put(words, " of ");
        hp_words_place(words, part->owner);
    } else if (hp_part_is_cell(part) && part->allocated) {
        hp_words_put(words, " unreached");
    } else if (hp_part_is_cell(part) && part->kind != HP_RECORD_CELL) {
        hp_words_put(words, " was %s", looks_like(map, part));
    }
}

void hp_words_part(struct hp_words *words, const struct hp_map *map,
                   const struct hp_part *part, bool differs)
{
    hp_words_place(words, part->position);
    hp_words_put(words, " %s %" PRIu32, hp_part_word(map, part), part->size);
    put_state(words, map, part, differs);
    put_content(words, map, part);
    hp_words_put(words, "\n");
}

/* ---- the lines below it ---------------------------------------------- */

static void put_field(struct hp_words *words, const struct hp_map *map,
                      const struct hp_part *part,
                      const struct hp_part_field *field, bool meanings)
{
    char name[48];

    if (field->field->stride > 0)
        (void)snprintf(name, sizeof name, "%s[%" PRIu32 "]", field->field->name,
                       field->index);
    else
        (void)snprintf(name, sizeof name, "%s", field->field->name);
    hp_words_put(words, "  +%-5" PRIu32 "%-17s", field->at, name);
    hp_words_value(words, map, part, field);
    if (meanings && field->index == 0)
        hp_words_put(words, " -- %s", field->meaning->text);
    hp_words_put(words, "\n");
}

void hp_words_fields(struct hp_words *words, const struct hp_map *map,
                     const struct hp_part *part, bool meanings)
{
    struct hp_part_fields it = hp_part_fields_of(map, part);
    struct hp_part_field field;

    if (part->kind >= HP_PART_GAP) {
        hp_words_put(words, "  ");
        hp_words_hex(words, hp_part_payload(map, part));
        hp_words_put(words, "\n");
    }
    while (hp_part_fields_next(&it, &field))
        put_field(words, map, part, &field, meanings);
}

void hp_words_problem(struct hp_words *words, const struct hp_map *map,
                      size_t number)
{
    static const char *const actions[] = {
        [HP_DAMAGE_NOTED] = "noted, the content is not affected",
        [HP_DAMAGE_DROPPED] = "the object is dropped",
        [HP_DAMAGE_CLAMPED] = "read as far as it exists",
        [HP_DAMAGE_SKIPPED] = "an unknown number of objects is missing"};
    const struct hp_problem *problem = &map->problems[number];
    const struct hp_damage_event *event = &problem->event;
    const struct hp_part *part = &map->parts[problem->part];

    hp_words_put(words, "!%zu at ", number + 1);
    hp_words_place(words, part->position);
    hp_words_put(words, " (%s): %s; %s", hp_part_word(map, part),
                 hp_status_text(hp_damage_status(event)), event->field);
    if (part->kind != HP_RECORD_BASE &&
        event->offset + BASE_SIZE != part->position)
        hp_words_put(words, " at %08" PRIx64, event->offset);
    hp_words_put(words, " is 0x%" PRIx64 "; %s", event->found,
                 actions[event->action & 3]);
    if (problem->times > 1)
        hp_words_put(words, " (%" PRIu32 " times)", problem->times);
}

void hp_words_key(struct hp_words *words, const struct hp_map *map,
                  const struct hp_map_key *key, unsigned depth)
{
    unsigned indent = depth < INDENT_MOST ? depth : INDENT_MOST;

    hp_words_place(words, key->position);
    hp_words_put(words, " %u %*s", depth, (int)(2 * indent), "");
    put_name(words, map, hp_map_find(map, key->position));
    hp_words_put(words, "\n");
}
