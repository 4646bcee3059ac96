/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells: the only way from a reference to the bytes of a record. */
#ifndef HP_CELL_H
#define HP_CELL_H

#include <assert.h>

#include "hive.h"
#include "layout.h"

/* A cell size with this bit, a negative number, is that of a cell in use. */
#define CELL_ALLOCATED UINT32_C(0x80000000)

/* A reference that is about to be followed: who holds it (for the report) and
 * where it leads. */
struct hp_ref {
    enum hp_anomaly anomaly; /* reported when it leads nowhere; its row names
                              * the field */
    uint32_t owner;          /* hive offset of the record that holds it; 0 for
                              * the base block */
    uint32_t target;         /* hive offset it leads to */
};

/* Reports that the record at ref.target has the signature `found` where
 * `expected` should be, blaming the record when one of its two bytes is right
 * and else the reference. Returns what hp_hive_report returns. */
HP_COLD bool hp_report_signature(struct hp_hive *hive, struct hp_ref ref,
                                 uint16_t expected, const char *field,
                                 uint16_t found);

/* What hp_cell_open reports when it fails: the reference or the cell is to
 * blame; the work is used up (said once). */
HP_COLD void hp_cell_blame_reference(struct hp_hive *hive, struct hp_ref ref,
                                     enum hp_status status);
HP_COLD void hp_cell_blame_size(struct hp_hive *hive, struct hp_ref ref,
                                uint32_t raw);
HP_COLD void hp_cell_exhaust(struct hp_hive *hive);

/* The cell at `offset` runs past the bins: the bytes there are of it, its size
 * field included; 0 if it is refused for that. */
HP_COLD uint32_t hp_cell_clamp(struct hp_hive *hive, uint32_t offset,
                               uint32_t raw);

/* True if the bitmap, when there is one, has a cell start at `offset`. */
static inline bool hp_cell_is_start(const struct hp_hive *hive, uint32_t offset)
{
    uint32_t bit = offset / CELL_ALIGN;

    return hive->starts == NULL || (hive->starts[bit / 8] >> bit % 8 & 1) != 0;
}

/* Opens the allocated cell that `ref` leads to.
 *
 * payload  set to the cell's bytes behind its size field, at least `need`
 *          bytes long; untouched on failure
 * need     size of the fixed part of the record the caller will read
 *
 * True: *payload is set. The forensic reader takes a cell that runs past the
 * end of the bins as far as it exists (reported as CELL_PAST).
 * False: reported as `ref.anomaly` with HP_E_CELL_OFFSET (misaligned or
 * outside the bins), _START (no cell starts there; only with a bitmap),
 * _FREE, _SIZE (no multiple of 8, or past the bins), _SHORT (below `need`),
 * or the work is used up (HP_E_WORK).
 *
 * `need` is why no caller re-checks a length before it reads a field: a
 * payload that exists is a payload that is long enough.
 *
 * Inline, for every record of a hive goes through it. */
static inline bool hp_cell_open(struct hp_span *payload, struct hp_hive *hive,
                                struct hp_ref ref, size_t need)
{
    struct hp_span bins = hive->bins;
    uint32_t raw;

    if (hive->records == hive->record_limit ||
        hive->reads >= hive->read_limit) {
        hp_cell_exhaust(hive);
        return false;
    }
    hive->records++;
    if (ref.target % CELL_ALIGN != 0 || !hp_span_u32(bins, ref.target, &raw)) {
        hp_cell_blame_reference(hive, ref, HP_E_CELL_OFFSET);
        return false;
    }
    if (!hp_cell_is_start(hive, ref.target) || raw < CELL_ALLOCATED) {
        hp_cell_blame_reference(hive, ref,
                                hp_cell_is_start(hive, ref.target)
                                    ? HP_E_CELL_FREE
                                    : HP_E_CELL_START);
        return false;
    }
    /* Negate as unsigned: -INT32_MIN does not fit an int32_t. */
    uint32_t size = UINT32_C(0) - raw;
    if (size % CELL_ALIGN != 0) {
        hp_cell_blame_size(hive, ref, raw);
        return false;
    }
    if (size > bins.len - ref.target)
        size = hp_cell_clamp(hive, ref.target, raw);
    if (size < CELL_SIZE_FIELD + need) {
        if (size > 0)
            hp_cell_blame_reference(hive, ref, HP_E_CELL_SHORT);
        return false;
    }
    assert(size >= CELL_SIZE_FIELD + need);
    assert(size <= bins.len - ref.target);
    return hp_span_sub(bins, (size_t)ref.target + CELL_SIZE_FIELD,
                       size - CELL_SIZE_FIELD, payload);
}

/* The same for a record that starts with one of two signatures (enum
 * hp_signature); any other is reported with HP_E_SIGNATURE. `field` names the
 * record's signature, e.g. "nk.signature". */
static inline bool hp_record_open(struct hp_span *payload, struct hp_hive *hive,
                                  struct hp_ref ref, uint16_t signature,
                                  const char *field, size_t need)
{
    struct hp_span record;

    if (!hp_cell_open(&record, hive, ref, need))
        return false;
    uint16_t found = hp_counted_u16(record, 0);
    if (found != signature) {
        hp_report_signature(hive, ref, signature, field, found);
        return false;
    }
    *payload = record;
    return true;
}

#endif
