/* SPDX-License-Identifier: Apache-2.0
 *
 * What a rule of fuzz_diff.tsv may ask of a hive, so that it allows a
 * difference where its clause applies and nowhere else. */
#ifndef HP_DIFF_FACTS_H
#define HP_DIFF_FACTS_H

#include "span.h"
#include "tree.h"

#define DIFF_FACTS 64

/* "", or what is rare in a sound hive: " surrogate", a name that is not valid
 * UTF-16; " empty", a value without data; " big", data in segments; " sum", a
 * checksum that is not the sum itself. */
void diff_facts_of_hive(char facts[DIFF_FACTS], const struct hp_tree *tree,
                        struct hp_span image);

/* Why another reader may not have the name of a key (`is_value`: of a value)
 * below `key` of the native tree, where `name` is that name or what may have
 * become of it: " NUL", it ends there at one; " BOM", it has lost a U+FEFF at
 * its start; " C1", characters from U+0080 to U+009F have become others. Else
 * "". `key` NULL: the root. */
const char *diff_facts_of_name(const struct hp_tree *tree,
                               const struct hp_tree_key *key, bool is_value,
                               struct hp_text name);

/* The first value of `key` that is called `name`; NULL: none. */
const struct hp_tree_value *diff_value_of(const struct hp_tree_key *key,
                                          struct hp_text name);

/* True if the data of the value at `vk` is a db, by its signature alone. */
bool diff_is_big_data(struct hp_span image, uint64_t vk);

#endif
