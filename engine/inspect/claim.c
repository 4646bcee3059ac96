/* SPDX-License-Identifier: Apache-2.0 */
#include "claim.h"

#include "layout.h"

/* A key or a subkey list whose references are still to be followed. */
struct work {
    struct work *next;
    const struct hp_part *part;
    struct hp_map_key *key; /* the key itself, or the list's */
};

struct claiming {
    struct hp_map *map;
    /* cells in gaps, where any aligned offset may be the start of one */
    struct hp_part **loose; /* by the place in the gaps, in units of 8 bytes */
    uint32_t *gap_start;    /* for each part that is a gap: its first place */
    size_t places, loose_count;
    struct work *work, **last_work;
    bool no_memory;
};

/* `memory`, of which NULL is remembered. */
#define GOT(c, memory) (!((c)->no_memory |= (memory) == NULL))

/* ---- cells ----------------------------------------------------------- */

/* Gives each gap its places. */
static bool open_loose(struct claiming *c)
{
    struct hp_map *map = c->map;

    c->gap_start = hp_arena_array(map->arena, map->count, sizeof(uint32_t));
    if (!GOT(c, c->gap_start))
        return false;
    for (size_t i = 0; i < map->count; i++) {
        c->gap_start[i] = (uint32_t)c->places;
        if (map->parts[i].kind == HP_PART_GAP)
            c->places += map->parts[i].size / CELL_ALIGN + 1;
    }
    c->loose = hp_arena_array(map->arena, c->places, sizeof *c->loose);
    return GOT(c, c->loose);
}

/* The loose cell at `position` of the gap `gap`, or NULL. One that runs past
 * the bins is taken as far as it exists, as the forensic reader does. */
static struct hp_part *loose_at(struct claiming *c, const struct hp_part *gap,
                                uint32_t position)
{
    const struct hp_map *map = c->map;
    size_t place = c->gap_start[gap - map->parts] +
                   (position - gap->position + CELL_ALIGN - 1) / CELL_ALIGN;

    if (c->loose[place] != NULL)
        return c->loose[place];
    if (map->bins_end - position < CELL_ALIGN)
        return NULL;
    uint32_t raw = hp_at_u32(map->image, position);
    uint32_t size = 0 - raw;
    if (raw <= INT32_MAX || size % CELL_ALIGN != 0)
        return NULL;
    if (size > map->bins_end - position)
        size = map->bins_end - position;
    struct hp_part *loose = hp_arena_alloc(map->arena, sizeof *loose);
    if (!GOT(c, loose))
        return NULL;
    c->loose[place] = loose;
    c->loose_count++;
    *loose = (struct hp_part){.position = position,
                              .size = size,
                              .owner = HP_NOWHERE,
                              .kind = HP_RECORD_CELL,
                              .allocated = true,
                              .loose = true};
    return loose;
}

/* The part of the hive that `offset` may be a cell of, or NULL. */
static struct hp_part *cell_at(struct claiming *c, uint32_t offset)
{
    struct hp_map *map = c->map;

    if (offset % CELL_ALIGN != 0 || map->bins_end <= BASE_SIZE ||
        offset >= map->bins_end - BASE_SIZE)
        return NULL;
    const struct hp_part *found = hp_map_at(map, (uint64_t)offset + BASE_SIZE);
    struct hp_part *part = &map->parts[found - map->parts];
    if (part->kind == HP_PART_GAP)
        return loose_at(c, part, offset + BASE_SIZE);
    if (part->position != offset + BASE_SIZE || !hp_part_is_cell(part))
        return NULL;
    return part;
}

/* Takes the cell at `offset` for a record of `kind` if it is in use, nobody
 * has it, its payload has `need` bytes and `signature` (0: any). Returns it, or
 * NULL. `owner` is the position of the part that leads there. */
static struct hp_part *claim(struct claiming *c, uint32_t owner,
                             uint32_t offset, enum hp_record_kind kind,
                             uint16_t signature, size_t need)
{
    struct hp_part *part = cell_at(c, offset);

    if (part == NULL || part->reached || !part->allocated)
        return NULL;
    struct hp_span payload = hp_part_payload(c->map, part);
    if (payload.len < need ||
        (signature != 0 && hp_at_u16(payload, 0) != signature))
        return NULL;
    part->reached = true;
    part->kind = (uint8_t)kind;
    part->owner = owner;
    return part;
}

/* ---- values ---------------------------------------------------------- */

/* Claims the segments of the db at `offset`; false if there is no db. */
static bool claim_big(struct claiming *c, const struct hp_part *vk,
                      uint32_t offset)
{
    const struct hp_part *db =
        claim(c, vk->position, offset, HP_RECORD_DB, SIG_DB, DB_SIZE);

    if (db == NULL)
        return false;
    struct hp_span payload = hp_part_payload(c->map, db);
    const struct hp_part *list = claim(
        c, db->position, hp_at_u32(payload, DB_LIST), HP_RECORD_SEGMENTS, 0, 0);
    if (list == NULL)
        return true;
    size_t count = hp_at_u16(payload, DB_COUNT);
    struct hp_span elements = hp_part_payload(c->map, list);
    for (size_t i = 0; i < count && 4 * i + 4 <= elements.len; i++)
        (void)claim(c, db->position, hp_at_u32(elements, 4 * i),
                    HP_RECORD_SEGMENT, 0, 0);
    return true;
}

static void claim_value(struct claiming *c, const struct hp_part *nk,
                        uint32_t offset)
{
    const struct hp_part *vk =
        claim(c, nk->position, offset, HP_RECORD_VK, SIG_VK, VK_NAME);

    if (vk == NULL)
        return;
    struct hp_span payload = hp_part_payload(c->map, vk);
    uint32_t size = hp_at_u32(payload, VK_DATA_SIZE);
    uint32_t data = hp_at_u32(payload, VK_DATA);
    if (size == 0 || (size & VK_INLINE) != 0)
        return;
    if (size > DB_SEGMENT_MOST && c->map->minor >= DB_LEAST_MINOR &&
        claim_big(c, vk, data))
        return;
    (void)claim(c, vk->position, data, HP_RECORD_DATA, 0, 0);
}

static void claim_values(struct claiming *c, const struct hp_part *nk)
{
    struct hp_span payload = hp_part_payload(c->map, nk);
    uint32_t count = hp_at_u32(payload, NK_VALUE_COUNT);

    if (count == 0 || (hp_at_u16(payload, NK_FLAGS) & NK_FLAG_PREDEFINED) != 0)
        return;
    const struct hp_part *list = claim(
        c, nk->position, hp_at_u32(payload, NK_VALUES), HP_RECORD_VALUES, 0, 0);
    if (list == NULL)
        return;
    struct hp_span elements = hp_part_payload(c->map, list);
    for (size_t i = 0; i < count && 4 * i + 4 <= elements.len; i++)
        claim_value(c, nk, hp_at_u32(elements, 4 * i));
}

/* ---- keys ------------------------------------------------------------ */

static void later(struct claiming *c, const struct hp_part *part,
                  struct hp_map_key *key)
{
    struct work *work = hp_arena_alloc(c->map->arena, sizeof *work);

    if (!GOT(c, work))
        return;
    *work = (struct work){NULL, part, key};
    *c->last_work = work;
    c->last_work = &work->next;
}

/* The nk at `offset` as last subkey of `parent`; NULL: the root. */
static void claim_key(struct claiming *c, struct hp_map_key *parent,
                      uint32_t owner, uint32_t offset)
{
    struct hp_map *map = c->map;
    const struct hp_part *nk =
        claim(c, owner, offset, HP_RECORD_NK, SIG_NK, NK_NAME);

    if (nk == NULL)
        return;
    struct hp_map_key *key = hp_arena_alloc(map->arena, sizeof *key);
    if (!GOT(c, key))
        return;
    key->position = nk->position;
    key->parent = parent;
    if (parent == NULL)
        map->root = key;
    else if (parent->last == NULL)
        parent->first = key;
    else
        parent->last->next = key;
    if (parent != NULL)
        parent->last = key;
    map->nodes++;
    later(c, nk, key);
}

/* The list at `offset`, of whichever of the four kinds. */
static void claim_list(struct claiming *c, struct hp_map_key *key,
                       uint32_t offset)
{
    static const struct {
        uint16_t signature;
        uint8_t kind;
    } kinds[] = {{SIG_LF, HP_RECORD_LEAF},
                 {SIG_LH, HP_RECORD_LEAF},
                 {SIG_LI, HP_RECORD_INDEX},
                 {SIG_RI, HP_RECORD_INDEX}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct hp_part *list =
            claim(c, key->position, offset, (enum hp_record_kind)kinds[i].kind,
                  kinds[i].signature, LIST_ELEMENTS);
        if (list != NULL) {
            later(c, list, key);
            return;
        }
    }
}

static void follow_key(struct claiming *c, const struct work *work)
{
    const struct hp_part *nk = work->part;
    struct hp_span payload = hp_part_payload(c->map, nk);

    (void)claim(c, nk->position, hp_at_u32(payload, NK_SECURITY), HP_RECORD_SK,
                SIG_SK, SK_DESCRIPTOR);
    if (hp_at_u16(payload, NK_CLASS_LENGTH) > 0)
        (void)claim(c, nk->position, hp_at_u32(payload, NK_CLASS),
                    HP_RECORD_CLASS, 0, 0);
    claim_values(c, nk);
    if (hp_at_u32(payload, NK_SUBKEY_COUNT) > 0)
        claim_list(c, work->key, hp_at_u32(payload, NK_SUBKEYS));
}

static void follow_list(struct claiming *c, const struct work *work)
{
    struct hp_span payload = hp_part_payload(c->map, work->part);
    uint16_t signature = hp_at_u16(payload, LIST_SIGNATURE);
    size_t count = hp_at_u16(payload, LIST_COUNT);
    size_t stride = work->part->kind == HP_RECORD_LEAF ? LIST_ELEMENT_LONG
                                                       : LIST_ELEMENT_SHORT;

    for (size_t i = 0; i < count; i++) {
        size_t at = LIST_ELEMENTS + i * stride;
        if (at + 4 > payload.len)
            return;
        if (signature == SIG_RI)
            claim_list(c, work->key, hp_at_u32(payload, at));
        else
            claim_key(c, work->key, work->key->position,
                      hp_at_u32(payload, at));
    }
}

/* ---- the rest -------------------------------------------------------- */

/* What an unreached cell looks like. */
static enum hp_record_kind guess(struct hp_span payload)
{
    static const struct {
        uint16_t signature;
        uint8_t kind, need;
    } looks[] = {
        {SIG_NK, HP_RECORD_NK, NK_NAME},
        {SIG_VK, HP_RECORD_VK, VK_NAME},
        {SIG_SK, HP_RECORD_SK, SK_DESCRIPTOR},
        {SIG_LF, HP_RECORD_LEAF, LIST_ELEMENTS},
        {SIG_LH, HP_RECORD_LEAF, LIST_ELEMENTS},
        {SIG_LI, HP_RECORD_INDEX, LIST_ELEMENTS},
        {SIG_RI, HP_RECORD_INDEX, LIST_ELEMENTS},
        {SIG_DB, HP_RECORD_DB, DB_SIZE},
    };
    uint16_t signature;

    if (!hp_span_u16(payload, 0, &signature))
        return HP_RECORD_CELL;
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        if (looks[i].signature == signature && payload.len >= looks[i].need)
            return (enum hp_record_kind)looks[i].kind;
    }
    return HP_RECORD_CELL;
}

/* Puts what no loose cell covers of [from, to) behind `out`. */
static struct hp_part *put_gap(struct hp_part *out, uint32_t from, uint32_t to)
{
    if (from >= to)
        return out;
    *out = (struct hp_part){.position = from,
                            .size = to - from,
                            .owner = HP_NOWHERE,
                            .kind = HP_PART_GAP};
    return out + 1;
}

/* Puts the gap `gap` with its loose cells behind `out`. *covered is where the
 * loose cells so far end. */
static struct hp_part *split_gap(const struct claiming *c,
                                 const struct hp_part *gap, size_t first,
                                 struct hp_part *out, uint32_t *covered)
{
    uint32_t end = gap->position + gap->size;
    uint32_t at = gap->position > *covered ? gap->position : *covered;

    for (size_t i = 0; i <= gap->size / CELL_ALIGN; i++) {
        if (c->loose[first + i] == NULL)
            continue;
        const struct hp_part *part = c->loose[first + i];
        out = put_gap(out, at, part->position);
        *out++ = *part;
        if (part->position + part->size > at)
            at = part->position + part->size;
    }
    out = put_gap(out, at, end);
    if (at > *covered)
        *covered = at;
    return out;
}

/* Makes one array of the tiled parts and the loose cells. */
static bool merge(struct claiming *c)
{
    struct hp_map *map = c->map;
    uint32_t covered = 0;

    if (c->loose_count == 0)
        return true;
    /* Each loose cell adds itself and the gap behind it. */
    struct hp_part *parts = hp_arena_array(
        map->arena, map->count + 2 * c->loose_count, sizeof *parts);
    if (!GOT(c, parts))
        return false;
    struct hp_part *out = parts;
    for (size_t i = 0; i < map->count; i++) {
        if (map->parts[i].kind == HP_PART_GAP)
            out = split_gap(c, &map->parts[i], c->gap_start[i], out, &covered);
        else
            *out++ = map->parts[i];
    }
    map->parts = parts;
    map->count = (size_t)(out - parts);
    return true;
}

static void finish(struct hp_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct hp_part *part = &map->parts[i];
        map->bins += part->kind == HP_RECORD_BIN;
        if (!hp_part_is_cell(part))
            continue;
        map->cells++;
        if (!part->reached)
            part->kind = (uint8_t)guess(hp_part_payload(map, part));
    }
}

bool hp_map_claim(struct hp_map *map)
{
    struct claiming c = {.map = map};

    c.last_work = &c.work;
    if (!open_loose(&c))
        return false;
    if (map->bins_end > 0)
        claim_key(&c, NULL, 0, hp_at_u32(map->image, BASE_ROOT));
    for (const struct work *w = c.work; w != NULL && !c.no_memory;
         w = w->next) {
        if (w->part->kind == HP_RECORD_NK)
            follow_key(&c, w);
        else
            follow_list(&c, w);
    }
    if (c.no_memory || !merge(&c))
        return false;
    finish(map);
    return true;
}
