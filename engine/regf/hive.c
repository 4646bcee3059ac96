/* SPDX-License-Identifier: Apache-2.0 */
#include "hive.h"

bool hp_hive_report(struct hp_hive *hive, enum hp_anomaly anomaly,
                    struct hp_error error)
{
    const struct hp_anomaly_row *row = hp_anomaly_row(anomaly);
    enum hp_reaction reaction = hive->forensic ? row->forensic : row->strict;

    if (reaction == HP_REACTION_REFUSE) {
        hive->refused = true;
        hive->refusal = error;
        return false;
    }
    assert(hive->damage_count < HP_DAMAGE_MOST);
    hive->damage[hive->damage_count++] = (struct hp_damage){error, reaction};
    if (reaction != HP_REACTION_NOTE)
        hive->partial = true;
    return true;
}

bool hp_hive_report_field(struct hp_hive *hive, enum hp_anomaly anomaly,
                          enum hp_status status, uint64_t offset,
                          uint64_t found)
{
    struct hp_error error;

    hp_fail(&error, status, offset, hp_anomaly_row(anomaly)->field, found);
    return hp_hive_report(hive, anomaly, error);
}

bool hp_hive_spend_data(struct hp_hive *hive, uint64_t bytes)
{
    if (bytes <= hive->data_limit - hive->data) {
        hive->data += bytes;
        return true;
    }
    hive->exhausted = true;
    hp_hive_report_field(hive, HP_A_DATA_WORK, HP_E_DATA_WORK, 0, hive->data);
    return false;
}
