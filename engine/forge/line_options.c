/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "layout.h"
#include "reader.h"

/* ---- where a cell lies ----------------------------------------------- */

bool hp_read_pin(struct hp_plan_record *record, struct hp_scan *scan)
{
    record->origin = hp_scan_origin(scan);
    if (hp_scan_pass(scan, '@')) {
        if (!hp_scan_count(&record->offset, scan, UINT32_MAX - 1))
            return false;
        record->pinned = true;
    }
    return !hp_scan_pass(scan, '+') ||
           hp_scan_count(&record->size, scan, UINT32_MAX);
}

/* :COUNT and a pin. */
static bool read_place(struct hp_plan_list *list, struct hp_scan *scan)
{
    list->counted = hp_scan_pass(scan, ':');
    if (list->counted && !hp_scan_count(&list->count, scan, UINT32_MAX))
        return false;
    return hp_read_pin(&list->record, scan);
}

/* ---- lists ----------------------------------------------------------- */

static uint16_t list_signature(struct hp_word_span word)
{
    if (hp_word_is(word, "lf"))
        return SIG_LF;
    if (hp_word_is(word, "lh"))
        return SIG_LH;
    if (hp_word_is(word, "li"))
        return SIG_LI;
    return hp_word_is(word, "ri") ? SIG_RI : 0;
}

static bool add_list(struct hp_plan_list **list, struct hp_scan *scan,
                     struct hp_plan_list *up, uint16_t signature)
{
    bool leaf = signature == SIG_LF || signature == SIG_LH;

    *list = hp_plan_list_add(scan->plan, up,
                             leaf ? HP_RECORD_LEAF : HP_RECORD_INDEX);
    if (*list == NULL)
        return hp_scan_no_memory(scan);
    (*list)->signature = signature;
    return read_place(*list, scan);
}

/* The lists in parentheses, in each other at any depth. */
static bool read_lists(struct hp_scan *scan, struct hp_plan_list *list)
{
    while (list != NULL) {
        if (list->signature == SIG_RI && hp_scan_pass(scan, '(')) {
            /* the first one below */
        } else if (list->up != NULL && hp_scan_pass(scan, ',')) {
            list = list->up;
        } else if (list->up != NULL && hp_scan_pass(scan, ')')) {
            list = list->up;
            if (hp_scan_is(scan, '('))
                return hp_scan_fail(scan, "a list has one pair of "
                                          "parentheses");
            continue;
        } else {
            return list->up == NULL ||
                   hp_scan_fail(scan, "the list is not closed by )");
        }
        uint16_t signature = list_signature(hp_scan_word(scan));
        if (signature == 0)
            return hp_scan_fail(scan, "a list is lf, lh, li or ri");
        if (!add_list(&list, scan, list, signature))
            return false;
    }
    return true;
}

static bool read_list(struct hp_plan_key *key, struct hp_scan *scan,
                      uint16_t signature)
{
    return add_list(&key->list, scan, NULL, signature) &&
           read_lists(scan, key->list);
}

/* db:...(list@...,SIZE@...,SIZE@...) */
static bool read_big(struct hp_plan_value *value, struct hp_scan *scan)
{
    struct hp_plan *plan = scan->plan;
    struct hp_plan_list *part;

    value->shape = HP_SHAPE_BIG;
    value->big = hp_plan_list_add(plan, NULL, HP_RECORD_DB);
    if (value->big == NULL)
        return hp_scan_no_memory(scan);
    if (!hp_read_pin(&value->big->record, scan))
        return false;
    if (!hp_scan_pass(scan, '('))
        return true;
    if (!hp_word_is(hp_scan_word(scan), "list"))
        return hp_scan_fail(scan, "db(list,SIZE,SIZE...)");
    part = hp_plan_list_add(plan, value->big, HP_RECORD_SEGMENTS);
    if (part == NULL)
        return hp_scan_no_memory(scan);
    if (!hp_read_pin(&part->record, scan))
        return false;
    while (hp_scan_pass(scan, ',')) {
        part = hp_plan_list_add(plan, value->big, HP_RECORD_SEGMENT);
        if (part == NULL)
            return hp_scan_no_memory(scan);
        part->counted = true;
        if (!hp_scan_count(&part->count, scan, UINT32_MAX) ||
            !hp_read_pin(&part->record, scan))
            return false;
    }
    return hp_scan_expect(scan, ')', "db(list,SIZE,SIZE...)");
}

/* ---- keys ------------------------------------------------------------ */

/* True if `text` comes next. */
static bool starts(const struct hp_scan *scan, const char *text)
{
    size_t size = strlen(text);

    return (size_t)(scan->end - scan->at) >= size &&
           memcmp(scan->at, text, size) == 0;
}

/* NAME="...": with a string, NAME is what the line is about; with a number, a
 * field of the record. */
static bool is_string_behind(const struct hp_scan *scan)
{
    return starts(scan, "=\"");
}

static bool read_string(struct hp_text *text, struct hp_scan *scan)
{
    scan->at++;
    return hp_scan_string(text, scan);
}

/* class="..." or class=hex:... */
static bool read_class(struct hp_plan_key *key, struct hp_scan *scan)
{
    struct hp_text text;

    if (!is_string_behind(scan)) {
        scan->at += strlen("=hex:");
        return hp_scan_hex(&key->class_bytes, scan);
    }
    if (!read_string(&text, scan))
        return false;
    uint8_t *bytes = hp_scan_room(scan, 2 * text.count);
    if (bytes == NULL)
        return false;
    hp_utf16le_encode(bytes, text);
    key->class_bytes = hp_span_of(bytes, 2 * text.count);
    return true;
}

/* security=LABEL, which must have been said before. */
static bool read_security(struct hp_plan_key *key, struct hp_scan *scan)
{
    struct hp_text label;
    struct hp_scan start;

    scan->at++;
    start = *scan;
    struct hp_word_span word = hp_scan_word(scan);
    if (!hp_scan_plain(&label, scan, word.bytes, word.size))
        return false;
    key->security = hp_plan_security_find(scan->plan, label);
    return key->security != NULL ||
           hp_scan_fail(&start, "there is no such security above");
}

/* What a word on a key's line means. */
enum meaning {
    MEANS_FIELD, /* a field, or another record's */
    MEANS_NK,
    MEANS_VALUES,
    MEANS_CLASS_PIN,
    MEANS_LIST,
    MEANS_WIDE,
    MEANS_UNSORTED,
    MEANS_NAME,
    MEANS_CLASS,
    MEANS_SECURITY
};

static bool is_pin(const struct hp_scan *scan)
{
    return hp_scan_is(scan, '@') || hp_scan_is(scan, '+');
}

/* The meaning of `word`, behind which the scan is. */
static enum meaning key_meaning(struct hp_word_span word,
                                const struct hp_scan *scan)
{
    bool field = hp_scan_is(scan, '.') || hp_scan_is(scan, '#');
    bool letter = scan->end - scan->at > 1 && scan->at[0] == '=' &&
                  (scan->at[1] < '0' || scan->at[1] > '9') &&
                  scan->at[1] != '-';

    if (is_pin(scan) && hp_word_is(word, "nk"))
        return MEANS_NK;
    if (!field && !hp_scan_is(scan, '=') && hp_word_is(word, "values"))
        return MEANS_VALUES;
    if (is_pin(scan) && hp_word_is(word, "class"))
        return MEANS_CLASS_PIN;
    if (!field && list_signature(word) != 0)
        return MEANS_LIST;
    if (!field && hp_word_is(word, "utf16"))
        return MEANS_WIDE;
    if (!field && hp_word_is(word, "unsorted"))
        return MEANS_UNSORTED;
    if (is_string_behind(scan) && hp_word_is(word, "name"))
        return MEANS_NAME;
    if ((starts(scan, "=hex:") || is_string_behind(scan)) &&
        hp_word_is(word, "class"))
        return MEANS_CLASS;
    if (letter && !starts(scan, "=offset(") && hp_word_is(word, "security"))
        return MEANS_SECURITY;
    return MEANS_FIELD;
}

/* A key whose security is said as a number uses no sk of the recipe's. */
static bool read_key_field(struct hp_reader_state *r, struct hp_scan *scan,
                           struct hp_plan_key *key, struct hp_word_span word)
{
    const struct hp_line line = {key, NULL, &key->record};

    if (hp_word_is(word, "security"))
        key->no_security = true;
    return hp_read_lie(r, scan, &line);
}

static bool read_key_option(struct hp_reader_state *r, struct hp_scan *scan,
                            struct hp_plan_key *key)
{
    struct hp_scan start = *scan;
    struct hp_word_span word = hp_scan_word(scan);

    switch (key_meaning(word, scan)) {
    case MEANS_NK:
        return hp_read_pin(&key->record, scan);
    case MEANS_VALUES:
        key->values_listed = true;
        return hp_read_pin(&key->values_record, scan);
    case MEANS_CLASS_PIN:
        return hp_read_pin(&key->class_record, scan);
    case MEANS_LIST:
        return read_list(key, scan, list_signature(word));
    case MEANS_WIDE:
        key->wide = true;
        return true;
    case MEANS_UNSORTED:
        key->in_order = true;
        return true;
    case MEANS_NAME:
        return read_string(&key->name, scan);
    case MEANS_CLASS:
        return read_class(key, scan);
    case MEANS_SECURITY:
        return read_security(key, scan);
    default:
        *scan = start;
        return read_key_field(r, scan, key, word);
    }
}

bool hp_read_key_options(struct hp_reader_state *r, struct hp_scan *scan,
                         struct hp_plan_key *key)
{
    while (!hp_scan_at_line_end(scan)) {
        if (!read_key_option(r, scan, key))
            return false;
    }
    return hp_scan_line_end(scan);
}

/* ---- values ---------------------------------------------------------- */

static bool read_value_option(struct hp_reader_state *r, struct hp_scan *scan,
                              const struct hp_line *line)
{
    struct hp_plan_value *value = line->value;
    struct hp_scan start = *scan;
    struct hp_word_span word = hp_scan_word(scan);
    bool field = hp_scan_is(scan, '.') || hp_scan_is(scan, '=');

    if (is_pin(scan) && hp_word_is(word, "vk"))
        return hp_read_pin(&value->record, scan);
    if (!field && hp_word_is(word, "data")) {
        value->shape = HP_SHAPE_CELL;
        return hp_read_pin(&value->data, scan);
    }
    if (!field && hp_word_is(word, "db"))
        return read_big(value, scan);
    if (!field && hp_word_is(word, "inline")) {
        value->shape = HP_SHAPE_INLINE;
        return true;
    }
    if (!field && hp_word_is(word, "utf16")) {
        value->wide = true;
        return true;
    }
    if (is_string_behind(scan) && hp_word_is(word, "name"))
        return read_string(&value->name, scan);
    *scan = start;
    return hp_read_lie(r, scan, line);
}

bool hp_read_value_options(struct hp_reader_state *r, struct hp_scan *scan,
                           struct hp_plan_key *key, struct hp_plan_value *value)
{
    const struct hp_line line = {key, value, &value->record};

    while (!hp_scan_at_line_end(scan)) {
        if (!read_value_option(r, scan, &line))
            return false;
    }
    return hp_scan_line_end(scan);
}
