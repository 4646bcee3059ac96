/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe_find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "\u0041" for each unit. */
#define UNIT_BYTES 6
/* Keys further down, or with longer names, are left alone. */
enum { DEPTH_MOST = 64, TEXT_MOST = 1 << 16 };

static size_t put_units(char *out, struct hp_text text)
{
    size_t at = 0;

    for (size_t i = 0; i < text.count; i++)
        at += (size_t)snprintf(out + at, UNIT_BYTES + 1, "\\u%04x",
                               (unsigned)text.units[i]);
    return at;
}

/* The key that is `left` keys behind the root, or NULL; one that
 * is a link, which has no name of its own, is none. */
static const struct hp_plan_key *nth_key(const struct hp_plan *plan,
                                         uint64_t left)
{
    const struct hp_plan_key *key = plan->root, *kept = plan->root;

    for (; left > 0 && key != NULL; left--) {
        const struct hp_plan_key *next = key->first;
        while (next == NULL && key != plan->root) {
            next = key->next;
            key = key->parent;
        }
        key = next;
        if (key != NULL && key->target == NULL)
            kept = key;
    }
    return kept;
}

/* Its path, each name in quotes, with nothing between them unless `apart`, and
 * room for one character more; NULL: it is left alone. */
static char *path_of(const struct hp_plan_key *key, bool apart)
{
    const struct hp_plan_key *chain[DEPTH_MOST];
    size_t depth = 0, size = 3, at = 0;

    for (; key->parent != NULL && depth < DEPTH_MOST; key = key->parent) {
        chain[depth++] = key;
        size += UNIT_BYTES * key->label.count + 3;
    }
    char *path = key->parent != NULL || size > TEXT_MOST ? NULL : malloc(size);
    if (path == NULL)
        return NULL;
    path[at++] = '\\';
    while (depth-- > 0) {
        path[at++] = '"';
        at += put_units(path + at, chain[depth]->label);
        path[at++] = '"';
        if (depth > 0 && apart)
            path[at++] = '\\';
    }
    path[at] = '\0';
    return path;
}

/* The same with memory of its own, of which there is none. */
static void check_starved(const struct hp_plan *plan,
                          const struct hp_plan_key *key, const char *name)
{
    struct fuzz_memory none = {0, 1};
    struct hp_arena arena = fuzz_arena(&none);
    struct hp_plan starved = *plan;

    starved.arena = &arena;
    FUZZ_CHECK(hp_recipe_find_value(&starved, key, name) == NULL, "10: memory");
    hp_arena_close(&arena);
}

static void check_value(struct hp_plan *plan, const struct hp_plan_key *key,
                        const struct hp_plan_value *value)
{
    char *name = malloc(UNIT_BYTES * value->label.count + 2);

    if (name == NULL)
        return;
    size_t size = put_units(name, value->label);
    name[size] = '\0';
    FUZZ_CHECK(hp_recipe_find_value(plan, key, name) == value, "10: a value");
    check_starved(plan, key, name);
    memcpy(name + size, "\"", 2);
    FUZZ_CHECK(hp_recipe_find_value(plan, key, name) == NULL,
               "10: no name of a value");
    free(name);
}

static void check_together(struct hp_plan *plan, const struct hp_plan_key *key)
{
    char *path = path_of(key, false);

    if (path == NULL)
        return;
    FUZZ_CHECK(hp_recipe_find_key(plan, path) == NULL, "10: no separator");
    free(path);
}

void recipe_find_check(const struct forge_run *run, uint64_t choice)
{
    struct fuzz_memory enough = {0, 0};
    struct hp_arena arena = fuzz_arena(&enough);
    struct hp_plan plan = run->plan;
    const struct hp_plan_key *key = nth_key(&plan, choice % 256);
    char *path = key == NULL ? NULL : path_of(key, true);

    if (path == NULL)
        return;
    plan.arena = &arena; /* what the run takes is counted */
    FUZZ_CHECK(hp_recipe_find_key(&plan, path) == key, "10: a key");
    FUZZ_CHECK(hp_recipe_find_key(&plan, path + 1) == NULL, "10: no path");
    memcpy(path + strlen(path), "]", 2);
    FUZZ_CHECK(hp_recipe_find_key(&plan, path) == NULL, "10: no name of a key");
    free(path);
    if (key->parent != NULL && key->parent->parent != NULL)
        check_together(&plan, key);
    if (key->first_value != NULL && key->first_value->target == NULL)
        check_value(&plan, key, key->first_value);
    if (key->first_value != NULL && key->last_value->target == NULL)
        check_value(&plan, key, key->last_value);
    hp_arena_close(&arena);
}
