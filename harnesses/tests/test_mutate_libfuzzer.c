/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer's hooks, called as libFuzzer calls them. */
#include <stdlib.h>

#include "mutate_hives.h"

#include "hp_cmocka.h"

enum { ROOM = 48 << 10, SMALL = 16 << 10, BIN = 4 << 10, SEEDS = 16384 };

/* What a harness says of lengths. */
extern const size_t hp_mutator_small;
extern const unsigned hp_mutator_grows;
const size_t hp_mutator_small = SMALL;
const unsigned hp_mutator_grows = 16;

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1,
                                 const uint8_t *data2, size_t size2,
                                 uint8_t *out, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
extern bool hp_mutator_ran;

static size_t engine_calls;

/* libFuzzer's own mutation, here one that can be counted. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max)
{
    assert_true(size > 0 && size <= max);
    data[size / 2] ^= 1;
    engine_calls++;
    return size;
}

static void mutator__changes_in_place_within_its_room(void **state)
{
    uint8_t *data = malloc(ROOM);
    struct hive_builder h;
    size_t changed = 0;

    (void)state;
    assert_non_null(data);
    small_hive(&h);
    for (unsigned seed = 0; seed < 3000; seed++) {
        size_t max = seed % 2 == 0 ? ROOM : h.size;
        memcpy(data, h.image, h.size);
        size_t size = LLVMFuzzerCustomMutator(data, h.size, max, seed);
        assert_true(size > 0 && size <= max);
        changed += size != h.size || memcmp(data, h.image, size) != 0;
    }
    assert_true(changed > 2900);
    assert_true(engine_calls > 50);
    /* libFuzzer begins with nothing when it has no seeds. */
    assert_true(LLVMFuzzerCustomMutator(data, 0, ROOM, 1) > 0);
    hb_close(&h);
    free(data);
}

/* 1 time in 32 there is room beyond what is small, 1 time in 64 for more than a
 * bin: one mutation in fifteen has use for it, one crossover in five. */
static void both__seldom_make_large_inputs(void **state)
{
    static uint8_t out[ROOM];
    struct hive_builder a, b;
    size_t large = 0, larger = 0;

    (void)state;
    small_hive(&a);
    big_data_hive(&b);
    assert_int_equal(a.size, SMALL);
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        memcpy(out, a.image, a.size);
        large += LLVMFuzzerCustomMutator(out, a.size, ROOM, seed) > SMALL;
        size_t size = LLVMFuzzerCustomCrossOver(a.image, a.size, b.image,
                                                b.size, out, ROOM, seed);
        larger += size > SMALL + BIN;
    }
    assert_in_range(large, SEEDS / 32 / 20, SEEDS / 32 / 10);
    assert_in_range(larger, SEEDS / 64 / 10, SEEDS / 64 / 3);
    hb_close(&a);
    hb_close(&b);
}

/* What scripts/bench-fuzz compares the mutator with. */
static void mutator__steps_aside_when_it_is_told_to(void **state)
{
    static uint8_t data[ROOM], out[ROOM];
    struct hive_builder h;

    (void)state;
    small_hive(&h);
    assert_true(h.size <= sizeof data);
    for (int with_sum = 0; with_sum < 2; with_sum++) {
        assert_int_equal(
            setenv("HP_MUTATOR", with_sum != 0 ? "sum" : "bytes", 1), 0);
        memcpy(data, h.image, h.size);
        assert_int_equal(LLVMFuzzerCustomMutator(data, h.size, h.size, 1),
                         h.size);
        for (size_t i = 0; i < h.size; i++)
            if (data[i] != h.image[i])
                assert_true(i == h.size / 2 ||
                            (with_sum != 0 && i >= 508 && i < 512));
        assert_int_not_equal(data[h.size / 2], h.image[h.size / 2]);
        assert_int_equal(LLVMFuzzerCustomCrossOver(data, h.size, h.image,
                                                   h.size, out, sizeof out, 1),
                         0);
    }
    assert_int_equal(unsetenv("HP_MUTATOR"), 0);
    hb_close(&h);
}

static void crossover__leaves_both_inputs_alone(void **state)
{
    struct hive_builder a, b, a2, b2;
    uint8_t *out = malloc(ROOM);
    size_t whole = 0;

    (void)state;
    assert_non_null(out);
    small_hive(&a);
    small_hive(&a2);
    big_data_hive(&b);
    big_data_hive(&b2);
    for (unsigned seed = 0; seed < 1000; seed++) {
        size_t max = seed % 4 == 0 ? 100 + seed : ROOM;
        size_t size = LLVMFuzzerCustomCrossOver(a.image, a.size, b.image,
                                                b.size, out, max, seed);
        assert_true(size > 0 && size <= max);
        assert_memory_equal(a.image, a2.image, a.size);
        assert_memory_equal(b.image, b2.image, b.size);
        whole += !read_hive(out, size, true).refused;
    }
    assert_true(whole > 600);
    hb_close(&a);
    hb_close(&b);
    hb_close(&a2);
    hb_close(&b2);
    free(out);
}

/* What harnesses of hives hide known edges by. */
static void both__tell_that_they_ran(void **state)
{
    struct hive_builder h;
    uint8_t *out = malloc(ROOM);

    (void)state;
    assert_non_null(out);
    small_hive(&h);
    hp_mutator_ran = false;
    (void)LLVMFuzzerCustomCrossOver(h.image, h.size, h.image, h.size, out, ROOM,
                                    1);
    assert_true(hp_mutator_ran);
    hp_mutator_ran = false;
    memcpy(out, h.image, h.size);
    (void)LLVMFuzzerCustomMutator(out, h.size, ROOM, 1);
    assert_true(hp_mutator_ran);
    hb_close(&h);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutator__changes_in_place_within_its_room),
        cmocka_unit_test(both__seldom_make_large_inputs),
        cmocka_unit_test(mutator__steps_aside_when_it_is_told_to),
        cmocka_unit_test(crossover__leaves_both_inputs_alone),
        cmocka_unit_test(both__tell_that_they_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
