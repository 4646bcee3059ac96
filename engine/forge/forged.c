/* SPDX-License-Identifier: Apache-2.0 */
#include "forged.h"

#include "layout.h"
#include "log_write.h"
#include "put.h"
#include "reader.h"

/* Files that were included, in the order in which they were opened: a state
 * that is read later opens the same ones. */
struct includes {
    const struct hp_recipe_opener *opener;
    struct hp_recipe_text texts[HP_RECIPE_FILES];
    size_t count, next;
};

struct forging {
    struct hp_forged *forged;
    struct hp_arena *arena;
    uint64_t limit;
    struct hp_recipe_text text;
    struct includes includes;
    struct hp_log_plan logs;
    struct hp_log_hive hives[HP_LOG_STATES];
    struct hp_recipe_error *err;
};

static enum hp_status open_again(void *self, struct hp_recipe_text *text,
                                 const char *from, const char *name)
{
    struct includes *includes = self;

    if (includes->next == HP_RECIPE_FILES)
        return HP_E_IO;
    if (includes->next == includes->count) {
        const struct hp_recipe_opener *opener = includes->opener;
        if (opener == NULL)
            return HP_E_IO;
        enum hp_status status = opener->open(
            opener->self, &includes->texts[includes->count], from, name);
        if (status != HP_OK)
            return status;
        includes->count++;
    }
    *text = includes->texts[includes->next++];
    return HP_OK;
}

static bool no_memory(struct forging *f)
{
    return hp_plan_fail(f->err, HP_E_NO_MEMORY, (struct hp_origin){0},
                        "out of memory");
}

/* Reads and assembles one state. What it says of logs is that of state 0. */
static bool forge_state(struct forging *f, uint32_t state)
{
    const struct hp_recipe_opener opener = {open_again, &f->includes};
    struct hp_log_hive *hive = &f->hives[state];
    struct hp_log_plan again;
    struct hp_plan plan;

    f->includes.next = 0;
    hp_log_plan_open(&again);
    if (!hp_plan_open(&plan, f->arena, f->limit))
        return no_memory(f);
    if (!hp_recipe_read_state(&plan, state == 0 ? &f->logs : &again, &f->logs,
                              state, f->text, &opener, f->err) ||
        !hp_plan_assemble(&hive->image, &plan, f->err))
        return false;
    hive->bins_size = plan.layout.bins_size;
    return true;
}

static uint32_t base_number(const struct hp_image *image, size_t at)
{
    uint32_t number = 0;

    (void)hp_span_u32(hp_span_of(image->bytes, image->size), at, &number);
    return number;
}

/* The latest state, whose base block says that it was saved. */
static bool forge_clean(struct forging *f)
{
    const struct hp_log_state *latest = &f->logs.states[f->logs.latest];
    const struct hp_image *image = &f->hives[f->logs.latest].image;
    uint8_t *bytes = hp_arena_copy(f->arena, image->bytes, image->size);
    uint32_t sequence = base_number(&f->forged->hive, BASE_SEQUENCE1);

    if (bytes == NULL)
        return no_memory(f);
    f->forged->clean = (struct hp_image){bytes, image->size};
    if (latest->entry != NULL && latest->entry->record.kind == HP_LOG_ENTRY)
        sequence = latest->entry->sequence;
    if (image->size < BASE_CHECKSUM + 4)
        return true;
    put_u32(bytes + BASE_SEQUENCE1, sequence);
    put_u32(bytes + BASE_SEQUENCE2, sequence);
    put_u32(bytes + BASE_CHECKSUM, hp_base_checksum(bytes));
    return true;
}

static bool forge_logs(struct forging *f)
{
    const struct hp_log_source source = {f->hives, f->arena, f->limit};
    struct hp_forged *forged = f->forged;

    for (uint32_t s = 1; s < f->logs.state_count; s++) {
        if (!forge_state(f, s))
            return false;
    }
    hp_log_number(&f->logs, base_number(&forged->hive, BASE_SEQUENCE2));
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        forged->has_log[i] = f->logs.files[i].present;
        if (forged->has_log[i] &&
            !hp_log_write(&forged->log[i], &f->logs.files[i], &source, f->err))
            return false;
    }
    return forge_clean(f);
}

bool hp_forge_recipe(struct hp_forged *forged, struct hp_arena *arena,
                     uint64_t image_limit, struct hp_recipe_text text,
                     const struct hp_recipe_opener *opener,
                     struct hp_recipe_error *err)
{
    struct forging *f = hp_arena_alloc(arena, sizeof *f);

    *forged = (struct hp_forged){0};
    if (f == NULL)
        return hp_plan_fail(err, HP_E_NO_MEMORY, (struct hp_origin){0},
                            "out of memory");
    f->forged = forged;
    f->arena = arena;
    f->limit = image_limit;
    f->text = text;
    f->includes.opener = opener;
    f->err = err;
    hp_log_plan_open(&f->logs);
    if (!forge_state(f, 0))
        return false;
    forged->hive = f->hives[0].image;
    forged->clean = forged->hive;
    return !hp_log_plan_has_logs(&f->logs) || forge_logs(f);
}
