/* SPDX-License-Identifier: Apache-2.0
 *
 * Level 4: one field of an otherwise sound hive. The field is chosen first,
 * then the record, so that a field that only few records have is not lost
 * among those that all have. */
#include "edit.h"
#include "finish.h"
#include "operators.h"

enum slot_class {
    SLOT_REFERENCE,
    SLOT_COUNT,  /* of elements, in its own or another cell */
    SLOT_LENGTH, /* in bytes */
    SLOT_SIGNATURE,
    SLOT_FLAGS,
    SLOT_NUMBER,
    SLOT_CLASSES
};

/* Where the elements of a list are meant, any of them. */
#define ANY_ELEMENT 255

struct field {
    const char *name;
    uint8_t class;
    uint8_t kind; /* of cell */
    uint8_t offset;
    uint8_t width;
};

#define LIST_FIELDS(name, kind)                                                \
    {name ".signature", SLOT_SIGNATURE, kind, LIST_SIGNATURE, 2},              \
        {name ".count", SLOT_COUNT, kind, LIST_COUNT, 2},                      \
    {                                                                          \
        name ".element", SLOT_REFERENCE, kind, ANY_ELEMENT, 4                  \
    }

static const struct field fields[] = {
    {"nk.signature", SLOT_SIGNATURE, KIND_NK, NK_SIGNATURE, 2},
    {"nk.flags", SLOT_FLAGS, KIND_NK, NK_FLAGS, 2},
    {"nk.filetime", SLOT_NUMBER, KIND_NK, NK_FILETIME, 8},
    {"nk.access", SLOT_FLAGS, KIND_NK, NK_ACCESS, 1},
    {"nk.layer", SLOT_FLAGS, KIND_NK, NK_LAYER, 1},
    {"nk.parent", SLOT_REFERENCE, KIND_NK, NK_PARENT, 4},
    {"nk.subkey_count", SLOT_COUNT, KIND_NK, NK_SUBKEY_COUNT, 4},
    {"nk.volatile_count", SLOT_NUMBER, KIND_NK, NK_VOLATILE_COUNT, 4},
    {"nk.subkeys", SLOT_REFERENCE, KIND_NK, NK_SUBKEYS, 4},
    {"nk.volatile_subkeys", SLOT_NUMBER, KIND_NK, NK_VOLATILE_SUBKEYS, 4},
    {"nk.value_count", SLOT_COUNT, KIND_NK, NK_VALUE_COUNT, 4},
    {"nk.values", SLOT_REFERENCE, KIND_NK, NK_VALUES, 4},
    {"nk.security", SLOT_REFERENCE, KIND_NK, NK_SECURITY, 4},
    {"nk.class", SLOT_REFERENCE, KIND_NK, NK_CLASS, 4},
    {"nk.max_name", SLOT_NUMBER, KIND_NK, NK_MAX_NAME, 4},
    {"nk.max_class", SLOT_NUMBER, KIND_NK, NK_MAX_CLASS, 4},
    {"nk.max_value_name", SLOT_NUMBER, KIND_NK, NK_MAX_VALUE_NAME, 4},
    {"nk.max_data", SLOT_NUMBER, KIND_NK, NK_MAX_DATA, 4},
    {"nk.name_length", SLOT_LENGTH, KIND_NK, NK_NAME_LENGTH, 2},
    {"nk.class_length", SLOT_LENGTH, KIND_NK, NK_CLASS_LENGTH, 2},
    {"vk.signature", SLOT_SIGNATURE, KIND_VK, VK_SIGNATURE, 2},
    {"vk.name_length", SLOT_LENGTH, KIND_VK, VK_NAME_LENGTH, 2},
    {"vk.data_size", SLOT_LENGTH, KIND_VK, VK_DATA_SIZE, 4},
    {"vk.data", SLOT_REFERENCE, KIND_VK, VK_DATA, 4},
    {"vk.type", SLOT_NUMBER, KIND_VK, VK_TYPE, 4},
    {"vk.flags", SLOT_FLAGS, KIND_VK, VK_FLAGS, 2},
    LIST_FIELDS("lf", KIND_LF),
    LIST_FIELDS("lh", KIND_LH),
    LIST_FIELDS("li", KIND_LI),
    LIST_FIELDS("ri", KIND_RI),
    {"values.element", SLOT_REFERENCE, KIND_VALUES, ANY_ELEMENT, 4},
    {"db.signature", SLOT_SIGNATURE, KIND_DB, DB_SIGNATURE, 2},
    {"db.count", SLOT_COUNT, KIND_DB, DB_COUNT, 2},
    {"db.list", SLOT_REFERENCE, KIND_DB, DB_LIST, 4},
    {"db.element", SLOT_REFERENCE, KIND_SEGMENTS, ANY_ELEMENT, 4},
    {"sk.signature", SLOT_SIGNATURE, KIND_SK, SK_SIGNATURE, 2},
    {"sk.flink", SLOT_REFERENCE, KIND_SK, SK_FLINK, 4},
    {"sk.blink", SLOT_REFERENCE, KIND_SK, SK_BLINK, 4},
    {"sk.reference_count", SLOT_NUMBER, KIND_SK, SK_REFERENCE_COUNT, 4},
    {"sk.descriptor_size", SLOT_LENGTH, KIND_SK, SK_DESCRIPTOR_SIZE, 4},
};
enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

/* A field of that class and a record that has it. */
struct slot {
    const struct field *field;
    uint32_t at;     /* the cell's offset */
    uint32_t size;   /* and size */
    size_t position; /* of the field in the file */
};

static bool slot_pick(struct hp_mutator *m, unsigned class, struct slot *slot)
{
    const struct field *found[FIELD_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (fields[i].class == class && m->kind_count[fields[i].kind] > 0)
            found[count++] = &fields[i];
    if (count == 0)
        return false;
    slot->field = found[below(m, count)];
    const struct cell *cell = table_pick(m, KINDS(slot->field->kind));
    slot->at = cell->at;
    slot->size = cell->size;
    slot->position = in_cell(cell->at, slot->field->offset);
    if (slot->field->offset != ANY_ELEMENT)
        return true;
    uint32_t most = (cell->size - CELL_SIZE_FIELD) / 4;
    if ((KINDS(cell->kind) & LISTS) != 0)
        most = list_count(m, cell->at);
    /* The first elements are those that are surely used. */
    uint32_t n = below(m, percent(m, 60) && most > 2 ? 2 : most);
    slot->position = reference_slot(m, cell, n);
    return slot->position != 0;
}

/* False if the field had that value. */
static bool slot_write(struct hp_mutator *m, const struct slot *slot,
                       uint64_t value)
{
    uint64_t old = get32(m, slot->position);
    unsigned width = slot->field->width;
    uint64_t mask = width < 4 ? (UINT64_C(1) << 8 * width) - 1 : UINT32_MAX;

    put(m, slot->position, width, value);
    trace(m, slot->field->name, slot->at, value);
    return width > 4 || (old & mask) != (value & mask);
}

/* ---- references ---------------------------------------------------------- */

static uint32_t some_cell(struct hp_mutator *m, unsigned kinds)
{
    struct cell *cell = table_pick(m, kinds);

    return cell == NULL ? 0 : cell->at;
}

/* Where no record can be. */
static uint32_t nowhere(struct hp_mutator *m)
{
    uint32_t end = m->bins_end;
    const uint32_t places[] = {
        0,          4,          8,          OFFSET_NIL,        end,
        end - 4,    end - 8,    end - 16,   end + BIN_ALIGN,   end + 8,
        0xFFFFF000, 0xFFFFF020, 0xFFFFFFF8, 0x7FFFFFF8,        0x80000000,
        0x80000020, 0x7FFFFFFF, 0xFFFFEFE0, (uint32_t)m->size, 0xFFFFFFF0,
    };

    return ONE_OF(m, places);
}

static uint32_t target(struct hp_mutator *m, const struct slot *slot,
                       uint32_t old)
{
    static const int32_t shifts[] = {-8, -4, -2, -1, 1, 2, 4, 8, 12, 16};
    uint32_t bin = m->bin_count == 0 ? 0 : m->bins[below(m, m->bin_count)].at;

    switch (below(m, 12)) {
    case 0:
    case 1:
        return nowhere(m);
    case 2:
        return OFFSET_NIL;
    case 3:
        return slot->at;
    case 4: /* above: a key's parent, a record's owner */
        return slot->field->kind == KIND_NK ? cell32(m, slot->at, NK_PARENT)
                                            : root_key(m);
    case 5:
        return some_cell(m, KINDS(KIND_FREE));
    case 6:
        return bin + (percent(m, 50) ? 0 : below(m, BIN_HEADER_SIZE));
    case 7:
        return old + (uint32_t)ONE_OF(m, shifts);
    case 8: /* into the middle of some cell */
        return some_cell(m, ANY_USED) + 4 * (1 + below(m, 8));
    case 9:
        return some_cell(m, LISTS | KINDS(KIND_DB));
    case 10: /* a used cell that is no record */
        return some_cell(m, ANY_USED ^ RECORDS);
    default:
        return some_cell(m, ANY_USED);
    }
}

bool slot_reference(struct hp_mutator *m)
{
    struct slot slot;

    if (!slot_pick(m, SLOT_REFERENCE, &slot))
        return false;
    uint32_t value = target(m, &slot, get32(m, slot.position));
    /* Data may be inline: then this is no reference yet. */
    if (slot.field->kind == KIND_VK &&
        (cell32(m, slot.at, VK_DATA_SIZE) & VK_INLINE) != 0)
        put32(m, in_cell(slot.at, VK_DATA_SIZE), 8);
    /* What is said to be empty is not looked at. */
    if (slot.field->kind == KIND_NK && slot.field->offset == NK_SUBKEYS &&
        cell32(m, slot.at, NK_SUBKEY_COUNT) == 0)
        put32(m, in_cell(slot.at, NK_SUBKEY_COUNT), 1);
    if (slot.field->kind == KIND_NK && slot.field->offset == NK_VALUES &&
        cell32(m, slot.at, NK_VALUE_COUNT) == 0)
        put32(m, in_cell(slot.at, NK_VALUE_COUNT), 1);
    if (slot.field->kind == KIND_NK && slot.field->offset == NK_CLASS &&
        cell16(m, slot.at, NK_CLASS_LENGTH) == 0)
        put16(m, in_cell(slot.at, NK_CLASS_LENGTH), 8);
    return slot_write(m, &slot, value);
}

/* ---- counts and lengths -------------------------------------------------- */

/* What is counted has room for so many. */
static uint32_t capacity(struct hp_mutator *m, const struct slot *slot)
{
    uint32_t payload = slot->size - CELL_SIZE_FIELD;
    uint32_t size;

    switch (slot->field->kind) {
    case KIND_NK:
        if (slot->field->offset == NK_VALUE_COUNT)
            return payload_at(m, cell32(m, slot->at, NK_VALUES)) / 4;
        if (slot->field->offset == NK_CLASS_LENGTH)
            return payload_at(m, cell32(m, slot->at, NK_CLASS));
        if (slot->field->offset == NK_NAME_LENGTH)
            return payload - NK_NAME;
        return list_count(m, cell32(m, slot->at, NK_SUBKEYS));
    case KIND_VK:
        if (slot->field->offset == VK_NAME_LENGTH)
            return payload - VK_NAME;
        size = cell32(m, slot->at, VK_DATA_SIZE);
        return (size & VK_INLINE) != 0
                   ? VK_INLINE_MOST
                   : payload_at(m, cell32(m, slot->at, VK_DATA));
    case KIND_DB:
        return payload_at(m, cell32(m, slot->at, DB_LIST)) / 4;
    case KIND_SK:
        return payload - SK_DESCRIPTOR;
    default:
        return (payload - LIST_ELEMENTS) / element_size(slot->field->kind);
    }
}

static uint32_t amount(struct hp_mutator *m, uint32_t old, uint32_t fit)
{
    static const uint32_t extremes[] = {
        0xFFFF,     0x7FFF,     0x8000,     0xFFFE,     0x3FFFFFFF, 0x40000000,
        0x40000001, 0x1FFFFFFF, 0x20000001, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
        0xFFFFFFFC, 0x10000,    0x10001,    1000000,    0x7FFFFFFC, 0x3FD80000};

    switch (below(m, 12)) {
    case 0:
        return 0;
    case 1:
        return old + 1;
    case 2:
        return old - 1;
    case 3:
        return 2 * old + below(m, 2);
    case 4:
        return fit;
    case 5:
        return fit + 1;
    case 6:
        return fit + 1 + below(m, 16);
    case 7:
        return 0x80000000 | old;
    case 8:
        return below(m, 8);
    case 9: /* some bytes more, up to what other cells and the file hold */
        return fit + (4U << below(m, 16));
    default:
        return ONE_OF(m, extremes);
    }
}

bool slot_count(struct hp_mutator *m)
{
    struct slot slot;

    if (!slot_pick(m, SLOT_COUNT, &slot))
        return false;
    uint32_t old = slot.field->width == 2 ? get16(m, slot.position)
                                          : get32(m, slot.position);
    return slot_write(m, &slot, amount(m, old, capacity(m, &slot)));
}

/* Data sizes have limits of their own: inline, and what a segment holds. */
static uint32_t data_size(struct hp_mutator *m, uint32_t old, uint32_t fit)
{
    static const uint32_t sizes[] = {
        0x80000005, 0x80000008, 0x800000FF, 0xFFFFFFFF, 0x80000000, 0x80000001,
        0x80000002, 0x80000003, 0x80000004, 0,          1,          4,
        5,          16343,      16344,      16345,      32688,      32689,
        1000000,    1000001,    8000000,    8000001,    0x7FFFFFFF, 0x3FD80000,
        0x7FFFF000, 0x40000000, 65536,      0x1000000};

    return percent(m, 50) ? ONE_OF(m, sizes) : amount(m, old, fit);
}

bool slot_length(struct hp_mutator *m)
{
    struct slot slot;

    if (!slot_pick(m, SLOT_LENGTH, &slot))
        return false;
    uint32_t fit = capacity(m, &slot), value;
    if (slot.field->width == 2)
        value = amount(m, get16(m, slot.position), fit);
    else if (slot.field->kind == KIND_VK)
        value = data_size(m, get32(m, slot.position), fit);
    else
        value = amount(m, get32(m, slot.position), fit);
    return slot_write(m, &slot, value);
}

/* ---- the rest ------------------------------------------------------------ */

bool slot_signature(struct hp_mutator *m)
{
    static const uint16_t signatures[] = {SIG_NK, SIG_VK, SIG_SK, SIG_LF,
                                          SIG_LH, SIG_LI, SIG_RI, SIG_DB,
                                          0,      0xFFFF};
    struct slot slot;

    if (!slot_pick(m, SLOT_SIGNATURE, &slot))
        return false;
    uint32_t old = get16(m, slot.position);
    return slot_write(m, &slot,
                      percent(m, 70) ? ONE_OF(m, signatures)
                                     : old ^ 1U << below(m, 16));
}

bool slot_flags(struct hp_mutator *m)
{
    struct slot slot;

    if (!slot_pick(m, SLOT_FLAGS, &slot))
        return false;
    uint32_t old = get16(m, slot.position), roll = below(m, 10);
    if (roll < 8)
        old ^= 1U << below(m, 8U * slot.field->width);
    else
        old = roll == 8 ? UINT16_MAX : 0;
    return slot_write(m, &slot, old);
}

bool slot_number(struct hp_mutator *m)
{
    static const uint64_t numbers[] = {
        0,          1,          INT64_MAX,  UINT64_C(1) << 63,
        UINT64_MAX, 0xBAADF00D, 0x7FFFFFFF, 0xFFFFFFFF};
    struct slot slot;

    if (!slot_pick(m, SLOT_NUMBER, &slot))
        return false;
    uint64_t value = ONE_OF(m, numbers);
    if (percent(m, 30))
        value = (uint64_t)dice(m) << 32 | dice(m);
    return slot_write(m, &slot, value);
}

/* The size of a cell: of either sign, not tiling, too small, too large. */
bool slot_cell(struct hp_mutator *m)
{
    static const uint32_t sizes[] = {
        0,          1,          2,          3,          4,          7,
        12,         0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC, 0xFFFFFFF9,
        0xFFFFFFF8, 0x80000000, 0x80000008, 0x7FFFFFFF, 0x7FFFFFF8, 0xFFFF0000};
    struct cell *cell = table_pick(m, (1U << KIND_COUNT) - 1);

    if (cell == NULL)
        return false;
    uint32_t old = get32(m, (size_t)cell->at + BASE_SIZE), value;
    uint32_t sign = old > INT32_MAX ? UINT32_MAX : 1;
    switch (below(m, 6)) {
    case 0:
        value = UINT32_C(0) - old;
        break;
    case 1: /* off by a little */
        value = old + sign * (below(m, 17) - 8);
        break;
    case 2: /* up to the file's end, and over it */
        value =
            sign * (uint32_t)(m->size - BASE_SIZE - cell->at + 8 * below(m, 4));
        break;
    case 3: /* in whole cells */
        value = old + sign * 8 * (below(m, 9) - 4);
        break;
    case 4: /* into the next bin */
        value = old + sign * BIN_ALIGN * (1 + below(m, 2));
        break;
    default:
        value = ONE_OF(m, sizes);
        break;
    }
    put32(m, (size_t)cell->at + BASE_SIZE, value);
    trace(m, "cell.size", cell->at, value);
    return value != old;
}

bool slot_bin(struct hp_mutator *m)
{
    static const uint32_t sizes[] = {
        0,          4,          8,          31,         32,       4095,
        4096,       4097,       5000,       8192,       12288,    0x7FFFF000,
        0xFFFFF000, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFF, 0x1000000};
    if (m->bin_count == 0)
        return false;
    const struct bin *bin = &m->bins[below(m, m->bin_count)];
    size_t position = (size_t)bin->at + BASE_SIZE;
    uint32_t value;

    switch (below(m, 5)) {
    case 0: /* the signature */
        value = get32(m, position) ^ 1U << below(m, 32);
        put32(m, position, percent(m, 70) ? value : 0);
        trace(m, "bin.signature", bin->at, value);
        return true;
    case 1:
        value = percent(m, 50) ? bin->at + BIN_ALIGN : dice(m);
        put32(m, position + BIN_OFFSET, value);
        trace(m, "bin.offset", bin->at, value);
        return true;
    case 2:
        value = dice(m);
        put32(m, position + BIN_RESERVED + 4 * below(m, 5), value);
        trace(m, "bin.rest", bin->at, value);
        return true;
    default:
        value = percent(m, 60) ? ONE_OF(m, sizes)
                               : bin->size + BIN_ALIGN * (below(m, 5) - 2);
        put32(m, position + BIN_SIZE, value);
        trace(m, "bin.size", bin->at, value);
        return value != bin->size;
    }
}

/* ---- one record's field in many ------------------------------------------ */

/* What `slot` has gets another record of its kind: that field, or all that
 * such a record has at a fixed place. */
static void spread_to(struct hp_mutator *m, const struct slot *slot,
                      uint32_t other, bool all)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field *field = &fields[i];
        if (all ? field->kind != slot->field->kind ||
                      field->offset == ANY_ELEMENT
                : field != slot->field)
            continue;
        for (unsigned n = 0; n < field->width; n++)
            put(m, in_cell(other, field->offset + n), 1,
                get8(m, in_cell(slot->at, field->offset + n)));
    }
}

/* A reader that goes on behind one damage meets it again and again. */
bool slot_spread(struct hp_mutator *m)
{
    struct slot slot;

    if (!slot_pick(m, below(m, SLOT_CLASSES), &slot) ||
        slot.field->offset == ANY_ELEMENT)
        return false;
    bool all = percent(m, 20);
    uint32_t most = percent(m, 50) ? UINT32_MAX : 1 + below(m, 16), done = 0;
    size_t first = below(m, m->cell_count);
    for (size_t i = 0; i < m->cell_count && done < most; i++) {
        const struct cell *cell = &m->cells[(first + i) % m->cell_count];
        if (cell->kind != slot.field->kind || cell->at == slot.at)
            continue;
        spread_to(m, &slot, cell->at, all);
        done++;
    }
    trace(m, slot.field->name, slot.at, done);
    return done > 0;
}

/* ---- the base block ------------------------------------------------------ */

static uint32_t base_size(struct hp_mutator *m)
{
    uint32_t file = (uint32_t)m->size - BASE_SIZE, end = m->bins_end;
    const uint32_t sizes[] = {0,
                              1,
                              512,
                              4095,
                              4097,
                              end - BIN_ALIGN,
                              end + BIN_ALIGN,
                              end + 1,
                              end - 8,
                              file,
                              file + 512,
                              0xFFFFF000,
                              0x80000000,
                              0x7FFFF000,
                              0xFFFFFFFF,
                              end / 2 & ~(BIN_ALIGN - 1U)};

    return ONE_OF(m, sizes);
}

static uint32_t base_value(struct hp_mutator *m, uint32_t field)
{
    static const uint32_t numbers[] = {0, 1, 2,          3,          4,
                                       6, 7, 0xFFFFFFFF, 0x80000000, 8};

    switch (field) {
    case BASE_ROOT:
        return percent(m, 50) ? nowhere(m)
                              : some_cell(m, (1U << KIND_COUNT) - 1) +
                                    (percent(m, 70) ? 0 : 4 * below(m, 4));
    case BASE_BINS_SIZE:
        return base_size(m);
    case BASE_SIGNATURE:
    case BASE_CHECKSUM:
        return get32(m, field) ^ 1U << below(m, 32);
    default:
        return percent(m, 80) ? ONE_OF(m, numbers) : dice(m);
    }
}

bool slot_base(struct hp_mutator *m)
{
    static const struct {
        const char *name;
        uint16_t offset;
    } base[] = {
        {"base.root", BASE_ROOT},           {"base.root", BASE_ROOT},
        {"base.bins_size", BASE_BINS_SIZE}, {"base.bins_size", BASE_BINS_SIZE},
        {"base.signature", BASE_SIGNATURE}, {"base.sequence1", BASE_SEQUENCE1},
        {"base.sequence2", BASE_SEQUENCE2}, {"base.major", BASE_MAJOR},
        {"base.minor", BASE_MINOR},         {"base.minor", BASE_MINOR},
        {"base.type", BASE_TYPE},           {"base.format", BASE_FORMAT},
        {"base.cluster", BASE_CLUSTER},     {"base.filetime", BASE_FILETIME},
        {"base.name", BASE_NAME},           {"base.flags", BASE_FLAGS},
        {"base.checksum", BASE_CHECKSUM},
    };
    if (m->size < BASE_SIZE)
        return false;
    uint32_t which = below(m, sizeof base / sizeof base[0]);
    uint32_t field = base[which].offset, old = get32(m, field);
    uint32_t value = base_value(m, field);

    put32(m, field, value);
    m->base_lies = true;
    m->checksum_lies |= field == BASE_CHECKSUM;
    trace(m, base[which].name, 0, value);
    return value != old;
}

/* What stands where readers have nothing to read: some tools keep times and
 * marks of their own there, and a harness what it asks. */
bool base_spare(struct hp_mutator *m)
{
    static const struct {
        uint16_t at, size;
    } spare[] = {{BASE_RM_ID, BASE_RESERVED - BASE_RM_ID},
                 {BASE_RESERVED, BASE_CHECKSUM - BASE_RESERVED},
                 {BASE_UNUSED, 24},
                 {BASE_UNUSED, 24},
                 {BASE_UNUSED, 24},
                 {BASE_UNUSED, BASE_THAW_TM_ID - BASE_UNUSED},
                 {BASE_THAW_TM_ID, BASE_SIZE - BASE_THAW_TM_ID}};
    uint32_t which = below(m, sizeof spare / sizeof spare[0]);
    uint32_t at = spare[which].at + below(m, spare[which].size);

    if (m->size < BASE_SIZE)
        return false;
    uint8_t old = get8(m, at), byte = (uint8_t)dice(m);
    if (percent(m, 60))
        byte = old ^ (uint8_t)(1U << below(m, 8));
    put(m, at, 1, byte);
    trace(m, "base.spare", at, byte);
    return byte != old;
}

/* The words that are checked come out as 0 or -1, which no checksum is. */
bool base_checksum(struct hp_mutator *m)
{
    uint32_t wanted = percent(m, 50) ? 0 : UINT32_MAX, sum = wanted;

    if (m->size < BASE_SIZE)
        return false;
    for (size_t at = 0; at < BASE_CHECKSUM; at += 4)
        sum ^= get32(m, at);
    put32(m, BASE_RESERVED, get32(m, BASE_RESERVED) ^ sum);
    if (percent(m, 70))
        finish_checksum(m);
    else
        put32(m, BASE_CHECKSUM, wanted);
    m->base_lies = m->checksum_lies = true;
    trace(m, "base.checksum", 0, get32(m, BASE_CHECKSUM));
    return true;
}

/* Bytes of one record's body, by the engine's own means if there are any. */
bool cell_noise(struct hp_mutator *m)
{
    enum { BODY_MOST = 512 };
    struct cell *cell = table_pick(m, percent(m, 70) ? RECORDS : ANY_USED);

    if (cell == NULL)
        return false;
    size_t start = in_cell(cell->at, 0), size = cell->size - CELL_SIZE_FIELD;
    if (start > m->size || size > m->size - start)
        return false;
    size = size < BODY_MOST ? size : BODY_MOST;
    trace(m, "cell", cell->at, size);
    if (m->raw != NULL && percent(m, 70)) {
        size_t made = m->raw(m->raw_self, m->image + start, size, size);
        return made <= size;
    }
    uint32_t changes = 1 + below(m, 4);
    for (uint32_t i = 0; i < changes; i++)
        put(m, start + below(m, size), 1, dice(m) & 0xFF);
    return true;
}
