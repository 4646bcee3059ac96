/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads recipes (docs/recipes.md) and .reg files into a plan. Any bytes may
 * come: the work is bounded by the text, the plan's image limit and its
 * arena. */
#ifndef HP_RECIPE_H
#define HP_RECIPE_H

#include "plan.h"

#define HP_RECIPE_VERSION 1

/* Files in each other, the first counted, and files in all. */
#define HP_RECIPE_DEPTH 8
#define HP_RECIPE_FILES 256

/* A file's bytes, which stay until the plan is assembled, as its name does. */
struct hp_recipe_text {
    const char *name;
    const void *bytes;
    size_t size;
};

/* Opens what an include names: `name` (UTF-8, NUL at its end) is relative to
 * the file called `from`. HP_OK, HP_E_NO_MEMORY, or another status: it cannot
 * be read. */
struct hp_recipe_opener {
    enum hp_status (*open)(void *self, struct hp_recipe_text *text,
                           const char *from, const char *name);
    void *self;
};

/* Reads `text` and what it includes into *plan, which was opened and holds
 * nothing, settles it and places it. Without `opener` (NULL) no include can be
 * read. False, with *err: HP_E_VERSION for a newer
 * format version, HP_E_TEXT for any other mistake, HP_E_DEPTH, HP_E_TOO_LARGE,
 * HP_E_IO for an include that cannot be read, HP_E_NO_MEMORY. */
bool hp_recipe_read(struct hp_plan *plan, struct hp_recipe_text text,
                    const struct hp_recipe_opener *opener,
                    struct hp_recipe_error *err);

/* The key that a recipe calls `path` ("\a\b", names in quotes where they need
 * it), and the value of it called `name` (as between a recipe's quotes; "" is
 * the one without a name); NULL: there is none. Memory is taken from the plan's
 * arena. */
const struct hp_plan_key *hp_recipe_find_key(struct hp_plan *plan,
                                             const char *path);
const struct hp_plan_value *hp_recipe_find_value(struct hp_plan *plan,
                                                 const struct hp_plan_key *key,
                                                 const char *name);

#endif
