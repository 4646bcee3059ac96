/* SPDX-License-Identifier: CC0-1.0
 *
 * The module of docs/vendor-guide.md: a parser that knows the root key's name
 * and nothing else, and says so. Put yours in the place of find_root. */
#include <string.h>

#include "hp_backend.h"

enum { BINS = 4096, CELL = 4, NAME_LENGTH = 72, NAME = 76, LATIN1 = 0x20 };

/* Little-endian bytes, bounds checked: the input is hostile. */
static int number(const struct hp_input *in, uint64_t at, uint64_t size,
                  uint64_t *value)
{
    const unsigned char *bytes = in->image;

    *value = 0;
    if (at > in->image_size || size > in->image_size - at)
        return 0;
    while (size-- > 0)
        *value = *value << 8 | bytes[at + size];
    return 1;
}

/* Where the root's name is. Returns NULL, or the field that is wrong. */
static const char *find_root(const struct hp_input *in, struct hp_string *name)
{
    uint64_t root, size, flags;
    const unsigned char *bytes = in->image;

    if (in->image_size < BINS || memcmp(bytes, "regf", 4) != 0)
        return "base_block.signature";
    if (!number(in, 36, 4, &root))
        return "base_block.root";
    root += BINS + CELL;
    if (!number(in, root + NAME_LENGTH, 2, &size) ||
        !number(in, root + 2, 2, &flags) || memcmp(bytes + root, "nk", 2) != 0)
        return "nk.signature";
    if (root + NAME > in->image_size || size > in->image_size - root - NAME)
        return "nk.name_length";
    name->bytes = bytes + root + NAME;
    name->size = (uint32_t)size;
    name->encoding = (flags & LATIN1) != 0 ? HP_LATIN1 : HP_UTF16LE;
    return NULL;
}

/* Sends one event; the sink's answer, which HP_STOP ends the walk. */
static uint32_t send(const struct hp_sink *sink, struct hp_event *event,
                     uint32_t kind)
{
    event->size = sizeof *event;
    event->kind = kind;
    return sink->event(sink->self, event);
}

static uint32_t damage(const struct hp_sink *sink, const char *field,
                       uint32_t action)
{
    struct hp_event event;

    memset(&event, 0, sizeof event);
    event.u.damage.status = event.u.damage.offset = HP_UNKNOWN_U64;
    event.u.damage.found = HP_UNKNOWN_U64;
    event.u.damage.field = field;
    event.u.damage.action = action;
    return send(sink, &event, HP_EVENT_DAMAGE);
}

static uint32_t walk(const struct hp_input *input, const struct hp_sink *sink)
{
    struct hp_event hive, key;
    struct hp_string name;
    const char *wrong = find_root(input, &name);

    if (wrong != NULL) { /* a refusal is announced by one DAMAGE */
        return damage(sink, wrong, HP_DAMAGE_NOTED) == HP_STOP
                   ? HP_WALK_STOPPED
                   : HP_WALK_REFUSED;
    }
    memset(&hive, 0xFF, sizeof hive); /* every number: unknown */
    memset(&key, 0, sizeof key);
    key.u.key.name = name;
    key.u.key.filetime = key.u.key.flags = HP_UNKNOWN_U64;
    key.u.key.class_name.size = HP_UNKNOWN_SIZE;
    key.u.key.security_size = HP_UNKNOWN_SIZE;
    if (send(sink, &hive, HP_EVENT_HIVE) == HP_STOP ||
        send(sink, &key, HP_EVENT_KEY_ENTER) == HP_STOP ||
        damage(sink, "nk.subkeys", HP_DAMAGE_SKIPPED) == HP_STOP ||
        send(sink, &key, HP_EVENT_KEY_LEAVE) == HP_STOP)
        return HP_WALK_STOPPED;
    return HP_WALK_PARTIAL; /* it has left out the rest */
}

static const struct hp_backend example = {
    sizeof(struct hp_backend), "example", "1.0", "", HP_CAN_FORENSIC, walk};

const struct hp_backend *hp_backend_v1(void)
{
    return &example;
}
