/* SPDX-License-Identifier: Apache-2.0 */
#include "pair.h"

#include "edit.h"
#include "finish.h"
#include "marvin32.h"

#define MAGIC 0x474c5048U /* "HPLG" */

bool is_pair(const struct hp_mutator *m)
{
    return m->size >= PAIR_HEADER && get32(m, 0) == MAGIC;
}

/* ---- the table ----------------------------------------------------------- */

size_t part_sector(const struct hp_mutator *m, unsigned part)
{
    uint32_t cluster = get32(m, m->pair.at[part] + BASE_CLUSTER);

    return cluster > 0 && cluster <= LOG_CLUSTER_MOST
               ? LOG_SECTOR * (size_t)cluster
               : LOG_SECTOR;
}

/* Where the next entry may begin when this one's size cannot be: at the next
 * signature, or at the end of the part. */
static size_t next_entry(const struct hp_mutator *m, size_t at, size_t end)
{
    size_t next = at + LOG_SECTOR;

    while (next + LOG_HEADER <= end && get32(m, next) != ENTRY_SIGNATURE_VALUE)
        next += LOG_SECTOR;
    return next + LOG_HEADER <= end ? next : end;
}

static void scan_entries(struct hp_mutator *m, unsigned part)
{
    struct pair *pair = &m->pair;
    size_t at = pair->at[part] + part_sector(m, part);
    size_t end = pair->at[part] + pair->size[part];

    while (at + LOG_HEADER <= end && pair->entry_count < PAIR_ENTRIES &&
           get32(m, at) == ENTRY_SIGNATURE_VALUE) {
        uint32_t size = get32(m, at + ENTRY_SIZE);
        if (size < LOG_HEADER || size > end - at)
            size = (uint32_t)(next_entry(m, at, end) - at);
        pair->entries[pair->entry_count++] = (struct log_entry){part, at, size};
        at += size;
    }
}

void pair_scan(struct hp_mutator *m)
{
    struct pair *pair = &m->pair;
    size_t at = PAIR_HEADER;

    pair->entry_count = 0;
    for (unsigned part = 0; part < PARTS; part++) {
        size_t size = get32(m, 4 + 4 * (size_t)part);
        pair->at[part] = at;
        pair->size[part] = size < m->size - at ? size : m->size - at;
        at += pair->size[part];
        if (part != PART_HIVE)
            scan_entries(m, part);
    }
}

static void write_header(struct hp_mutator *m)
{
    for (unsigned part = 0; part < PARTS; part++)
        put32(m, 4 + 4 * (size_t)part, (uint32_t)m->pair.size[part]);
}

bool part_insert(struct hp_mutator *m, unsigned part, size_t at, size_t bytes)
{
    if (at > m->pair.size[part] ||
        !file_insert(m, m->pair.at[part] + at, bytes))
        return false;
    m->pair.size[part] += bytes;
    write_header(m);
    pair_scan(m);
    return true;
}

void part_remove(struct hp_mutator *m, unsigned part, size_t at, size_t bytes)
{
    file_remove(m, m->pair.at[part] + at, bytes);
    m->pair.size[part] -= bytes;
    write_header(m);
    pair_scan(m);
}

/* ---- passes -------------------------------------------------------------- */

static bool is_log(const struct hp_mutator *m, unsigned part, uint32_t type)
{
    return m->pair.size[part] >= LOG_SECTOR &&
           get32(m, m->pair.at[part] + BASE_TYPE) == type;
}

unsigned part_of_type(const struct hp_mutator *m, unsigned from, uint32_t type)
{
    while (from < PARTS && !is_log(m, from, type))
        from++;
    return from;
}

/* Entries one after the other, each log's base block with the first of its;
 * logs in the order of their first numbers, as far as that is known. */
static void order(struct hp_mutator *m)
{
    bool swapped =
        is_log(m, PART_LOG1, TYPE_HVLE) && is_log(m, PART_LOG2, TYPE_HVLE) &&
        (int32_t)(get32(m, m->pair.at[PART_LOG1] + BASE_SEQUENCE1) -
                  get32(m, m->pair.at[PART_LOG2] + BASE_SEQUENCE1)) > 0;
    uint32_t sequence = 0;
    bool begun = false;

    for (unsigned i = 0; i < PARTS - 1; i++) {
        unsigned part = PART_LOG + i;
        if (swapped && part != PART_LOG)
            part = PART_LOG1 + PART_LOG2 - part;
        if (!is_log(m, part, TYPE_HVLE))
            continue;
        if (!begun)
            sequence = get32(m, m->pair.at[part] + BASE_SEQUENCE1);
        begun = true;
        put32(m, m->pair.at[part] + BASE_SEQUENCE1, sequence);
        put32(m, m->pair.at[part] + BASE_SEQUENCE2, sequence);
        for (size_t e = 0; e < m->pair.entry_count; e++)
            if (m->pair.entries[e].part == part)
                put32(m, m->pair.entries[e].at + ENTRY_SEQUENCE, sequence++);
    }
}

/* The hive is as old as the first entry, and has the time of the logs. */
static void make_dirty(struct hp_mutator *m)
{
    size_t hive = m->pair.at[PART_HIVE];
    uint32_t sequence = get32(m, hive + BASE_SEQUENCE2);
    bool known = false;

    if (m->pair.size[PART_HIVE] < LOG_SECTOR)
        return;
    for (unsigned part = PART_LOG; part < PARTS; part++) {
        if (m->pair.size[part] < LOG_SECTOR)
            continue;
        uint32_t first = get32(m, m->pair.at[part] + BASE_SEQUENCE1);
        if (!known || (int32_t)(first - sequence) < 0)
            sequence = first;
        known = true;
        if (is_log(m, part, TYPE_DIRT))
            copy_within(m, m->pair.at[part] + BASE_FILETIME,
                        hive + BASE_FILETIME, 8);
    }
    put32(m, hive + BASE_SEQUENCE1, sequence + 1);
    put32(m, hive + BASE_SEQUENCE2, sequence);
}

void pair_finish(struct hp_mutator *m, unsigned passes)
{
    if ((passes & LOG_PASS_ORDER) != 0)
        order(m);
    if ((passes & LOG_PASS_DIRTY) != 0)
        make_dirty(m);
}

static void put64(struct hp_mutator *m, size_t position, uint64_t value)
{
    put(m, position, 8, value);
}

static uint64_t hash_of(const struct hp_mutator *m, size_t at, size_t size)
{
    return hp_marvin32(hp_span_of(m->image + at, size), HP_MARVIN32_LOG_SEED);
}

/* Of as many bytes as the entry says it has, where so many are there. */
void pair_seal_entry(struct hp_mutator *m, const struct log_entry *entry,
                     unsigned passes)
{
    size_t at = entry->at;
    size_t most = m->pair.at[entry->part] + m->pair.size[entry->part] - at;
    size_t size = get32(m, at + ENTRY_SIZE);

    if (size < LOG_HEADER || size > most)
        size = entry->size < most ? entry->size : most;
    if (most < LOG_HEADER)
        return;
    if ((passes & LOG_PASS_HASH1) != 0)
        put64(m, at + ENTRY_HASH1,
              hash_of(m, at + LOG_HEADER, size - LOG_HEADER));
    if ((passes & LOG_PASS_HASH2) != 0)
        put64(m, at + ENTRY_HASH2, hash_of(m, at, ENTRY_HASH2));
}

/* From the last entry to the first: one that says too much covers others. A
 * part may have been cut since the entries were read. */
void pair_seal(struct hp_mutator *m, unsigned passes)
{
    for (size_t i = m->pair.entry_count; i > 0; i--)
        pair_seal_entry(m, &m->pair.entries[i - 1], passes);
    for (unsigned part = 0; part < PARTS; part++)
        if ((passes & LOG_PASS_CHECKSUM) != 0 &&
            m->pair.size[part] >= LOG_SECTOR)
            finish_checksum_at(m, m->pair.at[part]);
}

/* ---- crossover ----------------------------------------------------------- */

/* Makes `part` what `bytes` are. */
static bool replace(struct hp_mutator *m, unsigned part, struct hp_span bytes)
{
    size_t old = m->pair.size[part];

    if (bytes.len > old && !part_insert(m, part, old, bytes.len - old))
        return false;
    if (bytes.len < old)
        part_remove(m, part, bytes.len, old - bytes.len);
    put_bytes(m, m->pair.at[part], bytes.ptr, bytes.len);
    pair_scan(m);
    return true;
}

/* The bytes of a part of another container; a plain hive is all of it. */
static struct hp_span donor_part(struct hp_span donor, unsigned part)
{
    struct hp_span none = {0}, bytes = donor;
    uint32_t magic = 0, size;
    size_t at = PAIR_HEADER;

    if (!hp_span_u32(donor, 0, &magic) || magic != MAGIC)
        return part == PART_HIVE ? donor : none;
    for (unsigned i = 0; i <= part; i++) {
        if (!hp_span_u32(donor, 4 + 4 * (size_t)i, &size) ||
            !hp_span_sub(donor, at, size, &bytes))
            return none;
        at += size;
    }
    return bytes;
}

bool pair_cross(struct hp_mutator *m, struct hp_span donor)
{
    unsigned from = percent(m, 15) ? PART_HIVE : PART_LOG + below(m, 3);
    unsigned to = from == PART_HIVE ? PART_HIVE : PART_LOG + below(m, 3);
    struct hp_span bytes = donor_part(donor, from);

    pair_scan(m);
    trace(m, "part", to, bytes.len);
    return bytes.len > 0 && replace(m, to, bytes);
}
