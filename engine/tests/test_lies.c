/* SPDX-License-Identifier: Apache-2.0
 *
 * One lie at a time, everywhere in the dense hive, and truncations: whatever
 * the lie, a walk ends, costs little, stays inside the image and nests its
 * events; and what strict refuses it blames on the record that lies.
 *
 *     test_lies        one in seven of 8 values a byte and 24 values a field
 *     test_lies N      one in N of them
 *     test_lies all    all 256 values a byte, all 24 a field */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS */

#include "hp_cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "anomaly.h"
#include "dense_hive.h"
#include "status.h"
#include "walk.h"

#define RIGHT_SHARE 998     /* of 1000 */
#define RIGHT_SHARE_FEW 990 /* what is asked for; of a small sample */
#define READS_PER_BYTE 16
#define STRIDE 7 /* one lie in as many is told, unless said otherwise */
#define REFUSED_LEAST 1000 /* with that stride */
#define MISSES 4096
#define MISSES_SHOWN 12

/* A kind of lie that was blamed on another record, and how often. */
struct miss {
    enum hb_kind kind;
    unsigned field; /* offset in the header or cell, its size field included */
    const char *named;
    unsigned count;
};

struct world {
    struct dense_hive dense;
    struct hp_walk *walk;
    uint8_t *starts;
    size_t starts_size;
    bool all;
    unsigned stride;
    unsigned told; /* lies that were thought of */
    unsigned refused, right;
    struct miss *misses;
    size_t miss_count;
};

/* `stride`: an argument of the program, or NULL. */
static void world_open(struct world *w, const char *stride)
{
    *w = (struct world){.stride = STRIDE};
    if (stride != NULL) {
        w->all = strcmp(stride, "all") == 0;
        w->stride = w->all ? 1 : (unsigned)strtoul(stride, NULL, 10);
    }
    assert_true(w->stride > 0);
    dense_open(&w->dense);
    w->starts_size = hp_starts_size(w->dense.h.size);
    w->walk = malloc(sizeof *w->walk);
    w->starts = malloc(w->starts_size);
    w->misses = calloc(MISSES, sizeof *w->misses);
    assert_true(w->walk && w->starts && w->misses);
}

static void world_close(struct world *w)
{
    dense_close(&w->dense);
    free(w->walk);
    free(w->starts);
    free(w->misses);
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static void check_error(const struct world *w, const struct hp_error *error)
{
    enum hp_class class = hp_status_class(error->status);

    assert_true(class == HP_CLASS_INPUT || class == HP_CLASS_LIMIT);
    assert_true(error->offset < w->dense.h.size);
    assert_true(strchr(error->field, '.') != NULL);
}

/* HIVE first, VALUE in a key, DATA behind a value, KEY_LEAVE for KEY_ENTER. */
static void check_nesting(int *depth, enum hp_walk_kind before,
                          enum hp_walk_kind kind)
{
    switch (kind) {
    case HP_WALKED_HIVE:
        assert_int_equal(*depth, -1);
        *depth = 0;
        break;
    case HP_WALKED_KEY_ENTER:
        assert_true(*depth >= 0);
        ++*depth;
        break;
    case HP_WALKED_VALUE:
        assert_true(*depth > 0);
        break;
    case HP_WALKED_DATA:
        assert_true(before == HP_WALKED_VALUE || before == HP_WALKED_DATA);
        break;
    case HP_WALKED_KEY_LEAVE:
        assert_true(*depth > 0);
        --*depth;
        break;
    default:
        assert_true(*depth >= 0);
        break;
    }
}

/* Walks `image` and checks all that holds for any image. */
static void walk_all(struct world *w, struct hp_span image, bool forensic,
                     bool pruned)
{
    enum hp_walk_kind kind, before = HP_WALKED_HIVE;
    int depth = -1;

    memset(w->starts, 0, w->starts_size);
    hp_walk_open(w->walk, image, forensic, pruned ? NULL : w->starts);
    while (hp_walk_next(w->walk, &kind)) {
        check_nesting(&depth, before, kind);
        if (kind == HP_WALKED_DAMAGE)
            check_error(w, &w->walk->damage.error);
        else
            before = kind;
    }
    const struct hp_hive *hive = &w->walk->hive;
    assert_true(hive->reads <= READS_PER_BYTE * image.len);
    if (hive->refused)
        check_error(w, &hive->refusal);
    else
        assert_int_equal(depth, 0);
    assert_true(forensic || hive->refused || !hive->partial);
}

static bool is_right(const struct hb_record *liar, const struct hp_error *error)
{
    bool base = starts_with(error->field, "base_block.") ||
                starts_with(error->field, "file.");

    if (liar->kind == HB_BASE)
        return base && error->offset == 0;
    return !base && error->offset == liar->position - BASE_SIZE &&
           (liar->kind == HB_BIN) == starts_with(error->field, "hbin.");
}

static void count_miss(struct world *w, enum hb_kind kind, unsigned field,
                       const char *named)
{
    struct miss *miss = w->misses;

    while (miss->count > 0 && (miss->kind != kind || miss->field != field ||
                               strcmp(miss->named, named) != 0))
        miss++;
    w->miss_count = (size_t)(miss - w->misses) + 1;
    assert_true(w->miss_count < MISSES);
    *miss = (struct miss){kind, field, named, miss->count + 1};
}

/* Judges the hive as it lies now, lied about at `position`. */
static void judge(struct world *w, size_t position)
{
    const struct hb_record *liar =
        &w->dense.h.records[w->dense.owner[position]];
    struct hp_span image = hp_span_of(w->dense.h.image, w->dense.h.size);

    walk_all(w, image, true, false);
    walk_all(w, image, true, true);
    walk_all(w, image, false, false);
    if (!w->walk->hive.refused)
        return;
    w->refused++;
    if (is_right(liar, &w->walk->hive.refusal))
        w->right++;
    else
        count_miss(w, liar->kind, (unsigned)(position - liar->position),
                   w->walk->hive.refusal.field);
}

/* Writes `width` bytes at `position`, judges, and takes them back. In the base
 * block once with the checksum as it was and once with it made right. */
static void lie(struct world *w, size_t position, unsigned width,
                uint64_t value)
{
    uint8_t *image = w->dense.h.image;
    uint8_t saved[4], checksum[4];

    if (w->told++ % w->stride != 0)
        return;
    memcpy(saved, image + position, width);
    memcpy(checksum, image + BASE_CHECKSUM, 4);
    for (unsigned i = 0; i < width; i++)
        image[position + i] = (uint8_t)(value >> 8 * i);
    if (memcmp(saved, image + position, width) != 0) {
        judge(w, position);
        if (position < BASE_CHECKSUM) {
            hb_fix_checksum(&w->dense.h);
            judge(w, position);
        }
    }
    memcpy(image + BASE_CHECKSUM, checksum, 4);
    memcpy(image + position, saved, width);
}

static void lie_in_byte(struct world *w, size_t position)
{
    unsigned old = w->dense.h.image[position];
    unsigned chosen[] = {0, 1, 0x7f, 0x80, old ^ 1, old ^ 16, old + 8, 0xff};

    if (w->all)
        for (unsigned value = 0; value < 256; value++)
            lie(w, position, 1, value);
    else
        for (size_t i = 0; i < COUNT_OF(chosen); i++)
            lie(w, position, 1, chosen[i] & 0xff);
}

static void lie_in_field(struct world *w, size_t position, unsigned width)
{
    struct hp_span image = hp_span_of(w->dense.h.image, w->dense.h.size);
    uint32_t old =
        width == 2 ? hp_at_u16(image, position) : hp_at_u32(image, position);
    uint32_t top = UINT32_C(1) << (8 * width - 1);
    const uint32_t values[24] = {
        0,       1,    2,       3,       4,       8,       0x10,    0x20,
        0x7f,    0x80, 0xff,    0x100,   0x1000,  0x7fff,  0x8000,  0xffff,
        top - 1, top,  0u - 1u, 0u - 8u, old + 1, old - 1, old + 8, 0u - old};

    for (size_t i = 0; i < COUNT_OF(values); i++)
        lie(w, position, width, values[i]);
}

static int by_count(const void *a, const void *b)
{
    const struct miss *one = a, *other = b;

    return (one->count < other->count) - (one->count > other->count);
}

static void expect_right_share(struct world *w, const char *what)
{
    print_message("%s: %u of %u refusals name the record that lies\n", what,
                  w->right, w->refused);
    qsort(w->misses, MISSES, sizeof w->misses[0], by_count);
    for (size_t i = 0; i < MISSES_SHOWN && w->misses[i].count > 0; i++)
        print_message("  %5u  kind %u at %u named as %s\n", w->misses[i].count,
                      w->misses[i].kind, w->misses[i].field,
                      w->misses[i].named);
    assert_true(w->refused > REFUSED_LEAST * STRIDE / w->stride);
    assert_true(w->right >=
                (double)w->refused *
                    (w->stride > STRIDE ? RIGHT_SHARE_FEW : RIGHT_SHARE) /
                    1000);
}

static void lies__in_a_byte_are_blamed_on_its_record(void **state)
{
    struct world w;

    world_open(&w, *state);
    for (size_t at = 0; at < w.dense.h.size; at++)
        if (w.dense.owner[at] != DENSE_CONTENT)
            lie_in_byte(&w, at);
    expect_right_share(&w, "bytes");
    world_close(&w);
}

static void lies__in_a_field_are_blamed_on_its_record(void **state)
{
    struct world w;

    world_open(&w, *state);
    for (size_t at = 0; at < w.dense.h.size; at += 2) {
        if (w.dense.owner[at] == DENSE_CONTENT)
            continue;
        lie_in_field(&w, at, 2);
        if (at % 4 == 0)
            lie_in_field(&w, at, 4);
    }
    expect_right_share(&w, "fields");
    world_close(&w);
}

static void dense_hive__is_dense_and_sound(void **state)
{
    size_t bytes_of[HB_KINDS] = {0};
    struct world w;

    (void)state;
    world_open(&w, NULL);
    for (size_t i = 0; i < w.dense.h.count; i++)
        bytes_of[w.dense.h.records[i].kind] += w.dense.h.records[i].size;
    for (int kind = HB_NK; kind <= HB_CLASS; kind++)
        assert_true(bytes_of[kind] >= 400 || kind == HB_VALUES);
    for (int forensic = 0; forensic < 2; forensic++) {
        walk_all(&w, hp_span_of(w.dense.h.image, w.dense.h.size), forensic,
                 false);
        assert_false(w.walk->hive.refused || w.walk->hive.partial);
    }
    world_close(&w);
}

/* The first `size` bytes of the hive, right before a page that must not be
 * touched. */
static void walk_before_hole(struct world *w, uint8_t *hole, size_t size)
{
    struct hp_span image = hp_span_of(hole - size, size);

    memcpy(hole - size, w->dense.h.image, size);
    for (int mode = 0; mode < 4; mode++)
        walk_all(w, image, mode % 2 == 0, mode / 2 == 0);
    if (size < w->dense.h.size) {
        assert_true(w->walk->hive.refused);
        assert_true(is_right(&w->dense.h.records[0], &w->walk->hive.refusal));
    }
}

static void truncations__are_blamed_on_the_base_block(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, NULL);
    size_t size = w.dense.h.size, page = (size_t)sysconf(_SC_PAGESIZE);
    size_t used = (size + page - 1) / page * page;
    uint8_t *room = mmap(NULL, used + page, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(room != MAP_FAILED);
    assert_int_equal(mprotect(room + used, page, PROT_NONE), 0);
    for (size_t cut = 0; cut < size; cut += 64)
        walk_before_hole(&w, room + used, size - cut);
    for (size_t cut = 1; cut < 64; cut++)
        walk_before_hole(&w, room + used, size - cut);
    walk_before_hole(&w, room + used, 0);
    munmap(room, used + page);
    world_close(&w);
}

int main(int argc, char **argv)
{
    void *stride = argc > 1 ? argv[1] : NULL;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense_hive__is_dense_and_sound),
        cmocka_unit_test(truncations__are_blamed_on_the_base_block),
        cmocka_unit_test_prestate(lies__in_a_byte_are_blamed_on_its_record,
                                  stride),
        cmocka_unit_test_prestate(lies__in_a_field_are_blamed_on_its_record,
                                  stride),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
