/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdlib.h>

#include "wire.h"

#define EVENT(...)                                                             \
    {                                                                          \
        .size = sizeof(struct hp_event), __VA_ARGS__                           \
    }

static const struct hp_event events[] = {
    EVENT(.kind = HP_EVENT_HIVE, .u.hive = {5, 1, UINT64_MAX, 1}),
    EVENT(.kind = HP_EVENT_KEY_ENTER, .u.key = {{"a\0b", 3, HP_LATIN1},
                                                UINT64_C(0x0102030405060708),
                                                9,
                                                {"cc", 2, HP_UTF16LE},
                                                "ddd",
                                                3}),
    EVENT(.kind = HP_EVENT_KEY_ENTER,
          .u.key = {{"", 0, HP_UTF8}, 0, 0, {NULL, 0, 0}, NULL, 0}),
    EVENT(.kind = HP_EVENT_KEY_ENTER, .u.key = {{NULL, 0, 7},
                                                1,
                                                2,
                                                {NULL, HP_UNKNOWN_SIZE, 9},
                                                NULL,
                                                HP_UNKNOWN_SIZE}),
    EVENT(.kind = HP_EVENT_VALUE,
          .u.value = {{"v", 1, HP_UTF8}, 0xFFFFFFFF, 2, UINT64_MAX}),
    EVENT(.kind = HP_EVENT_DATA, .u.data = {"data", 4}),
    EVENT(.kind = HP_EVENT_KEY_LEAVE),
    EVENT(.kind = HP_EVENT_DIGEST,
          .u.digest = {"0123456789abcdef0123456789abcdef", 5}),
    EVENT(.kind = HP_EVENT_DAMAGE, .u.damage = {106, 2, 3, "nk.name", 3}),
    EVENT(.kind = HP_EVENT_DAMAGE, .u.damage = {106, 2, 3, NULL, 0}),
};

static void expect_blob(const void *a, uint32_t a_size, const void *b,
                        uint32_t b_size)
{
    assert_int_equal(a == NULL, b == NULL);
    assert_int_equal(a_size, b_size);
    if (a != NULL)
        assert_memory_equal(a, b, a_size);
}

static void expect_name(struct hp_string a, struct hp_string b)
{
    assert_int_equal(a.encoding, b.encoding);
    expect_blob(a.bytes, a.size, b.bytes, b.size);
}

static void expect_event(const struct hp_event *a, const struct hp_event *b)
{
    assert_int_equal(a->size, sizeof(*a));
    assert_int_equal(a->kind, b->kind);
    switch (a->kind) {
    case HP_EVENT_HIVE:
        assert_memory_equal(&a->u.hive, &b->u.hive, sizeof(a->u.hive));
        break;
    case HP_EVENT_KEY_ENTER:
        expect_name(a->u.key.name, b->u.key.name);
        assert_true(a->u.key.filetime == b->u.key.filetime);
        assert_true(a->u.key.flags == b->u.key.flags);
        expect_name(a->u.key.class_name, b->u.key.class_name);
        expect_blob(a->u.key.security, a->u.key.security_size,
                    b->u.key.security, b->u.key.security_size);
        break;
    case HP_EVENT_VALUE:
        expect_name(a->u.value.name, b->u.value.name);
        assert_true(a->u.value.type == b->u.value.type);
        assert_true(a->u.value.data_size == b->u.value.data_size);
        assert_true(a->u.value.flags == b->u.value.flags);
        break;
    case HP_EVENT_DATA:
        expect_blob(a->u.data.bytes, (uint32_t)a->u.data.size, b->u.data.bytes,
                    (uint32_t)b->u.data.size);
        break;
    case HP_EVENT_DIGEST:
        assert_true(a->u.digest.size == b->u.digest.size);
        assert_memory_equal(a->u.digest.sha256, b->u.digest.sha256, 32);
        break;
    case HP_EVENT_DAMAGE:
        assert_true(a->u.damage.status == b->u.damage.status);
        assert_true(a->u.damage.offset == b->u.damage.offset);
        assert_true(a->u.damage.found == b->u.damage.found);
        assert_int_equal(a->u.damage.action, b->u.damage.action);
        assert_string_equal(a->u.damage.field,
                            b->u.damage.field != NULL ? b->u.damage.field : "");
        break;
    }
}

/* A copy that ends where its memory ends, for the sanitizer. */
static uint8_t *exactly(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    return copy;
}

static void event__arrives_as_it_was_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        uint8_t bytes[256];
        struct hp_wire_frame frame;
        size_t size = 0, taken = 0;
        assert_int_equal(
            hp_wire_put_event(bytes, sizeof(bytes), &size, &events[i]), HP_OK);
        assert_int_equal(hp_wire_take(&frame, &taken, hp_span_of(bytes, 256)),
                         HP_WIRE_TAKEN);
        assert_int_equal(taken, size);
        expect_event(&frame.event, &events[i]);
        for (size_t cut = 0; cut < size; cut++) {
            uint8_t *part = exactly(bytes, cut);
            assert_int_equal(
                hp_wire_take(&frame, &taken, hp_span_of(part, cut)),
                HP_WIRE_MORE);
            free(part);
            assert_int_equal(hp_wire_put_event(bytes, cut, &taken, &events[i]),
                             HP_E_OUTPUT);
            (void)hp_wire_put_event(bytes, sizeof(bytes), &size, &events[i]);
        }
    }
}

/* A payload that is one byte shorter or longer than its frame says. */
static void frame__of_a_wrong_size_is_broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        uint8_t bytes[256] = {0};
        struct hp_wire_frame frame;
        size_t size = 0, taken = 0;
        assert_int_equal(
            hp_wire_put_event(bytes, sizeof(bytes), &size, &events[i]), HP_OK);
        if (events[i].kind == HP_EVENT_DATA)
            continue; /* any size will do */
        bytes[1]++;
        assert_int_equal(hp_wire_take(&frame, &taken, hp_span_of(bytes, 256)),
                         HP_WIRE_BROKEN);
        if (size == HP_WIRE_HEAD_SIZE)
            continue; /* nothing is shorter */
        bytes[1] = (uint8_t)(bytes[1] - 2);
        assert_int_equal(hp_wire_take(&frame, &taken, hp_span_of(bytes, 256)),
                         HP_WIRE_BROKEN);
        assert_int_equal(taken, 0);
    }
}

/* Every byte of every frame set to every value: read or refused, never past
 * the end. */
static void frame__of_any_bytes_is_safe(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        uint8_t bytes[256];
        size_t size = 0, taken;
        assert_int_equal(
            hp_wire_put_event(bytes, sizeof(bytes), &size, &events[i]), HP_OK);
        uint8_t *copy = exactly(bytes, size);
        for (size_t at = 0; at < size; at++) {
            for (unsigned value = 0; value < 256; value++) {
                struct hp_wire_frame frame;
                copy[at] = (uint8_t)value;
                (void)hp_wire_take(&frame, &taken, hp_span_of(copy, size));
            }
            copy[at] = bytes[at];
        }
        free(copy);
    }
}

#define HEAD(kind, size) kind size "\0\0\0"

static const struct {
    struct hp_span bytes;
    enum hp_wire_found found;
} frames[] = {
    {SPAN_INIT(HEAD("\5", "\0")), HP_WIRE_TAKEN},
    {SPAN_INIT(HEAD("\0", "\0")), HP_WIRE_BROKEN},
    {SPAN_INIT(HEAD("\7", "\0")), HP_WIRE_BROKEN},
    {SPAN_INIT(HEAD("\x8", "\0")), HP_WIRE_BROKEN},
    {SPAN_INIT(HEAD("\x42", "\0")), HP_WIRE_TAKEN},
    {SPAN_INIT(HEAD("\x43", "\0")), HP_WIRE_BROKEN},
    /* DIGEST: size, 32 bytes */
    {SPAN_INIT(HEAD("\7", "\x28") "aaaaaaaa"
                                  "0123456789abcdef0123456789abcdef"),
     HP_WIRE_TAKEN},
    {SPAN_INIT(HEAD("\7", "\x28") "\0\0\0\0\0\0\0\0"
                                  "0123456789abcdef0123456789abcdef"),
     HP_WIRE_BROKEN},
    {SPAN_INIT(HEAD("\7", "\x27") "aaaaaaaa"
                                  "0123456789abcdef0123456789abcde"),
     HP_WIRE_BROKEN},
    {SPAN_INIT(HEAD("\4", "\0")), HP_WIRE_BROKEN}, /* DATA of no bytes */
    {SPAN_INIT(HEAD("\4", "\1") "a"), HP_WIRE_TAKEN},
    {SPAN_INIT("\4\xfb\xff\x0f\0"), HP_WIRE_MORE}, /* the largest */
    {SPAN_INIT("\4\xfc\xff\x0f\0"), HP_WIRE_BROKEN},
    /* VALUE: encoding, given, size, bytes, numbers */
    {SPAN_INIT(HEAD("\3", "\x21") "\0\0\0\0\0\0\0\0\0"
                                  "aaaaaaaabbbbbbbbcccccccc"),
     HP_WIRE_TAKEN},
    {SPAN_INIT(HEAD("\3", "\x21") "\0\0\0\0\0\1\0\0\0"
                                  "aaaaaaaabbbbbbbbcccccccc"),
     HP_WIRE_BROKEN}, /* absent, but of one byte */
    {SPAN_INIT(HEAD("\3", "\x22") "\1\0\0\0\1\1\0\0\0"
                                  "xaaaaaaaabbbbbbbbcccccccc"),
     HP_WIRE_TAKEN},
    {SPAN_INIT(HEAD("\3", "\x22") "\3\0\0\0\1\1\0\0\0"
                                  "xaaaaaaaabbbbbbbbcccccccc"),
     HP_WIRE_TAKEN},
    {SPAN_INIT(HEAD("\3", "\x22") "\0\0\0\0\1\1\0\0\0"
                                  "xaaaaaaaabbbbbbbbcccccccc"),
     HP_WIRE_BROKEN},
    {SPAN_INIT(HEAD("\3", "\x22") "\4\0\0\0\1\1\0\0\0"
                                  "xaaaaaaaabbbbbbbbcccccccc"),
     HP_WIRE_BROKEN},
    {SPAN_INIT(HEAD("\3", "\x22") "\1\0\0\0\2\1\0\0\0"
                                  "xaaaaaaaabbbbbbbbcccccccc"),
     HP_WIRE_BROKEN},
    /* DAMAGE: numbers, action, text */
    {SPAN_INIT(HEAD("\6", "\x1d") "aaaaaaaabbbbbbbbcccccccc\3\0\0\0\0"),
     HP_WIRE_TAKEN},
    {SPAN_INIT(HEAD("\6", "\x1d") "aaaaaaaabbbbbbbbcccccccc\4\0\0\0\0"),
     HP_WIRE_BROKEN},
    {SPAN_INIT(HEAD("\6", "\x1d") "aaaaaaaabbbbbbbbcccccccc\3\0\0\0\1"),
     HP_WIRE_BROKEN},
};

static void frame__is_taken_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(frames); i++) {
        struct hp_wire_frame frame;
        size_t size = 0;
        assert_int_equal(hp_wire_take(&frame, &size, frames[i].bytes),
                         frames[i].found);
        assert_int_equal(
            size, frames[i].found == HP_WIRE_TAKEN ? frames[i].bytes.len : 0);
    }
}

static const struct hp_event malformed[] = {
    {.size = sizeof(struct hp_event) - 1, .kind = HP_EVENT_KEY_LEAVE},
    EVENT(.kind = 0),
    EVENT(.kind = 8),
    EVENT(.kind = HP_EVENT_DIGEST, .u.digest = {NULL, 3}),
    EVENT(.kind = HP_EVENT_DIGEST, .u.digest = {"", 0}),
    EVENT(.kind = HP_EVENT_DATA, .u.data = {NULL, 3}),
    EVENT(.kind = HP_EVENT_DATA, .u.data = {"", 0}),
    EVENT(.kind = HP_EVENT_VALUE, .u.value = {{NULL, 1, HP_UTF8}, 0, 0, 0}),
    EVENT(.kind = HP_EVENT_VALUE,
          .u.value = {{"", HP_UNKNOWN_SIZE, HP_UTF8}, 0, 0, 0}),
    EVENT(.kind = HP_EVENT_KEY_ENTER,
          .u.key = {{"", 0, HP_UTF8}, 0, 0, {NULL, 0, 0}, NULL, 1}),
};

static void event__that_is_malformed_is_not_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        uint8_t bytes[256];
        size_t size = 77;
        assert_int_equal(
            hp_wire_put_event(bytes, sizeof(bytes), &size, &malformed[i]),
            HP_E_PROTOCOL);
        assert_int_equal(size, 77);
    }
}

static void texts__are_cut_and_cleaned(void **state)
{
    struct hp_wire_identity identity = {"n\n", "", 0x01020304};
    struct hp_wire_end end = {4, 305, "why\x80"};
    struct hp_wire_frame frame;
    uint8_t bytes[600];
    size_t size = 0, taken = 0;
    (void)state;

    memset(identity.version, 'v', sizeof(identity.version)); /* no NUL */
    assert_int_equal(
        hp_wire_put_identity(bytes, sizeof(bytes), &size, &identity), HP_OK);
    assert_int_equal(hp_wire_take(&frame, &taken, hp_span_of(bytes, size)),
                     HP_WIRE_TAKEN);
    assert_int_equal(frame.kind, HP_WIRE_IDENTITY);
    assert_string_equal(frame.identity.name, "n?");
    assert_int_equal(strlen(frame.identity.version), 255);
    assert_int_equal(frame.identity.capabilities, 0x01020304);

    assert_int_equal(hp_wire_put_end(bytes, sizeof(bytes), &size, &end), HP_OK);
    assert_int_equal(hp_wire_take(&frame, &taken, hp_span_of(bytes, size)),
                     HP_WIRE_TAKEN);
    assert_int_equal(frame.kind, HP_WIRE_END);
    assert_int_equal(frame.end.result, 4);
    assert_int_equal(frame.end.status, 305);
    assert_string_equal(frame.end.text, "why?");
}

/* The largest frame, whatever room there is. */
static void frame__has_a_largest_size(void **state)
{
    static uint8_t room[2 * HP_WIRE_FRAME_SIZE], data[HP_WIRE_FRAME_SIZE];
    struct hp_event event =
        EVENT(.kind = HP_EVENT_DATA,
              .u.data = {data, HP_WIRE_FRAME_SIZE - HP_WIRE_HEAD_SIZE});
    struct hp_wire_frame frame;
    size_t size = 0, taken = 0;
    (void)state;

    assert_int_equal(hp_wire_put_event(room, sizeof(room), &size, &event),
                     HP_OK);
    assert_int_equal(size, HP_WIRE_FRAME_SIZE);
    assert_int_equal(hp_wire_take(&frame, &taken, hp_span_of(room, size)),
                     HP_WIRE_TAKEN);
    event.u.data.size++;
    assert_int_equal(hp_wire_put_event(room, sizeof(room), &size, &event),
                     HP_E_OUTPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event__arrives_as_it_was_sent),
        cmocka_unit_test(frame__of_a_wrong_size_is_broken),
        cmocka_unit_test(frame__of_any_bytes_is_safe),
        cmocka_unit_test(frame__is_taken_or_refused),
        cmocka_unit_test(event__that_is_malformed_is_not_sent),
        cmocka_unit_test(texts__are_cut_and_cleaned),
        cmocka_unit_test(frame__has_a_largest_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
