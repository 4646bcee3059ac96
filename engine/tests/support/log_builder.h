/* SPDX-License-Identifier: Apache-2.0
 *
 * A small assembler of transaction logs for tests, which shares Marvin32 with
 * the reader and nothing else. Bytes are exactly as many as the log has, so
 * that a sanitizer sees any read behind them. */
#ifndef HP_LOG_BUILDER_H
#define HP_LOG_BUILDER_H

#include "hive_builder.h"
#include "log.h"

struct log_builder {
    uint8_t *bytes;
    size_t size;
};

/* A log of that type with nothing behind its base block, a copy of that of
 * `hive` with both sequence numbers `sequence`. Freed by lb_close. */
void lb_open(struct log_builder *l, struct hp_span hive, uint32_t type,
             uint32_t sequence);
void lb_close(struct log_builder *l);

/* Appends `size` bytes of `value`, or cuts the log to `size` bytes. */
void lb_append(struct log_builder *l, uint8_t value, size_t size);
void lb_cut(struct log_builder *l, size_t size);

/* Writes a field; nothing that depends on it follows. */
void lb_poke(struct log_builder *l, size_t at, unsigned width, uint64_t value);
void lb_fix_checksum(struct log_builder *l);

/* Appends an HvLE entry with these pages and returns its position. */
struct lb_page {
    uint32_t offset;
    struct hp_span bytes;
};
size_t lb_entry(struct log_builder *l, uint32_t sequence, uint32_t bins_size,
                const struct lb_page *pages, size_t count);

/* Both hashes of the entry, or the second alone, as its size says. */
void lb_hash(struct log_builder *l, size_t entry);
void lb_hash2(struct log_builder *l, size_t entry);

/* Appends the entry that makes `after` of `before`, in pages of 4096 bytes. */
size_t lb_change(struct log_builder *l, uint32_t sequence,
                 struct hp_span before, struct hp_span after);

/* Appends the bitmap and the pages of `page_size` bytes (512 or 4096) that make
 * `after` of `before`, in sectors of 512 bytes times `cluster`; bins size and
 * cluster of the log's base block become those. */
void lb_dirt(struct log_builder *l, uint32_t cluster, size_t page_size,
             struct hp_span before, struct hp_span after);

struct hp_span lb_span(const struct log_builder *l);

#endif
