/* SPDX-License-Identifier: Apache-2.0 */
#include "hive_asserts.h"

#include "sample_hives.h"
#include "walk.h"

/* What a walk came to. */
struct run {
    struct hp_walk walk;
    size_t counts[HP_WALKED_DAMAGE + 1];
    size_t deepest, depth;
    struct hp_error last; /* of the damage that was not noted only */
    size_t serious;
    uint8_t *starts;
};

static struct run *run_hive(const struct hive_builder *h, bool forensic)
{
    struct run *r = calloc(1, sizeof *r);
    enum hp_walk_kind kind;

    assert_non_null(r);
    r->starts = calloc(1, hp_starts_size(h->size));
    assert_non_null(r->starts);
    hp_walk_open(&r->walk, hp_span_of(h->image, h->size), forensic, r->starts);
    while (hp_walk_next(&r->walk, &kind)) {
        r->counts[kind]++;
        r->depth += kind == HP_WALKED_KEY_ENTER;
        r->deepest = r->depth > r->deepest ? r->depth : r->deepest;
        r->depth -= kind == HP_WALKED_KEY_LEAVE;
        if (kind == HP_WALKED_DAMAGE &&
            r->walk.damage.reaction != HP_REACTION_NOTE) {
            r->last = r->walk.damage.error;
            r->serious++;
        }
    }
    assert_true(r->walk.hive.reads <= 16 * h->size);
    assert_true(r->walk.hive.records <= r->walk.hive.record_limit);
    assert_true(r->walk.hive.data <= r->walk.hive.data_limit);
    assert_false(hp_walk_next(&r->walk, &kind));
    return r;
}

static void close_run(struct run *r)
{
    free(r->starts);
    free(r);
}

/* Strict refuses with `status`; forensic ends in part with it, said once. */
static void expect_limit(struct hive_builder *h, enum hp_status status,
                         const char *field)
{
    struct run *r = run_hive(h, false);

    assert_true(r->walk.hive.refused);
    assert_int_equal(r->walk.hive.refusal.status, status);
    assert_string_equal(r->walk.hive.refusal.field, field);
    close_run(r);
    r = run_hive(h, true);
    assert_false(r->walk.hive.refused);
    assert_true(r->walk.hive.partial);
    assert_int_equal(r->serious, 1);
    assert_int_equal(r->last.status, status);
    assert_int_equal(r->depth, 0);
    close_run(r);
    hb_close(h);
}

static void depth__is_512_keys(void **state)
{
    struct hive_builder h;
    struct run *r;

    (void)state;
    hb_chain(&h, 512);
    for (int forensic = 0; forensic < 2; forensic++) {
        r = run_hive(&h, forensic);
        assert_false(r->walk.hive.refused || r->walk.hive.partial);
        assert_int_equal(r->deepest, 512);
        assert_int_equal(r->counts[HP_WALKED_KEY_LEAVE], 512);
        close_run(r);
    }
    hb_close(&h);
    hb_chain(&h, 513);
    r = run_hive(&h, true);
    assert_int_equal(r->deepest, 512);
    assert_int_equal(r->counts[HP_WALKED_KEY_LEAVE], 512);
    /* The key whose subkeys are not read, and its list. */
    assert_int_equal(r->last.offset,
                     h.records[2 + 2 * 511 - 1].position - 4096);
    assert_int_equal(r->last.found, h.records[2 + 2 * 512].position - 4096);
    close_run(r);
    expect_limit(&h, HP_E_DEPTH, "nk.subkeys");
}

/* `levels` keys below each other, each twice in its list. */
static void dag(struct hive_builder *h, unsigned levels)
{
    uint32_t parent, key = 0;

    hb_open(h, 5);
    hb_bin(h, 0x1000);
    for (unsigned i = 0; i < levels; i++) {
        parent = key;
        key = hb_key(h, parent, "k");
        if (parent != 0)
            hb_set_subkeys(h, parent,
                           hb_leaf(h, HB_LI, "k", (uint32_t[]){key, key}, 2),
                           2);
    }
    hb_seal(h);
}

static void dag__of_2_to_24_paths_ends_at_the_work_limit(void **state)
{
    struct hive_builder h;
    struct run *r;

    (void)state;
    dag(&h, 25);
    r = run_hive(&h, true);
    assert_int_equal(r->walk.hive.records, 4 * (0x1000 / 32));
    assert_int_equal(r->counts[HP_WALKED_KEY_ENTER],
                     r->counts[HP_WALKED_KEY_LEAVE]);
    assert_in_range(r->counts[HP_WALKED_KEY_ENTER], 200, 512);
    close_run(r);
    expect_limit(&h, HP_E_WORK, "walk.records");
}

static void dag__within_the_work_limit_is_read_whole(void **state)
{
    struct hive_builder h;
    struct run *r;

    (void)state;
    dag(&h, 7);
    r = run_hive(&h, false);
    assert_false(r->walk.hive.refused);
    assert_int_equal(r->counts[HP_WALKED_KEY_ENTER], 127);
    close_run(r);
    hb_close(&h);
}

/* An ri that leads `count` times to one leaf of `count` keys. */
static void ri_amplifier(struct hive_builder *h, uint32_t count)
{
    uint32_t cells[200];

    assert_true(count <= COUNT_OF(cells));
    hb_open(h, 5);
    hb_bin(h, 0x6000);
    uint32_t root = hb_key(h, 0, "R");
    for (uint32_t i = 0; i < count; i++)
        cells[i] = hb_key(h, root, "k");
    uint32_t leaf = hb_leaf(h, HB_LH, "k", cells, count);
    for (uint32_t i = 0; i < count; i++)
        cells[i] = leaf;
    hb_set_subkeys(h, root, hb_ri(h, "R", cells, count), count * count);
    hb_seal(h);
}

static void ri__that_multiplies_a_leaf_ends_at_the_work_limit(void **state)
{
    struct hive_builder h;

    (void)state;
    ri_amplifier(&h, 200);
    expect_limit(&h, HP_E_WORK, "walk.records");
}

/* ri above ri, each with `width` times the next: 8 levels in forensic. */
static void ri__that_multiplies_ri_ends_at_the_work_limit(void **state)
{
    struct hive_builder h;
    uint32_t cells[64];
    struct run *r;

    (void)state;
    hb_open(&h, 5);
    hb_bin(&h, 0x2000);
    uint32_t root = hb_key(&h, 0, "R");
    uint32_t list = hb_leaf(&h, HB_LI, "R", NULL, 0);
    for (unsigned level = 0; level < 8; level++) {
        for (size_t i = 0; i < COUNT_OF(cells); i++)
            cells[i] = list;
        list = hb_ri(&h, "R", cells, COUNT_OF(cells));
    }
    hb_set_subkeys(&h, root, list, 1);
    hb_seal(&h);
    r = run_hive(&h, true);
    assert_int_equal(r->last.status, HP_E_WORK);
    assert_int_equal(r->walk.hive.records, r->walk.hive.record_limit);
    close_run(r);
    hb_close(&h);
}

static void cycles__end_at_the_key_that_is_its_own_ancestor(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_chain(&h, 4);
    hb_poke(&h, "li:d", 4, 4, hb_offset(&h, "nk:a"));
    expect_events(&h,
                  "hive5 +a +b +c !cycle@li:d/list.element=20(skipped) refused",
                  "hive5 +a +b +c !cycle@li:d/list.element=20(dropped) - - -"
                  " partial");
    hb_poke(&h, "li:d", 4, 4, hb_offset(&h, "nk:c"));
    expect_events(&h,
                  "hive5 +a +b +c !cycle@li:d/list.element=e0(skipped) refused",
                  "hive5 +a +b +c !cycle@li:d/list.element=e0(dropped) - - -"
                  " partial");
    hb_close(&h);
}

/* One value of 1 MiB a hundred times. */
static void values__that_share_their_data_end_at_the_data_limit(void **state)
{
    struct hive_builder h;
    uint32_t values[100];
    struct run *r;

    (void)state;
    uint8_t *data = calloc(1, 1 << 20);
    assert_non_null(data);
    hb_open(&h, 3);
    hb_bin(&h, 0x102000);
    uint32_t root = hb_key(&h, 0, "R");
    values[0] = hb_value(&h, "D", 3, data, 1 << 20);
    for (size_t i = 1; i < COUNT_OF(values); i++)
        values[i] = values[0];
    hb_set_values(&h, root, "R", values, COUNT_OF(values));
    hb_seal(&h);
    free(data);
    r = run_hive(&h, true);
    /* 8 times the image and 64 MiB, in whole pieces. */
    assert_int_equal(r->counts[HP_WALKED_DATA],
                     (8 * h.size + (64 << 20)) / (1 << 20));
    assert_int_equal(r->counts[HP_WALKED_VALUE], r->counts[HP_WALKED_DATA] + 1);
    close_run(r);
    expect_limit(&h, HP_E_DATA_WORK, "walk.data");
}

/* Long names that are read again and again: reads run out before records. */
static void reads__end_at_16_a_byte(void **state)
{
    static char name[65536 - 200];
    struct hive_builder h;
    uint32_t keys[100];

    (void)state;
    hb_open(&h, 5);
    hb_bin(&h, 0x11000);
    uint32_t root = hb_key(&h, 0, "R");
    memset(name, 'n', sizeof name - 1);
    uint32_t key = hb_key(&h, root, name);
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        keys[i] = key;
    hb_set_subkeys(&h, root, hb_leaf(&h, HB_LI, "R", keys, 100), 100);
    hb_seal(&h);
    struct run *r = run_hive(&h, true);
    assert_int_equal(r->last.status, HP_E_WORK);
    assert_true(r->walk.hive.reads > 10 * h.size);
    close_run(r);
    hb_close(&h);
}

/* Answers and what comes then, in both walks. */
static const struct {
    struct event_answer answers[2];
    const char *events;
} answers[] = {
    {{{"+R{s=8}", HP_SKIP}}, "hive5 +R{s=8} - done"},
    {{{"+R{s=8}", HP_VALUES_ONLY}},
     "hive5 +R{s=8} =V/4/2 :2a00 =W/3/8 :0102030405060708 - done"},
    {{{"+R{s=8}", HP_STOP}}, "hive5 +R{s=8} stopped"},
    {{{"hive5", HP_STOP}}, "hive5 stopped"},
    {{{"hive5", HP_SKIP}}, SMALL_EVENTS},
    {{{"hive5", HP_VALUES_ONLY}}, SMALL_EVENTS},
    {{{"=V/4/2", HP_SKIP}},
     "hive5 +R{s=8} =V/4/2 =W/3/8 :0102030405060708 +A{c=6100} - +B - - done"},
    {{{"=W/3/8", HP_SKIP}},
     "hive5 +R{s=8} =V/4/2 :2a00 =W/3/8 +A{c=6100} - +B - - done"},
    {{{"=W/3/8", HP_STOP}}, "hive5 +R{s=8} =V/4/2 :2a00 =W/3/8 stopped"},
    {{{"=V/4/2", HP_VALUES_ONLY}}, SMALL_EVENTS},
    {{{":2a00", HP_SKIP}}, SMALL_EVENTS},
    {{{":2a00", HP_STOP}}, "hive5 +R{s=8} =V/4/2 :2a00 stopped"},
    {{{"+A{c=6100}", HP_SKIP}}, SMALL_EVENTS},
    {{{"+A{c=6100}", HP_VALUES_ONLY}}, SMALL_EVENTS},
    {{{"+B", HP_STOP}},
     "hive5 +R{s=8} =V/4/2 :2a00 =W/3/8 :0102030405060708 +A{c=6100} - +B "
     "stopped"},
    {{{"+A{c=6100} -", HP_SKIP}}, SMALL_EVENTS},
    {{{"+A{c=6100} -", HP_VALUES_ONLY}}, SMALL_EVENTS},
    {{{"+A{c=6100} -", HP_STOP}},
     "hive5 +R{s=8} =V/4/2 :2a00 =W/3/8 :0102030405060708 +A{c=6100} - "
     "stopped"},
};

static void sink__steers_the_walk(void **state)
{
    static const struct hp_backend *const backends[] = {
        &hp_backend_native, &hp_backend_native_pruned};
    struct hive_builder h;

    (void)state;
    hb_small(&h);
    for (size_t i = 0; i < COUNT_OF(answers); i++)
        for (size_t b = 0; b < COUNT_OF(backends); b++)
            for (uint32_t mode = HP_MODE_STRICT; mode <= HP_MODE_FORENSIC;
                 mode++)
                expect_walk(&h, backends[b], mode, answers[i].answers,
                            answers[i].events);
    hb_close(&h);
}

static void skip__goes_on_with_the_next_key(void **state)
{
    static const struct event_answer skip_b[] = {{"+b", HP_SKIP}, {NULL, 0}};
    static const struct event_answer only_b[] = {{"+b", HP_VALUES_ONLY},
                                                 {NULL, 0}};
    struct hive_builder h;

    (void)state;
    hb_chain(&h, 4);
    expect_walk(&h, &hp_backend_native, HP_MODE_STRICT, skip_b,
                "hive5 +a +b - - done");
    expect_walk(&h, &hp_backend_native, HP_MODE_STRICT, only_b,
                "hive5 +a +b - - done");
    hb_close(&h);
    hb_index(&h);
    expect_walk(&h, &hp_backend_native, HP_MODE_STRICT,
                (struct event_answer[]){{"+B", HP_SKIP}, {NULL, 0}},
                INDEX_EVENTS);
    hb_close(&h);
}

/* SKIP and VALUES_ONLY mean nothing to damage, also right behind a key. */
static void skip__of_damage_hides_nothing(void **state)
{
    static const struct event_answer rows[][2] = {
        {{"(noted)", HP_SKIP}, {NULL, 0}},
        {{"(noted)", HP_VALUES_ONLY}, {NULL, 0}},
    };
    struct hive_builder h;

    (void)state;
    hb_chain(&h, 3);
    hb_poke(&h, "nk:b", NK_PARENT, 4, 8);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_walk(&h, &hp_backend_native, HP_MODE_FORENSIC, rows[i],
                    "hive5 +a +b !mismatch@nk:b/nk.parent=8(noted) +c - - - "
                    "done");
    hb_close(&h);
}

static void damage__follows_the_event_it_is_about(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_small(&h);
    hb_poke(&h, "base", BASE_CLUSTER, 4, 2);
    hb_poke(&h, "base", BASE_SEQUENCE1, 4, 9);
    hb_poke(&h, "base", BASE_BINS_SIZE, 4, 0x3000);
    hb_poke(&h, "nk:A", NK_PARENT, 4, 8);
    hb_poke(&h, "nk:A", NK_CLASS_LENGTH, 2, 9);
    hb_poke(&h, "nk:A", NK_SECURITY, 4, 8);
    expect_walk(&h, &hp_backend_native, HP_MODE_FORENSIC, NULL,
                "hive5*9/7 !format@base/base_block.cluster=2(noted)"
                " !mismatch@base/base_block.sequence=7(noted)"
                " !bins-size@base/base_block.bins_size=3000(clamped)"
                " +R{s=8} =V/4/2 :2a00 =W/3/8 :0102030405060708"
                " +A{c=61000000}{s?}"
                " !data-size@nk:A/nk.class_length=9(clamped)"
                " !cell-start@nk:A/nk.security=8(noted)"
                " !mismatch@nk:A/nk.parent=8(noted) - +B - - partial");
    hb_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth__is_512_keys),
        cmocka_unit_test(dag__of_2_to_24_paths_ends_at_the_work_limit),
        cmocka_unit_test(dag__within_the_work_limit_is_read_whole),
        cmocka_unit_test(ri__that_multiplies_a_leaf_ends_at_the_work_limit),
        cmocka_unit_test(ri__that_multiplies_ri_ends_at_the_work_limit),
        cmocka_unit_test(cycles__end_at_the_key_that_is_its_own_ancestor),
        cmocka_unit_test(values__that_share_their_data_end_at_the_data_limit),
        cmocka_unit_test(reads__end_at_16_a_byte),
        cmocka_unit_test(sink__steers_the_walk),
        cmocka_unit_test(skip__goes_on_with_the_next_key),
        cmocka_unit_test(skip__of_damage_hides_nothing),
        cmocka_unit_test(damage__follows_the_event_it_is_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
