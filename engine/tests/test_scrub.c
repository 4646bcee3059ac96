/* SPDX-License-Identifier: Apache-2.0 */
#include "scrub.h"

#include "dense_hive.h"
#include "forge_asserts.h"

enum { MUTANTS = 3000, LYING_BYTES = 6 };

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* Scrubs image[0..size) in `arena`. */
static struct hp_span scrub(struct hp_arena *arena, const void *image,
                            size_t size)
{
    struct hp_span out;

    *arena = hp_arena_of(hp_allocator_libc, FORGE_MEMORY);
    assert_true(hp_scrub(&out, arena, hp_span_of(image, size)));
    assert_int_equal(out.len, size);
    return out;
}

/* Lower-case letters wherever the hive has content. */
static void fill_content(struct dense_hive *d, char first, size_t letters)
{
    size_t count = 0;

    for (size_t i = 0; i < d->h.size; i++) {
        if (d->owner[i] != DENSE_CONTENT)
            continue;
        d->h.image[i] = (uint8_t)(first + (int)(i % letters));
        count++;
    }
    assert_in_range(count, 4096, d->h.size);
}

/* Two hives that differ in their data and free space alone cannot be told apart
 * afterwards. */
static void content__has_no_say(void **state)
{
    struct hp_arena before, after;
    struct dense_hive d;
    (void)state;

    dense_open(&d);
    fill_content(&d, 'a', 13);
    struct hp_span first = scrub(&before, d.h.image, d.h.size);
    fill_content(&d, 'm', 11);
    struct hp_span second = scrub(&after, d.h.image, d.h.size);
    assert_memory_equal(first.ptr, second.ptr, d.h.size);
    hp_arena_close(&before);
    hp_arena_close(&after);
    dense_close(&d);
}

/* The same events but for content, from strict reading. */
static void sound_hives__stay_sound(void **state)
{
    struct hp_arena arena;
    struct forged f;
    (void)state;

    forge_open(&f, "[\\Alpha]\n\"one\" = \"text\"\n[\\beta] class=\"c\"\n"
                   "\"two\" = hex:0102\n[\\Gamma]\n[\\Gamma\\x]\n");
    struct hp_span out = scrub(&arena, f.image.bytes, f.image.size);
    uint8_t *copy = malloc(out.len);
    assert_non_null(copy);
    memcpy(copy, out.ptr, out.len);
    struct hive_builder h = {.image = copy, .size = out.len};
    expect_walk(&h, &hp_backend_native, HP_MODE_STRICT, NULL,
                "hive5 +AAAA{s=100} +AAAAA{s=100} =AAA/1/a :10#7800 - "
                "+BAAA{c=7800}{s=100} =AAA/3/2 :7878 - +CAAAA{s=100} +A{s=100} "
                "- - - done");
    free(copy);
    hp_arena_close(&arena);
    forge_close(&f);
}

/* Any bytes may come. */
static void broken_hives__are_scrubbed(void **state)
{
    struct dense_hive d;
    uint32_t random = 1;
    (void)state;

    dense_open(&d);
    uint8_t *image = malloc(d.h.size);
    assert_non_null(image);
    for (int i = 0; i < MUTANTS; i++) {
        struct hp_arena arena;
        size_t size = d.h.size - next_random(&random) % 3 *
                                     (next_random(&random) % d.h.size) / 2;
        memcpy(image, d.h.image, d.h.size);
        for (int n = 0; n < LYING_BYTES; n++) {
            size_t at = next_random(&random) % d.h.size;
            if (d.owner[at] != DENSE_CONTENT)
                image[at] = (uint8_t)next_random(&random);
        }
        (void)scrub(&arena, image, size);
        hp_arena_close(&arena);
    }
    free(image);
    dense_close(&d);
}

static void *take_some(void *self, size_t size)
{
    unsigned *left = self;

    return (*left)-- > 0 ? malloc(size) : NULL;
}

static void give_back(void *self, void *block)
{
    (void)self;
    free(block);
}

static void memory__may_end_anywhere(void **state)
{
    struct dense_hive d;
    bool done = false;
    unsigned room;
    (void)state;

    dense_open(&d);
    for (room = 0; !done; room++) {
        unsigned left = room;
        const struct hp_allocator some = {take_some, give_back, &left};
        struct hp_arena arena = hp_arena_of(some, FORGE_MEMORY);
        struct hp_span out;
        done = hp_scrub(&out, &arena, hp_span_of(d.h.image, d.h.size));
        hp_arena_close(&arena);
    }
    assert_in_range(room, 8, 1000);
    dense_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content__has_no_say),
        cmocka_unit_test(sound_hives__stay_sound),
        cmocka_unit_test(broken_hives__are_scrubbed),
        cmocka_unit_test(memory__may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
