/* SPDX-License-Identifier: Apache-2.0 */
#include "forge_run.h"

#include <string.h>

#include "hp_limits.h"

#include "decompile.h"
#include "escape_hive.h"
#include "forged.h"
#include "print.h"

struct includes {
    struct hp_recipe_text whole;
    size_t count;
};

static enum hp_status open_include(void *self, struct hp_recipe_text *text,
                                   const char *from, const char *name)
{
    static const char nothing[] = "hiveproof recipe 1";
    struct includes *includes = self;

    (void)from;
    FUZZ_CHECK(++includes->count <= HP_RECIPE_FILES, "2: so many files");
    *text = includes->whole;
    if (strcmp(name, "empty") == 0)
        *text = (struct hp_recipe_text){name, nothing, sizeof nothing - 1};
    text->name = name;
    return strcmp(name, "none") == 0 ? HP_E_IO : HP_OK;
}

void forge_run(struct forge_run *run, struct fuzz_memory *memory,
               const void *text, size_t size)
{
    struct hp_recipe_text recipe = {"input", text, size};
    struct includes includes = {recipe, 0};
    struct hp_recipe_opener opener = {open_include, &includes};

    *run = (struct forge_run){.arena = fuzz_arena(memory)};
    run->err.status = HP_E_NO_MEMORY;
    run->err.message = "out of memory";
    run->done = hp_plan_open(&run->plan, &run->arena, FORGE_RUN_IMAGE) &&
                hp_recipe_read(&run->plan, recipe, &opener, &run->err) &&
                hp_plan_assemble(&run->image, &run->plan, &run->err);
}

void forge_run_close(struct forge_run *run)
{
    hp_arena_close(&run->arena);
}

bool forge_run_back(struct fuzz_output *text, struct fuzz_memory *memory,
                    struct hp_span image, bool pinned,
                    struct hp_recipe_error *err)
{
    struct hp_arena arena = fuzz_arena(memory);
    struct hp_out out = fuzz_output_to(text, FORGE_RUN_TEXT);
    struct hp_plan plan;

    err->status = HP_E_NO_MEMORY;
    bool done = hp_plan_open(&plan, &arena, HP_LIMIT_IMAGE_SIZE) &&
                hp_decompile(&plan, image, err);
    if (done)
        FUZZ_CHECK(hp_plan_print(out, &plan, pinned), "0: a bounded recipe");
    hp_arena_close(&arena);
    return done;
}

void forge_check_refusal(const struct hp_recipe_error *err, size_t size)
{
    enum hp_class class = hp_status_class(err->status);

    FUZZ_CHECK(class >= HP_CLASS_INPUT && class <= HP_CLASS_SYSTEM, "1: class");
    FUZZ_CHECK(err->message != NULL && err->message[0] != '\0', "1: message");
    FUZZ_CHECK(err->status == HP_E_NO_MEMORY ||
                   (err->origin.line >= 1 && err->origin.line <= size + 1 &&
                    err->origin.column <= size + 1),
               "1: a place in the text");
}

void forge_check_back(const struct forge_run *run)
{
    struct hp_span image = hp_span_of(run->image.bytes, run->image.size);
    struct fuzz_memory memory = {0, 0};
    struct hp_recipe_error err;
    struct fuzz_output text;
    struct forge_run again;

    if (forge_run_back(&text, &memory, image, true, &err)) {
        forge_run(&again, &memory, text.bytes, text.size);
        bool read = again.done || again.err.status == HP_E_NO_MEMORY;
        bool same = !again.done ||
                    (again.image.size == image.len &&
                     memcmp(again.image.bytes, image.ptr, image.len) == 0);
        if (!read || !same) /* it may be the fault of how names are written */
            escape_check_hive(image);
        FUZZ_CHECK(read, "4: read");
        FUZZ_CHECK(same, "4: byte for byte");
        forge_run_close(&again);
    }
    fuzz_output_close(&text);
}

void forge_check_again(const struct forge_run *run, const void *text,
                       size_t size, size_t failing)
{
    struct fuzz_memory memory = {0, failing};
    struct forge_run again;

    forge_run(&again, &memory, text, size);
    if (failing > 0)
        FUZZ_CHECK(!again.done && again.err.status == HP_E_NO_MEMORY,
                   "5: a failed allocation");
    else
        FUZZ_CHECK(run->done == again.done &&
                       run->err.status == again.err.status,
                   "3: the same answer");
    FUZZ_CHECK(!again.done || (run->image.size == again.image.size &&
                               (again.image.size == 0 ||
                                memcmp(run->image.bytes, again.image.bytes,
                                       again.image.size) == 0)),
               "3: the same bytes");
    forge_run_close(&again);
}

static void check_files(const struct forge_run *run,
                        const struct hp_forged *forged)
{
    FUZZ_CHECK(run->done, "11: the hive first");
    FUZZ_CHECK(forged->hive.size == run->image.size &&
                   (run->image.size == 0 ||
                    memcmp(forged->hive.bytes, run->image.bytes,
                           run->image.size) == 0),
               "11: the same hive");
    FUZZ_CHECK(forged->clean.size <= FORGE_RUN_IMAGE, "11: bounded");
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        FUZZ_CHECK(forged->log[i].size <= FORGE_RUN_IMAGE, "11: bounded");
}

void forge_check_files(const struct forge_run *run, const void *text,
                       size_t size, uint64_t hash)
{
    struct hp_recipe_text recipe = {"input", text, size};
    struct includes includes = {recipe, 0};
    struct hp_recipe_opener opener = {open_include, &includes};
    struct fuzz_memory memory = {0, 0};
    struct hp_recipe_error err;
    struct hp_forged forged;

    for (unsigned round = 0; round < 2; round++) {
        struct hp_arena arena = fuzz_arena(&memory);
        includes.count = 0;
        bool done = hp_forge_recipe(&forged, &arena, FORGE_RUN_IMAGE, recipe,
                                    &opener, &err);
        FUZZ_CHECK(!done || memory.failing == 0, "11: a failed allocation");
        if (done)
            check_files(run, &forged);
        else
            forge_check_refusal(&err, size);
        hp_arena_close(&arena);
        memory = (struct fuzz_memory){0, 1 + hash % memory.calls};
    }
}
