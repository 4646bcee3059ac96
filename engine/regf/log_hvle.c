/* SPDX-License-Identifier: Apache-2.0
 *
 * The new format: entries behind each other, each with two hashes. */
#include <string.h>

#include "log_file.h"
#include "log_layout.h"
#include "marvin32.h"

/* An entry whose size and count are what the log can hold. */
struct entry {
    struct hp_span bytes;      /* all of it */
    struct hp_span references; /* `count` of them */
    uint32_t count;
    size_t position; /* in the log */
};

static bool fail(struct hp_error *err, enum hp_status status, uint64_t offset,
                 const char *field, uint64_t found)
{
    hp_fail(err, status, offset, field, found);
    return false;
}

/* Opens what stands at `at`. */
static bool open_entry(struct entry *entry, struct hp_span log, size_t at,
                       struct hp_error *err)
{
    struct hp_span header;

    if (at >= log.len)
        return fail(err, HP_OK, at, NULL, 0);
    if (!hp_span_sub(log, at, HVLE_REFERENCES, &header))
        return fail(err, HP_E_FILE_SHORT, at, "log.size", log.len);
    uint32_t signature = hp_at_u32(header, HVLE_SIGNATURE);
    uint32_t size = hp_at_u32(header, HVLE_SIZE);
    if (signature != HVLE_SIGNATURE_VALUE)
        return fail(err, HP_E_SIGNATURE, at, "hvle.signature", signature);
    if (size < HVLE_ALIGN || size % HVLE_ALIGN != 0)
        return fail(err, HP_E_ENTRY_SIZE, at, "hvle.size", size);
    if (!hp_span_sub(log, at, size, &entry->bytes))
        return fail(err, HP_E_FILE_SHORT, at, "hvle.size", size);
    entry->position = at;
    entry->count = hp_at_u32(header, HVLE_COUNT);
    if (entry->count > (size - HVLE_REFERENCES) / HVLE_REFERENCE_SIZE)
        return fail(err, HP_E_COUNT, at, "hvle.count", entry->count);
    return hp_span_sub(entry->bytes, HVLE_REFERENCES,
                       (size_t)entry->count * HVLE_REFERENCE_SIZE,
                       &entry->references);
}

static bool check_hashes(const struct entry *entry, struct hp_error *err)
{
    uint64_t hash1 = hp_at_u64(entry->bytes, HVLE_HASH1);
    uint64_t hash2 = hp_at_u64(entry->bytes, HVLE_HASH2);
    struct hp_span header, body;

    hp_span_sub(entry->bytes, 0, HVLE_HASH2, &header);
    hp_span_sub(entry->bytes, HVLE_REFERENCES,
                entry->bytes.len - HVLE_REFERENCES, &body);
    if (hash2 != hp_marvin32(header, HP_MARVIN32_LOG_SEED))
        return fail(err, HP_E_HASH, entry->position, "hvle.hash2", hash2);
    if (hash1 != hp_marvin32(body, HP_MARVIN32_LOG_SEED))
        return fail(err, HP_E_HASH, entry->position, "hvle.hash1", hash1);
    return true;
}

/* A page: where it goes, and its bytes in the entry. */
struct page {
    uint32_t offset;
    struct hp_span bytes;
};

/* Reads page `i`; *at is where its bytes are and moves on behind them. */
static bool read_page(struct page *page, const struct entry *entry, uint32_t i,
                      size_t *at)
{
    size_t reference = (size_t)i * HVLE_REFERENCE_SIZE;
    uint32_t size = hp_at_u32(entry->references, reference + 4);

    page->offset = hp_at_u32(entry->references, reference);
    if (!hp_span_sub(entry->bytes, *at, size, &page->bytes))
        return false;
    *at += size;
    return true;
}

static size_t first_page(const struct entry *entry)
{
    return HVLE_REFERENCES + entry->references.len;
}

static bool check_pages(const struct entry *entry, uint32_t bins_size,
                        struct hp_error *err)
{
    size_t at = first_page(entry);
    struct page page;

    for (uint32_t i = 0; i < entry->count; i++) {
        if (!read_page(&page, entry, i, &at))
            return fail(err, HP_E_PAGE, entry->position, "hvle.page_size",
                        hp_at_u32(entry->references,
                                  (size_t)i * HVLE_REFERENCE_SIZE + 4));
        if (page.bytes.len > bins_size ||
            page.offset > bins_size - page.bytes.len)
            return fail(err, HP_E_PAGE, entry->position, "hvle.page_offset",
                        page.offset);
    }
    return true;
}

/* Whether the entry is whole, valid, and the one with number `sequence`. */
static bool check_entry(const struct entry *entry, uint32_t sequence,
                        uint64_t most, struct hp_error *err)
{
    uint32_t number = hp_at_u32(entry->bytes, HVLE_SEQUENCE);
    uint32_t bins_size = hp_at_u32(entry->bytes, HVLE_BINS_SIZE);

    if (!check_hashes(entry, err))
        return false;
    if (number != sequence)
        return fail(err, HP_E_SEQUENCE, entry->position, "hvle.sequence",
                    number);
    if (!hp_log_bins_size_is_good(bins_size, most))
        return fail(err, HP_E_BINS_SIZE, entry->position, "hvle.bins_size",
                    bins_size);
    return check_pages(entry, bins_size, err);
}

void hp_hvle_scan(struct hp_log_verdict *verdict, uint32_t *bins_size,
                  const struct hp_log_file *log, uint64_t most)
{
    uint32_t sequence = log->sequence;
    struct entry entry;

    verdict->first = sequence;
    verdict->end = log->sector < log->bytes.len ? log->sector : log->bytes.len;
    while (open_entry(&entry, log->bytes, verdict->end, &verdict->why) &&
           check_entry(&entry, sequence, most, &verdict->why)) {
        verdict->entries++;
        verdict->pages += entry.count;
        verdict->last = sequence++; /* 0 follows 0xffffffff */
        verdict->end += entry.bytes.len;
        *bins_size = hp_at_u32(entry.bytes, HVLE_BINS_SIZE);
    }
}

/* A page of a hive that shrank later may lie behind the image. */
static void write_pages(struct hp_log_target *target, const struct entry *entry)
{
    size_t at = first_page(entry);
    struct page page;

    for (uint32_t i = 0; i < entry->count; i++) {
        if (!read_page(&page, entry, i, &at) || page.offset >= target->size)
            continue;
        size_t room = target->size - page.offset;
        size_t size = page.bytes.len < room ? page.bytes.len : room;
        if (size > 0)
            memcpy(target->bins + page.offset, page.bytes.ptr, size);
    }
}

void hp_hvle_apply(struct hp_log_target *target, const struct hp_log_file *log,
                   uint32_t entries)
{
    size_t at = log->sector;
    struct entry entry;

    /* Checked once more: a mapped file may be written to meanwhile. */
    while (entries-- > 0 && open_entry(&entry, log->bytes, at, NULL)) {
        write_pages(target, &entry);
        target->flags = hp_at_u32(entry.bytes, HVLE_FLAGS);
        at += entry.bytes.len;
    }
}
