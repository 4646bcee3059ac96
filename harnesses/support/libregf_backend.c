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

static void damage(struct reader *r, const char *field)
{
    struct hp_damage_event event = {126, 0, 0, field, HP_DAMAGE_DROPPED};

    if (r->result == HP_WALK_DONE)
        r->result = HP_WALK_PARTIAL;
    say(r, (struct hp_event){.u.damage = event}, HP_EVENT_DAMAGE);
}

/* ---- what a getter gives, in memory to be freed
 * ------------------------------ */

typedef int (*size_of)(void *object, size_t *size);
typedef int (*fill)(void *object, uint8_t *bytes, size_t size);

static int key_name_size(void *key, size_t *size)
{
    return libregf_key_get_utf8_name_size(key, size, NULL);
}
static int key_name(void *key, uint8_t *bytes, size_t size)
{
    return libregf_key_get_utf8_name(key, bytes, size, NULL);
}
static int value_name_size(void *value, size_t *size)
{
    return libregf_value_get_utf8_name_size(value, size, NULL);
}
static int value_name(void *value, uint8_t *bytes, size_t size)
{
    return libregf_value_get_utf8_name(value, bytes, size, NULL);
}
static int data_size(void *value, size_t *size)
{
    return libregf_value_get_value_data_size(value, size, NULL);
}
static int data_bytes(void *value, uint8_t *bytes, size_t size)
{
    return libregf_value_get_value_data(value, bytes, size, NULL);
}

/* False: the getter failed. *size 0 and *bytes NULL: there is nothing. */
static bool get(uint8_t **bytes, size_t *size, void *object, size_of told,
                fill filled)
{
    *bytes = NULL;
    *size = 0;
    int result = told(object, size);
    if (result != 1 || *size == 0) {
        *size = 0;
        return result >= 0;
    }
    *bytes = malloc(*size);
    if (*bytes != NULL && filled(object, *bytes, *size) == 1)
        return true;
    free(*bytes);
    *bytes = NULL;
    return false;
}

/* A name without the NUL that libregf counts. */
static struct hp_string name_of(const uint8_t *bytes, size_t size)
{
    return (struct hp_string){bytes == NULL ? (const void *)"" : bytes,
                              size > 0 ? (uint32_t)(size - 1) : 0, HP_UTF8};
}

/* ---- events
 * ------------------------------------------------------------------- */

static void send_value(struct reader *r, libregf_value_t *value)
{
    struct hp_value_event event = {.flags = HP_UNKNOWN_U64};
    uint8_t *name, *data;
    size_t name_size, size;
    uint32_t type = 0;

    if (!get(&name, &name_size, value, value_name_size, value_name) ||
        libregf_value_get_value_type(value, &type, NULL) != 1) {
        damage(r, "vk.name");
        return;
    }
    bool has_data = get(&data, &size, value, data_size, data_bytes);
    event.name = name_of(name, name_size);
    event.type = type;
    event.data_size = HP_UNKNOWN_U64; /* it tells that of its own strings */
    say(r, (struct hp_event){.u.value = event}, HP_EVENT_VALUE);
    if (has_data && size > 0)
        say(r, (struct hp_event){.u.data = {data, size}}, HP_EVENT_DATA);
    if (!has_data)
        damage(r, "vk.data");
    free(name);
    free(data);
}

static void send_values(struct reader *r, libregf_key_t *key)
{
    int count = 0;

    if (libregf_key_get_number_of_values(key, &count, NULL) != 1)
        damage(r, "nk.values");
    for (int i = 0; i < count && r->result <= HP_WALK_PARTIAL; i++) {
        libregf_value_t *value = NULL;
        if (libregf_key_get_value(key, i, &value, NULL) == 1)
            send_value(r, value);
        else
            damage(r, "values.element");
        if (value != NULL)
            (void)libregf_value_free(&value, NULL);
    }
}

/* False: the key could not be sent. */
static bool send_key(struct reader *r, libregf_key_t *key)
{
    struct hp_key_event event = {.flags = HP_UNKNOWN_U64,
                                 .class_name = {NULL, HP_UNKNOWN_SIZE, HP_UTF8},
                                 .security_size = HP_UNKNOWN_SIZE};
    uint64_t filetime = HP_UNKNOWN_U64;
    uint8_t *name;
    size_t size;

    if (!get(&name, &size, key, key_name_size, key_name)) {
        damage(r, "nk.name");
        return false;
    }
    (void)libregf_key_get_last_written_time(key, &filetime, NULL);
    event.name = name_of(name, size);
    event.filetime = filetime;
    say(r, (struct hp_event){.u.key = event}, HP_EVENT_KEY_ENTER);
    free(name);
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
        damage(r, "nk.subkeys");
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
    static struct level path[DEPTH_MOST];
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
            damage(r, "list.element");
        else if (depth < DEPTH_MOST && send_key(r, key))
            enter(r, &path[depth++], key);
        else
            (void)libregf_key_free(&key, NULL);
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
        damage(r, "base_block.root");
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
        damage(&r, "base_block");
        r.result = HP_WALK_REFUSED;
    }
    if (file != NULL)
        (void)libregf_file_free(&file, NULL);
    if (handle != NULL)
        (void)libbfio_handle_free(&handle, NULL);
    free(copy);
    return r.result;
}

const struct hp_backend fuzz_libregf_backend = {
    sizeof(struct hp_backend),
    "libregf",
    "system",
    "https://github.com/libyal/libregf",
    HP_CAN_TIMESTAMPS | HP_CAN_FORENSIC,
    walk};
