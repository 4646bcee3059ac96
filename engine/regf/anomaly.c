/* SPDX-License-Identifier: Apache-2.0 */
#include "anomaly.h"

static const struct hp_anomaly_row rows[HP_ANOMALY_COUNT] = {
#define X(name, id, field, strict, forensic)                                   \
    {id, field, HP_REACTION_##strict, HP_REACTION_##forensic},
    HP_ANOMALY_TABLE(X)
#undef X
};

const struct hp_anomaly_row *hp_anomaly_row(enum hp_anomaly anomaly)
{
    return &rows[anomaly];
}
