/* SPDX-License-Identifier: Apache-2.0
 *
 * Little-endian numbers and bytes put into memory that is known to be there. */
#ifndef HP_PUT_H
#define HP_PUT_H

#include <string.h>

#include "span.h"

/* The low `width` bytes of `value`. */
static inline void put(uint8_t *at, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static inline void put_u16(uint8_t *at, uint64_t value)
{
    put(at, 2, value);
}

static inline void put_u32(uint8_t *at, uint64_t value)
{
    put(at, 4, value);
}

static inline void put_u64(uint8_t *at, uint64_t value)
{
    put(at, 8, value);
}

static inline void put_bytes(uint8_t *at, struct hp_span bytes)
{
    if (bytes.len > 0)
        memcpy(at, bytes.ptr, bytes.len);
}

#endif
