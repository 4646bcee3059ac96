/* SPDX-License-Identifier: Apache-2.0 */
#include "bins.h"

#include "blame.h"
#include "layout.h"

#include <assert.h>
#include <string.h>

struct hp_bins hp_bins_of(struct hp_hive *hive)
{
    return (struct hp_bins){hive, 0};
}

static void mark(uint8_t *starts, size_t offset)
{
    size_t bit = offset / CELL_ALIGN;

    starts[bit / 8] |= (uint8_t)(1u << bit % 8);
}

/* Every aligned offset of [from, to) may be a start. */
static void mark_all(uint8_t *starts, size_t from, size_t to)
{
    while (from < to && from % (CELL_ALIGN * 8) != 0) {
        mark(starts, from);
        from += CELL_ALIGN;
    }
    if (from < to)
        memset(starts + from / (CELL_ALIGN * 8), 0xff,
               (to - from + CELL_ALIGN * 8 - 1) / (CELL_ALIGN * 8));
}

static bool is_header(struct hp_span bins, size_t at)
{
    uint32_t signature, offset;

    return hp_span_u32(bins, at + BIN_SIGNATURE, &signature) &&
           hp_span_u32(bins, at + BIN_OFFSET, &offset) &&
           signature == BIN_SIGNATURE_VALUE && offset == at;
}

/* The bytes from `at` to the next page that starts with a good header. */
static size_t distance_to_header(struct hp_span bins, size_t at)
{
    size_t next = at;

    do
        next += BIN_ALIGN;
    while (next < bins.len && !is_header(bins, next));
    return (next < bins.len ? next : bins.len) - at;
}

/* Marks the cells of one bin, header and size checked. Returns the hive
 * offset where the tiling breaks, or `end`. */
static size_t tile(struct hp_span bins, uint8_t *starts, size_t at, size_t end)
{
    while (end - at >= CELL_ALIGN) {
        uint32_t raw = hp_counted_u32(bins, at);
        uint32_t size = raw > INT32_MAX ? UINT32_C(0) - raw : raw;

        if (size < CELL_ALIGN || size % CELL_ALIGN != 0 || size > end - at)
            return at;
        assert(size > 0);
        mark(starts, at);
        at += size;
    }
    return at;
}

static bool report(struct hp_bins *it, enum hp_anomaly anomaly,
                   enum hp_status status, size_t offset, uint32_t found)
{
    return hp_hive_report_field(it->hive, anomaly, status, offset, found);
}

/* Reads the header of the bin at it->at and sets *end to the hive offset
 * where its cells end. False: there is damage that leaves nothing to tile. */
static bool open_bin(struct hp_bins *it, size_t *end)
{
    struct hp_span bins = it->hive->bins;
    size_t left = bins.len - it->at;
    uint32_t signature = hp_counted_u32(bins, it->at + BIN_SIGNATURE);
    uint32_t offset = hp_counted_u32(bins, it->at + BIN_OFFSET);
    uint32_t size = hp_counted_u32(bins, it->at + BIN_SIZE);

    if (signature != BIN_SIGNATURE_VALUE) {
        report(it, HP_A_BIN_SIGNATURE, HP_E_SIGNATURE, it->at, signature);
        return false;
    }
    if (offset != it->at &&
        !report(it, HP_A_BIN_OFFSET, HP_E_BIN_OFFSET, it->at, offset))
        return false;
    if (size < BIN_ALIGN || size % BIN_ALIGN != 0) {
        report(it, HP_A_BIN_SIZE, HP_E_BIN_SIZE, it->at, size);
        return false;
    }
    if (size > left) {
        *end = bins.len;
        return report(it, HP_A_BIN_SIZE, HP_E_BIN_SIZE, it->at, size);
    }
    *end = it->at + size;
    return true;
}

/* The cells of the bin at it->at do not tile it: reports whose fault it is. */
static void report_tiling(struct hp_bins *it, size_t end, size_t broken)
{
    struct hp_span bins = it->hive->bins;
    size_t culprit = hp_blame_tiling(it->hive, it->at, end, broken);

    if (culprit == it->at)
        report(it, HP_A_BIN_SIZE, HP_E_BIN_SIZE, culprit,
               hp_counted_u32(bins, culprit + BIN_SIZE));
    else
        report(it, HP_A_CELL_SIZE, HP_E_CELL_SIZE, culprit,
               hp_counted_u32(bins, culprit));
}

static void check_bin(struct hp_bins *it)
{
    struct hp_hive *hive = it->hive;
    struct hp_span bins = hive->bins;
    size_t at = it->at, end, broken;

    if (bins.len - at < BIN_HEADER_SIZE) { /* a torn last bin */
        it->at = bins.len;
        return;
    }
    if (!open_bin(it, &end)) {
        it->at += distance_to_header(bins, at);
        mark_all(hive->starts, at, it->at);
    } else {
        assert(end > at);
        broken = tile(bins, hive->starts, at + BIN_HEADER_SIZE, end);
        if (end - broken >= CELL_ALIGN) {
            report_tiling(it, end, broken);
            mark_all(hive->starts, broken, end);
        }
        it->at = end;
    }
}

bool hp_bins_next(struct hp_bins *it)
{
    struct hp_hive *hive = it->hive;

    while (it->at < hive->bins.len && !hive->refused) {
        check_bin(it);
        if (hive->damage_count > 0)
            return !hive->refused;
    }
    return false;
}
