/* SPDX-License-Identifier: Apache-2.0
 *
 * The minimiser by itself: what it is asked for stays, all else goes, lies
 * stay lies, any bytes and any answers will do. */
#include "hp_cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "layout.h"
#include "minimize.h"
#include "mutate_hive.h"
#include "mutate_hives.h"
#include "recovery_asserts.h"

enum { ROOM = 64 << 10, CONTAINER = 20 };

/* Somebody who is asked, and how often. */
struct asked {
    bool (*wants)(const struct asked *asked, const uint8_t *bytes, size_t size);
    struct reading before; /* of the first file */
    uint64_t dice;
    size_t runs, most;
};

static enum hp_interest ask(void *self, const uint8_t *bytes, size_t size)
{
    struct asked *asked = self;

    if (asked->runs == asked->most)
        return HP_INTEREST_STOP;
    asked->runs++;
    return asked->wants(asked, bytes, size) ? HP_INTEREST_YES : HP_INTEREST_NO;
}

/* The result, which the caller frees, of bytes[0..size). */
struct result {
    uint8_t *bytes;
    size_t size, used_cells;
};

static struct result minimize(struct asked *asked, const uint8_t *bytes,
                              size_t size)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_minimizer *mz =
        hp_minimizer_open(&arena, bytes, size, ask, asked);
    struct result result = {NULL, 0, 0};

    assert_non_null(mz);
    asked->runs = 0;
    hp_minimizer_run(mz);
    const uint8_t *best = hp_minimizer_best(mz, &result.size);
    assert_true(result.size <= size);
    result.used_cells = hp_minimizer_size(mz).used_cells;
    result.bytes = malloc(result.size + 1);
    assert_non_null(result.bytes);
    if (result.size > 0)
        memcpy(result.bytes, best, result.size);
    hp_arena_close(&arena);
    return result;
}

static bool has_text(const uint8_t *bytes, size_t size, const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(bytes + i, text, length) == 0)
            return true;
    return false;
}

/* ---- memory -------------------------------------------------------------- */

static void open__fails_without_memory(void **state)
{
    static const uint8_t bytes[20000] = "regf";
    size_t limit = 0;

    (void)state;
    for (bool done = false; !done; limit += 1000) {
        struct hp_arena arena = hp_arena_of(hp_allocator_libc, limit);
        done =
            hp_minimizer_open(&arena, bytes, sizeof bytes, ask, NULL) != NULL;
        hp_arena_close(&arena);
    }
    /* What it takes is proportional to the file: the program allows that. */
    assert_true(limit < 16 * sizeof bytes + ((size_t)1 << 20));
}

/* ---- what is kept -------------------------------------------------------- */

static bool wants_sound_iota(const struct asked *asked, const uint8_t *bytes,
                             size_t size)
{
    struct reading reading = read_hive(bytes, size, false);

    (void)asked;
    return !reading.refused && reading.keys > 1 &&
           has_text(bytes, size, "iota");
}

static void run__leaves_what_is_needed(void **state)
{
    struct asked asked = {.wants = wants_sound_iota, .most = SIZE_MAX};
    struct hive_builder h;

    (void)state;
    small_hive(&h);
    struct result result = minimize(&asked, h.image, h.size);
    /* A root, a list, a key: no security is needed for reading. */
    assert_in_range(result.used_cells, 3, 4);
    assert_int_equal(result.size, 8192);
    assert_in_range(asked.runs, 1, 200);
    struct reading reading = read_hive(result.bytes, result.size, false);
    assert_int_equal(reading.keys, 2);
    assert_int_equal(reading.values, 0);
    assert_int_equal(reading.damage, 0);
    free(result.bytes);
    hb_close(&h);
}

static bool wants_big_value(const struct asked *asked, const uint8_t *bytes,
                            size_t size)
{
    struct reading reading = read_hive(bytes, size, false);

    (void)asked;
    return !reading.refused && reading.largest > DB_SEGMENT_MOST;
}

static void run__keeps_big_data_whole(void **state)
{
    struct asked asked = {.wants = wants_big_value, .most = SIZE_MAX};
    struct hive_builder h;

    (void)state;
    big_data_hive(&h);
    struct result result = minimize(&asked, h.image, h.size);
    /* Root, values, value, db, list, two segments. */
    assert_int_equal(result.used_cells, 7);
    struct reading reading = read_hive(result.bytes, result.size, false);
    assert_int_equal(reading.largest, DB_SEGMENT_MOST + 1);
    assert_in_range(asked.runs, 1, 400);
    free(result.bytes);
    hb_close(&h);
}

static bool wants_nothing(const struct asked *asked, const uint8_t *bytes,
                          size_t size)
{
    (void)asked;
    (void)bytes;
    (void)size;
    return false;
}

static void run__changes_nothing_unasked(void **state)
{
    struct asked asked = {.wants = wants_nothing, .most = SIZE_MAX};
    struct hive_builder h;

    (void)state;
    small_hive(&h);
    struct result result = minimize(&asked, h.image, h.size);
    assert_int_equal(result.size, h.size);
    assert_memory_equal(result.bytes, h.image, h.size);
    free(result.bytes);
    hb_close(&h);
}

/* ---- lies ---------------------------------------------------------------- */

/* The same damage: its status and field. */
static bool wants_damage(const struct asked *asked, const uint8_t *bytes,
                         size_t size)
{
    struct reading reading = read_hive(bytes, size, true);

    return reading.refused == asked->before.refused &&
           reading.why.status == asked->before.why.status &&
           reading.why.field != NULL &&
           strcmp(reading.why.field, asked->before.why.field) == 0;
}

/* Each mutant has one lie, which is what it is minimised for. */
static void run__keeps_lies(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_mutator *m = hp_mutator_open(&arena);
    uint8_t *image = malloc(ROOM);
    size_t lies = 0, small = 0, runs = 0;
    struct hive_builder h;

    (void)state;
    assert_non_null(m);
    assert_non_null(image);
    small_hive(&h);
    hp_mutator_fix_passes(m, HP_PASS_ALL);
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct asked asked = {.wants = wants_damage, .most = 20000};
        memcpy(image, h.image, h.size);
        size_t size = hp_mutator_run(m, image, h.size, ROOM, seed);
        asked.before = read_hive(image, size, true);
        if (asked.before.why.field == NULL)
            continue;
        struct result result = minimize(&asked, image, size);
        assert_true(wants_damage(&asked, result.bytes, result.size));
        lies++;
        small += result.used_cells <= 6;
        runs += asked.runs;
        free(result.bytes);
    }
    print_message("%zu lies, %zu kept in at most 6 cells, %zu runs\n", lies,
                  small, runs);
    assert_true(lies > 100);
    assert_true(small * 100 >= lies * 95);
    assert_true(runs < lies * 400);
    free(image);
    hb_close(&h);
    hp_arena_close(&arena);
}

/* ---- any bytes, any answers ---------------------------------------------- */

static bool wants_by_dice(const struct asked *asked, const uint8_t *bytes,
                          size_t size)
{
    uint64_t hash = asked->dice;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return (hash >> 40) % 3 == 0;
}

static void run__ends_with_any_bytes_and_answers(void **state)
{
    static const size_t sizes[] = {0,    1,    3,    511,   4095,  4096, 4100,
                                   4128, 8192, 8200, 12288, 12300, 20000};
    uint8_t *bytes = malloc(ROOM);

    (void)state;
    assert_non_null(bytes);
    for (uint64_t seed = 0; seed < 300; seed++) {
        size_t size = sizes[seed % COUNT_OF(sizes)];
        struct asked asked = {
            .wants = wants_by_dice, .dice = seed, .most = 3000};
        random_bytes(bytes, size, seed);
        struct result result = minimize(&asked, bytes, size);
        free(result.bytes);
    }
    free(bytes);
}

/* Hives that are broken in many ways, and an answer that knows no reason. */
static void run__of_mutants_ends(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_mutator *m = hp_mutator_open(&arena);
    uint8_t *image = malloc(ROOM);
    struct hive_builder h;

    (void)state;
    assert_non_null(m);
    assert_non_null(image);
    small_hive(&h);
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct asked asked = {
            .wants = wants_by_dice, .dice = seed, .most = 1000};
        memcpy(image, h.image, h.size);
        size_t size = h.size;
        for (unsigned i = 0; i < 6; i++)
            size = hp_mutator_run(m, image, size, ROOM, seed * 6 + i);
        struct result one = minimize(&asked, image, size);
        struct result two = minimize(&asked, image, size);
        assert_int_equal(one.size, two.size);
        assert_memory_equal(one.bytes, two.bytes, one.size);
        free(one.bytes);
        free(two.bytes);
    }
    free(image);
    hb_close(&h);
    hp_arena_close(&arena);
}

/* ---- what is no hive, and what is around one ----------------------------- */

static bool wants_two_words(const struct asked *asked, const uint8_t *bytes,
                            size_t size)
{
    (void)asked;
    return has_text(bytes, size, "needle") && has_text(bytes, size, "thread");
}

static void run__shortens_text(void **state)
{
    struct asked asked = {.wants = wants_two_words, .most = SIZE_MAX};
    char text[20000];
    size_t size = 0;

    (void)state;
    for (int i = 0; i < 500; i++)
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 i == 77    ? "a needle here\n"
                                 : i == 345 ? "some thread\n"
                                            : "line %d of hay\n",
                                 i);
    struct result result = minimize(&asked, (const uint8_t *)text, size);
    assert_int_equal(result.size, 12);
    assert_memory_equal(result.bytes, "needlethread", 12);
    assert_in_range(asked.runs, 1, 200);
    free(result.bytes);
}

/* A container of fuzz_hivex, and one of fuzz_enumerate. */
static bool wants_both_parts(const struct asked *asked, const uint8_t *bytes,
                             size_t size)
{
    size_t before = size > 5 && memcmp(bytes, "HPMH", 4) == 0
                        ? 5 + 4 * (size_t)(bytes[4] % 17)
                        : 0;

    (void)asked;
    return before > 8 && before < size &&
           has_text(bytes + 5, before - 5, "\x77\x66\x55\x44") &&
           !read_hive(bytes + before, size - before, false).refused &&
           has_text(bytes + before, 4096, "HPEN\x05") &&
           has_text(bytes + before, size - before, "iota");
}

static void run__keeps_what_is_around_a_hive(void **state)
{
    static const uint8_t front[] = "HPMH\x05"
                                   "aaaabbbb\x77\x66\x55\x44"
                                   "ccccdddd";
    struct asked asked = {.wants = wants_both_parts, .most = SIZE_MAX};
    struct hive_builder h;

    (void)state;
    small_hive(&h);
    size_t before = sizeof front - 1, size = before + h.size;
    uint8_t *file = malloc(size);
    assert_non_null(file);
    memcpy(file, front, before);
    memcpy(file + before, h.image, h.size);
    memcpy(file + before + BASE_UNUSED, "HPEN\x05\x06\x07", 7);
    assert_true(wants_both_parts(&asked, file, size));
    struct result result = minimize(&asked, file, size);
    assert_int_equal(result.size, 5 + 4 + 8192);
    assert_memory_equal(result.bytes, "HPMH\x01\x77\x66\x55\x44regf", 13);
    assert_memory_equal(result.bytes + 9 + BASE_UNUSED, "HPEN\x05\0\0", 7);
    assert_in_range(result.used_cells, 1, 2);
    free(result.bytes);
    free(file);
    hb_close(&h);
}

/* A hive and its logs, of which the third has two entries that count. */
static bool wants_two_entries(const struct asked *asked, const uint8_t *bytes,
                              size_t size)
{
    struct hp_span rest = hp_span_of(bytes, size), part[1 + HP_LIMIT_LOGS];
    struct hp_recovery plan;
    size_t at = CONTAINER;

    (void)asked;
    if (size < CONTAINER)
        return false;
    for (size_t i = 0; i <= HP_LIMIT_LOGS; at += part[i++].len)
        if (!hp_span_sub(rest, at, hp_at_u32(rest, 4 + 4 * i), &part[i]))
            return false;
    const struct hp_log_set set = {part[0], {part[1], part[2], part[3]}};
    return hp_recovery_plan(&plan, &set) == HP_RECOVERY_DONE &&
           plan.log[2].entries == 2;
}

static size_t put_part(uint8_t *file, size_t at, size_t i, struct hp_span part)
{
    for (unsigned byte = 0; byte < 4; byte++)
        file[4 + 4 * i + byte] = (uint8_t)(part.len >> 8 * byte);
    memcpy(file + at, part.ptr, part.len);
    return at + part.len;
}

static void run__leaves_out_logs(void **state)
{
    struct asked asked = {.wants = wants_two_entries, .most = SIZE_MAX};
    static uint8_t file[256 << 10] = "HPLG";
    struct dirty_hive d;

    (void)state;
    dirty_open(&d, 10);
    (void)dirty_change(&d, dirty_log(&d, 1, HVLE, 10), 10, 1);
    (void)dirty_log(&d, 2, HVLE, 11);
    (void)dirty_change(&d, &d.log[2], 11, 2);
    (void)dirty_change(&d, &d.log[2], 12, 3);
    size_t size = put_part(file, CONTAINER, 0, stage_span(&d, 0));
    size = put_part(file, size, 2, lb_span(&d.log[1]));
    size = put_part(file, size, 3, lb_span(&d.log[2]));
    assert_true(wants_two_entries(&asked, file, size));
    struct result result = minimize(&asked, file, size);
    assert_true(wants_two_entries(&asked, result.bytes, result.size));
    assert_true(result.size <= size - d.log[1].size);
    size_t set = 0;
    for (size_t i = 0; i < result.size; i++)
        set += result.bytes[i] != 0;
    assert_in_range(set, 1, 200);
    free(result.bytes);
    dirty_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open__fails_without_memory),
        cmocka_unit_test(run__leaves_what_is_needed),
        cmocka_unit_test(run__keeps_big_data_whole),
        cmocka_unit_test(run__changes_nothing_unasked),
        cmocka_unit_test(run__keeps_lies),
        cmocka_unit_test(run__ends_with_any_bytes_and_answers),
        cmocka_unit_test(run__of_mutants_ends),
        cmocka_unit_test(run__shortens_text),
        cmocka_unit_test(run__keeps_what_is_around_a_hive),
        cmocka_unit_test(run__leaves_out_logs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
