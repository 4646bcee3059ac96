/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe.h"

#include <string.h>

#include "layout.h"
#include "place.h"
#include "reader.h"
#include "shape.h"

/* ---- files ----------------------------------------------------------- */

/* UTF-16LE behind its byte order mark, as WTF-8. */
static bool transcode(struct hp_reader_state *r, struct hp_recipe_text *text)
{
    const struct hp_origin start = {text->name, 1, 1};
    struct hp_span bytes = hp_span_of(text->bytes, text->size);
    struct hp_span body;

    if (!hp_span_sub(bytes, 2, bytes.len - 2, &body))
        return false;
    struct hp_text units = {NULL, hp_utf16le_count(body)};
    uint16_t *room = hp_arena_array(r->plan->arena, units.count, sizeof *room);
    char *utf8 = hp_arena_array(r->plan->arena, units.count, HP_UTF8_PER_UNIT);
    if (room == NULL || utf8 == NULL)
        return hp_plan_fail(r->err, HP_E_NO_MEMORY, start, "out of memory");
    hp_utf16le_decode(room, body);
    units.units = room;
    text->bytes = utf8;
    text->size = hp_text_to_wtf8(utf8, units);
    return true;
}

static const struct {
    const char *line;
    enum hp_syntax syntax;
} first_lines[] = {
    {"Windows Registry Editor Version 5.00", HP_SYNTAX_REG5},
    {"REGEDIT4", HP_SYNTAX_REG4},
};

/* The first line says what the file is. */
static bool read_first_line(struct hp_recipe_file *file)
{
    struct hp_scan *scan = &file->scan;
    size_t left = (size_t)(scan->end - scan->at);
    uint64_t version;

    for (size_t i = 0; i < 2; i++) {
        size_t size = strlen(first_lines[i].line);
        if (left < size || memcmp(scan->at, first_lines[i].line, size) != 0)
            continue;
        scan->at += size;
        file->syntax = (uint8_t)first_lines[i].syntax;
        return hp_scan_line_end(scan);
    }
    if (!hp_word_is(hp_scan_word(scan), "hiveproof") ||
        !hp_scan_pass(scan, ' ') || !hp_word_is(hp_scan_word(scan), "recipe") ||
        !hp_scan_pass(scan, ' '))
        return hp_scan_fail(scan, "neither a recipe nor a .reg file; the first "
                                  "line is \"hiveproof recipe 1\"");
    struct hp_origin origin = hp_scan_origin(scan);
    if (!hp_scan_number(&version, scan))
        return false;
    if (version > HP_RECIPE_VERSION)
        return hp_plan_fail(scan->err, HP_E_VERSION, origin,
                            "a newer recipe format than this hiveproof knows");
    if (version == 0)
        return hp_plan_fail(scan->err, HP_E_TEXT, origin,
                            "there is no such recipe format");
    return hp_scan_line_end(scan);
}

static bool push_file(struct hp_reader_state *r, struct hp_recipe_text text)
{
    const uint8_t *bytes = text.bytes;

    if (text.size >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE) {
        if (!transcode(r, &text))
            return false;
    } else if (text.size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        text.bytes = bytes + 3;
        text.size -= 3;
    }
    struct hp_recipe_file *file = &r->files[r->depth++];
    r->opened++;
    *file = (struct hp_recipe_file){
        .scan = hp_scan_of(r->plan, r->err, text.name, text.bytes, text.size),
        .name = text.name};
    return read_first_line(file);
}

/* include "FILE" */
static bool read_include(struct hp_reader_state *r, struct hp_recipe_file *file)
{
    struct hp_scan *scan = &file->scan;
    struct hp_scan start = *scan;
    struct hp_recipe_text text;
    struct hp_text name;

    if (!hp_scan_string(&name, scan) || !hp_scan_line_end(scan))
        return false;
    char *utf8 =
        hp_arena_array(r->plan->arena, name.count + 1, HP_UTF8_PER_UNIT);
    if (utf8 == NULL)
        return hp_scan_no_memory(scan);
    size_t size = hp_text_to_utf8(utf8, name);
    utf8[size] = '\0';
    enum hp_status status = HP_E_IO;
    if (r->opener != NULL && strlen(utf8) == size)
        status = r->opener->open(r->opener->self, &text, file->name, utf8);
    if (status == HP_E_NO_MEMORY)
        return hp_scan_no_memory(scan);
    if (status != HP_OK)
        return hp_plan_fail(r->err, HP_E_IO, hp_scan_origin(&start),
                            "the included file cannot be read");
    if (r->depth == HP_RECIPE_DEPTH || r->opened == HP_RECIPE_FILES)
        return hp_plan_fail(r->err, HP_E_DEPTH, hp_scan_origin(&start),
                            "too many files include each other");
    return push_file(r, text);
}

/* ---- lines about the whole ------------------------------------------- */

/* What the base block says decides about what is forged. */
static void take_base(struct hp_plan *plan, const struct hp_plan_lie *lie)
{
    if (lie->field->at == BASE_MINOR)
        plan->minor = (uint32_t)lie->value.number;
    if (lie->field->at == BASE_FILETIME)
        plan->filetime = lie->value.number;
}

static bool read_base(struct hp_reader_state *r, struct hp_recipe_file *file)
{
    struct hp_plan *plan = r->plan;

    plan->is_hive = true;
    if (!hp_read_fields(r, &file->scan, &plan->base))
        return false;
    for (struct hp_plan_lie *lie = plan->base.lies; lie != NULL;
         lie = lie->next)
        take_base(plan, lie);
    return true;
}

/* bin SIZE [*TIMES] */
static bool read_bin(struct hp_reader_state *r, struct hp_recipe_file *file)
{
    struct hp_scan *scan = &file->scan;
    struct hp_origin origin = hp_scan_origin(scan);
    struct hp_scan start = *scan;
    struct hp_plan_bin *bin = NULL;
    uint32_t size, times = 1;

    if (!hp_scan_count(&size, scan, UINT32_MAX))
        return false;
    if (size == 0 || size % BIN_ALIGN != 0)
        return hp_scan_fail(&start, "bins are multiples of 4096 bytes");
    hp_scan_blanks(scan);
    if (hp_scan_pass(scan, '*') && !hp_scan_count(&times, scan, UINT32_MAX))
        return false;
    if (times == 0 || (uint64_t)size * times > r->plan->image_limit)
        return hp_plan_fail(r->err, HP_E_TOO_LARGE, origin,
                            "the bins are larger than the limit, or none");
    for (; times > 0; times--) {
        bin = hp_plan_bin_add(r->plan, size);
        if (bin == NULL)
            return hp_scan_no_memory(scan);
        bin->record.origin = origin;
    }
    return hp_read_fields(r, scan, &bin->record);
}

/* security LABEL = hex:... [sk@...] [FIELD = VALUE]... */
static bool read_security(struct hp_reader_state *r,
                          struct hp_recipe_file *file)
{
    struct hp_scan *scan = &file->scan;
    struct hp_word_span word = hp_scan_word(scan);
    struct hp_text label;

    if (!hp_scan_plain(&label, scan, word.bytes, word.size))
        return false;
    if (label.count == 0)
        return hp_scan_fail(scan, "security LABEL = hex:...");
    struct hp_plan_security *s = hp_plan_security_find(r->plan, label);
    if (s == NULL)
        s = hp_plan_security_add(r->plan, label);
    if (s == NULL)
        return hp_scan_no_memory(scan);
    hp_scan_blanks(scan);
    if (!hp_scan_expect(scan, '=', "security LABEL = hex:..."))
        return false;
    hp_scan_blanks(scan);
    if (!hp_word_is(hp_scan_word(scan), "hex") || !hp_scan_pass(scan, ':'))
        return hp_scan_fail(scan, "security LABEL = hex:...");
    if (!hp_scan_hex(&s->descriptor, scan))
        return false;
    hp_scan_blanks(scan);
    struct hp_scan start = *scan;
    if (!hp_word_is(hp_scan_word(scan), "sk") || !hp_scan_is(scan, '@'))
        *scan = start;
    else if (!hp_read_pin(&s->record, scan))
        return false;
    return hp_read_fields(r, scan, &s->record);
}

/* free|cell [@OFFSET][+SIZE] [HEX] */
static bool read_cell(struct hp_reader_state *r, struct hp_recipe_file *file,
                      bool is_free)
{
    struct hp_scan *scan = &file->scan;
    struct hp_plan_cell *cell = hp_plan_cell_add(r->plan);

    if (cell == NULL)
        return hp_scan_no_memory(scan);
    cell->free = is_free;
    if (!hp_read_pin(&cell->record, scan))
        return false;
    hp_scan_blanks(scan);
    return hp_scan_hex(&cell->bytes, scan) && hp_scan_line_end(scan);
}

/* raw POSITION HEX */
static bool read_raw(struct hp_reader_state *r, struct hp_recipe_file *file)
{
    struct hp_scan *scan = &file->scan;
    struct hp_plan_raw *raw = hp_plan_raw_add(r->plan);

    if (raw == NULL)
        return hp_scan_no_memory(scan);
    raw->origin = hp_scan_origin(scan);
    if (!hp_scan_number(&raw->position, scan))
        return false;
    hp_scan_blanks(scan);
    return hp_scan_hex(&raw->bytes, scan) && hp_scan_line_end(scan);
}

static bool read_tail(struct hp_reader_state *r, struct hp_recipe_file *file)
{
    return hp_scan_hex(&r->plan->tail, &file->scan) &&
           hp_scan_line_end(&file->scan);
}

static bool read_end(struct hp_reader_state *r, struct hp_recipe_file *file)
{
    struct hp_origin origin = hp_scan_origin(&file->scan);

    r->plan->ends = true;
    if (!hp_scan_number(&r->plan->end, &file->scan))
        return false;
    if (r->plan->end > r->plan->image_limit)
        return hp_plan_fail(r->err, HP_E_TOO_LARGE, origin,
                            "the position is above the limit");
    return hp_scan_line_end(&file->scan);
}

/* link key|value NUMBER [*TIMES] [hint=NUMBER], below the last key */
static bool read_link(struct hp_reader_state *r, struct hp_recipe_file *file)
{
    struct hp_scan *scan = &file->scan;
    struct hp_origin origin = hp_scan_origin(scan);
    struct hp_word_span word = hp_scan_word(scan);
    bool to_key = hp_word_is(word, "key");
    struct hp_plan_key *key = NULL;
    struct hp_plan_value *value = NULL;
    uint32_t times = 1;

    if (!to_key && !hp_word_is(word, "value"))
        return hp_scan_fail(scan, "link key or link value");
    if (file->key == NULL)
        return hp_scan_fail(scan, "a link stands below a key");
    if (to_key)
        key = hp_plan_link_add(r->plan, file->key);
    else
        value = hp_plan_value_link_add(r->plan, file->key);
    if (key == NULL && value == NULL)
        return hp_scan_no_memory(scan);
    (to_key ? &key->record : &value->record)->origin = origin;
    hp_scan_blanks(scan);
    if (!hp_read_target(r, scan, to_key ? key->target : value->target))
        return false;
    hp_scan_blanks(scan);
    if (hp_scan_pass(scan, '*') && !hp_scan_count(&times, scan, UINT32_MAX))
        return false;
    *(to_key ? &key->count : &value->count) = times;
    hp_scan_blanks(scan);
    if (to_key && hp_word_is(hp_scan_word(scan), "hint") &&
        !(hp_scan_expect(scan, '=', "hint=NUMBER") &&
          hp_scan_count(&key->hint, scan, UINT32_MAX)))
        return false;
    return hp_scan_line_end(scan);
}

/* ---- keys and values ------------------------------------------------- */

static bool read_key(struct hp_reader_state *r, struct hp_recipe_file *file)
{
    struct hp_scan *scan = &file->scan;
    struct hp_origin origin = hp_scan_origin(scan);

    if (file->syntax != HP_SYNTAX_RECIPE)
        return hp_read_reg_path(&file->key, r, file) && hp_scan_line_end(scan);
    if (!hp_read_key_path(&file->key, r, scan))
        return false;
    file->key->record.origin = origin;
    return hp_read_key_options(r, scan, file->key);
}

static bool read_value(struct hp_reader_state *r, struct hp_recipe_file *file)
{
    struct hp_scan *scan = &file->scan;
    struct hp_origin origin = hp_scan_origin(scan);
    struct hp_text label = {NULL, 0};

    if (file->key == NULL)
        return hp_scan_fail(scan, "a value stands below a key");
    if (!hp_scan_pass(scan, '@') && !hp_scan_string(&label, scan))
        return false;
    struct hp_plan_value *value = hp_plan_value_find(r->plan, file->key, label);
    if (value == NULL)
        value = hp_plan_value_add(r->plan, file->key, label);
    if (value == NULL)
        return hp_scan_no_memory(scan);
    value->record.origin = origin;
    hp_scan_blanks(scan);
    if (!hp_scan_expect(scan, '=', "\"NAME\" = DATA"))
        return false;
    hp_scan_blanks(scan);
    if (!hp_read_data(value, scan, (enum hp_syntax)file->syntax))
        return false;
    if (file->syntax != HP_SYNTAX_RECIPE)
        return hp_scan_line_end(scan);
    return hp_read_value_options(r, scan, file->key, value);
}

/* ---- all ------------------------------------------------------------- */

/* A line of a recipe that begins with a word. */
static bool read_word_line(struct hp_reader_state *r,
                           struct hp_recipe_file *file)
{
    static const struct {
        const char *word;
        bool (*read)(struct hp_reader_state *r, struct hp_recipe_file *file);
    } words[] = {{"include", read_include}, {"base", read_base},
                 {"bin", read_bin},         {"security", read_security},
                 {"raw", read_raw},         {"tail", read_tail},
                 {"end", read_end},         {"link", read_link},
                 {"log", hp_read_log},      {"entry", hp_read_entry},
                 {"page", hp_read_page}};
    const struct hp_line line = {NULL, NULL, NULL};
    struct hp_scan *scan = &file->scan;
    struct hp_scan start = *scan;
    struct hp_word_span word = hp_scan_word(scan);

    if (hp_scan_is(scan, ' ') || hp_scan_at_line_end(scan)) {
        hp_scan_blanks(scan);
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            if (hp_word_is(word, words[i].word))
                return words[i].read(r, file);
        }
        if (hp_word_is(word, "free") || hp_word_is(word, "cell"))
            return read_cell(r, file, hp_word_is(word, "free"));
    }
    if (hp_scan_is(scan, '[') &&
        (hp_word_is(word, "raw") || hp_word_is(word, "tail") ||
         hp_word_is(word, "end")))
        return hp_read_log_bytes(r, file, word);
    *scan = start;
    r->plan->is_hive = true;
    return hp_read_lie(r, scan, &line) && hp_scan_line_end(scan);
}

static bool read_line(struct hp_reader_state *r, struct hp_recipe_file *file)
{
    struct hp_scan *scan = &file->scan;

    if (hp_scan_at_line_end(scan))
        return hp_scan_line_end(scan);
    if (hp_scan_is(scan, '['))
        return read_key(r, file);
    if (hp_scan_is(scan, '"') || hp_scan_is(scan, '@'))
        return read_value(r, file);
    if (file->syntax != HP_SYNTAX_RECIPE)
        return hp_scan_fail(scan, "a key in brackets or a value should stand "
                                  "here");
    return read_word_line(r, file);
}

bool hp_reader_turn(struct hp_reader_state *r, uint32_t state)
{
    r->plan = r->wanted;
    if (!r->chain[state]) {
        r->plan = hp_arena_alloc(r->wanted->arena, sizeof *r->plan);
        if (r->plan == NULL ||
            !hp_plan_open(r->plan, r->wanted->arena, r->wanted->image_limit)) {
            r->plan = r->wanted;
            return hp_plan_fail(r->err, HP_E_NO_MEMORY, (struct hp_origin){0},
                                "out of memory");
        }
    }
    for (unsigned i = 0; i < r->depth; i++) {
        r->files[i].scan.plan = r->plan;
        r->files[i].key = NULL;
    }
    return true;
}

/* A hive whose logs are there is dirty: its first sequence number is ahead,
 * unless something is said of it. */
static bool make_dirty(struct hp_reader_state *r)
{
    struct hp_plan_record *base = &r->wanted->base;
    uint32_t sequence = 1, first;

    if (!r->wanted->is_hive || !hp_log_plan_has_logs(r->logs) ||
        hp_log_number_told(&first, base, BASE_SEQUENCE1))
        return true;
    (void)hp_log_number_told(&sequence, base, BASE_SEQUENCE2);
    struct hp_plan_lie *lie = hp_plan_lie_add(
        r->wanted, base, hp_field_at(HP_RECORD_BASE, BASE_SEQUENCE1));
    if (lie == NULL)
        return hp_plan_fail(r->err, HP_E_NO_MEMORY, (struct hp_origin){0},
                            "out of memory");
    lie->value.number = (uint32_t)(sequence + 1);
    return true;
}

static bool read_lines(struct hp_reader_state *r)
{
    while (r->depth > 0) {
        struct hp_recipe_file *file = &r->files[r->depth - 1];
        if (file->scan.at == file->scan.end)
            r->depth--;
        else if (!read_line(r, file))
            return false;
    }
    r->plan = r->wanted;
    return true;
}

bool hp_recipe_read_state(struct hp_plan *plan, struct hp_log_plan *logs,
                          const struct hp_log_plan *before, uint32_t state,
                          struct hp_recipe_text text,
                          const struct hp_recipe_opener *opener,
                          struct hp_recipe_error *err)
{
    struct hp_reader_state r = {.plan = plan,
                                .wanted = plan,
                                .logs = logs,
                                .err = err,
                                .opener = opener};

    r.last_pending = &r.pending;
    *err = (struct hp_recipe_error){0};
    for (uint32_t s = state; s != HP_LOG_NO_STATE;
         s = s == 0 ? HP_LOG_NO_STATE : before->states[s].upon)
        r.chain[s] = true;
    return hp_reader_turn(&r, 0) && push_file(&r, text) && read_lines(&r) &&
           (state > 0 || make_dirty(&r)) && hp_plan_settle(plan, err) &&
           hp_plan_place(plan, err) && hp_read_pending(&r);
}

bool hp_recipe_read(struct hp_plan *plan, struct hp_recipe_text text,
                    const struct hp_recipe_opener *opener,
                    struct hp_recipe_error *err)
{
    struct hp_log_plan logs;

    hp_log_plan_open(&logs);
    return hp_recipe_read_state(plan, &logs, NULL, 0, text, opener, err);
}
