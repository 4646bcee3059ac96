/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells: the only way from a reference to the bytes of a record. */
#ifndef HP_CELL_H
#define HP_CELL_H

#include "hive.h"

/* A reference that is about to be followed: who holds it (for the report) and
 * where it leads. */
struct hp_ref {
    enum hp_anomaly anomaly; /* reported when it leads nowhere; its row names
                              * the field */
    uint32_t owner;          /* hive offset of the record that holds it; 0 for
                              * the base block */
    uint32_t target;         /* hive offset it leads to */
};

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
 * payload that exists is a payload that is long enough. */
bool hp_cell_open(struct hp_span *payload, struct hp_hive *hive,
                  struct hp_ref ref, size_t need);

/* The same for a record that starts with one of two signatures (enum
 * hp_signature); any other is reported with HP_E_SIGNATURE. `field` names the
 * record's signature, e.g. "nk.signature". */
bool hp_record_open(struct hp_span *payload, struct hp_hive *hive,
                    struct hp_ref ref, uint16_t signature, const char *field,
                    size_t need);

/* Reports that the record at ref.target has the signature `found` where
 * `expected` should be, blaming the record when one of its two bytes is right
 * and else the reference. Returns what hp_hive_report returns. */
bool hp_report_signature(struct hp_hive *hive, struct hp_ref ref,
                         uint16_t expected, const char *field, uint16_t found);

#endif
