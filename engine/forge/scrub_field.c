/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "layout.h"
#include "scrub_parts.h"

enum { FILLER = 'x', NEAR = 4096, FEW_BITS = 4 };

/* ---- numbers --------------------------------------------------------- */

void hp_scrub_put(uint8_t *to, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

bool hp_scrub_reads(uint32_t value)
{
    uint32_t low = value & 0xff, high = value >> 16;

    return (value & 0xff00ff00) == 0 && low >= 0x20 && low < 0x7f &&
           high >= 0x20 && high < 0x7f;
}

static int bits_of(uint32_t value)
{
    int bits = 0;

    for (; value != 0; value &= value - 1)
        bits++;
    return bits;
}

uint32_t hp_scrub_wild(uint32_t value)
{
    uint32_t middle = value >> 8 & 0xffff;
    int bits = bits_of(value);

    if (middle == 0 || middle == 0xffff ||
        ((bits <= FEW_BITS || bits >= 32 - FEW_BITS) && !hp_scrub_reads(value)))
        return value;
    if (value % BIN_ALIGN == 0)
        return value | UINT32_C(0x00fff000);
    return (value & UINT32_C(0xff000007)) | UINT32_C(0x00fffff8);
}

uint16_t hp_scrub_wild16(uint16_t value)
{
    uint16_t middle = value >> 4 & 0xff;

    if (middle == 0 || middle == 0xff)
        return value;
    return (uint16_t)((value & 0xf001) | 0x0ffe);
}

uint32_t hp_scrub_size(uint32_t raw, size_t left)
{
    bool negative = raw > INT32_MAX;
    uint32_t size = negative ? UINT32_C(0) - raw : raw;

    if (size <= left || size > INT32_MAX || raw == BIN_SIGNATURE_VALUE)
        return raw;
    size = hp_scrub_wild(size);
    return negative ? UINT32_C(0) - size : size;
}

uint64_t hp_scrub_time(uint64_t value)
{
    const uint64_t year_10000 = UINT64_C(2650467744000000000);
    const uint64_t some_time = UINT64_C(0x01d0a5a5a5a5a5a5);

    if (value <= 3 || value == UINT64_MAX)
        return value;
    if (value > INT64_MAX)
        return UINT64_C(1) << 63 | some_time;
    return value < year_10000 ? some_time : INT64_MAX - 3;
}

void hp_scrub_letters(uint8_t *to, const uint8_t *from, const char *wanted)
{
    for (size_t i = 0; wanted[i] != '\0'; i++)
        to[i] =
            from[i] == (uint8_t)wanted[i] || from[i] == 0 ? from[i] : FILLER;
}

void hp_scrub_blank(uint8_t *to, const uint8_t *from, size_t size)
{
    size_t i = 0;

    while (i < size && from[i] == 0)
        i++;
    memset(to, i == size ? 0 : FILLER, size);
}

/* ---- what fields are ------------------------------------------------- */

enum policy {
    LETTERS, /* two bytes of a signature, or what was taken for one */
    BLANK,
    WHOLE, /* flags: all stay */
    TIME,
    OFFSET,       /* of a cell */
    COUNT,        /* of records, or bytes that are there */
    LENGTH,       /* of a name or class; elements */
    CLASS_LENGTH, /* likewise, of a class in its own cell */
    SMALL,        /* a number of few bits */
    TYPE,         /* of a value */
    DATA,         /* offset or inline data */
    SIZE          /* of data */
};

struct rule {
    uint8_t kind, at, policy;
};

/* A field that is not here is not structure. */
static const struct rule rules[] = {
    {HP_RECORD_NK, NK_SIGNATURE, LETTERS},
    {HP_RECORD_NK, NK_FLAGS, WHOLE},
    {HP_RECORD_NK, NK_FILETIME, TIME},
    {HP_RECORD_NK, NK_ACCESS, SMALL},
    {HP_RECORD_NK, NK_LAYER, SMALL},
    {HP_RECORD_NK, NK_SPARE, BLANK},
    {HP_RECORD_NK, NK_PARENT, OFFSET},
    {HP_RECORD_NK, NK_SUBKEY_COUNT, COUNT},
    {HP_RECORD_NK, NK_VOLATILE_COUNT, SMALL},
    {HP_RECORD_NK, NK_SUBKEYS, OFFSET},
    {HP_RECORD_NK, NK_VOLATILE_SUBKEYS, OFFSET},
    {HP_RECORD_NK, NK_VALUE_COUNT, COUNT},
    {HP_RECORD_NK, NK_VALUES, OFFSET},
    {HP_RECORD_NK, NK_SECURITY, OFFSET},
    {HP_RECORD_NK, NK_CLASS, OFFSET},
    {HP_RECORD_NK, NK_MAX_NAME, LENGTH},
    {HP_RECORD_NK, NK_USER_FLAGS, WHOLE},
    {HP_RECORD_NK, NK_DEBUG, BLANK},
    {HP_RECORD_NK, NK_MAX_CLASS, SMALL},
    {HP_RECORD_NK, NK_MAX_VALUE_NAME, SMALL},
    {HP_RECORD_NK, NK_MAX_DATA, SMALL},
    {HP_RECORD_NK, NK_WORK_VAR, BLANK},
    {HP_RECORD_NK, NK_NAME_LENGTH, LENGTH},
    {HP_RECORD_NK, NK_CLASS_LENGTH, CLASS_LENGTH},
    {HP_RECORD_VK, VK_SIGNATURE, LETTERS},
    {HP_RECORD_VK, VK_NAME_LENGTH, LENGTH},
    {HP_RECORD_VK, VK_DATA_SIZE, SIZE},
    {HP_RECORD_VK, VK_DATA, DATA},
    {HP_RECORD_VK, VK_TYPE, TYPE},
    {HP_RECORD_VK, VK_FLAGS, WHOLE},
    {HP_RECORD_VK, VK_SPARE, BLANK},
    {HP_RECORD_LEAF, LIST_SIGNATURE, LETTERS},
    {HP_RECORD_LEAF, LIST_COUNT, LENGTH},
    {HP_RECORD_INDEX, LIST_SIGNATURE, LETTERS},
    {HP_RECORD_INDEX, LIST_COUNT, LENGTH},
    {HP_RECORD_DB, DB_SIGNATURE, LETTERS},
    {HP_RECORD_DB, DB_COUNT, LENGTH},
    {HP_RECORD_DB, DB_LIST, OFFSET},
    {HP_RECORD_SK, SK_SIGNATURE, LETTERS},
    {HP_RECORD_SK, SK_RESERVED, BLANK},
    {HP_RECORD_SK, SK_FLINK, OFFSET},
    {HP_RECORD_SK, SK_BLINK, OFFSET},
    {HP_RECORD_SK, SK_REFERENCE_COUNT, COUNT},
    {HP_RECORD_SK, SK_DESCRIPTOR_SIZE, SIZE},
    {HP_RECORD_CELL, 0, LETTERS},
};

/* What stands for `value`, which is where cells begin or was meant to be. */
static uint32_t offset_of(const struct hp_scrub *s, size_t at, uint32_t value)
{
    if (value == 0 || value == OFFSET_NIL || hp_scrub_is_start(s, value))
        return value;
    if (hp_scrub_is_content(s, at) || hp_scrub_reads(value) ||
        value >= s->bins.len + NEAR)
        return hp_scrub_wild(value);
    return value;
}

/* Counts that the hive has room for. */
static uint32_t count_of(const struct hp_scrub *s, size_t at, uint32_t value)
{
    if (value > s->bins.len / 4 || hp_scrub_is_content(s, at) ||
        hp_scrub_reads(value))
        return hp_scrub_wild(value);
    return value;
}

/* Big data may be larger than the hive: segments may be shared. */
static bool has_segments(const struct hp_scrub *s,
                         const struct hp_scrub_record *record, uint32_t size)
{
    uint32_t db = hp_scrub_u32(hp_scrub_payload(s, record), VK_DATA);
    size_t at = (size_t)db + CELL_SIZE_FIELD + DB_LIST;

    if (record->kind != HP_RECORD_VK ||
        hp_scrub_find(s, HP_RECORD_DB, db) == HP_SCRUB_NONE)
        return false;
    uint32_t list =
        hp_scrub_find(s, HP_RECORD_SEGMENTS, hp_scrub_u32(s->bins, at));
    return list != HP_SCRUB_NONE &&
           (uint64_t)hp_scrub_elements(s, &s->records[list]) *
                   DB_SEGMENT_MOST >=
               size;
}

/* A size of data that the hive has room for; the highest bit says inline. */
static uint32_t size_of(const struct hp_scrub *s,
                        const struct hp_scrub_record *record, size_t at,
                        uint32_t value)
{
    uint32_t size = value & ~VK_INLINE;

    if ((size > s->bins.len && !has_segments(s, record, size)) ||
        hp_scrub_is_content(s, at) || hp_scrub_reads(size))
        size = hp_scrub_wild(size);
    return (value & VK_INLINE) | size;
}

/* Names and lists longer than their cell, and longer than a name may be, make
 * no sense. */
static uint16_t length_of(const struct hp_scrub_record *record, uint16_t value)
{
    enum { NAME_MOST = 512 };

    return value <= NAME_MOST || value <= record->room ? value
                                                       : hp_scrub_wild16(value);
}

static uint16_t class_length_of(const struct hp_scrub *s,
                                const struct hp_scrub_record *nk,
                                uint16_t value)
{
    uint32_t offset = hp_scrub_u32(hp_scrub_payload(s, nk), NK_CLASS);
    uint32_t raw = hp_scrub_u32(s->bins, offset);

    /* A cell in use has a negative size. */
    if (hp_scrub_is_start(s, offset) && raw > INT32_MAX &&
        value <= UINT32_C(0) - raw - CELL_SIZE_FIELD)
        return value;
    return length_of(nk, value);
}

static uint32_t small_of(uint32_t value)
{
    return value <= UINT16_MAX ? value : hp_scrub_wild(value);
}

/* Any type may be, but none reads as text. */
static uint32_t type_of(uint32_t value)
{
    bool text =
        hp_scrub_reads(value) || (hp_scrub_reads(value & 0x00ff00ff) &&
                                  hp_scrub_reads(value >> 8 & 0x00ff00ff));

    return text ? hp_scrub_wild(value) : value;
}

static bool is_letter(uint8_t byte)
{
    return byte != 0 && strchr("nkvlfhirsdb", byte) != NULL;
}

static void copy_letters(uint8_t *to, struct hp_span from)
{
    for (size_t i = 0; i < 2; i++) {
        uint8_t byte = hp_at_u8(from, i);
        to[i] = is_letter(byte) ? byte : FILLER;
    }
}

/* The slot of a value's data: inline data is content. */
static void copy_data(const struct hp_scrub *s, size_t at, uint8_t *to,
                      struct hp_span vk, struct hp_span slot)
{
    if ((hp_scrub_u32(vk, VK_DATA_SIZE) & VK_INLINE) == 0)
        hp_scrub_put(to, 4, offset_of(s, at, hp_at_u32(slot, 0)));
    else if (hp_scrub_is_text(hp_scrub_u32(vk, VK_TYPE)))
        hp_scrub_text(to, slot);
    else
        memset(to, FILLER, slot.len);
}

/* `at` is where the field is among the bins. */
static uint64_t number_of(const struct hp_scrub *s,
                          const struct hp_scrub_record *record,
                          enum policy policy, size_t at, uint64_t value)
{
    switch (policy) {
    case TIME:
        return hp_scrub_time(value);
    case OFFSET:
        return offset_of(s, at, (uint32_t)value);
    case COUNT:
        return count_of(s, at, (uint32_t)value);
    case LENGTH:
        return length_of(record, (uint16_t)value);
    case CLASS_LENGTH:
        return class_length_of(s, record, (uint16_t)value);
    case SMALL:
        return small_of((uint32_t)value);
    case TYPE:
        return type_of((uint32_t)value);
    case SIZE:
        return size_of(s, record, at, (uint32_t)value);
    default:
        return value;
    }
}

static uint64_t number_at(const uint8_t *bytes, size_t width)
{
    uint64_t value = 0;

    while (width-- > 0)
        value = value << 8 | bytes[width];
    return value;
}

static void copy_field(struct hp_scrub *s, const struct hp_scrub_record *record,
                       const struct rule *rule)
{
    struct hp_span payload = hp_scrub_payload(s, record), bytes;
    size_t width = rule->kind == HP_RECORD_CELL
                       ? 2
                       : hp_field_at(rule->kind, rule->at)->width;
    size_t at = (size_t)record->offset + CELL_SIZE_FIELD + rule->at;
    uint8_t *to = s->out_bins + at;

    if (!hp_span_sub(payload, rule->at, width, &bytes))
        return;
    if (rule->policy == LETTERS)
        copy_letters(to, bytes);
    else if (rule->policy == BLANK)
        hp_scrub_blank(to, bytes.ptr, width);
    else if (rule->policy == DATA)
        copy_data(s, at, to, payload, bytes);
    else
        hp_scrub_put(to, width,
                     number_of(s, record, (enum policy)rule->policy, at,
                               number_at(bytes.ptr, width)));
}

/* True if `offset` is of a record that the list could lead to. */
static bool belongs(const struct hp_scrub *s,
                    const struct hp_scrub_record *list, uint32_t offset)
{
    static const uint8_t keys[] = {HP_RECORD_NK, HP_RECORD_LEAF,
                                   HP_RECORD_INDEX};

    if (list->kind == HP_RECORD_VALUES)
        return hp_scrub_find(s, HP_RECORD_VK, offset) != HP_SCRUB_NONE;
    if (list->kind == HP_RECORD_SEGMENTS)
        return hp_scrub_is_start(s, offset);
    for (size_t i = 0; i < sizeof keys; i++)
        if (hp_scrub_find(s, keys[i], offset) != HP_SCRUB_NONE)
            return true;
    return false;
}

/* Copies the elements, and those behind that a wrong count leaves out. */
static void copy_elements(struct hp_scrub *s,
                          const struct hp_scrub_record *record)
{
    struct hp_span payload = hp_scrub_payload(s, record);
    bool keys =
        record->kind == HP_RECORD_LEAF || record->kind == HP_RECORD_INDEX;
    size_t stride = hp_scrub_stride(record), at = keys ? LIST_ELEMENTS : 0;
    size_t base = (size_t)record->offset + CELL_SIZE_FIELD;
    uint32_t count = hp_scrub_elements(s, record);

    for (uint32_t i = 0; at < payload.len && payload.len - at >= stride; i++) {
        uint32_t offset = hp_at_u32(payload, at);
        if ((i >= count && !belongs(s, record, offset)) ||
            !hp_scrub_spend(s, stride))
            return;
        hp_scrub_put(s->out_bins + base + at, 4,
                     offset_of(s, base + at, offset));
        at += stride;
    }
}

static void copy_descriptor(struct hp_scrub *s,
                            const struct hp_scrub_record *record)
{
    struct hp_span sk = hp_scrub_payload(s, record), descriptor;
    size_t size = hp_scrub_u32(sk, SK_DESCRIPTOR_SIZE);

    if (sk.len < SK_DESCRIPTOR)
        return;
    if (size > sk.len - SK_DESCRIPTOR)
        size = sk.len - SK_DESCRIPTOR;
    if (!hp_scrub_spend(s, size))
        return;
    (void)hp_span_sub(sk, SK_DESCRIPTOR, size, &descriptor);
    hp_scrub_descriptor(s->out_bins + record->offset + CELL_SIZE_FIELD +
                            SK_DESCRIPTOR,
                        descriptor);
}

static void copy_record(struct hp_scrub *s,
                        const struct hp_scrub_record *record)
{
    size_t left = s->bins.len - record->offset;

    hp_scrub_put(s->out_bins + record->offset, 4,
                 hp_scrub_size(hp_at_u32(s->bins, record->offset), left));
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].kind == record->kind)
            copy_field(s, record, &rules[i]);
    if (record->kind == HP_RECORD_LEAF || record->kind == HP_RECORD_INDEX ||
        record->kind == HP_RECORD_VALUES || record->kind == HP_RECORD_SEGMENTS)
        copy_elements(s, record);
    if (record->kind == HP_RECORD_SK)
        copy_descriptor(s, record);
}

void hp_scrub_fields(struct hp_scrub *s, bool guessed)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->records[i].guessed == guessed)
            copy_record(s, &s->records[i]);
}

/* ---- headers --------------------------------------------------------- */

void hp_scrub_bin(struct hp_scrub *s, uint32_t offset)
{
    const uint8_t *from = s->bins.ptr + offset;
    uint8_t *to = s->out_bins + offset;
    uint32_t said = hp_at_u32(s->bins, (size_t)offset + BIN_OFFSET);
    uint32_t size = hp_at_u32(s->bins, (size_t)offset + BIN_SIZE);

    hp_scrub_letters(to, from, "hbin");
    hp_scrub_put(to + BIN_OFFSET, 4,
                 said == offset ? said : hp_scrub_wild(said));
    hp_scrub_put(to + BIN_SIZE, 4,
                 size % BIN_ALIGN == 0 && size <= s->bins.len
                     ? size
                     : hp_scrub_wild(size));
    hp_scrub_blank(to + BIN_RESERVED, from + BIN_RESERVED, 8);
    hp_scrub_put(
        to + BIN_FILETIME, 8,
        hp_scrub_time(hp_at_u64(s->bins, (size_t)offset + BIN_FILETIME)));
    hp_scrub_blank(to + BIN_SPARE, from + BIN_SPARE, 4);
}

/* Copies the 32-bit field at `at` of a base block that may be cut off. */
static void copy_number(struct hp_scrub *s, size_t at, size_t most)
{
    uint32_t value;

    if (hp_span_u32(s->image, at, &value))
        hp_scrub_put(s->out + at, 4,
                     value <= most ? value : hp_scrub_wild(value));
}

/* Two sequence numbers that differ go on to. */
static void copy_sequences(struct hp_scrub *s)
{
    enum { SEQUENCE_MOST = 0xffff };
    uint32_t first = hp_scrub_u32(s->image, BASE_SEQUENCE1);
    uint32_t second = hp_scrub_u32(s->image, BASE_SEQUENCE2);

    copy_number(s, BASE_SEQUENCE1, SEQUENCE_MOST);
    copy_number(s, BASE_SEQUENCE2, SEQUENCE_MOST);
    struct hp_span out = hp_span_of(s->out, s->image.len);
    uint32_t copied = hp_scrub_u32(out, BASE_SEQUENCE1);
    if (first != second && copied == hp_scrub_u32(out, BASE_SEQUENCE2))
        hp_scrub_put(s->out + BASE_SEQUENCE2, 4, copied - 1);
}

static void copy_time(struct hp_scrub *s, size_t at)
{
    uint64_t value;

    if (hp_span_u64(s->image, at, &value))
        hp_scrub_put(s->out + at, 8, hp_scrub_time(value));
}

void hp_scrub_base(struct hp_scrub *s)
{
    static const uint8_t numbers[] = {BASE_MAJOR,    BASE_MINOR, BASE_TYPE,
                                      BASE_FORMAT,   BASE_ROOT,  BASE_CLUSTER,
                                      BASE_BINS_SIZE};
    /* No parser is known to make anything of larger ones. */
    static const uint16_t words[] = {BASE_FLAGS, BASE_BOOT_TYPE,
                                     BASE_BOOT_RECOVER};
    struct hp_span name;

    hp_scrub_letters(s->out, s->image.ptr, "regf");
    copy_sequences(s);
    copy_time(s, BASE_FILETIME);
    copy_time(s, BASE_REORGANIZED);
    for (size_t i = 0; i < sizeof numbers; i++) {
        bool place = numbers[i] == BASE_ROOT || numbers[i] == BASE_BINS_SIZE;
        copy_number(s, numbers[i], place ? s->bins.len + NEAR : UINT8_MAX);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (hp_scrub_u32(s->image, words[i]) <= UINT8_MAX)
            copy_number(s, words[i], UINT8_MAX);
    if (s->image.len >= BASE_GUID_SIGNATURE + 4)
        hp_scrub_letters(s->out + BASE_GUID_SIGNATURE,
                         s->image.ptr + BASE_GUID_SIGNATURE, "rmtm");
    if (hp_span_sub(s->image, BASE_NAME, BASE_RM_ID - BASE_NAME, &name))
        hp_scrub_text(s->out + BASE_NAME, name);
}
