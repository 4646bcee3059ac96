/* SPDX-License-Identifier: Apache-2.0 */
#include "marvin32.h"

struct state {
    uint32_t low, high;
};

static uint32_t rotate(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static void mix(struct state *s, uint32_t word)
{
    s->low += word;
    s->high ^= s->low;
    s->low = rotate(s->low, 20) + s->high;
    s->high = rotate(s->high, 9) ^ s->low;
    s->low = rotate(s->low, 27) + s->high;
    s->high = rotate(s->high, 19);
}

/* The bytes that are no whole word, closed by a byte 0x80. */
static uint32_t last_word(struct hp_span rest)
{
    uint32_t word = 0x80;

    for (size_t i = rest.len; i > 0; i--)
        word = word << 8 | hp_at_u8(rest, i - 1);
    return word;
}

uint64_t hp_marvin32(struct hp_span bytes, uint64_t seed)
{
    struct hp_span all = hp_span_batch(bytes, bytes.len);
    struct state s = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    struct hp_span rest = {0};
    size_t at = 0;

    for (; all.len - at >= 4; at += 4)
        mix(&s, hp_at_u32(all, at));
    (void)hp_span_sub(all, at, all.len - at, &rest);
    mix(&s, last_word(rest));
    mix(&s, 0);
    return (uint64_t)s.high << 32 | s.low;
}
