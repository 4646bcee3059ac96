/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the fields of a registry hive stand: byte offsets inside each record,
 * sizes and constants. No structs: input is never cast. Offsets of cell
 * records are relative to the cell's payload, behind its size field. */
#ifndef HP_LAYOUT_H
#define HP_LAYOUT_H

#include <stdint.h>

/* The base block: the first 4096 bytes of the file. */
enum hp_base_block_layout {
    BASE_SIGNATURE = 0, /* "regf" */
    BASE_SEQUENCE1 = 4,
    BASE_SEQUENCE2 = 8,
    BASE_FILETIME = 12,
    BASE_MAJOR = 20,
    BASE_MINOR = 24,
    BASE_TYPE = 28,
    BASE_FORMAT = 32,
    BASE_ROOT = 36,
    BASE_BINS_SIZE = 40,
    BASE_CLUSTER = 44,
    BASE_NAME = 48,   /* the end of the file's name, UTF-16LE */
    BASE_RM_ID = 112, /* three GUIDs of the transaction manager */
    BASE_LOG_ID = 128,
    BASE_FLAGS = 144,
    BASE_TM_ID = 148,
    BASE_GUID_SIGNATURE = 164, /* "rmtm" */
    BASE_REORGANIZED = 168,
    BASE_RESERVED = 176,
    BASE_CHECKSUM = 508, /* XOR of the 127 words before it */
    BASE_UNUSED = 512,
    BASE_THAW_TM_ID = 4040,
    BASE_THAW_RM_ID = 4056,
    BASE_THAW_LOG_ID = 4072,
    BASE_BOOT_TYPE = 4088,
    BASE_BOOT_RECOVER = 4092,
    BASE_SIZE = 4096
};

/* A hive bin: 32 bytes of header, then cells up to its end. */
enum hp_bin_layout {
    BIN_SIGNATURE = 0, /* "hbin" */
    BIN_OFFSET = 4,    /* of itself: hive offset */
    BIN_SIZE = 8,
    BIN_RESERVED = 12,
    BIN_FILETIME = 20, /* of the first bin */
    BIN_SPARE = 28,
    BIN_HEADER_SIZE = 32,
    BIN_ALIGN = 4096
};

/* A cell: its size, negative when allocated, then the payload. */
enum hp_cell_layout { CELL_SIZE_FIELD = 4, CELL_ALIGN = 8 };

enum hp_nk_layout {
    NK_SIGNATURE = 0,
    NK_FLAGS = 2,
    NK_FILETIME = 4,
    NK_ACCESS = 12,
    NK_LAYER = 13, /* layered keys: tombstones and what supersedes */
    NK_SPARE = 14,
    NK_PARENT = 16,
    NK_SUBKEY_COUNT = 20,
    NK_VOLATILE_COUNT = 24,
    NK_SUBKEYS = 28,
    NK_VOLATILE_SUBKEYS = 32,
    NK_VALUE_COUNT = 36,
    NK_VALUES = 40,
    NK_SECURITY = 44,
    NK_CLASS = 48,
    NK_MAX_NAME = 52,   /* of the subkeys: bytes as UTF-16 */
    NK_USER_FLAGS = 54, /* and virtualisation flags above them */
    NK_DEBUG = 55,
    NK_MAX_CLASS = 56,
    NK_MAX_VALUE_NAME = 60,
    NK_MAX_DATA = 64,
    NK_WORK_VAR = 68,
    NK_NAME_LENGTH = 72,
    NK_CLASS_LENGTH = 74,
    NK_NAME = 76 /* and the size of the fixed part */
};

enum hp_nk_flags {
    NK_FLAG_HIVE_ENTRY = 0x04, /* the root */
    NK_FLAG_NO_DELETE = 0x08,
    NK_FLAG_COMPRESSED = 0x20, /* the name is Latin-1 */
    NK_FLAG_PREDEFINED = 0x40  /* the value count is a handle, not a count */
};

enum hp_vk_layout {
    VK_SIGNATURE = 0,
    VK_NAME_LENGTH = 2,
    VK_DATA_SIZE = 4,
    VK_DATA = 8,
    VK_TYPE = 12,
    VK_FLAGS = 16,
    VK_SPARE = 18,
    VK_NAME = 20
};

#define VK_INLINE UINT32_C(0x80000000) /* in VK_DATA_SIZE: VK_DATA is data */
#define VK_INLINE_MOST 4
enum hp_vk_flags { VK_FLAG_COMPRESSED = 1 };

/* Subkey lists: signature, count, elements. */
enum hp_list_layout {
    LIST_SIGNATURE = 0,
    LIST_COUNT = 2,
    LIST_ELEMENTS = 4,
    LIST_HINTS = 8,         /* of the first element, in lf and lh */
    LIST_ELEMENT_SHORT = 4, /* li, ri: an offset */
    LIST_ELEMENT_LONG = 8   /* lf, lh: an offset and a hint or hash */
};

enum hp_db_layout {
    DB_SIGNATURE = 0,
    DB_COUNT = 2,
    DB_LIST = 4,
    DB_SIZE = 8,
    DB_SEGMENT_MOST = 16344 /* bytes of data in a segment */
};
#define DB_LEAST_MINOR 4 /* hives below keep big data in one cell */

enum hp_sk_layout {
    SK_SIGNATURE = 0,
    SK_RESERVED = 2,
    SK_FLINK = 4, /* the circle of all sk cells */
    SK_BLINK = 8,
    SK_REFERENCE_COUNT = 12,
    SK_DESCRIPTOR_SIZE = 16,
    SK_DESCRIPTOR = 20
};

/* Signatures, as 16-bit little-endian numbers. */
#define SIGNATURE(a, b) ((uint16_t)((a) | (b) << 8))
enum hp_signature {
    SIG_NK = SIGNATURE('n', 'k'),
    SIG_VK = SIGNATURE('v', 'k'),
    SIG_LF = SIGNATURE('l', 'f'),
    SIG_LH = SIGNATURE('l', 'h'),
    SIG_LI = SIGNATURE('l', 'i'),
    SIG_RI = SIGNATURE('r', 'i'),
    SIG_SK = SIGNATURE('s', 'k'),
    SIG_DB = SIGNATURE('d', 'b')
};
#define BASE_SIGNATURE_VALUE UINT32_C(0x66676572) /* "regf" */
#define BIN_SIGNATURE_VALUE UINT32_C(0x6e696268)  /* "hbin" */

#define OFFSET_NIL UINT32_C(0xffffffff)

#endif
