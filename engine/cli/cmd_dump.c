/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof dump: a hive as events or as a recipe, or counted. */
#include <inttypes.h>
#include <string.h>

#include "commands.h"
#include "decompile.h"
#include "hp_limits.h"
#include "logs.h"
#include "print.h"
#include "scrub.h"
#include "text_stream.h"

enum {
    SHOWN_MAX = 100, /* places of damage that are named on stderr */
    FIELD_ROOM = 64,
    DETAIL_ROOM = 256
};

/* What the plan of a hive takes: the least, and for each byte of the file. */
#define PLAN_MEMORY ((size_t)64 << 20)
#define PLAN_PER_BYTE ((size_t)128)

struct place {
    struct hp_damage_event event;
    char field[FIELD_ROOM];
};

/* Counts, remembers what costs content, and hands each event on. */
struct dump {
    struct hp_sink next; /* event NULL: nobody */
    uint64_t keys, values, data_bytes;
    uint64_t damaged;
    struct place *shown; /* SHOWN_MAX */
};

static void remember(struct dump *dump, const struct hp_damage_event *event)
{
    if (event->action == HP_DAMAGE_NOTED)
        return;
    if (dump->damaged < SHOWN_MAX) {
        struct place *place = &dump->shown[dump->damaged];
        const char *field = event->field == NULL ? "?" : event->field;
        place->event = *event;
        (void)strncpy(place->field, field, FIELD_ROOM - 1);
    }
    dump->damaged++;
}

static uint32_t take_event(void *self, const struct hp_event *event)
{
    struct dump *dump = self;

    switch (event->kind) {
    case HP_EVENT_KEY_ENTER:
        dump->keys++;
        break;
    case HP_EVENT_VALUE:
        dump->values++;
        break;
    case HP_EVENT_DATA:
        dump->data_bytes += event->u.data.size;
        break;
    case HP_EVENT_DAMAGE:
        remember(dump, &event->u.damage);
        break;
    default:
        break;
    }
    if (dump->next.event == NULL)
        return HP_CONTINUE;
    return dump->next.event(dump->next.self, event);
}

static void complain_of_damage(const char *file, const struct dump *dump)
{
    for (uint64_t i = 0; i < dump->damaged && i < SHOWN_MAX; i++) {
        struct hp_damage_event event = dump->shown[i].event;
        event.field = dump->shown[i].field;
        hp_complain_damage(file, &event);
    }
    if (dump->damaged > SHOWN_MAX)
        hp_complain(file, "and %" PRIu64 " more places",
                    dump->damaged - SHOWN_MAX);
}

/* Walks `file` and writes what was asked for; the messages go to stderr. */
static enum hp_exit dump_file(struct dump *dump, const struct hp_file *file,
                              const struct hp_options *options,
                              struct hp_output *output)
{
    struct hp_source source =
        hp_source_of(file, options, &options->reader[0], false);
    struct hp_sink sink = {sizeof sink, take_event, dump};
    struct hp_text_stream stream;
    struct hp_error err = {HP_OK, 0, NULL, 0};
    char detail[DETAIL_ROOM];

    if (!options->count)
        hp_text_stream_begin(&stream, hp_output_out(output), &dump->next);
    uint32_t result =
        hp_source_walk(&source, false, &sink, &err, detail, sizeof detail);
    if (hp_file_has_changed(file))
        return HP_EXIT_INPUT;
    bool whole = result == HP_WALK_DONE, part = result == HP_WALK_PARTIAL;
    if (!options->count)
        (void)hp_text_stream_end(
            &stream, result, whole || part ? NULL : hp_status_text(err.status));
    else if (whole || part)
        hp_output_printf(output,
                         "keys %" PRIu64 " values %" PRIu64
                         " data-bytes %" PRIu64 "\n",
                         dump->keys, dump->values, dump->data_bytes);
    if (part)
        complain_of_damage(file->path, dump);
    if (result == HP_WALK_REFUSED || result == HP_WALK_FAILED)
        return hp_complain_refused(file->path, &err, detail);
    return part ? HP_EXIT_BAD : HP_EXIT_GOOD;
}

/* Any file has a recipe. */
static enum hp_exit dump_recipe(const struct hp_file *file,
                                const struct hp_options *options,
                                struct hp_output *output)
{
    struct hp_span image = hp_span_of(file->bytes, (size_t)file->size);
    struct hp_arena arena = hp_arena_chunked(
        hp_allocator_libc, PLAN_MEMORY + PLAN_PER_BYTE * image.len);
    struct hp_recipe_error err;
    struct hp_plan plan;

    bool done = (!options->scrub || hp_scrub(&image, &arena, image)) &&
                hp_plan_open(&plan, &arena, HP_LIMIT_IMAGE_SIZE) &&
                hp_decompile(&plan, image, &err);
    if (hp_file_has_changed(file)) {
        hp_arena_close(&arena);
        return HP_EXIT_INPUT;
    }
    if (done)
        (void)hp_plan_print(hp_output_out(output), &plan,
                            !options->auto_layout);
    hp_arena_close(&arena);
    return done ? HP_EXIT_GOOD : hp_complain_memory();
}

enum hp_exit hp_cmd_dump(struct hp_options *options, struct hp_output *output)
{
    struct dump dump = {
        .shown = hp_arena_array(options->arena, SHOWN_MAX, sizeof *dump.shown)};
    struct hp_file file;

    if (dump.shown == NULL)
        return hp_complain_memory();
    options->no_logs |= options->recipe;
    if (!hp_file_open_with_logs(&file, options->operands[0], options, true))
        return HP_EXIT_INPUT;
    hp_logs_tell(&file);
    enum hp_exit exit = options->recipe
                            ? dump_recipe(&file, options, output)
                            : dump_file(&dump, &file, options, output);
    hp_file_close(&file);
    return exit;
}
