/* SPDX-License-Identifier: Apache-2.0
 *
 * Every field of every record of a hive: what a recipe calls it and where it
 * stands. One table serves the recipe reader, the assembler, the decompiler
 * and the documentation (docs/recipe-fields.md is made from it). */
#ifndef HP_FIELD_H
#define HP_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds of records; a leaf is lf or lh, an index li or ri. */
enum hp_record_kind {
    HP_RECORD_BASE,
    HP_RECORD_BIN,
    HP_RECORD_NK,
    HP_RECORD_VK,
    HP_RECORD_LEAF,
    HP_RECORD_INDEX,
    HP_RECORD_VALUES, /* the value list of a key */
    HP_RECORD_CLASS,
    HP_RECORD_DATA, /* of a value, in one cell */
    HP_RECORD_DB,
    HP_RECORD_SEGMENTS, /* the list of a db's segments */
    HP_RECORD_SEGMENT,
    HP_RECORD_SK,
    HP_RECORD_CELL, /* any other cell: only what all cells have */
    HP_RECORD_KINDS
};

struct hp_field {
    uint8_t kind;
    uint8_t stride; /* bytes from one element to the next; 0: no array */
    uint16_t width; /* bytes; 0: from `at` to the record's end */
    int16_t at;     /* from the start of a header or of a cell's payload */
    bool logical;   /* part of what the hive says, whatever its layout */
    const char *name;
};

/* Widths up to this are numbers, others are bytes. */
#define HP_FIELD_NUMBER_MOST 8

/* X(kind, name, place in layout.h, width, stride, logical) */
#define HP_FIELD_TABLE(X)                                                      \
    X(BASE, "signature", BASE_SIGNATURE, 4, 0, 0)                              \
    X(BASE, "sequence1", BASE_SEQUENCE1, 4, 0, 1)                              \
    X(BASE, "sequence2", BASE_SEQUENCE2, 4, 0, 1)                              \
    X(BASE, "filetime", BASE_FILETIME, 8, 0, 1)                                \
    X(BASE, "major", BASE_MAJOR, 4, 0, 1)                                      \
    X(BASE, "minor", BASE_MINOR, 4, 0, 1)                                      \
    X(BASE, "type", BASE_TYPE, 4, 0, 1)                                        \
    X(BASE, "format", BASE_FORMAT, 4, 0, 1)                                    \
    X(BASE, "root", BASE_ROOT, 4, 0, 0)                                        \
    X(BASE, "bins_size", BASE_BINS_SIZE, 4, 0, 0)                              \
    X(BASE, "cluster", BASE_CLUSTER, 4, 0, 1)                                  \
    X(BASE, "name", BASE_NAME, 64, 0, 1)                                       \
    X(BASE, "rm_id", BASE_RM_ID, 16, 0, 1)                                     \
    X(BASE, "log_id", BASE_LOG_ID, 16, 0, 1)                                   \
    X(BASE, "flags", BASE_FLAGS, 4, 0, 1)                                      \
    X(BASE, "tm_id", BASE_TM_ID, 16, 0, 1)                                     \
    X(BASE, "guid_signature", BASE_GUID_SIGNATURE, 4, 0, 1)                    \
    X(BASE, "reorganized", BASE_REORGANIZED, 8, 0, 1)                          \
    X(BASE, "reserved", BASE_RESERVED, 332, 0, 0)                              \
    X(BASE, "checksum", BASE_CHECKSUM, 4, 0, 0)                                \
    X(BASE, "unused", BASE_UNUSED, 3528, 0, 0)                                 \
    X(BASE, "thaw_tm_id", BASE_THAW_TM_ID, 16, 0, 0)                           \
    X(BASE, "thaw_rm_id", BASE_THAW_RM_ID, 16, 0, 0)                           \
    X(BASE, "thaw_log_id", BASE_THAW_LOG_ID, 16, 0, 0)                         \
    X(BASE, "boot_type", BASE_BOOT_TYPE, 4, 0, 0)                              \
    X(BASE, "boot_recover", BASE_BOOT_RECOVER, 4, 0, 0)                        \
    X(BIN, "signature", BIN_SIGNATURE, 4, 0, 0)                                \
    X(BIN, "offset", BIN_OFFSET, 4, 0, 0)                                      \
    X(BIN, "size", BIN_SIZE, 4, 0, 0)                                          \
    X(BIN, "reserved", BIN_RESERVED, 8, 0, 0)                                  \
    X(BIN, "filetime", BIN_FILETIME, 8, 0, 0)                                  \
    X(BIN, "spare", BIN_SPARE, 4, 0, 0)                                        \
    X(NK, "signature", NK_SIGNATURE, 2, 0, 0)                                  \
    X(NK, "flags", NK_FLAGS, 2, 0, 1)                                          \
    X(NK, "filetime", NK_FILETIME, 8, 0, 1)                                    \
    X(NK, "access", NK_ACCESS, 1, 0, 1)                                        \
    X(NK, "layer", NK_LAYER, 1, 0, 1)                                          \
    X(NK, "spare", NK_SPARE, 2, 0, 0)                                          \
    X(NK, "parent", NK_PARENT, 4, 0, 0)                                        \
    X(NK, "subkey_count", NK_SUBKEY_COUNT, 4, 0, 0)                            \
    X(NK, "volatile_count", NK_VOLATILE_COUNT, 4, 0, 0)                        \
    X(NK, "subkeys", NK_SUBKEYS, 4, 0, 0)                                      \
    X(NK, "volatile_subkeys", NK_VOLATILE_SUBKEYS, 4, 0, 0)                    \
    X(NK, "value_count", NK_VALUE_COUNT, 4, 0, 0)                              \
    X(NK, "values", NK_VALUES, 4, 0, 0)                                        \
    X(NK, "security", NK_SECURITY, 4, 0, 0)                                    \
    X(NK, "class", NK_CLASS, 4, 0, 0)                                          \
    X(NK, "max_name", NK_MAX_NAME, 2, 0, 0)                                    \
    X(NK, "user_flags", NK_USER_FLAGS, 1, 0, 1)                                \
    X(NK, "debug", NK_DEBUG, 1, 0, 1)                                          \
    X(NK, "max_class", NK_MAX_CLASS, 4, 0, 0)                                  \
    X(NK, "max_value_name", NK_MAX_VALUE_NAME, 4, 0, 0)                        \
    X(NK, "max_data", NK_MAX_DATA, 4, 0, 0)                                    \
    X(NK, "work_var", NK_WORK_VAR, 4, 0, 0)                                    \
    X(NK, "name_length", NK_NAME_LENGTH, 2, 0, 0)                              \
    X(NK, "class_length", NK_CLASS_LENGTH, 2, 0, 0)                            \
    X(NK, "name", NK_NAME, 0, 0, 0)                                            \
    X(VK, "signature", VK_SIGNATURE, 2, 0, 0)                                  \
    X(VK, "name_length", VK_NAME_LENGTH, 2, 0, 0)                              \
    X(VK, "data_size", VK_DATA_SIZE, 4, 0, 0)                                  \
    X(VK, "data", VK_DATA, 4, 0, 0)                                            \
    X(VK, "type", VK_TYPE, 4, 0, 1)                                            \
    X(VK, "flags", VK_FLAGS, 2, 0, 1)                                          \
    X(VK, "spare", VK_SPARE, 2, 0, 0)                                          \
    X(VK, "name", VK_NAME, 0, 0, 0)                                            \
    X(LEAF, "signature", LIST_SIGNATURE, 2, 0, 0)                              \
    X(LEAF, "count", LIST_COUNT, 2, 0, 0)                                      \
    X(LEAF, "element", LIST_ELEMENTS, 4, LIST_ELEMENT_LONG, 0)                 \
    X(LEAF, "hint", LIST_HINTS, 4, LIST_ELEMENT_LONG, 0)                       \
    X(INDEX, "signature", LIST_SIGNATURE, 2, 0, 0)                             \
    X(INDEX, "count", LIST_COUNT, 2, 0, 0)                                     \
    X(INDEX, "element", LIST_ELEMENTS, 4, LIST_ELEMENT_SHORT, 0)               \
    X(VALUES, "element", 0, 4, REFERENCE_SIZE, 0)                              \
    X(CLASS, "bytes", 0, 0, 0, 0)                                              \
    X(DATA, "bytes", 0, 0, 0, 0)                                               \
    X(DB, "signature", DB_SIGNATURE, 2, 0, 0)                                  \
    X(DB, "count", DB_COUNT, 2, 0, 0)                                          \
    X(DB, "list", DB_LIST, 4, 0, 0)                                            \
    X(SEGMENTS, "element", 0, 4, REFERENCE_SIZE, 0)                            \
    X(SEGMENT, "bytes", 0, 0, 0, 0)                                            \
    X(SK, "signature", SK_SIGNATURE, 2, 0, 0)                                  \
    X(SK, "reserved", SK_RESERVED, 2, 0, 0)                                    \
    X(SK, "flink", SK_FLINK, 4, 0, 0)                                          \
    X(SK, "blink", SK_BLINK, 4, 0, 0)                                          \
    X(SK, "reference_count", SK_REFERENCE_COUNT, 4, 0, 0)                      \
    X(SK, "descriptor_size", SK_DESCRIPTOR_SIZE, 4, 0, 0)                      \
    X(SK, "descriptor", SK_DESCRIPTOR, 0, 0, 0)                                \
    X(CELL, "size", -CELL_SIZE_FIELD, 4, 0, 0)                                 \
    X(CELL, "slack", HP_FIELD_SLACK, 0, 0, 0)

/* The `at` of "slack": behind what the record's kind needs. */
#define HP_FIELD_SLACK INT16_MAX

extern const struct hp_field hp_fields[];
extern const size_t hp_field_count;

/* The field of that name in records of `kind`, or NULL. "size" and "slack"
 * are fields of every cell. */
const struct hp_field *hp_field_find(enum hp_record_kind kind, const char *name,
                                     size_t length);

/* The field that stands at `at` in records of `kind` and is no array; it must
 * exist. */
const struct hp_field *hp_field_at(enum hp_record_kind kind, int at);

#endif
