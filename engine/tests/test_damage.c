/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include "damage.h"

static void damage__status_is_ours_or_reader(void **state)
{
    static const struct {
        uint64_t status;
        enum hp_status want;
    } cases[] = {
        {101, HP_E_FILE_SHORT},    {205, HP_E_TOO_LARGE},
        {301, HP_E_NO_MEMORY},     {307, HP_E_CHANGED},
        {0, HP_E_READER},          {1, HP_E_READER},
        {100, HP_E_READER},        {199, HP_E_READER},
        {308, HP_E_COMMAND},       {311, HP_E_READER},
        {901, HP_E_READER},        {902, HP_E_READER},
        {4294967397, HP_E_READER}, {HP_UNKNOWN_U64, HP_E_READER},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_damage_event damage = {.status = cases[i].status};
        assert_int_equal(hp_damage_status(&damage), cases[i].want);
    }
}

static void damage__position_is_behind_the_base_block(void **state)
{
    static const struct {
        const char *field;
        uint64_t offset;
        bool known;
        uint64_t position;
    } cases[] = {
        {"nk.name", 0x20, true, 0x1020},
        {NULL, 0, true, 0x1000},
        {"", 0, true, 0x1000},
        {"base_block.checksum", 508, true, 508},
        {"base_block", 0, true, 0},
        {"base_bloc", 0, true, 0x1000},
        {"file.size", 7, true, 7},
        {"fil", 7, true, 0x1007},
        {"file", HP_UNKNOWN_U64, false, 0},
        {"nk", HP_UNKNOWN_U64, false, 0},
        {"nk", UINT64_MAX - 4096, true, UINT64_MAX},
        {"nk", UINT64_MAX - 4095, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_damage_event damage = {.field = cases[i].field,
                                         .offset = cases[i].offset};
        uint64_t position = 1;
        assert_int_equal(hp_damage_position(&damage, &position),
                         cases[i].known);
        assert_true(position == (cases[i].known ? cases[i].position : 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damage__status_is_ours_or_reader),
        cmocka_unit_test(damage__position_is_behind_the_base_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
