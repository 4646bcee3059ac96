/* SPDX-License-Identifier: Apache-2.0
 *
 * The mutator by itself: it stays where it may write, it is the same each
 * time, its repairs are repairs, what it builds is sound, and a lie is one. */
#include "hp_cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "layout.h"
#include "log.h"
#include "mutate_hive.h"
#include "mutate_hives.h"

enum { ROOM = 64 << 10, GUARD = 64, GUARD_BYTE = 0xA5 };

/* A mutator and an image with a guard behind its room. */
struct bench {
    struct hp_arena arena;
    struct hp_mutator *m;
    uint8_t *image;
    size_t size;
};

static void bench_open(struct bench *b)
{
    b->arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    b->m = hp_mutator_open(&b->arena);
    b->image = calloc(1, ROOM + GUARD);
    assert_non_null(b->m);
    assert_non_null(b->image);
}

static void bench_close(struct bench *b)
{
    hp_arena_close(&b->arena);
    free(b->image);
}

static void bench_load(struct bench *b, const struct hive_builder *h)
{
    assert_true(h->size <= ROOM);
    memcpy(b->image, h->image, h->size);
    b->size = h->size;
}

/* Fills what may not be written and runs; the guard must be whole. */
static void run_in(struct bench *b, size_t room, uint64_t seed)
{
    memset(b->image + room, GUARD_BYTE, GUARD);
    b->size = hp_mutator_run(b->m, b->image, b->size, room, seed);
    assert_true(b->size <= room);
    assert_true(b->size > 0 || room == 0);
    for (size_t i = 0; i < GUARD; i++)
        assert_int_equal(b->image[room + i], GUARD_BYTE);
}

static void arena__without_memory_opens_nothing(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, 100);

    (void)state;
    assert_null(hp_mutator_open(&arena));
    hp_arena_close(&arena);
}

/* ---- limits -------------------------------------------------------------- */

static void run__stays_within_its_room(void **state)
{
    static const size_t sizes[] = {0,    1,    3,    511,  4095,  4096,
                                   4100, 4128, 8192, 8200, 12288, 12300};
    struct bench b;

    (void)state;
    bench_open(&b);
    for (uint64_t seed = 0; seed < 6000; seed++) {
        b.size = sizes[seed % COUNT_OF(sizes)];
        size_t room = b.size + (seed % 3 == 0 ? 0 : sizes[seed % 7]);
        random_bytes(b.image, b.size, seed / 2);
        for (unsigned i = 0; i < 3; i++)
            run_in(&b, room, seed + i);
        (void)read_hive(b.image, b.size, true);
    }
    bench_close(&b);
}

static void run__of_hives_stays_within_their_room(void **state)
{
    struct hive_builder h;
    struct bench b;

    (void)state;
    small_hive(&h);
    bench_open(&b);
    for (uint64_t seed = 0; seed < 3000; seed++) {
        static const size_t more[] = {0, 8, 100, 4096, 20000};
        size_t room = h.size + more[seed % COUNT_OF(more)];
        bench_load(&b, &h);
        for (unsigned i = 0; i < 4; i++)
            run_in(&b, room, seed * 10 + i);
    }
    bench_close(&b);
    hb_close(&h);
}

/* As a fuzzer does it: the lies of many runs on top of each other. */
static void run__goes_on_with_what_came_out(void **state)
{
    struct hive_builder h;
    struct bench b;

    (void)state;
    small_hive(&h);
    bench_open(&b);
    for (uint64_t chain = 0; chain < 150; chain++) {
        bench_load(&b, &h);
        for (unsigned i = 0; i < 60; i++) {
            uint64_t seed = chain << 32 | i;
            run_in(&b, ROOM, seed);
            if (i % 8 == 7)
                b.size = hp_mutator_cross(b.m, b.image, b.size, ROOM, h.image,
                                          h.size, seed);
        }
    }
    bench_close(&b);
    hb_close(&h);
}

/* Every operator over hives in which one record says that it reaches to the
 * end of the file, or a little into the next bin, over all others. */
static void operators__bear_records_that_overlap(void **state)
{
    struct hive_builder h;
    struct bench b;

    (void)state;
    small_hive(&h);
    bench_open(&b);
    hp_mutator_fix_passes(b.m, 0);
    for (size_t i = 0; i + 1 < hp_mutator_operators(); i++) {
        assert_true(hp_mutator_fix_operator(b.m, hp_mutator_operator_name(i)));
        for (size_t n = 2; n < h.count; n++) {
            uint32_t position = h.records[n].position;
            uint32_t bin_end = BASE_SIZE + BIN_ALIGN;
            uint32_t size = n % 2 == 0 || position >= bin_end
                                ? (uint32_t)h.size - position
                                : bin_end + 64 - position;
            bench_load(&b, &h);
            for (unsigned byte = 0; byte < 4; byte++)
                b.image[position + byte] = (uint8_t)(-size >> 8 * byte);
            for (unsigned run = 0; run < 4; run++)
                run_in(&b, ROOM, n * 10 + run);
        }
    }
    bench_close(&b);
    hb_close(&h);
}

static void run__is_the_same_for_the_same_seed(void **state)
{
    char one[400], two[400];
    struct hive_builder h;
    struct bench a, b;

    (void)state;
    big_data_hive(&h);
    bench_open(&a);
    bench_open(&b);
    for (uint64_t seed = 0; seed < 500; seed++) {
        bench_load(&a, &h);
        bench_load(&b, &h);
        run_in(&b, ROOM, ~seed); /* what was done before does not matter */
        bench_load(&b, &h);
        memset(b.image + b.size, 0xFF, ROOM - b.size);
        run_in(&a, ROOM, seed);
        run_in(&b, ROOM, seed);
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.image, b.image, a.size);
        (void)hp_mutator_explain(a.m, one, sizeof one);
        (void)hp_mutator_explain(b.m, two, sizeof two);
        assert_string_equal(one, two);
    }
    bench_close(&a);
    bench_close(&b);
    hb_close(&h);
}

/* ---- what comes out ------------------------------------------------------ */

static void operators__are_all_hit_and_most_results_load(void **state)
{
    enum { RUNS = 20000 };
    struct hive_builder hives[2];
    struct bench b;
    size_t loaded = 0;

    (void)state;
    small_hive(&hives[0]);
    big_data_hive(&hives[1]);
    bench_open(&b);
    hp_mutator_set_raw(b.m, NULL, NULL);
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        bench_load(&b, &hives[seed % 2]);
        run_in(&b, ROOM, seed);
        loaded += !read_hive(b.image, b.size, true).refused;
    }
    for (size_t i = 0; i < hp_mutator_operators(); i++) {
        const char *name = hp_mutator_operator_name(i);
        bool outside = strcmp(name, "raw.engine") == 0 ||
                       hp_mutator_operator_level(i) >= 5;
        if ((hp_mutator_hits(b.m, i) == 0) != outside)
            fail_msg("%s: %u hits", name, (unsigned)hp_mutator_hits(b.m, i));
    }
    print_message("%u of %u load\n", (unsigned)loaded, (unsigned)RUNS);
    assert_true(loaded * 10 >= RUNS * 6);
    bench_close(&b);
    hb_close(&hives[0]);
    hb_close(&hives[1]);
}

/* What only moves or rewrites things loses none. */
static void movers__keep_all_keys_and_values(void **state)
{
    static const char *const names[] = {
        "list.convert", "list.split", "list.merge",   "security.copy",
        "name.width",   "cell.move",  "cell.last",    "cell.split",
        "cell.merge",   "bin.add",    "bin.split",    "bin.merge",
        "key.class",    "value.type", "value.number", "value.splice",
        "value.copy",   "base.spare"};
    struct hive_builder h;
    struct bench b;

    (void)state;
    small_hive(&h);
    struct reading before = read_hive(h.image, h.size, false);
    bench_open(&b);
    hp_mutator_fix_passes(b.m, HP_PASS_ALL);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_true(hp_mutator_fix_operator(b.m, names[i]));
        for (uint64_t seed = 0; seed < 200; seed++) {
            bench_load(&b, &h);
            for (unsigned n = 0; n < 3; n++)
                run_in(&b, ROOM, seed + 1000 * n);
            struct reading after = read_hive(b.image, b.size, false);
            if (after.keys != before.keys || after.values != before.values)
                fail_msg("%s, seed %u", names[i], (unsigned)seed);
        }
    }
    bench_close(&b);
    hb_close(&h);
}

/* Operators of the first three levels that do not set out to lie keep a hive
 * sound when all passes run. */
static void builders__keep_a_hive_sound(void **state)
{
    static const char *const names[] = {
        "key.add",      "key.delete",  "key.move",      "key.rename",
        "key.class",    "key.service", "value.add",     "value.delete",
        "value.type",   "value.text",  "value.rename",  "list.convert",
        "list.split",   "list.merge",  "security.copy", "name.width",
        "value.resize", "cell.move",   "cell.last",     "cell.split",
        "cell.merge",   "bin.add",     "bin.split",     "bin.merge",
        "file.compact", "key.symlink", "value.number",  "value.splice",
        "value.copy",   "base.spare",  "key.many",      "value.many",
    };
    struct hive_builder h;
    struct bench b;

    (void)state;
    big_data_hive(&h);
    assert_int_equal(read_hive(h.image, h.size, false).damage, 0);
    bench_open(&b);
    hp_mutator_fix_passes(b.m, HP_PASS_ALL);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_true(hp_mutator_fix_operator(b.m, names[i]));
        for (uint64_t seed = 0; seed < 200; seed++) {
            bench_load(&b, &h);
            for (unsigned n = 0; n < 3; n++)
                run_in(&b, ROOM, seed + 1000 * n);
            struct reading reading = read_hive(b.image, b.size, false);
            /* Names are chosen round the limits, also beyond them. */
            bool name =
                strstr(reading.why.field != NULL ? reading.why.field : "",
                       "name") != NULL;
            if ((reading.refused && !name) || reading.partial)
                fail_msg("%s, seed %u: %s at 0x%x", names[i], (unsigned)seed,
                         reading.why.field, (unsigned)reading.why.offset);
        }
    }
    bench_close(&b);
    hb_close(&h);
}

/* Bytes that differ, but for those of the checksum, and the first of them. */
static size_t differences(const uint8_t *a, const uint8_t *b, size_t size,
                          size_t *first)
{
    size_t count = 0;

    for (size_t i = size; i > 0; i--)
        if (a[i - 1] != b[i - 1] &&
            (i - 1 < BASE_CHECKSUM || i - 1 >= BASE_CHECKSUM + 4)) {
            count++;
            *first = i - 1;
        }
    return count;
}

/* All right except one thing: a slot operator changes its field and nothing
 * else (a reference may need the count that makes it looked at). */
static void slots__change_one_field(void **state)
{
    static const struct {
        const char *name;
        size_t most;
    } slots[] = {{"slot.reference", 8}, {"slot.count", 4}, {"slot.length", 4},
                 {"slot.signature", 2}, {"slot.flags", 2}, {"slot.number", 8},
                 {"slot.cell", 4},      {"slot.bin", 4},   {"slot.base", 4}};
    struct hive_builder h;
    struct bench b;
    size_t first = 0;

    (void)state;
    big_data_hive(&h);
    bench_open(&b);
    hp_mutator_repair(b.m, h.image, h.size, HP_PASS_ALL);
    hp_mutator_fix_passes(b.m, HP_PASS_ALL);
    for (size_t i = 0; i < COUNT_OF(slots); i++) {
        assert_true(hp_mutator_fix_operator(b.m, slots[i].name));
        size_t changed = 0;
        for (uint64_t seed = 0; seed < 1000; seed++) {
            bench_load(&b, &h);
            run_in(&b, ROOM, seed);
            assert_int_equal(b.size, h.size);
            size_t count = differences(b.image, h.image, h.size, &first);
            if (count > slots[i].most)
                fail_msg("%s: %u bytes", slots[i].name, (unsigned)count);
            changed += count > 0;
        }
        assert_true(changed > 700);
    }
    bench_close(&b);
    hb_close(&h);
}

static uint32_t type_of(const uint8_t *image, size_t cell)
{
    size_t at = cell + CELL_SIZE_FIELD + VK_TYPE;

    return hp_at_u32(hp_span_of(image, at + 4), at);
}

/* Only fields of records of one kind are others: no elements of lists. */
static void assert_one_kind(const struct hive_builder *h, const uint8_t *image)
{
    enum hb_kind kind = HB_KINDS;

    for (size_t i = BASE_SIZE; i < h->size; i++) {
        if (image[i] == h->image[i])
            continue;
        const struct hb_record *record = hb_record_at(h, i);
        assert_non_null(record);
        if (kind == HB_KINDS)
            kind = record->kind;
        assert_int_equal(record->kind, kind);
        size_t field = i - record->position - CELL_SIZE_FIELD;
        bool list =
            kind == HB_LF || kind == HB_LH || kind == HB_LI || kind == HB_RI;
        assert_true(!list || field < LIST_ELEMENTS);
        assert_true(kind != HB_VK || field < VK_SPARE);
    }
}

/* What one record has in a field others of its kind get, up to all of them:
 * values of three types have two, or one of the three. */
static void spread__copies_a_field_to_others(void **state)
{
    struct hive_builder h;
    struct bench b;
    size_t vks[4], count = 0, fewer = 0, one = 0;

    (void)state;
    small_hive(&h);
    for (size_t i = 0; i < h.count; i++)
        if (h.records[i].kind == HB_VK && count < COUNT_OF(vks))
            vks[count++] = h.records[i].position;
    assert_int_equal(count, COUNT_OF(vks));
    /* What must not be copied shows. */
    const struct hb_record *data = hb_find(&h, "data:big");
    memset(h.image + data->position + CELL_SIZE_FIELD, 0x77,
           data->size - CELL_SIZE_FIELD);
    bench_open(&b);
    hp_mutator_repair(b.m, h.image, h.size, HP_PASS_ALL);
    hp_mutator_fix_passes(b.m, HP_PASS_ALL);
    assert_true(hp_mutator_fix_operator(b.m, "slot.spread"));
    for (uint64_t seed = 0; seed < 3000; seed++) {
        bool had[5] = {false}, other = false;
        bench_load(&b, &h);
        run_in(&b, ROOM, seed);
        assert_int_equal(b.size, h.size);
        assert_one_kind(&h, b.image);
        for (size_t i = 0; i < count; i++) {
            uint32_t type = type_of(b.image, vks[i]);
            assert_true(type == 1 || type == 3 || type == 4);
            had[type] = true;
            other |= type != type_of(h.image, vks[i]);
        }
        unsigned kinds = 0U + had[1] + had[3] + had[4];
        fewer += other && kinds == 2;
        one += other && kinds == 1;
    }
    assert_true(fewer > 5);
    assert_true(one > 5);
    bench_close(&b);
    hb_close(&h);
}

/* Fields that a slot can lie about, as the trace calls them. */
static const char *const fields[] = {
    "nk.signature",
    "nk.flags",
    "nk.parent",
    "nk.subkey_count",
    "nk.subkeys",
    "nk.value_count",
    "nk.values",
    "nk.security",
    "nk.class",
    "nk.name_length",
    "nk.class_length",
    "nk.filetime",
    "vk.signature",
    "vk.name_length",
    "vk.data_size",
    "vk.data",
    "vk.type",
    "vk.flags",
    "lf.signature",
    "lf.count",
    "lf.element",
    "lh.signature",
    "lh.count",
    "lh.element",
    "li.signature",
    "li.count",
    "li.element",
    "ri.signature",
    "ri.count",
    "ri.element",
    "values.element",
    "db.signature",
    "db.count",
    "db.list",
    "db.element",
    "sk.signature",
    "sk.flink",
    "sk.blink",
    "sk.reference_count",
    "sk.descriptor_size",
    "cell.size",
    "bin.signature",
    "bin.offset",
    "bin.size",
    "base.signature",
    "base.sequence1",
    "base.sequence2",
    "base.major",
    "base.minor",
    "base.type",
    "base.format",
    "base.root",
    "base.bins_size",
    "base.cluster",
    "base.checksum",
};

/* Every field of every record is lied about. */
static void slots__reach_every_field(void **state)
{
    size_t seen[COUNT_OF(fields)] = {0};
    struct hive_builder h;
    struct bench b;
    char text[600];

    (void)state;
    big_data_hive(&h);
    bench_open(&b);
    for (uint64_t seed = 0; seed < 20000; seed++) {
        bench_load(&b, &h);
        run_in(&b, ROOM, seed);
        (void)hp_mutator_explain(b.m, text, sizeof text);
        for (size_t i = 0; i < COUNT_OF(fields); i++)
            seen[i] += strstr(text, fields[i]) != NULL;
    }
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (seen[i] < 10)
            fail_msg("%s: %u times", fields[i], (unsigned)seen[i]);
    bench_close(&b);
    hb_close(&h);
}

/* ---- repair -------------------------------------------------------------- */

static void repair__twice_is_as_good_as_once(void **state)
{
    static const unsigned passes[] = {
        HP_PASS_TILES,  HP_PASS_REFS,
        HP_PASS_COUNTS, HP_PASS_LISTS,
        HP_PASS_SK,     HP_PASS_PARENTS,
        HP_PASS_BASE,   HP_PASS_CHECKSUM,
        HP_PASS_ALL,    HP_PASS_BASE | HP_PASS_CHECKSUM};
    uint8_t *once = malloc(ROOM);
    struct hive_builder h;
    struct bench b;

    (void)state;
    assert_non_null(once);
    small_hive(&h);
    bench_open(&b);
    for (uint64_t seed = 0; seed < 4000; seed++) {
        unsigned pass = passes[seed % COUNT_OF(passes)];
        bench_load(&b, &h);
        run_in(&b, ROOM, seed);
        run_in(&b, ROOM, seed + 1);
        hp_mutator_repair(b.m, b.image, b.size, pass);
        memcpy(once, b.image, b.size);
        hp_mutator_repair(b.m, b.image, b.size, pass);
        if (memcmp(once, b.image, b.size) != 0)
            fail_msg("passes 0x%x, seed %u", pass, (unsigned)seed);
    }
    free(once);
    bench_close(&b);
    hb_close(&h);
}

/* Each pass mends the lie that it is for; the reader is the judge. */
static void repair__mends_what_each_pass_is_for(void **state)
{
    static const struct {
        unsigned pass;
        const char *label;
        int field;
        unsigned width;
        uint64_t lie;
    } lies[] = {
        {HP_PASS_TILES, "class:gamma", HB_CELL_SIZE, 4, 0xFFFF0000},
        {HP_PASS_TILES, "bin:0", BIN_SIZE, 4, 0x7000},
        {HP_PASS_TILES, "bin:0", BIN_OFFSET, 4, 0x7000},
        {HP_PASS_REFS, "lh:root", LIST_ELEMENTS, 4, 0x20000},
        {HP_PASS_REFS, "vals:alpha", 0, 4, 12},
        {HP_PASS_REFS, "vk:text", VK_DATA, 4, 0xFFFFF000},
        {HP_PASS_COUNTS, "nk:root", NK_SUBKEY_COUNT, 4, 7},
        {HP_PASS_COUNTS, "nk:root", NK_VALUE_COUNT, 4, 0x40000001},
        {HP_PASS_COUNTS, "vk:text", VK_DATA_SIZE, 4, 0x10000},
        {HP_PASS_COUNTS, "vk:number", VK_DATA_SIZE, 4, 0x80000009},
        {HP_PASS_BASE, "base", BASE_ROOT, 4, 0x18},
        {HP_PASS_BASE, "base", BASE_MAJOR, 4, 2},
        {HP_PASS_BASE, "base", BASE_BINS_SIZE, 4, 0},
        {HP_PASS_CHECKSUM, "base", BASE_CHECKSUM, 4, 0},
    };
    struct hive_builder h;
    struct bench b;

    (void)state;
    bench_open(&b);
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        small_hive(&h);
        hb_poke(&h, lies[i].label, lies[i].field, lies[i].width, lies[i].lie);
        if (!read_hive(h.image, h.size, false).refused)
            fail_msg("%u is no lie", (unsigned)i);
        hp_mutator_repair(b.m, h.image, h.size, HP_PASS_ALL & ~lies[i].pass);
        if (lies[i].pass != HP_PASS_CHECKSUM &&
            !read_hive(h.image, h.size, false).refused)
            fail_msg("%u is mended by another pass", (unsigned)i);
        hp_mutator_repair(
            b.m, h.image, h.size,
            lies[i].pass | HP_PASS_CHECKSUM |
                (lies[i].pass == HP_PASS_REFS ? HP_PASS_COUNTS : 0));
        if (read_hive(h.image, h.size, false).refused)
            fail_msg("%u is not mended: %s", (unsigned)i,
                     read_hive(h.image, h.size, false).why.field);
        hb_close(&h);
    }
    bench_close(&b);
}

/* ---- crossover ----------------------------------------------------------- */

static void crossover__leads_nowhere_else_when_all_passes_run(void **state)
{
    struct hive_builder a, donor;
    size_t grown = 0, most = 0;
    struct bench b;

    (void)state;
    small_hive(&a);
    big_data_hive(&donor);
    bench_open(&b);
    hp_mutator_fix_passes(b.m, HP_PASS_ALL);
    size_t keys = read_hive(a.image, a.size, false).keys;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        bench_load(&b, &a);
        b.size = hp_mutator_cross(b.m, b.image, b.size, ROOM, donor.image,
                                  donor.size, seed);
        char label[32];
        (void)hp_mutator_label(b.m, label, sizeof label);
        if (strcmp(label, "cross.over") != 0)
            continue; /* there was nothing to take: something else was done */
        struct reading reading = read_hive(b.image, b.size, false);
        if (reading.refused || reading.damage > 0)
            fail_msg("seed %u: %s at 0x%x, %s", (unsigned)seed,
                     reading.why.field, (unsigned)reading.why.offset,
                     hp_status_slug(reading.why.status));
        grown += reading.keys > keys;
        most = reading.keys > most ? reading.keys : most;
    }
    assert_true(grown > 500);
    assert_true(most >= keys + 10); /* whole subtrees */
    bench_close(&b);
    hb_close(&a);
    hb_close(&donor);
}

static void crossover__takes_any_bytes(void **state)
{
    static uint8_t donor[9000];
    struct hive_builder h;
    struct bench b;

    (void)state;
    small_hive(&h);
    bench_open(&b);
    for (uint64_t seed = 0; seed < 3000; seed++) {
        size_t size = seed * 7 % sizeof donor, room = h.size + seed % 9000;
        random_bytes(donor, size, seed);
        if (seed % 3 == 0 && size > 0) /* half a hive */
            memcpy(donor, h.image, size < h.size ? size : h.size);
        bench_load(&b, &h);
        memset(b.image + room, GUARD_BYTE, GUARD);
        b.size = hp_mutator_cross(b.m, b.image, seed % 5 == 0 ? 0 : b.size,
                                  room, donor, size, seed);
        assert_true(b.size <= room);
        assert_int_equal(b.image[room], GUARD_BYTE);
        (void)read_hive(b.image, b.size, true);
    }
    bench_close(&b);
    hb_close(&h);
}

/* ---- trimming ------------------------------------------------------------ */

static void trim__makes_a_hive_small_and_keeps_it_sound(void **state)
{
    struct hive_builder h;
    struct bench b;

    (void)state;
    big_data_hive(&h);
    bench_open(&b);
    bench_load(&b, &h);
    for (size_t step = 0; step < hp_mutator_trim_steps(b.m, b.image, b.size);) {
        size_t size = hp_mutator_trim(b.m, b.image, b.size, step);
        assert_true(size <= b.size);
        step += size == 0;
        b.size = size == 0 ? b.size : size;
        assert_false(read_hive(b.image, b.size, false).refused);
    }
    struct reading reading = read_hive(b.image, b.size, false);
    assert_int_equal(reading.keys, 1);
    assert_int_equal(reading.values, 0);
    assert_int_equal(b.size, BASE_SIZE + BIN_ALIGN);
    /* The root's security record is still there. */
    struct hp_span bins = hp_span_of(b.image + BASE_SIZE, b.size - BASE_SIZE);
    uint32_t root = hp_at_u32(hp_span_of(b.image, b.size), BASE_ROOT);
    uint32_t sk = hp_at_u32(bins, root + CELL_SIZE_FIELD + NK_SECURITY);
    assert_true(hp_at_u32(bins, sk) > INT32_MAX);
    assert_int_equal(hp_at_u16(bins, sk + CELL_SIZE_FIELD), SIG_SK);
    bench_close(&b);
    hb_close(&h);
}

static void trim__takes_any_bytes(void **state)
{
    struct hive_builder h;
    struct bench b;

    (void)state;
    small_hive(&h);
    bench_open(&b);
    for (uint64_t seed = 0; seed < 1500; seed++) {
        bench_load(&b, &h);
        run_in(&b, ROOM, seed);
        run_in(&b, ROOM, seed);
        size_t steps = hp_mutator_trim_steps(b.m, b.image, b.size);
        for (size_t step = seed % 3; step < steps + 2; step += 5) {
            size_t size = hp_mutator_trim(b.m, b.image, b.size, step);
            assert_true(size <= b.size);
            b.size = size == 0 ? b.size : size;
        }
    }
    bench_close(&b);
    hb_close(&h);
}

/* ---- explaining, rewards, the engine ------------------------------------- */

static void explain__fits_any_room(void **state)
{
    char text[64];
    struct hive_builder h;
    struct bench b;

    (void)state;
    small_hive(&h);
    bench_open(&b);
    for (uint64_t seed = 0; seed < 300; seed++) {
        bench_load(&b, &h);
        run_in(&b, ROOM, seed);
        for (size_t room = 1; room < sizeof text - 1; room++) {
            memset(text, '?', sizeof text);
            size_t length = hp_mutator_explain(b.m, text, room);
            assert_int_equal(length, strlen(text));
            assert_true(length < room);
            assert_int_equal(text[room], '?');
            length = hp_mutator_label(b.m, text, room);
            assert_int_equal(length, strlen(text));
            assert_int_equal(text[room], '?');
            assert_null(strpbrk(text, "/:, "));
        }
    }
    bench_close(&b);
    hb_close(&h);
}

static void reward__makes_an_operator_more_frequent(void **state)
{
    uint64_t hits[2] = {0};
    struct hive_builder h;

    (void)state;
    small_hive(&h);
    for (unsigned rewarded = 0; rewarded < 2; rewarded++) {
        struct bench b;
        size_t number = 0;
        bench_open(&b);
        while (strcmp(hp_mutator_operator_name(number), "bin.add") != 0)
            number++;
        for (uint64_t seed = 0; seed < 4000; seed++) {
            uint64_t before = hp_mutator_hits(b.m, number);
            bench_load(&b, &h);
            run_in(&b, ROOM, seed);
            if (rewarded != 0 && hp_mutator_hits(b.m, number) > before)
                hp_mutator_reward(b.m);
        }
        hits[rewarded] = hp_mutator_hits(b.m, number);
        bench_close(&b);
    }
    assert_true(hits[1] > 2 * hits[0]);
    hb_close(&h);
}

static size_t count_calls(void *self, uint8_t *bytes, size_t size, size_t room)
{
    size_t *calls = self;

    assert_true(size > 0 && size <= room);
    memset(bytes, 'e', room);
    ++*calls;
    return *calls % 7 == 0 ? 0 : room;
}

static void engine__is_used_for_raw_changes(void **state)
{
    struct hive_builder h;
    struct bench b;
    size_t calls = 0;

    (void)state;
    small_hive(&h);
    bench_open(&b);
    hp_mutator_set_raw(b.m, count_calls, &calls);
    for (uint64_t seed = 0; seed < 2000; seed++) {
        bench_load(&b, &h);
        run_in(&b, h.size + seed % 100, seed);
    }
    assert_true(calls > 20);
    assert_false(hp_mutator_fix_operator(b.m, "no such"));
    bench_close(&b);
    hb_close(&h);
}

/* ---- hive and logs ------------------------------------------------------- */

enum { HEADER = 20 };

static void put_number(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/* A container of a hive and a new log without an entry, on a disk whose sectors
 * have `cluster` times 512 bytes. */
static void pair_load(struct bench *b, const struct hive_builder *h,
                      uint32_t cluster)
{
    uint8_t *hive = b->image + HEADER, *log = hive + h->size;

    memset(b->image, 0, ROOM);
    memcpy(b->image, "HPLG", 4);
    put_number(b->image + 4, (uint32_t)h->size);
    put_number(b->image + 12, 512 * cluster);
    memcpy(hive, h->image, h->size);
    put_number(hive + BASE_CLUSTER, cluster);
    memcpy(log, hive, 512);
    put_number(log + BASE_TYPE, 6);
    b->size = HEADER + h->size + 512 * (size_t)cluster;
}

/* The parts that the header names; what is left of the image is not theirs. */
static struct hp_log_set pair_set(const struct bench *b)
{
    struct hp_span header = hp_span_of(b->image, b->size);
    struct hp_log_set set = {.primary = {0}};
    size_t at = HEADER;

    for (size_t i = 0; i < 4 && b->size >= HEADER; i++) {
        size_t size = hp_at_u32(header, 4 + 4 * i);
        size = size < b->size - at ? size : b->size - at;
        *(i == 0 ? &set.primary : &set.log[i - 1]) =
            hp_span_of(b->image + at, size);
        at += size;
    }
    return set;
}

static enum hp_recovery_result pair_recovers(const struct bench *b)
{
    struct hp_log_set set = pair_set(b);
    struct hp_recovery plan;

    return hp_recovery_plan(&plan, &set);
}

static void pairs__stay_within_their_room(void **state)
{
    struct hive_builder h;
    struct bench b, again;

    (void)state;
    small_hive(&h);
    bench_open(&b);
    bench_open(&again);
    for (uint64_t seed = 0; seed < 400; seed++) {
        pair_load(&b, &h, 1);
        pair_load(&again, &h, 1);
        size_t room = seed % 4 == 0 ? b.size + seed % 5000 : ROOM;
        for (unsigned i = 0; i < 12; i++) {
            run_in(&b, room, seed << 32 | i);
            run_in(&again, room, seed << 32 | i);
            assert_int_equal(b.size, again.size);
            assert_memory_equal(b.image, again.image, b.size);
        }
        b.size = hp_mutator_cross(b.m, b.image, b.size, ROOM, again.image,
                                  again.size, seed);
        assert_true(b.size <= ROOM);
    }
    bench_close(&again);
    bench_close(&b);
    hb_close(&h);
}

/* Of runs one upon the other, lies among them, many are recovered; every
 * operator does something. */
static void pairs__are_often_recovered(void **state)
{
    enum { RUNS = 4000 };
    struct hive_builder h;
    size_t recovered = 0;
    struct bench b;

    (void)state;
    small_hive(&h);
    bench_open(&b);
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        if (seed % 5 == 0)
            pair_load(&b, &h, 1);
        run_in(&b, ROOM, seed);
        recovered += pair_recovers(&b) == HP_RECOVERY_DONE;
    }
    for (size_t i = 0; i < hp_mutator_operators(); i++)
        if (hp_mutator_operator_level(i) == 6 && hp_mutator_hits(b.m, i) < 10)
            fail_msg("%s: %u hits", hp_mutator_operator_name(i),
                     (unsigned)hp_mutator_hits(b.m, i));
    print_message("%u of %u are recovered\n", (unsigned)recovered,
                  (unsigned)RUNS);
    assert_true(recovered * 10 >= RUNS * 3);
    bench_close(&b);
    hb_close(&h);
}

/* With all passes an entry that is written is applied; without the one that
 * makes the hive dirty, hashes right, or checksums, none is. The bits are those
 * of mutate/pair.h. */
static void pairs__need_each_pass(void **state)
{
    static const int passes[] = {31, 31 & ~2, 31 & ~4, 31 & ~8, 31 & ~16};
    struct hive_builder h;
    struct bench b;

    (void)state;
    small_hive(&h);
    bench_open(&b);
    assert_true(hp_mutator_fix_operator(b.m, "log.write"));
    for (size_t i = 0; i < COUNT_OF(passes); i++) {
        hp_mutator_fix_passes(b.m, passes[i]);
        size_t done = 0;
        for (uint64_t seed = 0; seed < 50; seed++) {
            pair_load(&b, &h, 1);
            run_in(&b, ROOM, seed);
            done += pair_recovers(&b) == HP_RECOVERY_DONE;
        }
        if ((done > 40) != (i == 0) || (done > 0) != (i == 0))
            fail_msg("passes %d: %u of 50", passes[i], (unsigned)done);
    }
    bench_close(&b);
    hb_close(&h);
}

/* What is written into logs is applied, however large the disk's sectors. */
static void pairs__have_sectors_of_any_size(void **state)
{
    static const char *const names[] = {"log.write", "log.vector"};
    struct hive_builder h;
    struct bench b;

    (void)state;
    small_hive(&h);
    bench_open(&b);
    hp_mutator_fix_passes(b.m, 31);
    for (uint32_t i = 0; i < 2 * COUNT_OF(names); i++) {
        const char *name = names[i / 2];
        assert_true(hp_mutator_fix_operator(b.m, name));
        size_t done = 0;
        for (uint64_t seed = 0; seed < 50; seed++) {
            pair_load(&b, &h, 2 + 6 * (i % 2));
            run_in(&b, ROOM, seed);
            done += pair_recovers(&b) == HP_RECOVERY_DONE;
        }
        if (done <= 40)
            fail_msg("%s: %u of 50", name, (unsigned)done);
    }
    bench_close(&b);
    hb_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena__without_memory_opens_nothing),
        cmocka_unit_test(run__stays_within_its_room),
        cmocka_unit_test(run__of_hives_stays_within_their_room),
        cmocka_unit_test(run__goes_on_with_what_came_out),
        cmocka_unit_test(operators__bear_records_that_overlap),
        cmocka_unit_test(run__is_the_same_for_the_same_seed),
        cmocka_unit_test(operators__are_all_hit_and_most_results_load),
        cmocka_unit_test(movers__keep_all_keys_and_values),
        cmocka_unit_test(builders__keep_a_hive_sound),
        cmocka_unit_test(slots__change_one_field),
        cmocka_unit_test(spread__copies_a_field_to_others),
        cmocka_unit_test(slots__reach_every_field),
        cmocka_unit_test(repair__twice_is_as_good_as_once),
        cmocka_unit_test(repair__mends_what_each_pass_is_for),
        cmocka_unit_test(crossover__leads_nowhere_else_when_all_passes_run),
        cmocka_unit_test(crossover__takes_any_bytes),
        cmocka_unit_test(trim__makes_a_hive_small_and_keeps_it_sound),
        cmocka_unit_test(trim__takes_any_bytes),
        cmocka_unit_test(explain__fits_any_room),
        cmocka_unit_test(reward__makes_an_operator_more_frequent),
        cmocka_unit_test(engine__is_used_for_raw_changes),
        cmocka_unit_test(pairs__stay_within_their_room),
        cmocka_unit_test(pairs__are_often_recovered),
        cmocka_unit_test(pairs__need_each_pass),
        cmocka_unit_test(pairs__have_sectors_of_any_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
