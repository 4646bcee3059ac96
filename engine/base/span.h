/* SPDX-License-Identifier: Apache-2.0
 *
 * struct hp_span - a borrowed run of input bytes, and the only code that reads
 * one. Little-endian by construction: bytes are put together, never cast.
 *
 * Readers come in two kinds. hp_span_* check the bounds and may fail. hp_at_*
 * and hp_counted_* are for a record that was opened with a known least length;
 * reading past it is our own bug (assert), not the input's. All count one read
 * (a u64: two); a record whose every byte is wanted is counted at once, byte by
 * byte, by hp_span_batch. The bytes of an integer are fetched all at once, so
 * that a sanitizer checks one access and not four. */
#ifndef HP_SPAN_H
#define HP_SPAN_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hp_span {
    const uint8_t *ptr;
    size_t len;      /* bytes */
    uint64_t *reads; /* counts every read of an integer; NULL: not counted.
                      * Spans cut from this one share it. */
};

/* A span over memory of ours whose reads nobody counts. */
static inline struct hp_span hp_span_of(const void *ptr, size_t len)
{
    return (struct hp_span){ptr, len, NULL};
}

static inline void hp_span_count(struct hp_span s)
{
    if (s.reads != NULL)
        ++*s.reads;
}

/* The one bounds check. Sets *sub to s[off, off + len) and returns true, or
 * returns false and leaves *sub alone. Never counts: no byte is read. */
static inline bool hp_span_sub(struct hp_span s, size_t off, size_t len,
                               struct hp_span *sub)
{
    if (off > s.len || len > s.len - off)
        return false;
    /* NULL + 0 is undefined in C11, and an empty span may have no memory. */
    *sub = (struct hp_span){off == 0 ? s.ptr : s.ptr + off, len, s.reads};
    return true;
}

/* The first `len` bytes of `s`, which the caller knows to be there, for reading
 * each of them once: counted here, all together, and not again. */
static inline struct hp_span hp_span_batch(struct hp_span s, size_t len)
{
    assert(len <= s.len);
    if (s.reads != NULL)
        *s.reads += len;
    return (struct hp_span){s.ptr, len, NULL};
}

/* The integer whose bytes start at `bytes`: for the readers below. */
static inline uint16_t hp_integer_u16(const uint8_t *bytes)
{
    uint8_t at[2];
    memcpy(at, bytes, sizeof at);
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t hp_integer_u32(const uint8_t *bytes)
{
    uint8_t at[4];
    memcpy(at, bytes, sizeof at);
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

/* Reads at `off`, which the caller knows to lie inside the span. */
static inline uint8_t hp_at_u8(struct hp_span s, size_t off)
{
    assert(off < s.len);
    hp_span_count(s);
    return s.ptr[off];
}

static inline uint16_t hp_at_u16(struct hp_span s, size_t off)
{
    assert(off <= s.len && s.len - off >= 2);
    hp_span_count(s);
    return hp_integer_u16(s.ptr + off);
}

static inline uint32_t hp_at_u32(struct hp_span s, size_t off)
{
    assert(off <= s.len && s.len - off >= 4);
    hp_span_count(s);
    return hp_integer_u32(s.ptr + off);
}

static inline uint64_t hp_at_u64(struct hp_span s, size_t off)
{
    return hp_at_u32(s, off) | (uint64_t)hp_at_u32(s, off + 4) << 32;
}

/* The same in a span whose reads somebody counts (reads is not NULL). In what
 * is read at every record, to ask costs more than the read: the branch is what
 * coverage and sanitizers follow. */
static inline uint16_t hp_counted_u16(struct hp_span s, size_t off)
{
    assert(off <= s.len && s.len - off >= 2);
    ++*s.reads;
    return hp_integer_u16(s.ptr + off);
}

static inline uint32_t hp_counted_u32(struct hp_span s, size_t off)
{
    assert(off <= s.len && s.len - off >= 4);
    ++*s.reads;
    return hp_integer_u32(s.ptr + off);
}

/* Reads at `off`; false, with *value untouched, past the span's end. */
static inline bool hp_span_u8(struct hp_span s, size_t off, uint8_t *value)
{
    struct hp_span sub;
    if (!hp_span_sub(s, off, 1, &sub))
        return false;
    *value = hp_at_u8(sub, 0);
    return true;
}

static inline bool hp_span_u16(struct hp_span s, size_t off, uint16_t *value)
{
    struct hp_span sub;
    if (!hp_span_sub(s, off, 2, &sub))
        return false;
    *value = hp_at_u16(sub, 0);
    return true;
}

static inline bool hp_span_u32(struct hp_span s, size_t off, uint32_t *value)
{
    struct hp_span sub;
    if (!hp_span_sub(s, off, 4, &sub))
        return false;
    *value = hp_at_u32(sub, 0);
    return true;
}

static inline bool hp_span_u64(struct hp_span s, size_t off, uint64_t *value)
{
    struct hp_span sub;
    if (!hp_span_sub(s, off, 8, &sub))
        return false;
    *value = hp_at_u64(sub, 0);
    return true;
}

#endif
