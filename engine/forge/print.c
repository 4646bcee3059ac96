/* SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hp_limits.h"
#include "layout.h"
#include "recipe.h"
#include "shape.h"

enum {
    LINE_MOST = 78, /* characters of a line, where it can be cut */
    TOKEN_ROOM = 64,
    RUN_LEAST = 4, /* equal bytes that are written as a run */
    UNITS_AT_ONCE = 64,
    BUFFER_SIZE = 4096
};

struct printer {
    const struct hp_plan *plan;
    struct hp_out out;
    bool pinned;
    bool refused;  /* nothing more is written then */
    size_t column; /* characters of the line so far */
    size_t used;
    char buffer[BUFFER_SIZE];
};

/* ---- text ------------------------------------------------------------ */

static void flush(struct printer *p)
{
    if (!p->refused && p->used > 0)
        p->refused = !p->out.write(p->out.self, p->buffer, p->used);
    p->used = 0;
}

/* As the sink of the escaping module too. */
static bool put_bytes(void *self, const char *bytes, size_t size)
{
    struct printer *p = self;

    p->column += size;
    while (size > 0) {
        size_t part = BUFFER_SIZE - p->used;
        if (part > size)
            part = size;
        memcpy(p->buffer + p->used, bytes, part);
        p->used += part;
        bytes += part;
        size -= part;
        if (p->used == BUFFER_SIZE)
            flush(p);
    }
    return !p->refused;
}

static void put(struct printer *p, const char *text)
{
    (void)put_bytes(p, text, strlen(text));
}

static void end_line(struct printer *p)
{
    put(p, "\n");
    p->column = 0;
}

__attribute__((__format__(__printf__, 2, 3))) static void
put_format(struct printer *p, const char *format, ...)
{
    char token[TOKEN_ROOM];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(token, sizeof token, format, arguments);
    va_end(arguments);
    put(p, token);
}

/* What stands between two options of a line. */
static void gap(struct printer *p)
{
    if (p->column < LINE_MOST) {
        put(p, " ");
        return;
    }
    put(p, " \\");
    end_line(p);
    put(p, "    ");
}

/* The inside of a string in quotes. */
static void put_escaped(struct printer *p, struct hp_text text)
{
    const struct hp_out out = {put_bytes, p};
    size_t start = 0;

    for (size_t i = 0; i <= text.count; i++) {
        if (i < text.count && text.units[i] != '"')
            continue;
        if (i > start)
            (void)hp_escape_text(
                out, HP_ESCAPE_TERMINAL,
                (struct hp_text){text.units + start, i - start});
        if (i < text.count)
            put(p, "\\\"");
        start = i + 1;
    }
}

static void put_string(struct printer *p, struct hp_text text)
{
    put(p, "\"");
    put_escaped(p, text);
    put(p, "\"");
}

/* Small numbers are decimal. */
static void put_number(struct printer *p, uint64_t number)
{
    put_format(p, number < 10 ? "%" PRIu64 : "0x%" PRIx64, number);
}

/* UTF-16LE bytes of any length as a string. */
static void put_units(struct printer *p, struct hp_span bytes)
{
    uint16_t units[UNITS_AT_ONCE];

    put(p, "\"");
    while (bytes.len >= 2 && !p->refused) {
        size_t count = bytes.len / 2;
        if (count > UNITS_AT_ONCE)
            count = UNITS_AT_ONCE;
        hp_utf16le_decode(units, hp_span_of(bytes.ptr, 2 * count));
        /* A pair of surrogates stays together. */
        if (count == UNITS_AT_ONCE && hp_is_high_surrogate(units[count - 1]))
            count--;
        put_escaped(p, (struct hp_text){units, count});
        (void)hp_span_sub(bytes, 2 * count, bytes.len - 2 * count, &bytes);
    }
    put(p, "\"");
}

/* ---- bytes ----------------------------------------------------------- */

static size_t run_at(struct hp_span bytes, size_t at)
{
    size_t end = at + 1;

    while (end < bytes.len && bytes.ptr[end] == bytes.ptr[at])
        end++;
    return end - at;
}

static void put_hex(struct printer *p, struct hp_span bytes)
{
    for (size_t at = 0; at < bytes.len && !p->refused;) {
        size_t run = run_at(bytes, at);
        if (p->column >= LINE_MOST) {
            put(p, "\\");
            end_line(p);
            put(p, "  ");
        }
        put_format(p, "%02x", bytes.ptr[at]);
        if (run < RUN_LEAST) {
            at++;
            continue;
        }
        put_format(p, "*%zu", run);
        at += run;
        if (at < bytes.len)
            put(p, ",");
    }
}

/* The bytes of a field that is zero behind them; whole units, as that suits
 * text. */
static struct hp_span without_zeros(struct hp_span bytes)
{
    struct hp_span rest = bytes;

    while (rest.len > 0 && rest.ptr[rest.len - 1] == 0)
        rest.len--;
    rest.len += rest.len % 2;
    return rest;
}

/* ---- places and lies ------------------------------------------------- */

static void put_pin(struct printer *p, const struct hp_plan_record *record)
{
    put_format(p, "@0x%" PRIx32, record->offset);
    if (record->size != hp_plan_usual_size(record))
        put_format(p, "+0x%" PRIx32, record->size);
}

static void put_lie(struct printer *p, const char *record, uint32_t number,
                    const struct hp_plan_lie *lie)
{
    gap(p);
    put(p, record);
    if (number > 0)
        put_format(p, "#%" PRIu32, number);
    if (*record != '\0')
        put(p, ".");
    put(p, lie->field->name);
    if (lie->field->stride > 0)
        put_format(p, "[%" PRIu32 "]", lie->index);
    put(p, "=");
    if (lie->field->width > 0 && lie->field->width <= HP_FIELD_NUMBER_MOST) {
        put_number(p, lie->value.number);
    } else if (lie->field->at == BASE_NAME) {
        put_units(p, without_zeros(lie->bytes));
    } else {
        put(p, "hex:");
        put_hex(p, without_zeros(lie->bytes));
    }
}

/* The lies about a record, which is called `name` on its line; the empty name
 * is that of the line's own record. */
static void put_lies(struct printer *p, const struct hp_plan_record *record,
                     const char *name, uint32_t number)
{
    for (const struct hp_plan_lie *l = record->lies; l != NULL; l = l->next) {
        if (p->pinned || l->field->logical)
            put_lie(p, name, number, l);
    }
}

/* ---- values ---------------------------------------------------------- */

enum { SZ = 1, EXPAND_SZ = 2, BINARY = 3, DWORD = 4, MULTI_SZ = 7, QWORD = 11 };

static bool ends_in_nul(struct hp_span bytes)
{
    return bytes.len >= 2 && bytes.len % 2 == 0 &&
           bytes.ptr[bytes.len - 1] == 0 && bytes.ptr[bytes.len - 2] == 0;
}

/* True if `bytes` are strings, none of them empty, with a NUL behind each and
 * behind all. */
static bool is_list(struct hp_span bytes)
{
    bool was_nul = true;

    if (!ends_in_nul(bytes))
        return false;
    for (size_t at = 0; at + 2 < bytes.len; at += 2) {
        bool is_nul = hp_at_u16(bytes, at) == 0;
        if (is_nul && was_nul)
            return false;
        was_nul = is_nul;
    }
    return was_nul;
}

static void put_list(struct printer *p, struct hp_span bytes)
{
    size_t start = 0;

    put(p, "multi:");
    for (size_t at = 0; at + 2 < bytes.len; at += 2) {
        if (hp_at_u16(bytes, at) != 0)
            continue;
        if (start > 0)
            put(p, ",");
        if (start > 0 && p->column >= LINE_MOST) {
            put(p, "\\");
            end_line(p);
            put(p, "  ");
        }
        put_units(p, hp_span_of(bytes.ptr + start, at - start));
        start = at + 2;
    }
}

static void put_text(struct printer *p, uint32_t type, struct hp_span bytes)
{
    struct hp_span text = bytes;

    if (type == MULTI_SZ && is_list(bytes)) {
        put_list(p, bytes);
        return;
    }
    if (type == MULTI_SZ || !ends_in_nul(bytes)) {
        put_format(p, "text(%" PRIx32 "):", type);
    } else {
        put(p, type == SZ ? "" : "expand:");
        text.len -= 2;
    }
    put_units(p, text);
}

static void put_data(struct printer *p, uint32_t type, struct hp_span bytes)
{
    bool is_text = type == SZ || type == EXPAND_SZ || type == MULTI_SZ;

    if (type == DWORD && bytes.len == 4) {
        put_format(p, "dword:%08" PRIx32, hp_at_u32(bytes, 0));
    } else if (type == QWORD && bytes.len == 8) {
        put_format(p, "qword:%016" PRIx64, hp_at_u64(bytes, 0));
    } else if (is_text && bytes.len > 0 && bytes.len % 2 == 0) {
        put_text(p, type, bytes);
    } else if (type == BINARY) {
        put(p, "hex:");
        put_hex(p, bytes);
    } else {
        put_format(p, "hex(%" PRIx32 "):", type);
        put_hex(p, bytes);
    }
}

static void put_big(struct printer *p, const struct hp_plan_list *db)
{
    const struct hp_plan_list *list = db->first;

    gap(p);
    put(p, "db");
    put_pin(p, &db->record);
    put(p, "(list");
    put_pin(p, &list->record);
    for (list = list->next; list != NULL; list = list->next) {
        put_format(p, ",%" PRIu32, list->count);
        put_pin(p, &list->record);
    }
    put(p, ")");
}

/* Where a value and its data lie, and what is wrong with the records; data,
 * segments and their list have no fields of their own. */
static void put_value_records(struct printer *p,
                              const struct hp_plan_value *value)
{
    gap(p);
    put(p, "vk");
    put_pin(p, &value->record);
    if (value->shape == HP_SHAPE_CELL) {
        gap(p);
        put(p, "data");
        put_pin(p, &value->data);
    }
    if (value->shape != HP_SHAPE_BIG)
        return;
    put_big(p, value->big);
    put_lies(p, &value->big->record, "db", 0);
}

/* A value without data whose record says so in its own way, as a deleted one
 * in a layered hive does: that is content. */
static void put_no_data(struct printer *p, const struct hp_plan_value *value)
{
    const struct hp_plan_lie *l = value->record.lies;

    if (p->pinned || value->bytes.len > 0)
        return;
    for (; l != NULL; l = l->next) {
        if (l->field->at == VK_DATA_SIZE || l->field->at == VK_DATA)
            put_lie(p, "", 0, l);
    }
}

/* True if a thing's name is its label. No units may lie where others do. */
static bool is_label(struct hp_text name, struct hp_text label)
{
    return name.units == label.units && name.count == label.count;
}

static void put_value(struct printer *p, const struct hp_plan_value *value)
{
    if (value->label.count == 0)
        put(p, "@");
    else
        put_string(p, value->label);
    put(p, " = ");
    put_data(p, value->type, value->bytes);
    if (!is_label(value->name, value->label)) {
        gap(p);
        put(p, "name=");
        put_string(p, value->name);
    }
    if (value->wide) {
        gap(p);
        put(p, "utf16");
    }
    if (p->pinned)
        put_value_records(p, value);
    put_lies(p, &value->record, "", 0);
    put_no_data(p, value);
    end_line(p);
}

/* ---- keys ------------------------------------------------------------ */

/* True if `text` can stand in a path without quotes. */
static bool is_plain(struct hp_text text)
{
    for (size_t i = 0; i < text.count; i++) {
        uint16_t unit = text.units[i];
        if (unit < ' ' || unit > '~' || unit == '\\' || unit == ']' ||
            unit == '"')
            return false;
    }
    return text.count > 0;
}

static void put_path(struct printer *p, const struct hp_plan_key *key)
{
    const struct hp_plan_key *path[HP_LIMIT_KEY_DEPTH];
    size_t depth = 0;

    for (; key->parent != NULL && depth < HP_LIMIT_KEY_DEPTH; key = key->parent)
        path[depth++] = key;
    put(p, depth == 0 ? "[\\" : "[");
    while (depth > 0) {
        struct hp_text label = path[--depth]->label;
        put(p, "\\");
        if (!is_plain(label))
            put_string(p, label);
        else
            put_escaped(p, label);
    }
    put(p, "]");
}

static void put_class(struct printer *p, struct hp_span bytes)
{
    if (bytes.len == 0)
        return;
    gap(p);
    put(p, "class=");
    if (bytes.len % 2 == 0) {
        put_units(p, bytes);
    } else {
        put(p, "hex:");
        put_hex(p, bytes);
    }
}

static const char *list_word(uint16_t signature)
{
    switch (signature) {
    case SIG_LF:
        return "lf";
    case SIG_LH:
        return "lh";
    case SIG_LI:
        return "li";
    default:
        return "ri";
    }
}

/* The lists of a key in parentheses, as they are below each other. */
static void put_lists(struct printer *p, const struct hp_plan_list *list)
{
    while (list != NULL) {
        put(p, list_word(list->signature));
        if (list->signature != SIG_RI && list->up != NULL)
            put_format(p, ":%" PRIu32, list->count);
        put_pin(p, &list->record);
        if (list->first != NULL) {
            put(p, "(");
            list = list->first;
            continue;
        }
        while (list->next == NULL && list->up != NULL) {
            put(p, ")");
            list = list->up;
        }
        list = list->next;
        if (list != NULL)
            put(p, ",");
    }
}

static void put_key_records(struct printer *p, const struct hp_plan_key *key)
{
    uint32_t number = 0;

    gap(p);
    put(p, "nk");
    put_pin(p, &key->record);
    if (key->class_bytes.len > 0) {
        gap(p);
        put(p, "class");
        put_pin(p, &key->class_record);
    }
    if (key->value_places > 0 || key->values_listed) {
        gap(p);
        put(p, "values");
        put_pin(p, &key->values_record);
    }
    if (key->list == NULL)
        return;
    gap(p);
    put_lists(p, key->list);
    for (const struct hp_plan_list *l = key->list; l != NULL;
         l = hp_plan_list_after(l))
        put_lies(p, &l->record, "list", number++);
}

static bool is_told(const struct hp_plan_record *record, int at)
{
    const struct hp_plan_lie *l = record->lies;

    while (l != NULL && l->field->at != at)
        l = l->next;
    return l != NULL;
}

static void put_security_of(struct printer *p, const struct hp_plan_key *key)
{
    if (key->security != NULL) {
        gap(p);
        put(p, "security=");
        put_escaped(p, key->security->label);
    } else if (!is_told(&key->record, NK_SECURITY)) {
        gap(p);
        put(p, "security=0xffffffff"); /* as the assembler has it anyway */
    }
}

static void put_key(struct printer *p, const struct hp_plan_key *key)
{
    put_path(p, key);
    if (key->parent == NULL || !is_label(key->name, key->label)) {
        gap(p);
        put(p, "name=");
        put_string(p, key->name);
    }
    if (key->wide) {
        gap(p);
        put(p, "utf16");
    }
    if (key->in_order) {
        gap(p);
        put(p, "unsorted");
    }
    put_class(p, key->class_bytes);
    put_security_of(p, key);
    if (p->pinned)
        put_key_records(p, key);
    put_lies(p, &key->record, "", 0);
    end_line(p);
}

static void put_link(struct printer *p, const char *to, uint64_t target,
                     uint32_t count, uint32_t hint)
{
    if (!p->pinned)
        return;
    put_format(p, "link %s 0x%" PRIx64, to, target);
    if (count != 1)
        put_format(p, " *%" PRIu32, count);
    if (hint != 0)
        put_format(p, " hint=0x%" PRIx32, hint);
    end_line(p);
}

/* Links stand behind the key that was said last, so that one that comes
 * behind a subkey says its parent again. */
static void put_keys(struct printer *p)
{
    const struct hp_plan_key *said = NULL;

    for (const struct hp_plan_key *k = p->plan->root; k != NULL && !p->refused;
         k = hp_plan_key_after(k)) {
        if (k->target != NULL) {
            if (said != k->parent && p->pinned) {
                put_path(p, k->parent);
                end_line(p);
            }
            said = k->parent;
            put_link(p, "key", k->target->number, k->count, k->hint);
            continue;
        }
        end_line(p);
        put_key(p, k);
        said = k;
        for (const struct hp_plan_value *v = k->first_value; v != NULL;
             v = v->next) {
            if (v->target != NULL)
                put_link(p, "value", v->target->number, v->count, 0);
            else
                put_value(p, v);
        }
    }
}

/* ---- the whole ------------------------------------------------------- */

static void put_base(struct printer *p)
{
    put(p, "base minor=");
    put_number(p, p->plan->minor);
    put(p, " filetime=");
    put_number(p, p->plan->filetime);
    put_lies(p, &p->plan->base, "", 0);
    end_line(p);
}

/* Equal bins without lies are one line. */
static void put_bins(struct printer *p)
{
    const struct hp_plan_bin *bin = p->plan->bins;

    while (bin != NULL && p->pinned) {
        uint32_t count = 1;
        const struct hp_plan_bin *first = bin;
        for (bin = bin->next;
             first->record.lies == NULL && bin != NULL &&
             bin->record.lies == NULL && bin->record.size == first->record.size;
             bin = bin->next)
            count++;
        put_format(p, "bin 0x%" PRIx32, first->record.size);
        if (count > 1)
            put_format(p, " *%" PRIu32, count);
        put_lies(p, &first->record, "", 0);
        end_line(p);
    }
}

static void put_securities(struct printer *p)
{
    for (const struct hp_plan_security *s = p->plan->securities; s != NULL;
         s = s->next) {
        put(p, "security ");
        put_escaped(p, s->label);
        put(p, " = hex:");
        put_hex(p, s->descriptor);
        if (p->pinned) {
            gap(p);
            put(p, "sk");
            put_pin(p, &s->record);
        }
        put_lies(p, &s->record, "", 0);
        end_line(p);
    }
}

static void put_cells(struct printer *p)
{
    for (const struct hp_plan_cell *c = p->plan->cells; c != NULL && p->pinned;
         c = c->next) {
        put_format(p, "%s @0x%" PRIx32 "+0x%" PRIx32, c->free ? "free" : "cell",
                   c->record.offset, c->record.size);
        if (c->bytes.len > 0)
            put(p, " ");
        put_hex(p, c->bytes);
        end_line(p);
    }
}

static void put_raws(struct printer *p)
{
    for (const struct hp_plan_raw *r = p->plan->raws; r != NULL; r = r->next) {
        put_format(p, "raw 0x%" PRIx64 " ", r->position);
        put_hex(p, r->bytes);
        end_line(p);
    }
    if (p->plan->tail.len > 0) {
        put(p, "tail ");
        put_hex(p, p->plan->tail);
        end_line(p);
    }
}

bool hp_plan_print(struct hp_out out, const struct hp_plan *plan, bool pinned)
{
    struct printer p = {.plan = plan, .out = out, .pinned = pinned};

    put_format(&p, "hiveproof recipe %d", HP_RECIPE_VERSION);
    end_line(&p);
    if (plan->is_hive) {
        put_base(&p);
        put_bins(&p);
        put_securities(&p);
        put_keys(&p);
        put_cells(&p);
    }
    if (pinned || !plan->is_hive)
        put_raws(&p);
    flush(&p);
    return !p.refused;
}
