/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <string.h>

#include "load.h"
#include "sha256.h"

/* ---- writing ---- */

struct writer {
    uint8_t *out;
    size_t room, used;
    enum hp_status status;
};

static void put_bytes(struct writer *w, const void *bytes, size_t size)
{
    if (w->status == HP_OK && size > w->room - w->used)
        w->status = HP_E_OUTPUT;
    if (w->status != HP_OK || size == 0)
        return;
    memcpy(w->out + w->used, bytes, size);
    w->used += size;
}

static void put_number(struct writer *w, uint64_t value, size_t width)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    put_bytes(w, bytes, width);
}

/* Bytes with their size, after a byte that says whether there are any: none
 * and empty are different. A NULL with another size than the two that mean
 * something is malformed, and so is the unknown size with bytes. */
static void put_blob(struct writer *w, const void *bytes, uint32_t size)
{
    bool given = bytes != NULL;

    if (given ? size == HP_UNKNOWN_SIZE : size != 0 && size != HP_UNKNOWN_SIZE)
        w->status = HP_E_PROTOCOL;
    put_number(w, given, 1);
    put_number(w, size, 4);
    put_bytes(w, bytes, given ? size : 0);
}

static void put_string(struct writer *w, const struct hp_string *string)
{
    put_number(w, string->encoding, 4);
    put_blob(w, string->bytes, string->size);
}

static void put_text(struct writer *w, const char *text)
{
    size_t size = text == NULL ? 0 : strnlen(text, HP_WIRE_TEXT_SIZE - 1);

    put_number(w, size, 1);
    put_bytes(w, text, size);
}

static struct writer begin(uint8_t *out, size_t room, uint32_t kind)
{
    struct writer w = {out, room, 0, HP_OK};

    if (w.room > HP_WIRE_FRAME_SIZE)
        w.room = HP_WIRE_FRAME_SIZE;
    put_number(&w, kind, 1);
    put_number(&w, 0, 4); /* the size, see finish */
    return w;
}

static enum hp_status finish(struct writer *w, size_t *size)
{
    struct writer head = {w->out, HP_WIRE_HEAD_SIZE, 1, HP_OK};

    if (w->status != HP_OK)
        return w->status;
    put_number(&head, w->used - HP_WIRE_HEAD_SIZE, 4);
    *size = w->used;
    return HP_OK;
}

static void put_hive(struct writer *w, const struct hp_hive_event *hive)
{
    put_number(w, hive->minor_version, 8);
    put_number(w, hive->dirty, 8);
    put_number(w, hive->sequence1, 8);
    put_number(w, hive->sequence2, 8);
}

static void put_key(struct writer *w, const struct hp_key_event *key)
{
    put_string(w, &key->name);
    put_number(w, key->filetime, 8);
    put_number(w, key->flags, 8);
    put_string(w, &key->class_name);
    put_blob(w, key->security, key->security_size);
}

static void put_value(struct writer *w, const struct hp_value_event *value)
{
    put_string(w, &value->name);
    put_number(w, value->type, 8);
    put_number(w, value->data_size, 8);
    put_number(w, value->flags, 8);
}

static void put_data(struct writer *w, const struct hp_data_event *data)
{
    if (data->bytes == NULL || data->size == 0 || data->size > SIZE_MAX) {
        w->status = HP_E_PROTOCOL;
        return;
    }
    put_bytes(w, data->bytes, (size_t)data->size);
}

static void put_digest(struct writer *w, const struct hp_digest_event *digest)
{
    if (digest->sha256 == NULL || digest->size == 0) {
        w->status = HP_E_PROTOCOL;
        return;
    }
    put_number(w, digest->size, 8);
    put_bytes(w, digest->sha256, HP_SHA256_SIZE);
}

static void put_damage(struct writer *w, const struct hp_damage_event *damage)
{
    put_number(w, damage->status, 8);
    put_number(w, damage->offset, 8);
    put_number(w, damage->found, 8);
    put_number(w, damage->action, 4);
    put_text(w, damage->field);
}

enum hp_status hp_wire_put_event(uint8_t *out, size_t room, size_t *size,
                                 const struct hp_event *event)
{
    struct writer w = begin(out, room, event->kind);

    if (event->size < sizeof(*event))
        return HP_E_PROTOCOL;
    switch (event->kind) {
    case HP_EVENT_HIVE:
        put_hive(&w, &event->u.hive);
        break;
    case HP_EVENT_KEY_ENTER:
        put_key(&w, &event->u.key);
        break;
    case HP_EVENT_VALUE:
        put_value(&w, &event->u.value);
        break;
    case HP_EVENT_DATA:
        put_data(&w, &event->u.data);
        break;
    case HP_EVENT_KEY_LEAVE:
        break;
    case HP_EVENT_DAMAGE:
        put_damage(&w, &event->u.damage);
        break;
    case HP_EVENT_DIGEST:
        put_digest(&w, &event->u.digest);
        break;
    default:
        return HP_E_PROTOCOL;
    }
    return finish(&w, size);
}

enum hp_status hp_wire_put_end(uint8_t *out, size_t room, size_t *size,
                               const struct hp_wire_end *end)
{
    struct writer w = begin(out, room, HP_WIRE_END);

    put_number(&w, end->result, 4);
    put_number(&w, end->status, 4);
    put_text(&w, end->text);
    return finish(&w, size);
}

enum hp_status hp_wire_put_late(uint8_t *out, size_t room, size_t *size)
{
    struct writer w = begin(out, room, HP_WIRE_LATE);

    return finish(&w, size);
}

enum hp_status hp_wire_put_identity(uint8_t *out, size_t room, size_t *size,
                                    const struct hp_wire_identity *identity)
{
    struct writer w = begin(out, room, HP_WIRE_IDENTITY);

    put_text(&w, identity->name);
    put_text(&w, identity->version);
    put_number(&w, identity->capabilities, 4);
    return finish(&w, size);
}

/* ---- reading ---- */

struct reader {
    struct hp_span left;
    bool failed;
};

/* The next `size` bytes; an empty span when they are not there. */
static struct hp_span get_bytes(struct reader *r, size_t size)
{
    struct hp_span bytes = hp_span_of("", 0);

    if (!hp_span_sub(r->left, 0, size, &bytes))
        r->failed = true;
    (void)hp_span_sub(r->left, bytes.len, r->left.len - bytes.len, &r->left);
    return bytes;
}

static uint64_t get_number(struct reader *r, size_t width)
{
    struct hp_span bytes = get_bytes(r, width);
    uint64_t value = 0;

    for (size_t i = 0; i < bytes.len; i++)
        value |= (uint64_t)hp_at_u8(bytes, i) << 8 * i;
    return value;
}

static uint32_t get_u32(struct reader *r)
{
    return (uint32_t)get_number(r, 4);
}

static const void *get_blob(struct reader *r, uint32_t *size)
{
    uint64_t given = get_number(r, 1);

    *size = get_u32(r);
    if (given == 1)
        return get_bytes(r, *size).ptr;
    if (given != 0 || (*size != 0 && *size != HP_UNKNOWN_SIZE))
        r->failed = true;
    return NULL;
}

static struct hp_string get_string(struct reader *r)
{
    struct hp_string string;

    string.encoding = get_u32(r);
    string.bytes = get_blob(r, &string.size);
    /* A string that is not there may be of any encoding. */
    if (string.bytes != NULL &&
        (string.encoding < HP_UTF16LE || string.encoding > HP_LATIN1))
        r->failed = true;
    return string;
}

static void get_text(struct reader *r, char text[HP_WIRE_TEXT_SIZE])
{
    struct hp_span bytes = get_bytes(r, (size_t)get_number(r, 1));
    char copy[HP_WIRE_TEXT_SIZE] = "";

    memcpy(copy, bytes.ptr, bytes.len);
    hp_detail_copy(text, HP_WIRE_TEXT_SIZE, copy);
}

static void get_hive(struct reader *r, struct hp_hive_event *hive)
{
    hive->minor_version = get_number(r, 8);
    hive->dirty = get_number(r, 8);
    hive->sequence1 = get_number(r, 8);
    hive->sequence2 = get_number(r, 8);
}

static void get_key(struct reader *r, struct hp_key_event *key)
{
    key->name = get_string(r);
    key->filetime = get_number(r, 8);
    key->flags = get_number(r, 8);
    key->class_name = get_string(r);
    key->security = get_blob(r, &key->security_size);
}

static void get_value(struct reader *r, struct hp_value_event *value)
{
    value->name = get_string(r);
    value->type = get_number(r, 8);
    value->data_size = get_number(r, 8);
    value->flags = get_number(r, 8);
}

static void get_data(struct reader *r, struct hp_data_event *data)
{
    struct hp_span bytes = get_bytes(r, r->left.len);

    data->bytes = bytes.ptr;
    data->size = bytes.len;
    if (bytes.len == 0)
        r->failed = true;
}

static void get_digest(struct reader *r, struct hp_digest_event *digest)
{
    digest->size = get_number(r, 8);
    digest->sha256 = get_bytes(r, HP_SHA256_SIZE).ptr;
    if (digest->size == 0)
        r->failed = true;
}

static void get_damage(struct reader *r, struct hp_wire_frame *frame)
{
    struct hp_damage_event *damage = &frame->event.u.damage;

    damage->status = get_number(r, 8);
    damage->offset = get_number(r, 8);
    damage->found = get_number(r, 8);
    damage->action = get_u32(r);
    get_text(r, frame->field);
    damage->field = frame->field;
    if (damage->action > HP_DAMAGE_SKIPPED)
        r->failed = true;
}

static void get_payload(struct reader *r, struct hp_wire_frame *frame)
{
    struct hp_event *event = &frame->event;

    event->size = sizeof(*event);
    event->kind = frame->kind;
    switch (frame->kind) {
    case HP_EVENT_HIVE:
        get_hive(r, &event->u.hive);
        break;
    case HP_EVENT_KEY_ENTER:
        get_key(r, &event->u.key);
        break;
    case HP_EVENT_VALUE:
        get_value(r, &event->u.value);
        break;
    case HP_EVENT_DATA:
        get_data(r, &event->u.data);
        break;
    case HP_EVENT_KEY_LEAVE:
    case HP_WIRE_LATE:
        break;
    case HP_EVENT_DAMAGE:
        get_damage(r, frame);
        break;
    case HP_EVENT_DIGEST:
        get_digest(r, &event->u.digest);
        break;
    case HP_WIRE_IDENTITY:
        get_text(r, frame->identity.name);
        get_text(r, frame->identity.version);
        frame->identity.capabilities = get_u32(r);
        break;
    case HP_WIRE_END:
        frame->end.result = get_u32(r);
        frame->end.status = get_u32(r);
        get_text(r, frame->end.text);
        break;
    default:
        r->failed = true;
    }
}

enum hp_wire_found hp_wire_take(struct hp_wire_frame *frame, size_t *size,
                                struct hp_span input)
{
    struct reader r = {input, false};
    size_t payload;

    if (input.len < HP_WIRE_HEAD_SIZE)
        return HP_WIRE_MORE;
    frame->kind = (uint32_t)get_number(&r, 1);
    payload = get_u32(&r);
    if (payload > HP_WIRE_FRAME_SIZE - HP_WIRE_HEAD_SIZE)
        return HP_WIRE_BROKEN;
    if (!hp_span_sub(r.left, 0, payload, &r.left))
        return HP_WIRE_MORE;

    get_payload(&r, frame);
    if (r.failed || r.left.len != 0)
        return HP_WIRE_BROKEN;
    *size = HP_WIRE_HEAD_SIZE + payload;
    return HP_WIRE_TAKEN;
}
