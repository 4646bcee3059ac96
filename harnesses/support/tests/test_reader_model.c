/* SPDX-License-Identifier: Apache-2.0
 *
 * The reader's model agrees with the reader, and its tape with nothing else:
 * each thing that could be said otherwise is caught. */
#include "reader_model.h"

#include <stdio.h>
#include <string.h>

#include "aborts.h"
#include "event_check.h"
#include "fuzz.h"
#include "hp_cmocka.h"
#include "layout.h"
#include "native.h"
#include "sample_hives.h"
#include "status.h"

enum lie {
    TELLS_THE_TRUTH,
    OTHER_MINOR,
    OTHER_NAME,
    OTHER_TIME,
    OTHER_SECURITY,
    OTHER_TYPE,
    OTHER_DATA,
    ONE_EVENT_LESS,
    ENDS_EARLY,
    DAMAGE_MADE_UP,
    OTHER_PLACE_OF_DAMAGE,
    LIMIT_MADE_UP,
    OTHER_RESULT,
    LIES
};

static void change(struct hp_event *event, enum lie lie)
{
    const char *bytes;

    if (lie == OTHER_MINOR && event->kind == HP_EVENT_HIVE)
        event->u.hive.minor_version++;
    if (lie == OTHER_NAME && event->kind == HP_EVENT_KEY_ENTER) {
        bytes = event->u.key.name.bytes;
        event->u.key.name.bytes = bytes + 8;
    }
    if (lie == OTHER_TIME && event->kind == HP_EVENT_KEY_ENTER)
        event->u.key.filetime++;
    if (lie == OTHER_SECURITY && event->kind == HP_EVENT_KEY_ENTER)
        event->u.key.security_size += 8;
    if (lie == OTHER_TYPE && event->kind == HP_EVENT_VALUE)
        event->u.value.type ^= 0x10000;
    if (lie == OTHER_DATA && event->kind == HP_EVENT_DATA) {
        bytes = event->u.data.bytes;
        event->u.data.bytes = bytes + 1;
    }
    if (lie == OTHER_PLACE_OF_DAMAGE && event->kind == HP_EVENT_DAMAGE)
        event->u.damage.offset += 8;
}

/* Says what is on the tape to the tape, but for the lie. */
static void say(struct reader_tape *tape, enum lie lie)
{
    struct hp_event damage = {
        .size = sizeof damage,
        .kind = HP_EVENT_DAMAGE,
        .u.damage = {lie == LIMIT_MADE_UP ? HP_E_WORK : HP_E_HINT, 0, 7,
                     lie == LIMIT_MADE_UP ? "walk.records" : "list.hint",
                     lie == LIMIT_MADE_UP ? HP_DAMAGE_SKIPPED
                                          : HP_DAMAGE_NOTED}};
    size_t count = tape->count;

    for (size_t i = 0; i < count; i++) {
        struct hp_event event = tape->events[i];
        if ((lie == ONE_EVENT_LESS && i == 2) ||
            (lie == ENDS_EARLY && i + 1 == count))
            continue;
        change(&event, lie);
        reader_tape_hear(tape, &event);
        if ((lie == DAMAGE_MADE_UP || lie == LIMIT_MADE_UP) && i == 0)
            reader_tape_hear(tape, &damage);
    }
    reader_tape_end(tape, lie == OTHER_RESULT ? HP_WALK_PARTIAL : tape->result);
}

/* What is said of which hive. */
struct testimony {
    struct hp_span image;
    enum lie lie;
};

static void testify(void *self)
{
    const struct testimony *testimony = self;
    struct reader_tape tape;

    reader_model(&tape, testimony->image, true, UINT64_MAX);
    say(&tape, testimony->lie);
    reader_tape_close(&tape);
}

static void tape__catches_every_lie_and_no_truth(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_small(&h);
    hb_poke(&h, "nk:A", NK_PARENT, 8, 4); /* one note */
    struct testimony testimony = {.image = hp_span_of(h.image, h.size)};
    for (int lie = 0; lie < LIES; lie++) {
        testimony.lie = (enum lie)lie;
        if (aborts(testify, &testimony) != (lie != TELLS_THE_TRUTH))
            fail_msg("lie %d", lie);
    }
    hb_close(&h);
}

/* Each lie that is about one field is told by it, be there damage or not. */
static void tape__tells_the_field(void **state)
{
    static const char *const fields[LIES] = {
        [OTHER_NAME] = "key.name / another",
        [OTHER_TIME] = "key.filetime / another",
        [OTHER_SECURITY] = "key.security / another",
        [OTHER_TYPE] = "value.type / another",
        [OTHER_DATA] = "data / another",
        [ONE_EVENT_LESS] = "nk.parent mismatch",
        [DAMAGE_MADE_UP] = "list.hint hint",
        [OTHER_PLACE_OF_DAMAGE] = "nk.parent mismatch"};
    struct hive_builder h;
    char said[200], line[100];

    (void)state;
    hb_small(&h);
    hb_poke(&h, "nk:A", NK_PARENT, 8, 4);
    struct testimony testimony = {.image = hp_span_of(h.image, h.size)};
    for (int lie = 0; lie < LIES; lie++) {
        testimony.lie = (enum lie)lie;
        if (fields[lie] == NULL)
            continue;
        assert_true(aborts_saying(testify, &testimony, said, sizeof said));
        (void)snprintf(line, sizeof line, "oracle's field: %s\n", fields[lie]);
        if (strncmp(said, line, strlen(line)) != 0)
            fail_msg("lie %d: %s", lie, said);
    }
    hb_close(&h);
}

static void model__says_what_the_reader_says(void **state)
{
    struct hive_builder h[4];

    (void)state;
    hb_small(&h[0]);
    hb_index(&h[1]);
    hb_data(&h[2], 5, 40000);
    hb_chain(&h[3], 513);
    for (size_t i = 0; i < 4; i++) {
        struct hp_span image = hp_span_of(h[i].image, h[i].size);
        for (uint32_t mode = HP_MODE_STRICT; mode <= HP_MODE_FORENSIC; mode++) {
            struct event_check check;
            struct reader_tape tape;
            struct event_wish wish = {UINT64_MAX, &tape, true, false};
            reader_model(&tape, image, mode == HP_MODE_FORENSIC, UINT64_MAX);
            (void)event_check_start(&check, &hp_backend_native, mode, image,
                                    wish);
            assert_false(tape.blank);
            reader_tape_close(&tape);
        }
        hb_close(&h[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model__says_what_the_reader_says),
        cmocka_unit_test(tape__tells_the_field),
        cmocka_unit_test(tape__catches_every_lie_and_no_truth)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
