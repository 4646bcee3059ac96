/* SPDX-License-Identifier: Apache-2.0 */
#include "log_write.h"

#include "layout.h"
#include "marvin32.h"
#include "put.h"

#define ENTRY_SIGNATURE_VALUE 0x454C7648u  /* "HvLE" */
#define VECTOR_SIGNATURE_VALUE 0x54524944u /* "DIRT" */

enum {
    SECTOR = 512,
    BLOCK = 4096, /* in which Windows notices changes */
    LONGEST_BASE = 8,
    TYPE_DIRT = 1,
    TYPE_HVLE = 6,
    HASHED_HEADER = 32
};

struct writer {
    struct hp_planned_log *file;
    const struct hp_log_source *source;
    struct hp_recipe_error *err;
    struct hp_image *image;
    size_t base_size;         /* of the log's base block, and of its sectors */
    uint64_t room;            /* bytes from its start to the end of all */
    size_t at[HP_LOG_STATES]; /* of the entries, in the order of the file */
    size_t size[HP_LOG_STATES];
};

static bool no_memory(struct writer *w)
{
    return hp_plan_fail(w->err, HP_E_NO_MEMORY, (struct hp_origin){0},
                        "out of memory");
}

static struct hp_span hive_of(const struct writer *w, uint32_t state)
{
    const struct hp_image *image = &w->source->hives[state].image;

    return hp_span_of(image->bytes, image->size);
}

static uint64_t round_up(uint64_t size, uint64_t to)
{
    return (size + to - 1) / to * to;
}

/* Copies what the hive has from `position` on; what it has not is zeros, which
 * are there. */
static void copy_hive(uint8_t *to, struct hp_span hive, uint64_t position,
                      size_t size)
{
    struct hp_span part;

    if (position >= hive.len)
        return;
    if (size > hive.len - position)
        size = hive.len - (size_t)position;
    if (hp_span_sub(hive, (size_t)position, size, &part))
        put_bytes(to, part);
}

/* ---- pages ----------------------------------------------------------- */

/* True if a block of the bins is another one than before. */
static bool differs(struct hp_span hive, struct hp_span before, size_t position)
{
    uint8_t block[BLOCK] = {0}, other[BLOCK] = {0};

    copy_hive(block, hive, position, BLOCK);
    copy_hive(other, before, position, BLOCK);
    return position >= before.len || memcmp(block, other, BLOCK) != 0;
}

static bool add_page(struct writer *w, struct hp_log_entry *entry,
                     uint32_t offset)
{
    struct hp_log_page *page = hp_arena_alloc(w->source->arena, sizeof *page);

    if (page == NULL)
        return no_memory(w);
    page->offset = offset;
    page->times = 1;
    *entry->last_page = page;
    entry->last_page = &page->next;
    return true;
}

/* The blocks that differ, neighbours together. */
static bool find_pages(struct writer *w, struct hp_log_entry *entry)
{
    struct hp_span hive = hive_of(w, entry->state);
    struct hp_span before = hive_of(w, entry->from);
    uint32_t size = w->source->hives[entry->state].bins_size;
    struct hp_log_page *page = NULL;

    if (entry->paged)
        return true;
    entry->paged = true;
    for (uint32_t at = 0; at < size; at += BLOCK) {
        if (!differs(hive, before, BASE_SIZE + (size_t)at))
            continue;
        if (page == NULL || page->offset + page->size != at) {
            struct hp_log_page **last = entry->last_page;
            if (!add_page(w, entry, at))
                return false;
            page = *last;
        }
        page->size += BLOCK;
    }
    return true;
}

/* ---- room ------------------------------------------------------------ */

static bool too_large(struct writer *w, struct hp_origin origin)
{
    return hp_plan_fail(w->err, HP_E_TOO_LARGE, origin,
                        "the log is larger than the limit");
}

static bool grow(struct writer *w, uint64_t size, struct hp_origin origin)
{
    if (size > w->source->limit - w->room)
        return too_large(w, origin);
    w->room += size;
    return true;
}

/* Places an entry at the end of what is there. */
static bool place_entry(struct writer *w, const struct hp_log_entry *entry,
                        size_t number)
{
    w->at[number] = (size_t)w->room;
    if (!grow(w, ENTRY_PAGES, entry->record.origin))
        return false;
    for (const struct hp_log_page *p = entry->pages; p != NULL; p = p->next) {
        uint64_t each = (uint64_t)ENTRY_PAGE_SIZE + p->size;
        if (p->times > w->source->limit / each)
            return too_large(w, p->origin);
        if (!grow(w, each * p->times, p->origin))
            return false;
    }
    if (!grow(w, round_up(w->room, SECTOR) - w->room, entry->record.origin))
        return false;
    w->size[number] = (size_t)w->room - w->at[number];
    return true;
}

/* Bytes of the bitmap: of all bins, and of pages behind them. */
static bool measure_bitmap(uint64_t *size, struct writer *w,
                           const struct hp_log_entry *entry)
{
    uint64_t end = w->source->hives[entry->state].bins_size, all = 0;

    for (const struct hp_log_page *p = entry->pages; p != NULL; p = p->next) {
        if (p->offset % SECTOR != 0 || p->size % SECTOR != 0 || p->told)
            return hp_plan_fail(w->err, HP_E_TEXT, p->origin,
                                "a DIRT log has sectors of the hive as they "
                                "are: multiples of 512 bytes");
        all += p->size;
        if (all > w->source->limit)
            return too_large(w, p->origin);
        if ((uint64_t)p->offset + p->size > end)
            end = (uint64_t)p->offset + p->size;
    }
    *size = round_up(end / SECTOR, 8) / 8;
    return true;
}

static bool place_vector(struct writer *w, const struct hp_log_entry *entry)
{
    uint64_t bitmap = 0;

    if (!measure_bitmap(&bitmap, w, entry))
        return false;
    w->at[0] = (size_t)w->room;
    w->size[0] = (size_t)round_up(VECTOR_BITMAP + bitmap, w->base_size);
    return grow(w, w->size[0], entry->record.origin);
}

/* Sets the bits of the pages, and makes room for their bytes. */
static bool mark_pages(struct writer *w, const struct hp_log_entry *entry,
                       uint8_t *bitmap)
{
    for (const struct hp_log_page *p = entry->pages; p != NULL; p = p->next) {
        for (uint64_t i = 0; i < p->size / SECTOR; i++) {
            uint64_t bit = p->offset / SECTOR + i;
            uint8_t mask = (uint8_t)(1 << bit % 8);
            if ((bitmap[bit / 8] & mask) == 0 && !grow(w, SECTOR, p->origin))
                return false;
            bitmap[bit / 8] |= mask;
        }
    }
    return true;
}

/* ---- content --------------------------------------------------------- */

static void write_vector(struct writer *w, const struct hp_log_entry *entry,
                         const uint8_t *bitmap)
{
    uint8_t *at = w->image->bytes + w->at[0];
    size_t size = w->size[0] - VECTOR_BITMAP;
    struct hp_span hive = hive_of(w, entry->state);

    put_u32(at, VECTOR_SIGNATURE_VALUE);
    put_bytes(at + VECTOR_BITMAP, hp_span_of(bitmap, size));
    at += w->size[0];
    for (uint64_t bit = 0; bit < 8 * (uint64_t)size; bit++) {
        if ((bitmap[bit / 8] >> bit % 8 & 1) == 0)
            continue;
        copy_hive(at, hive, BASE_SIZE + bit * SECTOR, SECTOR);
        at += SECTOR;
    }
}

static uint32_t base_number(struct hp_span hive, size_t at)
{
    uint32_t number = 0;

    (void)hp_span_u32(hive, at, &number);
    return number;
}

static void write_entry(struct writer *w, const struct hp_log_entry *entry,
                        size_t number)
{
    uint8_t *start = w->image->bytes + w->at[number];
    uint8_t *reference = start + ENTRY_PAGES;
    struct hp_span hive = hive_of(w, entry->state);
    uint64_t count = 0;

    for (const struct hp_log_page *p = entry->pages; p != NULL; p = p->next)
        count += p->times;
    put_u32(start + ENTRY_SIGNATURE, ENTRY_SIGNATURE_VALUE);
    put_u32(start + ENTRY_SIZE, w->size[number]);
    put_u32(start + ENTRY_FLAGS, base_number(hive, BASE_FLAGS) & 1);
    put_u32(start + ENTRY_SEQUENCE, entry->sequence);
    put_u32(start + ENTRY_BINS_SIZE, w->source->hives[entry->state].bins_size);
    put_u32(start + ENTRY_COUNT, count);
    uint8_t *bytes = reference + ENTRY_PAGE_SIZE * count;
    for (const struct hp_log_page *p = entry->pages; p != NULL; p = p->next) {
        for (uint32_t i = 0; i < p->times; i++) {
            put_u32(reference, p->offset);
            put_u32(reference + 4, p->size);
            reference += ENTRY_PAGE_SIZE;
            if (!p->told)
                copy_hive(bytes, hive, BASE_SIZE + (uint64_t)p->offset,
                          p->size);
            else
                copy_hive(bytes, p->bytes, 0, p->size);
            bytes += p->size;
        }
    }
}

static bool tell(struct writer *w, const struct hp_plan_record *record,
                 size_t at, size_t size)
{
    for (const struct hp_plan_lie *l = record->lies; l != NULL; l = l->next) {
        if (!hp_lie_write(w->image->bytes + at, size, size, l, w->err))
            return false;
    }
    return true;
}

/* ---- the base block -------------------------------------------------- */

/* The state that the base block is a copy of. */
static uint32_t base_state(const struct hp_planned_log *file)
{
    return file->entries == NULL ? file->begun : file->entries->state;
}

/* As many sectors as the disk's sector has. */
static size_t base_size(struct hp_span hive)
{
    uint32_t cluster = base_number(hive, BASE_CLUSTER);
    bool sound = cluster == 2 || cluster == 4 || cluster == LONGEST_BASE;

    return (sound ? cluster : 1) * (size_t)SECTOR;
}

static void write_base(struct writer *w)
{
    const struct hp_planned_log *file = w->file;
    uint8_t *base = w->image->bytes;
    uint32_t sequence = base_number(hive_of(w, 0), BASE_SEQUENCE1);

    if (file->format == HP_FORGED_HVLE)
        sequence = file->entries != NULL
                       ? file->entries->sequence
                       : base_number(hive_of(w, 0), BASE_SEQUENCE2);
    copy_hive(base, hive_of(w, base_state(file)), 0, w->base_size);
    put_u32(base + BASE_SEQUENCE1, sequence);
    put_u32(base + BASE_SEQUENCE2, sequence);
    put_u32(base + BASE_TYPE,
            file->format == HP_FORGED_DIRT ? TYPE_DIRT : TYPE_HVLE);
}

/* ---- what comes last ------------------------------------------------- */

/* True if a lie or raw bytes said what stands at `position`. */
static bool is_told(const struct writer *w, const struct hp_plan_record *record,
                    int at, size_t position, size_t size)
{
    for (const struct hp_plan_lie *l = record->lies; l != NULL; l = l->next) {
        if (l->field->at == at)
            return true;
    }
    for (const struct hp_plan_raw *r = w->file->raws; r != NULL; r = r->next) {
        if (r->position < position + size &&
            r->position + r->bytes.len > position)
            return true;
    }
    return false;
}

/* The hashes of an entry: of as many bytes as it says it has, where they are
 * there. */
static void write_hashes(struct writer *w, const struct hp_log_entry *entry,
                         size_t number)
{
    size_t position = w->at[number];
    uint8_t *at = w->image->bytes + position;
    struct hp_span all = hp_span_of(at, (size_t)w->room - position);
    struct hp_span body = {0};
    size_t size = hp_at_u32(all, ENTRY_SIZE);

    if (size < ENTRY_PAGES ||
        !hp_span_sub(all, ENTRY_PAGES, size - ENTRY_PAGES, &body))
        (void)hp_span_sub(all, ENTRY_PAGES, w->size[number] - ENTRY_PAGES,
                          &body);
    if (!is_told(w, &entry->record, ENTRY_HASH1, position + ENTRY_HASH1, 8))
        put_u64(at + ENTRY_HASH1, hp_marvin32(body, HP_MARVIN32_LOG_SEED));
    if (!is_told(w, &entry->record, ENTRY_HASH2, position + ENTRY_HASH2, 8))
        put_u64(at + ENTRY_HASH2, hp_marvin32(hp_span_of(at, HASHED_HEADER),
                                              HP_MARVIN32_LOG_SEED));
}

/* From the last entry to the first, since one that says too much of its size
 * covers those behind it. */
static void write_all_hashes(struct writer *w)
{
    const struct hp_log_entry *entries[HP_LOG_STATES];
    size_t count = 0;

    for (struct hp_log_entry *e = w->file->entries; e != NULL; e = e->next)
        entries[count++] = e;
    while (count-- > 0)
        write_hashes(w, entries[count], count);
}

static void write_checksum(struct writer *w)
{
    if (!is_told(w, &w->file->base, BASE_CHECKSUM, BASE_CHECKSUM, 4))
        put_u32(w->image->bytes + BASE_CHECKSUM,
                hp_base_checksum(w->image->bytes));
}

/* ---- the whole ------------------------------------------------------- */

/* Memory for the file, up to its end if that lies behind all. */
static bool make_room(struct writer *w)
{
    const struct hp_planned_log *file = w->file;

    if (!grow(w, file->tail.len, file->base.origin))
        return false;
    for (const struct hp_plan_raw *r = file->raws; r != NULL; r = r->next) {
        uint64_t end = r->position + r->bytes.len;
        if (r->position > w->source->limit || end > w->source->limit)
            return too_large(w, r->origin);
        if (end > w->room)
            w->room = end;
    }
    if (file->ends && file->end > w->room)
        w->room = file->end;
    w->image->bytes = hp_arena_alloc(w->source->arena, (size_t)w->room);
    w->image->size = (size_t)(file->ends ? file->end : w->room);
    return w->image->bytes != NULL || no_memory(w);
}

static void write_bytes(struct writer *w, size_t tail)
{
    put_bytes(w->image->bytes + tail, w->file->tail);
    for (struct hp_plan_raw *r = w->file->raws; r != NULL; r = r->next)
        put_bytes(w->image->bytes + r->position, r->bytes);
}

static bool write_hvle(struct writer *w)
{
    struct hp_log_entry *entry;
    size_t number = 0;

    for (entry = w->file->entries; entry != NULL; entry = entry->next) {
        if (!find_pages(w, entry) || !place_entry(w, entry, number++))
            return false;
    }
    size_t tail = (size_t)w->room;
    if (!make_room(w))
        return false;
    write_base(w);
    number = 0;
    for (entry = w->file->entries; entry != NULL; entry = entry->next) {
        write_entry(w, entry, number);
        if (!tell(w, &entry->record, w->at[number], w->size[number]))
            return false;
        number++;
    }
    if (!tell(w, &w->file->base, 0, w->base_size))
        return false;
    write_bytes(w, tail);
    write_all_hashes(w);
    write_checksum(w);
    return true;
}

static bool write_dirt(struct writer *w)
{
    struct hp_log_entry *entry = w->file->entries;

    if (!find_pages(w, entry) || !place_vector(w, entry))
        return false;
    uint8_t *bitmap = hp_arena_alloc(w->source->arena, w->size[0]);
    if (bitmap == NULL)
        return no_memory(w);
    if (!mark_pages(w, entry, bitmap))
        return false;
    size_t tail = (size_t)w->room;
    if (!make_room(w))
        return false;
    write_base(w);
    write_vector(w, entry, bitmap);
    if (!tell(w, &entry->record, w->at[0], w->size[0]) ||
        !tell(w, &w->file->base, 0, w->base_size))
        return false;
    write_bytes(w, tail);
    write_checksum(w);
    return true;
}

bool hp_log_write(struct hp_image *image, struct hp_planned_log *file,
                  const struct hp_log_source *source,
                  struct hp_recipe_error *err)
{
    struct writer w = {
        .file = file, .source = source, .err = err, .image = image};

    *image = (struct hp_image){0};
    if (file->format != HP_FORGED_NONE) {
        w.base_size = base_size(hive_of(&w, base_state(file)));
        w.room = w.base_size;
    }
    if (file->format == HP_FORGED_HVLE)
        return write_hvle(&w);
    if (file->format == HP_FORGED_DIRT)
        return write_dirt(&w);
    if (!make_room(&w))
        return false;
    write_bytes(&w, 0);
    return true;
}
