/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect_check.h"

#include <string.h>

#include "bytes.h"
#include "escape_hive.h"
#include "fuzz.h"
#include "layout.h"
#include "native.h"
#include "page.h"
#include "status.h"

#define OUTPUT_LIMIT ((size_t)256 << 20)

void inspect_check_parts(const struct hp_map *map)
{
    size_t tiled = 0, covered = 0, cells = 0, bins = 0;

    for (size_t i = 0; i < map->count; i++) {
        const struct hp_part *part = &map->parts[i];
        FUZZ_CHECK(i == 0 || part->position > map->parts[i - 1].position,
                   "2: in order");
        FUZZ_CHECK(part->position <= map->image.len &&
                       part->size <= map->image.len - part->position,
                   "2: in the file");
        size_t end = (size_t)part->position + part->size;
        FUZZ_CHECK(part->position <= covered, "2: no hole");
        FUZZ_CHECK(part->loose || part->position >= tiled, "2: no overlap");
        tiled = part->loose ? tiled : end;
        covered = end > covered ? end : covered;
        cells += hp_part_is_cell(part);
        bins += part->kind == HP_RECORD_BIN;
        FUZZ_CHECK(hp_map_find(map, part->position) == part, "2: found");
        FUZZ_CHECK(part->owner == HP_NOWHERE ||
                       hp_map_find(map, part->owner) != NULL,
                   "2: whose it is");
    }
    FUZZ_CHECK(covered == map->image.len, "2: the whole file");
    FUZZ_CHECK(cells == map->cells && bins == map->bins, "2: counted");
}

/* The end of the cells behind the bin header at `bin`: 0 if it says what cannot
 * be. */
static size_t cells_end(const struct hp_map *map, size_t bin)
{
    struct hp_span header;

    if (!hp_span_sub(map->image, bin, BIN_HEADER_SIZE, &header))
        return 0;
    size_t size = hp_at_u32(header, BIN_SIZE);
    if (hp_at_u32(header, BIN_SIGNATURE) != BIN_SIGNATURE_VALUE || size == 0 ||
        size % BIN_ALIGN != 0)
        return 0;
    return bin + size < map->bins_end ? bin + size : map->bins_end;
}

/* The cells of [at, end) by what each says of its own size. */
static void check_cells(const struct hp_map *map, size_t at, size_t end)
{
    int64_t size = CELL_ALIGN;

    for (; at + CELL_ALIGN <= end; at += (size_t)size) {
        int64_t raw = (int32_t)hp_at_u32(map->image, at);
        size = raw < 0 ? -raw : raw;
        if (size == 0 || size % CELL_ALIGN != 0 || size > (int64_t)(end - at))
            break;
        const struct hp_part *part = hp_map_find(map, at);
        FUZZ_CHECK(part != NULL && hp_part_is_cell(part) && !part->loose &&
                       part->size == size && part->allocated == (raw < 0),
                   "6: a cell is a part");
    }
    if (at == end)
        return;
    const struct hp_part *rest = hp_map_find(map, at);
    /* NULL: a loose cell that starts before it runs over it. */
    FUZZ_CHECK(rest == NULL || rest->kind == HP_PART_GAP || rest->loose,
               "6: what is no cell is none");
}

void inspect_check_cells(const struct hp_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        size_t bin = map->parts[i].position, end;
        if (map->parts[i].kind != HP_RECORD_BIN)
            continue;
        end = cells_end(map, bin);
        if (end > bin)
            check_cells(map, bin + BIN_HEADER_SIZE, end);
    }
}

void inspect_check_tree(const struct hp_map *map)
{
    const struct hp_map_key *key = map->root;
    size_t nodes = 0, problems = 0;
    unsigned depth = 0;

    for (; key != NULL; key = hp_map_key_after(key, &depth)) {
        const struct hp_part *part = hp_map_find(map, key->position);
        FUZZ_CHECK(++nodes <= map->cells, "4: each key once");
        FUZZ_CHECK(part != NULL && part->kind == HP_RECORD_NK && part->reached,
                   "4: a key is a part");
        FUZZ_CHECK((key->parent == NULL) == (depth == 0), "4: its depth");
    }
    FUZZ_CHECK(nodes == map->nodes, "4: counted");
    for (size_t i = 0; i < map->count; i++) {
        const struct hp_part *part = &map->parts[i];
        for (uint32_t n = 0; n < part->problem_count; n++, problems++)
            FUZZ_CHECK(part->first_problem + n < map->problem_count &&
                           map->problems[part->first_problem + n].part == i,
                       "4: a problem is its part's");
    }
    FUZZ_CHECK(problems == map->problem_count, "4: all problems");
}

/* ---- what the reader says ------------------------------------------------ */

struct counts {
    uint64_t keys, values, data, damage, costly;
    uint64_t problems; /* the sum of the hashes of all damage */
};

static uint64_t hash_of(const struct hp_damage_event *event)
{
    const uint64_t numbers[] = {event->status, event->offset, event->found,
                                event->action};
    uint64_t hash = fuzz_hash(0, numbers, sizeof numbers);

    return fuzz_hash(hash, event->field, strlen(event->field));
}

static uint32_t count(void *self, const struct hp_event *event)
{
    struct counts *counts = self;

    counts->keys += event->kind == HP_EVENT_KEY_ENTER;
    counts->values += event->kind == HP_EVENT_VALUE;
    if (event->kind == HP_EVENT_DATA)
        counts->data += event->u.data.size;
    if (event->kind == HP_EVENT_DAMAGE) {
        counts->damage++;
        counts->costly += event->u.damage.action != HP_DAMAGE_NOTED;
        counts->problems += hash_of(&event->u.damage);
    }
    return HP_CONTINUE;
}

void inspect_check_reader(const struct hp_map *map)
{
    struct hp_input input = {.size = sizeof input,
                             .mode = HP_MODE_FORENSIC,
                             .image = map->image.ptr,
                             .image_size = map->image.len};
    struct counts counts = {0, 0, 0, 0, 0, 0};
    struct hp_sink sink = {sizeof sink, count, &counts};
    uint64_t told = 0;

    FUZZ_CHECK(hp_backend_native.walk(&input, &sink) == map->result,
               "3: the result");
    FUZZ_CHECK(counts.keys == map->keys && counts.values == map->values &&
                   counts.data == map->data_bytes,
               "3: how much there is");
    FUZZ_CHECK(counts.damage == map->events && counts.costly == map->costly,
               "3: how much is wrong");
    for (size_t i = 0; i < map->problem_count; i++)
        told += map->problems[i].times * hash_of(&map->problems[i].event);
    FUZZ_CHECK(told == counts.problems, "3: what is wrong");
}

/* ---- text and page ------------------------------------------------------- */

static size_t times(const struct fuzz_output *output, const char *what)
{
    const char *at = output->bytes, *end = at + output->size;
    size_t size = strlen(what), found = 0;

    while ((at = memchr(at, what[0], (size_t)(end - at))) != NULL) {
        found += (size_t)(end - at) >= size && memcmp(at, what, size) == 0;
        at++;
    }
    return found;
}

/* Neither controls other than line ends nor bytes that UTF-8 never has. */
static bool is_text(const struct fuzz_output *output)
{
    for (size_t at = 0; at < output->size; at++) {
        uint8_t byte = (uint8_t)output->bytes[at];
        if ((byte < 0x20 && byte != '\n') || byte == 0x7F || byte >= 0xF5 ||
            byte == 0xC0 || byte == 0xC1)
            return false;
    }
    return true;
}

static void check_bytes(const struct hp_map *map,
                        const struct fuzz_output *output)
{
    bool text = is_text(output);

    if (!text)
        escape_check_hive(map->image);
    FUZZ_CHECK(text, "5: text");
    FUZZ_CHECK(output->size > 0 && output->bytes[output->size - 1] == '\n',
               "5: lines");
}

/* What `write` makes of the map of a file whose name is markup. */
static void write_map(struct fuzz_output *output, const struct hp_map *map,
                      bool (*write)(struct hp_out out,
                                    const struct hp_inspection *inspection))
{
    struct hp_inspection inspection = {.file = "<u>'\"&", .map = map};

    FUZZ_CHECK(write(fuzz_output_to(output, OUTPUT_LIMIT), &inspection),
               "5: written");
    check_bytes(map, output);
}

void inspect_check_text(const struct hp_map *map)
{
    struct fuzz_output text;

    write_map(&text, map, hp_inspect_text);
    FUZZ_CHECK(times(&text, "\n") >= map->count, "5: a line for each part");
    fuzz_output_close(&text);
}

void inspect_check_page(const struct hp_map *map)
{
    struct fuzz_output page;

    write_map(&page, map, hp_inspect_page);
    /* The script, and the file's bytes for it. */
    bool scripts =
        times(&page, "<script") == 2 && times(&page, "</script>") == 2;
    bool style = times(&page, "<style") == 1 && times(&page, "<img") == 0 &&
                 times(&page, "<iframe") == 0;
    bool markup = times(&page, "<u>") == 0;
    if (!scripts || !style || !markup)
        escape_check_hive(map->image);
    FUZZ_CHECK(scripts, "5: its own scripts");
    FUZZ_CHECK(style, "5: its own style");
    FUZZ_CHECK(markup, "5: its own markup");
    fuzz_output_close(&page);
}
