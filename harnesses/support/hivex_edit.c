/* SPDX-License-Identifier: Apache-2.0 */
#include "hivex_edit.h"

#include <hivex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "forge_run.h"
#include "hivex_walk.h"
#include "memory_file.h"
#include "native.h"
#include "tree.h"

#define KEYS 64
#define VALUES 16 /* of one key */
#define SET 4     /* values that one edit sets */
#define NAME 9
#define EDITS 64

struct edit_value {
    char name[NAME];
    uint32_t type;
    struct hp_span data;
};

struct edit_key {
    char name[NAME];
    size_t parent;
    bool deleted;
    hive_node_h node;
    struct edit_value values[VALUES];
    size_t count;
};

/* keys[0] is the root. */
struct editor {
    hive_h *hive;
    bool modelled;
    uint64_t hash; /* of the edits */
    struct fuzz_in in;
    struct edit_key keys[KEYS];
    size_t count;
};

static void read_name(char name[NAME], struct fuzz_in *in)
{
    size_t count = fuzz_u8(in) % NAME;

    memset(name, 0, NAME);
    for (size_t i = 0; i < count; i++)
        name[i] = (char)('A' + fuzz_u8(in) % 26);
}

static void read_value(struct edit_value *value, struct fuzz_in *in)
{
    read_name(value->name, in);
    value->type = fuzz_u8(in) % 12;
    value->data = fuzz_bytes(in, fuzz_u8(in));
}

/* ---- the model
 * --------------------------------------------------------------- */

static struct edit_key *find_key(struct editor *editor, size_t parent,
                                 const char *name)
{
    for (size_t i = 1; i < editor->count; i++) {
        struct edit_key *key = &editor->keys[i];
        if (!key->deleted && key->parent == parent &&
            strcasecmp(key->name, name) == 0)
            return key;
    }
    return NULL;
}

static struct edit_value *find_value(struct edit_key *key, const char *name)
{
    for (size_t i = 0; i < key->count; i++)
        if (strcasecmp(key->values[i].name, name) == 0)
            return &key->values[i];
    return NULL;
}

/* Keys are in the order of creation: a parent comes before its subkeys. */
static void delete_below(struct editor *editor, size_t top)
{
    editor->keys[top].deleted = true;
    for (size_t i = top + 1; i < editor->count; i++)
        if (editor->keys[editor->keys[i].parent].deleted)
            editor->keys[i].deleted = true;
}

/* ---- edits
 * --------------------------------------------------------------------- */

static void add_key(struct editor *editor, size_t parent)
{
    struct edit_key key = {.parent = parent};

    read_name(key.name, &editor->in);
    if (editor->count == KEYS || key.name[0] == '\0')
        return;
    key.node =
        hivex_node_add_child(editor->hive, editor->keys[parent].node, key.name);
    if (editor->modelled)
        FUZZ_CHECK((key.node != 0) ==
                       (find_key(editor, parent, key.name) == NULL),
                   "2: a key is added once");
    if (key.node != 0)
        editor->keys[editor->count++] = key;
}

static void delete_key(struct editor *editor, size_t at)
{
    int result = hivex_node_delete_child(editor->hive, editor->keys[at].node);

    if (editor->modelled)
        FUZZ_CHECK((result == 0) == (at != 0), "2: all but the root");
    if (result == 0)
        delete_below(editor, at);
}

static hive_set_value to_set(const struct edit_value *value)
{
    /* hivex takes them as not const and does not change them. */
    hive_set_value set = {.t = (hive_type)value->type, .len = value->data.len};

    memcpy(&set.key, &(const char *){value->name}, sizeof set.key);
    memcpy(&set.value, &value->data.ptr, sizeof set.value);
    if (set.value == NULL)
        set.value = set.key;
    return set;
}

static void set_value(struct editor *editor, struct edit_key *key)
{
    struct edit_value value;

    read_value(&value, &editor->in);
    struct edit_value *known = find_value(key, value.name);
    if (known == NULL && key->count == VALUES)
        return;
    hive_set_value set = to_set(&value);
    int result = hivex_node_set_value(editor->hive, key->node, &set, 0);
    if (editor->modelled)
        FUZZ_CHECK(result == 0, "2: a value is set");
    if (result != 0)
        return;
    if (known == NULL)
        known = &key->values[key->count++];
    *known = value;
}

static void set_values(struct editor *editor, struct edit_key *key)
{
    struct edit_key other = {.count = 0};
    hive_set_value sets[SET];
    size_t count = fuzz_u8(&editor->in) % SET;

    for (size_t i = 0; i < count; i++) {
        struct edit_value value;
        read_value(&value, &editor->in);
        /* What hivex does with a name twice is the caller's business. */
        if (find_value(&other, value.name) == NULL)
            other.values[other.count++] = value;
    }
    for (size_t i = 0; i < other.count; i++)
        sets[i] = to_set(&other.values[i]);
    int result =
        hivex_node_set_values(editor->hive, key->node, other.count, sets, 0);
    if (editor->modelled)
        FUZZ_CHECK(result == 0, "2: values are set");
    if (result != 0)
        return;
    memcpy(key->values, other.values, sizeof key->values);
    key->count = other.count;
}

static void edit_once(struct editor *editor)
{
    unsigned what = fuzz_u8(&editor->in) % 4;
    size_t at = fuzz_u8(&editor->in) % editor->count;
    struct edit_key *key = &editor->keys[at];

    if (key->deleted)
        return;
    if (what == 0)
        add_key(editor, at);
    else if (what == 1)
        delete_key(editor, at);
    else if (what == 2)
        set_value(editor, key);
    else
        set_values(editor, key);
}

/* ---- what is there after
 * -------------------------------------------------------- */

static bool is_named(struct hp_text text, const char *name)
{
    return hp_text_is_nocase(text, name);
}

static void compare_values(struct edit_key *key, const struct hp_tree_key *tree)
{
    const struct hp_tree_value *value;
    size_t count = 0;

    for (value = tree->values; value != NULL; value = value->next, count++) {
        struct edit_value *want = NULL;
        for (size_t i = 0; i < key->count; i++)
            if (is_named(value->name, key->values[i].name))
                want = &key->values[i];
        FUZZ_CHECK(want != NULL, "4: a value that was set");
        FUZZ_CHECK(value->type == want->type, "4: its type");
        FUZZ_CHECK(value->data.size == want->data.len, "4: its size");
        FUZZ_CHECK(
            want->data.len == 0 ||
                memcmp(value->data.ptr, want->data.ptr, want->data.len) == 0,
            "4: its data");
    }
    FUZZ_CHECK(count == key->count, "4: every value");
}

static const struct hp_tree_key *child(const struct hp_tree_key *key,
                                       const char *name)
{
    const struct hp_tree_key *one = key->subkeys;

    while (one != NULL && !is_named(one->name, name))
        one = one->next;
    return one;
}

static void compare(struct editor *editor, const struct hp_tree *tree)
{
    const struct hp_tree_key *found[KEYS] = {tree->root};
    size_t count = 0;

    for (size_t i = 0; i < editor->count; i++) {
        struct edit_key *key = &editor->keys[i];
        if (key->deleted)
            continue;
        if (i > 0)
            found[i] = child(found[key->parent], key->name);
        FUZZ_CHECK(found[i] != NULL, "4: a key that was added");
        compare_values(key, found[i]);
        count++;
    }
    FUZZ_CHECK(tree->keys == count, "4: no other key");
}

static void check_native(struct editor *editor, struct hp_span image)
{
    struct hp_input input = {.size = sizeof input,
                             .mode = HP_MODE_STRICT,
                             .image = image.ptr,
                             .image_size = image.len};
    struct fuzz_memory memory = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_tree tree;
    struct hp_sink sink;

    hp_tree_begin(&tree, &arena, &sink);
    uint32_t result = hp_backend_native.walk(&input, &sink);
    FUZZ_CHECK(result == HP_WALK_DONE, "4: a sound hive");
    compare(editor, &tree);
    hp_arena_close(&arena);
}

static void commit(struct editor *editor)
{
    char path[MEMORY_FILE_PATH];
    int file = memory_file_open(path, NULL, 0);
    int result = hivex_commit(editor->hive, path, 0);

    FUZZ_CHECK(!editor->modelled || result == 0, "3: it is committed");
    if (result == 0) {
        hive_h *again = hivex_open(path, HIVEX_OPEN_WRITE);
        FUZZ_CHECK(!editor->modelled || again != NULL, "3: opened again");
        if (again != NULL) {
            hivex_walk_all(again, NULL, editor->hash);
            (void)hivex_close(again);
        }
    }
    if (result == 0 && editor->modelled) {
        struct hp_span image = memory_file_map(file);
        check_native(editor, image);
        memory_file_unmap(image);
    }
    memory_file_close(file);
}

void hivex_edit_check(struct hp_span edits, struct hp_span image)
{
    static const char recipe[] = "hiveproof recipe 1\n[\\]\n";
    struct editor *editor = calloc(1, sizeof *editor);
    struct fuzz_memory memory = {0, 0};
    struct forge_run run;

    if (editor == NULL)
        return;
    forge_run(&run, &memory, recipe, sizeof recipe - 1);
    editor->modelled = image.len == 0;
    if (editor->modelled)
        image = hp_span_of(run.image.bytes, run.image.size);
    editor->hive = hivex_walk_open(image, HIVEX_OPEN_WRITE);
    editor->hash = fuzz_hash(0, edits.ptr, edits.len);
    editor->in = (struct fuzz_in){edits.ptr, edits.len};
    editor->count = 1;
    if (editor->hive != NULL) {
        editor->keys[0].node = hivex_root(editor->hive);
        for (size_t i = 0; i < EDITS && editor->in.left > 0; i++)
            edit_once(editor);
        commit(editor);
        (void)hivex_close(editor->hive);
    }
    FUZZ_CHECK(editor->hive != NULL || !editor->modelled, "2: an empty hive");
    forge_run_close(&run);
    free(editor);
}
