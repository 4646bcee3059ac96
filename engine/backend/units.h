/* SPDX-License-Identifier: Apache-2.0
 *
 * Strings of a reader, whatever their encoding, as UTF-16 units. */
#ifndef HP_UNITS_H
#define HP_UNITS_H

#include <stddef.h>

#include "hp_backend.h"

/* Least room that hp_units_next takes. */
#define HP_UNITS_LEAST 8

struct hp_units {
    const uint8_t *bytes;
    size_t left; /* bytes */
    uint32_t encoding;
};

/* A walk over `string`; of one that is absent or unknown: over nothing. */
struct hp_units hp_units_of(const struct hp_string *string);

/* Decodes the next units into units[0..room) and returns their number; 0: that
 * was all. Deterministic for every input: a byte that is not UTF-8 becomes
 * U+FFFD, the odd last byte of UTF-16 is ignored, bytes of an unknown encoding
 * are taken for Latin-1. Never splits a surrogate pair between two calls.
 * `room` is at least HP_UNITS_LEAST; one of string.size is enough for all. */
size_t hp_units_next(struct hp_units *it, uint16_t *units, size_t room);

#endif
