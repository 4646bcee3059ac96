/* SPDX-License-Identifier: Apache-2.0 */
#include "event_lines.h"

#include <string.h>

#include "bytes.h"
#include "fuzz.h"
#include "json_line.h"
#include "text_stream.h"

#define TEXT_LIMIT ((size_t)64 << 20)

static const char *const names[] = {
    [HP_EVENT_HIVE] = "hive",           [HP_EVENT_KEY_ENTER] = "key_enter",
    [HP_EVENT_VALUE] = "value",         [HP_EVENT_DATA] = "data",
    [HP_EVENT_KEY_LEAVE] = "key_leave", [HP_EVENT_DAMAGE] = "damage",
    [HP_EVENT_DIGEST] = "data"};

void event_lines_check(const struct hp_event *event)
{
    struct fuzz_output text;
    struct hp_text_stream stream;
    struct hp_sink sink;
    size_t lines = 0;

    hp_text_stream_begin(&stream, fuzz_output_to(&text, TEXT_LIMIT), &sink);
    FUZZ_CHECK(sink.event(sink.self, event) == HP_CONTINUE, "4: written");
    FUZZ_CHECK(hp_text_stream_end(&stream, HP_WALK_DONE, NULL), "4: ended");
    for (char *at = text.bytes; at < text.bytes + text.size; lines++) {
        char *end = memchr(at, '\n', text.size - (size_t)(at - text.bytes));
        FUZZ_CHECK(end != NULL, "4: a line ends");
        bool last = end + 1 == text.bytes + text.size;
        FUZZ_CHECK(json_line_has(at, (size_t)(end - at), "event",
                                 last ? "end" : names[event->kind]),
                   "4: an object that names its event");
        FUZZ_CHECK(json_line_has(at, (size_t)(end - at), "schema",
                                 "hiveproof-events/1") == (lines == 0),
                   "4: the schema, once and first");
        at = end + 1;
    }
    FUZZ_CHECK(lines == 2 || (event->kind == HP_EVENT_DATA && lines > 2),
               "4: a line for each event");
    fuzz_output_close(&text);
}
