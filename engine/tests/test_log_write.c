/* SPDX-License-Identifier: Apache-2.0
 *
 * Places of fields are written out here, as the format has them: the writer's
 * own are what is tested. */
#include "log_write.h"

#include "layout.h"
#include "log_asserts.h"
#include "marvin32.h"

#define CHANGE "entry\n[\\k]\n\"v\"=dword:1\n"
#define BEGIN "[\\k]\nlog LOG1 hvle\n"

enum { FIRST = 512 }; /* of the entries, without another cluster */

static uint64_t hash_of(const struct hp_image *log, size_t at, size_t size)
{
    return hp_marvin32(hp_span_of(log->bytes + at, size), HP_MARVIN32_LOG_SEED);
}

/* An entry of that size, all of whose hashes are right. */
static void expect_entry(const struct hp_image *log, size_t at, uint64_t size,
                         uint64_t sequence)
{
    assert_memory_equal(log->bytes + at, "HvLE", 4);
    assert_int_equal(number_at(log, at + 4, 4), size);
    assert_int_equal(number_at(log, at + 12, 4), sequence);
    assert_int_equal(number_at(log, at + 24, 8),
                     hash_of(log, at + 40, (size_t)size - 40));
    assert_int_equal(number_at(log, at + 32, 8), hash_of(log, at, 32));
}

static void expect_base(const struct hp_image *log, uint64_t type,
                        uint64_t sequence)
{
    assert_memory_equal(log->bytes, "regf", 4);
    assert_int_equal(number_at(log, 4, 4), sequence);
    assert_int_equal(number_at(log, 8, 4), sequence);
    assert_int_equal(number_at(log, 28, 4), type);
    assert_int_equal(number_at(log, 508, 4), hp_base_checksum(log->bytes));
}

/* ---- what is right --------------------------------------------------- */

static void hive__without_logs_is_what_it_was(void **state)
{
    struct logs l;
    (void)state;

    logs_open(&l, "[\\k]");
    assert_false(l.forged.has_log[LOG] || l.forged.has_log[LOG1] ||
                 l.forged.has_log[LOG2]);
    assert_int_equal(number_at(&l.forged.hive, 4, 4), 1);
    assert_ptr_equal(l.forged.clean.bytes, l.forged.hive.bytes);
    logs_close(&l);
}

static void hive__with_logs_is_dirty_unless_it_says(void **state)
{
    struct logs l;
    (void)state;

    logs_open(&l, BEGIN);
    assert_int_equal(number_at(&l.forged.hive, 4, 4), 2);
    assert_int_equal(number_at(&l.forged.hive, 8, 4), 1);
    expect_base(&l.forged.log[LOG1], 6, 1);
    assert_int_equal(l.forged.log[LOG1].size, 512);
    logs_close(&l);
    logs_open(&l, "base sequence2=0xffffffff\n" BEGIN);
    assert_int_equal(number_at(&l.forged.hive, 4, 4), 0);
    logs_close(&l);
    logs_open(&l, "base sequence1=7 sequence2=7\n" BEGIN);
    assert_int_equal(number_at(&l.forged.hive, 4, 4), 7);
    logs_close(&l);
}

static void entry__has_the_pages_that_differ(void **state)
{
    const struct hp_image *log;
    struct logs l;
    (void)state;

    logs_open(&l, "base sequence2=9\n[\\]\n\"a\"=hex(3):00*5000\n[\\k]\n"
                  "\"v\"=dword:0\nlog LOG1 hvle\nentry\n[\\k]\n\"v\"=dword:1");
    log = &l.forged.log[LOG1];
    expect_base(log, 6, 9);
    expect_entry(log, FIRST, 0x1200, 9);
    assert_int_equal(log->size, FIRST + 0x1200);
    assert_int_equal(number_at(log, FIRST + 8, 4), 0);
    assert_int_equal(number_at(log, FIRST + 16, 4),
                     number_at(&l.forged.hive, BASE_BINS_SIZE, 4));
    assert_int_equal(number_at(log, FIRST + 20, 4), 1);
    size_t offset = (size_t)number_at(log, FIRST + 40, 4);
    assert_int_equal(offset, 0x2000); /* behind the large data */
    assert_int_equal(number_at(log, FIRST + 44, 4), 4096);
    assert_memory_equal(log->bytes + FIRST + 48,
                        l.forged.clean.bytes + 4096 + offset, 4096);
    assert_true(memcmp(log->bytes + FIRST + 48,
                       l.forged.hive.bytes + 4096 + offset, 4096) != 0);
    logs_close(&l);
}

static void entries__of_neighbours_have_one_reference(void **state)
{
    struct logs l;
    (void)state;

    logs_open(&l, BEGIN "entry\n[\\k]\n\"v\"=hex(3):01*9000");
    const struct hp_image *log = &l.forged.log[LOG1];
    assert_int_equal(number_at(log, FIRST + 20, 4), 1);
    assert_int_equal(number_at(log, FIRST + 44, 4), 0x4000);
    assert_int_equal(number_at(log, FIRST + 16, 4), 0x4000);
    assert_int_equal(number_at(&l.forged.clean, BASE_BINS_SIZE, 4), 0x4000);
    assert_int_equal(number_at(&l.forged.hive, BASE_BINS_SIZE, 4), 0x1000);
    logs_close(&l);
}

static void entries__count_over_all_logs(void **state)
{
    struct logs l;
    (void)state;

    logs_open(&l, "base sequence2=0xfffffffe\n" BEGIN CHANGE
                  "entry\n[\\l]\nlog LOG2 hvle\nentry\n[\\m]\n"
                  "entry aside sequence=3\n[\\n]\nentry\n[\\o]\n");
    const struct hp_image *log = &l.forged.log[LOG1];
    expect_base(log, 6, 0xfffffffe);
    expect_entry(log, FIRST, 0x1200, 0xfffffffe);
    expect_entry(log, FIRST + 0x1200, 0x1200, 0xffffffff);
    log = &l.forged.log[LOG2];
    expect_base(log, 6, 0);
    expect_entry(log, FIRST, 0x1200, 0);
    expect_entry(log, FIRST + 0x1200, 0x1200, 3);
    expect_entry(log, FIRST + 2 * 0x1200, 0x1200, 1);
    assert_int_equal(number_at(&l.forged.clean, 4, 4), 1);
    assert_int_equal(number_at(&l.forged.clean, 8, 4), 1);
    assert_int_equal(number_at(&l.forged.clean, 508, 4),
                     hp_base_checksum(l.forged.clean.bytes));
    logs_close(&l);
}

static void states__go_on_from_what_does_not_stand_aside(void **state)
{
    struct logs one, other;
    (void)state;

    logs_open(&one, "[\\k]\nlog LOG1 hvle\nentry\n[\\k]\n\"v\"=dword:1\n"
                    "entry aside\n[\\stale]\nentry\n[\\l]");
    logs_open(&other, "[\\k]\nlog LOG1 hvle\nentry\n[\\k]\n\"v\"=dword:1\n"
                      "entry\n[\\l]");
    assert_int_equal(one.forged.clean.size, other.forged.clean.size);
    assert_memory_equal(one.forged.clean.bytes, other.forged.clean.bytes,
                        one.forged.clean.size);
    logs_close(&other);
    logs_open(&other, "base sequence2=3\n[\\l]");
    logs_close(&one);
    logs_open(&one, "[\\k]\n\"v\"=hex(3):01*9000\nlog LOG1 hvle\nentry anew\n"
                    "[\\l]");
    assert_int_equal(one.forged.clean.size, other.forged.clean.size);
    assert_memory_equal(one.forged.clean.bytes + 4096,
                        other.forged.hive.bytes + 4096, 4096);
    logs_close(&one);
    logs_close(&other);
}

/* ---- pages ----------------------------------------------------------- */

static void pages__that_are_said_are_all(void **state)
{
    struct logs l;
    (void)state;

    logs_open(&l, BEGIN CHANGE "page 0x200+0x100 *2\npage 0xfffff000+3\n"
                               "page 0+4 hex:01020304\npage 8+4 hex:09\n");
    const struct hp_image *log = &l.forged.log[LOG1];
    expect_entry(log, FIRST, 0x400, 1);
    static const uint32_t pages[][2] = {
        {0x200, 0x100}, {0x200, 0x100}, {0xfffff000, 3}, {0, 4}, {8, 4}};
    assert_int_equal(number_at(log, FIRST + 20, 4), COUNT_OF(pages));
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        assert_int_equal(number_at(log, FIRST + 40 + 8 * i, 4), pages[i][0]);
        assert_int_equal(number_at(log, FIRST + 44 + 8 * i, 4), pages[i][1]);
    }
    const uint8_t *bytes = log->bytes + FIRST + 40 + 8 * COUNT_OF(pages);
    assert_memory_equal(bytes, l.forged.clean.bytes + 0x1200, 0x100);
    assert_memory_equal(bytes + 0x100, l.forged.clean.bytes + 0x1200, 0x100);
    assert_memory_equal(bytes + 0x200, "\0\0\0\1\2\3\4\x09\0\0\0", 11);
    logs_close(&l);
    logs_open(&l, BEGIN CHANGE "page none");
    expect_entry(&l.forged.log[LOG1], FIRST, 0x200, 1);
    assert_int_equal(number_at(&l.forged.log[LOG1], FIRST + 20, 4), 0);
    logs_close(&l);
}

/* ---- the old format -------------------------------------------------- */

static void vector__says_what_differs(void **state)
{
    struct logs l;
    (void)state;

    logs_open(&l, "base sequence2=4\n[\\k]\nlog LOG dirt\n[\\l]");
    const struct hp_image *log = &l.forged.log[LOG];
    expect_base(log, 1, 5);
    assert_memory_equal(log->bytes + 512, "DIRT\xff\0\0\0", 8);
    assert_int_equal(log->size, 1024 + 4096);
    assert_memory_equal(log->bytes + 1024, l.forged.clean.bytes + 4096, 4096);
    assert_int_equal(number_at(&l.forged.clean, 4, 4), 5);
    logs_close(&l);
    logs_open(&l,
              "[\\k]\nlog LOG1 dirt type=2\n[\\l]\npage 0x200+0x400\n"
              "page 0x400+0x200\npage 0x1000+0x200\nvector[LOG1].byte[5]=3\n"
              "vector[LOG1].signature=0");
    log = &l.forged.log[LOG1];
    assert_int_equal(number_at(log, 28, 4), 2);
    assert_memory_equal(log->bytes + 512, "\0\0\0\0\x06\x01\0\0\0\3\0", 11);
    assert_int_equal(log->size, 1024 + 3 * 512);
    assert_memory_equal(log->bytes + 1024, l.forged.clean.bytes + 4096 + 512,
                        1024);
    logs_close(&l);
}

static void vector__of_over_2_mib_takes_two_sectors(void **state)
{
    struct logs l;
    (void)state;

    /* 508 bytes of bitmap are 508 * 8 * 512 bytes of bins */
    logs_open(&l, "[\\k]\nbin 0x1fc000\nlog LOG dirt\n[\\l]");
    assert_int_equal(l.forged.log[LOG].size, 1024 + 4096);
    logs_close(&l);
    logs_open(&l, "[\\k]\nbin 0x1fd000\nlog LOG dirt\n[\\l]");
    assert_int_equal(l.forged.log[LOG].size, 1536 + 4096);
    assert_memory_equal(l.forged.log[LOG].bytes + 1536,
                        l.forged.clean.bytes + 4096, 4096);
    logs_close(&l);
}

static void cluster__is_the_size_of_sectors(void **state)
{
    struct logs l;
    (void)state;

    logs_open(&l, "base cluster=8\n[\\k]\nlog LOG dirt\n[\\l]\n"
                  "log LOG1 hvle\nentry\n[\\m]");
    assert_memory_equal(l.forged.log[LOG].bytes + 4096, "DIRT", 4);
    assert_int_equal(l.forged.log[LOG].size, 3 * 4096);
    expect_entry(&l.forged.log[LOG1], 4096, 0x1200, 1);
    logs_close(&l);
    logs_open(&l, "[\\k]\nlog LOG dirt cluster=8\n[\\l]");
    assert_memory_equal(l.forged.log[LOG].bytes + 512, "DIRT", 4);
    logs_close(&l);
}

/* ---- lies ------------------------------------------------------------ */

static void lies__reach_every_field(void **state)
{
    static const struct {
        const char *field;
        size_t at, width;
    } cases[] = {{"log[LOG1].sequence1", 4, 4},
                 {"log[LOG1].type", 28, 4},
                 {"log[LOG1].filetime", 12, 8},
                 {"log[LOG1].checksum", 508, 4},
                 {"entry[LOG1]#1.signature", 0x1400, 4},
                 {"entry[LOG1]#1.size", 0x1404, 4},
                 {"entry[LOG1]#1.flags", 0x1408, 4},
                 {"entry[LOG1]#1.sequence", 0x140c, 4},
                 {"entry[LOG1]#1.bins_size", 0x1410, 4},
                 {"entry[LOG1]#1.count", 0x1414, 4},
                 {"entry[LOG1]#1.hash1", 0x1418, 8},
                 {"entry[LOG1]#1.hash2", 0x1420, 8},
                 {"entry[LOG1]#1.page_offset[0]", 0x1428, 4},
                 {"entry[LOG1]#1.page_size[0]", 0x142c, 4}};
    char recipe[256];
    struct logs l;
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        (void)snprintf(recipe, sizeof recipe,
                       BEGIN CHANGE "entry\n[\\l]\n%s = 0x5a5b",
                       cases[i].field);
        logs_open(&l, recipe);
        const struct hp_image *log = &l.forged.log[LOG1];
        assert_int_equal(number_at(log, cases[i].at, cases[i].width), 0x5a5b);
        if (cases[i].at != 508)
            assert_int_equal(number_at(log, 508, 4),
                             hp_base_checksum(log->bytes));
        if (cases[i].at != 0x1418)
            assert_int_equal(number_at(log, 0x1418, 8),
                             hash_of(log, 0x1428, 0x1200 - 40));
        if (cases[i].at != 0x1420)
            assert_int_equal(number_at(log, 0x1420, 8),
                             hash_of(log, 0x1400, 32));
        logs_close(&l);
    }
}

static void lies__stand_on_the_line_too(void **state)
{
    struct logs l;
    (void)state;

    logs_open(&l, "[\\k]\nlog LOG1 hvle sequence1=8 name=\"x\"\n"
                  "entry anew flags=3 page_offset[0]=8 size=600\n[\\l]");
    const struct hp_image *log = &l.forged.log[LOG1];
    assert_int_equal(number_at(log, 4, 4), 8);
    assert_int_equal(number_at(log, BASE_NAME, 2), 'x');
    assert_int_equal(number_at(log, FIRST + 8, 4), 3);
    assert_int_equal(number_at(log, FIRST + 40, 4), 8);
    /* the hash is of what the size says */
    assert_int_equal(number_at(log, FIRST + 24, 8),
                     hash_of(log, FIRST + 40, 560));
    logs_close(&l);
}

static void bytes__are_put_over_logs(void **state)
{
    struct logs l;
    (void)state;

    logs_open(&l, BEGIN CHANGE "raw[LOG1] 0x300 aabb\ntail[LOG1] 01*3\n"
                               "log LOG none\nraw[LOG] 2 ff\n"
                               "log LOG2 none\nend[LOG2] 0x10");
    const struct hp_image *log = &l.forged.log[LOG1];
    expect_entry(log, FIRST, 0x1200, 1);
    assert_int_equal(number_at(log, 0x300, 2), 0xbbaa);
    assert_int_equal(log->size, FIRST + 0x1203);
    assert_int_equal(number_at(log, FIRST + 0x1200, 3), 0x10101);
    assert_int_equal(l.forged.log[LOG].size, 3);
    assert_int_equal(number_at(&l.forged.log[LOG], 0, 3), 0xff0000);
    assert_int_equal(l.forged.log[LOG2].size, 16);
    logs_close(&l);
    logs_open(&l, BEGIN CHANGE "end[LOG1] 0x700\nraw[LOG1] 508 01020304");
    log = &l.forged.log[LOG1];
    assert_int_equal(log->size, 0x700);
    assert_int_equal(number_at(log, 508, 4), 0x04030201);
    logs_close(&l);
}

/* ---- mistakes -------------------------------------------------------- */

static void mistakes__are_told_where_they_are(void **state)
{
    static const struct {
        const char *recipe;
        uint32_t line, column; /* the first line is another one */
    } cases[] = {
        {"log LOG3 hvle", 2, 5},
        {"log LOG1", 2, 9},
        {"log LOG1 hvle\nlog LOG1 hvle", 3, 5},
        {"entry", 2, 6},
        {"log LOG dirt\nentry", 3, 6},
        {"page 0+4", 2, 6},
        {"log LOG1 hvle\npage 0+4", 3, 6},
        {"log LOG1 hvle\nentry\npage 4", 4, 7},
        {"log LOG1 hvle\nentry\n\"v\"=dword:1", 4, 1},
        {"log LOG1 hvle\nentry[LOG1]#0.flags=1", 3, 14},
        {"log LOG dirt\nentry[LOG]#0.flags=1", 3, 13},
        {"entry[LOG1]#0.flags=1", 2, 6},
        {"tail[LOG1] 00", 2, 5},
        {"[\\k]\nlog LOG1 hvle\nentry page_offset[99]=1", 4, 7},
        {"[\\k]\nlog LOG1 hvle root=offset(nk[\\k])", 3, 20},
        {"[\\k]\nlog LOG1 hvle unused=hex:00", 3, 15},
        {"[\\k]\nlog LOG dirt\npage 0+100", 4, 6},
        {"[\\k]\nlog LOG dirt\npage 0+512 hex:00", 4, 6},
        {"log LOG1 hvle\nentry\npage 0+0xffffffff *0xffffffff", 4, 6},
        {"log LOG dirt\npage 0+0xff0000\npage 0+0xff0000", 4, 6},
        {"log LOG none\nraw[LOG] 0xffffffffffffffff 00", 3, 10},
        {"log LOG none\nend[LOG] 0x7fffffffffffffff", 3, 10},
        /* what is wrong with a later state alone */
        {"log LOG1 hvle\nentry\n[\\k]\nnk[\\k].nothing=1", 5, 8},
        {"log LOG1 hvle\nentry\n[\\k]\nentry anew\nnk[\\k].flags=1", 6, 6},
    };
    struct logs l;
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        logs_try(&l, cases[i].recipe);
        if (l.done || l.err.origin.line != cases[i].line ||
            l.err.origin.column != cases[i].column)
            fail_msg("%s\n-> %d at %u:%u %s", cases[i].recipe, l.done,
                     l.err.origin.line, l.err.origin.column,
                     l.err.message == NULL ? "" : l.err.message);
        logs_close(&l);
    }
}

static void entries__have_a_limit(void **state)
{
    char recipe[64 * 8] = "log LOG1 hvle\n";
    struct logs l;
    (void)state;

    for (int i = 0; i < HP_LOG_STATES - 1; i++)
        strcat(recipe, "entry\n");
    logs_open(&l, recipe);
    logs_close(&l);
    strcat(recipe, "entry\n");
    logs_try(&l, recipe);
    assert_false(l.done);
    assert_int_equal(l.err.status, HP_E_DEPTH);
    logs_close(&l);
}

/* ---- memory ---------------------------------------------------------- */

struct failing {
    size_t left;
};

static void *take(void *self, size_t size)
{
    struct failing *failing = self;

    return failing->left-- == 0 ? NULL : malloc(size);
}

static void give(void *self, void *block)
{
    (void)self;
    free(block);
}

static void memory__may_end_anywhere(void **state)
{
    static const char text[] =
        "hiveproof recipe 1\n[\\k]\nlog LOG1 hvle\nentry\n[\\l]\n"
        "nk[\\l].flags = 1\npage 0+16 hex:01\nlog LOG dirt anew\n[\\m]\n"
        "raw[LOG1] 5 00\nentry[LOG1]#0.flags=1";
    struct hp_forged forged;
    struct hp_recipe_error err;
    size_t failing = 0;
    bool done = false;
    (void)state;

    for (; !done; failing++) {
        struct failing self = {failing};
        struct hp_allocator allocator = {take, give, &self};
        struct hp_arena arena = hp_arena_of(allocator, LOGS_MEMORY);
        done = hp_forge_recipe(
            &forged, &arena, LOGS_LIMIT,
            (struct hp_recipe_text){"case", text, sizeof text - 1}, NULL, &err);
        if (!done)
            assert_int_equal(err.status, HP_E_NO_MEMORY);
        hp_arena_close(&arena);
    }
    assert_true(failing > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hive__without_logs_is_what_it_was),
        cmocka_unit_test(hive__with_logs_is_dirty_unless_it_says),
        cmocka_unit_test(entry__has_the_pages_that_differ),
        cmocka_unit_test(entries__of_neighbours_have_one_reference),
        cmocka_unit_test(entries__count_over_all_logs),
        cmocka_unit_test(states__go_on_from_what_does_not_stand_aside),
        cmocka_unit_test(pages__that_are_said_are_all),
        cmocka_unit_test(vector__says_what_differs),
        cmocka_unit_test(vector__of_over_2_mib_takes_two_sectors),
        cmocka_unit_test(cluster__is_the_size_of_sectors),
        cmocka_unit_test(lies__reach_every_field),
        cmocka_unit_test(lies__stand_on_the_line_too),
        cmocka_unit_test(bytes__are_put_over_logs),
        cmocka_unit_test(mistakes__are_told_where_they_are),
        cmocka_unit_test(entries__have_a_limit),
        cmocka_unit_test(memory__may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
