/* SPDX-License-Identifier: Apache-2.0
 *
 * Hives with their transaction logs: finding the logs, applying them, and
 * saying what became of each. Every command that reads a hive reads what the
 * logs make of it, whatever back end reads. No file is written. */
#ifndef HP_LOGS_H
#define HP_LOGS_H

#include "input.h"
#include "log.h"

struct hp_logs {
    /* path NULL: there is none */
    struct hp_file file[HP_LIMIT_LOGS];
    struct hp_recovery plan;
};

/* Opens the hive `path` as its logs leave it: file->bytes and file->size are
 * the recovered image where logs apply. `named`: the logs are those of --log,
 * if there are some. Otherwise they lie beside the hive and are called as it
 * is with .LOG, .LOG1 or .LOG2 behind, in any letter case. With --no-logs this
 * is hp_file_open_hive. False, with a message, if a file cannot be read. */
bool hp_file_open_with_logs(struct hp_file *file, const char *path,
                            const struct hp_options *options, bool named);

/* For hp_file_close and hp_file_has_changed. */
void hp_logs_close(struct hp_logs *logs);
bool hp_logs_have_changed(const struct hp_logs *logs);

/* What became of a log of `size` bytes, in a few words, ASCII. */
#define HP_LOG_TEXT_ROOM 256
void hp_log_describe(char text[HP_LOG_TEXT_ROOM],
                     const struct hp_log_verdict *log, uint64_t size);

/* If the hive is dirty and has logs, a line for each on standard error. */
void hp_logs_tell(const struct hp_file *hive);

#endif
