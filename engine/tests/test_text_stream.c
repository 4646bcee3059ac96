/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <jansson.h>
#include <stdlib.h>

#include "text_stream.h"

#define U HP_UNKNOWN_U64
#define CANNOT_TELL                                                            \
    {                                                                          \
        NULL, HP_UNKNOWN_SIZE, HP_UTF8                                         \
    }
#define NAME(text)                                                             \
    {                                                                          \
        text, sizeof(text) - 1, HP_UTF8                                        \
    }

static const struct {
    struct hp_event event;
    const char *line;
} lines[] = {
    {{.kind = HP_EVENT_HIVE, .u.hive = {5, 0, 1, 1}},
     "{\"schema\":\"hiveproof-events/1\",\"event\":\"hive\",\"minor_version\":"
     "5,\"dirty\":false,\"sequence1\":1,\"sequence2\":1}\n"},
    {{.kind = HP_EVENT_HIVE, .u.hive = {U, 1, U, U}},
     "{\"event\":\"hive\",\"dirty\":true}\n"},
    {{.kind = HP_EVENT_HIVE, .u.hive = {U, U, U, U}}, "{\"event\":\"hive\"}\n"},
    {{.kind = HP_EVENT_KEY_ENTER,
      .u.key = {NAME("a"), 1, 32, NAME("c"), "\x01\xfa", 2}},
     "{\"event\":\"key_enter\",\"name\":\"a\",\"filetime\":1,\"flags\":32,"
     "\"class_name\":\"c\",\"security\":\"01fa\"}\n"},
    {{.kind = HP_EVENT_KEY_ENTER,
      .u.key = {NAME(""), U, U, CANNOT_TELL, NULL, HP_UNKNOWN_SIZE}},
     "{\"event\":\"key_enter\",\"name\":\"\"}\n"},
    {{.kind = HP_EVENT_KEY_ENTER,
      .u.key = {NAME(""),
                UINT64_C(1) << 53,
                (UINT64_C(1) << 53) + 1,
                {NULL, 0, HP_UTF8},
                NULL,
                0}},
     "{\"event\":\"key_enter\",\"name\":\"\",\"filetime\":9007199254740992,"
     "\"flags\":\"9007199254740993\",\"class_name\":null,\"security\":null}\n"},
    {{.kind = HP_EVENT_VALUE, .u.value = {NAME("v"), 1, 2, 3}},
     "{\"event\":\"value\",\"name\":\"v\",\"type\":1,\"data_size\":2,\"flags\":"
     "3}\n"},
    {{.kind = HP_EVENT_VALUE, .u.value = {{NULL, 0, HP_UTF8}, U, U, U}},
     "{\"event\":\"value\",\"name\":\"\"}\n"},
    {{.kind = HP_EVENT_DATA, .u.data = {"\x00\x9f\xf0", 3}},
     "{\"event\":\"data\",\"hex\":\"009ff0\"}\n"},
    {{.kind = HP_EVENT_DIGEST,
      .u.digest = {"0123456789abcdef0123456789abcdef", 5}},
     "{\"event\":\"data\",\"size\":5,\"sha256\":\"30313233343536373839616263646"
     "56630313233343536373839616263646566\"}\n"},
    {{.kind = HP_EVENT_KEY_LEAVE}, "{\"event\":\"key_leave\"}\n"},
    {{.kind = HP_EVENT_DAMAGE,
      .u.damage = {HP_E_CHECKSUM, 0, 7, "base_block.checksum",
                   HP_DAMAGE_NOTED}},
     "{\"event\":\"damage\",\"status\":106,\"slug\":\"checksum\",\"offset\":0,"
     "\"position\":0,\"field\":\"base_block.checksum\",\"found\":7,\"action\":"
     "\"noted\"}\n"},
    {{.kind = HP_EVENT_DAMAGE,
      .u.damage = {5000, 32, U, "a\"b", HP_DAMAGE_DROPPED}},
     "{\"event\":\"damage\",\"status\":5000,\"slug\":\"reader\",\"offset\":32,"
     "\"position\":4128,\"field\":\"a\\\"b\",\"action\":\"dropped\"}\n"},
    {{.kind = HP_EVENT_DAMAGE, .u.damage = {U, U, 0, NULL, HP_DAMAGE_CLAMPED}},
     "{\"event\":\"damage\",\"slug\":\"reader\",\"field\":\"\",\"found\":0,"
     "\"action\":\"clamped\"}\n"},
    {{.kind = HP_EVENT_DAMAGE,
      .u.damage = {203, 0, 0, "nk", HP_DAMAGE_SKIPPED}},
     "{\"event\":\"damage\",\"status\":203,\"slug\":\"work\",\"offset\":0,"
     "\"position\":4096,\"field\":\"nk\",\"found\":0,\"action\":\"skipped\"}"
     "\n"},
    {{.kind = HP_EVENT_DAMAGE, .u.damage = {203, 0, 0, "nk", 4}},
     "{\"event\":\"damage\",\"status\":203,\"slug\":\"work\",\"offset\":0,"
     "\"position\":4096,\"field\":\"nk\",\"found\":0}\n"},
    {{.kind = 99}, ""},
};

static char room[40000];

static void stream__each_event_is_a_line(void **state)
{
    struct hp_out_buffer buffer = {room, sizeof(room), 0};
    struct hp_text_stream stream;
    struct hp_sink sink;
    (void)state;

    hp_text_stream_begin(&stream, hp_out_to_buffer(&buffer), &sink);
    assert_int_equal(sink.size, sizeof(sink));
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        size_t before = buffer.size;
        assert_int_equal(sink.event(sink.self, &lines[i].event), HP_CONTINUE);
        assert_int_equal(buffer.size - before, strlen(lines[i].line));
        assert_memory_equal(room + before, lines[i].line,
                            strlen(lines[i].line));
    }
}

static void end__is_the_verdict(void **state)
{
    static const struct {
        uint32_t result;
        const char *reason, *line;
    } cases[] = {
        {HP_WALK_DONE, NULL, "\"result\":\"accept\"}\n"},
        {HP_WALK_PARTIAL, "", "\"result\":\"partial\",\"reason\":\"\"}\n"},
        {HP_WALK_REFUSED, "n\"o",
         "\"result\":\"reject\",\"reason\":\"n\\\"o\"}\n"},
        {HP_WALK_STOPPED, NULL, "\"result\":\"partial\"}\n"},
        {HP_WALK_FAILED, NULL, "\"result\":\"unsupported\"}\n"},
        {5, NULL, "\"result\":\"unsupported\"}\n"},
    };
    static const char start[] =
        "{\"schema\":\"hiveproof-events/1\",\"event\":\"end\",";
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_out_buffer buffer = {room, sizeof(room), 0};
        struct hp_text_stream stream;
        struct hp_sink sink;
        hp_text_stream_begin(&stream, hp_out_to_buffer(&buffer), &sink);
        assert_true(
            hp_text_stream_end(&stream, cases[i].result, cases[i].reason));
        room[buffer.size] = '\0';
        assert_memory_equal(room, start, sizeof(start) - 1);
        assert_string_equal(room + sizeof(start) - 1, cases[i].line);
    }
}

/* Parses the one line in `room` and gives its object. */
static json_t *parse(const struct hp_out_buffer *buffer)
{
    json_error_t error;
    json_t *object = json_loadb(
        room, buffer->size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

    assert_non_null(object);
    assert_true(buffer->size < sizeof(room));
    assert_int_equal(room[buffer->size - 1], '\n');
    assert_ptr_equal(memchr(room, '\n', buffer->size), room + buffer->size - 1);
    return object;
}

static const struct {
    struct hp_span name;
    uint32_t encoding;
    struct hp_span text; /* the member, decoded */
    const char *units;   /* name_utf16; NULL: absent */
} names[] = {
    {SPAN_INIT("plain"), HP_UTF8, SPAN_INIT("plain"), NULL},
    {SPAN_INIT("q\"b\\s/\n\r\t\x01\x7f"), HP_LATIN1,
     SPAN_INIT("q\"b\\s/\n\r\t\x01\x7f"), NULL},
    {SPAN_INIT("</script><!--"), HP_LATIN1, SPAN_INIT("</script><!--"), NULL},
    {SPAN_INIT("\xe9"), HP_LATIN1, SPAN_INIT("\xc3\xa9"), NULL},
    {SPAN_INIT("a\0b"), HP_LATIN1, SPAN_INIT("a\0b"), "006100000062"},
    {SPAN_INIT("A\0\x00\xd8"), HP_UTF16LE, SPAN_INIT("A\xef\xbf\xbd"),
     "0041d800"},
    {SPAN_INIT("\x00\xdc\x41\0"), HP_UTF16LE,
     SPAN_INIT("\xef\xbf\xbd"
               "A"),
     "dc000041"},
    {SPAN_INIT("\x3c\xd8\x0d\xdf"), HP_UTF16LE, SPAN_INIT("\xf0\x9f\x8c\x8d"),
     NULL},
    {SPAN_INIT("\xff\xff"), HP_UTF16LE, SPAN_INIT("\xef\xbf\xbf"), NULL},
    {SPAN_INIT("\x2e\x20\x28\x20"), HP_UTF16LE,
     SPAN_INIT("\xe2\x80\xae\xe2\x80\xa8"), NULL},
    {SPAN_INIT("\xc3(\xf0\x9f"), HP_UTF8,
     SPAN_INIT("\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd"), NULL},
};

static void names__survive_a_json_parser(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct hp_out_buffer buffer = {room, sizeof(room), 0};
        struct hp_event event = {.kind = HP_EVENT_VALUE};
        struct hp_text_stream stream;
        struct hp_sink sink;
        json_t *object, *name, *units;
        hp_text_stream_begin(&stream, hp_out_to_buffer(&buffer), &sink);
        event.u.value.name = (struct hp_string){
            names[i].name.ptr, (uint32_t)names[i].name.len, names[i].encoding};
        assert_int_equal(sink.event(sink.self, &event), HP_CONTINUE);
        object = parse(&buffer);
        name = json_object_get(object, "name");
        assert_int_equal(json_string_length(name), names[i].text.len);
        assert_memory_equal(json_string_value(name), names[i].text.ptr,
                            names[i].text.len);
        units = json_object_get(object, "name_utf16");
        assert_int_equal(units != NULL, names[i].units != NULL);
        if (units != NULL)
            assert_string_equal(json_string_value(units), names[i].units);
        json_decref(object);
    }
}

/* Every unit of the plane, alone and in a name longer than any chunk. */
static void names__of_every_unit_are_valid_json(void **state)
{
    static uint8_t bytes[600];
    (void)state;
    for (uint32_t unit = 0; unit <= 0xFFFF; unit += unit < 0x200 ? 1 : 77) {
        struct hp_out_buffer buffer = {room, sizeof(room), 0};
        struct hp_event event = {.kind = HP_EVENT_KEY_ENTER};
        struct hp_text_stream stream;
        struct hp_sink sink;
        bool lossy = unit == 0 || (unit >= 0xD800 && unit <= 0xDFFF);
        json_t *object;
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (uint8_t)(i % 2 == 0 ? unit & 0xFF : unit >> 8);
        hp_text_stream_begin(&stream, hp_out_to_buffer(&buffer), &sink);
        event.u.key.name = (struct hp_string){bytes, sizeof(bytes), HP_UTF16LE};
        event.u.key.class_name = event.u.key.name;
        assert_int_equal(sink.event(sink.self, &event), HP_CONTINUE);
        object = parse(&buffer);
        assert_int_equal(
            json_string_length(json_object_get(object, "name_utf16")),
            lossy ? 2 * sizeof(bytes) : 0);
        assert_int_equal(
            json_string_length(json_object_get(object, "class_name_utf16")),
            lossy ? 2 * sizeof(bytes) : 0);
        json_decref(object);
    }
}

static const struct {
    size_t size, lines;
} pieces[] = {{0, 0}, {1, 1}, {4096, 1}, {4097, 2}, {8192, 2}, {9000, 3}};

static unsigned long byte_of(const char *digits)
{
    char two[3] = {digits[0], digits[1], '\0'};

    return strtoul(two, NULL, 16);
}

static void data__comes_in_pieces_of_4096(void **state)
{
    static uint8_t bytes[9000];
    (void)state;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 31 >> 3);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        struct hp_out_buffer buffer = {room, sizeof(room), 0};
        struct hp_event event = {.kind = HP_EVENT_DATA,
                                 .u.data = {bytes, pieces[i].size}};
        struct hp_text_stream stream;
        struct hp_sink sink;
        size_t at = 0, count = 0, hex = 0;
        hp_text_stream_begin(&stream, hp_out_to_buffer(&buffer), &sink);
        assert_int_equal(sink.event(sink.self, &event), HP_CONTINUE);
        while (at < buffer.size) {
            const char *digits = strstr(room + at, "\"hex\":\"") + 7;
            size_t length = strspn(digits, "0123456789abcdef");
            assert_true(length <= 8192);
            for (size_t k = 0; k < length; k += 2, hex++)
                assert_int_equal(byte_of(digits + k), bytes[hex]);
            at = (size_t)(strchr(digits, '\n') + 1 - room);
            count++;
        }
        assert_int_equal(hex, pieces[i].size);
        assert_int_equal(count, pieces[i].lines);
    }
}

struct tap {
    size_t left;
};

static bool run_dry(void *self, const char *bytes, size_t size)
{
    struct tap *tap = self;
    (void)bytes;

    assert_true(tap->left != SIZE_MAX); /* never again after a refusal */
    if (size > tap->left) {
        tap->left = SIZE_MAX;
        return false;
    }
    tap->left -= size;
    return true;
}

/* Wherever the output fails, the sink stops and the end says so. */
static void failure__is_remembered(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        size_t length = strlen(lines[i].line);
        if (i != 0)
            length += strlen("\"schema\":\"hiveproof-events/1\",");
        for (size_t left = 0; left <= length && lines[i].line[0]; left++) {
            struct tap tap = {left};
            struct hp_out out = {run_dry, &tap};
            struct hp_text_stream stream;
            struct hp_sink sink;
            hp_text_stream_begin(&stream, out, &sink);
            assert_int_equal(sink.event(sink.self, &lines[i].event),
                             left < length ? HP_STOP : HP_CONTINUE);
            assert_int_equal(stream.status, left < length ? HP_E_IO : HP_OK);
            assert_false(hp_text_stream_end(&stream, HP_WALK_DONE, "x"));
            assert_int_equal(stream.status, HP_E_IO);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream__each_event_is_a_line),
        cmocka_unit_test(end__is_the_verdict),
        cmocka_unit_test(names__survive_a_json_parser),
        cmocka_unit_test(names__of_every_unit_are_valid_json),
        cmocka_unit_test(data__comes_in_pieces_of_4096),
        cmocka_unit_test(failure__is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
