/* SPDX-License-Identifier: Apache-2.0 */
#include "hive_asserts.h"

#include "base_block.h"
#include "sample_hives.h"

static bool open_base(struct hp_base_block *base, struct hp_hive *hive,
                      const struct hive_builder *h, bool forensic)
{
    return hp_base_block_open(base, hive, hp_span_of(h->image, h->size),
                              forensic, NULL);
}

static void starts_size__is_a_bit_for_each_8_bytes(void **state)
{
    (void)state;
    assert_int_equal(hp_starts_size(0), 1);
    assert_int_equal(hp_starts_size(63), 1);
    assert_int_equal(hp_starts_size(64), 2);
    assert_int_equal(hp_starts_size(65), 2);
    assert_int_equal(hp_starts_size(128), 3);
}

static void checksum__is_the_xor_of_127_words(void **state)
{
    uint8_t block[BASE_CHECKSUM + 4] = {0};
    struct hp_span image = hp_span_of(block, sizeof block);

    (void)state;
    assert_int_equal(hp_base_block_checksum(image), 1); /* 0 becomes 1 */
    memset(block, 0xff, 4);
    assert_int_equal(hp_base_block_checksum(image), 0xfffffffe);
    block[0] = 0xfe;
    assert_int_equal(hp_base_block_checksum(image), 0xfffffffe);
    block[BASE_CHECKSUM - 1] = 0x80; /* the last word counts */
    assert_int_equal(hp_base_block_checksum(image), 0x7ffffffe);
    memset(block + BASE_CHECKSUM, 0x55, 4); /* the sum itself does not */
    assert_int_equal(hp_base_block_checksum(image), 0x7ffffffe);
    memset(block, 0, 4);
    assert_int_equal(hp_base_block_checksum(image), 0x80000000);
}

/* Makes the words XOR to `sum` and stores `stored`. */
static void expect_checksum(uint32_t sum, uint32_t stored, const char *want)
{
    struct hive_builder h;
    uint32_t now = 0;

    hb_index(&h);
    struct hp_span image = hp_span_of(h.image, h.size);
    for (size_t at = 0; at < BASE_CHECKSUM; at += 4)
        now ^= hp_at_u32(image, at);
    hb_poke(&h, "base", 200, 4, now ^ sum);
    hb_poke(&h, "base", BASE_CHECKSUM, 4, stored);
    expect_walk(&h, &hp_backend_native, HP_MODE_STRICT, NULL, want);
    hb_close(&h);
}

#define WRONG(sum)                                                             \
    " !checksum@base/base_block.checksum=" sum "(skipped) refused"

static void checksum__has_two_special_values(void **state)
{
    (void)state;
    expect_checksum(0, 1, INDEX_EVENTS);
    expect_checksum(0, 0, WRONG("0"));
    expect_checksum(0xffffffff, 0xfffffffe, INDEX_EVENTS);
    expect_checksum(0xffffffff, 0xffffffff, WRONG("ffffffff"));
    expect_checksum(1, 1, INDEX_EVENTS);
    expect_checksum(0xfffffffe, 0xfffffffe, INDEX_EVENTS);
    expect_checksum(2, 1, WRONG("1"));
}

static void file__has_a_bin_at_least(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_index(&h);
    assert_int_equal(h.size, 8192);
    expect_events(&h, INDEX_EVENTS, NULL);
    h.size = 8191;
    expect_events(&h, " !file-short@base/file.size=1fff(skipped) refused",
                  NULL);
    h.size = 0;
    expect_events(&h, " !file-short@base/file.size=0(skipped) refused", NULL);
    hb_close(&h);
}

static void open__tells_what_the_base_block_says(void **state)
{
    struct hp_base_block base;
    struct hive_builder h;
    struct hp_hive hive;

    (void)state;
    hb_small(&h);
    hb_poke(&h, "base", BASE_SEQUENCE1, 4, 0x01020304);
    hb_poke(&h, "base", BASE_SEQUENCE2, 4, 0x05060708);
    for (uint32_t minor = 3; minor <= 6; minor++) {
        hb_poke(&h, "base", BASE_MINOR, 4, minor);
        assert_true(open_base(&base, &hive, &h, false));
        assert_int_equal(base.minor, minor);
        assert_int_equal(hive.minor, minor);
    }
    assert_int_equal(base.sequence1, 0x01020304);
    assert_int_equal(base.sequence2, 0x05060708);
    assert_int_equal(base.root, hb_offset(&h, "nk:R"));
    assert_int_equal(hive.damage_count, 1); /* dirty */
    assert_false(hive.partial);
    hb_poke(&h, "base", BASE_MINOR, 4, 7);
    assert_true(open_base(&base, &hive, &h, true));
    assert_int_equal(base.minor, 7);
    assert_int_equal(hive.minor, 5);
    hb_close(&h);
}

static void open__sets_bins_and_limits(void **state)
{
    struct hp_base_block base;
    struct hive_builder h;
    struct hp_hive hive;

    (void)state;
    hb_small(&h);
    assert_true(open_base(&base, &hive, &h, false));
    assert_ptr_equal(hive.bins.ptr, h.image + 4096);
    assert_int_equal(hive.bins.len, 8192);
    assert_ptr_equal(hive.image.reads, &hive.reads);
    assert_int_equal(hive.read_limit, 12 * h.size);
    assert_int_equal(hive.record_limit, 4 * (8192 / 32));
    assert_int_equal(hive.data_limit, 8 * h.size + (64 << 20));
    assert_int_equal(hive.damage_count, 0);
    hb_poke(&h, "base", BASE_BINS_SIZE, 4, 4096);
    assert_true(open_base(&base, &hive, &h, false));
    assert_int_equal(hive.bins.len, 4096);
    assert_int_equal(hive.record_limit, 4 * (4096 / 32));
    hb_close(&h);
}

/* Sizes of the bins, and what is said about them in both modes. */
static const struct {
    uint32_t size;
    enum hp_status strict;
    unsigned damage; /* forensic: how many; refused: 99 */
    size_t bins;     /* forensic: bytes */
} sizes[] = {
    {0, HP_E_BINS_SIZE, 99, 0},
    {0xfff, HP_E_BINS_SIZE, 99, 0},
    {0x1000, HP_OK, 1, 0x1000},
    {0x1001, HP_E_BINS_SIZE, 2, 0x1001},
    {0x1fff, HP_E_BINS_SIZE, 2, 0x1fff},
    {0x2000, HP_OK, 0, 0x2000},
    {0x2001, HP_E_BINS_SIZE, 2, 0x2000},
    {0x3000, HP_E_BINS_SIZE, 1, 0x2000},
    {0x7fffffff, HP_E_BINS_SIZE, 2, 0x2000},
    {0x80000000, HP_E_BINS_SIZE, 99, 0},
    {0xffffffff, HP_E_BINS_SIZE, 99, 0},
};

static void bins_size__has_these_edges(void **state)
{
    struct hp_base_block base;
    struct hive_builder h;
    struct hp_hive hive;

    (void)state;
    hb_small(&h);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        hb_poke(&h, "base", BASE_BINS_SIZE, 4, sizes[i].size);
        bool good = open_base(&base, &hive, &h, false);
        assert_int_equal(good, sizes[i].strict == HP_OK);
        assert_int_equal(good ? HP_OK : hive.refusal.status, sizes[i].strict);
        good = open_base(&base, &hive, &h, true);
        assert_int_equal(good ? hive.damage_count : 99, sizes[i].damage);
        assert_int_equal(good ? hive.bins.len : 0, sizes[i].bins);
    }
    hb_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_size__is_a_bit_for_each_8_bytes),
        cmocka_unit_test(checksum__is_the_xor_of_127_words),
        cmocka_unit_test(checksum__has_two_special_values),
        cmocka_unit_test(file__has_a_bin_at_least),
        cmocka_unit_test(open__tells_what_the_base_block_says),
        cmocka_unit_test(open__sets_bins_and_limits),
        cmocka_unit_test(bins_size__has_these_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
