/* SPDX-License-Identifier: Apache-2.0
 *
 * Level 6: the logs of a container. What builds makes logs that could be real:
 * changes of the hive by operators of the other levels become entries. */
#include <string.h>

#include "edit.h"
#include "operators.h"
#include "pair.h"

static unsigned any_log(struct hp_mutator *m)
{
    return PART_LOG + below(m, PARTS - PART_LOG);
}

/* A log of that type by dice; PARTS: none. */
static unsigned log_of_type(struct hp_mutator *m, uint32_t type)
{
    unsigned part = part_of_type(m, any_log(m), type);

    return part < PARTS ? part : part_of_type(m, PART_LOG, type);
}

static struct log_entry *any_entry(struct hp_mutator *m)
{
    struct pair *pair = &m->pair;

    return pair->entry_count == 0 ? NULL
                                  : &pair->entries[below(m, pair->entry_count)];
}

/* Where the entries of a part end, counted from its start. */
static size_t entries_end(const struct hp_mutator *m, unsigned part)
{
    size_t end = part_sector(m, part);

    for (size_t i = 0; i < m->pair.entry_count; i++) {
        const struct log_entry *entry = &m->pair.entries[i];
        if (entry->part == part)
            end = entry->at - m->pair.at[part] + entry->size;
    }
    return end;
}

/* The number after that of the last entry of the part. */
static uint32_t next_sequence(const struct hp_mutator *m, unsigned part)
{
    uint32_t next = get32(m, m->pair.at[part] + BASE_SEQUENCE1);

    for (size_t i = 0; i < m->pair.entry_count; i++)
        if (m->pair.entries[i].part == part)
            next = get32(m, m->pair.entries[i].at + ENTRY_SEQUENCE) + 1;
    return next;
}

/* ---- a change of the hive ------------------------------------------------ */

enum { CHANGED_MOST = 24 };

/* Another version of the hive behind the container, and the pages in which it
 * differs. */
struct change {
    size_t at, size;
    uint32_t bins_size;
    uint32_t pages[CHANGED_MOST]; /* hive offsets */
    uint32_t count;
};

static void compare_pages(struct hp_mutator *m, struct change *change)
{
    size_t hive = m->pair.at[PART_HIVE], size = m->pair.size[PART_HIVE];

    change->count = 0;
    for (size_t at = BASE_SIZE;
         at + LOG_PAGE <= change->size && change->count < CHANGED_MOST;
         at += LOG_PAGE) {
        if (at + LOG_PAGE > size ||
            memcmp(m->image + hive + at, m->image + change->at + at,
                   LOG_PAGE) != 0)
            change->pages[change->count++] = (uint32_t)(at - BASE_SIZE);
    }
}

/* Changes a copy at the end of the room, which it keeps free: m->room is less
 * until change_close. */
static bool change_open(struct hp_mutator *m, struct change *change)
{
    uint8_t *image = m->image;
    size_t size = m->size, hive = m->pair.size[PART_HIVE];
    size_t left = m->room - m->size;

    if (hive < BASE_SIZE + LOG_PAGE || hive > left)
        return false;
    size_t room = hive + (left - hive) / 4;
    change->at = m->room - room;
    memcpy(image + change->at, image + m->pair.at[PART_HIVE], hive);
    m->image = image + change->at;
    m->size = hive;
    size_t all = m->room;
    m->room = room;
    unsigned current = m->current;
    bool built = build_any(m);
    m->current = current;
    change->size = m->size;
    change->bins_size = get32(m, BASE_BINS_SIZE);
    m->image = image;
    m->size = size;
    m->room = all;
    compare_pages(m, change);
    if (!built || change->count == 0)
        return false;
    m->room = change->at;
    return true;
}

static void change_close(struct hp_mutator *m, size_t room)
{
    m->room = room;
}

/* ---- building ------------------------------------------------------------ */

/* A part becomes the base block of a log. */
static bool begin_log(struct hp_mutator *m, unsigned part, uint32_t type,
                      uint32_t sequence)
{
    size_t old = m->pair.size[part], sector = part_sector(m, PART_HIVE);

    if (old > sector)
        part_remove(m, part, sector, old - sector);
    else if (!part_insert(m, part, old, sector - old))
        return false;
    size_t base = m->pair.at[part];
    copy_within(m, base, m->pair.at[PART_HIVE], LOG_SECTOR);
    put32(m, base + BASE_TYPE, type);
    put32(m, base + BASE_SEQUENCE1, sequence);
    put32(m, base + BASE_SEQUENCE2, sequence);
    pair_scan(m);
    return true;
}

bool log_begin(struct hp_mutator *m)
{
    unsigned part = any_log(m), other = log_of_type(m, TYPE_HVLE);
    uint32_t sequence = get32(m, m->pair.at[PART_HIVE] + BASE_SEQUENCE2);

    if (m->pair.size[part] > part_sector(m, part))
        return false;
    if (other < PARTS && other != part)
        sequence = next_sequence(m, other);
    trace(m, "log", part, sequence);
    return begin_log(m, part, TYPE_HVLE, sequence);
}

static void put_entry(struct hp_mutator *m, size_t at, size_t size,
                      const struct change *change, uint32_t sequence)
{
    size_t reference = at + LOG_HEADER;
    size_t page = reference + (size_t)LOG_REFERENCE * change->count;

    put32(m, at, ENTRY_SIGNATURE_VALUE);
    put32(m, at + ENTRY_SIZE, (uint32_t)size);
    put32(m, at + ENTRY_SEQUENCE, sequence);
    put32(m, at + ENTRY_BINS_SIZE, change->bins_size);
    put32(m, at + ENTRY_COUNT, change->count);
    for (uint32_t i = 0; i < change->count; i++) {
        put32(m, reference, change->pages[i]);
        put32(m, reference + 4, LOG_PAGE);
        put_bytes(m, page, m->image + change->at + BASE_SIZE + change->pages[i],
                  LOG_PAGE);
        reference += LOG_REFERENCE;
        page += LOG_PAGE;
    }
}

/* What an operator does to the hive becomes an entry. */
bool log_write(struct hp_mutator *m)
{
    unsigned part = log_of_type(m, TYPE_HVLE);
    size_t room = m->room;
    struct change change;

    if (part == PARTS || m->pair.entry_count == PAIR_ENTRIES ||
        !change_open(m, &change))
        return false;
    uint32_t sequence = next_sequence(m, part);
    size_t at = entries_end(m, part);
    size_t size =
        LOG_HEADER + (LOG_REFERENCE + (size_t)LOG_PAGE) * change.count;
    size = (size + LOG_SECTOR - 1) / LOG_SECTOR * LOG_SECTOR;
    bool done = part_insert(m, part, at, size);
    if (done)
        put_entry(m, m->pair.at[part] + at, size, &change, sequence);
    change_close(m, room);
    pair_scan(m);
    trace(m, "pages", (uint32_t)at, change.count);
    return done;
}

/* The same as a DIRT log. */
static bool put_vector(struct hp_mutator *m, unsigned part,
                       const struct change *change)
{
    size_t bits = change->bins_size / LOG_SECTOR, sector = part_sector(m, part);
    size_t vector = (VECTOR_BITMAP + bits / 8 + sector - 1) / sector * sector;
    size_t end = m->pair.size[part];

    if (!part_insert(m, part, end, vector + (size_t)change->count * LOG_PAGE))
        return false;
    size_t at = m->pair.at[part] + end, page = at + vector;
    put32(m, at, VECTOR_SIGNATURE_VALUE);
    for (uint32_t i = 0; i < change->count; i++) {
        put(m, at + VECTOR_BITMAP + change->pages[i] / LOG_PAGE, 1, 0xff);
        put_bytes(m, page, m->image + change->at + BASE_SIZE + change->pages[i],
                  LOG_PAGE);
        page += LOG_PAGE;
    }
    put32(m, m->pair.at[part] + BASE_BINS_SIZE, change->bins_size);
    return true;
}

bool log_vector(struct hp_mutator *m)
{
    unsigned part = any_log(m);
    uint32_t sequence = get32(m, m->pair.at[PART_HIVE] + BASE_SEQUENCE1);
    size_t room = m->room;
    struct change change;

    if (!change_open(m, &change))
        return false;
    bool done = change.bins_size < m->room &&
                begin_log(m, part, TYPE_DIRT, sequence) &&
                put_vector(m, part, &change);
    change_close(m, room);
    trace(m, "log", part, change.count);
    return done;
}

/* ---- entries as they are ------------------------------------------------- */

/* A copy of the entry, at `at` of `part`. */
static bool copy_entry(struct hp_mutator *m, struct log_entry entry,
                       unsigned part, size_t at)
{
    if (!part_insert(m, part, at, entry.size))
        return false;
    size_t to = m->pair.at[part] + at;
    size_t from = entry.at >= to ? entry.at + entry.size : entry.at;
    copy_within(m, to, from, entry.size);
    pair_scan(m);
    trace(m, "entry", (uint32_t)entry.at, to);
    return true;
}

bool log_copy(struct hp_mutator *m)
{
    const struct log_entry *entry = any_entry(m);

    return entry != NULL &&
           copy_entry(m, *entry, entry->part,
                      entry->at - m->pair.at[entry->part] + entry->size);
}

bool log_delete(struct hp_mutator *m)
{
    const struct log_entry *entry = any_entry(m);

    if (entry == NULL)
        return false;
    trace(m, "entry", (uint32_t)entry->at, entry->size);
    part_remove(m, entry->part, entry->at - m->pair.at[entry->part],
                entry->size);
    return true;
}

/* The last entries of a log to the end of another one. */
bool log_move(struct hp_mutator *m)
{
    const struct log_entry *found = any_entry(m);
    unsigned to = log_of_type(m, TYPE_HVLE);

    if (found == NULL || to == PARTS || to == found->part)
        return false;
    struct log_entry entry = *found;
    size_t before = entry.at - m->pair.at[entry.part];
    if (!copy_entry(m, entry, to, entries_end(m, to)))
        return false;
    part_remove(m, entry.part, before, entry.size);
    return true;
}

bool log_drop(struct hp_mutator *m)
{
    unsigned part = any_log(m);

    if (m->pair.size[part] == 0)
        return false;
    trace(m, "log", part, m->pair.size[part]);
    part_remove(m, part, 0, m->pair.size[part]);
    return true;
}

static void reverse(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        uint8_t byte = bytes[i];
        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = byte;
    }
}

/* Two neighbours change places. */
bool log_swap(struct hp_mutator *m)
{
    unsigned part = PART_LOG + below(m, 2);
    size_t first = m->pair.size[part], second = m->pair.size[part + 1];
    uint8_t *bytes = m->image + m->pair.at[part];

    if (first == 0 && second == 0)
        return false;
    reverse(bytes, first);
    reverse(bytes + first, second);
    reverse(bytes, first + second);
    put32(m, 4 + 4 * (size_t)part, (uint32_t)second);
    put32(m, 8 + 4 * (size_t)part, (uint32_t)first);
    trace(m, "log", part, second);
    pair_scan(m);
    return true;
}

/* Sequence numbers near the end of all: the passes number the entries on. */
bool log_wrap(struct hp_mutator *m)
{
    uint32_t sequence = UINT32_MAX - below(m, 3);
    bool done = false;

    for (unsigned part = PART_LOG; part < PARTS; part++) {
        if (part_of_type(m, part, TYPE_HVLE) != part)
            continue;
        put32(m, m->pair.at[part] + BASE_SEQUENCE1, sequence);
        put32(m, m->pair.at[part] + BASE_SEQUENCE2, sequence);
        sequence += 2;
        done = true;
    }
    trace(m, NULL, 0, sequence);
    return done;
}

/* Another number of whole bins. */
bool log_resize(struct hp_mutator *m)
{
    const struct log_entry *entry = any_entry(m);
    unsigned part = log_of_type(m, TYPE_DIRT);
    size_t at;

    if (entry != NULL && (part == PARTS || percent(m, 70)))
        at = entry->at + ENTRY_BINS_SIZE;
    else if (part < PARTS)
        at = m->pair.at[part] + BASE_BINS_SIZE;
    else
        return false;
    uint32_t size = get32(m, at) + LOG_PAGE * (below(m, 5) - 2);
    trace(m, "bins_size", (uint32_t)at, size);
    put32(m, at, size);
    return true;
}

/* ---- lies ---------------------------------------------------------------- */

static bool lie(struct hp_mutator *m, const char *what, size_t at,
                uint32_t value)
{
    bool changed = get32(m, at) != value;

    put32(m, at, value);
    trace(m, what, (uint32_t)at, value);
    return changed;
}

/* An entry that was applied before, with right hashes, behind the last one. */
bool log_stale(struct hp_mutator *m)
{
    const struct log_entry *entry = any_entry(m);

    if (entry == NULL)
        return false;
    unsigned part = entry->part;
    size_t end = entries_end(m, part);
    uint32_t sequence = next_sequence(m, part);
    if (!copy_entry(m, *entry, part, end))
        return false;
    put32(m, m->pair.at[part] + end + ENTRY_SEQUENCE,
          percent(m, 25) ? sequence + 1 : sequence - 1 - below(m, 6));
    return true;
}

/* Values round what the field says, and round what overflows. */
static uint32_t odd_value(struct hp_mutator *m, uint32_t value)
{
    static const uint32_t words[] = {
        0,          1,          8,          39,         40,         41,
        511,        512,        513,        4095,       4096,       4097,
        0x7fffffff, 0x80000000, 0x7ffff000, 0xfffffe00, 0xfffff000, 0xffffffd8,
        0xffffffff, 0x20000001, 0x1fffffff};
    static const uint32_t steps[] = {1,    (uint32_t)-1,    8,   (uint32_t)-8,
                                     512,  (uint32_t)-512,  40,  (uint32_t)-40,
                                     4096, (uint32_t)-4096, 256, 65536};

    return percent(m, 50) ? ONE_OF(m, words) : value + ONE_OF(m, steps);
}

bool log_entry_slot(struct hp_mutator *m)
{
    static const struct {
        const char *name;
        uint32_t at;
    } fields[] = {{"signature", 0},
                  {"size", ENTRY_SIZE},
                  {"size", ENTRY_SIZE},
                  {"flags", ENTRY_FLAGS},
                  {"sequence", ENTRY_SEQUENCE},
                  {"bins_size", ENTRY_BINS_SIZE},
                  {"bins_size", ENTRY_BINS_SIZE},
                  {"count", ENTRY_COUNT},
                  {"count", ENTRY_COUNT}};
    const struct log_entry *entry = any_entry(m);
    size_t i = below(m, sizeof fields / sizeof fields[0]);

    if (entry == NULL)
        return false;
    size_t at = entry->at + fields[i].at;
    uint32_t value = odd_value(m, get32(m, at));
    size_t part_end = m->pair.at[entry->part] + m->pair.size[entry->part];
    if (fields[i].at == ENTRY_SIZE && percent(m, 20))
        value = (uint32_t)(part_end - entry->at);
    if (fields[i].at == ENTRY_COUNT && percent(m, 20))
        value = (entry->size - LOG_HEADER) / LOG_REFERENCE + below(m, 2);
    return lie(m, fields[i].name, at, value);
}

bool log_page_slot(struct hp_mutator *m)
{
    const struct log_entry *entry = any_entry(m);

    if (entry == NULL || entry->size < LOG_HEADER + LOG_REFERENCE)
        return false;
    uint32_t most = (entry->size - LOG_HEADER) / LOG_REFERENCE;
    uint32_t count = get32(m, entry->at + ENTRY_COUNT);
    uint32_t bins = get32(m, entry->at + ENTRY_BINS_SIZE);
    size_t at = entry->at + LOG_HEADER +
                (size_t)LOG_REFERENCE * below(m, count < most ? count : most);
    if (percent(m, 40))
        return lie(m, "page_size", at + 4, odd_value(m, get32(m, at + 4)));
    uint32_t offsets[] = {bins,
                          bins - LOG_PAGE,
                          bins - LOG_PAGE + 1,
                          bins - 1,
                          odd_value(m, get32(m, at)),
                          (uint32_t)LOG_PAGE * below(m, bins / LOG_PAGE + 1)};
    return lie(m, "page_offset", at, ONE_OF(m, offsets));
}

bool log_base_slot(struct hp_mutator *m)
{
    static const struct {
        const char *name;
        uint32_t at;
    } fields[] = {{"signature", BASE_SIGNATURE}, {"sequence1", BASE_SEQUENCE1},
                  {"sequence2", BASE_SEQUENCE2}, {"filetime", BASE_FILETIME},
                  {"type", BASE_TYPE},           {"root", BASE_ROOT},
                  {"bins_size", BASE_BINS_SIZE}, {"cluster", BASE_CLUSTER},
                  {"flags", BASE_FLAGS}};
    unsigned part = any_log(m);
    size_t i = below(m, sizeof fields / sizeof fields[0]);
    size_t at = m->pair.at[part] + fields[i].at;
    uint32_t value = odd_value(m, get32(m, at));

    if (m->pair.size[part] < LOG_SECTOR)
        return false;
    if (fields[i].at == BASE_TYPE || fields[i].at == BASE_CLUSTER)
        value = below(m, 10);
    return lie(m, fields[i].name, at, value);
}

/* Bits without their pages, also behind the last bin. */
bool log_bitmap(struct hp_mutator *m)
{
    unsigned part = log_of_type(m, TYPE_DIRT);

    if (part == PARTS)
        return false;
    size_t base = m->pair.at[part];
    size_t bitmap = part_sector(m, part) + VECTOR_BITMAP;
    if (m->pair.size[part] < bitmap + 4)
        return false;
    size_t bytes = get32(m, base + BASE_BINS_SIZE) / LOG_PAGE;
    size_t most = m->pair.size[part] - bitmap;
    size_t i = bytes < most && percent(m, 30) ? bytes - below(m, 2)
                                              : below(m, bytes + 1);
    if (i >= most)
        return false;
    size_t at = base + bitmap + i;
    uint8_t bits = percent(m, 60) ? (uint8_t)(1U << below(m, 8)) : 0xff;
    put(m, at, 1, get8(m, at) ^ bits);
    trace(m, "bits", (uint32_t)at, bits);
    return true;
}

bool log_tear(struct hp_mutator *m)
{
    unsigned part = any_log(m);
    size_t size = m->pair.size[part];

    if (size == 0)
        return false;
    size_t left = below(m, size);
    if (percent(m, 60))
        left = left / LOG_SECTOR * LOG_SECTOR;
    trace(m, "log", part, left);
    part_remove(m, part, left, size - left);
    return true;
}

bool log_tail(struct hp_mutator *m)
{
    unsigned part = any_log(m);
    size_t size = m->pair.size[part];
    size_t bytes = percent(m, 50) ? LOG_SECTOR : 1 + below(m, 2 * LOG_SECTOR);

    if (!part_insert(m, part, size, bytes))
        return false;
    if (percent(m, 60))
        put32(m, m->pair.at[part] + size, ENTRY_SIGNATURE_VALUE);
    if (percent(m, 50))
        put32(m, m->pair.at[part] + size + ENTRY_SIZE, (uint32_t)bytes);
    trace(m, "log", part, bytes);
    pair_scan(m);
    return true;
}

static void spoil(struct hp_mutator *m, const char *what, size_t at)
{
    m->pair.spoil_at = at;
    m->pair.spoil_bits = (uint8_t)(1U << below(m, 8));
    trace(m, what, (uint32_t)at, m->pair.spoil_bits);
}

/* A wrong hash or checksum, when all are right. */
bool log_hash(struct hp_mutator *m)
{
    const struct log_entry *entry = any_entry(m);
    unsigned part = any_log(m);

    if (entry != NULL && percent(m, 80)) {
        spoil(m, "hash", entry->at + ENTRY_HASH1 + below(m, 16));
        return true;
    }
    if (m->pair.size[part] < LOG_SECTOR)
        return false;
    spoil(m, "checksum", m->pair.at[part] + BASE_CHECKSUM + below(m, 4));
    return true;
}

bool log_noise(struct hp_mutator *m)
{
    unsigned part = any_log(m);

    if (m->pair.size[part] == 0)
        return false;
    for (uint32_t i = 1 + below(m, 4); i > 0; i--) {
        size_t at = m->pair.at[part] + below(m, m->pair.size[part]);
        put(m, at, 1, dice(m) & 0xff);
        trace(m, "byte", (uint32_t)at, get8(m, at));
    }
    return true;
}

/* What makes the hive clean, or its base block one that is lost. */
bool log_state(struct hp_mutator *m)
{
    size_t hive = m->pair.at[PART_HIVE];
    uint32_t sequence = get32(m, hive + BASE_SEQUENCE2);

    if (m->pair.size[PART_HIVE] < LOG_SECTOR)
        return false;
    switch (below(m, 3)) {
    case 0:
        return lie(m, "sequence1", hive + BASE_SEQUENCE1, sequence);
    case 1:
        return lie(m, "sequence2", hive + BASE_SEQUENCE2,
                   sequence + below(m, 7) - 3);
    default:
        spoil(m, "checksum", hive + BASE_CHECKSUM + below(m, 4));
        return true;
    }
}
