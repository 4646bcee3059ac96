/* SPDX-License-Identifier: Apache-2.0
 *
 * What reader_model.c and reader_records.c share: what can be wrong, what the
 * modes do about it, and how to say so. */
#ifndef HP_READER_RULES_H
#define HP_READER_RULES_H

#include "reader_model.h"
#include "status.h"

/* Everything that can be wrong: the field, and what strict and forensic do:
 * refuse, note, drop, clamp, skip (docs/anomalies.md). */
#define READER_RULES(X)                                                        \
    X(FILE_SIZE, "file.size", 'R', 'R')                                        \
    X(NO_HIVE, "base_block.signature", 'R', 'R')                               \
    X(BASE_SIGNATURE, "base_block.signature", 'R', 'N')                        \
    X(DIRTY, "base_block.sequence", 'N', 'N')                                  \
    X(MAJOR, "base_block.major", 'R', 'R')                                     \
    X(MINOR_OLD, "base_block.minor", 'R', 'R')                                 \
    X(MINOR, "base_block.minor", 'R', 'N')                                     \
    X(TYPE, "base_block.type", 'R', 'R')                                       \
    X(FORMAT, "base_block.format", 'R', 'R')                                   \
    X(CHECKSUM, "base_block.checksum", 'R', 'N')                               \
    X(CLUSTER, "base_block.cluster", 'N', 'N')                                 \
    X(BINS_SIZE, "base_block.bins_size", 'R', 'R')                             \
    X(BINS_ALIGN, "base_block.bins_size", 'R', 'C')                            \
    X(BINS_PAST, "base_block.bins_size", 'R', 'C')                             \
    X(TAIL, "file.size", 'N', 'N')                                             \
    X(ROOT, "base_block.root", 'R', 'R')                                       \
    X(BIN_SIGNATURE, "hbin.signature", 'R', 'S')                               \
    X(BIN_OFFSET, "hbin.offset", 'R', 'N')                                     \
    X(BIN_SIZE, "hbin.size", 'R', 'S')                                         \
    X(CELL_SIZE, "cell.size", 'R', 'S')                                        \
    X(CELL_PAST, "cell.size", 'R', 'C')                                        \
    X(DEPTH, "nk.subkeys", 'R', 'S')                                           \
    X(CYCLE, "list.element", 'R', 'D')                                         \
    X(PARENT, "nk.parent", 'N', 'N')                                           \
    X(NAME_EMPTY, "nk.name_length", 'R', 'D')                                  \
    X(ROOT_NAME_EMPTY, "nk.name_length", 'N', 'N')                             \
    X(NAME_PAST, "nk.name_length", 'R', 'C')                                   \
    X(NAME_ODD, "nk.name_length", 'R', 'C')                                    \
    X(NAME_LONG, "nk.name_length", 'R', 'N')                                   \
    X(BACKSLASH, "nk.name", 'R', 'N')                                          \
    X(CLASS, "nk.class", 'R', 'D')                                             \
    X(CLASS_PAST, "nk.class_length", 'R', 'C')                                 \
    X(SECURITY, "nk.security", 'N', 'N')                                       \
    X(SK_SIZE, "sk.descriptor_size", 'N', 'C')                                 \
    X(PREDEFINED, "nk.flags", 'N', 'N')                                        \
    X(VALUES, "nk.values", 'R', 'S')                                           \
    X(VALUE_COUNT, "nk.value_count", 'R', 'C')                                 \
    X(SUBKEYS, "nk.subkeys", 'R', 'S')                                         \
    X(FEWER, "nk.subkey_count", 'R', 'S')                                      \
    X(MORE, "nk.subkey_count", 'R', 'N')                                       \
    X(LIST_COUNT, "list.count", 'R', 'C')                                      \
    X(ELEMENT, "list.element", 'R', 'D')                                       \
    X(RI_ELEMENT, "ri.element", 'R', 'S')                                      \
    X(RI_DEPTH, "ri.element", 'R', 'S')                                        \
    X(HINT, "list.hint", 'N', 'N')                                             \
    X(ORDER, "list.element", 'N', 'N')                                         \
    X(DUPLICATE, "list.element", 'N', 'N')                                     \
    X(VALUE, "values.element", 'R', 'D')                                       \
    X(VALUE_NAME_PAST, "vk.name_length", 'R', 'C')                             \
    X(VALUE_NAME_ODD, "vk.name_length", 'R', 'C')                              \
    X(INLINE, "vk.data_size", 'R', 'C')                                        \
    X(EMPTY_OFFSET, "vk.data", 'N', 'N')                                       \
    X(DATA, "vk.data", 'R', 'D')                                               \
    X(DATA_PAST, "vk.data_size", 'R', 'C')                                     \
    X(DB_COUNT, "db.count", 'R', 'C')                                          \
    X(DB_MORE, "db.count", 'R', 'N')                                           \
    X(DB_LIST, "db.list", 'R', 'C')                                            \
    X(SEGMENT, "db_list.element", 'R', 'C')                                    \
    X(SEGMENT_SHORT, "db_list.element", 'R', 'C')                              \
    X(WORK, "walk.records", 'R', 'S')                                          \
    X(DATA_WORK, "walk.data", 'R', 'S')

enum reader_rule {
#define X(name, field, strict, forensic) READER_##name,
    READER_RULES(X)
#undef X
        READER_RULE_COUNT
};

struct reader {
    struct reader_tape *tape;
    struct hp_span image, bins; /* bins: from byte 4096, as far as they are */
    bool forensic, refused, partial, spent;
    uint64_t most; /* events that are wanted */
    uint32_t minor;
    uint8_t *starts; /* for each 8 bytes of the bins: may a cell start here? */
    uint64_t cells, cells_most;
    uint64_t data, data_most;
    uint32_t last_sk; /* a descriptor read well is not read again at once */
    struct hp_span last_descriptor;

    struct hp_event waiting[32]; /* damage that comes after the next event */
    size_t waiting_count;
};

/* Something is wrong with the record at `offset`. False: it is refused. */
bool reader_wrong(struct reader *r, enum reader_rule rule,
                  enum hp_status status, uint64_t offset, uint64_t found);

/* Says an event, and then the damage that waits; or the damage alone. */
void reader_say(struct reader *r, const struct hp_event *event);
void reader_say_damage(struct reader *r);

/* Base block, and all bins with their cells. False: refused. */
bool reader_base(struct reader *r, uint32_t *root);
void reader_bins(struct reader *r);

/* The payload of the allocated cell at `target`, of at least `least` bytes;
 * `rule` is broken by the record at `owner` when there is none. */
bool reader_cell(struct hp_span *payload, struct reader *r,
                 enum reader_rule rule, uint32_t owner, uint32_t target,
                 size_t least);
/* The same of a record with a signature of two letters. */
bool reader_record(struct hp_span *payload, struct reader *r,
                   enum reader_rule rule, uint32_t owner, uint32_t target,
                   const char *letters, size_t least);

struct reader_name {
    struct hp_span bytes;
    bool latin1;
};

/* Its characters as UTF-16 units. */
size_t reader_name_count(struct reader_name name);
uint16_t reader_name_unit(struct reader_name name, size_t at);

#endif
