/* SPDX-License-Identifier: Apache-2.0 */
#include "scrub.h"

#include <string.h>

#include "assemble.h"
#include "layout.h"
#include "scrub_parts.h"

enum { FILLER = 'x', MINOR_LEAST = 3, MINOR_MOST = 6, MINOR_ASSUMED = 5 };

/* Lists, names and data that are looked at: this much, and for each byte of the
 * image; a sound hive needs less than four. What is left then is filler. */
#define WORK_LEAST (UINT64_C(1) << 20)
#define WORK_PER_BYTE 8

/* Where nothing is known, no word stays but zero. */
static void fill(uint8_t *to, struct hp_span from)
{
    for (size_t at = 0; at < from.len; at += 4) {
        size_t size = from.len - at < 4 ? from.len - at : 4;
        hp_scrub_blank(to + at, from.ptr + at, size);
    }
}

/* True if something in `image` makes it a hive, or a part of one. */
static bool is_hive(struct hp_span image)
{
    return hp_scrub_u32(image, 0) == BASE_SIGNATURE_VALUE ||
           hp_scrub_u32(image, BASE_SIZE) == BIN_SIGNATURE_VALUE;
}

static uint32_t sum_of(const uint8_t *base)
{
    struct hp_span span = hp_span_of(base, BASE_CHECKSUM);
    uint32_t sum = 0;

    for (size_t at = 0; at < BASE_CHECKSUM; at += 4)
        sum ^= hp_at_u32(span, at);
    return sum;
}

/* A right checksum stays right and a wrong one wrong; so does a sum that is
 * not written as it is. */
static void put_checksum(struct hp_scrub *s)
{
    enum { SPARE = BASE_CHECKSUM - 4 };
    uint32_t old = hp_scrub_u32(s->image, BASE_CHECKSUM);
    uint32_t sum = sum_of(s->image.ptr);

    if (sum == 0 || sum == UINT32_MAX) {
        struct hp_span out = hp_span_of(s->out, BASE_SIZE);
        hp_scrub_put(s->out + SPARE, 4,
                     hp_at_u32(out, SPARE) ^ sum_of(s->out) ^ sum);
    }
    uint32_t right = hp_base_checksum(s->out);
    if (old == hp_base_checksum(s->image.ptr))
        old = right;
    else if (old == right || (old != 0 && old != UINT32_MAX))
        old = right ^ UINT32_C(0x5a5a5a5a);
    hp_scrub_put(s->out + BASE_CHECKSUM, 4, old);
}

static bool open_maps(struct hp_scrub *s)
{
    size_t most = s->bins.len;

    s->starts = hp_arena_alloc(s->arena, most / CELL_ALIGN / 8 + 1);
    s->cells = hp_arena_alloc(s->arena, most / CELL_ALIGN / 8 + 1);
    s->content = hp_arena_alloc(s->arena, most / 4 / 8 + 2);
    s->taken = hp_arena_alloc(s->arena, most / 4 / 8 + 2);
    return s->starts != NULL && s->cells != NULL && s->content != NULL &&
           s->taken != NULL;
}

static void scrub_bins(struct hp_scrub *s)
{
    if (!open_maps(s)) {
        s->no_memory = true;
        return;
    }
    hp_scrub_tile(s, false);
    hp_scrub_explore(s);
    if (s->no_memory)
        return;
    hp_scrub_fields(s, true);
    hp_scrub_names(s);
    hp_scrub_fields(s, false);
    hp_scrub_hints(s);
    hp_scrub_tile(s, true);
}

bool hp_scrub(struct hp_span *scrubbed, struct hp_arena *arena,
              struct hp_span image)
{
    struct hp_scrub s = {.arena = arena, .image = image};

    s.out = hp_arena_alloc(arena, image.len);
    if (s.out == NULL)
        return false;
    fill(s.out, image);
    s.work_left = WORK_LEAST + WORK_PER_BYTE * (uint64_t)image.len;
    s.minor = hp_scrub_u32(image, BASE_MINOR);
    if (s.minor < MINOR_LEAST || s.minor > MINOR_MOST)
        s.minor = MINOR_ASSUMED;
    if (is_hive(image)) {
        if (image.len > BASE_SIZE) {
            (void)hp_span_sub(image, BASE_SIZE, image.len - BASE_SIZE, &s.bins);
            s.out_bins = s.out + BASE_SIZE;
            scrub_bins(&s);
        }
        hp_scrub_base(&s);
        if (image.len >= BASE_SIZE)
            put_checksum(&s);
    }
    *scrubbed = hp_span_of(s.out, image.len);
    return !s.no_memory;
}
