/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of anomalies: everything that can be wrong with a hive, one line
 * each, with what the two reading modes do about it. docs/anomalies.md is
 * made from this table.
 *
 * REFUSE  the walk ends HP_WALK_REFUSED
 * DROP    the object is not reported
 * CLAMP   it is reported as far as it exists
 * SKIP    an unknown number of objects is missing
 * NOTE    the content is not affected
 *
 * The status says what is wrong, the anomaly says with what; a reference can
 * be wrong in many ways (HP_E_CELL_*, HP_E_SIGNATURE). */
#ifndef HP_ANOMALY_H
#define HP_ANOMALY_H

#include "status.h"

enum hp_reaction {
    HP_REACTION_NOTE, /* the first four are HP_DAMAGE_ of hp_backend.h */
    HP_REACTION_DROP,
    HP_REACTION_CLAMP,
    HP_REACTION_SKIP,
    HP_REACTION_REFUSE
};

/* X(name, id, field, strict, forensic) */
#define HP_ANOMALY_TABLE(X)                                                    \
    X(FILE_SIZE, "file-size", "file.size", REFUSE, REFUSE)                     \
    X(NOT_A_HIVE, "not-a-hive", "base_block.signature", REFUSE, REFUSE)        \
    X(BASE_SIGNATURE, "base-signature", "base_block.signature", REFUSE, NOTE)  \
    X(BASE_DIRTY, "base-dirty", "base_block.sequence", NOTE, NOTE)             \
    X(BASE_MAJOR, "base-major", "base_block.major", REFUSE, REFUSE)            \
    X(BASE_MINOR_OLD, "base-minor-old", "base_block.minor", REFUSE, REFUSE)    \
    X(BASE_MINOR, "base-minor", "base_block.minor", REFUSE, NOTE)              \
    X(BASE_TYPE, "base-type", "base_block.type", REFUSE, REFUSE)               \
    X(BASE_FORMAT, "base-format", "base_block.format", REFUSE, REFUSE)         \
    X(BASE_CHECKSUM, "base-checksum", "base_block.checksum", REFUSE, NOTE)     \
    X(BASE_CLUSTER, "base-cluster", "base_block.cluster", NOTE, NOTE)          \
    X(BASE_BINS_SIZE, "base-bins-size", "base_block.bins_size", REFUSE,        \
      REFUSE)                                                                  \
    X(BASE_BINS_ALIGN, "base-bins-align", "base_block.bins_size", REFUSE,      \
      CLAMP)                                                                   \
    X(BASE_BINS_PAST, "base-bins-past-end", "base_block.bins_size", REFUSE,    \
      CLAMP)                                                                   \
    X(BASE_TAIL, "base-tail", "file.size", NOTE, NOTE)                         \
    X(BASE_ROOT, "base-root", "base_block.root", REFUSE, REFUSE)               \
    X(BIN_SIGNATURE, "bin-signature", "hbin.signature", REFUSE, SKIP)          \
    X(BIN_OFFSET, "bin-offset", "hbin.offset", REFUSE, NOTE)                   \
    X(BIN_SIZE, "bin-size", "hbin.size", REFUSE, SKIP)                         \
    X(CELL_SIZE, "cell-size", "cell.size", REFUSE, SKIP)                       \
    X(CELL_PAST, "cell-past-end", "cell.size", REFUSE, CLAMP)                  \
    X(NK_DEPTH, "nk-depth", "nk.subkeys", REFUSE, SKIP)                        \
    X(NK_CYCLE, "nk-cycle", "list.element", REFUSE, DROP)                      \
    X(NK_PARENT, "nk-parent", "nk.parent", NOTE, NOTE)                         \
    X(NK_NAME_EMPTY, "nk-name-empty", "nk.name_length", REFUSE, DROP)          \
    X(NK_NAME_EMPTY_ROOT, "nk-name-empty-root", "nk.name_length", NOTE, NOTE)  \
    X(NK_NAME_PAST, "nk-name-past-cell", "nk.name_length", REFUSE, CLAMP)      \
    X(NK_NAME_ODD, "nk-name-odd", "nk.name_length", REFUSE, CLAMP)             \
    X(NK_NAME_LONG, "nk-name-long", "nk.name_length", REFUSE, NOTE)            \
    X(NK_NAME_BACKSLASH, "nk-name-backslash", "nk.name", REFUSE, NOTE)         \
    X(NK_CLASS, "nk-class", "nk.class", REFUSE, DROP)                          \
    X(NK_CLASS_PAST, "nk-class-past-cell", "nk.class_length", REFUSE, CLAMP)   \
    X(NK_SECURITY, "nk-security", "nk.security", NOTE, NOTE)                   \
    X(SK_SIZE, "sk-size", "sk.descriptor_size", NOTE, CLAMP)                   \
    X(NK_PREDEFINED, "nk-predefined", "nk.flags", NOTE, NOTE)                  \
    X(NK_VALUES, "nk-values", "nk.values", REFUSE, SKIP)                       \
    X(NK_VALUE_COUNT, "nk-value-count", "nk.value_count", REFUSE, CLAMP)       \
    X(NK_SUBKEYS, "nk-subkeys", "nk.subkeys", REFUSE, SKIP)                    \
    X(NK_SUBKEYS_FEWER, "nk-subkeys-fewer", "nk.subkey_count", REFUSE, SKIP)   \
    X(NK_SUBKEYS_MORE, "nk-subkeys-more", "nk.subkey_count", REFUSE, NOTE)     \
    X(LIST_COUNT, "list-count", "list.count", REFUSE, CLAMP)                   \
    X(LIST_ELEMENT, "list-element", "list.element", REFUSE, DROP)              \
    X(RI_ELEMENT, "ri-element", "ri.element", REFUSE, SKIP)                    \
    X(RI_DEPTH, "ri-depth", "ri.element", REFUSE, SKIP)                        \
    X(LIST_HINT, "list-hint", "list.hint", NOTE, NOTE)                         \
    X(LIST_ORDER, "list-order", "list.element", NOTE, NOTE)                    \
    X(LIST_DUPLICATE, "list-duplicate", "list.element", NOTE, NOTE)            \
    X(VALUES_ELEMENT, "values-element", "values.element", REFUSE, DROP)        \
    X(VK_NAME_PAST, "vk-name-past-cell", "vk.name_length", REFUSE, CLAMP)      \
    X(VK_NAME_ODD, "vk-name-odd", "vk.name_length", REFUSE, CLAMP)             \
    X(VK_INLINE_SIZE, "vk-inline-size", "vk.data_size", REFUSE, CLAMP)         \
    X(VK_EMPTY_OFFSET, "vk-empty-offset", "vk.data", NOTE, NOTE)               \
    X(VK_DATA, "vk-data", "vk.data", REFUSE, DROP)                             \
    X(VK_DATA_PAST, "vk-data-past-cell", "vk.data_size", REFUSE, CLAMP)        \
    X(DB_COUNT, "db-count", "db.count", REFUSE, CLAMP)                         \
    X(DB_COUNT_MORE, "db-count-more", "db.count", REFUSE, NOTE)                \
    X(DB_LIST, "db-list", "db.list", REFUSE, CLAMP)                            \
    X(DB_SEGMENT, "db-segment", "db_list.element", REFUSE, CLAMP)              \
    X(DB_SEGMENT_SHORT, "db-segment-short", "db_list.element", REFUSE, CLAMP)  \
    X(WORK, "work", "walk.records", REFUSE, SKIP)                              \
    X(DATA_WORK, "data-work", "walk.data", REFUSE, SKIP)

enum hp_anomaly {
#define X(name, id, field, strict, forensic) HP_A_##name,
    HP_ANOMALY_TABLE(X)
#undef X
        HP_ANOMALY_COUNT
};

struct hp_anomaly_row {
    const char *id;
    const char *field;
    enum hp_reaction strict, forensic;
};

/* The row of `anomaly`. */
const struct hp_anomaly_row *hp_anomaly_row(enum hp_anomaly anomaly);

#endif
