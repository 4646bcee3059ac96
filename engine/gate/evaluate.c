/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "decompile.h"
#include "digest.h"
#include "hp_limits.h"
#include "memory.h"
#include "native.h"
#include "options.h"
#include "output.h"
#include "program.h"
#include "recipe_files.h"
#include "report_line.h"
#include "run_model.h"
#include "scrub.h"
#include "sound.h"
#include "transcript.h"

/* In a table's row this stands for a line end. */
#define LINE_END "\xE2\x8F\x8E" /* U+23CE */

/* And U+2400 to U+241F for the controls that they are pictures of. */
#define PICTURE "\xE2\x90"

#define REPORT_MEMORY ((size_t)256 << 20)

/* Bytes of a command line. */
enum { LINE_ROOM = 1 << 16 };

#define NO_MEMORY "out of memory" /* what the forge then says */

/* A hive that a case is about. */
struct forged {
    struct hp_memory memory; /* of the recipes */
    struct hp_recipe_files recipes;
    struct hp_guarded guarded;
    bool open;
};

static struct forged *open_forged(size_t fail_at)
{
    struct forged *forged = calloc(1, sizeof *forged);

    if (forged == NULL)
        return NULL;
    forged->memory.fail_at = fail_at;
    hp_recipe_files_open(&forged->recipes);
    forged->recipes.arena = hp_arena_of(hp_memory_allocator(&forged->memory),
                                        forged->recipes.arena.limit);
    return forged;
}

static void close_forged(FILE *out, struct forged *forged)
{
    if (forged->open)
        hp_guarded_close(&forged->guarded);
    hp_recipe_files_close(&forged->recipes);
    if (forged->memory.overrun)
        (void)fputs(" overrun", out);
    free(forged);
}

/* Forges `text`. Otherwise writes why not, without the folder of the name. */
static void forge_text(FILE *out, struct forged *forged,
                       struct hp_recipe_text text)
{
    struct hp_recipe_error err;
    struct hp_image image;
    char subject[PATH_MAX];

    if (hp_recipe_files_forge(&forged->recipes, &image, text, &err)) {
        forged->open =
            hp_guarded_open(&forged->guarded, image.bytes, image.size);
        return;
    }
    hp_recipe_error_subject(subject, sizeof subject, text.name, &err);
    const char *slash = strrchr(subject, '/');
    (void)fprintf(out, "%s: %s", slash == NULL ? subject : slash + 1,
                  err.message);
}

/* The character at `*row`, of which a row has a picture or itself; *row is
 * moved behind it. */
static char next_character(const char **row)
{
    const char *at = *row;

    if (strncmp(at, LINE_END, 3) == 0) {
        *row += 3;
        return '\n';
    }
    if (strncmp(at, PICTURE, 2) == 0 && (unsigned char)at[2] >= 0x80 &&
        (unsigned char)at[2] < 0xA0) {
        *row += 3;
        return (char)((unsigned char)at[2] - 0x80);
    }
    *row += 1;
    return *at;
}

/* A row's recipe without pictures; `head` goes in front. */
static char *row_text(const char *head, const char *row, size_t *size)
{
    char *text = malloc(strlen(head) + strlen(row) + 2);

    if (text == NULL)
        return NULL;
    char *to = stpcpy(text, head);
    while (*row != '\0')
        *to++ = next_character(&row);
    *to++ = '\n';
    *size = (size_t)(to - text);
    return text;
}

/* The hive of a row, whose allocation number `fail_at` is denied. What it
 * includes is relative to the table's folder. */
static struct forged *forge_row(FILE *out, const struct hp_case *item,
                                const char *head, const char *row,
                                size_t fail_at)
{
    struct forged *forged = open_forged(fail_at);
    char name[PATH_MAX];
    size_t size = 0;
    char *text = row_text(head, row, &size);

    if (forged == NULL || text == NULL) {
        free(text);
        if (forged != NULL)
            close_forged(out, forged);
        return NULL;
    }
    (void)snprintf(name, sizeof name, "%s/row", item->file->folder);
    forge_text(out, forged, (struct hp_recipe_text){name, text, size});
    free(text);
    return forged;
}

/* Rows of all tables but `paths` and `mistakes` begin with the recipe of the
 * table's name. */
static struct forged *forge_denied(FILE *out, const struct hp_case *item,
                                   const char *row, size_t fail_at)
{
    char head[PATH_MAX];

    (void)snprintf(head, sizeof head,
                   "hiveproof recipe 1\ninclude \"%s.recipe\"\n",
                   strrchr(item->file->stem, '/') + 1);
    return forge_row(out, item, head, row, fail_at);
}

static struct forged *forge_with_base(FILE *out, const struct hp_case *item,
                                      const char *row)
{
    return forge_denied(out, item, row, 0);
}

static void evaluate_seed(FILE *out, const struct hp_case *item)
{
    const char *name = strrchr(item->file->stem, '/') + 1;
    enum hp_soundness soundness = strncmp(name, "good-", 5) == 0 ? HP_SOUND_GOOD
                                  : strncmp(name, "bad-", 4) == 0
                                      ? HP_SOUND_BAD
                                      : HP_SOUND_ANY;
    struct forged *forged = open_forged(0);
    struct hp_recipe_text text;

    if (forged == NULL)
        return;
    if (hp_recipe_files_read(&forged->recipes, &text, item->file->path))
        forge_text(out, forged, text);
    if (forged->open && hp_sound_check(out, forged->guarded.image, soundness))
        (void)fputs("sound\n", out);
    close_forged(out, forged);
}

static void put_walks(FILE *out, struct hp_span image)
{
    hp_digest_print(out, &hp_backend_native, HP_MODE_STRICT, image);
    (void)fputs(" | ", out);
    hp_digest_print(out, &hp_backend_native, HP_MODE_FORENSIC, image);
}

static void put_bytes(FILE *out, struct hp_span image)
{
    (void)fprintf(out, "%zu bytes %08" PRIx32, image.len,
                  hp_hash(HP_HASH_START, image.ptr, image.len));
}

static void evaluate_lie(FILE *out, const struct hp_case *item)
{
    struct forged *forged = forge_with_base(out, item, item->columns[1]);

    if (forged == NULL)
        return;
    if (forged->open) {
        struct hp_span image = forged->guarded.image;
        put_walks(out, image);
        (void)hp_sound_check(out, image, HP_SOUND_ANY);
    }
    close_forged(out, forged);
}

/* True if `text` has the line [line, end), its line end included. */
static bool has_line(const char *text, const char *line, const char *end)
{
    size_t size = (size_t)(end - line);

    while (text != NULL && *text != '\0' && strncmp(text, line, size) != 0)
        text = strchr(text, '\n') + 1; /* every line has its end */
    return text != NULL && *text != '\0';
}

/* The lines of the recipe of `image` that `known`, another recipe, has not. */
static void put_new_lines(FILE *out, struct hp_span image, bool pinned,
                          const char *known)
{
    size_t size;
    char *text = hp_recipe_of(image, pinned, &size);

    for (const char *line = text, *end;
         line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1)
        if (!has_line(known, line, end + 1))
            (void)fprintf(out, "%.*s" LINE_END, (int)(end - line), line);
    free(text);
}

/* What is new in the row's hive, and what of that stays in another layout. */
static void evaluate_print(FILE *out, const struct hp_case *item)
{
    struct forged *base = forge_with_base(out, item, "");
    struct forged *forged = forge_with_base(out, item, item->columns[1]);
    size_t size;

    if (base != NULL && forged != NULL && base->open && forged->open) {
        for (int pinned = 1; pinned >= 0; pinned--) {
            char *known = hp_recipe_of(base->guarded.image, pinned, &size);
            put_new_lines(out, forged->guarded.image, pinned, known);
            (void)fputs(pinned ? " | " : "", out);
            free(known);
        }
        (void)hp_sound_check(out, forged->guarded.image, HP_SOUND_ANY);
    }
    if (base != NULL)
        close_forged(out, base);
    if (forged != NULL)
        close_forged(out, forged);
}

static void evaluate_mistake(FILE *out, const struct hp_case *item)
{
    struct forged *forged = forge_row(out, item, "", item->columns[1], 0);

    if (forged == NULL)
        return;
    if (forged->open) {
        struct hp_span image = forged->guarded.image;
        put_bytes(out, image);
        (void)hp_sound_check(out, image, HP_SOUND_ANY);
    }
    close_forged(out, forged);
}

/* Reads `arguments` for the sub-command `name`; words and options must stay as
 * long as the options are used. */
static bool read_options(struct hp_options *options, struct hp_arena *arena,
                         char **words, const char *name, char *arguments)
{
    const struct hp_command *command = hp_command_find(name);
    int count = hp_words_split(words, arguments);

    return command != NULL && count > 0 &&
           hp_options_read(options, arena, command, count, words) ==
               HP_EXIT_GOOD;
}

/* The hive of a row as a source; `file` must stay as long as it is used. */
static struct hp_source source_of(struct hp_file *file,
                                  const struct hp_options *options,
                                  const struct forged *forged)
{
    struct hp_span image = forged->guarded.image;

    *file = (struct hp_file){
        .path = "HIVE", .size = image.len, .full_size = image.len, .fd = -1};
    struct hp_source hive =
        hp_source_of(file, options, &options->reader[0], true);
    hive.input.image = image.ptr;
    return hive;
}

static void print_refusal(FILE *out, enum hp_status status,
                          const struct hp_error *err)
{
    (void)fprintf(out, "%s %s", hp_status_slug(status),
                  err->field == NULL ? "" : err->field);
}

/* Memory of one row, watched. */
struct watched {
    struct hp_memory memory;
    struct hp_arena arena;
};

static void open_watched(struct watched *watched, size_t fail_at)
{
    watched->memory = (struct hp_memory){.fail_at = fail_at};
    watched->arena =
        hp_arena_of(hp_memory_allocator(&watched->memory), REPORT_MEMORY);
}

static void close_watched(FILE *out, struct watched *watched)
{
    hp_arena_close(&watched->arena);
    if (watched->memory.overrun)
        (void)fputs(" overrun", out);
}

static void evaluate_scrub(FILE *out, const struct hp_case *item)
{
    struct forged *forged = forge_with_base(out, item, item->columns[1]);
    struct hp_span scrubbed;
    struct watched watched;

    if (forged == NULL)
        return;
    open_watched(&watched, 0);
    if (forged->open &&
        hp_scrub(&scrubbed, &watched.arena, forged->guarded.image)) {
        put_walks(out, scrubbed);
        (void)fputs(" | ", out);
        put_bytes(out, scrubbed);
    }
    close_watched(out, &watched);
    close_forged(out, forged);
}

/* Enumerates the hive of a row, and works out its remedy. */
static enum hp_status enumerate(struct hp_report *report,
                                struct watched *watched,
                                const struct hp_source *hive,
                                const struct hp_options *options,
                                struct hp_error *err)
{
    struct hp_remedy remedy;
    char detail[HP_DETAIL_ROOM] = "";
    enum hp_status status =
        hp_enumerate(report, &watched->arena, hive, &options->question, err,
                     detail, sizeof detail);

    return status == HP_OK ? hp_remedy_of(&remedy, &watched->arena, report)
                           : status;
}

static void run_row(FILE *out, const struct hp_options *options,
                    const struct forged *forged)
{
    struct hp_error err = {HP_OK, 0, NULL, 0};
    struct watched watched;
    struct hp_report report;
    struct hp_file file;
    struct hp_source hive = source_of(&file, options, forged);

    open_watched(&watched, 0);
    enum hp_status status = enumerate(&report, &watched, &hive, options, &err);
    if (status == HP_OK)
        hp_report_line(out, &report);
    else
        print_refusal(out, status, &err);
    close_watched(out, &watched);
}

/* Again and again, each time with the next allocation denied, until there is
 * none left. The hive is the SOFTWARE hive too. */
static void starve_run(FILE *out, struct hp_options *options,
                       const struct forged *forged)
{
    struct hp_file file;
    struct hp_source hive = source_of(&file, options, forged);
    bool denied = true;

    options->question.software = &hive;
    for (size_t i = 1; denied; i++) {
        struct hp_error err = {HP_OK, 0, NULL, 0};
        struct watched watched;
        struct hp_report report;

        open_watched(&watched, i);
        enum hp_status status =
            enumerate(&report, &watched, &hive, options, &err);
        denied = watched.memory.calls >= i;
        if (!denied && status == HP_OK)
            hp_report_line(out, &report);
        else if (!denied || status != HP_E_NO_MEMORY)
            (void)fprintf(out, "%zu: %s; ", i, hp_status_slug(status));
        close_watched(out, &watched);
    }
    options->question.software = NULL;
}

/* The same with the forging of the hive of a row: what it says, and nothing
 * behind it, is that memory ran out. */
static void starve_forging(FILE *out, const struct hp_case *item)
{
    bool denied = true;

    for (size_t i = 1; denied; i++) {
        char *said = NULL;
        size_t size;
        FILE *memory = open_memstream(&said, &size);
        struct forged *forged =
            memory == NULL ? NULL
                           : forge_denied(memory, item, item->columns[1], i);
        denied = forged != NULL && forged->memory.calls >= i;
        if (forged != NULL)
            close_forged(memory, forged);
        if (memory == NULL || fclose(memory) != 0 || forged == NULL) {
            (void)fputs("the gate itself has no memory; ", out);
        } else if (denied) {
            const char *end = strstr(said, NO_MEMORY);
            if (end == NULL || end[strlen(NO_MEMORY)] != '\0')
                (void)fprintf(out, "forge %zu: %s; ", i, said);
        }
        free(said);
    }
}

static bool take_apart(struct watched *watched, struct hp_span image)
{
    struct hp_recipe_error err;
    struct hp_plan plan;

    return hp_plan_open(&plan, &watched->arena, HP_LIMIT_IMAGE_SIZE) &&
           hp_decompile(&plan, image, &err);
}

static bool scrub(struct watched *watched, struct hp_span image)
{
    struct hp_span scrubbed;

    return hp_scrub(&scrubbed, &watched->arena, image);
}

/* The same with what is done to an image. */
static void starve_image(FILE *out, const char *name,
                         bool (*work)(struct watched *watched,
                                      struct hp_span image),
                         struct hp_span image)
{
    bool denied = true;

    for (size_t i = 1; denied; i++) {
        struct watched watched;
        open_watched(&watched, i);
        bool done = work(&watched, image);
        denied = watched.memory.calls >= i;
        if (done == denied)
            (void)fprintf(out, "%s %zu; ", name, i);
        close_watched(out, &watched);
    }
}

static void starve_row(FILE *out, const struct hp_case *item,
                       struct hp_options *options, const struct forged *forged)
{
    starve_forging(out, item);
    starve_image(out, "decompile", take_apart, forged->guarded.image);
    starve_image(out, "scrub", scrub, forged->guarded.image);
    starve_run(out, options, forged);
}

static void evaluate_run(FILE *out, const struct hp_case *item)
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, REPORT_MEMORY);
    struct forged *forged = forge_with_base(out, item, item->columns[1]);
    char line[LINE_ROOM];
    char *words[HP_WORDS_MOST];
    struct hp_options options;

    if (forged == NULL)
        return;
    (void)snprintf(line, sizeof line, "enumerate SYSTEM %s", item->columns[2]);
    if (forged->open) {
        if (!read_options(&options, &arena, words, "enumerate", line))
            (void)fputs("wrong use", out);
        else if (item->file->kind == HP_CASE_STARVED)
            starve_row(out, item, &options, forged);
        else
            run_row(out, &options, forged);
        (void)hp_sound_check(out, forged->guarded.image, HP_SOUND_ANY);
    }
    close_forged(out, forged);
    hp_arena_close(&arena);
}

/* Judges the path that `arguments` tell of, on a machine whose SOFTWARE hive
 * is `forged` (NULL: not given). */
static void judge_path(FILE *out, const char *arguments,
                       const struct forged *forged)
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, REPORT_MEMORY);
    char line[LINE_ROOM];
    char *words[HP_WORDS_MOST];
    struct hp_error err = {HP_OK, 0, NULL, 0};
    struct hp_options options;
    struct hp_report report;
    struct hp_source software;
    struct watched watched;
    struct hp_file file;
    char detail[HP_DETAIL_ROOM] = "";

    open_watched(&watched, 0);
    (void)snprintf(line, sizeof line, "path %s", arguments);
    if (read_options(&options, &arena, words, "path", line)) {
        if (forged != NULL) {
            software = source_of(&file, &options, forged);
            options.question.software = &software;
        }
        enum hp_status status =
            hp_judge_path(&report, &watched.arena, &options.path,
                          &options.question, &err, detail, sizeof detail);
        if (status != HP_OK)
            print_refusal(out, status, &err);
        else if (forged != NULL)
            hp_machine_line(out, &report);
        else
            hp_service_line(out, &report);
    } else {
        (void)fputs("wrong use", out);
    }
    close_watched(out, &watched);
    hp_arena_close(&arena);
}

static void evaluate_software(FILE *out, const struct hp_case *item)
{
    struct forged *forged = forge_with_base(out, item, item->columns[1]);

    if (forged == NULL)
        return;
    if (forged->open) {
        judge_path(out, item->columns[2], forged);
        (void)hp_sound_check(out, forged->guarded.image, HP_SOUND_ANY);
    }
    close_forged(out, forged);
}

static void evaluate_row(FILE *out, const struct hp_case *item)
{
    if (item->file->kind == HP_CASE_LIES)
        evaluate_lie(out, item);
    else if (item->file->kind == HP_CASE_RUNS ||
             item->file->kind == HP_CASE_STARVED)
        evaluate_run(out, item);
    else if (item->file->kind == HP_CASE_PATHS)
        judge_path(out, item->columns[1], NULL);
    else if (item->file->kind == HP_CASE_SOFTWARE)
        evaluate_software(out, item);
    else if (item->file->kind == HP_CASE_PRINTS)
        evaluate_print(out, item);
    else if (item->file->kind == HP_CASE_SCRUBS)
        evaluate_scrub(out, item);
    else
        evaluate_mistake(out, item);
}

/* What a row says is one line. */
static void put_row(FILE *out, const struct hp_case *item)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);

    if (memory == NULL)
        return;
    evaluate_row(memory, item);
    (void)fclose(memory);
    for (size_t i = 0; i < size; i++)
        (void)fputc(text[i] == '\n' || text[i] == '\t' ? ' ' : text[i], out);
    free(text);
}

void hp_case_evaluate(FILE *out, const struct hp_case *item)
{
    if (item->file->kind == HP_CASE_TRANSCRIPT)
        hp_transcript_run(out, item);
    else if (item->file->kind == HP_CASE_SEED)
        evaluate_seed(out, item);
    else
        put_row(out, item);
}
