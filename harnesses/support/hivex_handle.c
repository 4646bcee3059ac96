/* SPDX-License-Identifier: Apache-2.0 */
#include "hivex_handle.h"

#include <errno.h>
#include <stdlib.h>

#include "fuzz.h"

/* Offsets in a cell, its size field included. */
enum {
    NK_NAME_LENGTH = 76,
    NK_NAME = 80,
    VK_NAME_LENGTH = 6,
    VK_DATA_SIZE = 8,
    VK_DATA = 12,
    VK_NAME = 24
};
#define INLINE_BIT 0x80000000
#define BINS 0x1000

/* True if the name of the record at `handle` lies in its cell. */
static bool name_fits(const struct hivex_cells *cells, size_t handle,
                      size_t length, size_t name)
{
    size_t size = hivex_cells_size(cells, handle);

    return size >= name &&
           hp_at_u16(cells->image, handle + length) <= size - name;
}

static void check_key(hive_h *hive, const struct hivex_cells *cells,
                      hive_node_h node)
{
    bool fits = name_fits(cells, node, NK_NAME_LENGTH, NK_NAME);
    char *name = hivex_node_name(hive, node);
    hive_node_h parent = hivex_node_parent(hive, node);
    bool named = name != NULL;

    free(name);
    FUZZ_CHECK(!named || fits, "7: a key's name");
    FUZZ_CHECK(hivex_node_name_len(hive, node) == 0 || named,
               "7: a key's name's length");
    FUZZ_CHECK(hivex_node_struct_length(hive, node) == 0 || fits,
               "7: a key's length");
    FUZZ_CHECK(hivex_node_timestamp(hive, node) >= -1, "7: a time");
    FUZZ_CHECK(parent == 0 || hivex_cells_has(cells, parent, NULL),
               "6: a parent");
}

static void refuse_key(hive_h *hive, size_t handle)
{
    FUZZ_CHECK(hivex_node_name(hive, handle) == NULL, "8: no key: name");
    FUZZ_CHECK(hivex_node_name_len(hive, handle) == 0, "8: no key: name_len");
    FUZZ_CHECK(hivex_node_timestamp(hive, handle) == -1, "8: no key: time");
    FUZZ_CHECK(hivex_node_struct_length(hive, handle) == 0, "8: no key: size");
    FUZZ_CHECK(hivex_node_children(hive, handle) == NULL, "8: no key: keys");
    FUZZ_CHECK(hivex_node_nr_children(hive, handle) == 0, "8: no key: count");
    FUZZ_CHECK(hivex_node_values(hive, handle) == NULL, "8: no key: values");
    FUZZ_CHECK(hivex_node_nr_values(hive, handle) == 0, "8: no key: values");
    FUZZ_CHECK(hivex_node_parent(hive, handle) == 0, "8: no key: parent");
    FUZZ_CHECK(hivex_node_get_child(hive, handle, "a") == 0, "8: no key: key");
    FUZZ_CHECK(hivex_node_get_value(hive, handle, "a") == 0,
               "8: no key: value");
}

/* True if the data of the vk at `value` is as long as it says. */
static bool data_fits(const struct hivex_cells *cells, hive_value_h value)
{
    uint32_t size = hp_at_u32(cells->image, value + VK_DATA_SIZE);
    size_t cell = hp_at_u32(cells->image, value + VK_DATA);

    if (size >= INLINE_BIT)
        return size - INLINE_BIT <= 4;
    cell += BINS;
    return hivex_cells_has(cells, cell, "db") ||
           (hivex_cells_has(cells, cell, NULL) &&
            size <= hivex_cells_size(cells, cell) - 4);
}

static void check_data(hive_h *hive, const struct hivex_cells *cells,
                       hive_value_h value)
{
    hive_type type;
    size_t size;
    char *bytes = hivex_value_value(hive, value, &type, &size);
    bool given = bytes != NULL;
    bool is_inline =
        hp_at_u32(cells->image, value + VK_DATA_SIZE) >= INLINE_BIT;

    free(bytes);
    FUZZ_CHECK(!given || data_fits(cells, value), "7: data");
    errno = 0;
    size_t cell = hivex_value_data_cell_offset(hive, value, NULL);
    FUZZ_CHECK(cell == 0 || hivex_cells_has(cells, cell, NULL), "6: data");
    FUZZ_CHECK(errno != 0 || !is_inline || data_fits(cells, value),
               "7: inline data");
}

/* A function that gives one type gives no other. */
static void check_type(hive_h *hive, hive_value_h value)
{
    hive_type type;
    char *text = hivex_value_string(hive, value);
    char **texts = hivex_value_multiple_strings(hive, value);
    bool is_text = text != NULL, are_texts = texts != NULL;

    free(text);
    for (size_t i = 0; are_texts && texts[i] != NULL; i++)
        free(texts[i]);
    free(texts);
    if (hivex_value_type(hive, value, &type, NULL) != 0)
        return;
    FUZZ_CHECK(!is_text || type == hive_t_string ||
                   type == hive_t_expand_string || type == hive_t_link,
               "8: no string");
    FUZZ_CHECK(!are_texts || type == hive_t_multiple_strings, "8: no strings");
    if (type != hive_t_dword && type != hive_t_dword_be)
        FUZZ_CHECK(hivex_value_dword(hive, value) == -1, "8: no dword");
    if (type != hive_t_qword)
        FUZZ_CHECK(hivex_value_qword(hive, value) == -1, "8: no qword");
}

static void check_value(hive_h *hive, const struct hivex_cells *cells,
                        hive_value_h value)
{
    char *key = hivex_value_key(hive, value);
    bool named = key != NULL;

    free(key);
    FUZZ_CHECK(!named || name_fits(cells, value, VK_NAME_LENGTH, VK_NAME),
               "7: a value's name");
    FUZZ_CHECK(hivex_value_key_len(hive, value) == 0 || named,
               "7: a value's name's length");
    check_type(hive, value);
    if (hivex_cells_size(cells, value) >= VK_NAME)
        check_data(hive, cells, value);
}

static void refuse_value(hive_h *hive, size_t handle)
{
    hive_type type;
    size_t size;

    FUZZ_CHECK(hivex_value_key(hive, handle) == NULL, "8: no value: key");
    FUZZ_CHECK(hivex_value_key_len(hive, handle) == 0, "8: no value: key_len");
    FUZZ_CHECK(hivex_value_type(hive, handle, &type, &size) == -1,
               "8: no value: type");
    FUZZ_CHECK(hivex_value_value(hive, handle, &type, &size) == NULL,
               "8: no value: data");
    FUZZ_CHECK(hivex_value_string(hive, handle) == NULL, "8: no value: string");
    FUZZ_CHECK(hivex_value_multiple_strings(hive, handle) == NULL,
               "8: no value: strings");
    FUZZ_CHECK(hivex_value_dword(hive, handle) == -1, "8: no value: dword");
    FUZZ_CHECK(hivex_value_qword(hive, handle) == -1, "8: no value: qword");
    FUZZ_CHECK(hivex_value_struct_length(hive, handle) == 0,
               "8: no value: size");
    errno = 0;
    FUZZ_CHECK(hivex_value_data_cell_offset(hive, handle, &size) == 0 &&
                   errno != 0,
               "8: no value: cell");
}

void hivex_handle_check(hive_h *hive, const struct hivex_cells *cells,
                        size_t handle)
{
    FUZZ_CHECK(hivex_cells_has(cells, handle, NULL), "6: a handle");
    if (hivex_cells_has(cells, handle, "nk"))
        check_key(hive, cells, handle);
    else
        refuse_key(hive, handle);
    if (hivex_cells_has(cells, handle, "vk"))
        check_value(hive, cells, handle);
    else
        refuse_value(hive, handle);
}
