/* SPDX-License-Identifier: Apache-2.0
 *
 * Assertions on the logs that recipes forge. A recipe is written without its
 * first line. */
#ifndef HP_LOG_ASSERTS_H
#define HP_LOG_ASSERTS_H

#include "forge_asserts.h"

#include "forged.h"

#define LOGS_LIMIT ((uint64_t)1 << 24)
#define LOGS_MEMORY ((size_t)1 << 30)
enum { LOG, LOG1, LOG2 }; /* indices of hp_forged.log */

struct logs {
    struct hp_arena arena;
    struct hp_forged forged;
    struct hp_recipe_error err;
    bool done;
};

/* Forges; freed by logs_close. */
static inline void logs_try(struct logs *l, const char *recipe)
{
    char *text = with_first_line(recipe);

    l->arena = hp_arena_chunked(hp_allocator_libc, LOGS_MEMORY);
    l->done = hp_forge_recipe(
        &l->forged, &l->arena, LOGS_LIMIT,
        (struct hp_recipe_text){"case", text, strlen(text)}, NULL, &l->err);
    free(text);
}

static inline void logs_open(struct logs *l, const char *recipe)
{
    logs_try(l, recipe);
    if (!l->done)
        fail_msg("%s\n-> %u:%u: %s", recipe, l->err.origin.line,
                 l->err.origin.column, l->err.message);
}

static inline void logs_close(struct logs *l)
{
    hp_arena_close(&l->arena);
}

#endif
