/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "layout.h"
#include "scrub_parts.h"

enum { FIRST_ROOM = 256, FILLER = 'x' };

/* ---- bins and cells -------------------------------------------------- */

bool hp_scrub_is_start(const struct hp_scrub *s, uint32_t offset)
{
    size_t bit = offset / CELL_ALIGN;

    return offset % CELL_ALIGN == 0 && offset < s->bins.len &&
           (s->starts[bit / 8] >> bit % 8 & 1) != 0;
}

static uint32_t magnitude(uint32_t raw)
{
    return raw > INT32_MAX ? UINT32_C(0) - raw : raw;
}

static void mark(uint8_t *map, size_t at)
{
    map[at / CELL_ALIGN / 8] |= (uint8_t)(1u << at / CELL_ALIGN % 8);
}

/* Cells may start at any place of [at, end) that is aligned. */
static void mark_all(struct hp_scrub *s, size_t at, size_t end)
{
    for (; at < end && at < s->bins.len; at += CELL_ALIGN)
        mark(s->starts, at);
}

/* Copies the sizes of the cells from `at` to `end` as far as any parser could
 * go on, and marks the cells as far as their sizes are right. If that is not to
 * the end, one of them may have been wrong before, and cells are anywhere. */
static void tile_cells(struct hp_scrub *s, uint32_t at, size_t end)
{
    bool right = true;
    size_t first = at;

    while (end - at >= CELL_ALIGN) {
        uint32_t raw = hp_at_u32(s->bins, at), size = magnitude(raw);
        bool whole = size >= CELL_ALIGN && size <= end - at;
        hp_scrub_put(s->out_bins + at, 4, hp_scrub_size(raw, end - at));
        if (right && (!whole || size % CELL_ALIGN != 0)) {
            mark_all(s, first, end);
            right = false;
        }
        if (!whole || size % 4 != 0)
            return;
        if (right) {
            mark(s->starts, at);
            mark(s->cells, at);
        }
        at += size;
    }
}

static bool has_header(struct hp_span bins, size_t at)
{
    return hp_scrub_u32(bins, at) == BIN_SIGNATURE_VALUE &&
           hp_scrub_u32(bins, at + BIN_OFFSET) == at;
}

/* The next page after `at` with the header of a bin, or the end. */
static size_t next_header(struct hp_span bins, size_t at)
{
    do
        at += BIN_ALIGN;
    while (at < bins.len && !has_header(bins, at));
    return at;
}

void hp_scrub_tile(struct hp_scrub *s, bool again)
{
    uint32_t declared = hp_scrub_u32(s->image, BASE_BINS_SIZE);
    size_t at = 0, end = s->bins.len;

    while (at < end && end - at >= BIN_HEADER_SIZE) {
        uint32_t size = hp_at_u32(s->bins, at + BIN_SIZE);
        bool bin = hp_at_u32(s->bins, at) == BIN_SIGNATURE_VALUE;
        if (at >= declared && !has_header(s->bins, at)) {
            at = next_header(s->bins, at);
            continue;
        }
        if (bin || !again)
            hp_scrub_bin(s, (uint32_t)at);
        if (!bin || size == 0 || size % BIN_ALIGN != 0) {
            size_t next = next_header(s->bins, at);
            mark_all(s, at, next);
            at = next;
            continue;
        }
        size_t bin_end = size > end - at ? end : at + size;
        tile_cells(s, (uint32_t)at + BIN_HEADER_SIZE, bin_end);
        at = bin_end;
    }
}

/* ---- records --------------------------------------------------------- */

/* A larger array with the same content; NULL: out of memory. */
static void *grown(struct hp_scrub *s, const void *old, size_t count,
                   size_t *room, size_t size)
{
    size_t wanted = *room == 0 ? FIRST_ROOM : 2 * *room;
    void *array = hp_arena_array(s->arena, wanted, size);

    if (array == NULL) {
        s->no_memory = true;
        return NULL;
    }
    if (count > 0)
        memcpy(array, old, count * size);
    *room = wanted;
    return array;
}

/* The bucket where a record of that kind at `offset` is or belongs. */
static uint32_t *bucket_of(const struct hp_scrub *s, uint8_t kind,
                           uint32_t offset)
{
    size_t at = (offset / 4 * UINT32_C(0x9e3779b1) ^ kind * UINT32_C(977));

    for (;; at++) {
        uint32_t *bucket = &s->buckets[at & (s->bucket_count - 1)];
        if (*bucket == 0)
            return bucket;
        const struct hp_scrub_record *r = &s->records[*bucket - 1];
        if (r->offset == offset && r->kind == kind)
            return bucket;
    }
}

uint32_t hp_scrub_find(const struct hp_scrub *s, uint8_t kind, uint32_t offset)
{
    return s->bucket_count == 0 ? HP_SCRUB_NONE
                                : *bucket_of(s, kind, offset) - 1;
}

static void grow_records(struct hp_scrub *s)
{
    struct hp_scrub_record *records =
        grown(s, s->records, s->count, &s->room, sizeof *records);

    if (records == NULL)
        return;
    s->records = records;
    s->bucket_count = 2 * s->room;
    s->buckets = hp_arena_array(s->arena, s->bucket_count, sizeof *s->buckets);
    if (s->buckets == NULL) {
        s->no_memory = true;
        return;
    }
    for (size_t i = 0; i < s->count; i++)
        *bucket_of(s, records[i].kind, records[i].offset) = (uint32_t)i + 1;
}

/* Bytes of a record before its name or elements. */
static uint32_t fixed_part(uint8_t kind)
{
    switch (kind) {
    case HP_RECORD_NK:
        return NK_NAME;
    case HP_RECORD_VK:
        return VK_NAME;
    case HP_RECORD_SK:
        return SK_DESCRIPTOR;
    case HP_RECORD_DB:
        return DB_SIZE;
    default:
        return LIST_ELEMENTS;
    }
}

/* What is left for a payload at `offset`: of the cell, whatever of its size can
 * be true. */
static uint32_t room_at(const struct hp_scrub *s, uint32_t offset)
{
    uint32_t size = magnitude(hp_at_u32(s->bins, offset));
    size_t left = s->bins.len - offset;

    if (size <= CELL_SIZE_FIELD || size > left)
        size = left > INT32_MAX ? INT32_MAX : (uint32_t)left;
    return size - CELL_SIZE_FIELD;
}

/* Bytes that a record of `kind` with `count` elements uses of the cell at
 * `offset`, of which `room` bytes are payload. */
static size_t extent_of(const struct hp_scrub *s, uint8_t kind, uint32_t offset,
                        uint32_t count, uint32_t room)
{
    size_t at = (size_t)offset + CELL_SIZE_FIELD, size = fixed_part(kind);

    if (kind == HP_RECORD_NK)
        size += hp_scrub_u16(s->bins, at + NK_NAME_LENGTH);
    else if (kind == HP_RECORD_VK)
        size += hp_scrub_u16(s->bins, at + VK_NAME_LENGTH);
    else if (kind == HP_RECORD_SK)
        size += hp_scrub_u32(s->bins, at + SK_DESCRIPTOR_SIZE);
    else if (kind == HP_RECORD_LEAF || kind == HP_RECORD_INDEX)
        size += hp_scrub_u16(s->bins, at + LIST_COUNT) *
                (size_t)(kind == HP_RECORD_LEAF ? LIST_ELEMENT_LONG
                                                : LIST_ELEMENT_SHORT);
    else if (kind != HP_RECORD_DB && count > 0)
        size = 4 * (size_t)count;
    return CELL_SIZE_FIELD + (size < room ? size : room);
}

static void take(struct hp_scrub *s, uint32_t offset, size_t size)
{
    for (size_t word = offset / 4; word < (offset + size + 3) / 4; word++)
        s->taken[word / 8] |= (uint8_t)(1u << word % 8);
}

/* True if what would be a record there has bytes in common with one that is. */
static bool is_taken(const struct hp_scrub *s, uint8_t kind, uint32_t offset,
                     uint32_t count)
{
    size_t size = extent_of(s, kind, offset, count, room_at(s, offset));

    for (size_t word = offset / 4; word < (offset + size + 3) / 4; word++)
        if ((s->taken[word / 8] >> word % 8 & 1) != 0)
            return true;
    return false;
}

/* Adds a record, unless it is known with as many elements. */
static void add(struct hp_scrub *s, uint8_t kind, uint32_t offset,
                uint32_t count, uint32_t room, bool guessed)
{
    if (s->count == s->room)
        grow_records(s);
    if (s->no_memory || s->count == HP_SCRUB_NONE - 1)
        return;
    uint32_t *bucket = bucket_of(s, kind, offset);
    if (*bucket != 0 && s->records[*bucket - 1].count >= count)
        return;
    s->records[s->count] = (struct hp_scrub_record){.offset = offset,
                                                    .room = room,
                                                    .count = count,
                                                    .up = (uint32_t)s->count,
                                                    .kind = kind,
                                                    .guessed = guessed};
    *bucket = (uint32_t)++s->count;
    if (!guessed)
        take(s, offset, extent_of(s, kind, offset, count, room));
}

/* Adds one that something leads to. Some parsers do not ask whether the cell
 * holds it. */
static void add_reached(struct hp_scrub *s, uint8_t kind, uint32_t offset,
                        uint32_t count, bool guessed)
{
    uint32_t room = room_at(s, offset), fixed = fixed_part(kind);
    size_t left = s->bins.len - offset - CELL_SIZE_FIELD;

    if (room < fixed)
        room = left < fixed ? (uint32_t)left : fixed;
    add(s, kind, offset, count, room, guessed);
}

static uint8_t kind_at(const struct hp_scrub *s, uint32_t offset)
{
    switch (hp_scrub_u16(s->bins, (size_t)offset + CELL_SIZE_FIELD)) {
    case SIG_NK:
        return HP_RECORD_NK;
    case SIG_VK:
        return HP_RECORD_VK;
    case SIG_SK:
        return HP_RECORD_SK;
    case SIG_DB:
        return HP_RECORD_DB;
    case SIG_LF:
    case SIG_LH:
        return HP_RECORD_LEAF;
    case SIG_LI:
    case SIG_RI:
        return HP_RECORD_INDEX;
    default:
        return HP_RECORD_CELL;
    }
}

/* A cell starts there, or could. */
static bool is_in_reach(const struct hp_scrub *s, uint32_t offset)
{
    return hp_scrub_is_start(s, offset) && s->bins.len - offset >= CELL_ALIGN;
}

/* True if a cell in use is at `offset`, without doubt. */
static bool is_sound(const struct hp_scrub *s, uint32_t offset)
{
    return is_in_reach(s, offset) &&
           (s->cells[offset / CELL_ALIGN / 8] >> offset / CELL_ALIGN % 8 & 1) !=
               0 &&
           hp_at_u32(s->bins, offset) > INT32_MAX;
}

/* A list without a signature that holds `count` offsets of cells. */
static bool is_list(const struct hp_scrub *s, uint32_t offset, uint32_t count)
{
    uint32_t first = hp_scrub_u32(s->bins, (size_t)offset + CELL_SIZE_FIELD);

    return is_sound(s, offset) && count > 0 &&
           count <= room_at(s, offset) / 4 && is_sound(s, first);
}

/* Something says that a record of `kind` is at `offset`. The signature there
 * is believed first; content that is none is looked at when all else is
 * known, and what has no room in its cell gives way to the next cell's. */
static void refer(struct hp_scrub *s, uint8_t kind, uint32_t offset,
                  uint32_t count)
{
    if (!is_in_reach(s, offset))
        return;
    uint8_t found = kind_at(s, offset);
    bool list = kind == HP_RECORD_VALUES || kind == HP_RECORD_SEGMENTS;
    bool known = found != HP_RECORD_CELL;
    if (known) {
        kind = found;
        count = 0;
    }
    if (known ? is_sound(s, offset) && room_at(s, offset) >= fixed_part(kind)
              : list && is_list(s, offset, count)) {
        add_reached(s, kind, offset, count, false);
        return;
    }
    if (s->guess_count == s->guess_room) {
        struct hp_scrub_guess *guesses = grown(s, s->guesses, s->guess_count,
                                               &s->guess_room, sizeof *guesses);
        if (guesses == NULL)
            return;
        s->guesses = guesses;
    }
    s->guesses[s->guess_count++] = (struct hp_scrub_guess){offset, count, kind};
}

bool hp_scrub_spend(struct hp_scrub *s, uint64_t bytes)
{
    if (bytes > s->work_left) {
        s->work_left = 0;
        return false;
    }
    s->work_left -= bytes;
    return true;
}

struct hp_span hp_scrub_payload(const struct hp_scrub *s,
                                const struct hp_scrub_record *record)
{
    struct hp_span payload = {NULL, 0, NULL};

    (void)hp_span_sub(s->bins, (size_t)record->offset + CELL_SIZE_FIELD,
                      record->room, &payload);
    return payload;
}

size_t hp_scrub_stride(const struct hp_scrub_record *record)
{
    return record->kind == HP_RECORD_LEAF ? LIST_ELEMENT_LONG
                                          : LIST_ELEMENT_SHORT;
}

uint32_t hp_scrub_elements(const struct hp_scrub *s,
                           const struct hp_scrub_record *record)
{
    struct hp_span payload = hp_scrub_payload(s, record);
    bool counted =
        record->kind == HP_RECORD_LEAF || record->kind == HP_RECORD_INDEX;
    uint32_t count =
        counted ? hp_scrub_u16(payload, LIST_COUNT) : record->count;
    size_t most = record->room;

    if (counted)
        most = most < LIST_ELEMENTS ? 0 : most - LIST_ELEMENTS;
    most /= hp_scrub_stride(record);
    return count < most ? count : (uint32_t)most;
}

/* ---- content --------------------------------------------------------- */

/* Replaces `size` bytes of content that are said to lie in the cell at
 * `offset`. */
static void replace(struct hp_scrub *s, uint32_t offset, uint32_t size,
                    bool text)
{
    if (!is_in_reach(s, offset))
        return;
    uint32_t room = room_at(s, offset);
    size_t at = (size_t)offset + CELL_SIZE_FIELD;
    struct hp_span bytes;

    add_reached(s, HP_RECORD_DATA, offset, 0, true);

    if (size > room)
        size = room;
    if (!hp_span_sub(s->bins, at, size, &bytes) || !hp_scrub_spend(s, size))
        return;
    if (text)
        hp_scrub_text(s->out_bins + at, bytes);
    else
        memset(s->out_bins + at, FILLER, size);
    if (!is_sound(s, offset))
        return;
    for (size_t word = at / 4; word < (at + size + 3) / 4; word++)
        s->content[word / 8] |= (uint8_t)(1u << word % 8);
}

bool hp_scrub_is_text(uint32_t type)
{
    return type == 1 || type == 2 || type == 6 || type == 7;
}

static void replace_segments(struct hp_scrub *s, uint32_t offset, uint32_t size,
                             bool text)
{
    size_t db = (size_t)offset + CELL_SIZE_FIELD;
    uint32_t list = hp_scrub_u32(s->bins, db + DB_LIST);
    uint32_t count = hp_scrub_u16(s->bins, db + DB_COUNT);

    if (!is_in_reach(s, list) || !hp_scrub_spend(s, 4 * (uint64_t)count))
        return;
    if (count > room_at(s, list) / 4)
        count = room_at(s, list) / 4;
    for (uint32_t i = 0; i < count && size > 0; i++) {
        size_t at = (size_t)list + CELL_SIZE_FIELD + 4 * (size_t)i;
        uint32_t part = size < DB_SEGMENT_MOST ? size : DB_SEGMENT_MOST;
        replace(s, hp_scrub_u32(s->bins, at), part, text);
        size -= part;
    }
}

static void explore_vk(struct hp_scrub *s, struct hp_span vk)
{
    uint32_t size = hp_scrub_u32(vk, VK_DATA_SIZE);
    uint32_t offset = hp_scrub_u32(vk, VK_DATA);
    bool text = hp_scrub_is_text(hp_scrub_u32(vk, VK_TYPE));

    if (size == 0 || (size & VK_INLINE) != 0 || !is_in_reach(s, offset))
        return;
    bool big = size > DB_SEGMENT_MOST && s->minor >= DB_LEAST_MINOR;
    bool db = kind_at(s, offset) == HP_RECORD_DB;
    if (big && (db || size > room_at(s, offset))) {
        refer(s, HP_RECORD_DB, offset, 0);
        replace_segments(s, offset, size, text);
        return;
    }
    replace(s, offset, size, text);
}

static void explore_nk(struct hp_scrub *s, struct hp_span nk)
{
    uint32_t subkeys = hp_scrub_u32(nk, NK_SUBKEYS);
    uint32_t count = hp_scrub_u32(nk, NK_VALUE_COUNT);
    uint16_t class_size = hp_scrub_u16(nk, NK_CLASS_LENGTH);

    refer(s, HP_RECORD_SK, hp_scrub_u32(nk, NK_SECURITY), 0);
    if (hp_scrub_u32(nk, NK_SUBKEY_COUNT) > 0)
        refer(s, HP_RECORD_LEAF, subkeys, 0);
    if (count > 0)
        refer(s, HP_RECORD_VALUES, hp_scrub_u32(nk, NK_VALUES), count);
    if (class_size > 0)
        replace(s, hp_scrub_u32(nk, NK_CLASS), class_size, true);
}

static void explore_elements(struct hp_scrub *s,
                             const struct hp_scrub_record *record)
{
    struct hp_span payload = hp_scrub_payload(s, record);
    bool keys =
        record->kind == HP_RECORD_LEAF || record->kind == HP_RECORD_INDEX;
    bool lists = keys && hp_scrub_u16(payload, LIST_SIGNATURE) == SIG_RI;
    uint8_t kind = lists ? HP_RECORD_LEAF : keys ? HP_RECORD_NK : HP_RECORD_VK;
    size_t stride = hp_scrub_stride(record);
    uint32_t count = hp_scrub_elements(s, record);
    size_t at = keys ? LIST_ELEMENTS : 0;

    if (record->kind == HP_RECORD_SEGMENTS ||
        !hp_scrub_spend(s, stride * (uint64_t)count))
        return;
    for (; count > 0 && !s->no_memory; count--, at += stride)
        refer(s, kind, hp_at_u32(payload, at), 0);
}

static void explore_record(struct hp_scrub *s,
                           const struct hp_scrub_record *record)
{
    struct hp_span payload = hp_scrub_payload(s, record);
    uint32_t segments;

    switch (record->kind) {
    case HP_RECORD_NK:
        explore_nk(s, payload);
        break;
    case HP_RECORD_VK:
        explore_vk(s, payload);
        break;
    case HP_RECORD_SK:
        refer(s, HP_RECORD_SK, hp_scrub_u32(payload, SK_FLINK), 0);
        refer(s, HP_RECORD_SK, hp_scrub_u32(payload, SK_BLINK), 0);
        break;
    case HP_RECORD_DB:
        segments = hp_scrub_u16(payload, DB_COUNT);
        refer(s, HP_RECORD_SEGMENTS, hp_scrub_u32(payload, DB_LIST),
              segments == 0 ? 1 : segments);
        break;
    case HP_RECORD_CELL:
    case HP_RECORD_DATA:
        break;
    default:
        explore_elements(s, record);
        break;
    }
}

/* True if one of the offsets in `list` is of a cell. */
static bool leads_on(struct hp_scrub *s, struct hp_span list, size_t stride)
{
    if (!hp_scrub_spend(s, list.len))
        return false;
    for (size_t at = 0; at < list.len && list.len - at >= 4; at += stride)
        if (is_in_reach(s, hp_at_u32(list, at)))
            return true;
    return false;
}

static bool is_likely_list(struct hp_scrub *s, const struct hp_scrub_guess *g)
{
    bool leaf = g->kind == HP_RECORD_LEAF, index = g->kind == HP_RECORD_INDEX;
    size_t stride = leaf ? LIST_ELEMENT_LONG : LIST_ELEMENT_SHORT;
    size_t at = (size_t)g->offset + CELL_SIZE_FIELD;
    uint32_t room = room_at(s, g->offset), count = g->count;
    struct hp_span list;

    if (leaf || index) {
        count = hp_scrub_u16(s->bins, at + LIST_COUNT);
        at += LIST_ELEMENTS;
        room -= room < LIST_ELEMENTS ? room : LIST_ELEMENTS;
    }
    uint64_t size = stride * (uint64_t)count;
    if (is_sound(s, g->offset) && size <= room && room - size < CELL_ALIGN)
        return true;
    return hp_span_sub(s->bins, at, size < room ? (size_t)size : room, &list) &&
           leads_on(s, list, stride);
}

/* True if what stands there makes sense as what it is taken for; without the
 * signature its cell must have room for it, too. */
static bool is_likely(struct hp_scrub *s, const struct hp_scrub_guess *g)
{
    enum { NAME_MOST = 512 };
    size_t at = (size_t)g->offset + CELL_SIZE_FIELD;
    uint32_t room = room_at(s, g->offset), fixed = fixed_part(g->kind);
    uint32_t most = room < fixed ? 0 : room - fixed, size;

    if (kind_at(s, g->offset) == g->kind)
        most = UINT32_MAX;
    switch (g->kind) {
    case HP_RECORD_NK:
        size = hp_scrub_u16(s->bins, at + NK_NAME_LENGTH);
        return size <= most && size <= NAME_MOST;
    case HP_RECORD_VK:
        size = hp_scrub_u16(s->bins, at + VK_NAME_LENGTH);
        return size <= most &&
               hp_scrub_u16(s->bins, at + VK_FLAGS) <= VK_FLAG_COMPRESSED;
    case HP_RECORD_SK:
        return hp_scrub_u32(s->bins, at + SK_DESCRIPTOR_SIZE) <= most;
    case HP_RECORD_DB:
        return is_in_reach(s, hp_scrub_u32(s->bins, at + DB_LIST));
    default:
        return is_likely_list(s, g);
    }
}

/* Everything that hangs from the records from number *next on. */
static void explore_all(struct hp_scrub *s, size_t *next)
{
    size_t guess = 0;

    for (;;) {
        while (*next < s->count && !s->no_memory) {
            struct hp_scrub_record record = s->records[(*next)++];
            explore_record(s, &record);
        }
        if (guess == s->guess_count || s->no_memory)
            break;
        struct hp_scrub_guess g = s->guesses[guess++];
        bool content =
            hp_scrub_is_content(s, (size_t)g.offset + CELL_SIZE_FIELD);
        bool nothing = content || is_taken(s, g.kind, g.offset, g.count) ||
                       !is_likely(s, &g);
        add_reached(s, nothing ? HP_RECORD_CELL : g.kind, g.offset, g.count,
                    true);
    }
    s->guess_count = 0;
}

/* Records in cells that nothing leads to. */
static void find_lost(struct hp_scrub *s)
{
    for (uint32_t at = 0; at < s->bins.len; at += CELL_ALIGN) {
        if (!is_sound(s, at) || kind_at(s, at) == HP_RECORD_CELL ||
            hp_scrub_is_content(s, (size_t)at + CELL_SIZE_FIELD) ||
            is_taken(s, kind_at(s, at), at, 0))
            continue;
        add(s, kind_at(s, at), at, 0, room_at(s, at), false);
    }
}

/* Guesses that turned out to lie where others are. */
static void drop_guesses(struct hp_scrub *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct hp_scrub_record *r = &s->records[i];
        if (r->guessed && r->kind != HP_RECORD_DATA &&
            is_taken(s, r->kind, r->offset, r->count))
            r->kind = HP_RECORD_DATA;
    }
}

uint32_t hp_scrub_root(struct hp_scrub *s, uint32_t number)
{
    while (s->records[number].up != number) {
        uint32_t up = s->records[number].up;
        s->records[number].up = s->records[up].up;
        number = up;
    }
    return number;
}

/* The names of what `list` leads to, and what leads to the same, are compared
 * with each other. */
static void unite(struct hp_scrub *s, uint32_t list, uint32_t offset)
{
    static const uint8_t kinds[] = {HP_RECORD_NK, HP_RECORD_VK, HP_RECORD_LEAF,
                                    HP_RECORD_INDEX};

    for (size_t i = 0; i < sizeof kinds; i++) {
        uint32_t number = hp_scrub_find(s, kinds[i], offset);
        if (number != HP_SCRUB_NONE)
            s->records[hp_scrub_root(s, number)].up = hp_scrub_root(s, list);
    }
}

static void unite_all(struct hp_scrub *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const struct hp_scrub_record *record = &s->records[i];
        bool keys =
            record->kind == HP_RECORD_LEAF || record->kind == HP_RECORD_INDEX;
        if (!keys && record->kind != HP_RECORD_VALUES)
            continue;
        struct hp_span payload = hp_scrub_payload(s, record);
        size_t stride = hp_scrub_stride(record), at = keys ? LIST_ELEMENTS : 0;
        uint32_t count = hp_scrub_elements(s, record);
        if (!hp_scrub_spend(s, stride * (uint64_t)count))
            return;
        for (; count > 0; count--, at += stride)
            unite(s, i, hp_at_u32(payload, at));
    }
}

void hp_scrub_explore(struct hp_scrub *s)
{
    size_t next = 0;

    refer(s, HP_RECORD_NK, hp_scrub_u32(s->image, BASE_ROOT), 0);
    explore_all(s, &next);
    if (!s->no_memory)
        find_lost(s);
    explore_all(s, &next);
    if (s->no_memory)
        return;
    drop_guesses(s);
    unite_all(s);
}
