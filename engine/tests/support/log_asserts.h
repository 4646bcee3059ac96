/* SPDX-License-Identifier: Apache-2.0
 *
 * Assertions on the logs that recipes forge. A recipe is written without its
 * first line. */
#ifndef HP_LOG_ASSERTS_H
#define HP_LOG_ASSERTS_H

#include "hp_cmocka.h"

#include <stdio.h>
#include <stdlib.h>

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
    static const char first[] = "hiveproof recipe 1\n";
    size_t size = strlen(recipe);
    char *text = malloc(sizeof first + size);

    assert_non_null(text);
    memcpy(text, first, sizeof first - 1);
    memcpy(text + sizeof first - 1, recipe, size + 1);
    l->arena = hp_arena_chunked(hp_allocator_libc, LOGS_MEMORY);
    l->done = hp_forge_recipe(
        &l->forged, &l->arena, LOGS_LIMIT,
        (struct hp_recipe_text){"case", text, sizeof first - 1 + size}, NULL,
        &l->err);
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

/* The little-endian number at `position` of an image. */
static inline uint64_t number_at(const struct hp_image *image, size_t position,
                                 size_t width)
{
    uint64_t value = 0;

    assert_true(position + width <= image->size);
    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)image->bytes[position + i] << (8 * i);
    return value;
}

#endif
