/* SPDX-License-Identifier: Apache-2.0
 *
 * One transaction log: what log.c asks of the two formats. */
#ifndef HP_LOG_FILE_H
#define HP_LOG_FILE_H

#include "log.h"

/* A log with a good base block. */
struct hp_log_file {
    struct hp_span bytes;
    enum hp_log_format format;
    size_t sector; /* of the disk: the base block's copy, entries behind it */
    uint32_t sequence, bins_size;
    uint64_t filetime;
};

/* The image that is made, and how far it reaches. */
struct hp_log_target {
    uint8_t *bins;
    size_t size;    /* of the bins */
    uint32_t flags; /* of the last entry */
};

/* What base blocks of hive and log share: signature and checksum. False, with
 * *err set (offset: 0), if one is wrong; `fields` are the names of the size,
 * the signature and the checksum. */
bool hp_log_base_is_good(struct hp_span file, const char *const fields[3],
                         struct hp_error *err);

/* Opens the base block of a log that is there. False, with *err set. */
bool hp_log_file_open(struct hp_log_file *log, struct hp_span bytes,
                      struct hp_error *err);

/* Whether the hive may have bins of that size: whole ones, and not more than
 * `most` bytes. */
bool hp_log_bins_size_is_good(uint32_t size, uint64_t most);

/* Fills *verdict (entries to why) with the valid entries of an HvLE log.
 * *bins_size is that of the last one; hives may have `most` bytes of bins. */
void hp_hvle_scan(struct hp_log_verdict *verdict, uint32_t *bins_size,
                  const struct hp_log_file *log, uint64_t most);

/* Writes the pages of the first `entries` entries. */
void hp_hvle_apply(struct hp_log_target *target, const struct hp_log_file *log,
                   uint32_t entries);

/* The same for a DIRT log; `primary` is the hive it is for. */
void hp_dirt_scan(struct hp_log_verdict *verdict, const struct hp_log_file *log,
                  struct hp_span primary, uint64_t most);
void hp_dirt_apply(struct hp_log_target *target, const struct hp_log_file *log);

#endif
