/* SPDX-License-Identifier: Apache-2.0
 *
 * Each oracle of the suspicious sink fails on a reader that breaks it. */
#include "event_check.h"

#include "aborts.h"
#include "fuzz.h"
#include "hp_cmocka.h"

static uint8_t image[8192];

/* The way in which the reader below breaks its promise. */
enum lie {
    TELLS_THE_TRUTH,
    FAILS,
    REFUSES_SILENTLY,
    PARTIAL_WITHOUT_CAUSE,
    DAMAGE_OF_THE_SYSTEM,
    DAMAGE_WITHOUT_FIELD,
    DAMAGE_OUTSIDE,
    NAME_OUTSIDE,
    DATA_PAST_IMAGE,
    DATA_MORE_THAN_DECLARED,
    DATA_LESS_THAN_DECLARED,
    DATA_EMPTY,
    LEAVES_TWICE,
    NEVER_LEAVES,
    DIRTY_LIE,
    ENDLESS_KEYS,
    LIES
};

static enum lie lie;

/* False: nothing more is wanted, which the bad reader does not mind. */
static bool say(const struct hp_sink *sink, uint32_t kind,
                struct hp_event event)
{
    event.size = sizeof event;
    event.kind = kind;
    return sink->event(sink->self, &event) != HP_STOP;
}

static void say_damage(const struct hp_sink *sink)
{
    struct hp_damage_event damage = {110, 32, 7, "nk.values", 3};

    if (lie == DAMAGE_OF_THE_SYSTEM)
        damage.status = 301;
    if (lie == DAMAGE_WITHOUT_FIELD)
        damage.field = "";
    if (lie == DAMAGE_OUTSIDE)
        damage.offset = 4096;
    say(sink, HP_EVENT_DAMAGE, (struct hp_event){.u.damage = damage});
}

static void say_value(const struct hp_sink *sink)
{
    struct hp_value_event value = {{image + 5000, 4, HP_LATIN1}, 3, 8, 1};
    struct hp_data_event data = {image + 6000, 8};

    if (lie == NAME_OUTSIDE)
        value.name.bytes = "name";
    if (lie == DATA_PAST_IMAGE)
        data.bytes = image + sizeof image - 4;
    if (lie == DATA_MORE_THAN_DECLARED)
        data.size = 9;
    if (lie == DATA_LESS_THAN_DECLARED)
        data.size = 7;
    if (lie == DATA_EMPTY)
        data.size = 0;
    say(sink, HP_EVENT_VALUE, (struct hp_event){.u.value = value});
    say(sink, HP_EVENT_DATA, (struct hp_event){.u.data = data});
}

static void say_key(const struct hp_sink *sink)
{
    struct hp_key_event key = {.name = {image + 4096, 4, HP_LATIN1}};

    say(sink, HP_EVENT_KEY_ENTER, (struct hp_event){.u.key = key});
}

static uint32_t read_badly(const struct hp_input *input,
                           const struct hp_sink *sink)
{
    struct hp_hive_event hive = {5, lie == DIRTY_LIE, 1, 1};
    const struct hp_event leave = {.size = 0};

    (void)input;
    if (lie == FAILS || lie == REFUSES_SILENTLY)
        return lie == FAILS ? HP_WALK_FAILED : HP_WALK_REFUSED;
    say(sink, HP_EVENT_HIVE, (struct hp_event){.u.hive = hive});
    say_key(sink);
    if (lie != PARTIAL_WITHOUT_CAUSE)
        say_damage(sink);
    say_value(sink);
    for (int i = 0; lie == ENDLESS_KEYS && i < 4000; i++) {
        say_key(sink);
        say(sink, HP_EVENT_KEY_LEAVE, leave);
    }
    if (lie != NEVER_LEAVES)
        say(sink, HP_EVENT_KEY_LEAVE, leave);
    if (lie == LEAVES_TWICE)
        say(sink, HP_EVENT_KEY_LEAVE, leave);
    return HP_WALK_PARTIAL;
}

static const struct hp_backend bad_reader = {
    sizeof(struct hp_backend), "bad", "1", "", 0, read_badly};

static void check(void *self)
{
    struct event_check result;

    (void)self;
    (void)event_check_walk(&result, &bad_reader, HP_MODE_FORENSIC,
                           hp_span_of(image, sizeof image), true);
}

static void event_check__catches_every_lie_and_no_truth(void **state)
{
    (void)state;
    for (int i = 0; i < LIES; i++) {
        lie = (enum lie)i;
        if (aborts(check, NULL) != (lie != TELLS_THE_TRUTH))
            fail_msg("lie %d", i);
    }
}

/* A key in each key: LEVELS of them. */
enum { LEVELS = 200 };

static uint32_t read_chain(const struct hp_input *input,
                           const struct hp_sink *sink)
{
    struct hp_hive_event hive = {5, 0, 1, 1};
    struct hp_key_event key = {.name = {image + 4096, 4, HP_LATIN1}};

    (void)input;
    bool on = say(sink, HP_EVENT_HIVE, (struct hp_event){.u.hive = hive});
    for (int i = 0; on && i < LEVELS; i++)
        on = say(sink, HP_EVENT_KEY_ENTER, (struct hp_event){.u.key = key});
    for (int i = 0; on && i < LEVELS; i++)
        on = say(sink, HP_EVENT_KEY_LEAVE, (struct hp_event){.size = 0});
    return on ? HP_WALK_DONE : HP_WALK_STOPPED;
}

static const struct hp_backend chain = {
    sizeof(struct hp_backend), "chain", "1", "", 0, read_chain};

static void event_check__follows_deep_keys_to_their_end(void **state)
{
    const struct event_wish some = {64, NULL, true, true};
    const struct event_wish all = {UINT64_MAX, NULL, true, true};
    struct hp_span bytes = hp_span_of(image, sizeof image);
    struct event_check check;

    (void)state;
    assert_int_equal(
        event_check_start(&check, &chain, HP_MODE_FORENSIC, bytes, some),
        HP_WALK_STOPPED);
    assert_int_equal(check.deepest, LEVELS);
    assert_int_equal(check.events, 64 + (LEVELS - 32));
    assert_int_equal(
        event_check_start(&check, &chain, HP_MODE_FORENSIC, bytes, all),
        HP_WALK_DONE);
    assert_int_equal(check.events, 1 + 2 * LEVELS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_check__catches_every_lie_and_no_truth),
        cmocka_unit_test(event_check__follows_deep_keys_to_their_end)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
