/* SPDX-License-Identifier: Apache-2.0 */
#include "cell.h"

#include "blame.h"

void hp_cell_blame_reference(struct hp_hive *hive, struct hp_ref ref,
                             enum hp_status status)
{
    hp_hive_report(hive, ref.anomaly, hp_blame_reference(hive, ref, status));
}

void hp_cell_blame_size(struct hp_hive *hive, struct hp_ref ref, uint32_t raw)
{
    struct hp_error error;

    hp_fail(&error, HP_E_CELL_SIZE, ref.target, "cell.size", raw);
    hp_hive_report(hive, ref.anomaly, error);
}

void hp_cell_exhaust(struct hp_hive *hive)
{
    if (!hive->exhausted)
        hp_hive_report_field(hive, HP_A_WORK, HP_E_WORK, 0, hive->records);
    hive->exhausted = true;
}

uint32_t hp_cell_clamp(struct hp_hive *hive, uint32_t offset, uint32_t raw)
{
    bool goes_on =
        hp_hive_report_field(hive, HP_A_CELL_PAST, HP_E_CELL_SIZE, offset, raw);

    return goes_on ? (uint32_t)(hive->bins.len - offset) : 0;
}

bool hp_report_signature(struct hp_hive *hive, struct hp_ref ref,
                         uint16_t expected, const char *field, uint16_t found)
{
    return hp_hive_report(
        hive, ref.anomaly,
        hp_blame_signature(hive, ref, expected, field, found));
}
