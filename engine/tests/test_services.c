/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdio.h>

#include "control_set.h"
#include "fake_hive.h"
#include "grow.h"
#include "probe.h"
#include "services.h"
#include "writer_asserts.h"

static struct fake_hive hive;

static struct hp_source source_of(void)
{
    return (struct hp_source){.input = fake_input(&hive),
                              .backend = &fake_backend};
}

/* ---- probe ------------------------------------------------------------- */

/* A small world: Root\A (values V, W and any), Root\A\B, Root\* */
static const struct hp_probe_key keys[] = {{0, NULL, false},
                                           {0, "A", true},
                                           {1, "Bee", false},
                                           {0, NULL, false},
                                           {3, "In", false}};
static const struct hp_probe_value values[] = {
    {1, "V", 4}, {1, "Wide", 20}, {1, NULL, 100}, {2, "V", 0}, {3, "W", 9}};

/* What the callbacks saw, one line each. */
struct seen {
    char log[4000];
    uint32_t answer;   /* to a key of row 3 */
    size_t fail_value; /* the number of the value to fail at; 0: none */
};

static uint32_t saw_key(void *self, size_t row,
                        const struct hp_key_event *event)
{
    struct seen *seen = self;
    uint16_t units[40];
    char line[100];

    (void)snprintf(line, sizeof(line), "key %zu %s\n", row,
                   shown(hp_string_decode(units, event->name)));
    strcat(seen->log, line);
    return row == 3 ? seen->answer : HP_CONTINUE;
}

static bool saw_value(void *self, const struct hp_probe_datum *datum)
{
    struct seen *seen = self;
    char line[200];

    (void)snprintf(line, sizeof(line), "value %zu '%s' type %u '%.*s' %u%s\n",
                   datum->row, shown(datum->name), (unsigned)datum->type,
                   (int)datum->data.len,
                   datum->data.len == 0 ? "" : (const char *)datum->data.ptr,
                   (unsigned)datum->came, datum->cut_short ? " short" : "");
    strcat(seen->log, line);
    return seen->fail_value == 0 || --seen->fail_value != 0;
}

static enum hp_status probe(struct hp_probe_result *result, struct seen *seen,
                            struct hp_arena *arena)
{
    const struct hp_probe p = {
        keys,    COUNT_OF(keys), values, COUNT_OF(values),
        saw_key, saw_value,      seen,   arena};
    const struct hp_source source = source_of();
    struct hp_error err;
    char text[64];

    seen->log[0] = '\0';
    return hp_probe_run(result, &p, &source, &err, text, sizeof(text));
}

static void expect_log(const char *want)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_probe_result result;
    struct seen seen = {.answer = HP_CONTINUE};

    assert_int_equal(probe(&result, &seen, &arena), HP_OK);
    assert_string_equal(seen.log, want);
    hp_arena_close(&arena);
}

static void probe__reads_what_it_names(void **state)
{
    (void)state;
    for (uint32_t encoding = HP_UTF16LE; encoding <= HP_LATIN1; encoding++) {
        for (size_t piece = 0; piece < 4; piece++) {
            fake_begin(&hive);
            hive.encoding = encoding;
            hive.piece = piece;
            fake_raw(&hive, "V", 1, "root", 4);
            fake_enter(&hive, "a");
            fake_raw(&hive, "v", 1, "123", 3);
            fake_raw(&hive, "WIDE", 2, "0123456789abcdefghi", 19);
            fake_raw(&hive, "other", 3, "x", 1);
            fake_raw(&hive, "empty", 3, "", 0);
            fake_enter(&hive, "BEE");
            fake_raw(&hive, "V", 1, "unread", 6);
            fake_raw(&hive, "W", 1, "unread", 6);
            fake_leave(&hive, 1);
            fake_enter(&hive, "other");
            fake_leave(&hive, 2);
            fake_enter(&hive, "Else\\In\\Deep");
            fake_leave(&hive, 3);
            expect_log("key 0 ROOT\nkey 1 a\n"
                       "value 0 '' type 1 '123' 3\n"
                       "value 1 '' type 2 '0123456789abcdefghi' 19\n"
                       "value 2 'other' type 3 'x' 1\n"
                       "value 2 'empty' type 3 '' 0\n"
                       "key 2 BEE\nvalue 3 '' type 1 '' 0 short\n"
                       "key 3 Else\nkey 4 In\n");
            assert_int_equal(hive.data_sent, 23);
            fake_end(&hive);
        }
    }
}

static void probe__enters_a_named_key_once(void **state)
{
    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "A");
    fake_leave(&hive, 1);
    fake_enter(&hive, "a");
    fake_raw(&hive, "V", 1, "no", 2);
    fake_leave(&hive, 1);
    fake_enter(&hive, "x");
    fake_raw(&hive, "W", 1, "1", 1);
    fake_leave(&hive, 1);
    fake_enter(&hive, "x");
    fake_raw(&hive, "W", 1, "2", 1);
    fake_leave(&hive, 1);
    expect_log("key 0 ROOT\nkey 1 A\nkey 3 x\nvalue 4 '' type 1 '1' 1\n"
               "key 3 x\nvalue 4 '' type 1 '2' 1\n");
    fake_end(&hive);
}

static void probe__keeps_as_much_as_it_should(void **state)
{
    static const char long_data[] = "0123456789012345678901234567890123456789";

    (void)state;
    for (size_t piece = 0; piece < 30; piece++) {
        fake_begin(&hive);
        hive.piece = piece;
        fake_enter(&hive, "A");
        fake_raw(&hive, "V", 1, long_data, 3);
        fake_declare(&hive, 4);
        fake_raw(&hive, "V", 1, long_data, 4);
        fake_raw(&hive, "V", 1, long_data, 5);
        fake_raw(&hive, "Wide", 1, long_data, 8);
        fake_raw(&hive, "Wide", 1, long_data, 9);
        fake_raw(&hive, "Wide", 1, long_data, 20);
        fake_raw(&hive, "Wide", 1, long_data, 21);
        fake_raw(&hive, "Wide", 1, long_data, 40);
        fake_declare(&hive, UINT64_MAX);
        fake_raw(&hive, "Wide", 1, long_data, 2);
        fake_declare(&hive, 1);
        expect_log("key 0 ROOT\nkey 1 A\n"
                   "value 0 '' type 1 '012' 3 short\n"
                   "value 0 '' type 1 '0123' 4\n"
                   "value 0 '' type 1 '0123' 5\n"
                   "value 1 '' type 1 '01234567' 8\n"
                   "value 1 '' type 1 '012345678' 9\n"
                   "value 1 '' type 1 '01234567890123456789' 20\n"
                   "value 1 '' type 1 '01234567890123456789' 21\n"
                   "value 1 '' type 1 '01234567890123456789' 40\n"
                   "value 1 '' type 1 '01' 2\n");
        fake_end(&hive);
    }
}

static void probe__skips_what_the_callback_skips(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_probe_result result;
    struct seen seen = {.answer = HP_SKIP};

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "x\\In");
    fake_leave(&hive, 2);
    fake_enter(&hive, "A");
    fake_leave(&hive, 1);
    assert_int_equal(probe(&result, &seen, &arena), HP_OK);
    assert_string_equal(seen.log, "key 0 ROOT\nkey 3 x\nkey 1 A\n");
    seen.answer = HP_STOP;
    assert_int_equal(probe(&result, &seen, &arena), HP_E_NO_MEMORY);
    assert_string_equal(seen.log, "key 0 ROOT\nkey 3 x\n");
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void probe__passes_on_why_a_hive_was_refused(void **state)
{
    const struct hp_probe p = {keys, 1, NULL, 0, NULL, NULL, NULL, NULL};
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_probe_result result;
    struct seen seen = {.answer = HP_CONTINUE};
    struct hp_source source = source_of();
    struct hp_error err;
    char text[64];

    (void)state;
    fake_begin(&hive);
    hive.result = HP_WALK_REFUSED;
    assert_int_equal(probe(&result, &seen, &arena), HP_E_READER);
    hive.result = HP_WALK_FAILED;
    assert_int_equal(
        hp_probe_run(&result, &p, &source, &err, text, sizeof(text)),
        HP_E_NO_MEMORY);
    assert_int_equal(err.status, HP_E_NO_MEMORY);
    hive.result = HP_WALK_PARTIAL;
    assert_int_equal(
        hp_probe_run(&result, &p, &source, NULL, text, sizeof(text)), HP_OK);
    assert_int_equal(result.hive.sequence1, 8);
    assert_int_equal(result.hive.sequence2, 7);
    assert_int_equal(result.hive.minor_version, 5);
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void probe__weighs_damage_by_its_place(void **state)
{
    static const struct {
        size_t key;
        bool decisive;
        const char *field;
    } want[] = {
        {HP_PROBE_OUTSIDE, false, "one"},
        {0, false, "two"},
        {1, false, "three"},
        {1, true, "four"},
        {1, true, "five"},
        {2, false, "six"},
        {1, true, "seven"},
        {3, false, ""},
        {HP_PROBE_OUTSIDE, true, "eight"},
        {HP_PROBE_OUTSIDE, true, "nine"},
    };
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_probe_result result;
    struct seen seen = {.answer = HP_CONTINUE};

    (void)state;
    fake_begin(&hive);
    hive.count = 0; /* before the root */
    fake_damage(&hive, HP_DAMAGE_CLAMPED, "one");
    hive.depth = 0;
    fake_enter(&hive, "ROOT");
    fake_damage(&hive, HP_DAMAGE_DROPPED, "two");
    fake_enter(&hive, "A");
    fake_damage(&hive, HP_DAMAGE_NOTED, "three");
    fake_damage(&hive, HP_DAMAGE_CLAMPED, "four");
    fake_damage(&hive, HP_DAMAGE_DROPPED, "five");
    fake_enter(&hive, "Bee");
    fake_damage(&hive, HP_DAMAGE_SKIPPED, "six");
    fake_leave(&hive, 1);
    fake_damage(&hive, HP_DAMAGE_SKIPPED, "seven");
    fake_leave(&hive, 1);
    fake_enter(&hive, "x");
    fake_damage(&hive, HP_DAMAGE_SKIPPED, NULL);
    fake_leave(&hive, 2);
    fake_damage(&hive, HP_DAMAGE_SKIPPED, "eight");
    fake_damage(&hive, HP_DAMAGE_DROPPED, "nine");
    assert_int_equal(probe(&result, &seen, &arena), HP_OK);
    assert_true(result.decisive);
    assert_int_equal(result.damage_count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_int_equal(result.damage[i].key, want[i].key);
        assert_int_equal(result.damage[i].damage.decisive, want[i].decisive);
        assert_string_equal(result.damage[i].damage.event.field, want[i].field);
        assert_int_equal(result.damage[i].damage.event.offset, 0x1234);
    }
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void probe__damage_in_a_skipped_key_decides_nothing(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_probe_result result;
    struct seen seen = {.answer = HP_CONTINUE};

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "A");
    fake_enter(&hive, "x"); /* not entered */
    fake_damage(&hive, HP_DAMAGE_DROPPED, "its own");
    fake_enter(&hive, "y");
    fake_damage(&hive, HP_DAMAGE_DROPPED, "hidden");
    fake_leave(&hive, 3);
    assert_int_equal(probe(&result, &seen, &arena), HP_OK);
    assert_false(result.decisive);
    assert_int_equal(result.damage_count, 0);
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void probe__damage_inside_data_does_not_end_it(void **state)
{
    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "A");
    fake_raw(&hive, "Wide", 1, "abc", 3);
    fake_damage(&hive, HP_DAMAGE_CLAMPED, "data");
    fake_raw(&hive, "V", 1, "d", 1);
    expect_log("key 0 ROOT\nkey 1 A\nvalue 1 '' type 1 'abc' 3\n"
               "value 0 '' type 1 'd' 1\n");
    fake_end(&hive);
}

static void probe__keeps_a_thousand_events_of_damage(void **state)
{
    static char name[200];
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_probe_result result;
    struct seen seen = {.answer = HP_CONTINUE};

    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    fake_begin(&hive);
    for (size_t i = 0; i < HP_PROBE_DAMAGE; i++)
        fake_damage(&hive, HP_DAMAGE_NOTED, name);
    assert_int_equal(probe(&result, &seen, &arena), HP_OK);
    assert_int_equal(result.damage_count, HP_PROBE_DAMAGE);
    assert_int_equal(strlen(result.damage[999].damage.event.field), 128);
    assert_false(result.decisive);
    fake_enter(&hive, "A");
    fake_damage(&hive, HP_DAMAGE_SKIPPED, "last");
    assert_int_equal(probe(&result, &seen, &arena), HP_OK);
    assert_int_equal(result.damage_count, HP_PROBE_DAMAGE);
    assert_true(result.decisive);
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void probe__reports_no_memory(void **state)
{
    size_t failing = 0;
    enum hp_status status;

    (void)state;
    fake_begin(&hive);
    hive.piece = 7;
    fake_enter(&hive, "A");
    fake_raw(&hive, "any", 1, "0123456789012345", 16);
    fake_damage(&hive, HP_DAMAGE_NOTED, "field");
    do {
        struct fake_memory memory = {0, ++failing};
        struct hp_arena arena = hp_arena_of(fake_allocator(&memory), SIZE_MAX);
        struct hp_probe_result result;
        struct seen seen = {.answer = HP_CONTINUE};
        status = probe(&result, &seen, &arena);
        assert_int_equal(status,
                         memory.calls < failing ? HP_OK : HP_E_NO_MEMORY);
        hp_arena_close(&arena);
    } while (status != HP_OK);
    assert_int_equal(failing, 7);

    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    struct hp_probe_result result;
    struct seen seen = {.answer = HP_CONTINUE, .fail_value = 1};
    assert_int_equal(probe(&result, &seen, &arena), HP_E_NO_MEMORY);
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void grow__doubles(void **state)
{
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    size_t room = 0;
    int *items = NULL;

    (void)state;
    for (int i = 0; i < 33; i++) {
        items = hp_grow(items, &room, (size_t)i, sizeof(*items), &arena);
        assert_non_null(items);
        assert_int_equal(room, i < 16 ? 16 : i < 32 ? 32 : 64);
        items[i] = i;
    }
    for (int i = 0; i < 33; i++)
        assert_int_equal(items[i], i);
    hp_arena_close(&arena);

    arena = hp_arena_of(hp_allocator_libc, 0);
    room = 0;
    assert_null(hp_grow(NULL, &room, 0, 1, &arena));
    assert_int_equal(room, 0);
}

/* ---- the control set --------------------------------------------------- */

static void read_sets(struct hp_control_sets *sets, struct hp_arena *arena)
{
    const struct hp_source source = source_of();
    struct hp_error err;
    char text[64];

    *arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    assert_int_equal(
        hp_control_sets_read(sets, arena, &source, &err, text, sizeof(text)),
        HP_OK);
}

static void add_select(uint32_t current, uint32_t other, uint32_t good)
{
    fake_enter(&hive, "select");
    fake_dword(&hive, "CURRENT", current);
    fake_dword(&hive, "Default", other);
    fake_dword(&hive, "LastKnownGood", good);
    fake_leave(&hive, 1);
}

static void control_set__is_chosen_in_the_order_of_section_5(void **state)
{
    static const struct {
        uint32_t current, other, good;
        enum hp_control_set_choice choice;
        uint32_t number, want;
        const char *findings;
    } cases[] = {
        {2, 3, 4, HP_CONTROL_SET_CURRENT, 0, 2, ""},
        {2, 3, 4, HP_CONTROL_SET_DEFAULT, 0, 3, ""},
        {2, 2, 3, HP_CONTROL_SET_LKG, 0, 3, ""},
        {2, 3, 4, HP_CONTROL_SET_LKG, 0, 2, "LKG_UNUSABLE"},
        {2, 4, 3, HP_CONTROL_SET_DEFAULT, 0, 3, "DEFAULT_UNUSABLE"},
        {0, 3, 4, HP_CONTROL_SET_CURRENT, 0, 3, "CURRENT_UNUSABLE"},
        {0, 0, 3, HP_CONTROL_SET_CURRENT, 0, 3,
         "CURRENT_UNUSABLE DEFAULT_UNUSABLE"},
        {1, 1, 1, HP_CONTROL_SET_CURRENT, 0, 2,
         "CURRENT_UNUSABLE DEFAULT_UNUSABLE LKG_UNUSABLE"},
        {1000, 999, 1, HP_CONTROL_SET_CURRENT, 0, 999, "CURRENT_UNUSABLE"},
        {0xFFFFFFFF, 3, 1, HP_CONTROL_SET_CURRENT, 0, 3, "CURRENT_UNUSABLE"},
        {2, 3, 4, HP_CONTROL_SET_NUMBER, 3, 3, ""},
        {2, 3, 4, HP_CONTROL_SET_NUMBER, 1, 0, ""},
        {2, 3, 4, HP_CONTROL_SET_NUMBER, 999, 999, ""},
        {2, 3, 4, HP_CONTROL_SET_NUMBER, 1000, 0, ""},
        {2, 3, 4, HP_CONTROL_SET_NUMBER, 0, 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct hp_question question = {.control_set = cases[i].choice,
                                             .control_set_number =
                                                 cases[i].number};
        struct hp_finding_list findings = {.count = 0};
        struct hp_control_sets sets;
        struct hp_arena arena;
        fake_begin(&hive);
        fake_enter(&hive, "ControlSet999");
        fake_leave(&hive, 1);
        fake_enter(&hive, "ControlSet002");
        fake_leave(&hive, 1);
        fake_enter(&hive, "CONTROLset003");
        fake_leave(&hive, 1);
        add_select(cases[i].current, cases[i].other, cases[i].good);
        read_sets(&sets, &arena);
        assert_int_equal(hp_control_set_choose(&sets, &question, &findings),
                         cases[i].want);
        assert_string_equal(list_shown(&findings), cases[i].findings);
        hp_arena_close(&arena);
        fake_end(&hive);
    }
}

static void control_set__needs_its_exact_name(void **state)
{
    static const char *const bad[] = {
        "ControlSet000", "ControlSet1",   "ControlSet0001",
        "ControlSet01:", "ControlSet0/1", "ControlSex001",
        "ControlSet01",  "ControlSet+01", "Controlset 01"};
    const struct hp_question question = {.control_set = HP_CONTROL_SET_CURRENT};

    (void)state;
    for (uint32_t encoding = HP_UTF16LE; encoding <= HP_LATIN1; encoding++) {
        struct hp_finding_list findings = {.count = 0};
        struct hp_control_sets sets;
        struct hp_arena arena;
        fake_begin(&hive);
        hive.encoding = encoding;
        for (size_t i = 0; i < COUNT_OF(bad); i++) {
            fake_enter(&hive, bad[i]);
            fake_leave(&hive, 1);
        }
        read_sets(&sets, &arena);
        assert_int_equal(hp_control_set_choose(&sets, &question, &findings), 0);
        assert_string_equal(list_shown(&findings),
                            "SELECT_MISSING CURRENT_UNUSABLE DEFAULT_UNUSABLE "
                            "LKG_UNUSABLE");
        assert_false(sets.has_select);
        hp_arena_close(&arena);
        fake_enter(&hive, "ControlSet123");
        read_sets(&sets, &arena);
        assert_int_equal(hp_control_set_choose(&sets, &question, &findings),
                         123);
        hp_arena_close(&arena);
        fake_end(&hive);
    }
}

static void control_set__utf8_may_be_shorter_than_its_bytes(void **state)
{
    struct hp_control_sets sets;
    struct hp_arena arena;

    (void)state;
    fake_begin(&hive);
    hive.encoding = HP_UTF8;
    fake_enter(&hive, "ControlSet1\xC3\xA9");
    read_sets(&sets, &arena);
    for (size_t i = 0; i <= HP_CONTROL_SET_MAX; i++)
        assert_false(sets.exists[i]);
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void control_set__lowest_may_be_any(void **state)
{
    static const char *const names[] = {"ControlSet001", "ControlSet999"};
    static const uint32_t want[] = {1, 999};
    const struct hp_question question = {.control_set = HP_CONTROL_SET_LKG};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct hp_finding_list findings = {.count = 0};
        struct hp_control_sets sets;
        struct hp_arena arena;
        fake_begin(&hive);
        fake_enter(&hive, names[i]);
        fake_leave(&hive, 1);
        fake_enter(&hive, "CurrentControlSet");
        fake_leave(&hive, 1);
        read_sets(&sets, &arena);
        assert_int_equal(hp_control_set_choose(&sets, &question, &findings),
                         want[i]);
        assert_string_equal(
            list_shown(&findings),
            "CURRENT_CONTROL_SET_KEY SELECT_MISSING LKG_UNUSABLE");
        hp_arena_close(&arena);
        fake_end(&hive);
    }
}

static void control_set__numbers_are_dwords(void **state)
{
    struct hp_control_sets sets;
    struct hp_arena arena;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "Select");
    fake_raw(&hive, "Current", 4, "\1\0\0", 3);
    fake_dword(&hive, "Current", 2);
    fake_raw(&hive, "Default", 3, "\1\0\0\0", 4);
    fake_raw(&hive, "LastKnownGood", 4, "\1\2\3\4\5", 5);
    fake_leave(&hive, 1);
    read_sets(&sets, &arena);
    assert_true(sets.has_select);
    assert_true(sets.current.present);
    assert_false(sets.current.valid);
    assert_true(sets.default_set.present);
    assert_false(sets.default_set.valid);
    assert_true(sets.last_known_good.present);
    assert_false(sets.last_known_good.valid);
    hp_arena_close(&arena);
    fake_end(&hive);

    fake_begin(&hive);
    fake_enter(&hive, "Select");
    fake_dword(&hive, "Current", 0x04030201);
    read_sets(&sets, &arena);
    assert_true(sets.current.valid);
    assert_int_equal(sets.current.number, 0x04030201);
    assert_false(sets.default_set.present);
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void control_set__reads_mounted_devices(void **state)
{
    struct hp_control_sets sets;
    struct hp_arena arena;
    static const uint8_t large[70000];

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "MountedDevices");
    fake_raw(&hive, "\\DosDevices\\C:", 3, "abcd", 4);
    fake_raw(&hive, "#x", 1, large, sizeof(large));
    read_sets(&sets, &arena);
    assert_int_equal(sets.device_count, 2);
    assert_string_equal(shown(sets.devices[0].name), "\\DosDevices\\C:");
    assert_int_equal(sets.devices[0].type, 3);
    assert_int_equal(sets.devices[0].data_size, 4);
    assert_memory_equal(sets.devices[0].data.ptr, "abcd", 4);
    assert_int_equal(sets.devices[1].data_size, 70000);
    assert_int_equal(sets.devices[1].data.len, 65536);
    assert_int_equal(sets.devices[1].type, 1);
    hp_arena_close(&arena);
    fake_end(&hive);
}

/* ---- services ---------------------------------------------------------- */

static void read_services(struct hp_services *services, struct hp_arena *arena,
                          uint32_t number)
{
    const struct hp_source source = source_of();
    struct hp_error err;
    char text[64];

    *arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    assert_int_equal(hp_services_read(services, arena, &source, number, &err,
                                      text, sizeof(text)),
                     HP_OK);
}

static void services__are_read_in_hive_order(void **state)
{
    struct hp_services services;
    struct hp_arena arena;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "ControlSet001\\Services\\Wrong");
    fake_leave(&hive, 3);
    fake_enter(&hive, "ControlSet047\\services");
    fake_service(&hive, "zeta", 0x10, 2, "C:\\z.exe");
    fake_enter(&hive, "Alpha");
    fake_dword(&hive, "type", 0x01);
    fake_dword(&hive, "START", 3);
    fake_ascii(&hive, "DisplayName", 1, "The first");
    fake_raw(&hive, "DeleteFlag", 4, "", 0);
    fake_raw(&hive, "ImagePath", 2, "abc", 3);
    fake_declare(&hive, 5);
    fake_ascii(&hive, "ImagePath", 1, "second");
    fake_ascii(&hive, "DisplayName", 1, "second");
    fake_raw(&hive, "ErrorControl", 3, "\1\0\0\0", 4);
    fake_enter(&hive, "Parameters");
    fake_ascii(&hive, "ImagePath", 1, "deep");
    fake_leave(&hive, 2);
    read_services(&services, &arena, 47);
    assert_true(services.has_services);
    assert_string_equal(shown(services.services_key), "services");
    assert_int_equal(services.count, 2);

    const struct hp_service *zeta = services.list[0];
    assert_string_equal(shown(zeta->name), "zeta");
    assert_int_equal(zeta->type.number, 0x10);
    assert_int_equal(zeta->start.number, 2);
    assert_int_equal(zeta->error_control.number, 1);
    assert_true(zeta->image_path.present);
    assert_int_equal(zeta->image_path.type, 1);
    assert_int_equal(zeta->image_path.data.len, 18);
    assert_false(zeta->image_path.cut_short || zeta->image_path.cut_off);
    assert_false(zeta->display_name.present);
    assert_false(zeta->delete_flag || zeta->is_link);

    const struct hp_service *alpha = services.list[1];
    assert_int_equal(alpha->image_path.data.len, 3);
    assert_int_equal(alpha->image_path.type, 2);
    assert_true(alpha->image_path.cut_short);
    assert_false(alpha->image_path.cut_off);
    assert_int_equal(alpha->display_name.data.len, 20);
    assert_true(alpha->delete_flag);
    assert_false(alpha->is_link);
    assert_true(alpha->error_control.present);
    assert_false(alpha->error_control.valid);
    /* Nothing below a service, no other control set was asked for. */
    assert_int_equal(hive.values_sent, 4 + 8);
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void services__names_come_in_any_encoding(void **state)
{
    struct hp_services services;
    struct hp_arena arena;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "ControlSet001\\Services");
    hive.encoding = HP_UTF16LE;
    fake_enter_text(&hive, TEXT(u"d\xD800"));
    fake_dword(&hive, "Type", 1);
    fake_leave(&hive, 1);
    hive.encoding = HP_UTF8;
    fake_service(&hive, "\xC3\xA9", 0x10, 2, NULL);
    hive.encoding = HP_LATIN1;
    fake_service(&hive, "\xE9", 0x20, 2, NULL);
    read_services(&services, &arena, 1);
    assert_int_equal(services.count, 3);
    assert_string_equal(shown(services.list[0]->name), "d\xED\xA0\x80");
    assert_string_equal(shown(services.list[1]->name), "\xC3\xA9");
    assert_string_equal(shown(services.list[2]->name), "\xC3\xA9");
    assert_int_equal(services.list[0]->type.number, 1);
    assert_int_equal(services.list[1]->type.number, 0x10);
    hp_arena_close(&arena);
    fake_end(&hive);
}

static const struct {
    uint64_t flags;
    uint32_t value_type; /* 0: there is no SymbolicLinkValue */
    bool link;
} link_cases[] = {{0x10, 0, true},       {0x20, 0, false},
                  {0x30, 6, true},       {UINT64_MAX, 0, false},
                  {UINT64_MAX, 6, true}, {0, 1, false},
                  {0x10, 1, true}};

static void services__links_are_known_by_flag_or_value(void **state)
{
    struct hp_services services;
    struct hp_arena arena;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "ControlSet001\\Services");
    for (size_t i = 0; i < COUNT_OF(link_cases); i++) {
        fake_enter_flags(&hive, "x", link_cases[i].flags);
        if (link_cases[i].value_type != 0)
            fake_raw(&hive, "SymbolicLinkValue", link_cases[i].value_type, "x",
                     1);
        fake_leave(&hive, 1);
    }
    read_services(&services, &arena, 1);
    assert_int_equal(services.count, COUNT_OF(link_cases));
    for (size_t i = 0; i < COUNT_OF(link_cases); i++)
        assert_int_equal(services.list[i]->is_link, link_cases[i].link);
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void services__read_the_control_keys(void **state)
{
    static const char *const list[] = {"Q:\\a.exe", "Q:\\b.exe", NULL};
    struct hp_services services;
    struct hp_arena arena;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "ControlSet001\\Control");
    fake_enter(&hive, "ProductOptions");
    fake_ascii(&hive, "ProductType", 1, "ServerNT");
    fake_leave(&hive, 1);
    fake_enter(&hive, "session manager\\environment");
    fake_ascii(&hive, "", 1, "default");
    fake_ascii(&hive, "Path", 2, "%SystemRoot%");
    fake_ascii(&hive, "OS", 1, "Windows_NT");
    fake_ascii(&hive, "List", 7, "no");
    fake_dword(&hive, "Number", 1);
    fake_ascii(&hive, "Link", 6, "no");
    fake_leave(&hive, 2);
    fake_enter(&hive, "SystemWriter");
    fake_list(&hive, "ExcludedBinaryPaths", list);
    fake_dword(&hive, "ReportWin32ServicesNonSystemState", 1);
    fake_ascii(&hive, "Other", 1, "x");
    fake_leave(&hive, 2);
    read_services(&services, &arena, 1);
    assert_false(services.has_services);
    assert_string_equal(shown(services.product_type), "ServerNT");
    assert_int_equal(services.environment_count, 3);
    assert_string_equal(shown(services.environment[1].name), "Path");
    assert_string_equal(shown(services.environment[1].value), "%SystemRoot%");
    assert_true(services.environment[1].expand);
    assert_string_equal(shown(services.environment[2].value), "Windows_NT");
    assert_false(services.environment[2].expand);
    assert_true(services.exclusions.present);
    assert_int_equal(services.exclusions.type, 7);
    assert_int_equal(services.exclusions.data.len, 2 * (9 + 9 + 1));
    assert_true(services.report_non_system_state.valid);
    assert_int_equal(services.report_non_system_state.number, 1);
    hp_arena_close(&arena);
    fake_end(&hive);
}

static void services__keep_a_megabyte_of_an_image_path(void **state)
{
    static uint8_t large[HP_IMAGE_PATH_KEPT + 1];
    struct hp_services services;
    struct hp_arena arena;

    (void)state;
    for (size_t more = 0; more < 2; more++) {
        fake_begin(&hive);
        fake_enter(&hive, "ControlSet001\\Services\\x");
        fake_raw(&hive, "ImagePath", 1, large, HP_IMAGE_PATH_KEPT + more);
        read_services(&services, &arena, 1);
        assert_int_equal(services.list[0]->image_path.data.len,
                         HP_IMAGE_PATH_KEPT);
        assert_int_equal(services.list[0]->image_path.cut_off, more == 1);
        assert_false(services.list[0]->image_path.cut_short);
        hp_arena_close(&arena);
        fake_end(&hive);
    }
}

static void services__report_no_memory(void **state)
{
    const struct hp_source source = source_of();
    size_t failing = 0;
    enum hp_status status;

    (void)state;
    fake_begin(&hive);
    fake_enter(&hive, "ControlSet001\\Control\\Session Manager\\Environment");
    fake_ascii(&hive, "A", 1, "b");
    fake_leave(&hive, 2);
    fake_enter(&hive, "ProductOptions");
    fake_ascii(&hive, "ProductType", 1, "WinNT");
    fake_leave(&hive, 2);
    fake_enter(&hive, "Services");
    fake_service(&hive, "x", 0x10, 2, "C:\\x.exe");
    fake_leave(&hive, 2);
    fake_enter(&hive, "MountedDevices");
    fake_raw(&hive, "x", 3, "ab", 2);
    do {
        struct fake_memory memory = {0, ++failing};
        struct hp_arena arena = hp_arena_of(fake_allocator(&memory), SIZE_MAX);
        struct hp_services services;
        struct hp_control_sets sets;
        struct hp_error err;
        char text[64];
        status = hp_services_read(&services, &arena, &source, 1, &err, text,
                                  sizeof(text));
        if (status == HP_OK)
            status = hp_control_sets_read(&sets, &arena, &source, &err, text,
                                          sizeof(text));
        assert_int_equal(status,
                         memory.calls < failing ? HP_OK : HP_E_NO_MEMORY);
        hp_arena_close(&arena);
    } while (status != HP_OK);
    assert_int_equal(failing, 15);
    fake_end(&hive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probe__reads_what_it_names),
        cmocka_unit_test(probe__enters_a_named_key_once),
        cmocka_unit_test(probe__keeps_as_much_as_it_should),
        cmocka_unit_test(probe__skips_what_the_callback_skips),
        cmocka_unit_test(probe__passes_on_why_a_hive_was_refused),
        cmocka_unit_test(probe__weighs_damage_by_its_place),
        cmocka_unit_test(probe__damage_in_a_skipped_key_decides_nothing),
        cmocka_unit_test(probe__damage_inside_data_does_not_end_it),
        cmocka_unit_test(probe__keeps_a_thousand_events_of_damage),
        cmocka_unit_test(probe__reports_no_memory),
        cmocka_unit_test(grow__doubles),
        cmocka_unit_test(control_set__is_chosen_in_the_order_of_section_5),
        cmocka_unit_test(control_set__needs_its_exact_name),
        cmocka_unit_test(control_set__utf8_may_be_shorter_than_its_bytes),
        cmocka_unit_test(control_set__lowest_may_be_any),
        cmocka_unit_test(control_set__numbers_are_dwords),
        cmocka_unit_test(control_set__reads_mounted_devices),
        cmocka_unit_test(services__are_read_in_hive_order),
        cmocka_unit_test(services__names_come_in_any_encoding),
        cmocka_unit_test(services__links_are_known_by_flag_or_value),
        cmocka_unit_test(services__read_the_control_keys),
        cmocka_unit_test(services__keep_a_megabyte_of_an_image_path),
        cmocka_unit_test(services__report_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
