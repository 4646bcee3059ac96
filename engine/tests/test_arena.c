/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdalign.h>
#include <stdlib.h>

#include "arena.h"

#define BLOCKS 8

/* An allocator that writes down what it gave, dirty, and fails once. */
struct ledger {
    size_t calls;
    size_t fail_at; /* the call that fails, from 1; 0: none */
    void *blocks[BLOCKS];
    size_t count, returned;
};

static void *ledger_take(void *self, size_t size)
{
    struct ledger *l = self;

    if (++l->calls == l->fail_at)
        return NULL;
    assert_true(l->count < BLOCKS);
    l->blocks[l->count] = memset(malloc(size), 0xEE, size);
    return l->blocks[l->count++];
}

/* Newest first, each once. */
static void ledger_give(void *self, void *block)
{
    struct ledger *l = self;

    assert_true(l->returned < l->count);
    assert_ptr_equal(block, l->blocks[l->count - 1 - l->returned++]);
    free(block);
}

static struct hp_arena arena_with(struct ledger *l, size_t limit)
{
    return hp_arena_of((struct hp_allocator){ledger_take, ledger_give, l},
                       limit);
}

/* What one allocation costs on top of its size. */
static size_t head_size(void)
{
    struct ledger l = {0};
    struct hp_arena arena = arena_with(&l, SIZE_MAX);
    size_t used;

    assert_non_null(hp_arena_alloc(&arena, 0));
    used = arena.used;
    hp_arena_close(&arena);
    return used;
}

static void assert_zeroed(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        assert_int_equal(bytes[i], 0);
}

static void arena__memory_is_zeroed_aligned_and_apart(void **state)
{
    static const size_t sizes[] = {0, 1, 7, 16, 17, 1000};
    struct ledger l = {0};
    struct hp_arena arena = arena_with(&l, SIZE_MAX);
    uint8_t *got[COUNT_OF(sizes)];
    size_t used = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        got[i] = hp_arena_alloc(&arena, sizes[i]);
        assert_non_null(got[i]);
        assert_int_equal((uintptr_t)got[i] % alignof(max_align_t), 0);
        assert_zeroed(got[i], sizes[i]);
        memset(got[i], (int)i + 1, sizes[i]);
        used += head_size() + sizes[i];
        assert_int_equal(arena.used, used);
    }
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(got[i][k], i + 1);
    }
    hp_arena_close(&arena);
    assert_int_equal(l.returned, COUNT_OF(sizes));
}

static void arena__closed_is_empty_and_usable(void **state)
{
    struct ledger l = {0};
    struct hp_arena arena = arena_with(&l, 1000);

    (void)state;
    hp_arena_close(&arena);
    assert_int_equal(l.calls, 0);
    assert_non_null(hp_arena_alloc(&arena, 10));
    hp_arena_close(&arena);
    assert_int_equal(l.returned, 1);
    assert_int_equal(arena.used, 0);
    assert_int_equal(arena.limit, 1000);
    hp_arena_close(&arena);
    assert_int_equal(l.returned, 1);

    l = (struct ledger){0};
    assert_non_null(hp_arena_alloc(&arena, 10));
    hp_arena_close(&arena);
    assert_int_equal(l.returned, 1);
}

static void arena__limit_is_exact(void **state)
{
    const size_t head = head_size();

    (void)state;
    for (size_t limit = 0; limit < 3 * head; limit++) {
        for (size_t size = 0; size < 3 * head; size++) {
            struct ledger l = {0};
            struct hp_arena arena = arena_with(&l, limit);
            bool fits = head + size <= limit;

            assert_int_equal(hp_arena_alloc(&arena, size) != NULL, fits);
            assert_int_equal(l.calls, fits);
            assert_int_equal(arena.used, fits ? head + size : 0);
            hp_arena_close(&arena);
        }
    }
}

static void arena__limit_counts_all_and_leaves_the_arena_usable(void **state)
{
    const size_t head = head_size();
    struct ledger l = {0};
    struct hp_arena arena = arena_with(&l, 2 * head + 30);

    (void)state;
    assert_non_null(hp_arena_alloc(&arena, 10));
    assert_null(hp_arena_alloc(&arena, 21));
    assert_null(hp_arena_alloc(&arena, SIZE_MAX));
    assert_null(hp_arena_alloc(&arena, SIZE_MAX - head + 1));
    assert_non_null(hp_arena_alloc(&arena, 20));
    assert_null(hp_arena_alloc(&arena, 0));
    assert_int_equal(arena.used, arena.limit);
    hp_arena_close(&arena);
    assert_int_equal(l.returned, 2);
}

static void arena__no_limit_does_not_overflow(void **state)
{
    struct ledger l = {0};
    struct hp_arena arena = arena_with(&l, SIZE_MAX);

    (void)state;
    for (size_t back = 0; back < head_size(); back++)
        assert_null(hp_arena_alloc(&arena, SIZE_MAX - back));
    assert_int_equal(l.calls, 0);
}

static void array__product_must_not_overflow(void **state)
{
    static const struct {
        size_t count, size, product;
        bool fits;
    } rows[] = {
        {3, 5, 15, true},
        {0, 8, 0, true},
        {8, 0, 0, true},
        {SIZE_MAX, 0, 0, true},
        {0, SIZE_MAX, 0, true},
        {1, 40, 40, true},
        {SIZE_MAX / 8, 8, 0, false},
        {SIZE_MAX / 8 + 1, 8, 0, false},
        {SIZE_MAX / 8 + 2, 8, 0, false},
        {8, SIZE_MAX / 8 + 2, 0, false},
        {SIZE_MAX, SIZE_MAX, 0, false},
    };
    const size_t head = head_size();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ledger l = {0};
        struct hp_arena arena = arena_with(&l, head + 40);
        void *got = hp_arena_array(&arena, rows[i].count, rows[i].size);

        assert_int_equal(got != NULL, rows[i].fits);
        assert_int_equal(arena.used, got != NULL ? head + rows[i].product : 0);
        if (got != NULL)
            assert_zeroed(got, rows[i].product);
        hp_arena_close(&arena);
    }
}

static void array__greatest_product_reaches_the_allocator(void **state)
{
    struct ledger l = {.fail_at = 1};
    struct hp_arena arena = arena_with(&l, SIZE_MAX);

    (void)state;
    assert_null(hp_arena_array(&arena, 2, SIZE_MAX / 2 + 1));
    assert_int_equal(l.calls, 0);
    assert_null(hp_arena_array(&arena, 1, SIZE_MAX / 2 + 1));
    assert_int_equal(l.calls, 1);
}

static void copy__is_of_its_own(void **state)
{
    char bytes[] = "abc";
    struct ledger l = {0};
    struct hp_arena arena = arena_with(&l, head_size() + 3);
    char *copy;

    (void)state;
    assert_null(hp_arena_copy(&arena, bytes, 4));
    copy = hp_arena_copy(&arena, bytes, 3);
    bytes[0] = 'x';
    assert_memory_equal(copy, "abc", 3);
    hp_arena_close(&arena);
    l = (struct ledger){0};
    assert_non_null(hp_arena_copy(&arena, NULL, 0));
    hp_arena_close(&arena);
}

/* Three allocations of each kind, the n-th of which fails. */
static void arena__each_failure_loses_that_one_only(void **state)
{
    (void)state;
    for (size_t fail_at = 1; fail_at <= 4; fail_at++) {
        struct ledger l = {.fail_at = fail_at};
        struct hp_arena arena = arena_with(&l, SIZE_MAX);
        const void *got[] = {hp_arena_alloc(&arena, 4),
                             hp_arena_array(&arena, 2, 2),
                             hp_arena_copy(&arena, "abcd", 4)};
        size_t ok = fail_at <= 3 ? 2 : 3;

        for (size_t i = 0; i < 3; i++)
            assert_int_equal(got[i] == NULL, i + 1 == fail_at);
        assert_int_equal(arena.used, ok * (head_size() + 4));
        hp_arena_close(&arena);
        assert_int_equal(l.returned, ok);
    }
}

static struct hp_arena chunked_with(struct ledger *l, size_t limit)
{
    return hp_arena_chunked((struct hp_allocator){ledger_take, ledger_give, l},
                            limit);
}

/* Small allocations share a block, aligned and apart; one that does not fit
 * the rest of it begins another. */
static void chunked__allocations_share_blocks(void **state)
{
    const size_t align = alignof(max_align_t);
    struct ledger l = {0};
    struct hp_arena arena = chunked_with(&l, SIZE_MAX);
    uint8_t *first = hp_arena_alloc(&arena, 1);
    uint8_t *second = hp_arena_alloc(&arena, align);
    uint8_t *third = hp_arena_alloc(&arena, HP_ARENA_CHUNK - 2 * align);
    uint8_t *fourth = hp_arena_alloc(&arena, 1);

    (void)state;
    assert_ptr_equal(second, first + align);
    assert_ptr_equal(third, second + align);
    assert_int_equal(l.calls, 2);
    assert_zeroed(first, 1);
    assert_zeroed(second, align);
    assert_zeroed(third, HP_ARENA_CHUNK - 2 * align);
    assert_zeroed(fourth, 1);
    assert_int_equal(arena.used, 2 * (head_size() + HP_ARENA_CHUNK));
    hp_arena_close(&arena);
    assert_int_equal(l.returned, 2);
    assert_int_equal(arena.used, 0);
    l = (struct ledger){0};
    assert_non_null(hp_arena_alloc(&arena, 1));
    assert_int_equal(l.calls, 1);
    hp_arena_close(&arena);
}

/* Nothing is not NULL, also before and after there was a block. */
static void chunked__nothing_from_an_empty_arena_is_something(void **state)
{
    struct ledger l = {0};
    struct hp_arena arena = chunked_with(&l, SIZE_MAX);

    (void)state;
    assert_non_null(hp_arena_alloc(&arena, 0));
    hp_arena_close(&arena);
    l = (struct ledger){0};
    assert_non_null(hp_arena_alloc(&arena, 0));
    hp_arena_close(&arena);
}

/* A large one has a block of its own size; the greatest size fails. */
static void chunked__large_allocations(void **state)
{
    struct ledger l = {0};
    struct hp_arena arena = chunked_with(&l, SIZE_MAX);

    (void)state;
    assert_non_null(hp_arena_alloc(&arena, HP_ARENA_CHUNK + 16));
    assert_int_equal(arena.used, head_size() + HP_ARENA_CHUNK + 16);
    for (size_t less = 0; less < 40; less++)
        assert_null(hp_arena_alloc(&arena, SIZE_MAX - less));
    assert_int_equal(l.calls, 1);
    hp_arena_close(&arena);
}

/* Near its limit it takes what is asked for; the allocator's no is one. */
static void chunked__limit_and_failure(void **state)
{
    struct ledger l = {0};
    struct hp_arena arena = chunked_with(&l, head_size() + 64);

    (void)state;
    assert_non_null(hp_arena_alloc(&arena, 64));
    assert_int_equal(arena.used, arena.limit);
    assert_null(hp_arena_alloc(&arena, 1));
    assert_int_equal(l.calls, 1);
    hp_arena_close(&arena);

    l = (struct ledger){.fail_at = 2};
    arena = chunked_with(&l, head_size() + HP_ARENA_CHUNK);
    assert_non_null(hp_arena_alloc(&arena, 1));
    assert_int_equal(arena.used, arena.limit);
    hp_arena_close(&arena);
    assert_null(hp_arena_alloc(&arena, 1));
    assert_int_equal(arena.used, 0);
    hp_arena_close(&arena);
}

/* Ten times, so that no stale pointer hides every leak from LeakSanitizer. */
static void libc_allocator__takes_and_gives(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);

        memset(hp_arena_alloc(&arena, 100), 1, 100);
        assert_memory_equal(hp_arena_copy(&arena, "ab", 3), "ab", 3);
        hp_arena_close(&arena);
        assert_null(arena.blocks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena__memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(arena__closed_is_empty_and_usable),
        cmocka_unit_test(arena__limit_is_exact),
        cmocka_unit_test(arena__limit_counts_all_and_leaves_the_arena_usable),
        cmocka_unit_test(arena__no_limit_does_not_overflow),
        cmocka_unit_test(array__product_must_not_overflow),
        cmocka_unit_test(array__greatest_product_reaches_the_allocator),
        cmocka_unit_test(copy__is_of_its_own),
        cmocka_unit_test(arena__each_failure_loses_that_one_only),
        cmocka_unit_test(chunked__allocations_share_blocks),
        cmocka_unit_test(chunked__nothing_from_an_empty_arena_is_something),
        cmocka_unit_test(chunked__large_allocations),
        cmocka_unit_test(chunked__limit_and_failure),
        cmocka_unit_test(libc_allocator__takes_and_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
