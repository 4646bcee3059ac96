/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include "marvin32.h"

/* Known answers that others publish for this seed, a length each. */
#define SEED UINT64_C(0x004fb61a001bdbcc)

static const struct {
    struct hp_span bytes;
    uint64_t hash;
} known[] = {
    {SPAN_INIT(""), UINT64_C(0x30ed35c100cd3c7d)},
    {SPAN_INIT("\xaf"), UINT64_C(0x48e73fc77d75ddc1)},
    {SPAN_INIT("\xe7\x0f"), UINT64_C(0xb5f6e1fc485dbff8)},
    {SPAN_INIT("\x37\xf4\x95"), UINT64_C(0xf0b07c789b8cf7e8)},
    {SPAN_INIT("\x86\x42\xdc\x59"), UINT64_C(0x7008f2e87e9cf556)},
};

static void marvin32__has_these_known_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++)
        assert_int_equal(hp_marvin32(known[i].bytes, SEED), known[i].hash);
}

/* The header of an entry that Windows wrote, and what it says its hash is. */
static void marvin32__is_what_windows_writes(void **state)
{
    static const uint32_t words[] = {0x454c7648, 0x5e00,    0, 2, 0x5000, 1,
                                     0x1807e431, 0x67866c66};
    uint8_t header[sizeof words];

    (void)state;
    for (size_t i = 0; i < sizeof header; i++)
        header[i] = (uint8_t)(words[i / 4] >> 8 * (i % 4));
    assert_int_equal(
        hp_marvin32(hp_span_of(header, sizeof header), HP_MARVIN32_LOG_SEED),
        UINT64_C(0xcd44f3cfa7657f02));
}

static void marvin32__counts_each_byte_once(void **state)
{
    uint64_t reads = 0;
    struct hp_span bytes = SPAN("seven b");

    (void)state;
    bytes.reads = &reads;
    hp_marvin32(bytes, SEED);
    assert_int_equal(reads, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marvin32__has_these_known_answers),
        cmocka_unit_test(marvin32__is_what_windows_writes),
        cmocka_unit_test(marvin32__counts_each_byte_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
