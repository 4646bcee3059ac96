/* SPDX-License-Identifier: Apache-2.0
 *
 * Level 5: one thing of another hive. Cells are copied one by one into free or
 * new space; each reference of a copy is led to the copy of what it led to,
 * and to nothing when that is not copied any more. */
#include "edit.h"
#include "operators.h"

enum {
    COPIES_MOST = 256,    /* cells of one crossover */
    PENDING_MOST = 512,   /* references still to be followed */
    CELL_MOST = 64 << 10, /* bytes of one cell */
    SCAN_MOST = 4096      /* cells looked at to find something to copy */
};

/* A reference in a copy, which waits for what it leads to. */
struct pending {
    uint32_t source; /* hive offset in the donor */
    size_t slot;     /* file position of the reference in the image */
    unsigned kinds;  /* what it may lead to */
    uint32_t parent; /* of keys: hive offset in the image */
};

struct crossing {
    struct hp_mutator *m;
    struct hp_span donor;
    struct {
        uint32_t from, to;
    } copies[COPIES_MOST];
    size_t copy_count;
    struct pending pending[PENDING_MOST];
    size_t pending_count;
    uint32_t security; /* of the image's root */
};

/* ---- the donor ----------------------------------------------------------- */

/* The payload of the donor's cell at `at`; empty if there is none. */
static struct hp_span donor_cell(const struct crossing *c, uint32_t at)
{
    struct hp_span payload = {NULL, 0, NULL};
    size_t position = (size_t)at + BASE_SIZE;
    uint32_t raw;

    if (at % CELL_ALIGN != 0 || !hp_span_u32(c->donor, position, &raw) ||
        raw <= INT32_MAX)
        return payload;
    uint32_t size = UINT32_C(0) - raw;
    if (size >= CELL_ALIGN && size <= CELL_MOST)
        (void)hp_span_sub(c->donor, position + CELL_SIZE_FIELD,
                          size - CELL_SIZE_FIELD, &payload);
    return payload;
}

static uint32_t kind_of(struct hp_span payload)
{
    static const struct {
        uint16_t signature;
        uint8_t kind;
    } kinds[] = {{SIG_NK, KIND_NK}, {SIG_VK, KIND_VK}, {SIG_SK, KIND_SK},
                 {SIG_LF, KIND_LF}, {SIG_LH, KIND_LH}, {SIG_LI, KIND_LI},
                 {SIG_RI, KIND_RI}, {SIG_DB, KIND_DB}};
    uint16_t signature = 0;

    (void)hp_span_u16(payload, 0, &signature);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (signature == kinds[i].signature)
            return kinds[i].kind;
    return KIND_UNKNOWN;
}

static uint32_t field32(struct hp_span payload, size_t field)
{
    uint32_t value = OFFSET_NIL;
    (void)hp_span_u32(payload, field, &value);
    return value;
}

static uint16_t field16(struct hp_span payload, size_t field)
{
    uint16_t value = 0;
    (void)hp_span_u16(payload, field, &value);
    return value;
}

/* One of the donor's cells of `kind`, each as likely as the others; 0: none. */
static uint32_t donor_pick(struct crossing *c, uint32_t kind)
{
    uint32_t end = (uint32_t)c->donor.len & ~(BIN_ALIGN - 1U);
    uint32_t at = 0, found = 0, seen = 0, raw;

    for (unsigned n = 0; n < SCAN_MOST && at + BASE_SIZE < end; n++) {
        if (!hp_span_u32(c->donor, (size_t)at + BASE_SIZE, &raw))
            break;
        uint32_t size = raw > INT32_MAX ? UINT32_C(0) - raw : raw;
        if (raw == BIN_SIGNATURE_VALUE)
            size = BIN_HEADER_SIZE;
        else if (size < CELL_ALIGN || size % CELL_ALIGN != 0 || size > end)
            size = BIN_ALIGN - at % BIN_ALIGN;
        else if (kind_of(donor_cell(c, at)) == kind && below(c->m, ++seen) == 0)
            found = at;
        at += size;
    }
    return found;
}

/* ---- copying ------------------------------------------------------------- */

/* Leads `slot` to nothing until what it leads to is copied. */
static void later(struct crossing *c, uint32_t source, size_t slot,
                  unsigned kinds, uint32_t parent)
{
    put32(c->m, slot, OFFSET_NIL);
    if (source != OFFSET_NIL && c->pending_count < PENDING_MOST)
        c->pending[c->pending_count++] =
            (struct pending){source, slot, kinds, parent};
}

static void follow_key(struct crossing *c, struct hp_span from, uint32_t to,
                       uint32_t parent)
{
    put32(c->m, in_cell(to, NK_PARENT), parent);
    put16(c->m, in_cell(to, NK_FLAGS),
          field16(from, NK_FLAGS) & ~(uint32_t)NK_FLAG_HIVE_ENTRY);
    later(c, field32(from, NK_SUBKEYS), in_cell(to, NK_SUBKEYS), LISTS, to);
    later(c, field32(from, NK_VALUES), in_cell(to, NK_VALUES),
          KINDS(KIND_VALUES), field32(from, NK_VALUE_COUNT));
    later(c, field32(from, NK_CLASS), in_cell(to, NK_CLASS), KINDS(KIND_CLASS),
          0);
    put32(c->m, in_cell(to, NK_VOLATILE_SUBKEYS), OFFSET_NIL);
    put32(c->m, in_cell(to, NK_SECURITY), c->security);
    if (percent(c->m, 10))
        later(c, field32(from, NK_SECURITY), in_cell(to, NK_SECURITY),
              KINDS(KIND_SK), 0);
}

static void follow_list(struct crossing *c, struct hp_span from, uint32_t to,
                        uint32_t kind, uint32_t parent)
{
    uint32_t width = element_size(kind), count = field16(from, LIST_COUNT);

    for (uint32_t i = 0; i < count; i++) {
        size_t field = LIST_ELEMENTS + (size_t)i * width;
        if (field + width > from.len)
            break;
        later(c, field32(from, field), in_cell(to, (uint32_t)field),
              kind == KIND_RI ? LISTS : KINDS(KIND_NK), parent);
    }
}

/* Bare lists of references: of values, and of a db's segments. */
static void follow_bare(struct crossing *c, struct hp_span from, uint32_t to,
                        unsigned kinds, uint32_t count)
{
    for (uint32_t i = 0; i < count && 4 * (size_t)i + 4 <= from.len; i++)
        later(c, field32(from, 4 * (size_t)i), in_cell(to, 4 * i), kinds, 0);
}

/* The references of a copy, by what it is. */
static void follow(struct crossing *c, struct hp_span from, uint32_t to,
                   uint32_t kind, uint32_t parent)
{
    struct hp_mutator *m = c->m;
    uint32_t sk = c->security;

    switch (kind) {
    case KIND_NK:
        follow_key(c, from, to, parent);
        break;
    case KIND_VK:
        if ((field32(from, VK_DATA_SIZE) & VK_INLINE) == 0)
            later(c, field32(from, VK_DATA), in_cell(to, VK_DATA),
                  KINDS(KIND_DATA) | KINDS(KIND_DB), 0);
        break;
    case KIND_DB:
        later(c, field32(from, DB_LIST), in_cell(to, DB_LIST),
              KINDS(KIND_SEGMENTS), field16(from, DB_COUNT));
        break;
    case KIND_SK: /* into the image's circle */
        put32(m, in_cell(to, SK_FLINK), sk == OFFSET_NIL ? to : sk);
        put32(m, in_cell(to, SK_BLINK), sk == OFFSET_NIL ? to : sk);
        break;
    case KIND_VALUES:
        follow_bare(c, from, to, KINDS(KIND_VK), parent);
        break;
    case KIND_SEGMENTS:
        follow_bare(c, from, to, KINDS(KIND_DATA), parent);
        break;
    case KIND_DATA:
    case KIND_CLASS:
        break;
    default:
        follow_list(c, from, to, kind, parent);
        break;
    }
}

/* The kind that a cell is copied as, KIND_FREE: not at all. */
static uint32_t kind_as(struct hp_span payload, unsigned kinds)
{
    uint32_t kind = kind_of(payload);

    if (payload.len == 0)
        return KIND_FREE;
    if ((KINDS(kind) & kinds) != 0)
        return kind;
    for (uint32_t bare = KIND_VALUES; bare <= KIND_CLASS; bare++)
        if ((KINDS(bare) & kinds) != 0)
            return bare;
    return KIND_FREE;
}

/* The fields up to which a record has to reach to be one. */
static size_t least_size(uint32_t kind)
{
    switch (kind) {
    case KIND_NK:
        return NK_NAME;
    case KIND_VK:
        return VK_NAME;
    case KIND_SK:
        return SK_DESCRIPTOR;
    default:
        return CELL_SIZE_FIELD;
    }
}

/* A copy of the donor's cell at `source`; 0 if there is none. */
static uint32_t copy_cell(struct crossing *c, uint32_t source, unsigned kinds,
                          uint32_t parent)
{
    struct hp_span payload = donor_cell(c, source);
    uint32_t kind = kind_as(payload, kinds);

    for (size_t i = 0; i < c->copy_count; i++)
        if (c->copies[i].from == source)
            return c->copies[i].to;
    if (kind == KIND_FREE || payload.len < least_size(kind) ||
        c->copy_count == COPIES_MOST)
        return 0;
    uint32_t to = cell_new(c->m, (uint32_t)payload.len, kind);
    if (to == 0)
        return 0;
    put_bytes(c->m, in_cell(to, 0), payload.ptr, payload.len);
    c->copies[c->copy_count].from = source;
    c->copies[c->copy_count++].to = to;
    follow(c, payload, to, kind, parent);
    return to;
}

/* Copies `source` and what it leads to, until the room or a limit ends it. */
static uint32_t copy_tree(struct crossing *c, uint32_t source, unsigned kinds,
                          uint32_t parent)
{
    uint32_t top = copy_cell(c, source, kinds, parent);

    while (c->pending_count > 0) {
        struct pending next = c->pending[--c->pending_count];
        uint32_t to = copy_cell(c, next.source, next.kinds, next.parent);
        if (to != 0)
            put32(c->m, next.slot, to);
    }
    return top;
}

/* ---- what is taken over -------------------------------------------------- */

static uint32_t pick_key(struct hp_mutator *m)
{
    struct cell *cell = table_pick(m, KINDS(KIND_NK));

    return cell == NULL || percent(m, 30) ? root_key(m) : cell->at;
}

static bool cross_subtree(struct crossing *c)
{
    uint32_t source = donor_pick(c, KIND_NK), parent = pick_key(c->m);

    if (source == 0 || parent == 0)
        return false;
    uint32_t nk = copy_tree(c, source, KINDS(KIND_NK), parent);
    trace(c->m, "subtree", parent, nk);
    return nk != 0 && child_insert(c->m, parent, nk);
}

static bool cross_values(struct crossing *c)
{
    uint32_t source = donor_pick(c, KIND_NK), nk = pick_key(c->m);
    struct hp_span key = donor_cell(c, source);
    uint32_t count = field32(key, NK_VALUE_COUNT);

    if (source == 0 || nk == 0 || count == 0 || key.len < NK_NAME)
        return false;
    uint32_t list =
        copy_tree(c, field32(key, NK_VALUES), KINDS(KIND_VALUES), count);
    if (list == 0)
        return false;
    put32(c->m, in_cell(nk, NK_VALUES), list);
    put32(c->m, in_cell(nk, NK_VALUE_COUNT), count);
    trace(c->m, "values", nk, list);
    return true;
}

static bool cross_data(struct crossing *c)
{
    struct cell *cell = table_pick(c->m, KINDS(KIND_VK));
    uint32_t source = donor_pick(c, KIND_VK);
    struct hp_span value = donor_cell(c, source);

    if (cell == NULL || source == 0 || value.len < VK_NAME)
        return false;
    uint32_t vk = cell->at, data = field32(value, VK_DATA);
    if ((field32(value, VK_DATA_SIZE) & VK_INLINE) == 0) {
        data = copy_tree(c, data, KINDS(KIND_DATA) | KINDS(KIND_DB), 0);
        if (data == 0)
            return false;
    }
    put32(c->m, in_cell(vk, VK_DATA), data);
    put32(c->m, in_cell(vk, VK_DATA_SIZE), field32(value, VK_DATA_SIZE));
    put32(c->m, in_cell(vk, VK_TYPE), field32(value, VK_TYPE));
    trace(c->m, "data", vk, data);
    return true;
}

static bool cross_name(struct crossing *c)
{
    uint32_t source = donor_pick(c, KIND_NK), nk = pick_key(c->m);
    struct hp_span key = donor_cell(c, source), bytes;
    struct name name;

    name.size = field16(key, NK_NAME_LENGTH);
    name.compressed = (field16(key, NK_FLAGS) & NK_FLAG_COMPRESSED) != 0;
    if (source == 0 || nk == 0 || name.size > NAME_MOST ||
        !hp_span_sub(key, NK_NAME, name.size, &bytes))
        return false;
    memcpy(name.bytes, bytes.ptr, name.size);
    trace(c->m, "name", nk, name.size);
    return key_rename(c->m, nk, &name);
}

bool cross_any(struct hp_mutator *m, struct hp_span donor)
{
    struct crossing c;
    uint32_t root = root_key(m), roll = below(m, 10);
    uint32_t sk = root == 0 ? 0 : cell32(m, root, NK_SECURITY);

    c.m = m;
    c.donor = donor;
    c.copy_count = c.pending_count = 0;
    c.security = kind_at(m, sk) == KIND_SK ? sk : OFFSET_NIL;
    if (roll == 0)
        return cross_name(&c);
    if (roll < 3)
        return cross_data(&c);
    if (roll < 5)
        return cross_values(&c);
    return cross_subtree(&c);
}
