/* SPDX-License-Identifier: Apache-2.0
 *
 * Assertions on what recipes forge. A recipe is written without its first
 * line. */
#ifndef HP_FORGE_ASSERTS_H
#define HP_FORGE_ASSERTS_H

#include "hive_asserts.h"

#include <stdio.h>

#include "assemble.h"
#include "layout.h"
#include "recipe.h"

#define FORGE_LIMIT ((uint64_t)1 << 22) /* bytes of an image */
#define FORGE_MEMORY ((size_t)1 << 28)

struct forged {
    struct hp_arena arena;
    struct hp_plan plan;
    struct hp_image image;
    struct hp_recipe_error err;
    bool done;
};

/* Forges a whole file; freed by forge_close. */
static inline void forge_file(struct forged *f, const void *bytes, size_t size,
                              const struct hp_recipe_opener *opener)
{
    const struct hp_recipe_text text = {"case", bytes, size};

    f->arena = hp_arena_of(hp_allocator_libc, FORGE_MEMORY);
    assert_true(hp_plan_open(&f->plan, &f->arena, FORGE_LIMIT));
    f->done = hp_recipe_read(&f->plan, text, opener, &f->err) &&
              hp_plan_assemble(&f->image, &f->plan, &f->err);
}

static inline void forge_close(struct forged *f)
{
    hp_arena_close(&f->arena);
}

/* The recipe with its first line, to be freed. */
static inline char *with_first_line(const char *recipe)
{
    static const char first[] = "hiveproof recipe 1\n";
    size_t size = strlen(recipe);
    char *text = malloc(sizeof first + size);

    assert_non_null(text);
    memcpy(text, first, sizeof first - 1);
    memcpy(text + sizeof first - 1, recipe, size + 1);
    return text;
}

/* Forges a recipe without its first line, sound or not. */
static inline void forge_try(struct forged *f, const char *recipe)
{
    char *text = with_first_line(recipe);

    forge_file(f, text, strlen(text), NULL);
    free(text);
}

static inline void forge_open(struct forged *f, const char *recipe)
{
    forge_try(f, recipe);
    if (!f->done)
        fail_msg("%u:%u: %s", f->err.origin.line, f->err.origin.column,
                 f->err.message);
}

/* Forges, and walks with the strict reader. */
static inline void expect_hive(const char *recipe, const char *native)
{
    struct forged f;

    forge_open(&f, recipe);
    struct hive_builder h = {.image = f.image.bytes, .size = f.image.size};
    expect_walk(&h, &hp_backend_native, HP_MODE_STRICT, NULL, native);
    forge_close(&f);
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

static inline uint64_t image_number(const struct forged *f, size_t position,
                                    size_t width)
{
    return number_at(&f->image, position, width);
}

/* A field of the record whose cell lies at hive offset `cell`. */
static inline uint64_t cell_number(const struct forged *f, uint32_t cell,
                                   int at, size_t width)
{
    return image_number(f, (size_t)((int64_t)BASE_SIZE + cell + 4 + at), width);
}

/* The recipe (its first line counts as line 1) is refused there. */
static inline void expect_refused(const char *recipe, enum hp_status status,
                                  uint32_t line, uint32_t column)
{
    struct forged f;

    forge_try(&f, recipe);
    if (f.done || f.err.status != status || f.err.origin.line != line ||
        f.err.origin.column != column)
        fail_msg("%s\n-> %d %d at %u:%u %s", recipe, f.done, f.err.status,
                 f.err.origin.line, f.err.origin.column,
                 f.err.message == NULL ? "" : f.err.message);
    assert_true(f.err.message != NULL && f.err.message[0] != '\0');
    forge_close(&f);
}

#endif
