/* SPDX-License-Identifier: Apache-2.0
 *
 * Every cap of the engine, each with its reason. */
#ifndef HP_LIMITS_H
#define HP_LIMITS_H

/* Bins end below 2 GiB (the top bit of a cell index means "volatile"), behind
 * a base block of 4 KiB: nothing behind that can be referenced. */
#define HP_LIMIT_IMAGE_SIZE (UINT64_C(0x80000000) + 4096)

/* Keys above each other, the root counted; Windows refuses a 513th. */
#define HP_LIMIT_KEY_DEPTH 512

/* ri records above each other. Windows writes one; the forensic reader takes
 * up to eight. */
#define HP_LIMIT_RI_DEPTH_STRICT 1
#define HP_LIMIT_RI_DEPTH_FORENSIC 8

/* Work of one walk: a hive of n bytes of bins holds at most n/32 records of
 * the smallest kind that costs anything; four times that, and the data bytes
 * handed out, bound what shared subtrees can multiply. */
#define HP_LIMIT_RECORD_SIZE 32
#define HP_LIMIT_RECORD_FACTOR 4
#define HP_LIMIT_DATA_FACTOR 8
#define HP_LIMIT_DATA_FLOOR (UINT64_C(64) << 20)

/* Transaction logs of one hive: .LOG, .LOG1 and .LOG2. */
#define HP_LIMIT_LOGS 3

/* Integers read per byte of image; a sound hive needs less than four. */
#define HP_LIMIT_READS_PER_BYTE 16

/* UTF-16 units of a path or string that is worked on as text: the longest
 * that NT can hold in a UNICODE_STRING. */
#define HP_LIMIT_TEXT_UNITS 32767

#endif
