/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS */

#include "sound.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "assemble.h"
#include "decompile.h"
#include "digest.h"
#include "file_out.h"
#include "hivex_backend.h"
#include "hp_limits.h"
#include "layout.h"
#include "memory.h"
#include "native.h"
#include "print.h"
#include "recipe.h"
#include "shape.h"
#include "tree.h"
#include "walk.h"

/* Steps: reads that a walk may do for each byte of the image. */
#define READS_PER_BYTE 16

/* For images that are hardly there. */
#define READS_LEAST 64

#define PLAN_MEMORY ((size_t)1 << 30)

bool hp_guarded_open(struct hp_guarded *guarded, const void *bytes, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t whole = (size + page - 1) / page * page;
    size_t mapped = whole + page;
    uint8_t *mapping = mmap(NULL, mapped, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (mapping == MAP_FAILED)
        return false;
    if (size > 0)
        memcpy(mapping + whole - size, bytes, size);
    if (whole > 0)
        (void)mprotect(mapping, whole, PROT_READ);
    (void)mprotect(mapping + whole, page, PROT_NONE);
    *guarded = (struct hp_guarded){hp_span_of(mapping + whole - size, size),
                                   mapping, mapped};
    return true;
}

void hp_guarded_close(struct hp_guarded *guarded)
{
    (void)munmap(guarded->mapping, guarded->size);
}

struct check {
    FILE *out;
    struct hp_span image;
    struct hp_digest strict, forensic;
};

static bool broken(const struct check *check, const char *what)
{
    (void)fprintf(check->out, "broken: %s\n", what);
    return false;
}

static bool check_steps(const struct check *check, bool forensic)
{
    struct hp_walk *walk = malloc(sizeof *walk);
    size_t marks = hp_starts_size(check->image.len);
    uint8_t *starts = calloc(2, marks); /* the second half stays as it is */
    enum hp_walk_kind kind;
    bool few = false, inside = false, late = false;

    if (walk != NULL && starts != NULL) {
        hp_walk_open(walk, check->image, forensic, starts);
        while (hp_walk_next(walk, &kind))
            late |= walk->hive.refused;
        few =
            walk->hive.reads <= READS_PER_BYTE * check->image.len + READS_LEAST;
        inside = starts[marks] == 0 &&
                 memcmp(starts + marks, starts + marks + 1, marks - 1) == 0;
    }
    free(walk);
    free(starts);
    if (late)
        return broken(check, "an event of a walk that is refused");
    if (!inside)
        return broken(check, "cells marked behind the bitmap");
    return few || broken(check, "more than 16 reads a byte");
}

static bool check_mode(const struct check *check, uint32_t mode,
                       struct hp_digest *digest)
{
    struct hp_digest again;

    hp_digest_of(digest, &hp_backend_native, mode, check->image, NULL, NULL);
    if (digest->wrong != NULL)
        return broken(check, digest->wrong);
    hp_digest_of(&again, &hp_backend_native, mode, check->image, NULL, NULL);
    if (!hp_digest_equal(digest, &again) || again.result != digest->result)
        return broken(check, "a second walk differs");
    return check_steps(check, mode == HP_MODE_FORENSIC);
}

static bool check_walks(struct check *check)
{
    struct hp_digest pruned;

    if (!check_mode(check, HP_MODE_STRICT, &check->strict) ||
        !check_mode(check, HP_MODE_FORENSIC, &check->forensic))
        return false;
    if (check->strict.result != HP_WALK_DONE || check->strict.security_cut)
        return true;
    /* Of what is only noted, such as a descriptor, forensic may give more. */
    if (check->strict.keys != check->forensic.keys ||
        check->strict.values != check->forensic.values ||
        (check->strict.damage_count == 0 &&
         !hp_digest_equal(&check->strict, &check->forensic)))
        return broken(check, "strict accepts what forensic reads otherwise");
    hp_digest_of(&pruned, &hp_backend_native_pruned, HP_MODE_STRICT,
                 check->image, NULL, NULL);
    if (pruned.wrong != NULL)
        return broken(check, pruned.wrong);
    return check->strict.inside_a_cell ||
           hp_digest_equal(&check->strict, &pruned) ||
           broken(check, "a walk without the pass over all bins differs");
}

/* ---- recipes ---------------------------------------------------------- */

/* True if `lie` is what is left of something that the hive shares or breaks,
 * which only the pinned recipe can say. */
static bool is_loss(const struct hp_plan_record *record,
                    const struct hp_plan_lie *lie)
{
    static const int of_nk[] = {NK_CLASS,  NK_CLASS_LENGTH, NK_SUBKEYS,
                                NK_VALUES, NK_VALUE_COUNT,  NK_SUBKEY_COUNT};
    int at = lie->field->at;

    /* "No security" is what a key may well say. */
    if (record->kind == HP_RECORD_NK && at == NK_SECURITY)
        return lie->value.number != OFFSET_NIL;
    if (record->kind == HP_RECORD_VK)
        return at == VK_DATA_SIZE && (lie->value.number & ~VK_INLINE) != 0;
    for (size_t i = 0; i < sizeof of_nk / sizeof of_nk[0]; i++)
        if (record->kind == HP_RECORD_NK && of_nk[i] == at)
            return true;
    return false;
}

static bool visit_record(void *self, struct hp_plan_record *record)
{
    (void)self;
    for (const struct hp_plan_lie *l = record->lies; l != NULL; l = l->next)
        if (is_loss(record, l))
            return false;
    return true;
}

/* True if every record of the plan has its own place, and none is lost. */
static bool is_tree(struct hp_plan *plan)
{
    for (const struct hp_plan_key *k = plan->root; k != NULL;
         k = hp_plan_key_after(k)) {
        if (k->target != NULL)
            return false;
        for (const struct hp_plan_value *v = k->first_value; v != NULL;
             v = v->next)
            if (v->target != NULL)
                return false;
    }
    return hp_plan_visit(plan, visit_record, NULL);
}

/* The same as hp_recipe_of; *tree tells whether the image is one. NULL also if
 * memory was written past its end. */
static char *take_apart(struct hp_span image, bool pinned, size_t *size,
                        bool *tree)
{
    struct hp_memory watched = {0};
    struct hp_arena arena =
        hp_arena_of(hp_memory_allocator(&watched), PLAN_MEMORY);
    struct hp_recipe_error err;
    struct hp_plan plan;
    char *text = NULL;
    FILE *memory = open_memstream(&text, size);

    if (memory == NULL)
        return NULL;
    bool done = hp_plan_open(&plan, &arena, HP_LIMIT_IMAGE_SIZE) &&
                hp_decompile(&plan, image, &err) &&
                hp_plan_print(hp_out_to_file(memory), &plan, pinned);
    done = fclose(memory) == 0 && done;
    *tree = done && is_tree(&plan);
    hp_arena_close(&arena);
    if (done && !watched.overrun)
        return text;
    free(text);
    return NULL;
}

char *hp_recipe_of(struct hp_span image, bool pinned, size_t *size)
{
    bool tree;

    return take_apart(image, pinned, size, &tree);
}

static bool forge(struct hp_image *image, struct hp_arena *arena,
                  const char *text, size_t size, struct hp_recipe_error *err)
{
    const struct hp_recipe_text recipe = {"recipe", text, size};
    struct hp_plan plan;

    return hp_plan_open(&plan, arena, HP_LIMIT_IMAGE_SIZE) &&
           hp_recipe_read(&plan, recipe, NULL, err) &&
           hp_plan_assemble(image, &plan, err);
}

static bool same_bytes(const struct check *check, const struct hp_image *image)
{
    return (image->size == check->image.len &&
            (image->size == 0 ||
             memcmp(image->bytes, check->image.ptr, image->size) == 0)) ||
           broken(check, "its recipe forges other bytes");
}

static bool same_events(const struct check *check, const struct hp_image *image)
{
    struct hp_span forged = hp_span_of(image->bytes, image->size);
    struct hp_digest digest;

    hp_digest_of(&digest, &hp_backend_native, HP_MODE_STRICT, forged, NULL,
                 NULL);
    return (digest.result == HP_WALK_DONE &&
            hp_digest_equal(&digest, &check->strict)) ||
           broken(check, "in an automatic layout it says something else");
}

static bool check_recipe(const struct check *check, bool pinned)
{
    struct hp_memory watched = {0};
    struct hp_arena arena =
        hp_arena_of(hp_memory_allocator(&watched), PLAN_MEMORY);
    struct hp_recipe_error err = {.message = "out of memory"};
    struct hp_image image;
    size_t size;
    bool same = false, tree;
    char *text = take_apart(check->image, pinned, &size, &tree);

    if (text == NULL)
        return broken(check, "it has no recipe");
    if (!forge(&image, &arena, text, size, &err))
        (void)fprintf(check->out,
                      "broken: its recipe does not forge: %" PRIu32 ":%" PRIu32
                      ": %s\n",
                      err.origin.line, err.origin.column, err.message);
    else
        same = pinned ? same_bytes(check, &image)
                      : !tree || same_events(check, &image);
    hp_arena_close(&arena);
    free(text);
    return same && (!watched.overrun ||
                    broken(check, "memory was written past its end"));
}

/* ---- what a name promises --------------------------------------------- */

static bool print_difference(void *self, const struct hp_difference *difference)
{
    const struct check *check = self;

    (void)fprintf(check->out, "broken: hivex reads %s otherwise: %s, %s\n",
                  difference->field, difference->a, difference->b);
    return false;
}

static bool same_tree(struct check *check, struct hp_arena *arena)
{
    const struct hp_backend *readers[] = {&hp_backend_native,
                                          &hp_backend_hivex};
    struct hp_tree trees[2];
    struct hp_digest digest;
    struct hp_sink sink;

    for (int i = 0; i < 2; i++) {
        hp_tree_begin(&trees[i], arena, &sink);
        hp_digest_of(&digest, readers[i], HP_MODE_FORENSIC, check->image, NULL,
                     &sink);
        /* What hivex cannot read is in corpus/parsers.tsv. */
        if (digest.result != HP_WALK_DONE)
            return i == 1 || broken(check, "forensic does not read it whole");
        if (digest.wrong != NULL)
            return broken(check, digest.wrong);
    }
    return hp_tree_compare(&trees[0], &trees[1], print_difference, check) == 0;
}

static bool check_promise(struct check *check, enum hp_soundness soundness)
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, PLAN_MEMORY);
    bool kept = true;

    if (soundness == HP_SOUND_BAD && check->strict.result != HP_WALK_REFUSED)
        kept = broken(check, "bad, but strict reading accepts it");
    if (soundness == HP_SOUND_GOOD && check->strict.result != HP_WALK_DONE)
        kept = broken(check, "good, but strict reading refuses it");
    if (soundness == HP_SOUND_GOOD && kept)
        kept = same_tree(check, &arena);
    hp_arena_close(&arena);
    return kept;
}

bool hp_sound_check(FILE *out, struct hp_span image,
                    enum hp_soundness soundness)
{
    struct check check = {.out = out, .image = image};

    return check_walks(&check) && check_recipe(&check, true) &&
           (check.strict.result != HP_WALK_DONE ||
            check.strict.damage_count > 0 || check_recipe(&check, false)) &&
           check_promise(&check, soundness);
}
