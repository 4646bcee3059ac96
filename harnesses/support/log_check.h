/* SPDX-License-Identifier: Apache-2.0
 *
 * Oracles 3 to 6 of fuzz_log: what must not change an image, and who reads it.
 */
#ifndef HP_LOG_CHECK_H
#define HP_LOG_CHECK_H

#include "log_recover.h"

/* Oracle 3: an entry of a log that is applied, `hash` says which, is spoilt by
 * one bit, or one with right hashes and something else wrong comes behind the
 * last: the image is what it is without that entry and those behind it. Or the
 * base block of the log that is applied first is wrong: without that log. */
void log_check_invalid(const struct log_outcome *outcome, uint64_t hash);

/* Oracle 4: the logs under other names. */
void log_check_orders(const struct log_outcome *outcome, bool all,
                      uint64_t hash);

/* Oracle 5: what is recovered needs no log; a hive that is left alone stays as
 * it is. */
void log_check_twice(const struct log_outcome *outcome);

/* Oracle 6: the native reader, given the hive and its logs, reads the image. */
void log_check_native(const struct log_outcome *outcome);

#endif
