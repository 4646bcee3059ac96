/* SPDX-License-Identifier: Apache-2.0
 *
 * Hive and logs in one container, mutated: the parts, the entries in them, and
 * the passes that make logs right again. */
#ifndef HP_MUTATE_PAIR_H
#define HP_MUTATE_PAIR_H

#include "table.h"

/* What the passes of logs mend; in each run each with its own share. */
enum log_pass {
    LOG_PASS_ORDER = 1, /* sequence numbers: one after the other */
    LOG_PASS_DIRTY = 2, /* the hive is, and its number leads to the logs */
    LOG_PASS_HASH1 = 4,
    LOG_PASS_HASH2 = 8,
    LOG_PASS_CHECKSUM = 16,
    LOG_PASS_ALL = 31
};

/* Not the reader's numbers, which judges what is made with these. */
enum {
    LOG_SECTOR = 512,
    LOG_CLUSTER_MOST = 8, /* of them in a sector of the disk */
    LOG_HEADER = 40,
    LOG_REFERENCE = 8,
    LOG_PAGE = 4096,
    VECTOR_BITMAP = 4
};

/* Fields of an entry. */
enum {
    ENTRY_SIZE = 4,
    ENTRY_FLAGS = 8,
    ENTRY_SEQUENCE = 12,
    ENTRY_BINS_SIZE = 16,
    ENTRY_COUNT = 20,
    ENTRY_HASH1 = 24,
    ENTRY_HASH2 = 32
};
#define ENTRY_SIGNATURE_VALUE 0x454c7648U  /* "HvLE" */
#define VECTOR_SIGNATURE_VALUE 0x54524944U /* "DIRT" */
enum { TYPE_DIRT = 1, TYPE_HVLE = 6 };

/* True if the image is a container. */
bool is_pair(const struct hp_mutator *m);

/* Reads the parts and the entries again. A part ends with the file at the
 * latest. */
void pair_scan(struct hp_mutator *m);

/* The disk's sector by the base block of a part, behind which the entries or
 * the bitmap of a log begin; 512 bytes where that cannot be. */
size_t part_sector(const struct hp_mutator *m, unsigned part);

/* Opens `bytes` of zeros at `at` of a part, or takes them out; the header says
 * so, and the entries are read again. False: no room. */
bool part_insert(struct hp_mutator *m, unsigned part, size_t at, size_t bytes);
void part_remove(struct hp_mutator *m, unsigned part, size_t at, size_t bytes);

/* Makes right what `passes` say, over the last scan. */
void pair_finish(struct hp_mutator *m, unsigned passes);

/* The hashes and checksums alone, which come last; of one entry, the hashes. */
void pair_seal(struct hp_mutator *m, unsigned passes);
void pair_seal_entry(struct hp_mutator *m, const struct log_entry *entry,
                     unsigned passes);

/* The first part after `from` whose base block says that type; PARTS: none. */
unsigned part_of_type(const struct hp_mutator *m, unsigned from, uint32_t type);

/* The hive, or one log, becomes that of the container or hive `donor`. */
bool pair_cross(struct hp_mutator *m, struct hp_span donor);

/* Does one operator of PHASE_BUILD and the passes over m->image, which is a
 * hive: in mutate_hive.c. */
bool build_any(struct hp_mutator *m);

#endif
