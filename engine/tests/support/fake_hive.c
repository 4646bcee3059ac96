/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_hive.h"

#include <stdlib.h>
#include <string.h>

static struct fake_step *add(struct fake_hive *hive, enum fake_kind kind)
{
    if (hive->count == FAKE_STEPS)
        abort();
    struct fake_step *step = &hive->steps[hive->count++];
    *step = (struct fake_step){.kind = kind};
    return step;
}

static void *keep(struct fake_hive *hive, const void *bytes, size_t size)
{
    void *copy = hp_arena_copy(&hive->arena, bytes, size);
    if (copy == NULL)
        abort();
    return copy;
}

static struct hp_string name_of(struct fake_hive *hive, const char *ascii,
                                size_t len)
{
    struct hp_string name = {NULL, (uint32_t)len, hive->encoding};
    uint8_t *wide;

    if (hive->encoding != HP_UTF16LE) {
        name.bytes = keep(hive, ascii, len);
        return name;
    }
    wide = hp_arena_alloc(&hive->arena, 2 * len);
    if (wide == NULL)
        abort();
    for (size_t i = 0; i < len; i++)
        wide[2 * i] = (uint8_t)ascii[i];
    name.bytes = wide;
    name.size = (uint32_t)(2 * len);
    return name;
}

/* `text` as UTF-16LE, with `more` zero bytes behind it. */
static uint8_t *bytes_of(struct fake_hive *hive, struct hp_text text,
                         size_t more)
{
    uint8_t *bytes = hp_arena_alloc(&hive->arena, 2 * text.count + more);
    if (bytes == NULL)
        abort();
    for (size_t i = 0; i < text.count; i++) {
        bytes[2 * i] = (uint8_t)(text.units[i] & 0xFF);
        bytes[2 * i + 1] = (uint8_t)(text.units[i] >> 8);
    }
    return bytes;
}

void fake_begin(struct fake_hive *hive)
{
    hive->count = 0;
    hive->depth = 0;
    hive->piece = 0;
    hive->encoding = HP_LATIN1;
    hive->result = HP_WALK_DONE;
    hive->arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    fake_enter(hive, "ROOT");
}

void fake_end(struct fake_hive *hive)
{
    hp_arena_close(&hive->arena);
}

void fake_enter_flags(struct fake_hive *hive, const char *name, uint64_t flags)
{
    struct fake_step *step = add(hive, FAKE_ENTER);

    step->name = name_of(hive, name, strlen(name));
    step->flags = flags;
    hive->depth++;
}

void fake_enter(struct fake_hive *hive, const char *path)
{
    while (path != NULL) {
        const char *end = strchr(path, '\\');
        size_t len = end == NULL ? strlen(path) : (size_t)(end - path);
        add(hive, FAKE_ENTER)->name = name_of(hive, path, len);
        hive->depth++;
        path = end == NULL ? NULL : end + 1;
    }
}

void fake_enter_text(struct fake_hive *hive, struct hp_text name)
{
    struct fake_step *step = add(hive, FAKE_ENTER);

    step->name = (struct hp_string){bytes_of(hive, name, 0),
                                    (uint32_t)(2 * name.count), HP_UTF16LE};
    hive->depth++;
}

void fake_leave(struct fake_hive *hive, size_t count)
{
    for (; count > 0; count--) {
        add(hive, FAKE_LEAVE);
        hive->depth--;
    }
}

void fake_raw(struct fake_hive *hive, const char *name, uint32_t type,
              const void *data, size_t size)
{
    struct fake_step *step = add(hive, FAKE_VALUE);

    step->name = name_of(hive, name, strlen(name));
    step->type = type;
    step->data_size = size;
    step->data = keep(hive, data, size);
    step->size = size;
}

void fake_dword(struct fake_hive *hive, const char *name, uint32_t number)
{
    const uint8_t bytes[] = {
        (uint8_t)(number & 0xFF), (uint8_t)(number >> 8 & 0xFF),
        (uint8_t)(number >> 16 & 0xFF), (uint8_t)(number >> 24)};

    fake_raw(hive, name, 4, bytes, sizeof(bytes));
}

void fake_text(struct fake_hive *hive, const char *name, uint32_t type,
               struct hp_text text)
{
    fake_raw(hive, name, type, bytes_of(hive, text, 2), 2 * text.count + 2);
}

void fake_ascii(struct fake_hive *hive, const char *name, uint32_t type,
                const char *text)
{
    uint16_t units[1024];
    size_t count = 0;

    for (; text[count] != '\0'; count++)
        units[count] = (unsigned char)text[count];
    fake_text(hive, name, type, (struct hp_text){units, count});
}

void fake_list(struct fake_hive *hive, const char *name,
               const char *const *strings)
{
    uint8_t bytes[4096] = {0};
    size_t size = 0;

    for (; *strings != NULL; strings++, size += 2) {
        for (const char *c = *strings; *c != '\0'; c++, size += 2)
            bytes[size] = (uint8_t)*c;
    }
    fake_raw(hive, name, 7, bytes, size + 2);
}

void fake_declare(struct fake_hive *hive, uint64_t size)
{
    hive->steps[hive->count - 1].data_size = size;
}

void fake_damage(struct fake_hive *hive, uint32_t action, const char *field)
{
    struct fake_step *step = add(hive, FAKE_DAMAGE);

    step->action = action;
    step->field = field;
}

void fake_service(struct fake_hive *hive, const char *name, uint32_t type,
                  uint32_t start, const char *image_path)
{
    fake_enter(hive, name);
    fake_dword(hive, "Type", type);
    fake_dword(hive, "Start", start);
    fake_dword(hive, "ErrorControl", 1);
    if (image_path != NULL)
        fake_ascii(hive, "ImagePath", 1, image_path);
    fake_leave(hive, 1);
}

/* ---- the back end ------------------------------------------------------ */

struct player {
    struct fake_hive *hive;
    const struct hp_sink *sink;
    bool stopped;
};

static uint32_t send(struct player *player, const struct hp_event *event)
{
    uint32_t answer = player->sink->event(player->sink->self, event);
    player->stopped = answer == HP_STOP;
    return answer;
}

static struct hp_event event_of(const struct fake_step *step)
{
    struct hp_event event = {.size = sizeof(event)};

    switch (step->kind) {
    case FAKE_ENTER:
        event.kind = HP_EVENT_KEY_ENTER;
        event.u.key = (struct hp_key_event){
            .name = step->name,
            .flags = step->flags,
            .class_name = {NULL, HP_UNKNOWN_SIZE, HP_UTF16LE}};
        break;
    case FAKE_VALUE:
        event.kind = HP_EVENT_VALUE;
        event.u.value =
            (struct hp_value_event){step->name, step->type, step->data_size, 0};
        break;
    case FAKE_LEAVE:
        event.kind = HP_EVENT_KEY_LEAVE;
        break;
    case FAKE_DAMAGE:
        event.kind = HP_EVENT_DAMAGE;
        event.u.damage = (struct hp_damage_event){HP_UNKNOWN_U64, 0x1234, 5,
                                                  step->field, step->action};
        break;
    }
    return event;
}

static void send_data(struct player *player, const struct fake_step *step)
{
    size_t piece = player->hive->piece;

    for (size_t at = 0; at < step->size && !player->stopped;) {
        size_t size = step->size - at;
        if (piece != 0 && size > piece)
            size = piece;
        struct hp_event event = {.size = sizeof(event), .kind = HP_EVENT_DATA};
        /* A copy of its own: the sink must not keep it. */
        void *copy = malloc(size);
        if (copy == NULL)
            abort();
        memcpy(copy, (const uint8_t *)step->data + at, size);
        event.u.data = (struct hp_data_event){copy, size};
        send(player, &event);
        free(copy);
        player->hive->data_sent += size;
        at += size;
    }
}

/* Index of the FAKE_LEAVE that belongs to the FAKE_ENTER at `at`. */
static size_t skip_from(const struct fake_hive *hive, size_t at)
{
    size_t depth = 0;

    for (;; at++) {
        if (hive->steps[at].kind == FAKE_ENTER)
            depth++;
        if (hive->steps[at].kind == FAKE_LEAVE && --depth == 0)
            return at;
    }
}

/* Skips the key at `at` as a reader may that checks all of its record first:
 * with the damage right behind its start. */
static size_t skip(struct player *player, size_t at)
{
    for (size_t i = at + 1; player->hive->steps[i].kind == FAKE_DAMAGE; i++) {
        struct hp_event event = event_of(&player->hive->steps[i]);
        send(player, &event);
    }
    return skip_from(player->hive, at);
}

static void play(struct player *player)
{
    const struct fake_hive *hive = player->hive;
    size_t values_only = 0, depth = 0; /* of the key, 0: none */

    for (size_t at = 0; at < hive->count && !player->stopped; at++) {
        const struct fake_step *step = &hive->steps[at];
        struct hp_event event = event_of(step);
        if (step->kind == FAKE_ENTER && depth > 0 && depth == values_only) {
            at = skip_from(hive, at);
            continue;
        }
        uint32_t answer = send(player, &event);
        if (step->kind == FAKE_VALUE) {
            player->hive->values_sent++;
            if (answer == HP_CONTINUE)
                send_data(player, step);
        }
        if (step->kind == FAKE_ENTER) {
            depth++;
            values_only = answer == HP_VALUES_ONLY ? depth : 0;
            if (answer == HP_SKIP)
                at = skip(player, at) - 1;
        }
        if (step->kind == FAKE_LEAVE) {
            depth--;
            values_only = 0;
        }
    }
}

static uint32_t walk(const struct hp_input *input, const struct hp_sink *sink)
{
    /* The hive is written by nobody but this back end. */
    struct fake_hive *hive = (struct fake_hive *)(uintptr_t)input->image;
    struct player player = {hive, sink, false};
    struct hp_event event = {.size = sizeof(event), .kind = HP_EVENT_HIVE};

    size_t count = hive->count, depth = hive->depth;

    hive->values_sent = 0;
    hive->data_sent = 0;
    fake_leave(hive, depth);
    event.u.hive = (struct hp_hive_event){5, 1, 8, 7};
    if (send(&player, &event) != HP_STOP)
        play(&player);
    /* What was open may be written on. */
    hive->count = count;
    hive->depth = depth;
    return player.stopped ? HP_WALK_STOPPED : hive->result;
}

const struct hp_backend fake_backend = {
    sizeof(fake_backend), "fake", "1", "", 0, walk};

struct hp_input fake_input(struct fake_hive *hive)
{
    return (struct hp_input){.size = sizeof(struct hp_input),
                             .mode = HP_MODE_FORENSIC,
                             .image = hive,
                             .image_size = sizeof(*hive)};
}

/* ---- memory ------------------------------------------------------------ */

static void *take(void *self, size_t size)
{
    struct fake_memory *memory = self;

    return ++memory->calls == memory->failing ? NULL : malloc(size);
}

static void give(void *self, void *block)
{
    (void)self;
    free(block);
}

struct hp_allocator fake_allocator(struct fake_memory *memory)
{
    return (struct hp_allocator){take, give, memory};
}
