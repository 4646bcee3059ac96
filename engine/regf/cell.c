/* SPDX-License-Identifier: Apache-2.0 */
#include "cell.h"

#include "blame.h"
#include "layout.h"

#define RAW_ALLOCATED UINT32_C(0x80000000)

/* The reference leads to no cell that can be used. */
static bool blame_reference(struct hp_hive *hive, struct hp_ref ref,
                            enum hp_status status)
{
    hp_hive_report(hive, ref.anomaly, hp_blame_reference(hive, ref, status));
    return false;
}

/* The cell itself is to blame: its size cannot be. */
static bool blame_cell(struct hp_hive *hive, struct hp_ref ref, uint32_t raw)
{
    struct hp_error error;

    hp_fail(&error, HP_E_CELL_SIZE, ref.target, "cell.size", raw);
    hp_hive_report(hive, ref.anomaly, error);
    return false;
}

static bool is_start(const struct hp_hive *hive, uint32_t offset)
{
    uint32_t bit = offset / CELL_ALIGN;

    return hive->starts == NULL || (hive->starts[bit / 8] >> bit % 8 & 1) != 0;
}

/* The work is used up: said once. */
static bool exhaust(struct hp_hive *hive)
{
    if (!hive->exhausted)
        hp_hive_report_field(hive, HP_A_WORK, HP_E_WORK, 0, hive->records);
    hive->exhausted = true;
    return false;
}

/* The cell runs past the bins: what there is of it. */
static bool clamp(struct hp_span *payload, struct hp_hive *hive,
                  uint32_t offset, uint32_t raw)
{
    size_t start = (size_t)offset + CELL_SIZE_FIELD;

    return hp_hive_report_field(hive, HP_A_CELL_PAST, HP_E_CELL_SIZE, offset,
                                raw) &&
           hp_span_sub(hive->bins, start, hive->bins.len - start, payload);
}

bool hp_cell_open(struct hp_span *payload, struct hp_hive *hive,
                  struct hp_ref ref, size_t need)
{
    struct hp_span body;
    uint32_t raw;

    if (hive->records == hive->record_limit || hive->reads >= hive->read_limit)
        return exhaust(hive);
    hive->records++;
    if (ref.target % CELL_ALIGN != 0 ||
        !hp_span_u32(hive->bins, ref.target, &raw))
        return blame_reference(hive, ref, HP_E_CELL_OFFSET);
    if (!is_start(hive, ref.target))
        return blame_reference(hive, ref, HP_E_CELL_START);
    if (raw < RAW_ALLOCATED)
        return blame_reference(hive, ref, HP_E_CELL_FREE);

    /* Negate as unsigned: -INT32_MIN does not fit an int32_t. */
    uint32_t size = UINT32_C(0) - raw;
    if (size % CELL_ALIGN != 0)
        return blame_cell(hive, ref, raw);
    if (!hp_span_sub(hive->bins, (size_t)ref.target + CELL_SIZE_FIELD,
                     size - CELL_SIZE_FIELD, &body) &&
        !clamp(&body, hive, ref.target, raw))
        return false;
    if (body.len < need)
        return blame_reference(hive, ref, HP_E_CELL_SHORT);
    *payload = body;
    return true;
}

bool hp_report_signature(struct hp_hive *hive, struct hp_ref ref,
                         uint16_t expected, const char *field, uint16_t found)
{
    return hp_hive_report(
        hive, ref.anomaly,
        hp_blame_signature(hive, ref, expected, field, found));
}

bool hp_record_open(struct hp_span *payload, struct hp_hive *hive,
                    struct hp_ref ref, uint16_t signature, const char *field,
                    size_t need)
{
    struct hp_span record;

    if (!hp_cell_open(&record, hive, ref, need))
        return false;
    uint16_t found = hp_at_u16(record, 0);
    if (found != signature) {
        hp_report_signature(hive, ref, signature, field, found);
        return false;
    }
    *payload = record;
    return true;
}
