/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "hivex_backend.h"
#include "hp_limits.h"
#include "sample_hives.h"
#include "source.h"
#include "tree.h"
#include "units.h"

#define STRICT HP_MODE_STRICT
#define FORENSIC HP_MODE_FORENSIC

/* ---- a walk as text ----
 *
 * hive; +name; =name/type/size; :bytes of data; - leaves; !status@record/field/
 * found/action. A unit that is no letter or digit is \x and hex. */

struct text {
    char bytes[600];
    size_t events;
    const struct hive_builder *hive;
    const char *after;       /* what the sink answers ... */
    uint32_t answer;         /* ... when the text ends in this */
    struct hp_key_event key; /* the last one */
};

static void say(struct text *t, const char *bytes)
{
    size_t used = strlen(t->bytes);

    (void)snprintf(t->bytes + used, sizeof(t->bytes) - used, "%s", bytes);
}

static void say_name(struct text *t, const struct hp_string *name)
{
    struct hp_units it = hp_units_of(name);
    uint16_t units[64];
    char piece[16];
    size_t count = hp_units_next(&it, units, COUNT_OF(units));

    assert_int_equal(name->encoding, HP_UTF8);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(piece, sizeof(piece),
                       units[i] > ' ' && units[i] <= '~' ? "%c" : "\\x%x",
                       units[i]);
        say(t, piece);
    }
}

static void say_damage(struct text *t, const struct hp_damage_event *d)
{
    static const char actions[] = "ndcs";
    char piece[100];

    (void)snprintf(piece, sizeof(piece), " !%" PRIu64 "@%s/%s/%" PRIu64 "/%c",
                   d->status, hb_label_at(t->hive, d->offset), d->field,
                   d->found, actions[d->action]);
    say(t, piece);
}

static uint32_t note(void *self, const struct hp_event *event)
{
    struct text *t = self;
    char piece[64];
    size_t length;

    t->events++;
    switch (event->kind) {
    case HP_EVENT_HIVE:
        assert_true(event->u.hive.minor_version == HP_UNKNOWN_U64 &&
                    event->u.hive.dirty == HP_UNKNOWN_U64 &&
                    event->u.hive.sequence1 == HP_UNKNOWN_U64 &&
                    event->u.hive.sequence2 == HP_UNKNOWN_U64);
        say(t, "hive");
        break;
    case HP_EVENT_KEY_ENTER:
        say(t, " +");
        say_name(t, &event->u.key.name);
        t->key = event->u.key;
        break;
    case HP_EVENT_VALUE:
        assert_true(event->u.value.flags == HP_UNKNOWN_U64);
        say(t, " =");
        say_name(t, &event->u.value.name);
        (void)snprintf(piece, sizeof(piece), "/%" PRIx64 "/%" PRIu64,
                       event->u.value.type, event->u.value.data_size);
        say(t, piece);
        break;
    case HP_EVENT_DATA:
        (void)snprintf(piece, sizeof(piece), " :%" PRIu64 "#%02x",
                       event->u.data.size,
                       *(const uint8_t *)event->u.data.bytes);
        say(t, piece);
        break;
    case HP_EVENT_DAMAGE:
        say_damage(t, &event->u.damage);
        break;
    default:
        say(t, " -");
    }
    if (t->after == NULL)
        return HP_CONTINUE;
    length = strlen(t->bytes);
    return length >= strlen(t->after) &&
                   strcmp(t->bytes + length - strlen(t->after), t->after) == 0
               ? t->answer
               : HP_CONTINUE;
}

static uint32_t walk(struct text *t, const struct hive_builder *h,
                     uint32_t mode)
{
    struct hp_input input = {.size = sizeof(input),
                             .mode = mode,
                             .image = h->image,
                             .image_size = h->size};
    struct hp_sink sink = {sizeof(sink), note, t};

    t->hive = h;
    return hp_backend_hivex.walk(&input, &sink);
}

static void expect(const struct hive_builder *h, uint32_t mode, uint32_t result,
                   const char *want)
{
    struct text t = {.bytes = ""};

    assert_int_equal(walk(&t, h, mode), result);
    assert_string_equal(t.bytes, want);
}

#define V " =V/4/2 :2#2a"
#define W " =W/3/8 :8#01"

static void small__is_read_whole(void **state)
{
    struct hive_builder h;
    struct text t = {.bytes = ""};
    (void)state;

    hb_small(&h);
    expect(&h, STRICT, HP_WALK_DONE, "hive +R" V W " +A - +B - -");
    expect(&h, FORENSIC, HP_WALK_DONE, "hive +R" V W " +A - +B - -");
    hb_poke(&h, "nk:B", NK_FILETIME, 8, INT64_MAX);
    (void)walk(&t, &h, STRICT);
    assert_true(t.key.filetime == INT64_MAX);
    assert_true(t.key.flags == HP_UNKNOWN_U64);
    assert_null(t.key.class_name.bytes);
    assert_int_equal(t.key.class_name.size, HP_UNKNOWN_SIZE);
    assert_null(t.key.security);
    assert_int_equal(t.key.security_size, HP_UNKNOWN_SIZE);
    hb_poke(&h, "nk:B", NK_FILETIME, 8, 0);
    (void)walk(&t, &h, STRICT);
    assert_true(t.key.filetime == 0);
    hb_poke(&h, "nk:B", NK_FILETIME, 8, UINT64_C(1) << 63);
    (void)walk(&t, &h, STRICT);
    assert_true(t.key.filetime == HP_UNKNOWN_U64);
    hb_close(&h);
}

/* One lie each: what comes in strict mode up to the damage, the damage, and
 * what comes behind it in forensic mode. */
static const struct {
    const char *label;
    int field;
    unsigned width;
    uint64_t value;
    const char *before, *damage, *after_strict, *after_forensic;
} lies[] = {
    {"nk:A", NK_NAME_LENGTH, 2, 999, "hive +R" V W, " !126@nk:A/nk.name/14/d",
     " -", " +B - -"},
    {"nk:B", NK_NAME, 2, 0xD800, "hive +R" V W " +A -",
     " !126@nk:B/nk.name/22/d", " -", " -"},
    {"nk:R", NK_NAME_LENGTH, 2, 999, "hive", " !126@nk:R/nk.name/14/d", "", ""},
    {"vk:V", VK_NAME_LENGTH, 2, 999, "hive +R", " !126@vk:V/vk.name/14/d", " -",
     W " +A - +B - -"},
    {"vk:W", VK_DATA, 4, 0x10, "hive +R" V " =W/3/8", " !126@vk:W/vk.data/14/d",
     " -", " +A - +B - -"},
    {"nk:R", NK_VALUES, 4, 0x10, "hive +R", " !126@nk:R/nk.values/14/s", " -",
     " +A - +B - -"},
    {"nk:R", NK_SUBKEYS, 4, 0x10, "hive +R" V W, " !126@nk:R/nk.subkeys/14/s",
     " -", " -"},
};

static void damage__is_an_event_and_in_strict_mode_the_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        struct hive_builder h;
        char want[300];
        hb_small(&h);
        hb_poke(&h, lies[i].label, lies[i].field, lies[i].width, lies[i].value);
        (void)snprintf(want, sizeof(want), "%s%s%s", lies[i].before,
                       lies[i].damage, lies[i].after_strict);
        expect(&h, STRICT, HP_WALK_REFUSED, want);
        (void)snprintf(want, sizeof(want), "%s%s%s", lies[i].before,
                       lies[i].damage, lies[i].after_forensic);
        expect(&h, FORENSIC, HP_WALK_PARTIAL, want);
        hb_close(&h);
    }
}

static void big_data__is_clamped_to_its_segments(void **state)
{
    struct hive_builder h;
    (void)state;

    hb_data(&h, 5, 20000);
    expect(&h, STRICT, HP_WALK_DONE, "hive +R =D/3/20000 :20000#00 -");
    hb_poke(&h, "vk:D", VK_DATA_SIZE, 4, 30000);
    struct text t = {.bytes = ""};
    assert_int_equal(walk(&t, &h, FORENSIC), HP_WALK_PARTIAL);
    assert_non_null(strstr(t.bytes, " !126@vk:D/vk.data_size/30000/c -"));
    hb_close(&h);
}

static void name__may_hold_nul(void **state)
{
    struct hive_builder h;
    (void)state;

    hb_small(&h);
    hb_poke(&h, "nk:A", NK_NAME, 1, 0);
    hb_poke(&h, "vk:V", VK_NAME, 1, 0);
    expect(&h, STRICT, HP_WALK_DONE,
           "hive +R =\\x0/4/2 :2#2a" W " +\\x0 - +B - -");
    hb_poke(&h, "vk:V", VK_NAME_LENGTH, 2, 0); /* the default value */
    expect(&h, STRICT, HP_WALK_DONE, "hive +R =/4/2 :2#2a" W " +\\x0 - +B - -");
    hb_close(&h);
}

static void answers__prune(void **state)
{
    static const struct {
        const char *after;
        uint32_t answer, result;
        const char *want;
    } cases[] = {
        {"hive", HP_STOP, HP_WALK_STOPPED, "hive"},
        {"+R", HP_STOP, HP_WALK_STOPPED, "hive +R"},
        {"+R", HP_SKIP, HP_WALK_DONE, "hive +R -"},
        {"+R", HP_VALUES_ONLY, HP_WALK_DONE, "hive +R" V W " -"},
        {"=V/4/2", HP_SKIP, HP_WALK_DONE, "hive +R =V/4/2" W " +A - +B - -"},
        {"=V/4/2", HP_STOP, HP_WALK_STOPPED, "hive +R =V/4/2"},
        {":2#2a", HP_STOP, HP_WALK_STOPPED, "hive +R" V},
        {"+A", HP_SKIP, HP_WALK_DONE, "hive +R" V W " +A - +B - -"},
        {"+A", HP_STOP, HP_WALK_STOPPED, "hive +R" V W " +A"},
        {"+A -", HP_STOP, HP_WALK_STOPPED, "hive +R" V W " +A -"},
        {"+B - -", HP_STOP, HP_WALK_STOPPED, "hive +R" V W " +A - +B - -"},
    };
    struct hive_builder h;
    (void)state;

    hb_small(&h);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text t = {
            .bytes = "", .after = cases[i].after, .answer = cases[i].answer};
        assert_int_equal(walk(&t, &h, FORENSIC), cases[i].result);
        assert_string_equal(t.bytes, cases[i].want);
    }
    hb_close(&h);
}

static void damage__may_be_where_the_sink_stops(void **state)
{
    struct hive_builder h;
    (void)state;

    hb_small(&h);
    hb_poke(&h, "vk:V", VK_NAME_LENGTH, 2, 999);
    for (uint32_t mode = STRICT; mode <= FORENSIC; mode++) {
        struct text t = {.bytes = "", .after = "/d", .answer = HP_STOP};
        assert_int_equal(walk(&t, &h, mode), HP_WALK_STOPPED);
        assert_string_equal(t.bytes, "hive +R !126@vk:V/vk.name/14/d");
    }
    hb_close(&h);
}

static void not_a_hive__is_refused_in_both_modes(void **state)
{
    static uint8_t zeros[8192];
    struct hive_builder h;
    (void)state;

    hb_small(&h);
    hb_poke(&h, "base", BASE_CHECKSUM, 4, 1);
    const struct {
        uint8_t *image;
        size_t size;
        int found;
    } cases[] = {
        {NULL, 0, EINVAL},         {zeros, 4095, EINVAL},
        {zeros, 8191, ENOTSUP},    {zeros, 8192, ENOTSUP},
        {h.image, h.size, EINVAL}, {h.image, h.size - 1, EINVAL},
    };
    for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
        struct hive_builder file = h;
        struct text t = {.bytes = ""};
        char want[64];
        file.image = cases[i / 2].image;
        file.size = cases[i / 2].size;
        assert_int_equal(walk(&t, &file, i % 2 ? STRICT : FORENSIC),
                         HP_WALK_REFUSED);
        (void)snprintf(want, sizeof(want), "/base_block/%d/s",
                       cases[i / 2].found);
        assert_non_null(strstr(t.bytes, want));
        assert_int_equal(t.events, 1);
    }
    hb_close(&h);
}

/* ---- bounds ---- */

static void cycle__is_not_entered(void **state)
{
    struct hive_builder h;
    (void)state;

    hb_small(&h); /* A has the subkeys of R: itself and B */
    hb_poke(&h, "nk:A", NK_SUBKEY_COUNT, 4, 2);
    hb_poke(&h, "nk:A", NK_SUBKEYS, 4, hb_offset(&h, "lh:R"));
    char want[200];
    (void)snprintf(want, sizeof(want),
                   "hive +R" V W " +A !202@nk:A/nk/%u/d +B - - +B - -",
                   (unsigned)hb_offset(&h, "nk:A"));
    expect(&h, FORENSIC, HP_WALK_PARTIAL, want);
    (void)snprintf(want, sizeof(want),
                   "hive +R" V W " +A !202@nk:A/nk/%u/d - -",
                   (unsigned)hb_offset(&h, "nk:A"));
    expect(&h, STRICT, HP_WALK_REFUSED, want);
    hb_close(&h);
}

static void depth__ends_at_512(void **state)
{
    (void)state;
    for (unsigned count = 512; count <= 513; count++) {
        struct hive_builder h;
        struct text t = {.bytes = ""};
        hb_chain(&h, count);
        assert_int_equal(walk(&t, &h, FORENSIC),
                         count == 512 ? HP_WALK_DONE : HP_WALK_PARTIAL);
        /* HIVE, 512 keys, the damage */
        assert_int_equal(t.events, 1 + 2 * 512 + (count - 512));
        hb_close(&h);
    }
}

struct count {
    uint64_t keys, values, bytes, damage, status;
};

static uint32_t add(void *self, const struct hp_event *event)
{
    struct count *c = self;

    c->keys += event->kind == HP_EVENT_KEY_ENTER;
    c->values += event->kind == HP_EVENT_VALUE;
    if (event->kind == HP_EVENT_DATA)
        c->bytes += event->u.data.size;
    if (event->kind == HP_EVENT_DAMAGE) {
        c->damage++;
        c->status = event->u.damage.status;
    }
    return HP_CONTINUE;
}

static uint32_t count_of(struct count *c, const struct hive_builder *h,
                         uint32_t mode)
{
    struct hp_input input = {.size = sizeof(input),
                             .mode = mode,
                             .image = h->image,
                             .image_size = h->size};
    struct hp_sink sink = {sizeof(sink), add, c};

    *c = (struct count){0};
    return hp_backend_hivex.walk(&input, &sink);
}

/* Each key names the next one twice: 2^20 ways to the last. */
static void work__records_are_bounded(void **state)
{
    struct hive_builder h;
    struct count c;
    uint32_t keys[21];
    (void)state;

    hb_open(&h, 5);
    hb_bin(&h, 8192);
    for (unsigned i = 0; i < COUNT_OF(keys); i++) {
        char name[] = {(char)('a' + i), '\0'};
        keys[i] = hb_key(&h, i == 0 ? 0 : keys[i - 1], name);
    }
    for (unsigned i = 0; i + 1 < COUNT_OF(keys); i++) {
        char name[] = {(char)('a' + i), '\0'};
        uint32_t twice[] = {keys[i + 1], keys[i + 1]};
        hb_set_subkeys(&h, keys[i], hb_leaf(&h, HB_LI, name, twice, 2), 2);
    }
    hb_seal(&h);
    assert_int_equal(count_of(&c, &h, FORENSIC), HP_WALK_PARTIAL);
    assert_int_equal(c.keys, (h.size - 4096) / 32 * 4);
    assert_int_equal(c.damage, 1);
    assert_int_equal(c.status, HP_E_WORK);
    assert_int_equal(count_of(&c, &h, STRICT), HP_WALK_REFUSED);
    assert_int_equal(c.status, HP_E_WORK);
    hb_close(&h);
}

/* One value of 16,000 bytes, 4,400 times in the list. */
static void work__data_is_bounded(void **state)
{
    static uint8_t data[16000];
    static uint32_t values[4400];
    struct hive_builder h;
    struct count c;
    (void)state;

    hb_open(&h, 5);
    hb_bin(&h, 40960);
    uint32_t root = hb_key(&h, 0, "R");
    uint32_t value = hb_value(&h, "D", 3, data, sizeof(data));
    for (size_t i = 0; i < COUNT_OF(values); i++)
        values[i] = value;
    hb_set_values(&h, root, "R", values, COUNT_OF(values));
    hb_seal(&h);
    uint64_t most = 8 * h.size + (64 << 20);
    assert_int_equal(count_of(&c, &h, FORENSIC), HP_WALK_PARTIAL);
    assert_int_equal(c.bytes, most / sizeof(data) * sizeof(data));
    assert_int_equal(c.damage, 1);
    assert_int_equal(c.status, HP_E_DATA_WORK);
    assert_int_equal(count_of(&c, &h, STRICT), HP_WALK_REFUSED);
    hb_close(&h);
}

/* ---- real hives ---- */

static uint8_t *read_file(const char *folder, const char *name, size_t *size)
{
    char path[1000];
    FILE *file;
    uint8_t *bytes;
    long length;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    length = ftell(file);
    rewind(file);
    bytes = malloc((size_t)length);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)length, file), length);
    (void)fclose(file);
    *size = (size_t)length;
    return bytes;
}

/* The consensus of at least five readers. */
static const struct {
    const char *name;
    uint64_t keys, values;
} hives[] = {
    {"system/log2timeline-SYSTEM-xp", 10269, 27556},
    {"system/regipy-SYSTEM", 30756, 73456},
    {"system/regipy-SYSTEM_2", 20015, 49779},
    {"system/regipy-SYSTEM_B", 33123, 74957},
};

static void real_hives__are_read_whole_here_and_isolated(void **state)
{
    const char *folder = getenv("HP_HIVES");
    (void)state;

    if (folder == NULL) {
        print_message("HP_HIVES is not set: no real hives\n");
        skip();
    }
    for (size_t i = 0; i < COUNT_OF(hives); i++) {
        struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
        struct hp_source source = {.backend = &hp_backend_hivex};
        struct hp_tree trees[2];
        size_t size;
        uint8_t *image = read_file(folder, hives[i].name, &size);
        source.input = (struct hp_input){.size = sizeof(source.input),
                                         .mode = STRICT,
                                         .image = image,
                                         .image_size = size};
        source.limits = hp_isolate_limits_of(size);
        for (int k = 0; k < 2; k++) {
            struct hp_sink sink;
            source.isolated = k == 1;
            hp_tree_begin(&trees[k], &arena, &sink);
            assert_int_equal(
                hp_source_walk(&source, false, &sink, NULL, NULL, 0),
                HP_WALK_DONE);
            assert_int_equal(trees[k].keys, hives[i].keys);
            assert_int_equal(trees[k].values, hives[i].values);
        }
        assert_int_equal(hp_tree_compare(&trees[0], &trees[1], NULL, NULL), 0);
        hp_arena_close(&arena);
        free(image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small__is_read_whole),
        cmocka_unit_test(damage__is_an_event_and_in_strict_mode_the_end),
        cmocka_unit_test(big_data__is_clamped_to_its_segments),
        cmocka_unit_test(name__may_hold_nul),
        cmocka_unit_test(answers__prune),
        cmocka_unit_test(damage__may_be_where_the_sink_stops),
        cmocka_unit_test(not_a_hive__is_refused_in_both_modes),
        cmocka_unit_test(cycle__is_not_entered),
        cmocka_unit_test(depth__ends_at_512),
        cmocka_unit_test(work__records_are_bounded),
        cmocka_unit_test(work__data_is_bounded),
        cmocka_unit_test(real_hives__are_read_whole_here_and_isolated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
