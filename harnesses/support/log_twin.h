/* SPDX-License-Identifier: Apache-2.0
 *
 * Oracle 2 of fuzz_log: from an image a dirty hive is made, and by the forge's
 * writer the logs that lead back to it. */
#ifndef HP_LOG_TWIN_H
#define HP_LOG_TWIN_H

#include "span.h"

/* `hash` says what the dirty hive lacks, and how it lies in logs. What is no
 * hive, or too large, is left out. */
void log_check_twin(struct hp_span clean, uint64_t hash);

/* Many of them, the same ones whatever the image: a smaller image fails, too.
 */
void log_check_twins(struct hp_span clean);

#endif
