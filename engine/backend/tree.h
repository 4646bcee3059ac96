/* SPDX-License-Identifier: Apache-2.0
 *
 * A hive's events gathered into a tree, and two trees compared. Names are
 * kept as UTF-16 units whatever encoding the reader gave. */
#ifndef HP_TREE_H
#define HP_TREE_H

#include <stdbool.h>

#include "arena.h"
#include "hp_backend.h"
#include "nesting.h"
#include "status.h"
#include "utf16.h"

/* Bytes, or "none" (ptr NULL, known), or "this reader cannot tell". */
struct hp_blob {
    const uint8_t *ptr;
    uint64_t size;
    bool known;
};

struct hp_tree_value {
    struct hp_tree_value *next;
    struct hp_text name;
    uint64_t type, data_size, flags;
    struct hp_blob data;
    const uint8_t *sha256; /* NULL, or of data that is not known but its size */
};

struct hp_tree_key {
    struct hp_tree_key *parent; /* NULL: the root */
    struct hp_tree_key *next;   /* sibling */
    struct hp_tree_key *subkeys;
    struct hp_tree_value *values;
    struct hp_text name;
    bool nameless; /* the reader cannot tell the name: the root's */
    uint64_t filetime, flags;
    struct hp_blob class_name; /* UTF-16LE */
    struct hp_blob security;
};

struct hp_tree_damage {
    struct hp_tree_damage *next;
    const struct hp_tree_key *key; /* open when it came; NULL: none was */
    struct hp_damage_event event;  /* its field string is the tree's */
};

struct hp_tree {
    struct hp_hive_event hive;
    struct hp_tree_key *root; /* NULL: none was sent */
    struct hp_tree_damage *damage;
    uint64_t keys, values, data_bytes;
    /* while it is built */
    struct hp_arena *arena;
    struct hp_nesting nesting;
    uint8_t *data; /* last_value's, with room for data_room bytes */
    uint64_t data_room;
    struct hp_tree_key *open, *last_key;
    struct hp_tree_value *last_value;
    struct hp_tree_damage *last_damage;
    enum hp_status status; /* HP_E_NO_MEMORY or HP_E_PROTOCOL ended it */
};

/* Starts an empty tree in `arena` and makes *sink a sink that fills it. The
 * sink answers HP_STOP when memory ends (tree->status HP_E_NO_MEMORY) or when
 * events are not well nested (HP_E_PROTOCOL). Everything the tree points to
 * lives in the arena. */
void hp_tree_begin(struct hp_tree *tree, struct hp_arena *arena,
                   struct hp_sink *sink);

/* The key that comes after `key` when parents come before their subkeys and
 * those in order; NULL at the end. */
const struct hp_tree_key *hp_tree_key_after(const struct hp_tree_key *key);

/* One place where two trees differ. `a` and `b` describe what stands there,
 * as short printable ASCII. */
struct hp_difference {
    const struct hp_tree_key *key; /* in a; the parent when the key itself is
                                    * only in one of them; NULL: the hive */
    const char *field;   /* "hive.minor_version", "key", "key.filetime",
                          * "key.class", "value", "value.type", ...*/
    struct hp_text name; /* of the value or of the key that is missing */
    char a[80], b[80];
};

/* Compares two trees in order and calls report(self, difference) for each
 * place where they differ; report returns false to end. What one of the
 * readers cannot tell is no difference. Returns the number of differences
 * reported. Neither recursion nor memory. */
uint64_t hp_tree_compare(const struct hp_tree *a, const struct hp_tree *b,
                         bool (*report)(void *self,
                                        const struct hp_difference *difference),
                         void *self);

#endif
