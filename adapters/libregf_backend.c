/* SPDX-License-Identifier: Apache-2.0 */
#define LIBREGF_HAVE_BFIO /* before the header: declares the open by handle */
#include "libregf_backend.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libbfio.h>
#include <libregf.h>

#define DEPTH_MOST 512

struct reader {
    const struct hp_sink *sink;
    uint32_t result;
};

static void say(struct reader *r, struct hp_event event, uint32_t kind)
{
    event.size = sizeof event;
    event.kind = kind;
    if (r->sink->event(r->sink->self, &event) == HP_STOP)
        r->result = HP_WALK_STOPPED;
}

/* libregf says neither where nor what is wrong. */
static void damage(struct reader *r, const char *field, uint32_t action)
{
    struct hp_damage_event event = {HP_UNKNOWN_U64, HP_UNKNOWN_U64,
                                    HP_UNKNOWN_U64, field, action};

    if (r->result == HP_WALK_DONE)
        r->result = HP_WALK_PARTIAL;
    say(r, (struct hp_event){.u.damage = event}, HP_EVENT_DAMAGE);
}

/* ---- what a getter gives, in memory to be freed ---- */

typedef int (*size_of)(void *object, size_t *size);
typedef int (*fill)(void *object, void *out, size_t size);

static int key_name_units(void *key, size_t *count)
{
    return libregf_key_get_utf16_name_size(key, count, NULL);
}
static int key_name(void *key, void *out, size_t count)
{
    return libregf_key_get_utf16_name(key, out, count, NULL);
}
static int class_units(void *key, size_t *count)
{
    return libregf_key_get_utf16_class_name_size(key, count, NULL);
}
static int class_name(void *key, void *out, size_t count)
{
    return libregf_key_get_utf16_class_name(key, out, count, NULL);
}
static int security_size(void *key, size_t *size)
{
    return libregf_key_get_security_descriptor_size(key, size, NULL);
}
static int security(void *key, void *out, size_t size)
{
    return libregf_key_get_security_descriptor(key, out, size, NULL);
}
static int value_name_units(void *value, size_t *count)
{
    return libregf_value_get_utf16_name_size(value, count, NULL);
}
static int value_name(void *value, void *out, size_t count)
{
    return libregf_value_get_utf16_name(value, out, count, NULL);
}
static int data_size(void *value, size_t *size)
{
    return libregf_value_get_value_data_size(value, size, NULL);
}
static int data_bytes(void *value, void *out, size_t size)
{
    return libregf_value_get_value_data(value, out, size, NULL);
}

/* `width` bytes for each of what `told` counts. False: the getter failed. *size
 * 0 and *bytes NULL: there is nothing. */
static bool get(uint8_t **bytes, size_t *size, size_t width, void *object,
                size_of told, fill filled)
{
    *bytes = NULL;
    *size = 0;
    int result = told(object, size);
    if (result != 1 || *size == 0) {
        *size = 0;
        return result >= 0;
    }
    *bytes = *size <= UINT32_MAX / 2 ? malloc(width * *size) : NULL;
    if (*bytes != NULL && filled(object, *bytes, *size) == 1)
        return true;
    free(*bytes);
    *bytes = NULL;
    return false;
}

/* A string without the NUL that libregf counts, in the hive's byte order. */
static bool get_string(struct hp_string *string, uint8_t **bytes, void *object,
                       size_of told, fill filled)
{
    size_t count;

    if (!get(bytes, &count, sizeof(uint16_t), object, told, filled))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint16_t unit;
        memcpy(&unit, *bytes + 2 * i, sizeof unit);
        (*bytes)[2 * i] = (uint8_t)(unit & 0xFF);
        (*bytes)[2 * i + 1] = (uint8_t)(unit >> 8);
    }
    *string = (struct hp_string){
        *bytes, count > 0 ? (uint32_t)(2 * count - 2) : 0, HP_UTF16LE};
    return true;
}

/* ---- events ---- */

static void send_value(struct reader *r, libregf_value_t *value)
{
    struct hp_value_event event = {.flags = HP_UNKNOWN_U64};
    uint8_t *name = NULL, *data;
    size_t size;
    uint32_t type = 0;

    if (!get_string(&event.name, &name, value, value_name_units, value_name) ||
        libregf_value_get_value_type(value, &type, NULL) != 1) {
        free(name);
        damage(r, "vk.name", HP_DAMAGE_DROPPED);
        return;
    }
    bool has_data = get(&data, &size, 1, value, data_size, data_bytes);
    event.type = type;
    event.data_size = HP_UNKNOWN_U64; /* it tells that of its own strings */
    say(r, (struct hp_event){.u.value = event}, HP_EVENT_VALUE);
    if (has_data && size > 0)
        say(r, (struct hp_event){.u.data = {data, size}}, HP_EVENT_DATA);
    if (!has_data)
        damage(r, "vk.data", HP_DAMAGE_CLAMPED);
    free(name);
    free(data);
}

static void send_values(struct reader *r, libregf_key_t *key)
{
    int count = 0;

    if (libregf_key_get_number_of_values(key, &count, NULL) != 1)
        damage(r, "nk.values", HP_DAMAGE_SKIPPED);
    for (int i = 0; i < count && r->result <= HP_WALK_PARTIAL; i++) {
        libregf_value_t *value = NULL;
        if (libregf_key_get_value(key, i, &value, NULL) == 1)
            send_value(r, value);
        else
            damage(r, "values.element", HP_DAMAGE_DROPPED);
        if (value != NULL)
            (void)libregf_value_free(&value, NULL);
    }
}

/* False: the key could not be sent. */
static bool send_key(struct reader *r, libregf_key_t *key)
{
    struct hp_key_event event = {.filetime = HP_UNKNOWN_U64,
                                 .flags = HP_UNKNOWN_U64};
    uint8_t *name, *class_bytes, *descriptor;
    size_t size;

    if (!get_string(&event.name, &name, key, key_name_units, key_name)) {
        damage(r, "nk.name", HP_DAMAGE_DROPPED);
        return false;
    }
    (void)libregf_key_get_last_written_time(key, &event.filetime, NULL);
    if (!get_string(&event.class_name, &class_bytes, key, class_units,
                    class_name))
        event.class_name.size = HP_UNKNOWN_SIZE;
    event.security_size = HP_UNKNOWN_SIZE;
    if (get(&descriptor, &size, 1, key, security_size, security))
        event.security_size = (uint32_t)size;
    event.security = descriptor;
    say(r, (struct hp_event){.u.key = event}, HP_EVENT_KEY_ENTER);
    free(name);
    free(class_bytes);
    free(descriptor);
    send_values(r, key);
    return true;
}

struct level {
    libregf_key_t *key;
    int next, count;
};

static void enter(struct reader *r, struct level *level, libregf_key_t *key)
{
    *level = (struct level){key, 0, 0};
    if (libregf_key_get_number_of_sub_keys(key, &level->count, NULL) != 1)
        damage(r, "nk.subkeys", HP_DAMAGE_SKIPPED);
}

static void leave(struct reader *r, struct level *level)
{
    const struct hp_event none = {.size = 0};

    if (r->result <= HP_WALK_PARTIAL)
        say(r, none, HP_EVENT_KEY_LEAVE);
    (void)libregf_key_free(&level->key, NULL);
}

static void walk_below(struct reader *r, libregf_key_t *root)
{
    struct level path[DEPTH_MOST];
    size_t depth = 0;

    if (send_key(r, root))
        enter(r, &path[depth++], root);
    else
        (void)libregf_key_free(&root, NULL);
    while (depth > 0) {
        struct level *top = &path[depth - 1];
        libregf_key_t *key = NULL;
        if (top->next >= top->count || r->result > HP_WALK_PARTIAL) {
            leave(r, top);
            depth--;
            continue;
        }
        if (libregf_key_get_sub_key(top->key, top->next++, &key, NULL) != 1)
            damage(r, "list.element", HP_DAMAGE_DROPPED);
        else if (depth < DEPTH_MOST && send_key(r, key))
            enter(r, &path[depth++], key);
        else {
            if (depth == DEPTH_MOST)
                damage(r, "depth", HP_DAMAGE_DROPPED);
            (void)libregf_key_free(&key, NULL);
        }
    }
}

static void walk_file(struct reader *r, libregf_file_t *file)
{
    struct hp_event hive = {.u.hive = {HP_UNKNOWN_U64, HP_UNKNOWN_U64,
                                       HP_UNKNOWN_U64, HP_UNKNOWN_U64}};
    libregf_key_t *root = NULL;

    say(r, hive, HP_EVENT_HIVE);
    if (libregf_file_get_root_key(file, &root, NULL) == 1)
        walk_below(r, root);
    else
        damage(r, "base_block.root", HP_DAMAGE_SKIPPED);
}

static uint32_t walk(const struct hp_input *input, const struct hp_sink *sink)
{
    struct reader r = {sink, HP_WALK_DONE};
    size_t size = (size_t)input->image_size;
    uint8_t *copy = malloc(size > 0 ? size : 1);
    libbfio_handle_t *handle = NULL;
    libregf_file_t *file = NULL;

    if (copy == NULL)
        return HP_WALK_FAILED;
    if (size > 0)
        memcpy(copy, input->image, size);
    if (libbfio_memory_range_initialize(&handle, NULL) == 1 &&
        libbfio_memory_range_set(handle, copy, size, NULL) == 1 &&
        libregf_file_initialize(&file, NULL) == 1 &&
        libregf_file_open_file_io_handle(file, handle, LIBREGF_OPEN_READ,
                                         NULL) == 1) {
        walk_file(&r, file);
        (void)libregf_file_close(file, NULL);
    } else {
        damage(&r, "base_block", HP_DAMAGE_NOTED);
        r.result = HP_WALK_REFUSED;
    }
    if (file != NULL)
        (void)libregf_file_free(&file, NULL);
    if (handle != NULL)
        (void)libbfio_handle_free(&handle, NULL);
    free(copy);
    return r.result;
}

const struct hp_backend hp_backend_libregf = {
    sizeof(struct hp_backend),
    "libregf",
    LIBREGF_VERSION_STRING,
    "https://github.com/libyal/libregf",
    HP_CAN_CLASS | HP_CAN_SECURITY | HP_CAN_TIMESTAMPS | HP_CAN_FORENSIC,
    walk};
