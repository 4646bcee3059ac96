/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs of a session over many hives; cli.command has one hive for each
 * kind of misdeed. The programs are those of rogues/rogue.py. */
#include "hp_cmocka.h"

#include <stdio.h>

#include "session.h"
#include "tree.h"

struct seen {
    char names[256];
    struct hp_said said;
    struct hp_error err;
    char text[256];
};

static uint32_t see(void *self, const struct hp_event *event)
{
    struct seen *seen = self;

    if (event->kind == HP_EVENT_KEY_ENTER)
        strncat(seen->names, event->u.key.name.bytes, event->u.key.name.size);
    return HP_CONTINUE;
}

static struct hp_source source_of(const char *command,
                                  struct hp_session *session)
{
    struct hp_source source = {
        .input = {.size = sizeof source.input,
                  .mode = HP_MODE_STRICT,
                  .image = "regf",
                  .image_size = 4},
        .command = command,
        .in_session = session != NULL,
        .session = session,
        .limits = {2, 600, UINT64_C(512) << 20, UINT64_C(64) << 20},
    };
    return source;
}

static uint32_t walk(struct seen *seen, struct hp_source source)
{
    struct hp_sink sink = {sizeof sink, see, seen};

    *seen = (struct seen){.names = ""};
    source.said = &seen->said;
    return hp_source_walk(&source, false, &sink, &seen->err, seen->text,
                          sizeof seen->text);
}

#define ROGUE HP_TEST_ROGUE " "

static void version_of(char version[64], const struct hp_source *source)
{
    struct hp_source_identity identity;
    char text[256];

    assert_true(hp_source_identify(source, &identity, NULL, text, sizeof text));
    assert_string_equal(identity.name, "rogue");
    assert_int_equal(identity.capabilities,
                     HP_CAN_CLASS | HP_CAN_FORENSIC | HP_CAN_LOGS);
    memcpy(version, identity.version, 64);
}

/* One process, which says its number, reads them all. */
static void session__serves_many(void **state)
{
    struct hp_session *session = hp_session_open();
    struct hp_source source = source_of(ROGUE "good", session);
    struct seen seen;
    char first[64], version[64];
    (void)state;

    version_of(first, &source);
    for (int i = 0; i < 20; i++) {
        source.input.mode = i % 2 == 0 ? HP_MODE_STRICT : HP_MODE_FORENSIC;
        assert_int_equal(walk(&seen, source), HP_WALK_DONE);
        assert_string_equal(seen.names, i % 2 == 0 ? "strict" : "forensic");
    }
    version_of(version, &source);
    assert_string_equal(version, first);
    assert_int_equal(hp_session_late(session), 0);
    assert_true(hp_session_close(session));
}

static const struct {
    const char *command;
    enum hp_status status;
} failing[] = {
    {ROGUE "segv", HP_E_CRASH},          {ROGUE "spin", HP_E_CPU},
    {ROGUE "hog", HP_E_MEMORY},          {ROGUE "long-line", HP_E_OUTPUT},
    {ROGUE "other-case", HP_E_PROTOCOL}, {ROGUE "edit", HP_E_EDITED},
    {ROGUE "bad-start", HP_E_PROTOCOL},  {"nosuchprogram", HP_E_COMMAND},
};

/* Each failure is the walk's own; the next one has a new process. */
static void session__begins_anew_after_a_failure(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(failing); i++) {
        struct hp_session *session = hp_session_open();
        struct hp_source source = source_of(failing[i].command, session);
        struct seen seen;
        for (int turn = 0; turn < 2; turn++) {
            assert_int_equal(walk(&seen, source), HP_WALK_FAILED);
            assert_int_equal(seen.err.status, failing[i].status);
        }
        source.command = ROGUE "good";
        assert_int_equal(walk(&seen, source), HP_WALK_DONE);
        assert_int_equal(hp_session_late(session), 0);
        assert_true(hp_session_close(session));
    }
}

/* The right answer, then death: the next walk is not to blame. */
static void session__death_behind_an_answer_is_late(void **state)
{
    struct hp_session *session = hp_session_open();
    struct hp_source source = source_of(ROGUE "then-segv", session);
    struct seen seen;
    (void)state;

    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(walk(&seen, source), HP_WALK_DONE);
        assert_string_equal(seen.names, "strict");
        assert_int_equal(hp_session_late(session), i);
    }
    assert_false(hp_session_close(session));
}

/* Processor time is that of each hive, not of the process. */
static void session__limit_is_of_each_walk(void **state)
{
    struct hp_session *session = hp_session_open();
    struct hp_source source = source_of(ROGUE "busy", session);
    struct seen seen;
    (void)state;

    for (int i = 0; i < 4; i++)
        assert_int_equal(walk(&seen, source), HP_WALK_DONE);
    assert_int_equal(hp_session_late(session), 0);
    assert_true(hp_session_close(session));
}

static void said__is_the_last_of_it(void **state)
{
    struct seen seen;
    (void)state;

    assert_int_equal(walk(&seen, source_of("sh -c 'i=0; while [ $i -lt 2000 ]; "
                                           "do echo line $i >&2; i=$((i+1)); "
                                           "done; exit 5'",
                                           NULL)),
                     HP_WALK_FAILED);
    assert_int_equal(seen.err.status, HP_E_CRASH);
    assert_string_equal(seen.text, "exit code 5, it said: line 1999");
    assert_int_equal(seen.said.size, HP_SAID_ROOM);
    assert_memory_equal(seen.said.text + HP_SAID_ROOM - 10, "line 1999\n", 10);
}

static void digest__is_an_event(void **state)
{
    struct hp_source source =
        source_of("printf '%s\\n' '{\"event\":\"hive\"}' "
                  "'{\"event\":\"key_enter\",\"name\":\"r\"}' "
                  "'{\"event\":\"value\",\"name\":\"v\"}' "
                  "'{\"event\":\"data\",\"size\":2,\"sha256\":"
                  "\"fb8e20fc2e4c3f248c60c39bd6"
                  "52f3c1347298bb977b8b4d5903b85055620603\"}' "
                  "'{\"event\":\"key_leave\"}' "
                  "'{\"event\":\"end\",\"result\":\"partial\"}'",
                  NULL);
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, 1 << 20);
    struct hp_tree tree;
    struct hp_sink sink;
    (void)state;

    hp_tree_begin(&tree, &arena, &sink);
    assert_int_equal(hp_source_walk(&source, true, &sink, NULL, NULL, 0),
                     HP_WALK_PARTIAL);
    assert_non_null(tree.root->values->sha256);
    assert_memory_equal(tree.root->values->sha256, "\xfb\x8e\x20\xfc", 4);
    assert_int_equal(tree.root->values->data.size, 2);
    assert_false(tree.root->values->data.known);
    hp_arena_close(&arena);
}

static void unsupported__is_its_own_status(void **state)
{
    struct seen seen;
    (void)state;

    assert_int_equal(
        walk(&seen, source_of("echo '{\"event\":\"end\",\"result\":"
                              "\"unsupported\",\"reason\":\"no "
                              "strict mode\"}'",
                              NULL)),
        HP_WALK_FAILED);
    assert_int_equal(seen.err.status, HP_E_UNSUPPORTED);
    assert_string_equal(seen.text, "no strict mode");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session__serves_many),
        cmocka_unit_test(session__begins_anew_after_a_failure),
        cmocka_unit_test(session__death_behind_an_answer_is_late),
        cmocka_unit_test(session__limit_is_of_each_walk),
        cmocka_unit_test(said__is_the_last_of_it),
        cmocka_unit_test(digest__is_an_event),
        cmocka_unit_test(unsupported__is_its_own_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
