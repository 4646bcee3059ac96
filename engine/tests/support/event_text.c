/* SPDX-License-Identifier: Apache-2.0 */
#include "event_text.h"

#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    const struct hive_builder *hive;
    const struct event_answer *answers;
    char *bytes;
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *t,
                                                      const char *format, ...)
{
    va_list arguments;
    char piece[128];

    va_start(arguments, format);
    int len = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    t->bytes = realloc(t->bytes, t->len + (size_t)len + 1);
    if (t->bytes == NULL || (size_t)len >= sizeof piece)
        abort();
    memcpy(t->bytes + t->len, piece, (size_t)len + 1);
    t->len += (size_t)len;
}

static void say_hex(struct text *t, const void *bytes, size_t size)
{
    struct hp_span span = hp_span_of(bytes, size);

    for (size_t i = 0; i < size; i++)
        say(t, "%02x", hp_at_u8(span, i));
}

static void say_name(struct text *t, struct hp_string name)
{
    struct hp_span span = hp_span_of(name.bytes, name.size);
    size_t width = name.encoding == HP_LATIN1 ? 1 : 2;

    for (size_t i = 0; i + width <= name.size; i += width) {
        unsigned unit = width == 1 ? hp_at_u8(span, i) : hp_at_u16(span, i);
        if (unit > 0x20 && unit < 0x7f && unit != '\\')
            say(t, "%c", (char)unit);
        else
            say(t, "\\x%x", unit);
    }
}

static void say_key(struct text *t, const struct hp_key_event *key)
{
    say(t, " +");
    say_name(t, key->name);
    if (key->class_name.size == HP_UNKNOWN_SIZE) {
        say(t, "{c?}");
    } else if (key->class_name.size > 0) {
        say(t, "{c=");
        say_hex(t, key->class_name.bytes, key->class_name.size);
        say(t, "}");
    }
    if (key->security_size == HP_UNKNOWN_SIZE)
        say(t, "{s?}");
    else if (key->security_size > 0)
        say(t, "{s=%u}", (unsigned)key->security_size);
}

static void say_data(struct text *t, const struct hp_data_event *data)
{
    struct hp_span span = hp_span_of(data->bytes, (size_t)data->size);

    if (span.len <= 8) {
        say(t, " :");
        say_hex(t, span.ptr, span.len);
    } else {
        say(t, " :%u#%02x%02x", (unsigned)span.len, hp_at_u8(span, 0),
            hp_at_u8(span, span.len - 1));
    }
}

static const char *place(const struct hive_builder *h,
                         const struct hp_damage_event *damage)
{
    if (strncmp(damage->field, "base_block.", 11) == 0 ||
        strncmp(damage->field, "file.", 5) == 0)
        return damage->offset == 0 ? "base" : "?";
    if (strncmp(damage->field, "walk.", 5) == 0)
        return damage->offset == 0 ? "0" : "?";
    return hb_label_at(h, damage->offset);
}

static void say_damage(struct text *t, const struct hp_damage_event *damage)
{
    static const char *const actions[] = {"noted", "dropped", "clamped",
                                          "skipped"};

    say(t, " !%s@%s/%s=%llx(%s)",
        hp_status_slug((enum hp_status)damage->status), place(t->hive, damage),
        damage->field, (unsigned long long)damage->found,
        actions[damage->action]);
}

static void say_hive(struct text *t, const struct hp_hive_event *hive)
{
    say(t, "hive%x", (unsigned)hive->minor_version);
    if (hive->dirty != 0)
        say(t, "*%x/%x", (unsigned)hive->sequence1, (unsigned)hive->sequence2);
}

static uint32_t answer(const struct text *t)
{
    for (const struct event_answer *a = t->answers; a != NULL && a->after;
         a++) {
        size_t len = strlen(a->after);
        if (t->len >= len && strcmp(t->bytes + t->len - len, a->after) == 0)
            return a->answer;
    }
    return HP_CONTINUE;
}

static uint32_t sink(void *self, const struct hp_event *event)
{
    struct text *t = self;

    switch (event->kind) {
    case HP_EVENT_HIVE:
        say_hive(t, &event->u.hive);
        break;
    case HP_EVENT_KEY_ENTER:
        say_key(t, &event->u.key);
        break;
    case HP_EVENT_VALUE:
        say(t, " =");
        say_name(t, event->u.value.name);
        say(t, "/%llx/%llx", (unsigned long long)event->u.value.type,
            (unsigned long long)event->u.value.data_size);
        break;
    case HP_EVENT_DATA:
        say_data(t, &event->u.data);
        break;
    case HP_EVENT_KEY_LEAVE:
        say(t, " -");
        break;
    default:
        say_damage(t, &event->u.damage);
        break;
    }
    return answer(t);
}

char *event_text(const struct hive_builder *h, const struct hp_backend *backend,
                 uint32_t mode, const struct event_answer *answers)
{
    static const char *const results[] = {"done", "partial", "refused",
                                          "stopped", "failed"};
    struct text t = {h, answers, NULL, 0};
    struct hp_sink to = {sizeof to, sink, &t};
    struct hp_input input = {.size = sizeof input,
                             .mode = mode,
                             .image = h->image,
                             .image_size = h->size};

    uint32_t result = backend->walk(&input, &to);
    say(&t, " %s", results[result]);
    return t.bytes;
}
