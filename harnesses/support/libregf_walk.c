/* SPDX-License-Identifier: Apache-2.0 */
#define LIBREGF_HAVE_BFIO /* before the header: declares the open by handle */
#include "libregf_walk.h"

#include <stdlib.h>
#include <string.h>

#include <libbfio.h>
#include <libregf.h>

#include "fuzz.h"

/* A hostile hive may name a key any number of times. */
#define KEYS_MOST 2000
#define VALUES_MOST 20000
#define DEPTH_MOST 64
#define SIZE_MOST ((size_t)1 << 24)

/* What every call gets for its error; it is checked and freed by good(). */
static libregf_error_t *error;

static bool good(int result)
{
    bool told = error != NULL;

    FUZZ_CHECK(result >= -1 && result <= 1, "2: 1, 0 or -1");
    FUZZ_CHECK(told == (result == -1), "2: an error and its object");
    if (told)
        libregf_error_free(&error);
    return result == 1;
}

static void touch(const void *bytes, size_t size)
{
    volatile uint64_t sink = fuzz_hash(0, bytes, size);

    (void)sink;
}

/* X(kind of object, what it has, unit): libregf_<kind>_get_<what>_size tells
 * how many units libregf_<kind>_get_<what> fills. */
#define SIZED(X)                                                               \
    X(key, name, uint8_t)                                                      \
    X(key, utf8_name, uint8_t)                                                 \
    X(key, utf16_name, uint16_t)                                               \
    X(key, class_name, uint8_t)                                                \
    X(key, utf8_class_name, uint8_t)                                           \
    X(key, utf16_class_name, uint16_t)                                         \
    X(key, security_descriptor, uint8_t)                                       \
    X(value, name, uint8_t)                                                    \
    X(value, utf8_name, uint8_t)                                               \
    X(value, utf16_name, uint16_t)                                             \
    X(value, value_data, uint8_t)                                              \
    X(value, value_utf8_string, uint8_t)                                       \
    X(value, value_utf16_string, uint16_t)                                     \
    X(value, value_binary_data, uint8_t)

#define X(kind, what, unit)                                                    \
    static void read_##kind##_##what(libregf_##kind##_t *object)               \
    {                                                                          \
        size_t size = 0;                                                       \
        if (!good(libregf_##kind##_get_##what##_size(object, &size, &error)))  \
            return;                                                            \
        if (size == 0 || size > SIZE_MOST)                                     \
            return;                                                            \
        unit *units = calloc(size, sizeof *units);                             \
        if (units != NULL &&                                                   \
            good(libregf_##kind##_get_##what(object, units, size, &error)))    \
            touch(units, size * sizeof *units);                                \
        free(units);                                                           \
    }
SIZED(X)
#undef X

static void read_multi_string(libregf_value_t *value)
{
    libregf_multi_string_t *strings = NULL;
    int count = 0;

    if (!good(libregf_value_get_value_multi_string(value, &strings, &error)))
        return;
    (void)good(
        libregf_multi_string_get_number_of_strings(strings, &count, &error));
    for (int i = 0; i < count && i < 1000; i++) {
        size_t size = 0;
        if (!good(libregf_multi_string_get_utf8_string_size(strings, i, &size,
                                                            &error)) ||
            size == 0 || size > SIZE_MOST)
            continue;
        uint8_t *bytes = calloc(size, 1);
        if (bytes != NULL && good(libregf_multi_string_get_utf8_string(
                                 strings, i, bytes, size, &error)))
            touch(bytes, size);
        free(bytes);
    }
    (void)good(libregf_multi_string_free(&strings, &error));
}

static void read_value(libregf_value_t *value)
{
    uint32_t type, small;
    uint64_t large;
    off64_t offset;

    (void)libregf_value_is_corrupted(value, &error);
    libregf_error_free(&error);
    (void)good(libregf_value_get_offset(value, &offset, &error));
    (void)good(libregf_value_get_value_type(value, &type, &error));
    (void)good(libregf_value_get_value_32bit(value, &small, &error));
    (void)good(libregf_value_get_value_64bit(value, &large, &error));
    read_value_name(value);
    read_value_utf8_name(value);
    read_value_utf16_name(value);
    read_value_value_data(value);
    read_value_value_utf8_string(value);
    read_value_value_utf16_string(value);
    read_value_value_binary_data(value);
    read_multi_string(value);
}

static void read_values(libregf_key_t *key, size_t *left)
{
    int count = 0;

    (void)good(libregf_key_get_number_of_values(key, &count, &error));
    for (int i = 0; i<count && * left> 0; i++, --*left) {
        libregf_value_t *value = NULL;
        if (good(libregf_key_get_value(key, i, &value, &error)))
            read_value(value);
        if (value != NULL)
            (void)good(libregf_value_free(&value, &error));
    }
}

static void read_key(libregf_key_t *key, size_t *values_left)
{
    uint64_t time;
    off64_t offset;

    (void)libregf_key_is_corrupted(key, &error);
    libregf_error_free(&error);
    (void)good(libregf_key_get_offset(key, &offset, &error));
    (void)good(libregf_key_get_last_written_time(key, &time, &error));
    read_key_name(key);
    read_key_utf8_name(key);
    read_key_utf16_name(key);
    read_key_class_name(key);
    read_key_utf8_class_name(key);
    read_key_utf16_class_name(key);
    read_key_security_descriptor(key);
    read_values(key, values_left);
}

/* Keys of the current path, and which subkey of each comes next. */
struct level {
    libregf_key_t *key;
    int next, count;
};

static void open_level(struct level *level, libregf_key_t *key)
{
    *level = (struct level){key, 0, 0};
    (void)good(libregf_key_get_number_of_sub_keys(key, &level->count, &error));
}

static void walk(libregf_key_t *root)
{
    struct level path[DEPTH_MOST];
    size_t depth = 1, keys_left = KEYS_MOST, values_left = VALUES_MOST;

    read_key(root, &values_left);
    open_level(&path[0], root);
    while (depth > 0) {
        struct level *top = &path[depth - 1];
        libregf_key_t *key = NULL;
        if (top->next >= top->count || keys_left == 0) {
            (void)good(libregf_key_free(&top->key, &error));
            depth--;
            continue;
        }
        keys_left--;
        if (!good(
                libregf_key_get_sub_key(top->key, top->next++, &key, &error)) ||
            key == NULL)
            continue;
        read_key(key, &values_left);
        if (depth < DEPTH_MOST)
            open_level(&path[depth++], key);
        else
            (void)good(libregf_key_free(&key, &error));
    }
}

static void read_file(libregf_file_t *file)
{
    static const uint8_t path[] = "\\ControlSet001\\Services";
    uint32_t major, minor, type;
    libregf_key_t *key = NULL;
    int page;

    (void)libregf_file_is_corrupted(file, &error);
    libregf_error_free(&error);
    (void)good(libregf_file_get_format_version(file, &major, &minor, &error));
    (void)good(libregf_file_get_type(file, &type, &error));
    (void)good(libregf_file_get_ascii_codepage(file, &page, &error));
    if (good(libregf_file_get_key_by_utf8_path(file, path, sizeof path - 1,
                                               &key, &error)))
        (void)good(libregf_key_free(&key, &error));
    if (good(libregf_file_get_root_key(file, &key, &error)))
        walk(key);
}

void libregf_walk_all(struct hp_span image)
{
    uint8_t *copy = malloc(image.len > 0 ? image.len : 1);
    libbfio_handle_t *handle = NULL;
    libregf_file_t *file = NULL;

    if (copy == NULL)
        return;
    if (image.len > 0)
        memcpy(copy, image.ptr, image.len);
    if (libbfio_memory_range_initialize(&handle, NULL) == 1 &&
        libbfio_memory_range_set(handle, copy, image.len, NULL) == 1 &&
        good(libregf_file_initialize(&file, &error))) {
        if (good(libregf_file_open_file_io_handle(file, handle,
                                                  LIBREGF_OPEN_READ, &error)))
            read_file(file);
        (void)libregf_file_close(file, &error);
        libregf_error_free(&error);
        (void)good(libregf_file_free(&file, &error));
    }
    if (handle != NULL)
        (void)libbfio_handle_free(&handle, NULL);
    free(copy);
}
