/* SPDX-License-Identifier: Apache-2.0 */
#include "text_stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "damage.h"
#include "sha256.h"
#include "units.h"

#define SCHEMA "hiveproof-events/1"

/* Most data bytes in one line. */
#define PIECE_SIZE 4096

/* Every integer up to here is exact in a double, which is what many JSON
 * readers have. */
#define LARGEST_EXACT (UINT64_C(1) << 53)

/* Units or bytes that are converted at a time. */
#define CHUNK 128

/* ---- parts of a line; nothing is written after a failure ---- */

static void put_bytes(struct hp_text_stream *s, const char *bytes, size_t size)
{
    if (s->status == HP_OK && !s->out.write(s->out.self, bytes, size))
        s->status = HP_E_IO;
}

static void put(struct hp_text_stream *s, const char *text)
{
    put_bytes(s, text, strlen(text));
}

/* Starts the line of an event. `name` and all member names are plain. */
static void open_line(struct hp_text_stream *s, const char *event)
{
    put(s,
        s->begun ? "{\"event\":\"" : "{\"schema\":\"" SCHEMA "\",\"event\":\"");
    put(s, event);
    put(s, "\"");
    s->begun = true;
}

static void close_line(struct hp_text_stream *s)
{
    put(s, "}\n");
}

static void open_member(struct hp_text_stream *s, const char *name)
{
    put(s, ",\"");
    put(s, name);
    put(s, "\":");
}

/* An unknown number is no member. */
static void put_number(struct hp_text_stream *s, const char *name,
                       uint64_t number)
{
    const char *quote = number > LARGEST_EXACT ? "\"" : "";
    char text[32];

    if (number == HP_UNKNOWN_U64)
        return;
    (void)snprintf(text, sizeof(text), "%s%" PRIu64 "%s", quote, number, quote);
    open_member(s, name);
    put(s, text);
}

static void put_hex(struct hp_text_stream *s, const uint8_t *bytes,
                    uint64_t size)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * CHUNK];

    while (size > 0 && s->status == HP_OK) {
        size_t count = size < CHUNK ? (size_t)size : CHUNK;
        for (size_t i = 0; i < count; i++) {
            text[2 * i] = digits[bytes[i] >> 4];
            text[2 * i + 1] = digits[bytes[i] & 0xF];
        }
        put_bytes(s, text, 2 * count);
        bytes += count;
        size -= count;
    }
}

/* The string's units in hex, four digits each. */
static void put_unit_hex(struct hp_text_stream *s,
                         const struct hp_string *string)
{
    struct hp_units it = hp_units_of(string);
    uint16_t units[CHUNK];
    uint8_t bytes[2 * CHUNK];
    size_t count;

    while ((count = hp_units_next(&it, units, CHUNK)) > 0) {
        for (size_t i = 0; i < count; i++) {
            bytes[2 * i] = (uint8_t)(units[i] >> 8);
            bytes[2 * i + 1] = (uint8_t)(units[i] & 0xFF);
        }
        put_hex(s, bytes, 2 * count);
    }
}

/* `name` as text, and `name`_utf16 when UTF-8 cannot carry it. */
static void put_string(struct hp_text_stream *s, const char *name,
                       const struct hp_string *string)
{
    struct hp_units it = hp_units_of(string);
    uint16_t units[CHUNK];
    struct hp_text text = {units, 0};
    bool lossy = false;

    open_member(s, name);
    put(s, "\"");
    while ((text.count = hp_units_next(&it, units, CHUNK)) > 0 &&
           s->status == HP_OK) {
        lossy = lossy || hp_text_is_lossy(text);
        if (!hp_escape_text(s->out, HP_ESCAPE_JSON, text))
            s->status = HP_E_IO;
    }
    put(s, "\"");
    if (!lossy)
        return;
    put(s, ",\"");
    put(s, name);
    put(s, "_utf16\":\"");
    put_unit_hex(s, string);
    put(s, "\"");
}

static void put_ascii(struct hp_text_stream *s, const char *name,
                      const char *text)
{
    struct hp_string string = {text, (uint32_t)strlen(text), HP_LATIN1};

    put_string(s, name, &string);
}

/* NULL: nothing for "cannot tell", null for "none". */
static bool put_absent(struct hp_text_stream *s, const char *name,
                       const void *bytes, uint32_t size)
{
    if (bytes != NULL)
        return false;
    if (size != HP_UNKNOWN_SIZE) {
        open_member(s, name);
        put(s, "null");
    }
    return true;
}

/* ---- the events ---- */

static void write_hive(struct hp_text_stream *s,
                       const struct hp_hive_event *hive)
{
    open_line(s, "hive");
    put_number(s, "minor_version", hive->minor_version);
    if (hive->dirty != HP_UNKNOWN_U64) {
        open_member(s, "dirty");
        put(s, hive->dirty != 0 ? "true" : "false");
    }
    put_number(s, "sequence1", hive->sequence1);
    put_number(s, "sequence2", hive->sequence2);
    close_line(s);
}

static void write_key(struct hp_text_stream *s, const struct hp_key_event *key)
{
    open_line(s, "key_enter");
    if (key->name.bytes != NULL || key->name.size != HP_UNKNOWN_SIZE)
        put_string(s, "name", &key->name);
    put_number(s, "filetime", key->filetime);
    put_number(s, "flags", key->flags);
    if (!put_absent(s, "class_name", key->class_name.bytes,
                    key->class_name.size))
        put_string(s, "class_name", &key->class_name);
    if (!put_absent(s, "security", key->security, key->security_size)) {
        open_member(s, "security");
        put(s, "\"");
        put_hex(s, key->security, key->security_size);
        put(s, "\"");
    }
    close_line(s);
}

static void write_value(struct hp_text_stream *s,
                        const struct hp_value_event *value)
{
    open_line(s, "value");
    put_string(s, "name", &value->name);
    put_number(s, "type", value->type);
    put_number(s, "data_size", value->data_size);
    put_number(s, "flags", value->flags);
    close_line(s);
}

static void write_data(struct hp_text_stream *s,
                       const struct hp_data_event *data)
{
    const uint8_t *bytes = data->bytes;
    uint64_t left = data->size;

    while (left > 0 && s->status == HP_OK) {
        uint64_t size = left < PIECE_SIZE ? left : PIECE_SIZE;
        open_line(s, "data");
        open_member(s, "hex");
        put(s, "\"");
        put_hex(s, bytes, size);
        put(s, "\"");
        close_line(s);
        bytes += size;
        left -= size;
    }
}

static void write_digest(struct hp_text_stream *s,
                         const struct hp_digest_event *digest)
{
    open_line(s, "data");
    put_number(s, "size", digest->size);
    open_member(s, "sha256");
    put(s, "\"");
    put_hex(s, digest->sha256, HP_SHA256_SIZE);
    put(s, "\"");
    close_line(s);
}

static void write_damage(struct hp_text_stream *s,
                         const struct hp_damage_event *damage)
{
    static const char *const actions[] = {"noted", "dropped", "clamped",
                                          "skipped"};
    uint64_t position;

    open_line(s, "damage");
    put_number(s, "status", damage->status);
    put_ascii(s, "slug", hp_status_slug(hp_damage_status(damage)));
    put_number(s, "offset", damage->offset);
    if (hp_damage_position(damage, &position))
        put_number(s, "position", position);
    put_ascii(s, "field", damage->field != NULL ? damage->field : "");
    put_number(s, "found", damage->found);
    if (damage->action <= HP_DAMAGE_SKIPPED)
        put_ascii(s, "action", actions[damage->action]);
    close_line(s);
}

static uint32_t text_event(void *self, const struct hp_event *event)
{
    struct hp_text_stream *s = self;

    switch (event->kind) {
    case HP_EVENT_HIVE:
        write_hive(s, &event->u.hive);
        break;
    case HP_EVENT_KEY_ENTER:
        write_key(s, &event->u.key);
        break;
    case HP_EVENT_VALUE:
        write_value(s, &event->u.value);
        break;
    case HP_EVENT_DATA:
        write_data(s, &event->u.data);
        break;
    case HP_EVENT_DIGEST:
        write_digest(s, &event->u.digest);
        break;
    case HP_EVENT_DAMAGE:
        write_damage(s, &event->u.damage);
        break;
    case HP_EVENT_KEY_LEAVE:
        open_line(s, "key_leave");
        close_line(s);
        break;
    default:
        break; /* of a later interface: not in this stream */
    }
    return s->status == HP_OK ? HP_CONTINUE : HP_STOP;
}

void hp_text_stream_begin(struct hp_text_stream *stream, struct hp_out out,
                          struct hp_sink *sink)
{
    *stream = (struct hp_text_stream){.out = out};
    *sink = (struct hp_sink){sizeof(*sink), text_event, stream};
}

bool hp_text_stream_end(struct hp_text_stream *stream, uint32_t result,
                        const char *reason)
{
    static const char *const words[] = {
        [HP_WALK_DONE] = "accept",        [HP_WALK_PARTIAL] = "partial",
        [HP_WALK_REFUSED] = "reject",     [HP_WALK_STOPPED] = "partial",
        [HP_WALK_FAILED] = "unsupported",
    };

    open_line(stream, "end");
    put_ascii(stream, "result",
              words[result <= HP_WALK_FAILED ? result : HP_WALK_FAILED]);
    if (reason != NULL)
        put_ascii(stream, "reason", reason);
    close_line(stream);
    return stream->status == HP_OK;
}
