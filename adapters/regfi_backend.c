/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memfd_create; regfi.h wants it too */
#include "regfi_backend.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <regfi.h>

#define DEPTH_MOST 512

struct reader {
    const struct hp_sink *sink;
    REGFI_FILE *file;
    uint32_t result;
};

static void say(struct reader *r, struct hp_event event, uint32_t kind)
{
    event.size = sizeof event;
    event.kind = kind;
    if (r->sink->event(r->sink->self, &event) == HP_STOP)
        r->result = HP_WALK_STOPPED;
}

static void damage(struct reader *r, const char *field, uint32_t offset,
                   uint32_t action)
{
    struct hp_damage_event event = {HP_UNKNOWN_U64, offset, HP_UNKNOWN_U64,
                                    field, action};

    if (r->result == HP_WALK_DONE && action != HP_DAMAGE_NOTED)
        r->result = HP_WALK_PARTIAL;
    say(r, (struct hp_event){.u.damage = event}, HP_EVENT_DAMAGE);
}

static struct hp_string string_of(const uint8_t *bytes, uint32_t size,
                                  bool latin1)
{
    return (struct hp_string){bytes == NULL ? (const void *)"" : bytes,
                              bytes == NULL ? 0 : size,
                              latin1 ? HP_LATIN1 : HP_UTF16LE};
}

/* ---- values ---- */

static void send_data(struct reader *r, const REGFI_VK *value)
{
    const REGFI_DATA *data = regfi_fetch_data(r->file, value);
    uint32_t declared = value->data_size & ~REGFI_VK_DATA_IN_OFFSET;

    if (data == NULL || data->raw == NULL) {
        if (declared > 0)
            damage(r, "vk.data", value->offset, HP_DAMAGE_CLAMPED);
    } else {
        if (data->size > 0)
            say(r, (struct hp_event){.u.data = {data->raw, data->size}},
                HP_EVENT_DATA);
        if (data->size < declared)
            damage(r, "vk.data", value->offset, HP_DAMAGE_CLAMPED);
    }
    if (data != NULL)
        regfi_free_record(r->file, data);
}

static void send_value(struct reader *r, const REGFI_VK *value)
{
    struct hp_value_event event = {
        .name = string_of(value->name_raw, value->name_length,
                          (value->flags & REGFI_VK_FLAG_ASCIINAME) != 0),
        .type = (uint32_t)value->type,
        .data_size = value->data_size & ~REGFI_VK_DATA_IN_OFFSET,
        .flags = value->flags};

    say(r, (struct hp_event){.u.value = event}, HP_EVENT_VALUE);
    if (r->result <= HP_WALK_PARTIAL)
        send_data(r, value);
}

static void send_values(struct reader *r, const REGFI_NK *key)
{
    uint32_t count = regfi_fetch_num_values(key);

    if (count < key->num_values)
        damage(r, "nk.values", key->offset, HP_DAMAGE_SKIPPED);
    for (uint32_t i = 0; i < count && r->result <= HP_WALK_PARTIAL; i++) {
        const REGFI_VK *value = regfi_get_value(r->file, key, i);
        if (value == NULL) {
            damage(r, "values.element", key->offset, HP_DAMAGE_DROPPED);
            continue;
        }
        send_value(r, value);
        regfi_free_record(r->file, value);
    }
}

/* ---- keys ---- */

static void send_key(struct reader *r, const REGFI_NK *key)
{
    const REGFI_CLASSNAME *name = regfi_fetch_classname(r->file, key);
    struct hp_key_event event = {
        .name = string_of(key->name_raw, key->name_length,
                          (key->flags & REGFI_NK_FLAG_ASCIINAME) != 0),
        .filetime = key->mtime,
        .flags = key->flags,
        .class_name = {NULL,
                       name == NULL && key->classname_length > 0
                           ? HP_UNKNOWN_SIZE
                           : 0,
                       HP_UTF16LE},
        .security_size = HP_UNKNOWN_SIZE};

    if (name != NULL && name->raw != NULL)
        event.class_name = string_of(name->raw, name->size, false);
    say(r, (struct hp_event){.u.key = event}, HP_EVENT_KEY_ENTER);
    if (name != NULL)
        regfi_free_record(r->file, name);
    if (r->result <= HP_WALK_PARTIAL)
        send_values(r, key);
}

struct level {
    const REGFI_NK *key;
    uint32_t next, count;
};

static void enter(struct reader *r, struct level *level, const REGFI_NK *key)
{
    *level = (struct level){key, 0, regfi_fetch_num_subkeys(key)};
    send_key(r, key);
    if (level->count < key->num_subkeys)
        damage(r, "nk.subkeys", key->offset, HP_DAMAGE_SKIPPED);
}

static void leave(struct reader *r, const struct level *level)
{
    const struct hp_event none = {.size = 0};

    if (r->result <= HP_WALK_PARTIAL)
        say(r, none, HP_EVENT_KEY_LEAVE);
    regfi_free_record(r->file, level->key);
}

static void walk_below(struct reader *r, const REGFI_NK *root)
{
    struct level path[DEPTH_MOST];
    size_t depth = 0;

    enter(r, &path[depth++], root);
    while (depth > 0) {
        struct level *top = &path[depth - 1];
        if (top->next >= top->count || r->result > HP_WALK_PARTIAL) {
            leave(r, top);
            depth--;
            continue;
        }
        const REGFI_NK *key = regfi_get_subkey(r->file, top->key, top->next++);
        if (key == NULL) {
            damage(r, "list.element", top->key->offset, HP_DAMAGE_DROPPED);
        } else if (depth == DEPTH_MOST) {
            damage(r, "depth", key->offset, HP_DAMAGE_DROPPED);
            regfi_free_record(r->file, key);
        } else {
            enter(r, &path[depth++], key);
        }
    }
}

static void walk_file(struct reader *r)
{
    const REGFI_FILE *file = r->file;
    struct hp_event hive = {.u.hive = {file->minor_version,
                                       file->sequence1 != file->sequence2,
                                       file->sequence1, file->sequence2}};
    const REGFI_NK *root = regfi_get_rootkey(r->file);

    if (root == NULL) {
        damage(r, "base_block.root", 0, HP_DAMAGE_NOTED);
        r->result = HP_WALK_REFUSED;
        return;
    }
    say(r, hive, HP_EVENT_HIVE);
    walk_below(r, root);
}

/* regfi reads files: a private one that is nowhere but in memory. */
static int file_of(const struct hp_input *input)
{
    int fd = memfd_create("hive", MFD_CLOEXEC);
    const char *bytes = input->image;
    uint64_t left = input->image_size;

    while (fd >= 0 && left > 0) {
        ssize_t n = write(fd, bytes, left < 1 << 30 ? (size_t)left : 1 << 30);
        if (n <= 0) {
            (void)close(fd);
            return -1;
        }
        bytes += n;
        left -= (uint64_t)n;
    }
    return fd;
}

static uint32_t walk(const struct hp_input *input, const struct hp_sink *sink)
{
    static bool begun;
    struct reader r = {sink, NULL, HP_WALK_DONE};
    int fd = file_of(input);

    if (fd < 0)
        return HP_WALK_FAILED;
    /* The library asks for thread-specific data before it has a key for it. */
    if (!begun)
        regfi_init();
    begun = true;
    (void)regfi_log_set_mask(0); /* nobody reads its messages */
    r.file = regfi_alloc(fd, REGFI_ENCODING_UTF8);
    if (r.file == NULL) {
        damage(&r, "base_block", 0, HP_DAMAGE_NOTED);
        r.result = HP_WALK_REFUSED;
    } else {
        walk_file(&r);
        regfi_free(r.file);
    }
    (void)close(fd);
    return r.result;
}

/* Only the library itself knows its version. */
static char version[64];

__attribute__((constructor)) static void ask_version(void)
{
    (void)snprintf(version, sizeof version, "%s", regfi_version());
}

const struct hp_backend hp_backend_regfi = {
    sizeof(struct hp_backend),
    "regfi",
    version,
    "https://projects.sentinelchicken.org/reglookup/",
    HP_CAN_CLASS | HP_CAN_TIMESTAMPS | HP_CAN_FLAGS | HP_CAN_FORENSIC,
    walk};
