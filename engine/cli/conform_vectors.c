/* SPDX-License-Identifier: Apache-2.0 */
#include "conform_vectors.h"

#include <string.h>

#include "vector_folder.h"

/* All vectors. */
#define VECTORS_MEMORY ((size_t)1 << 30)

enum hp_exit hp_conform_complain(const struct hp_conform_error *err)
{
    hp_complain(err->file, "%s", err->message);
    return HP_EXIT_INPUT;
}

bool hp_conform_wants(const struct hp_conform_options *conform,
                      const struct hp_vector *vector)
{
    for (size_t i = 0; i < conform->group_count; i++) {
        if (strcmp(conform->groups[i], vector->group) == 0)
            return true;
    }
    return conform->group_count == 0;
}

static enum hp_exit check_groups(const struct hp_conform_options *conform,
                                 const struct hp_vectors *vectors)
{
    for (size_t i = 0; i < conform->group_count; i++) {
        size_t at = 0;
        while (at < vectors->count &&
               strcmp(vectors->items[at].group, conform->groups[i]) != 0)
            at++;
        if (at == vectors->count) {
            hp_complain(conform->groups[i], "no group of vectors is called so");
            return HP_EXIT_USAGE;
        }
    }
    return HP_EXIT_GOOD;
}

enum hp_exit hp_conform_with_vectors(
    struct hp_options *options, struct hp_output *output,
    enum hp_exit (*command)(struct hp_options *options,
                            const struct hp_vectors *vectors,
                            struct hp_output *output))
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, VECTORS_MEMORY);
    struct hp_conform_error err;
    struct hp_vectors vectors;
    enum hp_exit exit;

    if (options->conform.vectors == NULL)
        options->conform.vectors = hp_vector_folder(options->arena);
    if (options->conform.vectors == NULL)
        return hp_complain_memory();
    if (!hp_vectors_read(&vectors, &arena, options->conform.vectors, &err))
        exit = hp_conform_complain(&err);
    else
        exit = check_groups(&options->conform, &vectors);
    if (exit == HP_EXIT_GOOD)
        exit = command(options, &vectors, output);
    hp_vectors_close(&vectors);
    hp_arena_close(&arena);
    return exit;
}
