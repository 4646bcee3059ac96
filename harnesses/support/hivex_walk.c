/* SPDX-License-Identifier: Apache-2.0 */
#include "hivex_walk.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "hivex_handle.h"
#include "memory_file.h"

/* A hostile hive may name a key any number of times. */
#define NODES_MOST 2000
#define VALUES_MOST 20000
#define VISITS_MOST 1000
#define VISITS_DEEP 64

/* Where a key's cell has the offset of its list of values, from here on. */
#define NK_VALUES 44
#define BINS 0x1000

/* A key with more subkeys or values is mostly passed over: each call would make
 * a list of all. */
#define ELEMENTS_MOST 500

struct hivex_walk {
    hive_node_h nodes[NODES_MOST]; /* a queue of those that are to be read */
    size_t count, most;
    size_t values;                   /* as many may still be read */
    size_t elements;                 /* keys with more are passed over */
    uint64_t turn;                   /* which of many are looked up */
    const struct hivex_cells *cells; /* NULL: not known */
};

hive_h *hivex_walk_open(struct hp_span image, int flags)
{
    static char path[MEMORY_FILE_PATH];
    static int file = -1;

    if (file < 0)
        file = memory_file_open(path, image.ptr, image.len);
    else
        memory_file_put(file, image.ptr, image.len);
    return hivex_open(path, flags);
}

int hivex_walk_flags(uint64_t hash)
{
    int flags = 0;

    if (!fuzz_once_in(8, 1, hash))
        flags |= HIVEX_OPEN_WRITE;
    if (fuzz_once_in(4, 2, hash))
        flags |= HIVEX_OPEN_UNSAFE;
    if (fuzz_once_in(256, 3, hash))
        flags |= HIVEX_OPEN_VERBOSE;
    if (fuzz_once_in(256, 4, hash))
        flags |= HIVEX_OPEN_DEBUG;
    return flags;
}

/* Reads each byte: a sanitizer sees one that is not there. */
static void touch(const void *bytes, size_t size)
{
    volatile uint64_t sink = fuzz_hash(0, bytes, bytes == NULL ? 0 : size);

    (void)sink;
}

/* ---- a value ---------------------------------------------------------------
 */

static void read_strings(hive_h *hive, hive_value_h value)
{
    char *string = hivex_value_string(hive, value);
    char **strings = hivex_value_multiple_strings(hive, value);

    if (string != NULL)
        touch(string, strlen(string));
    free(string);
    for (size_t i = 0; strings != NULL && strings[i] != NULL; i++) {
        touch(strings[i], strlen(strings[i]));
        free(strings[i]);
    }
    free(strings);
    (void)hivex_value_dword(hive, value);
    (void)hivex_value_qword(hive, value);
}

/* `genuine`: the handle is one of a list of values; `strings`: it is read as
 * each type, too. */
static void read_value(hive_h *hive, hive_value_h value, bool genuine,
                       bool strings)
{
    hive_type type, again;
    size_t declared = 0, size = 0, cell = 0;
    char *key = hivex_value_key(hive, value);
    size_t key_size = hivex_value_key_len(hive, value);
    int typed = hivex_value_type(hive, value, &type, &declared);
    char *bytes = hivex_value_value(hive, value, &again, &size);

    if (key != NULL) {
        touch(key, key_size);
        FUZZ_CHECK(!genuine || strlen(key) <= key_size, "3: a key's length");
    }
    if (bytes != NULL) {
        touch(bytes, size);
        FUZZ_CHECK(!genuine || (typed == 0 && type == again), "3: a type");
        FUZZ_CHECK(!genuine || size <= declared, "3: a value's size");
    }
    free(key);
    free(bytes);
    if (strings)
        read_strings(hive, value);
    (void)hivex_value_struct_length(hive, value);
    (void)hivex_value_data_cell_offset(hive, value, &cell);
}

/* ---- a node
 * ------------------------------------------------------------------ */

/* A look-up ends at the first value that it cannot name. */
static bool has_names(hive_h *hive, const hive_value_h *values)
{
    bool all = true;

    for (size_t i = 0; values[i] != 0 && all; i++) {
        char *key = hivex_value_key(hive, values[i]);
        all = key != NULL;
        free(key);
    }
    return all;
}

/* True if the key's list of values has room for `count`. */
static bool has_room(const struct hivex_cells *cells, hive_node_h node,
                     size_t count)
{
    /* Read past the image it is a sanitizer's find. */
    if (count == 0 || cells->image.len - node < NK_VALUES + 4)
        return true;
    size_t list = hp_at_u32(cells->image, node + NK_VALUES);

    list += BINS;
    return hivex_cells_has(cells, list, NULL) &&
           count <= hivex_cells_size(cells, list) / 4 - 1;
}

static void check_handle(hive_h *hive, const struct hivex_walk *walk,
                         size_t handle, bool wanted)
{
    if (wanted && walk->cells != NULL)
        hivex_handle_check(hive, walk->cells, handle);
}

/* A look-up goes through all values, so one of them is looked up. */
static void find_value(hive_h *hive, hive_node_h node,
                       const hive_value_h *values, size_t count, uint64_t turn)
{
    if (count == 0 || !has_names(hive, values))
        return;
    char *key = hivex_value_key(hive, values[turn % count]);
    FUZZ_CHECK(hivex_node_get_value(hive, node, key) != 0,
               "4: a value by its name");
    free(key);
}

static void read_values(hive_h *hive, hive_node_h node, struct hivex_walk *walk)
{
    hive_value_h *values = hivex_node_values(hive, node);
    size_t count = 0;

    if (values == NULL)
        return;
    for (; values[count] != 0; count++) {
        size_t size, cell;
        if (walk->values == 0)
            continue;
        walk->values--;
        bool turn = (count + walk->turn) % 4 == 0;
        check_handle(hive, walk, values[count], turn);
        read_value(hive, values[count], true, turn);
        /* A cell of data is a handle that hivex gave out. */
        cell = hivex_value_data_cell_offset(hive, values[count], &size);
        check_handle(hive, walk, cell, turn && cell != 0);
        if (cell != 0 && turn)
            read_value(hive, cell, false, true);
    }
    find_value(hive, node, values, count, walk->turn);
    FUZZ_CHECK(hivex_node_nr_values(hive, node) == count, "2: values");
    FUZZ_CHECK(walk->cells == NULL || has_room(walk->cells, node, count),
               "7: a list of values");
    free(values);
}

static void read_node(hive_h *hive, hive_node_h node)
{
    char *name = hivex_node_name(hive, node);
    size_t size = hivex_node_name_len(hive, node);

    if (name != NULL) {
        touch(name, size);
        FUZZ_CHECK(strlen(name) <= size, "3: a name's length");
    }
    free(name);
    (void)hivex_node_timestamp(hive, node);
    (void)hivex_node_struct_length(hive, node);
}

static void find_nothing(hive_h *hive, hive_node_h node)
{
    (void)hivex_node_get_child(hive, node, "no such key");
    (void)hivex_node_get_value(hive, node, "no such value");
    (void)hivex_node_get_value(hive, node, "");
}

static void put(struct hivex_walk *walk, hive_node_h node)
{
    for (size_t i = 0; i < walk->count; i++)
        if (walk->nodes[i] == node)
            return;
    if (walk->count < walk->most && node != 0)
        walk->nodes[walk->count++] = node;
}

static void put_children(struct hivex_walk *walk, hive_h *hive,
                         hive_node_h node)
{
    hive_node_h *children = hivex_node_children(hive, node);
    size_t count = 0, said = hivex_node_nr_children(hive, node);

    if (children == NULL)
        return;
    for (; children[count] != 0; count++) {
        FUZZ_CHECK(walk->cells == NULL ||
                       hivex_cells_has(walk->cells, children[count], "nk"),
                   "6: a subkey");
        put(walk, children[count]);
    }
    /* Opened unsafe, it is what the key says and not what its lists hold. */
    FUZZ_CHECK(walk->cells == NULL || said == count, "2: subkeys");
    char *name =
        count == 0 ? NULL : hivex_node_name(hive, children[walk->turn % count]);
    if (name != NULL)
        put(walk, hivex_node_get_child(hive, node, name));
    free(name);
    free(children);
}

void hivex_walk_all(hive_h *hive, const struct hivex_cells *cells,
                    uint64_t hash)
{
    static struct hivex_walk walk;
    bool everything = fuzz_once_in(16, 6, hash);

    walk.count = 0;
    walk.most = everything ? NODES_MOST : NODES_MOST / 40;
    walk.values = everything ? VALUES_MOST : VALUES_MOST / 200;
    walk.elements = everything ? SIZE_MAX : ELEMENTS_MOST;
    walk.turn = hash >> 32;
    (void)hivex_last_modified(hive);
    walk.cells = cells;
    put(&walk, hivex_root(hive));
    FUZZ_CHECK(cells == NULL || walk.count == 1, "6: a root");
    for (size_t i = 0; i < walk.count; i++) {
        hive_node_h node = walk.nodes[i];
        check_handle(hive, &walk, node, true);
        read_node(hive, node);
        put(&walk, hivex_node_parent(hive, node));
        /* Of a damaged key it is what the key says, not what its lists hold. */
        if (hivex_node_nr_children(hive, node) > walk.elements ||
            hivex_node_nr_values(hive, node) > walk.elements)
            continue;
        if ((i + walk.turn) % 8 == 0)
            find_nothing(hive, node);
        read_values(hive, node, &walk);
        put_children(&walk, hive, node);
    }
}

void hivex_walk_made_up(hive_h *hive, size_t handle)
{
    hive_node_h *children = hivex_node_children(hive, handle);
    hive_value_h *values = hivex_node_values(hive, handle);

    free(children);
    free(values);
    free(hivex_node_name(hive, handle));
    (void)hivex_node_name_len(hive, handle);
    (void)hivex_node_timestamp(hive, handle);
    (void)hivex_node_struct_length(hive, handle);
    (void)hivex_node_nr_children(hive, handle);
    (void)hivex_node_nr_values(hive, handle);
    (void)hivex_node_parent(hive, handle);
    (void)hivex_node_get_child(hive, handle, "a");
    (void)hivex_node_get_value(hive, handle, "a");
    read_value(hive, handle, false, true);
}

/* ---- hivex_visit
 * --------------------------------------------------------------- */

struct visit {
    size_t events, entered, left;
    hive_node_h open[VISITS_DEEP]; /* the keys above, as far as there is room */
};

static int count(void *opaque)
{
    struct visit *visit = opaque;

    return ++visit->events > VISITS_MOST ? -1 : 0;
}

static int on_start(hive_h *hive, void *opaque, hive_node_h node,
                    const char *name)
{
    struct visit *visit = opaque;
    size_t depth = visit->entered - visit->left;

    (void)hive;
    touch(name, strlen(name));
    for (size_t i = 0; i < depth && i < VISITS_DEEP; i++)
        FUZZ_CHECK(visit->open[i] != node, "5: a key below itself");
    if (depth < VISITS_DEEP)
        visit->open[depth] = node;
    visit->entered++;
    return count(opaque);
}

static int on_end(hive_h *hive, void *opaque, hive_node_h node,
                  const char *name)
{
    struct visit *visit = opaque;

    (void)hive;
    (void)node;
    touch(name, strlen(name));
    FUZZ_CHECK(++visit->left <= visit->entered, "5: entered before left");
    return count(opaque);
}

static int on_text(hive_h *hive, void *opaque, hive_node_h node,
                   hive_value_h value, hive_type type, size_t size,
                   const char *key, const char *text)
{
    (void)hive;
    (void)node;
    (void)value;
    (void)type;
    (void)size;
    touch(key, strlen(key));
    touch(text, text == NULL ? 0 : strlen(text));
    return count(opaque);
}

static int on_texts(hive_h *hive, void *opaque, hive_node_h node,
                    hive_value_h value, hive_type type, size_t size,
                    const char *key, char **texts)
{
    for (size_t i = 0; texts[i] != NULL; i++)
        touch(texts[i], strlen(texts[i]));
    return on_text(hive, opaque, node, value, type, size, key, NULL);
}

static int on_bytes(hive_h *hive, void *opaque, hive_node_h node,
                    hive_value_h value, hive_type type, size_t size,
                    const char *key, const char *bytes)
{
    touch(bytes, size);
    return on_text(hive, opaque, node, value, type, size, key, NULL);
}

static int on_dword(hive_h *hive, void *opaque, hive_node_h node,
                    hive_value_h value, hive_type type, size_t size,
                    const char *key, int32_t number)
{
    (void)number;
    return on_text(hive, opaque, node, value, type, size, key, NULL);
}

static int on_qword(hive_h *hive, void *opaque, hive_node_h node,
                    hive_value_h value, hive_type type, size_t size,
                    const char *key, int64_t number)
{
    (void)number;
    return on_text(hive, opaque, node, value, type, size, key, NULL);
}

static void run_visit(hive_h *hive, const struct hivex_visitor *visitor,
                      int flags)
{
    struct visit visit = {.events = 0};
    int result = hivex_visit(hive, visitor, sizeof *visitor, &visit, flags);

    FUZZ_CHECK(visit.events <= VISITS_MOST + 1, "5: it stops");
    /* A bad node that is skipped is not left. */
    FUZZ_CHECK(result != 0 || flags != 0 || visit.entered == visit.left,
               "5: all left");
}

void hivex_walk_visit(hive_h *hive, uint64_t hash)
{
    static const struct hivex_visitor by_type = {
        .node_start = on_start,
        .node_end = on_end,
        .value_string = on_text,
        .value_multiple_strings = on_texts,
        .value_string_invalid_utf16 = on_bytes,
        .value_dword = on_dword,
        .value_qword = on_qword,
        .value_binary = on_bytes,
        .value_none = on_bytes,
        .value_other = on_bytes,
    };
    static const struct hivex_visitor any = {
        .node_start = on_start, .node_end = on_end, .value_any = on_bytes};

    if (fuzz_once_in(4, 5, hash))
        run_visit(hive, &by_type, 0);
    else if (fuzz_once_in(4, 7, hash))
        run_visit(hive, &by_type, HIVEX_VISIT_SKIP_BAD);
    else if (fuzz_once_in(8, 8, hash))
        run_visit(hive, &any,
                  fuzz_once_in(2, 9, hash) ? HIVEX_VISIT_SKIP_BAD : 0);
}
