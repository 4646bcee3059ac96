/* SPDX-License-Identifier: Apache-2.0
 *
 * What each field of the table in forge/field.h means to a reader, and how its
 * value is shown. A test checks that every field has its row. */
#ifndef HP_MEANING_H
#define HP_MEANING_H

#include "field.h"

/* How a value is shown besides its number. The words are what the page's
 * script goes by. */
#define HP_FORM_TABLE(X)                                                       \
    X(NUMBER, "number")                                                        \
    X(SIZE, "size")           /* of a cell: its sign is its state */           \
    X(SIGNATURE, "signature") /* as characters */                              \
    X(TIME, "time")           /* FILETIME */                                   \
    X(GUID, "guid")                                                            \
    X(PLACE, "place") /* a hive offset: the record it leads to */              \
    X(KEY_FLAGS, "key-flags")                                                  \
    X(VALUE_FLAGS, "value-flags")                                              \
    X(TYPE, "type")   /* of a value */                                         \
    X(UTF16, "utf16") /* text */                                               \
    X(NAME, "name")   /* of a key or value, in the encoding its flags say */   \
    X(BYTES, "bytes")

enum hp_form {
#define X(name, word) HP_FORM_##name,
    HP_FORM_TABLE(X)
#undef X
};

struct hp_meaning {
    uint8_t kind; /* enum hp_record_kind */
    uint8_t form; /* enum hp_form */
    const char *field;
    const char *text; /* one sentence, plain ASCII */
};

/* X(kind, field, form, sentence) */
#define HP_MEANING_TABLE(X)                                                    \
    X(BASE, "signature", SIGNATURE, "Says that this is a registry hive: regf") \
    X(BASE, "sequence1", NUMBER, "Counts up when a write begins")              \
    X(BASE, "sequence2", NUMBER,                                               \
      "Counts up when the write is done; other than sequence1: dirty")         \
    X(BASE, "filetime", TIME, "When the hive was written last")                \
    X(BASE, "major", NUMBER, "Major version of the format: 1")                 \
    X(BASE, "minor", NUMBER, "Minor version: 3 to 6")                          \
    X(BASE, "type", NUMBER, "0 for a hive, other numbers for its logs")        \
    X(BASE, "format", NUMBER, "1: as it is in memory")                         \
    X(BASE, "root", PLACE, "Where the key at the root is")                     \
    X(BASE, "bins_size", NUMBER, "Bytes of all bins together")                 \
    X(BASE, "cluster", NUMBER, "Sectors of 512 bytes in a cluster: 1")         \
    X(BASE, "name", UTF16, "The end of the file name the hive had")            \
    X(BASE, "rm_id", GUID, "Resource manager of the hive's transactions")      \
    X(BASE, "log_id", GUID, "Their log")                                       \
    X(BASE, "flags", NUMBER, "1: transactions are pending; 2: defragmented")   \
    X(BASE, "tm_id", GUID, "Their transaction manager")                        \
    X(BASE, "guid_signature", SIGNATURE, "rmtm where the GUIDs are in use")    \
    X(BASE, "reorganized", TIME, "When Windows last reorganised the hive")     \
    X(BASE, "reserved", BYTES, "Not used")                                     \
    X(BASE, "checksum", NUMBER, "The 127 words before it, XORed")              \
    X(BASE, "unused", BYTES, "Not used")                                       \
    X(BASE, "thaw_tm_id", GUID, "Transaction manager kept from the memory")    \
    X(BASE, "thaw_rm_id", GUID, "Resource manager kept from the memory")       \
    X(BASE, "thaw_log_id", GUID, "Log kept from the memory")                   \
    X(BASE, "boot_type", NUMBER, "How the system booted; used in memory only") \
    X(BASE, "boot_recover", NUMBER,                                            \
      "Whether it was recovered; used in memory only")                         \
    X(BIN, "signature", SIGNATURE, "Says that a bin starts here: hbin")        \
    X(BIN, "offset", NUMBER, "Where it is itself, counted from the first bin") \
    X(BIN, "size", NUMBER, "Bytes of the bin: a multiple of 4096")             \
    X(BIN, "reserved", NUMBER, "Not used")                                     \
    X(BIN, "filetime", TIME, "When the hive was written; first bin only")      \
    X(BIN, "spare", NUMBER, "Not used in a file")                              \
    X(NK, "signature", SIGNATURE, "Says that this is a key: nk")               \
    X(NK, "flags", KEY_FLAGS, "What kind of key it is")                        \
    X(NK, "filetime", TIME, "When the key was changed last")                   \
    X(NK, "access", NUMBER, "Whether it was read or written since boot")       \
    X(NK, "layer", NUMBER, "How it combines with the layer below")             \
    X(NK, "spare", NUMBER, "Not used")                                         \
    X(NK, "parent", PLACE, "The key it is a subkey of")                        \
    X(NK, "subkey_count", NUMBER, "How many subkeys it has")                   \
    X(NK, "volatile_count", NUMBER, "Subkeys in memory; means nothing here")   \
    X(NK, "subkeys", PLACE, "The list of its subkeys")                         \
    X(NK, "volatile_subkeys", NUMBER, "Their list; means nothing in a file")   \
    X(NK, "value_count", NUMBER, "How many values it has")                     \
    X(NK, "values", PLACE, "The list of its values")                           \
    X(NK, "security", PLACE, "Who may do what with it: its sk record")         \
    X(NK, "class", PLACE, "Its class name")                                    \
    X(NK, "max_name", NUMBER, "Longest name of a subkey, in bytes of UTF-16")  \
    X(NK, "user_flags", NUMBER, "Flags of WOW64 and of virtualisation")        \
    X(NK, "debug", NUMBER, "For debugging")                                    \
    X(NK, "max_class", NUMBER, "Longest class name of a subkey, in bytes")     \
    X(NK, "max_value_name", NUMBER, "Longest name of a value, in bytes")       \
    X(NK, "max_data", NUMBER, "Longest data of a value, in bytes")             \
    X(NK, "work_var", NUMBER, "Used in memory only")                           \
    X(NK, "name_length", NUMBER, "Bytes of the name")                          \
    X(NK, "class_length", NUMBER, "Bytes of the class name")                   \
    X(NK, "name", NAME, "What the key is called")                              \
    X(VK, "signature", SIGNATURE, "Says that this is a value: vk")             \
    X(VK, "name_length", NUMBER, "Bytes of the name; 0: the default value")    \
    X(VK, "data_size", NUMBER,                                                 \
      "Bytes of data; with the top bit set they stand in the field data")      \
    X(VK, "data", PLACE, "Where the data is, or the data")                     \
    X(VK, "type", TYPE, "What the data is meant to be")                        \
    X(VK, "flags", VALUE_FLAGS, "How the name is written")                     \
    X(VK, "spare", NUMBER, "Not used")                                         \
    X(VK, "name", NAME, "What the value is called")                            \
    X(LEAF, "signature", SIGNATURE, "A list of subkeys: lf or lh")             \
    X(LEAF, "count", NUMBER, "Subkeys in the list")                            \
    X(LEAF, "element", PLACE, "One subkey")                                    \
    X(LEAF, "hint", NUMBER, "Begin (lf) or hash (lh) of the subkey's name")    \
    X(INDEX, "signature", SIGNATURE, "A list of subkeys (li) or lists (ri)")   \
    X(INDEX, "count", NUMBER, "What is in the list")                           \
    X(INDEX, "element", PLACE, "One subkey (li) or one list (ri)")             \
    X(VALUES, "element", PLACE, "One value of the key")                        \
    X(CLASS, "bytes", UTF16, "The class name of the key")                      \
    X(DATA, "bytes", BYTES, "The data of the value")                           \
    X(DB, "signature", SIGNATURE, "Says that the data is in segments: db")     \
    X(DB, "count", NUMBER, "How many segments")                                \
    X(DB, "list", PLACE, "The list of them")                                   \
    X(SEGMENTS, "element", PLACE, "One segment")                               \
    X(SEGMENT, "bytes", BYTES, "A part of the data of the value")              \
    X(SK, "signature", SIGNATURE, "Says that this is a security: sk")          \
    X(SK, "reserved", NUMBER, "Not used")                                      \
    X(SK, "flink", PLACE, "The next sk")                                       \
    X(SK, "blink", PLACE, "The sk before")                                     \
    X(SK, "reference_count", NUMBER, "How many keys use it")                   \
    X(SK, "descriptor_size", NUMBER, "Bytes of the descriptor")                \
    X(SK, "descriptor", BYTES, "Owner, group and access control lists")        \
    X(CELL, "size", SIZE, "Bytes of the cell; negative: in use")               \
    X(CELL, "slack", BYTES, "Behind the content: what lay here before")

/* The flags and types that have names: X(list, number, word). */
#define HP_WORD_TABLE(X)                                                       \
    X(KEY_FLAGS, 0x01, "volatile")                                             \
    X(KEY_FLAGS, 0x02, "mount-point")                                          \
    X(KEY_FLAGS, 0x04, "root")                                                 \
    X(KEY_FLAGS, 0x08, "no-delete")                                            \
    X(KEY_FLAGS, 0x10, "link")                                                 \
    X(KEY_FLAGS, 0x20, "latin1-name")                                          \
    X(KEY_FLAGS, 0x40, "predefined")                                           \
    X(KEY_FLAGS, 0x80, "virtual-source")                                       \
    X(KEY_FLAGS, 0x100, "virtual-target")                                      \
    X(KEY_FLAGS, 0x200, "virtual-store")                                       \
    X(VALUE_FLAGS, 0x01, "latin1-name")                                        \
    X(VALUE_FLAGS, 0x02, "tombstone")                                          \
    X(TYPE, 0, "REG_NONE")                                                     \
    X(TYPE, 1, "REG_SZ")                                                       \
    X(TYPE, 2, "REG_EXPAND_SZ")                                                \
    X(TYPE, 3, "REG_BINARY")                                                   \
    X(TYPE, 4, "REG_DWORD")                                                    \
    X(TYPE, 5, "REG_DWORD_BIG_ENDIAN")                                         \
    X(TYPE, 6, "REG_LINK")                                                     \
    X(TYPE, 7, "REG_MULTI_SZ")                                                 \
    X(TYPE, 8, "REG_RESOURCE_LIST")                                            \
    X(TYPE, 9, "REG_FULL_RESOURCE_DESCRIPTOR")                                 \
    X(TYPE, 10, "REG_RESOURCE_REQUIREMENTS_LIST")                              \
    X(TYPE, 11, "REG_QWORD")

struct hp_form_word {
    uint8_t form; /* enum hp_form */
    uint32_t number;
    const char *word;
};

extern const struct hp_meaning hp_meanings[];
extern const size_t hp_meaning_count;
extern const struct hp_form_word hp_form_words[];
extern const size_t hp_form_word_count;

/* The meaning of `field`; for one that has none, a row that says so. */
const struct hp_meaning *hp_meaning_of(const struct hp_field *field);

/* "key-flags" for HP_FORM_KEY_FLAGS and so on. */
const char *hp_form_name(enum hp_form form);

#endif
