/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding things in a tree: in order, the first one counts. */
#ifndef HP_MODEL_TREE_H
#define HP_MODEL_TREE_H

#include "tree.h"

/* Equal but for the case of ASCII letters. */
bool model_is_named(struct hp_text text, const char *ascii);

/* A subkey or value of `key` (may be NULL), or NULL. */
const struct hp_tree_key *model_child(const struct hp_tree_key *key,
                                      const char *name);
const struct hp_tree_value *model_value(const struct hp_tree_key *key,
                                        const char *name);

/* False if there is no REG_DWORD of four bytes of that name. */
bool model_dword(uint32_t *number, const struct hp_tree_key *key,
                 const char *name);

/* A symbolic link (K11), and not the first of its name (K9). */
bool model_is_link(const struct hp_tree_key *key);
bool model_is_duplicate(const struct hp_tree_key *key);

#endif
