/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "reader.h"

/* What a reference to a record has said so far. */
struct reference {
    struct hp_reader_state *r;
    struct hp_scan *scan;
    struct hp_plan_key *key;
    struct hp_plan_value *value;
    struct hp_plan_record *record;
    bool dry;
    bool no_memory;
    bool of_log; /* the record is one of a log */
};

/* Fails where `word` stands. */
static bool fail_at(const struct hp_scan *scan, struct hp_word_span word,
                    const char *message)
{
    struct hp_scan start = *scan;

    start.at = word.bytes;
    return hp_scan_fail(&start, message);
}

/* ---- records --------------------------------------------------------- */

/* [\path] of a key that must exist. */
static bool read_key(struct reference *ref)
{
    struct hp_scan *scan = ref->scan;
    struct hp_text label;

    ref->key = ref->r->plan->root;
    if (!hp_scan_expect(scan, '\\', "a key's path begins with a backslash"))
        return false;
    while (!hp_scan_pass(scan, ']')) {
        if (!hp_read_component(&label, scan))
            return false;
        if (!ref->dry) {
            ref->key = hp_plan_key_find(ref->r->plan, ref->key, label);
            if (ref->key == NULL)
                return hp_scan_fail(scan, "there is no such key");
        }
        if (!hp_scan_pass(scan, '\\') && !hp_scan_is(scan, ']'))
            return hp_scan_fail(scan, "the path is not closed by ]");
    }
    return true;
}

/* "name" or @ behind a key's path. */
static bool read_value(struct reference *ref)
{
    struct hp_text label = {NULL, 0};

    if (!hp_scan_pass(ref->scan, '@') && !hp_scan_string(&label, ref->scan))
        return false;
    if (ref->dry)
        return true;
    ref->value = hp_plan_value_find(ref->r->plan, ref->key, label);
    return ref->value != NULL ||
           hp_scan_fail(ref->scan, "there is no such value");
}

/* #N, 0 when it is not there. */
static bool read_index(uint32_t *index, struct reference *ref)
{
    *index = 0;
    return !hp_scan_pass(ref->scan, '#') ||
           hp_scan_count(index, ref->scan, UINT32_MAX);
}

/* What comes after a record in its chain. A record is the first member. */
static void *bin_after(void *record)
{
    struct hp_plan_bin *bin = record;

    return bin->next;
}

static void *cell_after(void *record)
{
    struct hp_plan_cell *cell = record;

    return cell->next;
}

static void *list_after(void *record)
{
    return hp_plan_list_after(record);
}

static void *segment_after(void *record)
{
    struct hp_plan_list *segment = record;

    return segment->next;
}

/* The record with that number in the chain that `first` leads, or NULL; sets
 * ref->no_memory. Chains do not change any more. */
static struct hp_plan_record *nth(struct reference *ref,
                                  struct hp_record_table *table, void *first,
                                  void *(*after)(void *record), uint32_t index)
{
    if (index == 0)
        return first;
    if (table->records == NULL) {
        for (void *r = first; r != NULL; r = after(r))
            table->count++;
        table->records =
            hp_arena_array(ref->r->plan->arena, table->count, sizeof(void *));
        ref->no_memory = table->records == NULL;
        if (ref->no_memory)
            return NULL;
        size_t at = 0;
        for (void *r = first; r != NULL; r = after(r))
            table->records[at++] = r;
    }
    return index < table->count ? table->records[index] : NULL;
}

static struct hp_plan_record *
key_record(struct reference *ref, struct hp_word_span word, uint32_t index)
{
    struct hp_plan_key *key = ref->key;
    struct hp_plan_list *list = key->list;

    if (hp_word_is(word, "nk"))
        return &key->record;
    if (hp_word_is(word, "class"))
        return key->class_bytes.len > 0 ? &key->class_record : NULL;
    if (hp_word_is(word, "values"))
        return key->value_places > 0 || key->values_listed ? &key->values_record
                                                           : NULL;
    return list == NULL ? NULL
                        : nth(ref, &list->table, list, list_after, index);
}

static struct hp_plan_record *
value_record(struct reference *ref, struct hp_word_span word, uint32_t index)
{
    struct hp_plan_value *value = ref->value;

    if (hp_word_is(word, "vk"))
        return &value->record;
    if (hp_word_is(word, "data"))
        return value->shape == HP_SHAPE_CELL ? &value->data : NULL;
    if (value->shape != HP_SHAPE_BIG)
        return NULL;
    if (hp_word_is(word, "db"))
        return &value->big->record;
    struct hp_plan_list *list = value->big->first;
    if (hp_word_is(word, "segments"))
        return &list->record;
    return nth(ref, &value->big->table, list->next, segment_after, index);
}

static bool is_one_of(struct hp_word_span word, const char *const *words)
{
    while (*words != NULL && !hp_word_is(word, *words))
        words++;
    return *words != NULL;
}

/* bin#N, cell#N, sk[label], base, and what is in logs. */
static bool read_other(struct reference *ref, struct hp_word_span word)
{
    static const char *const of_logs[] = {"log", "entry", "vector", NULL};
    struct hp_plan *plan = ref->r->plan;
    struct hp_text label;
    uint32_t index;

    if (is_one_of(word, of_logs)) {
        ref->of_log = true;
        return hp_read_log_record(&ref->record, ref->r, ref->scan, word,
                                  ref->dry);
    }
    if (hp_word_is(word, "base")) {
        ref->record = &plan->base;
        return true;
    }
    if (hp_word_is(word, "sk")) {
        if (!hp_scan_expect(ref->scan, '[', "sk[label]") ||
            !hp_read_component(&label, ref->scan) ||
            !hp_scan_expect(ref->scan, ']', "sk[label]"))
            return false;
        struct hp_plan_security *s = hp_plan_security_find(plan, label);
        ref->record = s == NULL ? NULL : &s->record;
        return true;
    }
    if (!hp_word_is(word, "bin") && !hp_word_is(word, "cell"))
        return fail_at(ref->scan, word, "no such kind of record");
    if (!read_index(&index, ref))
        return false;
    if (ref->dry)
        return true;
    if (hp_word_is(word, "bin"))
        ref->record = nth(ref, &plan->bin_table, plan->bins, bin_after, index);
    else
        ref->record =
            nth(ref, &plan->cell_table, plan->cells, cell_after, index);
    return true;
}

/* A record, behind the word that says its kind. */
static bool read_record(struct reference *ref, struct hp_word_span word)
{
    static const char *const of_keys[] = {"nk", "list", "values", "class",
                                          NULL};
    static const char *const of_values[] = {"vk",       "data",    "db",
                                            "segments", "segment", NULL};
    bool of_value = is_one_of(word, of_values);
    uint32_t index;

    if (!of_value && !is_one_of(word, of_keys)) {
        if (!read_other(ref, word))
            return false;
    } else {
        bool named = hp_scan_pass(ref->scan, '[');
        if (named && !read_key(ref))
            return false;
        if (named && of_value && !read_value(ref))
            return false;
        if (!named && (of_value ? ref->value == NULL : ref->key == NULL))
            return hp_scan_fail(ref->scan, "of which key or value?");
        if (!read_index(&index, ref))
            return false;
        if (!ref->dry)
            ref->record = of_value ? value_record(ref, word, index)
                                   : key_record(ref, word, index);
    }
    if (ref->no_memory)
        return hp_scan_no_memory(ref->scan);
    return ref->dry || ref->record != NULL ||
           hp_scan_fail(ref->scan, "there is no such record");
}

/* ---- numbers --------------------------------------------------------- */

/* offset(RECORD), behind the word. */
static bool read_offset(struct hp_plan_number *number, struct reference *ref)
{
    if (!hp_scan_expect(ref->scan, '(', "offset(RECORD)") ||
        !read_record(ref, hp_scan_word(ref->scan)))
        return false;
    number->record = ref->record;
    if (!hp_scan_expect(ref->scan, ')', "offset(RECORD)"))
        return false;
    hp_scan_blanks(ref->scan);
    bool minus = hp_scan_pass(ref->scan, '-');
    if (!minus && !hp_scan_pass(ref->scan, '+'))
        return true;
    hp_scan_blanks(ref->scan);
    if (!hp_scan_number(&number->number, ref->scan))
        return false;
    if (minus)
        number->number = UINT64_C(0) - number->number;
    return true;
}

static bool read_number(struct hp_plan_number *number, struct reference *ref)
{
    *number = (struct hp_plan_number){0, NULL};
    if (!hp_scan_is(ref->scan, 'o'))
        return hp_scan_number(&number->number, ref->scan);
    if (!hp_word_is(hp_scan_word(ref->scan), "offset"))
        return hp_scan_fail(ref->scan, "a number or offset(RECORD)");
    return read_offset(number, ref);
}

/* ---- lies ------------------------------------------------------------ */

/* A string as UTF-16LE. */
static bool read_text_bytes(struct hp_span *bytes, struct hp_scan *scan)
{
    struct hp_text text;

    if (!hp_scan_string(&text, scan))
        return false;
    uint8_t *memory = hp_scan_room(scan, 2 * text.count);
    if (memory == NULL)
        return false;
    hp_utf16le_encode(memory, text);
    *bytes = hp_span_of(memory, 2 * text.count);
    return true;
}

/* What stands behind the equals sign, by what it looks like. */
static bool read_said(struct hp_plan_lie *lie, bool *is_bytes,
                      struct reference *ref)
{
    struct hp_scan *scan = ref->scan;

    *is_bytes = true;
    if (hp_scan_is(scan, '"'))
        return read_text_bytes(&lie->bytes, scan);
    if (hp_scan_is(scan, 'h'))
        return hp_word_is(hp_scan_word(scan), "hex") && hp_scan_pass(scan, ':')
                   ? hp_scan_hex(&lie->bytes, scan)
                   : hp_scan_fail(scan, "bytes are written as hex:...");
    *is_bytes = false;
    return read_number(&lie->value, ref);
}

static bool read_element(uint32_t *index, bool *has_index, struct hp_scan *scan)
{
    *index = 0;
    *has_index = hp_scan_pass(scan, '[');
    return !*has_index || (hp_scan_count(index, scan, UINT32_MAX) &&
                           hp_scan_expect(scan, ']', "FIELD[N]"));
}

/* FIELD = VALUE of ref->record. */
static bool read_field(struct reference *ref, struct hp_word_span name,
                       struct hp_origin origin)
{
    struct hp_scan *scan = ref->scan;
    struct hp_plan_lie said = {.origin = origin};
    const struct hp_field *field = NULL;
    bool has_index, is_bytes;

    if (!ref->dry) {
        if (ref->record != NULL)
            field = ref->of_log ? hp_log_field_find(ref->record->kind,
                                                    name.bytes, name.size)
                                : hp_field_find(ref->record->kind, name.bytes,
                                                name.size);
        if (field == NULL)
            return fail_at(scan, name, "the record has no such field");
    }
    if (!read_element(&said.index, &has_index, scan))
        return false;
    if (field != NULL && has_index != (field->stride > 0))
        return hp_scan_fail(scan, has_index ? "the field is no array"
                                            : "of which element? FIELD[N]");
    hp_scan_blanks(scan);
    if (!hp_scan_expect(scan, '=', "FIELD = VALUE"))
        return false;
    hp_scan_blanks(scan);
    struct hp_scan start = *scan;
    struct hp_plan_record *record = ref->record;
    if (!read_said(&said, &is_bytes, ref))
        return false;
    if (field == NULL)
        return true;
    if (ref->of_log && said.value.record != NULL)
        return hp_scan_fail(&start, "a log does not know where records lie");
    bool wants_bytes = field->width == 0 || field->width > HP_FIELD_NUMBER_MOST;
    if (wants_bytes != is_bytes)
        return hp_scan_fail(&start, wants_bytes
                                        ? "bytes should stand here: hex:... or "
                                          "a string"
                                        : "a number should stand here");
    if (field->width > 0 && is_bytes && said.bytes.len > field->width)
        return hp_scan_fail(&start, "more bytes than the field has");
    struct hp_plan_lie *lie = hp_plan_lie_add(scan->plan, record, field);
    if (lie == NULL)
        return hp_scan_no_memory(scan);
    lie->index = said.index;
    lie->value = said.value;
    lie->bytes = said.bytes;
    lie->origin = said.origin;
    return true;
}

/* The whole of it. *ref knows what a missing record's name means; elements of
 * a log's record need none either. */
static bool read_lie(struct reference *ref)
{
    struct hp_scan *scan = ref->scan;
    struct hp_origin origin = hp_scan_origin(scan);
    struct hp_word_span word = hp_scan_word(scan);

    if (word.size == 0)
        return hp_scan_fail(scan, "this is not understood");
    hp_scan_blanks(scan);
    bool element = ref->of_log && hp_scan_is(scan, '[');
    if (!element && !hp_scan_is(scan, '=')) {
        if (!read_record(ref, word) ||
            !hp_scan_expect(scan, '.', "RECORD.FIELD = VALUE"))
            return false;
        word = hp_scan_word(scan);
    } else if (ref->record == NULL) {
        return hp_scan_fail(scan, "of which record?");
    }
    return read_field(ref, word, origin);
}

static struct reference reference_of(struct hp_reader_state *r,
                                     struct hp_scan *scan,
                                     const struct hp_pending *to, bool dry)
{
    return (struct reference){.r = r,
                              .scan = scan,
                              .key = to->key,
                              .value = to->value,
                              .record = to->record,
                              .dry = dry,
                              .of_log = to->record != NULL &&
                                        to->record->kind >= HP_LOG_BASE};
}

/* ---- what is put off ------------------------------------------------- */

static bool put_off(struct hp_reader_state *r, struct hp_pending content)
{
    struct hp_pending *pending =
        hp_arena_alloc(r->plan->arena, sizeof *pending);

    if (pending == NULL)
        return hp_scan_no_memory(&content.scan);
    *pending = content;
    *r->last_pending = pending;
    r->last_pending = &pending->next;
    return true;
}

/* True if the field of the line's own record is a number that says no
 * record. */
static bool is_plain(struct hp_scan scan)
{
    (void)hp_scan_word(&scan);
    hp_scan_blanks(&scan);
    if (!hp_scan_pass(&scan, '='))
        return false;
    hp_scan_blanks(&scan);
    return !hp_scan_is(&scan, 'o');
}

/* What is about another state than the wanted one is forgotten. */
static bool is_wanted(const struct hp_reader_state *r)
{
    return r->plan == r->wanted;
}

bool hp_read_lie(struct hp_reader_state *r, struct hp_scan *scan,
                 const struct hp_line *line)
{
    struct hp_pending pending = {.scan = *scan,
                                 .key = line->key,
                                 .value = line->value,
                                 .record = line->record};
    bool of_log = line->record != NULL && line->record->kind >= HP_LOG_BASE;
    bool now = of_log || (line->record != NULL && is_plain(*scan));
    struct reference ref = reference_of(r, scan, &pending, !now);
    uint64_t spent = r->plan->spent;

    if (!read_lie(&ref))
        return false;
    if (now)
        return true;
    r->plan->spent = spent;
    return !(is_wanted(r) || ref.of_log) || put_off(r, pending);
}

bool hp_read_target(struct hp_reader_state *r, struct hp_scan *scan,
                    struct hp_plan_number *number)
{
    struct hp_pending pending = {.scan = *scan, .number = number};
    struct reference ref = {.r = r, .scan = scan, .dry = true};

    return read_number(number, &ref) && (!is_wanted(r) || put_off(r, pending));
}

bool hp_read_pending(struct hp_reader_state *r)
{
    for (struct hp_pending *p = r->pending; p != NULL; p = p->next) {
        struct reference ref = reference_of(r, &p->scan, p, false);
        bool done =
            p->number != NULL ? read_number(p->number, &ref) : read_lie(&ref);
        if (!done)
            return false;
    }
    return true;
}

bool hp_read_fields(struct hp_reader_state *r, struct hp_scan *scan,
                    struct hp_plan_record *record)
{
    const struct hp_line line = {NULL, NULL, record};

    while (!hp_scan_at_line_end(scan)) {
        if (!hp_read_lie(r, scan, &line))
            return false;
    }
    return hp_scan_line_end(scan);
}
