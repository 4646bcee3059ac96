/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* regfi.h wants it */
#include "regfi_walk.h"

#include <fcntl.h>
#include <regfi.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "memory_file.h"

/* A hostile hive may name a key any number of times. */
#define KEYS_MOST 2000
#define VALUES_MOST 20000
#define DEPTH_MOST 64

static void touch(const void *bytes, size_t size)
{
    volatile uint64_t sink = fuzz_hash(0, bytes, bytes == NULL ? 0 : size);

    (void)sink;
}

static void touch_text(const char *text)
{
    touch(text, text == NULL ? 0 : strlen(text));
}

static void read_value(REGFI_FILE *file, const REGFI_VK *value)
{
    const REGFI_DATA *data = regfi_fetch_data(file, value);

    touch_text(value->name);
    touch(value->name_raw, value->name_length);
    if (data == NULL)
        return;
    touch(data->raw, data->size);
    if (data->interpreted_size > 0 && data->type == REG_SZ)
        touch_text((const char *)data->interpreted.string);
    regfi_free_record(file, data);
}

static void read_values(REGFI_FILE *file, const REGFI_NK *key, size_t *left)
{
    uint32_t count = regfi_fetch_num_values(key), index;

    for (uint32_t i = 0; i<count && * left> 0; i++, --*left) {
        const REGFI_VK *value = regfi_get_value(file, key, i);
        if (value == NULL)
            continue;
        read_value(file, value);
        if (value->name != NULL)
            (void)regfi_find_value(file, key, value->name, &index);
        regfi_free_record(file, value);
    }
}

static void read_security(REGFI_FILE *file, const REGFI_NK *key)
{
    const REGFI_SK *sk = regfi_fetch_sk(file, key);

    if (sk == NULL)
        return;
    free(regfi_get_owner(sk->sec_desc));
    free(regfi_get_group(sk->sec_desc));
    free(regfi_get_sacl(sk->sec_desc));
    free(regfi_get_dacl(sk->sec_desc));
    const REGFI_SK *next = regfi_next_sk(file, sk);
    const REGFI_SK *previous = regfi_prev_sk(file, sk);
    if (next != NULL)
        regfi_free_record(file, next);
    if (previous != NULL)
        regfi_free_record(file, previous);
    regfi_free_record(file, sk);
}

static void read_key(REGFI_FILE *file, const REGFI_NK *key, size_t *left)
{
    const REGFI_CLASSNAME *name = regfi_fetch_classname(file, key);

    touch_text(key->name);
    touch(key->name_raw, key->name_length);
    if (name != NULL) {
        touch_text(name->interpreted);
        touch(name->raw, name->size);
        regfi_free_record(file, name);
    }
    read_security(file, key);
    read_values(file, key, left);
}

/* Keys of the current path, and which subkey of each comes next. */
struct level {
    const REGFI_NK *key;
    uint32_t next, count;
};

/* The messages that the library gathers have to be fetched. */
static void drop_messages(void)
{
    free(regfi_log_get_str());
}

static void enter(struct level *level, const REGFI_NK *key)
{
    *level = (struct level){key, 0, regfi_fetch_num_subkeys(key)};
}

static void check_place(REGFI_FILE *file, const REGFI_NK *parent,
                        const REGFI_NK *key)
{
    const REGFI_NK *up = regfi_get_parentkey(file, key);
    uint32_t index;

    if (up != NULL)
        regfi_free_record(file, up);
    if (key->name != NULL)
        (void)regfi_find_subkey(file, parent, key->name, &index);
}

static void walk(REGFI_FILE *file, const REGFI_NK *root)
{
    struct level path[DEPTH_MOST];
    size_t depth = 1, keys_left = KEYS_MOST, values_left = VALUES_MOST;

    read_key(file, root, &values_left);
    enter(&path[0], root);
    while (depth > 0) {
        struct level *top = &path[depth - 1];
        drop_messages();
        if (top->next >= top->count || keys_left == 0) {
            regfi_free_record(file, top->key);
            depth--;
            continue;
        }
        keys_left--;
        const REGFI_NK *key = regfi_get_subkey(file, top->key, top->next++);
        if (key == NULL)
            continue;
        read_key(file, key, &values_left);
        check_place(file, top->key, key);
        if (depth < DEPTH_MOST)
            enter(&path[depth++], key);
        else
            regfi_free_record(file, key);
    }
}

static void iterate(REGFI_FILE *file)
{
    REGFI_ITERATOR *it = regfi_iterator_new(file);
    size_t steps = KEYS_MOST;

    if (it == NULL)
        return;
    for (bool more = regfi_iterator_first_subkey(it); more && steps > 0;
         more = regfi_iterator_next_subkey(it), steps--) {
        const REGFI_NK *key = regfi_iterator_cur_subkey(it);
        if (key != NULL)
            regfi_free_record(file, key);
        if (!regfi_iterator_down(it))
            continue;
        for (bool value = regfi_iterator_first_value(it); value && steps > 0;
             value = regfi_iterator_next_value(it), steps--) {
            const REGFI_VK *vk = regfi_iterator_cur_value(it);
            if (vk != NULL)
                regfi_free_record(file, vk);
        }
        (void)regfi_iterator_up(it);
    }
    drop_messages();
    regfi_iterator_free(it);
}

void regfi_walk_all(struct hp_span image)
{
    static bool begun;

    /* The library asks for thread-specific data before it has a key for it;
     * key 0 is then somebody else's, e.g. a sanitizer's. */
    if (!begun)
        regfi_init();
    begun = true;
    char path[MEMORY_FILE_PATH];
    int made = memory_file_open(path, image.ptr, image.len);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    REGFI_FILE *file = fd < 0 ? NULL : regfi_alloc(fd, REGFI_ENCODING_UTF8);

    drop_messages();
    if (file != NULL) {
        const REGFI_NK *root = regfi_get_rootkey(file);
        if (root != NULL)
            walk(file, root);
        iterate(file);
        regfi_free(file);
    }
    if (fd >= 0)
        (void)close(fd);
    memory_file_close(made);
}
