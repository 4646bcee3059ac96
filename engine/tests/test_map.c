/* SPDX-License-Identifier: Apache-2.0 */
#include "map.h"

#include "against.h"
#include "dense_hive.h"
#include "forge_asserts.h"
#include "map_text.h"
#include "page.h"

enum { TEXT_ROOM = 1 << 18 };

struct mapped {
    struct hp_arena arena;
    struct hp_map map;
    char text[TEXT_ROOM];
};

static struct mapped *map_bytes(const void *bytes, size_t size)
{
    struct mapped *m = malloc(sizeof *m);

    assert_non_null(m);
    m->arena = hp_arena_chunked(hp_allocator_libc, hp_map_memory(size));
    assert_true(hp_map_open(&m->map, &m->arena, hp_span_of(bytes, size)));
    return m;
}

static void map_close(struct mapped *m)
{
    hp_arena_close(&m->arena);
    free(m);
}

/* The lines of all parts but the base block and free cells. */
static const char *lines_of(struct mapped *m)
{
    struct hp_out_buffer buffer = {m->text, TEXT_ROOM - 1, 0};
    struct hp_words words;

    hp_words_begin(&words, hp_out_to_buffer(&buffer), HP_ESCAPE_TERMINAL);
    for (size_t i = 1; i < m->map.count; i++) {
        const struct hp_part *part = &m->map.parts[i];
        if (part->allocated || part->kind != HP_RECORD_CELL)
            hp_words_part(&words, &m->map, part, false);
    }
    for (size_t i = 0; i < m->map.problem_count; i++) {
        hp_words_problem(&words, &m->map, i);
        hp_words_put(&words, "\n");
    }
    assert_in_range(buffer.size, 0, TEXT_ROOM - 1);
    m->text[buffer.size] = '\0';
    return m->text;
}

static void expect_lines(const char *recipe, const char *want)
{
    struct forged f;

    forge_open(&f, recipe);
    struct mapped *m = map_bytes(f.image.bytes, f.image.size);
    assert_string_equal(lines_of(m), want);
    map_close(m);
    forge_close(&f);
}

#define S "security s = hex:0102 sk@0x200\n"

static const struct {
    const char *recipe, *want;
} cases[] = {
    {S "[\\] security=s\n"
       "@=dword:2a\n"
       "\"q\"=\"x\" utf16\n"
       "[\\k] class=\"c\" security=s\n",
     "00000000 bin 32\n"
     "00000020 nk 88 of base \"ROOT\" the root\n"
     "00000078 values 16 of 00000020 in \\\n"
     "00000088 vk 24 of 00000020 \"\" REG_DWORD, 4 bytes: 0x0000002a in \\\n"
     "000000a0 vk 32 of 00000020 \"q\" REG_SZ, 4 bytes: \"x\" in \\\n"
     "000000c0 lh 16 of 00000020 in \\\n"
     "000000d0 nk 88 of 00000020 \\k\n"
     "00000128 class 8 of 000000d0 in \\k\n"
     "00000200 sk 32 of 00000020 in \\\n"},
    /* What no key leads to is what it looks like. */
    {S "[\\] security=s\n"
       "cell @0x300+0x20 766b\n"
       "cell @0x320+0x8 6e6b\n"
       "free @0x340+0x20 6c66\n",
     "00000000 bin 32\n"
     "00000020 nk 88 of base \"ROOT\" the root\n"
     "00000200 sk 32 of 00000020 in \\\n"
     "00000300 vk 32 unreached \"\" REG_NONE, 0 bytes\n"
     "00000320 cell 8 unreached\n"
     "00000340 free 32 was lf\n"},
    /* A problem stands at the record that lies. */
    {S "[\\] security=s\n\"v\"=hex:01,02,03,04,05\n"
       "vk[\\]\"v\".data_size=0x80000005\n",
     "00000000 bin 32\n"
     "00000020 nk 88 of base \"ROOT\" the root\n"
     "00000078 values 8 of 00000020 in \\\n"
     "00000080 vk 32 !1 of 00000020 \"v\" REG_BINARY, 5 bytes: a0 00 00 00  "
     ".... in \\\n"
     "000000a0 cell 16 unreached\n"
     "00000200 sk 32 of 00000020 in \\\n"
     "!1 at 00000080 (vk): the data does not fit its cell; vk.data_size is "
     "0x80000005; read as far as it exists\n"},
    /* Behind a size that cannot be is a gap, with the cells that are led to. */
    {S "[\\] security=s nk@0x20+0x60\n"
       "[\\k] security=s nk@0x400\n"
       "cell @0x300+0x10 61\n"
       "cell#0.size=0x7ffffff0\n",
     "00000000 bin 32\n"
     "00000020 nk 96 of base \"ROOT\" the root\n"
     "00000080 lh 16 of 00000020 in \\\n"
     "00000200 sk 32 of 00000020 in \\\n"
     "00000300 gap 256 !1\n"
     "00000400 nk 88 loose of 00000020 \\k\n"
     "00000458 gap 2984\n"
     "!1 at 00000300 (gap): impossible cell size; cell.size is 0x7ffffff0; an "
     "unknown number of objects is missing\n"},
    /* A bin without its signature is a gap, and the next one is found. */
    {S "bin 0x1000 *3\n"
       "[\\] security=s\n"
       "[\\k] security=s nk@0x1020\n"
       "bin#1.signature=0\n",
     "00000000 bin 32\n"
     "00000020 nk 88 of base \"ROOT\" the root\n"
     "00000078 lh 16 of 00000020 in \\\n"
     "00000200 sk 32 of 00000020 in \\\n"
     "00001000 bin 32 !1\n"
     "00001020 nk 88 loose of 00000020 \\k\n"
     "00001078 gap 3976\n"
     "00002000 bin 32\n"
     "!1 at 00001000 (bin): wrong signature; hbin.signature is 0x0; an unknown "
     "number of objects is missing\n"},
    {S "[\\] security=s\ntail 010203\n",
     "00000000 bin 32\n"
     "00000020 nk 88 of base \"ROOT\" the root\n"
     "00000200 sk 32 of 00000020 in \\\n"
     "00001000 tail 3\n"
     "!1 at base (block): contradicts another field; file.size is 0x2003; "
     "noted, the content is not affected\n"},
    /* Hostile names stay in their line. */
    {S "[\\] security=s name=\"a\\x0ab\"\n"
       "[\\k] name=\"\\u001b[2J\\ud800\" security=s\n",
     "00000000 bin 32\n"
     "00000020 nk 88 of base \"a\\x0Ab\" the root\n"
     "00000078 lh 16 of 00000020 in \\\n"
     "00000088 nk 96 of 00000020 \\\\x1B[2J\\uD800\n"
     "00000200 sk 32 of 00000020 in \\\n"},
};

static void map__says_what_each_part_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_lines(cases[i].recipe, cases[i].want);
}

static void map__follows_big_data(void **state)
{
    (void)state;
    expect_lines(S "[\\] security=s\n"
                   "\"b\"=hex:00*20000\n",
                 "00000000 bin 32\n"
                 "00000020 nk 88 of base \"ROOT\" the root\n"
                 "00000078 values 8 of 00000020 in \\\n"
                 "00000080 vk 32 of 00000020 \"b\" REG_BINARY, 20000 bytes in "
                 "\\\n"
                 "000000a0 db 16 of 00000080 of value \"b\" in \\\n"
                 "000000b0 segments 16 of 000000a0 of value \"b\" in \\\n"
                 "00000200 sk 32 of 00000020 in \\\n"
                 "00001000 bin 32\n"
                 "00001020 segment 16352 of 000000a0 of value \"b\" in \\\n"
                 "00005000 bin 32\n"
                 "00005020 segment 3664 of 000000a0 of value \"b\" in "
                 "\\\n");
}

/* ---- any bytes ------------------------------------------------------- */

/* Every byte is in a part, the parts are in order, what is counted is there. */
static void check_parts(const struct hp_map *map)
{
    size_t covered = 0, cells = 0;

    assert_int_equal(map->parts[0].kind, HP_RECORD_BASE);
    for (size_t i = 0; i < map->count; i++) {
        const struct hp_part *part = &map->parts[i];
        size_t end = (size_t)part->position + part->size;
        assert_true(i == 0 || part->position > part[-1].position);
        assert_true(part->position <= covered);
        assert_true(part->loose || i == 0 || part->position == covered ||
                    hp_part_is_cell(part) || part->kind == HP_RECORD_BIN);
        assert_in_range(end, 0, map->image.len);
        if (end > covered)
            covered = end;
        cells += hp_part_is_cell(part);
        assert_true(!part->reached || part->allocated);
        assert_ptr_equal(hp_map_find(map, part->position), part);
    }
    assert_int_equal(covered, map->image.len);
    assert_int_equal(cells, map->cells);
}

/* Each problem is one part's, and all that the reader said are there. */
static void check_problems(const struct hp_map *map)
{
    uint64_t events = 0, costly = 0;
    size_t problems = 0;

    for (size_t i = 0; i < map->count; i++) {
        const struct hp_part *part = &map->parts[i];
        assert_int_equal(part->first_problem, problems);
        for (uint32_t p = 0; p < part->problem_count; p++) {
            const struct hp_problem *problem =
                &map->problems[part->first_problem + p];
            assert_int_equal(problem->part, i);
            events += problem->times;
            if (problem->event.action != HP_DAMAGE_NOTED)
                costly += problem->times;
        }
        problems += part->problem_count;
    }
    assert_int_equal(problems, map->problem_count);
    assert_int_equal(events, map->events);
    assert_int_equal(costly, map->costly);
    assert_int_equal(hp_map_is_whole(map), costly == 0);
}

static void check_tree(const struct hp_map *map)
{
    unsigned depth = 0;
    size_t nodes = 0;

    for (const struct hp_map_key *key = map->root; key != NULL;
         key = hp_map_key_after(key, &depth)) {
        const struct hp_part *part = hp_map_find(map, key->position);
        assert_non_null(part);
        assert_int_equal(part->kind, HP_RECORD_NK);
        assert_true(part->reached);
        nodes++;
    }
    assert_int_equal(nodes, map->nodes);
}

static bool take_all(void *self, const char *bytes, size_t size)
{
    size_t *sum = self;

    (void)bytes;
    *sum += size;
    return true;
}

/* The map of the bytes, compared with itself, as text and, which takes longer,
 * as a page. */
static void check_image(const void *bytes, size_t size, bool page)
{
    /* Where it ends, memory ends: a read too far is seen. */
    uint8_t *copy = malloc(size + (size == 0));
    assert_non_null(copy);
    if (size > 0)
        memcpy(copy, bytes, size);
    struct mapped *m = map_bytes(copy, size);
    struct hp_against against;
    struct hp_inspection inspection = {"f", &m->map, "g", &against, NULL, 0};
    size_t written = 0;

    check_parts(&m->map);
    check_problems(&m->map);
    check_tree(&m->map);
    m->arena.limit = SIZE_MAX;
    assert_true(hp_against_open(&against, &m->map, &m->arena, m->map.image));
    assert_false(hp_against_differs(&against));
    assert_true(
        hp_inspect_text((struct hp_out){take_all, &written}, &inspection));
    assert_true(!page || hp_inspect_page((struct hp_out){take_all, &written},
                                         &inspection));
    assert_true(written > 100);
    map_close(m);
    free(copy);
}

static void any_bytes__have_a_map(void **state)
{
    static const char text[] = "not a hive at all";
    uint8_t *bytes = malloc(BASE_SIZE * 3);
    (void)state;

    assert_non_null(bytes);
    check_image(NULL, 0, true);
    for (size_t size = 1; size < sizeof text; size++)
        check_image(text, size, true);
    for (unsigned fill = 0; fill < 256; fill += 51) {
        memset(bytes, (int)fill, (size_t)BASE_SIZE * 3);
        for (size_t size = BASE_SIZE - 2; size < BASE_SIZE + 34; size++)
            check_image(bytes, size, false);
        check_image(bytes, (size_t)BASE_SIZE * 3, true);
    }
    free(bytes);
}

static void broken_hives__have_a_map(void **state)
{
    static const uint32_t values[] = {0, 0xffffffff, 0x20};
    struct dense_hive d;
    (void)state;

    dense_open(&d);
    check_image(d.h.image, d.h.size, true);
    for (size_t at = 0; at + 4 <= d.h.size; at += at < 64 ? 4 : 212) {
        uint8_t was[4];
        memcpy(was, d.h.image + at, 4);
        for (size_t i = 0; i < COUNT_OF(values); i++) {
            for (size_t b = 0; b < 4; b++)
                d.h.image[at + b] = (uint8_t)(values[i] >> (8 * b));
            check_image(d.h.image, d.h.size, false);
        }
        memcpy(d.h.image + at, was, 4);
    }
    for (size_t size = 0; size < d.h.size; size += 4093)
        check_image(d.h.image, size, true);
    dense_close(&d);
}

/* ---- comparing ------------------------------------------------------- */

static void expect_difference(const char *recipe, const char *other,
                              const char *said, const char *bytes)
{
    struct forged a, b;
    struct hp_against against;
    struct hp_words words;

    forge_open(&a, recipe);
    forge_open(&b, other);
    struct mapped *m = map_bytes(a.image.bytes, a.image.size);
    struct hp_out_buffer buffer = {m->text, TEXT_ROOM - 1, 0};
    assert_true(hp_against_open(&against, &m->map, &m->arena,
                                hp_span_of(b.image.bytes, b.image.size)));
    assert_true(hp_against_differs(&against));
    hp_words_begin(&words, hp_out_to_buffer(&buffer), HP_ESCAPE_TERMINAL);
    hp_against_said(&against, &words);
    m->text[buffer.size] = '\0';
    assert_string_equal(m->text, said);
    buffer.size = 0;
    hp_against_bytes(&against, &words);
    m->text[buffer.size] = '\0';
    assert_string_equal(m->text, bytes);
    map_close(m);
    forge_close(&a);
    forge_close(&b);
}

static void against__names_what_differs(void **state)
{
    (void)state;
    expect_difference(
        S "[\\] security=s\n\"d\"=dword:1\n",
        S "[\\] security=s\n\"d\"=dword:2\nbase.checksum=0\n",
        "\\ value.data \"d\": first 4 bytes, byte 0 is 01, second 4 bytes, "
        "byte 0 is 02\n",
        "base block 4096\n"
        "  4 of 4096 bytes, from +508\n"
        "  +508  checksum: first 0x42b566bd 1119184573, second 0x00000000 0\n"
        "00000080 vk 32 of 00000020 \"d\" REG_DWORD, 4 bytes: 0x00000001 in "
        "\\\n"
        "  1 of 32 bytes, from +12\n"
        "  +12   data: first 0x00000001, second 0x00000002\n");
}

static void against__tells_a_shorter_file(void **state)
{
    (void)state;
    expect_difference(S "[\\] security=s\n", S "[\\] security=s\ntail 41\n", "",
                      "The second has 1 bytes more, from file position 8192 "
                      "on\n");
    expect_difference(S "[\\] security=s\ntail 41\n", S "[\\] security=s\n", "",
                      "00001000 tail 1\n  1 of 1 bytes, from +0\n");
}

/* ---- trouble --------------------------------------------------------- */

static void memory__may_end_anywhere(void **state)
{
    struct dense_hive d;
    size_t limit = 0;
    bool done = false;
    (void)state;

    dense_open(&d);
    for (; !done; limit += 1009) {
        struct hp_arena arena = hp_arena_of(hp_allocator_libc, limit);
        struct hp_map map;
        struct hp_against against;
        done = hp_map_open(&map, &arena, hp_span_of(d.h.image, d.h.size)) &&
               hp_against_open(&against, &map, &arena, map.image);
        hp_arena_close(&arena);
    }
    assert_true(limit > 10000);
    dense_close(&d);
}

static bool take_some(void *self, const char *bytes, size_t size)
{
    int *left = self;

    (void)bytes;
    (void)size;
    return (*left)-- > 0;
}

static void writing__stops_where_the_output_does(void **state)
{
    struct dense_hive d;
    (void)state;

    dense_open(&d);
    struct mapped *m = map_bytes(d.h.image, d.h.size);
    struct hp_inspection inspection = {"f", &m->map, NULL, NULL, NULL, 0};
    for (int room = 0; room < 3000; room += 7) {
        int left = room;
        assert_false(
            hp_inspect_text((struct hp_out){take_some, &left}, &inspection));
        assert_int_equal(left, -1);
        left = room;
        assert_false(
            hp_inspect_page((struct hp_out){take_some, &left}, &inspection));
        assert_int_equal(left, -1);
    }
    map_close(m);
    dense_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(map__says_what_each_part_is),
        cmocka_unit_test(map__follows_big_data),
        cmocka_unit_test(any_bytes__have_a_map),
        cmocka_unit_test(broken_hives__have_a_map),
        cmocka_unit_test(against__names_what_differs),
        cmocka_unit_test(against__tells_a_shorter_file),
        cmocka_unit_test(memory__may_end_anywhere),
        cmocka_unit_test(writing__stops_where_the_output_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
