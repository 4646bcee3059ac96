/* SPDX-License-Identifier: Apache-2.0 */
#include "log_twin.h"

#include <string.h>

#include "fuzz.h"
#include "layout.h"
#include "log_recover.h"
#include "log_write.h"
#include "put.h"

enum {
    STATES = 4,
    PAGE = 4096,
    PAGES_MOST = 64, /* of the image */
    TAIL_MOST = 1200,
    SECTOR = 512,
    VECTOR = SECTOR + 4, /* where the bitmap of a DIRT log begins */
    TYPE_OLD = 2,        /* of a DIRT log of Windows 2000 */
    TWINS = 64
};

struct twin {
    struct hp_arena arena;
    uint64_t dice;
    struct hp_log_hive hives[STATES]; /* dirty, between, clean */
    uint32_t states;
    uint32_t reached; /* the state that the logs lead to */
    bool futile;      /* or none of them may be applied */
    uint32_t sequence;
    uint32_t gap; /* numbers that are missing before the latest log */
    struct hp_planned_log *latest; /* has the last entry */
    struct hp_planned_log logs[HP_LIMIT_LOGS];
    struct hp_log_entry entries[STATES];
    struct hp_image files[HP_LIMIT_LOGS];
};

static uint32_t below(struct twin *t, uint32_t most)
{
    t->dice = t->dice * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)((t->dice >> 33) % most);
}

static void *take(struct twin *t, size_t size)
{
    void *memory = hp_arena_alloc(&t->arena, size);

    FUZZ_CHECK(memory != NULL, "0: memory");
    return memory;
}

/* ---- states -------------------------------------------------------------- */

static void set_base(struct hp_log_hive *hive, uint32_t first, uint32_t second)
{
    uint8_t *base = hive->image.bytes;

    memcpy(base, "regf", 4);
    put_u32(base + BASE_SEQUENCE1, first);
    put_u32(base + BASE_SEQUENCE2, second);
    put_u32(base + BASE_TYPE, 0);
    put_u32(base + BASE_BINS_SIZE, hive->bins_size);
    put_u32(base + BASE_CLUSTER, 1);
    put_u32(base + BASE_CHECKSUM, hp_base_checksum(base));
}

static void copy_state(struct twin *t, struct hp_log_hive *hive,
                       struct hp_span image, uint32_t bins_size)
{
    size_t size = BASE_SIZE + (size_t)bins_size;

    hive->bins_size = bins_size;
    hive->image.size = size;
    hive->image.bytes = take(t, size);
    memcpy(hive->image.bytes, image.ptr, image.len < size ? image.len : size);
}

/* Pages of noise, or of other pages of the hive. */
static void scribble(struct twin *t, struct hp_log_hive *hive)
{
    uint8_t *bins = hive->image.bytes + BASE_SIZE;

    for (uint32_t i = 1 + below(t, 3); i > 0; i--) {
        size_t at = (size_t)PAGE * below(t, hive->bins_size / PAGE);
        size_t from = (size_t)PAGE * below(t, hive->bins_size / PAGE);
        if (below(t, 3) == 0)
            memmove(bins + at, bins + from, PAGE);
        else
            bins[at + below(t, PAGE)] ^= (uint8_t)(1 + below(t, 255));
    }
}

/* The last state is the clean one; those before it have other pages, and
 * perhaps more or fewer of them. */
static void make_states(struct twin *t, struct hp_span clean,
                        uint32_t bins_size)
{
    t->states = 2 + below(t, STATES - 1);
    t->reached = t->states - 1;
    for (uint32_t s = 0; s < t->states; s++) {
        uint32_t size = bins_size;
        bool last = s + 1 == t->states;
        if (!last && below(t, 3) == 0)
            size += PAGE * (1 + below(t, 3));
        else if (!last && bins_size > PAGE && below(t, 3) == 0)
            size = PAGE * (1 + below(t, bins_size / PAGE));
        copy_state(t, &t->hives[s], clean, size);
        if (!last)
            scribble(t, &t->hives[s]);
        set_base(&t->hives[s], t->sequence + (s == 0), t->sequence);
    }
}

/* ---- logs ---------------------------------------------------------------- */

static struct hp_planned_log *begin_log(struct twin *t, size_t which,
                                        enum hp_forged_format format)
{
    struct hp_planned_log *log = &t->logs[which];
    size_t size = below(t, 2) == 0 ? 0 : below(t, TAIL_MOST);
    uint8_t *tail = take(t, size + 1);

    for (size_t i = 0; i < size; i++)
        tail[i] = (uint8_t)below(t, 256);
    *log = (struct hp_planned_log){.present = true,
                                   .format = (uint8_t)format,
                                   .base.kind = HP_LOG_BASE,
                                   .tail = hp_span_of(tail, size)};
    log->last_entry = &log->entries;
    return log;
}

/* The field of `record` with that name says `value`. */
static void lie(struct twin *t, struct hp_plan_record *record, const char *name,
                uint64_t value)
{
    struct hp_plan_lie *lie = take(t, sizeof *lie);

    *lie = (struct hp_plan_lie){
        .field = hp_log_field_find((enum hp_log_record)record->kind, name,
                                   strlen(name)),
        .value.number = value};
    record->lies = lie;
}

/* The entry that makes state `state` of `from`; its flags are no matter. */
static void add_entry(struct twin *t, struct hp_planned_log *log,
                      uint32_t state, uint32_t from, enum hp_log_record kind)
{
    struct hp_log_entry *entry = &t->entries[state];

    *entry =
        (struct hp_log_entry){.record.kind = (uint8_t)kind,
                              .state = state,
                              .from = from,
                              .sequence = t->sequence + state - 1 + t->gap};
    entry->last_page = &entry->pages;
    *log->last_entry = entry;
    log->last_entry = &entry->next;
    if (kind == HP_LOG_ENTRY && below(t, 4) == 0)
        lie(t, &entry->record, "flags", below(t, INT32_MAX));
}

static struct hp_log_page *add_page(struct twin *t, struct hp_log_entry *entry,
                                    size_t at)
{
    struct hp_log_page *page = take(t, sizeof *page);

    *page = (struct hp_log_page){
        .offset = (uint32_t)(at - BASE_SIZE), .size = SECTOR, .times = 1};
    *entry->last_page = page;
    entry->last_page = &page->next;
    return page;
}

/* Sectors that differ, and some that do not; not whole pages, as Windows has
 * them. */
static void add_sectors(struct twin *t, struct hp_log_entry *entry)
{
    const struct hp_image *clean = &t->hives[entry->state].image;
    const struct hp_image *dirty = &t->hives[entry->from].image;

    entry->paged = true;
    for (size_t at = BASE_SIZE; at < clean->size; at += SECTOR) {
        bool same = at < dirty->size &&
                    memcmp(clean->bytes + at, dirty->bytes + at, SECTOR) == 0;
        if (same && below(t, 16) != 0)
            continue;
        (void)add_page(t, entry, at);
    }
}

/* Before the right pages one that is wrong, for a place that is written again.
 */
static void add_sectors_twice(struct twin *t, struct hp_log_entry *entry)
{
    uint32_t pages = t->hives[entry->state].bins_size / PAGE;
    size_t at = BASE_SIZE + (size_t)PAGE * below(t, pages);
    uint8_t *bytes = take(t, SECTOR);
    struct hp_log_page *wrong = add_page(t, entry, at);

    memset(bytes, 0x5a, SECTOR);
    wrong->told = true;
    wrong->bytes = hp_span_of(bytes, SECTOR);
    (void)add_page(t, entry, at);
    add_sectors(t, entry);
}

static void plan_hvle(struct twin *t)
{
    size_t which = below(t, HP_LIMIT_LOGS);

    t->latest = begin_log(t, which, HP_FORGED_HVLE);
    for (uint32_t s = 1; s < t->states; s++) {
        size_t other = (which + 1 + below(t, 2)) % HP_LIMIT_LOGS;
        if (s > 1 && below(t, 3) == 0 && !t->logs[other].present) {
            t->latest = begin_log(t, other, HP_FORGED_HVLE);
            if (t->gap == 0 && below(t, 3) == 0) {
                t->gap = 1 + below(t, 9);
                t->reached = s - 1;
            }
        }
        add_entry(t, t->latest, s, s - 1, HP_LOG_ENTRY);
        if (below(t, 4) == 0)
            add_sectors_twice(t, &t->entries[s]);
    }
}

/* The time of the hive, or another one. */
static uint64_t filetime(struct twin *t, bool other)
{
    uint64_t time = hp_at_u64(hp_span_of(t->hives[0].image.bytes, BASE_SIZE),
                              BASE_FILETIME);

    if (!other)
        return time;
    return below(t, 2) == 0 ? time - 1 - below(t, 9) : time + 1 + below(t, 9);
}

/* A log with what the hive is to lose, that is not applied: it was before, and
 * not right before the others, with which it would be one sequence; or it is of
 * the old format, and after the new one no log is, or of another time. */
static void plan_other(struct twin *t)
{
    bool dirt = below(t, 2) == 0;

    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        if (t->logs[i].present)
            continue;
        struct hp_planned_log *log =
            begin_log(t, i, dirt ? HP_FORGED_DIRT : HP_FORGED_HVLE);
        add_entry(t, log, 0, t->states - 1,
                  dirt ? HP_LOG_VECTOR : HP_LOG_ENTRY);
        t->entries[0].sequence = t->sequence - 2 - below(t, 9);
        if (dirt)
            lie(t, &log->base, "filetime", filetime(t, t->latest == NULL));
        return;
    }
}

/* A DIRT log is refused where pages begin bins that say something else. */
static bool has_sound_bins(struct hp_span bins)
{
    size_t at = 0;

    while (at < bins.len) {
        uint32_t size = hp_at_u32(bins, at + BIN_SIZE);
        if (hp_at_u32(bins, at + BIN_SIGNATURE) != BIN_SIGNATURE_VALUE ||
            hp_at_u32(bins, at + BIN_OFFSET) != at || size % PAGE != 0 ||
            size == 0 || size > bins.len - at)
            return false;
        at += size;
    }
    return true;
}

/* A bin of the clean hive begins with something else than the dirty one's. */
static void spoil_bin(struct twin *t)
{
    struct hp_log_hive *clean = &t->hives[t->states - 1];
    uint8_t *bins = clean->image.bytes + BASE_SIZE;
    struct hp_log_hive *dirty = &t->hives[0];
    size_t bin = 0, next = 0;

    do {
        bin = next;
        next += hp_at_u32(hp_span_of(bins, clean->bins_size), bin + BIN_SIZE);
    } while (next < clean->bins_size && below(t, 2) == 0);
    size_t at = bin + below(t, 8); /* its signature, its offset */
    if (at < dirty->bins_size)
        dirty->image.bytes[BASE_SIZE + at] = bins[at];
    bins[at] ^= (uint8_t)(1 + below(t, 255));
}

static void plan_dirt(struct twin *t)
{
    struct hp_planned_log *log =
        begin_log(t, below(t, HP_LIMIT_LOGS), HP_FORGED_DIRT);

    uint32_t clean = t->states - 1;
    size_t end = VECTOR + t->hives[clean].bins_size / PAGE;
    add_entry(t, log, clean, 0, HP_LOG_VECTOR);
    t->futile = below(t, 4) == 0;
    if (t->futile && below(t, 2) == 0)
        spoil_bin(t);
    else if (t->futile)
        lie(t, &log->base, "filetime", filetime(t, true));
    else if (below(t, 2) == 0)
        lie(t, &log->base, "type", TYPE_OLD);
    if (below(t, 2) == 0)
        add_sectors(t, log->entries);
    /* Bits behind the last bin's are padding. */
    if (end % SECTOR == 0 || below(t, 2) == 0)
        return;
    log->raws = take(t, sizeof *log->raws);
    log->raws->position = end;
    log->raws->bytes = hp_span_of("\xff", 1);
}

static void write_logs(struct twin *t, struct hp_log_set *set)
{
    const struct hp_log_source source = {t->hives, &t->arena, UINT32_MAX};
    struct hp_recipe_error err;

    set->primary = hp_span_of(t->hives[0].image.bytes, t->hives[0].image.size);
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        if (!t->logs[i].present)
            continue;
        FUZZ_CHECK(hp_log_write(&t->files[i], &t->logs[i], &source, &err),
                   "0: the forge writes");
        set->log[i] = hp_span_of(t->files[i].bytes, t->files[i].size);
    }
}

/* ---- the check ----------------------------------------------------------- */

/* The pages of `log` over the dirty hive: what is right where its base block is
 * bad, for then only the log with the latest entries counts. */
static struct hp_log_hive overlay(struct twin *t,
                                  const struct hp_planned_log *log)
{
    const struct hp_image *dirty = &t->hives[0].image;
    struct hp_log_hive want;

    copy_state(t, &want, hp_span_of(dirty->bytes, dirty->size),
               t->hives[t->states - 1].bins_size);
    for (struct hp_log_entry *e = log->entries; e != NULL; e = e->next)
        for (struct hp_log_page *p = e->pages; p != NULL; p = p->next) {
            size_t at = BASE_SIZE + (size_t)p->offset;
            if (at >= want.image.size)
                continue;
            size_t room = want.image.size - at;
            memcpy(want.image.bytes + at, t->hives[e->state].image.bytes + at,
                   room < p->size ? room : p->size);
        }
    return want;
}

static void check(struct twin *t, bool bad_base)
{
    struct hp_log_hive want = t->hives[t->reached];
    struct hp_log_set set = {0};
    struct log_outcome got;

    write_logs(t, &set);
    if (bad_base) {
        want = overlay(t, t->latest);
        t->hives[0].image.bytes[BASE_CHECKSUM + below(t, 4)] ^= 1;
    }
    log_recover(&got, set);
    if (t->futile)
        FUZZ_CHECK(got.plan.result == HP_RECOVERY_REFUSED, "2: no twin");
    else
        FUZZ_CHECK(got.plan.result == HP_RECOVERY_DONE &&
                       got.plan.size == want.image.size &&
                       memcmp(got.image + BASE_SIZE,
                              want.image.bytes + BASE_SIZE,
                              want.bins_size) == 0,
                   "2: the clean twin");
    log_outcome_close(&got);
}

void log_check_twin(struct hp_span clean, uint64_t hash)
{
    struct fuzz_memory memory = {0, 0};
    struct twin t = {.arena = fuzz_arena(&memory), .dice = hash};
    struct hp_span bins = {NULL, 0, NULL};

    if (clean.len < BASE_SIZE + PAGE ||
        clean.len > BASE_SIZE + (size_t)PAGE * PAGES_MOST)
        return;
    uint32_t bins_size = (uint32_t)(clean.len - BASE_SIZE) / PAGE * PAGE;
    (void)hp_span_sub(clean, BASE_SIZE, bins_size, &bins);
    t.sequence = below(&t, 2) == 0 ? UINT32_MAX - below(&t, 3) : below(&t, 9);
    make_states(&t, clean, bins_size);
    if (below(&t, 2) == 0 && has_sound_bins(bins))
        plan_dirt(&t);
    else
        plan_hvle(&t);
    if (below(&t, 3) == 0)
        plan_other(&t);
    check(&t, t.latest != NULL && below(&t, 4) == 0);
    hp_arena_close(&t.arena);
}

void log_check_twins(struct hp_span clean)
{
    for (uint64_t twin = 0; twin < TWINS; twin++)
        log_check_twin(clean, fuzz_hash(twin, NULL, 0));
}
