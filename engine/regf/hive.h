/* SPDX-License-Identifier: Apache-2.0
 *
 * struct hp_hive - what every reader of a record needs to know about the
 * image it reads: its bytes, its mode, what was spent, and what was found
 * wrong. One walk owns one; it allocates nothing. */
#ifndef HP_HIVE_H
#define HP_HIVE_H

#include <stdbool.h>

#include "anomaly.h"
#include "span.h"

/* One thing found wrong and what was done about it. */
struct hp_damage {
    struct hp_error error;
    enum hp_reaction reaction;
};

/* No step of a walk finds more things wrong than this with one object. */
#define HP_DAMAGE_MOST 16

struct hp_hive {
    struct hp_span image; /* reads through it are counted in `reads` */
    struct hp_span bins;  /* from file offset 4096, as far as it exists */
    uint32_t minor;
    bool forensic;

    /* One bit for each 8 bytes of bins, set where a cell starts; NULL in a
     * pruned walk, which does without. */
    uint8_t *starts;

    /* The sk that was read last: most keys share one with the key before. */
    uint32_t last_security;
    struct hp_span last_descriptor;

    uint64_t reads, read_limit;
    uint64_t records, record_limit; /* cells opened */
    uint64_t data, data_limit;      /* bytes of value data handed out */
    bool exhausted;                 /* a limit was reached (forensic) */

    bool partial; /* something was dropped, clamped or skipped */
    bool refused;
    struct hp_error refusal;
    struct hp_damage damage[HP_DAMAGE_MOST]; /* not yet fetched */
    unsigned damage_count;
};

/* Records that something is wrong, as the anomaly's row and the mode have it.
 * True: go on (noted, dropped, clamped, skipped). False: the hive is refused
 * and hive->refusal says why; the caller unwinds. */
HP_COLD bool hp_hive_report(struct hp_hive *hive, enum hp_anomaly anomaly,
                            struct hp_error error);

/* The same for an error of a field of the record at `offset`; the field is
 * the one in the anomaly's row. */
HP_COLD bool hp_hive_report_field(struct hp_hive *hive, enum hp_anomaly anomaly,
                                  enum hp_status status, uint64_t offset,
                                  uint64_t found);

/* Spends `bytes` of the data budget; false when it is used up, which is
 * reported (contracts 2, Work). */
bool hp_hive_spend_data(struct hp_hive *hive, uint64_t bytes);

#endif
