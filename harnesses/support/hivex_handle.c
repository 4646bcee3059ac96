/* SPDX-License-Identifier: Apache-2.0 */
#include "hivex_handle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_asked(uint32_t asked, unsigned question)
{
    return (asked >> question & 1) != 0;
}

/* Reads each byte: a sanitizer sees one that is not there. */
static void touch(const void *bytes, size_t size)
{
    volatile uint64_t sink = fuzz_hash(0, bytes, bytes == NULL ? 0 : size);

    (void)sink;
}

/* True if the name of the record at `handle` lies in its cell, as far as is
 * known. */
static bool name_fits(const struct hivex_cells *cells, size_t handle,
                      size_t length, size_t name)
{
    if (cells == NULL)
        return true;
    size_t size = hivex_cells_size(cells, handle);
    return size >= name &&
           hp_at_u16(cells->image, handle + length) <= size - name;
}

/* ---- what refuses ------------------------------------------------------ */

/* FUZZ_CHECK of question number `question`. */
#define REFUSES(question, condition, what)                                     \
    FUZZ_CHECK(!is_asked(asked, question) || (condition), what)

static void refuse_key(hive_h *hive, size_t handle, uint32_t asked)
{
    REFUSES(0, hivex_node_name(hive, handle) == NULL, "8: no key: name");
    REFUSES(1, hivex_node_name_len(hive, handle) == 0, "8: no key: name_len");
    REFUSES(2, hivex_node_timestamp(hive, handle) == -1, "8: no key: time");
    REFUSES(3, hivex_node_struct_length(hive, handle) == 0, "8: no key: size");
    REFUSES(4, hivex_node_children(hive, handle) == NULL, "8: no key: keys");
    REFUSES(5, hivex_node_nr_children(hive, handle) == 0, "8: no key: count");
    REFUSES(6, hivex_node_values(hive, handle) == NULL, "8: no key: values");
    REFUSES(7, hivex_node_nr_values(hive, handle) == 0, "8: no key: values");
    REFUSES(8, hivex_node_parent(hive, handle) == 0, "8: no key: parent");
    REFUSES(9, hivex_node_get_child(hive, handle, "a") == 0, "8: no key: key");
    REFUSES(10, hivex_node_get_value(hive, handle, "a") == 0,
            "8: no key: value");
}

static bool has_no_data_cell(hive_h *hive, size_t handle)
{
    size_t size;

    errno = 0;
    return hivex_value_data_cell_offset(hive, handle, &size) == 0 && errno != 0;
}

static void refuse_value(hive_h *hive, size_t handle, uint32_t asked)
{
    hive_type type;
    size_t size;

    REFUSES(0, hivex_value_key(hive, handle) == NULL, "8: no value: key");
    REFUSES(1, hivex_value_key_len(hive, handle) == 0, "8: no value: key_len");
    REFUSES(2, hivex_value_type(hive, handle, &type, &size) == -1,
            "8: no value: type");
    REFUSES(3, hivex_value_value(hive, handle, &type, &size) == NULL,
            "8: no value: data");
    REFUSES(4, hivex_value_string(hive, handle) == NULL, "8: no value: string");
    REFUSES(5, hivex_value_multiple_strings(hive, handle) == NULL,
            "8: no value: strings");
    REFUSES(6, hivex_value_dword(hive, handle) == -1, "8: no value: dword");
    REFUSES(7, hivex_value_qword(hive, handle) == -1, "8: no value: qword");
    REFUSES(8, hivex_value_struct_length(hive, handle) == 0,
            "8: no value: size");
    REFUSES(9, has_no_data_cell(hive, handle), "8: no value: cell");
}

/* ---- a key ------------------------------------------------------------- */

static void check_name(hive_h *hive, const struct hivex_cells *cells,
                       hive_node_h node)
{
    char *name = hivex_node_name(hive, node);
    size_t size = hivex_node_name_len(hive, node);
    bool named = name != NULL;

    if (named) {
        touch(name, size);
        FUZZ_CHECK(strlen(name) <= size, "3: a name's length");
    }
    free(name);
    FUZZ_CHECK(!named || name_fits(cells, node, NK_NAME_LENGTH, NK_NAME),
               "7: a key's name");
    FUZZ_CHECK(cells == NULL || size == 0 || named, "7: a key's name's length");
}

void hivex_handle_key(hive_h *hive, const struct hivex_cells *cells,
                      hive_node_h node, uint32_t asked)
{
    FUZZ_CHECK(cells == NULL || hivex_cells_has(cells, node, NULL),
               "6: a handle");
    if (cells != NULL && !hivex_cells_has(cells, node, "nk")) {
        refuse_key(hive, node, asked);
        return;
    }
    if (is_asked(asked, 0))
        check_name(hive, cells, node);
    FUZZ_CHECK(!is_asked(asked, 1) ||
                   hivex_node_struct_length(hive, node) == 0 ||
                   name_fits(cells, node, NK_NAME_LENGTH, NK_NAME),
               "7: a key's length");
    FUZZ_CHECK(!is_asked(asked, 2) || hivex_node_timestamp(hive, node) >= -1 ||
                   cells == NULL,
               "7: a time");
}

/* ---- a value ----------------------------------------------------------- */

static void check_value_name(hive_h *hive, const struct hivex_cells *cells,
                             hive_value_h value, bool genuine)
{
    char *key = hivex_value_key(hive, value);
    size_t size = hivex_value_key_len(hive, value);
    bool named = key != NULL;

    if (named) {
        touch(key, size);
        FUZZ_CHECK(!genuine || strlen(key) <= size, "3: a key's length");
    }
    free(key);
    FUZZ_CHECK(!named || name_fits(cells, value, VK_NAME_LENGTH, VK_NAME),
               "7: a value's name");
    FUZZ_CHECK(cells == NULL || size == 0 || named,
               "7: a value's name's length");
}

/* True if the data of the vk at `value` is as long as it says, as far as is
 * known. */
static bool data_fits(const struct hivex_cells *cells, hive_value_h value)
{
    if (cells == NULL || hivex_cells_size(cells, value) < VK_NAME)
        return true;
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
                       hive_value_h value, bool genuine)
{
    hive_type type, again;
    size_t declared = 0, size = 0;
    int typed = hivex_value_type(hive, value, &type, &declared);
    char *bytes = hivex_value_value(hive, value, &again, &size);

    if (bytes == NULL)
        return;
    touch(bytes, size);
    free(bytes);
    FUZZ_CHECK(!genuine || (typed == 0 && type == again), "3: a type");
    FUZZ_CHECK(!genuine || size <= declared, "3: a value's size");
    FUZZ_CHECK(data_fits(cells, value), "7: data");
}

static void check_data_cell(hive_h *hive, const struct hivex_cells *cells,
                            hive_value_h value)
{
    errno = 0;
    size_t cell = hivex_value_data_cell_offset(hive, value, NULL);
    if (cells == NULL || hivex_cells_size(cells, value) < VK_NAME)
        return;
    bool is_inline =
        hp_at_u32(cells->image, value + VK_DATA_SIZE) >= INLINE_BIT;
    FUZZ_CHECK(cell == 0 || hivex_cells_has(cells, cell, NULL), "6: data");
    FUZZ_CHECK(errno != 0 || !is_inline || data_fits(cells, value),
               "7: inline data");
}

static bool is_text(hive_h *hive, hive_value_h value)
{
    char *text = hivex_value_string(hive, value);
    bool given = text != NULL;

    if (given)
        touch(text, strlen(text));
    free(text);
    return given;
}

static bool are_texts(hive_h *hive, hive_value_h value)
{
    char **texts = hivex_value_multiple_strings(hive, value);
    bool given = texts != NULL;

    for (size_t i = 0; given && texts[i] != NULL; i++) {
        touch(texts[i], strlen(texts[i]));
        free(texts[i]);
    }
    free(texts);
    return given;
}

/* A function that gives one type gives no other. */
static void check_type(hive_h *hive, const struct hivex_cells *cells,
                       hive_value_h value, uint32_t asked, size_t most)
{
    hive_type type;
    size_t size = 0;
    bool typed = hivex_value_type(hive, value, &type, &size) == 0;
    bool small = size <= most;
    bool text = small && is_asked(asked, 4) && is_text(hive, value);
    bool texts = small && is_asked(asked, 5) && are_texts(hive, value);
    bool dword = is_asked(asked, 6) && hivex_value_dword(hive, value) != -1;
    bool qword = is_asked(asked, 7) && hivex_value_qword(hive, value) != -1;

    if (!typed || cells == NULL)
        return;
    FUZZ_CHECK(!text || type == hive_t_string || type == hive_t_expand_string ||
                   type == hive_t_link,
               "8: no string");
    FUZZ_CHECK(!texts || type == hive_t_multiple_strings, "8: no strings");
    FUZZ_CHECK(!dword || type == hive_t_dword || type == hive_t_dword_be,
               "8: no dword");
    FUZZ_CHECK(!qword || type == hive_t_qword, "8: no qword");
}

void hivex_handle_value(hive_h *hive, const struct hivex_cells *cells,
                        hive_value_h value, bool genuine, uint32_t asked,
                        size_t text)
{
    FUZZ_CHECK(cells == NULL || hivex_cells_has(cells, value, NULL),
               "6: a handle");
    if (cells != NULL && !hivex_cells_has(cells, value, "vk")) {
        refuse_value(hive, value, asked);
        return;
    }
    if (is_asked(asked, 0))
        check_value_name(hive, cells, value, genuine);
    if (is_asked(asked, 1))
        check_data(hive, cells, value, genuine);
    if (is_asked(asked, 2))
        check_data_cell(hive, cells, value);
    if (is_asked(asked, 3))
        (void)hivex_value_struct_length(hive, value);
    if ((asked & 0xf0) != 0)
        check_type(hive, cells, value, asked, text);
}

/* ---- as what it is not ------------------------------------------------- */

void hivex_handle_refused(hive_h *hive, const struct hivex_cells *cells,
                          size_t handle, uint32_t asked)
{
    if (cells == NULL || asked == 0)
        return;
    FUZZ_CHECK(hivex_cells_has(cells, handle, NULL), "6: a handle");
    if (!hivex_cells_has(cells, handle, "nk"))
        refuse_key(hive, handle, asked);
    if (!hivex_cells_has(cells, handle, "vk"))
        refuse_value(hive, handle, asked >> 16);
}
