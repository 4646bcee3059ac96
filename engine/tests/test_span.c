/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdlib.h>

#define LEN 9 /* every length, offset and size up to this is tried */

/* `len` bytes 1, 2, 3, ... in memory of exactly that size. */
static uint8_t *new_bytes(size_t len)
{
    uint8_t *bytes = malloc(len);

    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(i + 1);
    return bytes;
}

/* Little-endian value of the `size` bytes that new_bytes has at `off`. */
static uint64_t value_at(size_t off, size_t size)
{
    uint64_t value = 0;

    for (size_t i = size; i-- > 0;)
        value = value * 256 + (off + i + 1);
    return value;
}

static void span_of__borrows_and_does_not_count(void **state)
{
    struct hp_span s = hp_span_of("ab", 2);

    (void)state;
    assert_memory_equal(s.ptr, "ab", 2);
    assert_int_equal(s.len, 2);
    assert_null(s.reads);
}

static void check_sub(struct hp_span s, size_t off, size_t len, bool fits)
{
    const struct hp_span untouched = {(const uint8_t *)"x", 77, NULL};
    struct hp_span sub = untouched;

    assert_int_equal(hp_span_sub(s, off, len, &sub), fits);
    if (!fits) {
        assert_memory_equal(&sub, &untouched, sizeof(sub));
        return;
    }
    assert_ptr_equal(sub.ptr, s.ptr + off);
    assert_int_equal(sub.len, len);
    assert_ptr_equal(sub.reads, s.reads);
}

static void span_sub__fits_exactly_where_it_should(void **state)
{
    uint8_t bytes[LEN];
    uint64_t reads = 0;

    (void)state;
    for (size_t len = 0; len <= LEN; len++) {
        struct hp_span s = {bytes, len, &reads};
        for (size_t off = 0; off <= LEN; off++) {
            for (size_t n = 0; n <= LEN; n++)
                check_sub(s, off, n, off + n <= len);
            check_sub(s, off, SIZE_MAX, false);
            check_sub(s, off, SIZE_MAX - off, false);
            check_sub(s, SIZE_MAX - off, off, false);
            check_sub(s, SIZE_MAX - off, off + 1, false);
        }
    }
    assert_int_equal(reads, 0);
}

static void span_sub__of_nothing_needs_no_memory(void **state)
{
    struct hp_span s = {NULL, 0, NULL};
    struct hp_span sub = {(const uint8_t *)"x", 1, NULL};

    (void)state;
    assert_true(hp_span_sub(s, 0, 0, &sub));
    assert_null(sub.ptr);
    assert_int_equal(sub.len, 0);
    assert_false(hp_span_sub(s, 0, 1, &sub));
    assert_false(hp_span_sub(s, 1, 0, &sub));
}

static void span_batch__counts_all_its_bytes_at_once(void **state)
{
    uint64_t reads = 5;
    struct hp_span s = {(const uint8_t *)"abc", 3, &reads}, batch;

    (void)state;
    for (size_t len = 0; len <= 3; len++) {
        reads = 5;
        batch = hp_span_batch(s, len);
        assert_ptr_equal(batch.ptr, s.ptr);
        assert_int_equal(batch.len, len);
        assert_null(batch.reads);
        assert_int_equal(reads, 5 + len);
    }
    batch = hp_span_batch(SPAN("abc"), 2);
    assert_int_equal(batch.len, 2);
}

static bool read_u8(struct hp_span s, size_t off, uint64_t *value)
{
    uint8_t v = 0xEE;
    bool ok = hp_span_u8(s, off, &v);
    assert_true(ok || v == 0xEE);
    *value = v;
    return ok;
}

static bool read_u16(struct hp_span s, size_t off, uint64_t *value)
{
    uint16_t v = 0xEEEE;
    bool ok = hp_span_u16(s, off, &v);
    assert_true(ok || v == 0xEEEE);
    *value = v;
    return ok;
}

static bool read_u32(struct hp_span s, size_t off, uint64_t *value)
{
    uint32_t v = 0xEEEEEEEE;
    bool ok = hp_span_u32(s, off, &v);
    assert_true(ok || v == 0xEEEEEEEE);
    *value = v;
    return ok;
}

static bool read_u64(struct hp_span s, size_t off, uint64_t *value)
{
    uint64_t v = 0xEEEEEEEE;
    bool ok = hp_span_u64(s, off, &v);
    assert_true(ok || v == 0xEEEEEEEE);
    *value = v;
    return ok;
}

/* u64 is read as two halves, and both are counted. */
static const struct reader {
    bool (*read)(struct hp_span s, size_t off, uint64_t *value);
    size_t size;
    uint64_t reads;
} readers[] = {
    {read_u8, 1, 1}, {read_u16, 2, 1}, {read_u32, 4, 1}, {read_u64, 8, 2}};

static void check_reader(const struct reader *r, size_t len)
{
    uint8_t *bytes = new_bytes(len);
    uint64_t value, reads = 0;
    struct hp_span s = {bytes, len, &reads};

    for (size_t off = 0; off <= LEN + 1; off++) {
        bool fits = off + r->size <= len;
        reads = 0;
        assert_int_equal(r->read(s, off, &value), fits);
        assert_true(reads == (fits ? r->reads : 0));
        assert_true(!fits || value == value_at(off, r->size));
    }
    for (size_t back = 0; back < 9; back++)
        assert_false(r->read(s, SIZE_MAX - back, &value));
    free(bytes);
}

static void span_readers__read_what_fits_and_count_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(readers); i++) {
        for (size_t len = 0; len <= LEN; len++)
            check_reader(&readers[i], len);
    }
}

static void at_readers__put_every_bit_in_its_place(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        uint8_t bytes[9] = {0xFF};
        struct hp_span s = hp_span_of(bytes, sizeof(bytes));
        uint64_t want = UINT64_C(1) << bit;

        bytes[1 + bit / 8] = (uint8_t)(1 << bit % 8);
        assert_true(hp_at_u64(s, 1) == want);
        assert_true(hp_at_u32(s, 1) == (want & 0xFFFFFFFF));
        assert_true(hp_at_u16(s, 1) == (want & 0xFFFF));
        assert_true(hp_at_u8(s, 1) == (want & 0xFF));
    }
}

static void counted_readers__read_alike_and_count_one(void **state)
{
    const uint8_t bytes[] = {0xFF, 0x81, 0x42, 0x24, 0x99};
    uint64_t reads = 0;
    struct hp_span s = {bytes, sizeof(bytes), &reads};

    (void)state;
    assert_int_equal(hp_counted_u16(s, 1), 0x4281);
    assert_true(reads == 1);
    assert_true(hp_counted_u32(s, 1) == UINT32_C(0x99244281));
    assert_true(reads == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(span_of__borrows_and_does_not_count),
        cmocka_unit_test(span_sub__fits_exactly_where_it_should),
        cmocka_unit_test(span_sub__of_nothing_needs_no_memory),
        cmocka_unit_test(span_batch__counts_all_its_bytes_at_once),
        cmocka_unit_test(span_readers__read_what_fits_and_count_it),
        cmocka_unit_test(at_readers__put_every_bit_in_its_place),
        cmocka_unit_test(counted_readers__read_alike_and_count_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
