/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include <inttypes.h>
#include <string.h>

#include "layout.h"

/* Lines in one <pre>, and in the <details> around some of them. Details are
 * closed until they are looked at, so that millions of lines need not be laid
 * out; they are few, because each of them costs as much as a hundred lines. */
enum { BLOCK_LINES = 256, GROUP_LINES = 4096, GROUP_BLOCKS = 64 };

/* As many lines are shown at once without asking. */
enum { OPEN_LINES = 512 };

struct page {
    struct hp_words words;
    const struct hp_inspection *inspection;
    const struct hp_map *map;
    uint64_t fields; /* bytes of fields written so far */
    uint64_t problem_fields;
    size_t without; /* parts whose fields are not written */
};

static void put_string(struct page *page, const char *text, size_t size)
{
    struct hp_words *words = &page->words;

    words->failed =
        words->failed || !words->out.write(words->out.self, text, size);
}

/* ---- blocks of lines ------------------------------------------------- */

/* Gathers lines that come one by one into blocks and groups. */
struct gathering {
    struct page *page;
    size_t lines;
    size_t total; /* 0: nobody knows beforehand */
    bool inside;  /* a line */
};

static void begin_group(struct page *page, bool open)
{
    hp_words_put(&page->words, "<details class=group%s><summary>",
                 open ? " open" : "");
}

static void end_group(struct page *page)
{
    hp_words_put(&page->words, "</details>\n");
}

static void begin_lines(struct gathering *g)
{
    struct hp_words *words = &g->page->words;
    size_t left = g->total - g->lines;

    if (g->lines > 0)
        hp_words_put(words, "</pre>\n");
    if (g->lines % GROUP_LINES == 0) {
        if (g->lines > 0)
            end_group(g->page);
        begin_group(g->page, g->lines == 0 && g->total <= OPEN_LINES);
        if (g->total > 0)
            hp_words_put(words, "%zu to %zu of %zu", g->lines + 1,
                         g->lines + (left < GROUP_LINES ? left : GROUP_LINES),
                         g->total);
        else
            hp_words_put(words, "From line %zu on", g->lines + 1);
        hp_words_put(words, "</summary>");
    }
    hp_words_put(words, "\n<pre class=block>");
}

static void next_line(struct gathering *g)
{
    if (g->lines % BLOCK_LINES == 0)
        begin_lines(g);
    g->lines++;
}

static void end_lines(struct gathering *g)
{
    if (g->lines > 0) {
        hp_words_put(&g->page->words, "</pre>\n");
        end_group(g->page);
    } else {
        hp_words_put(&g->page->words, "<p>None.</p>\n");
    }
}

/* Text as it is written, put into blocks; an indented line belongs to the line
 * above it and is not counted. */
static bool gather_write(void *self, const char *bytes, size_t size)
{
    struct gathering *g = self;

    for (size_t i = 0; i < size; i++) {
        if (!g->inside && bytes[i] != ' ')
            next_line(g);
        g->inside = bytes[i] != '\n';
        put_string(g->page, bytes + i, 1);
    }
    return !g->page->words.failed;
}

/* ---- the slots ------------------------------------------------------- */

static void put_file(struct page *page)
{
    hp_words_bytes(&page->words, page->inspection->file);
}

static void put_summary(struct page *page)
{
    hp_inspect_summary(&page->words, page->inspection);
}

static size_t embedded(const struct page *page)
{
    size_t size = page->map->image.len;

    return size < HP_PAGE_IMAGE_MOST ? size : HP_PAGE_IMAGE_MOST;
}

static void put_counts(struct page *page)
{
    const struct hp_map *map = page->map;

    hp_words_put(&page->words,
                 "data-size=\"%zu\" data-embedded=\"%zu\" data-bins=\"%zu\" "
                 "data-cells=\"%zu\" data-parts=\"%zu\" data-nodes=\"%zu\" ",
                 map->image.len, embedded(page), map->bins, map->cells,
                 map->count, map->nodes);
    hp_words_put(&page->words,
                 "data-keys=\"%" PRIu64 "\" data-values=\"%" PRIu64
                 "\" data-data-bytes=\"%" PRIu64 "\" data-problems=\"%" PRIu64
                 "\" data-costly=\"%" PRIu64 "\" data-problem-lines=\"%zu\"",
                 map->keys, map->values, map->data_bytes, map->events,
                 map->costly, map->problem_count);
}

static void put_problem_count(struct page *page)
{
    hp_words_put(&page->words, "%" PRIu64, page->map->events);
}

static void put_problems(struct page *page)
{
    struct gathering g = {page, 0, page->map->problem_count, false};

    for (size_t i = 0; i < page->map->problem_count; i++) {
        next_line(&g);
        hp_words_problem(&page->words, page->map, i);
        hp_words_put(&page->words, "\n");
    }
    end_lines(&g);
}

static void put_key_count(struct page *page)
{
    hp_words_put(&page->words, "%zu", page->map->nodes);
}

static void put_keys(struct page *page)
{
    struct gathering g = {page, 0, page->map->nodes, false};
    const struct hp_map_key *key = page->map->root;
    unsigned depth = 0;

    for (; key != NULL; key = hp_map_key_after(key, &depth)) {
        next_line(&g);
        hp_words_key(&page->words, page->map, key, depth);
    }
    end_lines(&g);
}

static void put_cell_count(struct page *page)
{
    hp_words_put(&page->words, "%zu", page->map->cells);
}

/* A list has a line for each element, any other part a few. */
static bool is_list(const struct hp_part *part)
{
    return part->kind == HP_RECORD_LEAF || part->kind == HP_RECORD_INDEX ||
           part->kind == HP_RECORD_VALUES || part->kind == HP_RECORD_SEGMENTS;
}

/* True if the fields of the part are to be written out. */
static bool wants_fields(struct page *page, const struct hp_part *part)
{
    if (is_list(part) && part->size > HP_PAGE_LIST_MOST)
        return false;
    if (page->fields < HP_PAGE_FIELDS_MOST)
        return true;
    return part->problem_count > 0 &&
           page->problem_fields < HP_PAGE_FIELDS_MOST;
}

static void put_part(struct page *page, size_t index)
{
    const struct hp_against *against = page->inspection->against;
    const struct hp_part *part = &page->map->parts[index];

    hp_words_part(&page->words, page->map, part,
                  against != NULL && hp_against_part(against, index));
    if (!wants_fields(page, part)) {
        page->without++;
        return;
    }
    uint64_t before = page->words.written;
    bool plain = page->fields < HP_PAGE_FIELDS_MOST;
    hp_words_fields(&page->words, page->map, part, false);
    *(plain ? &page->fields : &page->problem_fields) +=
        page->words.written - before;
}

/* A run of parts that stand together. */
struct run {
    size_t first, end;
    size_t bins, cells, problems;
};

/* The parts from `first` on that go into one <pre>: those of one bin, and not
 * too many. */
static struct run block_of(const struct hp_map *map, size_t first)
{
    struct run run = {.first = first, .end = first};

    do {
        const struct hp_part *part = &map->parts[run.end++];
        run.bins += part->kind == HP_RECORD_BIN;
        run.cells += hp_part_is_cell(part);
        run.problems += part->problem_count;
    } while (run.end < map->count && run.end - first < BLOCK_LINES &&
             map->parts[run.end].kind != HP_RECORD_BIN);
    return run;
}

/* The blocks from `first` on that go into one group. */
static struct run group_of(const struct hp_map *map, size_t first)
{
    struct run group = {.first = first, .end = first};

    for (size_t blocks = 0; blocks < GROUP_BLOCKS && group.end < map->count &&
                            group.end - first < GROUP_LINES;
         blocks++) {
        struct run block = block_of(map, group.end);
        group.end = block.end;
        group.bins += block.bins;
        group.cells += block.cells;
        group.problems += block.problems;
    }
    return group;
}

static void put_block(struct page *page, struct run block)
{
    const struct hp_part *part = &page->map->parts[block.first];

    hp_words_put(&page->words,
                 "\n<pre class=\"block%s\" data-from=%" PRId64 ">",
                 block.end - block.first < BLOCK_LINES / 8 ? " few" : "",
                 (int64_t)part->position - BASE_SIZE);
    for (size_t i = block.first; i < block.end; i++)
        put_part(page, i);
    hp_words_put(&page->words, "</pre>\n");
}

static void put_group(struct page *page, struct run group)
{
    const struct hp_map *map = page->map;
    struct hp_words *words = &page->words;

    begin_group(page, map->count <= OPEN_LINES);
    hp_words_put(words, "From ");
    hp_words_place(words, map->parts[group.first].position);
    hp_words_put(words, ": %zu bin%s, %zu cell%s", group.bins,
                 group.bins == 1 ? "" : "s", group.cells,
                 group.cells == 1 ? "" : "s");
    if (group.problems > 0)
        hp_words_put(words, ", <strong>%zu problem%s</strong>", group.problems,
                     group.problems == 1 ? "" : "s");
    hp_words_put(words, "</summary>");
    for (size_t i = group.first; i < group.end && !words->failed;) {
        struct run block = block_of(map, i);
        put_block(page, block);
        i = block.end;
    }
    end_group(page);
}

static void put_cells(struct page *page)
{
    const struct hp_map *map = page->map;

    uint64_t most = page->words.written + HP_PAGE_LINES_MOST;

    for (size_t i = 0; i < map->count && !page->words.failed;) {
        struct run group = group_of(map, i);
        page->words.brief = page->words.written > most;
        put_group(page, group);
        i = group.end;
    }
    if (page->words.brief)
        hp_words_put(&page->words,
                     "<p>After the first lines a line names no keys and values "
                     "but its own, to keep the page small: the offset of what "
                     "leads to it stands behind <code>of</code>.</p>\n");
    page->words.brief = false;
    if (page->without > 0)
        hp_words_put(&page->words,
                     "<p>The fields of %zu parts are not written out here, to "
                     "keep the page small: choose one (this needs scripts), "
                     "or use <code>hiveproof inspect</code> without "
                     "<code>--html</code>.</p>\n",
                     page->without);
    if (embedded(page) < map->image.len)
        hp_words_put(&page->words,
                     "<p>The page holds the first %zu bytes of the file: "
                     "behind them the bytes of a cell cannot be shown.</p>\n",
                     embedded(page));
}

static void put_lines(struct page *page,
                      void (*write)(const struct hp_against *against,
                                    struct hp_words *words))
{
    struct gathering g = {page, 0, 0, false};
    struct hp_words words;

    hp_words_begin(&words, (struct hp_out){gather_write, &g}, HP_ESCAPE_HTML);
    write(page->inspection->against, &words);
    end_lines(&g);
}

static void put_difference_link(struct page *page)
{
    if (page->inspection->against != NULL)
        hp_words_put(&page->words, "<a href=\"#difference\">Difference</a> ");
}

static void put_difference(struct page *page)
{
    const struct hp_inspection *inspection = page->inspection;

    if (inspection->against == NULL)
        return;
    hp_words_put(&page->words, "<section id=difference><h2>Difference to "
                               "<code>");
    hp_words_bytes(&page->words, inspection->other_file);
    hp_words_put(&page->words,
                 "</code></h2>\n<h3>What the two say differently: %" PRIu64
                 "</h3>\n",
                 inspection->against->said);
    put_lines(page, hp_against_said);
    hp_words_put(&page->words, "<h3>Parts with other bytes: %" PRIu64 "</h3>\n",
                 inspection->against->parts);
    put_lines(page, hp_against_bytes);
    hp_words_put(&page->words, "</section>\n");
}

/* "leaf" for lf and lh, "index" for li and ri. */
static const char *kind_name(uint8_t kind)
{
    static const char *const names[] = {[HP_RECORD_BASE] = "base block",
                                        [HP_RECORD_BIN] = "bin",
                                        [HP_RECORD_NK] = "nk",
                                        [HP_RECORD_VK] = "vk",
                                        [HP_RECORD_LEAF] = "lf or lh",
                                        [HP_RECORD_INDEX] = "li or ri",
                                        [HP_RECORD_VALUES] = "values",
                                        [HP_RECORD_CLASS] = "class",
                                        [HP_RECORD_DATA] = "data",
                                        [HP_RECORD_DB] = "db",
                                        [HP_RECORD_SEGMENTS] = "segments",
                                        [HP_RECORD_SEGMENT] = "segment",
                                        [HP_RECORD_SK] = "sk",
                                        [HP_RECORD_CELL] = "every cell"};

    return names[kind];
}

static void put_legend(struct page *page)
{
    for (size_t i = 0; i < hp_field_count; i++) {
        const struct hp_field *field = &hp_fields[i];
        const struct hp_meaning *meaning = hp_meaning_of(field);
        hp_words_put(&page->words,
                     "<tr data-at=%d data-width=%u data-stride=%u "
                     "data-form=%s><td>%s<td>%s",
                     field->at, (unsigned)field->width, (unsigned)field->stride,
                     hp_form_name((enum hp_form)meaning->form),
                     kind_name(field->kind), field->name);
        if (field->at == HP_FIELD_SLACK)
            hp_words_put(&page->words, "<td>behind it");
        else
            hp_words_put(&page->words, "<td>%d",
                         field->kind == HP_RECORD_BASE ||
                                 field->kind == HP_RECORD_BIN
                             ? field->at
                             : field->at + CELL_SIZE_FIELD);
        hp_words_put(&page->words, "<td>%s</tr>\n", meaning->text);
    }
}

static void put_words(struct page *page)
{
    for (size_t i = 0; i < hp_form_word_count; i++) {
        const struct hp_form_word *word = &hp_form_words[i];
        hp_words_put(&page->words, "<tr><td>%s<td>0x%" PRIx32 "<td>%s</tr>\n",
                     hp_form_name((enum hp_form)word->form), word->number,
                     word->word);
    }
}

/* The file in base64, whole groups in one line. */
static void put_image(struct page *page)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
                                 "qrstuvwxyz0123456789+/";
    struct hp_span image = page->map->image;
    size_t size = embedded(page), used = 0;
    char text[1 << 12];

    for (size_t at = 0; at < size; at += 3) {
        uint32_t left = size - at < 3 ? (uint32_t)(size - at) : 3;
        uint32_t group = 0;
        for (uint32_t i = 0; i < 3; i++)
            group = group << 8 | (i < left ? image.ptr[at + i] : 0U);
        for (uint32_t i = 0; i < 4; i++)
            text[used++] = i <= left ? digits[group >> (18 - 6 * i) & 63] : '=';
        if (used == sizeof text) {
            put_string(page, text, used);
            used = 0;
        }
    }
    put_string(page, text, used);
}

static const struct {
    const char *slot;
    void (*put)(struct page *page);
} slots[] = {
    {"file", put_file},
    {"summary", put_summary},
    {"counts", put_counts},
    {"problem_count", put_problem_count},
    {"problems", put_problems},
    {"key_count", put_key_count},
    {"keys", put_keys},
    {"cell_count", put_cell_count},
    {"cells", put_cells},
    {"difference", put_difference},
    {"difference_link", put_difference_link},
    {"legend", put_legend},
    {"words", put_words},
    {"image", put_image},
};

bool hp_inspect_page(struct hp_out out, const struct hp_inspection *inspection)
{
    struct page page = {.inspection = inspection, .map = inspection->map};

    hp_words_begin(&page.words, out, HP_ESCAPE_HTML);
    for (const struct hp_page_piece *piece = hp_page_pieces;; piece++) {
        put_string(&page, piece->text, piece->size);
        if (piece->slot == NULL)
            return !page.words.failed;
        for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
            if (strcmp(slots[i].slot, piece->slot) == 0)
                slots[i].put(&page);
        }
    }
}
