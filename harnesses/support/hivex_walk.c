/* SPDX-License-Identifier: Apache-2.0 */
#include "hivex_walk.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "hivex_handle.h"
#include "memory_file.h"

/* A hostile hive may name a key any number of times. */
#define NODES_MOST 2000
#define VALUES_MOST 20000
#define VISITS_MOST 1000
#define VISITS_FEW 50
#define VISITS_DEEP 64
#define TEXT_FEW 256
#define TEXT_MANY (64 << 10)

/* Where a key's cell has the offset of its list of values, from here on. */
#define NK_VALUES 44
#define BINS 0x1000

/* What is large takes hivex and its sanitizers long and seldom shows more: the
 * mutator of libFuzzer goes by this. */
extern const size_t hp_mutator_small;
extern const unsigned hp_mutator_grows;
const size_t hp_mutator_small = (size_t)8 << 10;
const unsigned hp_mutator_grows = 1;

/* How much of a hive is read. */
struct extent {
    size_t keys, values;
    size_t of_key; /* subkeys and values of one key */
    /* A key with more of them is passed over: each call would make a list of
     * all. */
    size_t elements;
    size_t text; /* bytes of data that is asked for its strings, at most */
    bool all;    /* every question is asked of each handle */
};
static const struct extent few = {6, 6, 2, 300, TEXT_FEW, false};
static const struct extent many = {160, 320, 160, SIZE_MAX, TEXT_FEW, true};
static const struct extent everything = {NODES_MOST, VALUES_MOST, VALUES_MOST,
                                         SIZE_MAX,   SIZE_MAX,    true};

struct hivex_walk {
    hive_h *hive;
    const struct hivex_cells *cells; /* NULL: not known */
    struct extent left;
    hive_node_h nodes[NODES_MOST]; /* those that were found */
    size_t count;
    uint64_t turn; /* what chooses */
};

/* The next choice: 32 bits. */
static uint32_t choose(struct hivex_walk *walk)
{
    walk->turn = fuzz_hash(walk->turn, NULL, 0);
    return (uint32_t)(walk->turn >> 32);
}

/* One time in `times`, or always. */
static bool is_turn(struct hivex_walk *walk, uint32_t times)
{
    return walk->left.all || choose(walk) % times == 0;
}

/* The questions for a handle: of all every second or fourth one. */
static uint32_t questions(struct hivex_walk *walk, bool seldom)
{
    if (walk->left.all)
        return HIVEX_ASK_ALL;
    uint32_t some = choose(walk);
    return seldom ? some & choose(walk) & choose(walk) : some;
}

/* A file of each size that is common: none has to be cut, and written through
 * memory none costs a call of the system. The first is for all others. */
#define FILES 9
#define FILE_UNIT 0x1000

static struct {
    char path[MEMORY_FILE_PATH];
    int file;
    uint8_t *bytes; /* NULL: of the first */
} files[FILES];

static void make_files(void)
{
    static const uint8_t nothing[(FILES - 1) * FILE_UNIT];

    for (size_t i = 0; i < FILES; i++) {
        size_t size = i * FILE_UNIT;
        files[i].file = memory_file_open(files[i].path, nothing, size);
        if (i > 0)
            files[i].bytes = memory_file_share(files[i].file, size);
    }
}

static const char *path_of(struct hp_span image)
{
    size_t units = image.len / FILE_UNIT;

    if (image.len % FILE_UNIT != 0 || units >= FILES)
        units = 0;
    if (units > 0)
        memcpy(files[units].bytes, image.ptr, image.len);
    else
        memory_file_put(files[0].file, image.ptr, image.len);
    return files[units].path;
}

/* The C library unloads a conversion that nobody has open any more, and loads
 * it from disk again for the next hive. What can be reached is no leak. */
static volatile iconv_t kept[4];

static void keep_conversions(void)
{
    static const char *const sets[] = {"LATIN1", "UTF-16LE"};

    for (size_t i = 0; i < 2; i++) {
        kept[2 * i] = iconv_open("UTF-8", sets[i]);
        kept[2 * i + 1] = iconv_open(sets[i], "UTF-8");
    }
}

/* Before the first input, which would else cover more than the next. */
__attribute__((constructor)) static void prepare(void)
{
    make_files();
    keep_conversions();
}

hive_h *hivex_walk_open(struct hp_span image, int flags)
{
    return hivex_open(path_of(image), flags);
}

int hivex_walk_flags(uint64_t hash)
{
    int flags = 0;

    if (!fuzz_once_in(16, 1, hash))
        flags |= HIVEX_OPEN_WRITE;
    if (fuzz_once_in(4, 2, hash))
        flags |= HIVEX_OPEN_UNSAFE;
    if (fuzz_once_in(2048, 3, hash))
        flags |= HIVEX_OPEN_VERBOSE;
    if (fuzz_once_in(2048, 4, hash))
        flags |= HIVEX_OPEN_DEBUG;
    return flags;
}

/* Reads each byte: a sanitizer sees one that is not there. */
static void touch(const void *bytes, size_t size)
{
    volatile uint64_t sink = fuzz_hash(0, bytes, bytes == NULL ? 0 : size);

    (void)sink;
}

/* ---- a key ------------------------------------------------------------- */

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

/* A look-up goes through all values, so one of them is looked up. */
static void find_value(struct hivex_walk *walk, hive_node_h node,
                       const hive_value_h *values, size_t count)
{
    if (count == 0 || !has_names(walk->hive, values))
        return;
    char *key = hivex_value_key(walk->hive, values[choose(walk) % count]);
    FUZZ_CHECK(key == NULL || hivex_node_get_value(walk->hive, node, key) != 0,
               "4: a value by its name");
    free(key);
}

static void read_value(struct hivex_walk *walk, hive_value_h value)
{
    hivex_handle_value(walk->hive, walk->cells, value, true,
                       questions(walk, false), walk->left.text);
    if (!is_turn(walk, 8))
        return;
    hivex_handle_refused(walk->hive, walk->cells, value, questions(walk, true));
    /* A cell of data is a handle that hivex gave out. */
    size_t size, cell = hivex_value_data_cell_offset(walk->hive, value, &size);
    if (cell == 0)
        return;
    hivex_handle_value(walk->hive, walk->cells, cell, false,
                       questions(walk, false), walk->left.text);
    hivex_handle_refused(walk->hive, walk->cells, cell, questions(walk, true));
}

/* `said`: how many hivex says there are. */
static void read_values(struct hivex_walk *walk, hive_node_h node, size_t said)
{
    hive_value_h *values = hivex_node_values(walk->hive, node);
    size_t count = 0, most = walk->left.of_key;

    if (values == NULL)
        return;
    while (values[count] != 0)
        count++;
    size_t at = count > most ? choose(walk) % (count - most + 1) : 0;
    for (; most > 0 && values[at] != 0 && walk->left.values > 0; at++, most--) {
        walk->left.values--;
        read_value(walk, values[at]);
    }
    if (is_turn(walk, count < 8 ? 8 : 4 * (uint32_t)count))
        find_value(walk, node, values, count);
    FUZZ_CHECK(said == count, "2: values");
    FUZZ_CHECK(walk->cells == NULL || has_room(walk->cells, node, count),
               "7: a list of values");
    free(values);
}

static void find_nothing(hive_h *hive, hive_node_h node)
{
    (void)hivex_node_get_child(hive, node, "no such key");
    (void)hivex_node_get_value(hive, node, "no such value");
    (void)hivex_node_get_value(hive, node, "");
}

static void put(struct hivex_walk *walk, hive_node_h node)
{
    if (node == 0 || walk->count == walk->left.keys)
        return;
    for (size_t i = 0; i < walk->count; i++)
        if (walk->nodes[i] == node)
            return;
    walk->nodes[walk->count++] = node;
}

/* Its subkeys, from one of them on: there may be no room for all. */
static void put_children(struct hivex_walk *walk, hive_node_h node, size_t said)
{
    hive_node_h *children = hivex_node_children(walk->hive, node);
    size_t count = 0, most = walk->left.of_key;

    if (children == NULL)
        return;
    for (; children[count] != 0; count++)
        FUZZ_CHECK(walk->cells == NULL ||
                       hivex_cells_has(walk->cells, children[count], "nk"),
                   "6: a subkey");
    size_t first = count == 0 ? 0 : choose(walk) % count;
    for (size_t i = 0; i < count && i < most; i++)
        put(walk, children[(first + i) % count]);
    /* Opened unsafe, it is what the key says and not what its lists hold. */
    FUZZ_CHECK(walk->cells == NULL || said == count, "2: subkeys");
    if (count > 0 && is_turn(walk, count < 8 ? 8 : (uint32_t)count)) {
        char *name = hivex_node_name(walk->hive, children[first]);
        if (name != NULL)
            put(walk, hivex_node_get_child(walk->hive, node, name));
        free(name);
    }
    free(children);
}

static void read_node(struct hivex_walk *walk, hive_node_h node)
{
    hive_h *hive = walk->hive;
    size_t keys = hivex_node_nr_children(hive, node);
    size_t values = hivex_node_nr_values(hive, node);

    hivex_handle_key(hive, walk->cells, node, questions(walk, false));
    if (is_turn(walk, 8))
        hivex_handle_refused(hive, walk->cells, node, questions(walk, true));
    if (is_turn(walk, 2)) {
        hive_node_h parent = hivex_node_parent(hive, node);
        FUZZ_CHECK(parent == 0 || walk->cells == NULL ||
                       hivex_cells_has(walk->cells, parent, NULL),
                   "6: a parent");
        put(walk, parent);
    }
    /* Of a damaged key it is what the key says, not what its lists hold. */
    if (keys > walk->left.elements || values > walk->left.elements)
        return;
    if (is_turn(walk, 16))
        find_nothing(hive, node);
    if (is_turn(walk, 2))
        read_values(walk, node, values);
    if (walk->count < walk->left.keys || is_turn(walk, 4))
        put_children(walk, node, keys);
}

static const struct extent *extent_of(uint64_t hash)
{
    if (fuzz_asks(16384, 10, hash))
        return &everything;
    return fuzz_once_in(256, 6, hash) ? &many : &few;
}

void hivex_walk_all(hive_h *hive, const struct hivex_cells *cells,
                    uint64_t hash)
{
    static struct hivex_walk walk;

    walk.hive = hive;
    walk.cells = cells;
    walk.left = *extent_of(hash);
    walk.turn = hash;
    walk.count = 0;
    /* For strings of twice the size hivex takes four times as long. */
    while (walk.left.text < TEXT_MANY && choose(&walk) % 4 == 0)
        walk.left.text *= 2;
    (void)hivex_last_modified(hive);
    put(&walk, hivex_root(hive));
    FUZZ_CHECK(cells == NULL || walk.count == 1, "6: a root");
    for (size_t i = 0; i < walk.count; i++)
        read_node(&walk, walk.nodes[i]);
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
    hivex_handle_value(hive, NULL, handle, false, HIVEX_ASK_ALL, SIZE_MAX);
}

/* ---- hivex_visit ------------------------------------------------------- */

struct visit {
    size_t most, events, entered, left;
    hive_node_h open[VISITS_DEEP]; /* the keys above, as far as there is room */
};

static int count(void *opaque)
{
    struct visit *visit = opaque;

    return ++visit->events > visit->most ? -1 : 0;
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
                      int flags, size_t most)
{
    struct visit visit = {.most = most};
    int result = hivex_visit(hive, visitor, sizeof *visitor, &visit, flags);

    FUZZ_CHECK(visit.events <= most + 1, "5: it stops");
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

    const int skip = HIVEX_VISIT_SKIP_BAD;
    /* Any callback is once the one that ends it, of small hives, too. */
    size_t early = (hash >> 8) % (1 + (hash >> 16) % VISITS_FEW);

    if (fuzz_asks(1024, 11, hash))
        run_visit(hive, &by_type, 0, VISITS_MOST);
    if (fuzz_asks(64, 5, hash))
        run_visit(hive, &by_type, 0, early);
    if (fuzz_asks(128, 7, hash))
        run_visit(hive, &by_type, skip, early);
    if (fuzz_asks(256, 8, hash))
        run_visit(hive, &any, 0, early);
    if (fuzz_asks(256, 9, hash))
        run_visit(hive, &any, skip, early);
}
