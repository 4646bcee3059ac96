/* SPDX-License-Identifier: Apache-2.0
 *
 * The old format: a bitmap, and the pages that it has bits for. */
#include <string.h>

#include "layout.h"
#include "log_file.h"
#include "log_layout.h"

struct dirt {
    struct hp_span bitmap; /* a byte for each 4096 bytes of bins */
    struct hp_span pages;  /* and what may stand behind them */
};

static bool fail(struct hp_error *err, enum hp_status status, uint64_t offset,
                 const char *field, uint64_t found)
{
    hp_fail(err, status, offset, field, found);
    return false;
}

static bool open_dirt(struct dirt *dirt, const struct hp_log_file *log,
                      struct hp_error *err)
{
    size_t sector = log->sector;
    uint32_t signature;

    if (!hp_span_u32(log->bytes, sector, &signature))
        return fail(err, HP_E_FILE_SHORT, 0, "log.size", log->bytes.len);
    if (signature != DIRT_SIGNATURE_VALUE)
        return fail(err, HP_E_SIGNATURE, sector, "dirt.signature", signature);
    size_t size = log->bins_size / (8 * DIRT_PAGE);
    if (!hp_span_sub(log->bytes, sector + DIRT_BITMAP, size, &dirt->bitmap))
        return fail(err, HP_E_FILE_SHORT, sector, "dirt.bitmap", size);
    size_t end = sector + DIRT_BITMAP + size;
    size_t first = (end + sector - 1) / sector * sector;
    if (first > log->bytes.len) /* no page at all, and a sector cut short */
        first = log->bytes.len;
    return hp_span_sub(log->bytes, first, log->bytes.len - first, &dirt->pages);
}

static bool is_dirty(const struct dirt *dirt, size_t page)
{
    return (hp_at_u8(dirt->bitmap, page / 8) >> page % 8 & 1) != 0;
}

/* The pages that a bit is set for; false if one is not whole. */
static bool count_pages(uint32_t *count, const struct dirt *dirt)
{
    *count = 0;
    for (size_t page = 0; page < 8 * dirt->bitmap.len; page++)
        *count += is_dirty(dirt, page);
    return *count <= dirt->pages.len / DIRT_PAGE;
}

/* The header of the bin at `offset`, which is page `offset` / DIRT_PAGE: in
 * the log, behind `before` others, or in the hive. */
static bool find_header(struct hp_span *header, const struct dirt *dirt,
                        size_t offset, size_t before, struct hp_span primary)
{
    if (is_dirty(dirt, offset / DIRT_PAGE))
        return hp_span_sub(dirt->pages, before * DIRT_PAGE, BIN_HEADER_SIZE,
                           header);
    return hp_span_sub(primary, BASE_SIZE + offset, BIN_HEADER_SIZE, header);
}

/* The size of the bin at `offset`, or 0 if there is none. */
static size_t bin_size(struct hp_span header, size_t offset)
{
    uint32_t size = hp_at_u32(header, BIN_SIZE);

    if (hp_at_u32(header, BIN_SIGNATURE) != BIN_SIGNATURE_VALUE ||
        hp_at_u32(header, BIN_OFFSET) != offset || size % BIN_ALIGN != 0)
        return 0;
    return size;
}

/* Pages have no checksum, but where a bin begins a dirty page has to have its
 * header. What stands in the hive is not judged: behind a bad header there it
 * is not known where bins begin. */
static bool check_bins(const struct dirt *dirt, const struct hp_log_file *log,
                       struct hp_span primary, struct hp_error *err)
{
    size_t bin = 0, before = 0;
    struct hp_span header;

    for (size_t page = 0; page < 8 * dirt->bitmap.len; page++) {
        bool dirty = is_dirty(dirt, page);
        if (page * DIRT_PAGE == bin) {
            size_t size = find_header(&header, dirt, bin, before, primary)
                              ? bin_size(header, bin)
                              : 0;
            if (size == 0 && dirty)
                return fail(err, HP_E_BIN_OFFSET,
                            (uint64_t)(dirt->pages.ptr - log->bytes.ptr) +
                                before * DIRT_PAGE,
                            "dirt.page", page);
            if (size == 0)
                return true;
            bin += size;
        }
        before += dirty;
    }
    return true;
}

void hp_dirt_scan(struct hp_log_verdict *verdict, const struct hp_log_file *log,
                  struct hp_span primary, uint64_t most)
{
    struct dirt dirt;

    verdict->first = verdict->last = log->sequence;
    if (!hp_log_bins_size_is_good(log->bins_size, most)) {
        hp_fail(&verdict->why, HP_E_BINS_SIZE, BASE_BINS_SIZE, "log.bins_size",
                log->bins_size);
        return;
    }
    if (!open_dirt(&dirt, log, &verdict->why))
        return;
    size_t first = (size_t)(dirt.pages.ptr - log->bytes.ptr);
    if (!count_pages(&verdict->pages, &dirt)) {
        hp_fail(&verdict->why, HP_E_FILE_SHORT, first, "dirt.pages",
                verdict->pages);
        return;
    }
    if (!check_bins(&dirt, log, primary, &verdict->why))
        return;
    verdict->entries = 1;
    verdict->end = first + (size_t)verdict->pages * DIRT_PAGE;
}

void hp_dirt_apply(struct hp_log_target *target, const struct hp_log_file *log)
{
    struct hp_span bytes;
    struct dirt dirt;
    size_t before = 0;

    /* Checked once more: a mapped file may be written to meanwhile. */
    if (!open_dirt(&dirt, log, NULL))
        return;
    for (size_t page = 0; page < target->size / DIRT_PAGE; page++) {
        if (page >= 8 * dirt.bitmap.len || !is_dirty(&dirt, page))
            continue;
        if (!hp_span_sub(dirt.pages, before++ * DIRT_PAGE, DIRT_PAGE, &bytes))
            return;
        memcpy(target->bins + page * DIRT_PAGE, bytes.ptr, DIRT_PAGE);
    }
}
