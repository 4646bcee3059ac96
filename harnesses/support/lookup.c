/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup.h"

#include "fuzz.h"
#include "hp_limits.h"
#include "tree.h"
#include "units.h"

/* Only hives of at most so many keys: finding the first of a name is linear. */
#define KEYS_MOST 1000

/* Bytes for the tree of a hive, but 1 time in 32: mutations refer to a large
 * class name or security again and again, and to copy them would take most of
 * the time. */
#define TREE_MOST ((size_t)128 << 10)

/* ---- the path --------------------------------------------------------- */

struct path {
    const struct hp_tree_key *keys[HP_LIMIT_KEY_DEPTH]; /* the root first */
    size_t count;
};

/* The first key with the name of `key` beside it. */
static const struct hp_tree_key *first_of(const struct hp_tree_key *key)
{
    const struct hp_tree_key *first =
        key->parent == NULL ? key : key->parent->subkeys;

    while (!hp_text_equal_nocase(first->name, key->name))
        first = first->next;
    return first;
}

/* The path by which a look-up finds a key: where it meets an earlier one of
 * the same name, it ends there. */
static void path_to(struct path *path, const struct hp_tree_key *key)
{
    const struct hp_tree_key *up, *found = key;

    for (up = key; up != NULL; up = up->parent)
        if (first_of(up) != up)
            found = first_of(up);
    path->count = 0;
    for (up = found; up != NULL; up = up->parent)
        path->count++;
    size_t at = path->count;
    for (up = found; up != NULL; up = up->parent)
        path->keys[--at] = up;
}

/* ---- the walk into it ------------------------------------------------- */

struct searcher {
    const struct path *path;
    size_t depth;   /* keys open */
    size_t matched; /* keys of the path entered so far */
    bool inside;    /* the end of the path is open */
    bool skipped;   /* the last event was answered with SKIP */
    struct hp_sink tree;
    bool limited;
};

static bool is_named(const struct hp_tree_key *key, struct hp_string name)
{
    uint16_t units[256];
    struct hp_units it = hp_units_of(&name);
    size_t at = 0, count;

    while ((count = hp_units_next(&it, units, 256)) > 0) {
        for (size_t i = 0; i < count; i++, at++)
            if (at == key->name.count ||
                hp_upcase(units[i]) != hp_upcase(key->name.units[at]))
                return false;
    }
    return at == key->name.count;
}

/* True if the key that comes at searcher->depth is wanted. */
static bool wanted(struct searcher *s, const struct hp_event *event)
{
    if (s->inside)
        return true;
    if (s->depth != s->matched || s->matched == s->path->count ||
        !is_named(s->path->keys[s->matched], event->u.key.name))
        return false;
    s->inside = ++s->matched == s->path->count;
    return true;
}

static uint32_t search(void *self, const struct hp_event *event)
{
    struct searcher *s = self;

    if (event->kind == HP_EVENT_DAMAGE)
        s->limited |= hp_status_class((enum hp_status)event->u.damage.status) ==
                      HP_CLASS_LIMIT;
    FUZZ_CHECK(!s->skipped || event->kind == HP_EVENT_KEY_LEAVE ||
                   event->kind == HP_EVENT_DAMAGE,
               "5: what is skipped does not come");
    bool skip = event->kind == HP_EVENT_KEY_ENTER && !wanted(s, event);
    s->skipped = skip || (s->skipped && event->kind == HP_EVENT_DAMAGE);
    if (event->kind == HP_EVENT_KEY_ENTER)
        s->depth++;
    uint32_t answer = s->tree.event(s->tree.self, event);
    if (event->kind == HP_EVENT_KEY_LEAVE && s->depth-- == s->path->count)
        s->inside = false;
    return skip && answer == HP_CONTINUE ? HP_SKIP : answer;
}

/* ---- both --------------------------------------------------------------- */

static bool walk(struct hp_tree *tree, struct searcher *s,
                 const struct hp_backend *backend, struct hp_span image)
{
    struct hp_input input = {.size = sizeof input,
                             .mode = HP_MODE_FORENSIC,
                             .image = image.ptr,
                             .image_size = image.len};
    struct hp_sink sink = {sizeof sink, search, s};
    uint32_t result = backend->walk(&input, &sink);

    return tree->root != NULL && tree->status == HP_OK && !s->limited &&
           (result == HP_WALK_DONE || result == HP_WALK_PARTIAL);
}

static uint64_t hash_values(uint64_t hash, const struct hp_tree_key *key)
{
    const struct hp_tree_value *value;

    for (value = key->values; value != NULL; value = value->next) {
        hash = fuzz_hash(hash, value->name.units, 2 * value->name.count);
        hash = fuzz_hash(hash, &value->type, sizeof value->type);
        hash = fuzz_hash(hash, &value->data_size, sizeof value->data_size);
        hash = fuzz_hash(hash, value->data.ptr, (size_t)value->data.size);
    }
    return hash;
}

/* Of `top` and all below it. */
static uint64_t hash_of(const struct hp_tree_key *top)
{
    const struct hp_tree_key *key = top;
    uint64_t hash = 0;

    do {
        hash = fuzz_hash(hash, key->name.units, 2 * key->name.count);
        hash = fuzz_hash(hash, &key->filetime, sizeof key->filetime);
        hash = hash_values(hash, key);
        if (key->subkeys != NULL) {
            key = key->subkeys;
            continue;
        }
        for (; key != top && key->next == NULL; key = key->parent)
            hash = fuzz_hash(hash, "^", 1);
        key = key == top ? NULL : key->next;
    } while (key != NULL);
    return hash;
}

/* The key at the end of `path` in a tree that has little else. */
static const struct hp_tree_key *follow(const struct hp_tree *tree,
                                        const struct path *path)
{
    const struct hp_tree_key *key = tree->root;

    for (size_t i = 1; key != NULL && i < path->count; i++) {
        key = key->subkeys;
        while (key != NULL &&
               !hp_text_equal_nocase(key->name, path->keys[i]->name))
            key = key->next;
    }
    return key;
}

static void check(struct hp_arena *arenas, const struct hp_backend *backend,
                  struct hp_span image, uint64_t choice)
{
    struct hp_tree all, some;
    struct path everything = {{NULL}, 0}, path;
    struct searcher s = {.path = &everything, .inside = true};

    hp_tree_begin(&all, &arenas[0], &s.tree);
    if (!walk(&all, &s, backend, image) || all.keys > KEYS_MOST)
        return;
    const struct hp_tree_key *key = all.root;
    for (choice %= all.keys; choice > 0; choice--)
        key = hp_tree_key_after(key);
    path_to(&path, key);
    s = (struct searcher){.path = &path};
    hp_tree_begin(&some, &arenas[1], &s.tree);
    if (!walk(&some, &s, backend, image))
        return;
    key = follow(&some, &path);
    FUZZ_CHECK(key != NULL, "5: a key that is enumerated is found");
    FUZZ_CHECK(hash_of(key) == hash_of(path.keys[path.count - 1]),
               "5: what is found is what was enumerated");
}

void lookup_check(const struct hp_backend *backend, struct hp_span image,
                  uint64_t choice)
{
    size_t most = fuzz_asks(32, 5, choice) ? FUZZ_ARENA_LIMIT : TREE_MOST;
    struct hp_arena arenas[2] = {hp_arena_chunked(hp_allocator_libc, most),
                                 hp_arena_chunked(hp_allocator_libc, most)};

    check(arenas, backend, image, choice);
    hp_arena_close(&arenas[0]);
    hp_arena_close(&arenas[1]);
}
