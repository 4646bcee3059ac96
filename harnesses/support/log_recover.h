/* SPDX-License-Identifier: Apache-2.0
 *
 * A container of hive and logs, taken apart, and what recovery makes of it. */
#ifndef HP_LOG_RECOVER_H
#define HP_LOG_RECOVER_H

#include "log.h"

/* The container in data[0..size) (mutate_hive.h): sizes beyond its end are cut
 * off. What is no container is a hive without logs. */
struct hp_log_set log_set_of(const uint8_t *data, size_t size);

/* A plan and the image, in memory of exactly its size. */
struct log_outcome {
    struct hp_recovery plan;
    uint8_t *image;
};

/* Plans and recovers, and asks oracle 1 of fuzz_log. */
void log_recover(struct log_outcome *outcome, struct hp_log_set set);
void log_outcome_close(struct log_outcome *outcome);

/* Recovers `set`; true if it becomes `want`: the result, and every byte. */
bool log_becomes(const struct log_outcome *want, struct hp_log_set set);

#endif
