/* SPDX-License-Identifier: Apache-2.0 */
#include "field.h"

#include "forge_asserts.h"

/* The table's fields cover every byte of every fixed part, each once. */
static void fields__tile_their_records(void **state)
{
    static const struct {
        enum hp_record_kind kind;
        int size;
    } records[] = {{HP_RECORD_BASE, BASE_SIZE}, {HP_RECORD_BIN, 32},
                   {HP_RECORD_NK, NK_NAME},     {HP_RECORD_VK, VK_NAME},
                   {HP_RECORD_LEAF, 12},        {HP_RECORD_INDEX, 8},
                   {HP_RECORD_DB, DB_SIZE},     {HP_RECORD_SK, SK_DESCRIPTOR}};
    (void)state;

    for (size_t r = 0; r < COUNT_OF(records); r++) {
        int end = 0;
        for (size_t i = 0; i < hp_field_count; i++) {
            if (hp_fields[i].kind != records[r].kind || hp_fields[i].width == 0)
                continue;
            assert_int_equal(hp_fields[i].at, end);
            end += hp_fields[i].width;
        }
        assert_int_equal(end, records[r].size);
    }
}

static void field_find__knows_the_record_and_the_whole_name(void **state)
{
    (void)state;
    assert_int_equal(hp_field_find(HP_RECORD_NK, "flags", 5)->at, 2);
    assert_int_equal(hp_field_find(HP_RECORD_VK, "flags", 5)->at, 16);
    assert_null(hp_field_find(HP_RECORD_NK, "flag", 4));
    assert_null(hp_field_find(HP_RECORD_NK, "flagsx", 6));
    assert_null(hp_field_find(HP_RECORD_VK, "parent", 6));
    /* What all cells have, headers have not. */
    assert_int_equal(hp_field_find(HP_RECORD_DATA, "size", 4)->at, -4);
    assert_int_equal(hp_field_find(HP_RECORD_BIN, "size", 4)->at, 8);
    assert_null(hp_field_find(HP_RECORD_BASE, "size", 4));
    assert_null(hp_field_find(HP_RECORD_BIN, "slack", 5));
}

static void field_at__is_of_the_kind(void **state)
{
    (void)state;
    assert_string_equal(hp_field_at(HP_RECORD_BASE, 508)->name, "checksum");
    assert_string_equal(hp_field_at(HP_RECORD_SK, 4)->name, "flink");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields__tile_their_records),
        cmocka_unit_test(field_find__knows_the_record_and_the_whole_name),
        cmocka_unit_test(field_at__is_of_the_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
