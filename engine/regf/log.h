/* SPDX-License-Identifier: Apache-2.0
 *
 * Transaction logs: what a dirty hive would have become. A plan reads hive and
 * logs and decides; the recovered image is then made in the caller's memory.
 * Nothing is allocated, no input is written, and no size field is trusted: an
 * image is never larger than a base block, hive and logs together.
 *
 * A hive is dirty when the checksum of its base block is wrong or its sequence
 * numbers differ. Then
 * - HvLE (Windows 8.1 and later): entries are applied in sequence, from the
 *   log that begins earliest, and on in the one that goes on; each has to be
 *   whole and valid, and what does not follow ends it. Is the base block bad,
 *   only the log with the latest entries is used;
 * - DIRT (before): the log whose time is that of the hive's base block (or, is
 *   that bad, not before that of its first bin) is applied as a whole or not
 *   at all; HvLE goes before it.
 * Which of .LOG, .LOG1 and .LOG2 a log is does not matter. */
#ifndef HP_LOG_H
#define HP_LOG_H

#include "hp_limits.h"
#include "span.h"
#include "status.h"

/* Hive and logs, borrowed; an empty span is a log that is not there. */
struct hp_log_set {
    struct hp_span primary;
    struct hp_span log[HP_LIMIT_LOGS]; /* .LOG, .LOG1, .LOG2 */
};

enum hp_log_format { HP_LOG_NONE, HP_LOG_DIRT, HP_LOG_HVLE };

/* What becomes of one log. */
struct hp_log_verdict {
    enum hp_log_format format;
    unsigned order;       /* 1: applied first; 0: not applied */
    uint32_t entries;     /* whole valid ones in sequence; of DIRT: 1 or 0 */
    uint32_t pages;       /* in them */
    uint32_t first, last; /* their sequence numbers */
    size_t end;           /* where they end in the log */

    /* Why it is not applied. When it is: why what stands at `end` is no entry
     * that follows, HP_OK where nothing stands there; remnants of older
     * entries are usual. `offset` is a position in the log. */
    struct hp_error why;
};

enum hp_recovery_result {
    HP_RECOVERY_CLEAN,  /* the hive needs no log */
    HP_RECOVERY_DONE,   /* logs apply */
    HP_RECOVERY_REFUSED /* dirty, and no log applies */
};

struct hp_recovery {
    enum hp_recovery_result result;
    struct hp_error dirty; /* of the hive's base block; HP_OK: it is clean */
    bool base_lost;        /* the base block is bad and comes from a log */
    size_t size;           /* of the image; without logs that of the hive */
    struct hp_log_verdict log[HP_LIMIT_LOGS];

    /* For hp_recovery_apply. */
    struct hp_log_set set;
    unsigned applied; /* logs */
    uint32_t sequence, bins_size;
};

/* Reads the base block and the first bin of the hive and the whole of the
 * logs, and decides. The spans of `set` stay in *plan. */
enum hp_recovery_result hp_recovery_plan(struct hp_recovery *plan,
                                         const struct hp_log_set *set);

/* Makes the recovered image: clean, plan->size bytes at `image`, which overlap
 * no input. Without logs that apply, a copy of the hive. */
void hp_recovery_apply(const struct hp_recovery *plan, void *image);

/* The same where `image` holds the hive's first plan->size bytes already, and
 * zeros behind its end: it may be the very memory that was the hive. */
void hp_recovery_mend(const struct hp_recovery *plan, void *image);

#endif
