/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "log_plan.h"
#include "reader.h"

/* ---- files ----------------------------------------------------------- */

/* LOG, LOG1 or LOG2. */
static bool read_name(struct hp_planned_log **file, struct hp_reader_state *r,
                      struct hp_scan *scan)
{
    static const char *const names[HP_LIMIT_LOGS] = {"LOG", "LOG1", "LOG2"};
    struct hp_scan start = *scan;
    struct hp_word_span word = hp_scan_word(scan);

    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        if (hp_word_is(word, names[i])) {
            *file = &r->logs->files[i];
            return true;
        }
    }
    return hp_scan_fail(&start, "a log is LOG, LOG1 or LOG2");
}

/* [NAME] of a file that the recipe has by now. */
static bool read_file(struct hp_planned_log **file, struct hp_reader_state *r,
                      struct hp_scan *scan)
{
    struct hp_scan start = *scan;

    if (!hp_scan_expect(scan, '[', "[LOG1]") || !read_name(file, r, scan) ||
        !hp_scan_expect(scan, ']', "[LOG1]"))
        return false;
    return (*file)->present || hp_scan_fail(&start, "there is no such log");
}

bool hp_read_log_record(struct hp_plan_record **record,
                        struct hp_reader_state *r, struct hp_scan *scan,
                        struct hp_word_span word, bool dry)
{
    struct hp_planned_log *file = NULL;
    uint32_t index = 0;
    uint8_t kind = hp_word_is(word, "entry") ? HP_LOG_ENTRY : HP_LOG_VECTOR;

    if (dry) {
        if (!hp_scan_expect(scan, '[', "[LOG1]") ||
            !read_name(&file, r, scan) || !hp_scan_expect(scan, ']', "[LOG1]"))
            return false;
    } else if (!read_file(&file, r, scan)) {
        return false;
    }
    if (hp_word_is(word, "log")) {
        *record = &file->base;
        return true;
    }
    if (hp_scan_pass(scan, '#') && !hp_scan_count(&index, scan, HP_LOG_STATES))
        return false;
    struct hp_log_entry *entry = file->entries;
    for (; entry != NULL && index > 0; index--)
        entry = entry->next;
    bool found = entry != NULL && entry->record.kind == kind;
    *record = found ? &entry->record : NULL;
    return true;
}

/* ---- lines ----------------------------------------------------------- */

/* True if `word` is next and no field of that name. */
static bool pass_word(struct hp_scan *scan, const char *text)
{
    struct hp_scan start = *scan;

    hp_scan_blanks(scan);
    if (hp_word_is(hp_scan_word(scan), text))
        return true;
    *scan = start;
    return false;
}

/* [anew] [aside] of what begins a state; the next lines tell it. */
static bool begin_state(struct hp_reader_state *r, struct hp_scan *scan,
                        enum hp_log_record kind)
{
    struct hp_log_plan *logs = r->logs;
    struct hp_origin origin = hp_scan_origin(scan);
    bool anew = pass_word(scan, "anew");
    bool aside = pass_word(scan, "aside");

    if (logs->state_count == HP_LOG_STATES)
        return hp_plan_fail(r->err, HP_E_DEPTH, origin, "too many entries");
    struct hp_log_entry *entry = hp_arena_alloc(r->plan->arena, sizeof *entry);
    if (entry == NULL)
        return hp_scan_no_memory(scan);
    uint32_t state = logs->state_count++;
    *entry = (struct hp_log_entry){.record = {.kind = (uint8_t)kind},
                                   .state = state,
                                   .from = logs->latest,
                                   .aside = aside};
    entry->last_page = &entry->pages;
    entry->record.origin = origin;
    logs->states[state] =
        (struct hp_log_state){anew ? HP_LOG_NO_STATE : logs->latest, entry};
    if (!aside)
        logs->latest = state;
    logs->entry = entry;
    *logs->file->last_entry = entry;
    logs->file->last_entry = &entry->next;
    return hp_reader_turn(r, state);
}

/* log NAME dirt|hvle|none ... */
bool hp_read_log(struct hp_reader_state *r, struct hp_recipe_file *recipe)
{
    struct hp_scan *scan = &recipe->scan;
    struct hp_scan start = *scan;
    struct hp_planned_log *file = NULL;

    if (!read_name(&file, r, scan))
        return false;
    if (file->present)
        return hp_scan_fail(&start, "this log was described before");
    *file = (struct hp_planned_log){
        .present = true, .base.kind = HP_LOG_BASE, .begun = r->logs->latest};
    file->base.origin = hp_scan_origin(&start);
    file->last_entry = &file->entries;
    file->last_raw = &file->raws;
    r->logs->file = file;
    r->logs->entry = NULL;
    if (pass_word(scan, "dirt")) {
        file->format = HP_FORGED_DIRT;
        if (!begin_state(r, scan, HP_LOG_VECTOR))
            return false;
    } else if (pass_word(scan, "hvle")) {
        file->format = HP_FORGED_HVLE;
    } else if (!pass_word(scan, "none")) {
        return hp_scan_fail(scan, "log NAME dirt, hvle or none");
    }
    hp_scan_blanks(scan);
    return file->format == HP_FORGED_NONE
               ? hp_scan_line_end(scan)
               : hp_read_fields(r, scan, &file->base);
}

/* entry [anew] [aside] [FIELD = VALUE]... */
bool hp_read_entry(struct hp_reader_state *r, struct hp_recipe_file *recipe)
{
    const struct hp_planned_log *file = r->logs->file;
    struct hp_scan *scan = &recipe->scan;

    if (file == NULL || file->format != HP_FORGED_HVLE)
        return hp_scan_fail(scan, "an entry stands below log NAME hvle");
    if (!begin_state(r, scan, HP_LOG_ENTRY))
        return false;
    hp_scan_blanks(scan);
    return hp_read_fields(r, scan, &r->logs->entry->record);
}

/* OFFSET+SIZE [*TIMES] [hex:...] */
static bool read_page(struct hp_log_page *page, struct hp_scan *scan)
{
    page->times = 1;
    page->origin = hp_scan_origin(scan);
    if (!hp_scan_count(&page->offset, scan, UINT32_MAX) ||
        !hp_scan_expect(scan, '+', "page OFFSET+SIZE") ||
        !hp_scan_count(&page->size, scan, UINT32_MAX))
        return false;
    hp_scan_blanks(scan);
    if (hp_scan_pass(scan, '*') &&
        !hp_scan_count(&page->times, scan, UINT32_MAX))
        return false;
    if (!pass_word(scan, "hex"))
        return true;
    page->told = true;
    return hp_scan_expect(scan, ':', "bytes are written as hex:...") &&
           hp_scan_hex(&page->bytes, scan);
}

/* page none, or one of them */
bool hp_read_page(struct hp_reader_state *r, struct hp_recipe_file *recipe)
{
    struct hp_log_entry *entry = r->logs->entry;
    struct hp_scan *scan = &recipe->scan;

    if (entry == NULL)
        return hp_scan_fail(scan, "a page stands below an entry, or below log "
                                  "NAME dirt");
    entry->paged = true;
    if (pass_word(scan, "none"))
        return hp_scan_line_end(scan);
    struct hp_log_page *page = hp_arena_alloc(r->plan->arena, sizeof *page);
    if (page == NULL)
        return hp_scan_no_memory(scan);
    *entry->last_page = page;
    entry->last_page = &page->next;
    return read_page(page, scan) && hp_scan_line_end(scan);
}

/* ---- bytes of a file ------------------------------------------------- */

static bool read_raw(struct hp_planned_log *file, struct hp_scan *scan)
{
    struct hp_plan_raw *raw = hp_arena_alloc(scan->plan->arena, sizeof *raw);

    if (raw == NULL)
        return hp_scan_no_memory(scan);
    *file->last_raw = raw;
    file->last_raw = &raw->next;
    raw->origin = hp_scan_origin(scan);
    if (!hp_scan_number(&raw->position, scan))
        return false;
    hp_scan_blanks(scan);
    return hp_scan_hex(&raw->bytes, scan);
}

static bool read_end(struct hp_planned_log *file, struct hp_scan *scan)
{
    struct hp_origin origin = hp_scan_origin(scan);

    file->ends = true;
    if (!hp_scan_number(&file->end, scan))
        return false;
    return file->end <= scan->plan->image_limit ||
           hp_plan_fail(scan->err, HP_E_TOO_LARGE, origin,
                        "the position is above the limit");
}

bool hp_read_log_bytes(struct hp_reader_state *r, struct hp_recipe_file *recipe,
                       struct hp_word_span word)
{
    struct hp_scan *scan = &recipe->scan;
    struct hp_planned_log *file = NULL;

    if (!read_file(&file, r, scan))
        return false;
    hp_scan_blanks(scan);
    bool done = hp_word_is(word, "raw")   ? read_raw(file, scan)
                : hp_word_is(word, "end") ? read_end(file, scan)
                                          : hp_scan_hex(&file->tail, scan);
    return done && hp_scan_line_end(scan);
}
