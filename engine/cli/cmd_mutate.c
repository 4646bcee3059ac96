/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof mutate: what the fuzzers' mutator makes of a hive. */
#include <string.h>

#include "commands.h"
#include "input.h"
#include "mutate_hive.h"
#include "new_file.h"

/* What a mutation may add. */
#define ROOM_MORE ((size_t)64 << 10)

enum { EXPLAIN_ROOM = 2048 };

/* The files are closed before anything is written: the output may be one of
 * them. */
static enum hp_exit mutate(struct hp_mutator *m,
                           const struct hp_options *options, uint8_t *image,
                           size_t *size, size_t room)
{
    struct hp_file with;

    if (options->with_file == NULL) {
        *size = hp_mutator_run(m, image, *size, room, options->seed);
        return HP_EXIT_GOOD;
    }
    if (!hp_file_open_hive(&with, options->with_file))
        return HP_EXIT_INPUT;
    *size = hp_mutator_cross(m, image, *size, room, with.bytes,
                             (size_t)with.size, options->seed);
    bool changed = hp_file_has_changed(&with);
    hp_file_close(&with);
    return changed ? HP_EXIT_INPUT : HP_EXIT_GOOD;
}

/* The hive in memory with room behind it, or NULL, with a message. */
static uint8_t *load(const struct hp_options *options, size_t *size,
                     size_t *room)
{
    struct hp_file file;

    if (!hp_file_open_hive(&file, options->operands[0]))
        return NULL;
    hp_allow_memory(options->arena, &file);
    *size = (size_t)file.size;
    *room = 2 * *size + ROOM_MORE;
    uint8_t *image = hp_arena_alloc(options->arena, *room);
    if (image == NULL)
        (void)hp_complain_memory();
    else
        memcpy(image, file.bytes, *size);
    if (image != NULL && hp_file_has_changed(&file))
        image = NULL;
    hp_file_close(&file);
    return image;
}

static enum hp_exit write_hive(const struct hp_options *options,
                               const uint8_t *image, size_t size)
{
    struct hp_new_file file;

    if (!hp_new_file_open(&file, options->output_file, options->force, NULL, 0))
        return HP_EXIT_INPUT;
    (void)hp_output_write(&file.output, (const char *)image, size);
    return hp_new_file_close(&file);
}

enum hp_exit hp_cmd_mutate(struct hp_options *options, struct hp_output *output)
{
    struct hp_mutator *m = hp_mutator_open(options->arena);
    char text[EXPLAIN_ROOM];
    size_t size, room;

    if (m == NULL)
        return hp_complain_memory();
    uint8_t *image = load(options, &size, &room);
    if (image == NULL)
        return HP_EXIT_INPUT;
    enum hp_exit exit = mutate(m, options, image, &size, room);
    if (exit == HP_EXIT_GOOD)
        exit = write_hive(options, image, size);
    if (exit == HP_EXIT_GOOD && options->explain) {
        (void)hp_mutator_explain(m, text, sizeof text);
        hp_output_printf(output, "%s\n", text);
    }
    return exit;
}
