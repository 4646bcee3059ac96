/* SPDX-License-Identifier: Apache-2.0
 *
 * Text, numbers and GUIDs on their way in and out. */
#ifndef HP_CONVERT_H
#define HP_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "status.h"
#include "utf16.h"

/* WTF-8 `bytes` as text in `arena`. HP_OK, HP_E_TEXT, HP_E_NO_MEMORY. */
enum hp_status hp_text_read(struct hp_text *text, struct hp_arena *arena,
                            const char *bytes, size_t size);

/* True if both have the same units. */
bool hp_text_equal(struct hp_text a, struct hp_text b);

/* True if `text` begins with a drive and a backslash, as a SystemRoot must. */
bool hp_text_has_drive(struct hp_text text);

/* 'A' to 'Z' for a letter in either case, otherwise 0. */
char hp_letter_of(uint16_t unit);

/* A whole number of 32 bits, decimal or, after 0x, hexadecimal. */
bool hp_number_read(uint32_t *number, const char *text);

/* Writes 2 * size digits; no NUL is added. */
void hp_hex_write(char *text, const uint8_t *bytes, size_t size);

/* Reads "8-4-4-4-12" hex digits, with or without braces. */
bool hp_guid_read(uint8_t guid[16], const char *text, size_t size);

/* Writes `guid` as 36 characters and a NUL. */
void hp_guid_write(char text[37], const uint8_t guid[16]);

#endif
