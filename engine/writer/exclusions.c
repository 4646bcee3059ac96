/* SPDX-License-Identifier: Apache-2.0 */
#include "exclusions.h"

#include "count.h"
#include "hp_limits.h"
#include "multi_sz.h"

/* ---- one entry --------------------------------------------------------- */

static bool is_blank(uint16_t unit)
{
    return unit == ' ' || unit == '\t';
}

static struct hp_text trim(struct hp_text text)
{
    while (text.count > 0 && is_blank(text.units[0]))
        text = hp_text_from(text, 1);
    while (text.count > 0 && is_blank(text.units[text.count - 1]))
        text.count--;
    return text;
}

static bool is_quote(uint16_t unit)
{
    return unit == '"' || unit == '\'';
}

/* Without one quote at either end. */
static struct hp_text unquote(struct hp_text text)
{
    if (text.count > 0 && is_quote(text.units[0]))
        text = hp_text_from(text, 1);
    if (text.count > 0 && is_quote(text.units[text.count - 1]))
        text.count--;
    return text;
}

static bool has_any(struct hp_text text, const char *set)
{
    return hp_text_find_any(text, 0, set) != HP_NOT_FOUND;
}

static const struct {
    const char *prefix;
    size_t units;
} prefixes[] = {{"\\\\?\\", 4},         {"\\\\.\\", 4},
                {"\\??\\", 4},          {"\\DosDevices\\", 12},
                {"\\SystemRoot\\", 12}, {"\\Device\\", 8}};

/* Units of a prefix that is not the KB's kind of path. */
static size_t nt_prefix(struct hp_text text)
{
    for (size_t i = 0; i < HP_COUNT(prefixes); i++) {
        if (hp_text_starts_nocase(text, prefixes[i].prefix))
            return prefixes[i].units;
    }
    return 0;
}

static bool has_control(struct hp_text text)
{
    for (size_t i = 0; i < text.count; i++) {
        if (text.units[i] < 0x20)
            return true;
    }
    return false;
}

/* Where the entry says that its file lies. Blanks and quotes around it are
 * another matter and have been taken off. */
static void find_place(struct hp_finding_list *findings, struct hp_text core)
{
    if (nt_prefix(core) != 0)
        hp_findings_add(findings, "E_NTPREFIX");
    else if (core.count > 1 && hp_is_separator(core.units[0]) &&
             hp_is_separator(core.units[1]))
        hp_findings_add(findings, "E_UNC");
    else if (!hp_text_starts_with_drive(core) && !has_any(core, "%"))
        hp_findings_add(findings, "E_RELATIVE");
}

/* Adds what is to be said of the entry's text alone. */
static void find_in_entry(struct hp_finding_list *findings, struct hp_text text)
{
    struct hp_text core = trim(text);

    if (text.count == 0) {
        hp_findings_add(findings, "E_EMPTY");
        return;
    }
    if (text.count > HP_LIMIT_TEXT_UNITS) {
        hp_findings_add(findings, "E_TOO_LONG");
        return;
    }
    if (core.count != text.count)
        hp_findings_add(findings, "E_WHITESPACE");
    if (has_any(text, "\"") || unquote(core).count != core.count)
        hp_findings_add(findings, "E_QUOTED");
    core = unquote(core);
    if (has_any(core, "%"))
        hp_findings_add(findings, "E_ENVVAR");
    find_place(findings, core);
    if (has_any(hp_text_from(core, nt_prefix(core)), "*?"))
        hp_findings_add(findings, "E_WILDCARD");
    if (has_control(text))
        hp_findings_add(findings, "E_CONTROL");
    if (core.count > 0 && hp_is_separator(core.units[core.count - 1]))
        hp_findings_add(findings, "E_NO_FILENAME");
    if (has_any(core, "/"))
        hp_findings_add(findings, "E_FWDSLASH");
    if (hp_text_has_short_name(core))
        hp_findings_add(findings, "E_SHORTNAME");
}

bool hp_exclusion_is_valid(struct hp_text text)
{
    static const char *const fatal[] = {"E_TOO_LONG", "E_QUOTED",
                                        "E_ENVVAR",   "E_WILDCARD",
                                        "E_CONTROL",  "E_NO_FILENAME"};
    struct hp_finding_list findings = {.count = 0};

    find_in_entry(&findings, text);
    for (size_t i = 0; i < HP_COUNT(fatal); i++) {
        if (hp_finding_list_has(&findings, fatal[i]))
            return false;
    }
    /* What starts in any other way may be found fault with or not, but X:\ it
     * is not. */
    return hp_text_is_rooted(text);
}

/* ---- the list ---------------------------------------------------------- */

static void find_in_value(struct hp_finding_list *findings,
                          const struct hp_raw_value *raw)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {{HP_MSZ_ODD_LENGTH, "ODD_LENGTH"},
                 {HP_MSZ_EMPTY_VALUE, "EMPTY_VALUE"},
                 {HP_MSZ_UNTERMINATED, "UNTERMINATED"},
                 {HP_MSZ_NO_FINAL_NUL, "NO_FINAL_NUL"},
                 {HP_MSZ_EMBEDDED_EMPTY, "EMBEDDED_EMPTY"},
                 {HP_MSZ_DEAD_ENTRIES, "DEAD_ENTRIES"},
                 {HP_MSZ_TRAILING_JUNK, "TRAILING_JUNK"},
                 {HP_MSZ_LONE_SURROGATE, "LONE_SURROGATE"}};
    uint32_t bits = 0;

    if (raw->type == HP_REG_MULTI_SZ)
        bits = hp_multi_sz_findings(raw->data);
    else
        hp_findings_add(findings, "WRONG_TYPE");
    for (size_t i = 0; i < HP_COUNT(names); i++) {
        if ((bits & names[i].bit) != 0)
            hp_findings_add(findings, names[i].name);
    }
    if (raw->cut_short)
        hp_findings_add(findings, "DATA_SHORT");
    if (raw->cut_off)
        hp_findings_add(findings, "DATA_CUT");
}

static bool decode_list(struct hp_exclusions *exclusions,
                        struct hp_arena *arena, struct hp_span data)
{
    struct hp_multi_sz it = hp_multi_sz_all_of(data);
    struct hp_span item;
    size_t count = 0;

    while (hp_multi_sz_next(&it, &item))
        count++;
    uint16_t *units =
        hp_arena_array(arena, hp_utf16le_count(data), sizeof(uint16_t));
    exclusions->list = hp_arena_array(arena, count, sizeof(*exclusions->list));
    if (units == NULL || exclusions->list == NULL)
        return false;
    hp_utf16le_decode(units, data);

    it = hp_multi_sz_all_of(data);
    while (hp_multi_sz_next(&it, &item)) {
        size_t at = (size_t)(item.ptr - data.ptr) / 2;
        exclusions->list[exclusions->count++] = (struct hp_exclusion){
            .text = {units + at, item.len / 2}, .raw = item, .live = !it.dead};
    }
    return true;
}

/* X6: what a reader that wants a string would see. */
static bool decode_string(struct hp_exclusions *exclusions,
                          struct hp_arena *arena,
                          const struct hp_raw_value *raw, bool live)
{
    size_t total = hp_utf16le_count(raw->data), count = 0;
    uint16_t *units = hp_arena_array(arena, total, sizeof(uint16_t));

    exclusions->list = hp_arena_alloc(arena, sizeof(*exclusions->list));
    if (units == NULL || exclusions->list == NULL)
        return false;
    hp_utf16le_decode(units, raw->data);
    while (count < total && units[count] != 0)
        count++;
    exclusions->count = 1;
    exclusions->list[0] =
        (struct hp_exclusion){.text = {units, count},
                              .raw = {raw->data.ptr, 2 * count, NULL},
                              .live = live};
    return true;
}

static enum hp_exclusion_effect effect_of(const struct hp_raw_value *raw,
                                          const struct hp_question *question)
{
    if (question->profile != HP_PROFILE_KB980794)
        return HP_EXCLUSION_NO_EFFECT;
    if (raw->type == HP_REG_MULTI_SZ ||
        question->policies.exclusion_type == HP_EXCLUSION_LENIENT)
        return HP_EXCLUSION_DROPS;
    return question->policies.exclusion_type == HP_EXCLUSION_STRICT
               ? HP_EXCLUSION_NO_EFFECT
               : HP_EXCLUSION_MAYBE;
}

static bool index_live(struct hp_exclusions *exclusions, struct hp_arena *arena)
{
    while (exclusions->live_count < exclusions->count &&
           exclusions->list[exclusions->live_count].live)
        exclusions->live_count++;
    if (!hp_text_index_open(&exclusions->index, arena, exclusions->live_count))
        return false;
    for (size_t i = 0; i < exclusions->live_count; i++)
        hp_text_index_put(&exclusions->index, exclusions->list[i].text, i);
    return true;
}

bool hp_exclusions_decode(struct hp_exclusions *exclusions,
                          struct hp_arena *arena,
                          const struct hp_raw_value *raw,
                          const struct hp_question *question)
{
    bool is_list = raw->type == HP_REG_MULTI_SZ;
    bool is_string = raw->type == HP_REG_SZ || raw->type == HP_REG_EXPAND_SZ;
    bool strict = question->policies.exclusion_type == HP_EXCLUSION_STRICT;

    *exclusions = (struct hp_exclusions){.present = raw->present};
    if (raw->present) {
        exclusions->type = raw->type;
        exclusions->effect = effect_of(raw, question);
        exclusions->ignored_profile = question->profile != HP_PROFILE_KB980794;
        find_in_value(&exclusions->findings, raw);
        if (exclusions->ignored_profile)
            hp_findings_add(&exclusions->findings, "E_IGNORED_PROFILE");
        if (is_list && !decode_list(exclusions, arena, raw->data))
            return false;
        if (is_string && !decode_string(exclusions, arena, raw, !strict))
            return false;
    }
    return index_live(exclusions, arena);
}

static bool equal_ascii_nocase(struct hp_text a, struct hp_text b)
{
    for (size_t i = 0; i < a.count; i++) {
        if (hp_lower_ascii(a.units[i]) != hp_lower_ascii(b.units[i]))
            return false;
    }
    return true;
}

long hp_exclusions_find(const struct hp_exclusions *exclusions,
                        struct hp_text path, bool *nonascii)
{
    size_t at = hp_text_index_find(&exclusions->index, path);

    *nonascii = false;
    if (at == HP_NOT_FOUND || !hp_exclusion_is_valid(exclusions->list[at].text))
        return -1;
    *nonascii = !equal_ascii_nocase(exclusions->list[at].text, path);
    return (long)at;
}

/* ---- what the entries do ----------------------------------------------- */

struct finisher {
    struct hp_exclusions *exclusions;
    struct hp_arena *arena;
    const struct hp_excludable *paths;
    struct hp_text_index by_path; /* all paths */
    struct hp_text_index by_tail; /* failing ones without their letter */
    uint16_t *scratch;            /* HP_LIMIT_TEXT_UNITS */
};

/* Notes gathered per live entry while the paths are gone through. */
struct note {
    size_t count; /* paths that it matches */
    bool local, nonascii;
};

static bool index_paths(struct finisher *finisher, size_t count)
{
    if (!hp_text_index_open(&finisher->by_path, finisher->arena, count) ||
        !hp_text_index_open(&finisher->by_tail, finisher->arena, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct hp_text path = finisher->paths[i].path;
        hp_text_index_put(&finisher->by_path, path, i);
        if (finisher->paths[i].failing && hp_text_starts_with_drive(path))
            hp_text_index_put(&finisher->by_tail, hp_text_from(path, 1), i);
    }
    return true;
}

/* Counts the matches of each entry, then gives each its array. */
static bool match_paths(struct finisher *finisher, struct note *notes,
                        size_t count)
{
    struct hp_exclusions *exclusions = finisher->exclusions;
    size_t *room = hp_arena_array(finisher->arena, count, sizeof(*room));
    size_t used = 0;
    bool nonascii;

    if (room == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        long entry =
            hp_exclusions_find(exclusions, finisher->paths[i].path, &nonascii);
        if (entry < 0)
            continue;
        struct note *note = &notes[entry];
        note->count++;
        note->local = note->local || finisher->paths[i].local;
        note->nonascii = note->nonascii || nonascii;
    }
    for (size_t i = 0; i < exclusions->live_count; i++) {
        exclusions->list[i].matches = room + used;
        used += notes[i].count;
        notes[i].count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        long entry =
            hp_exclusions_find(exclusions, finisher->paths[i].path, &nonascii);
        if (entry < 0)
            continue;
        size_t start = (size_t)(exclusions->list[entry].matches - room);
        room[start + notes[entry].count++] = finisher->paths[i].service;
        exclusions->list[entry].match_count = notes[entry].count;
    }
    return true;
}

/* The text that somebody may have meant: without blanks, quotes and prefix
 * around it, '/' as '\', without dots and blanks behind it (X2). */
static struct hp_text meant(uint16_t *scratch, struct hp_text text)
{
    struct hp_text core = unquote(trim(text));

    core = trim(hp_text_from(core, nt_prefix(core)));
    while (core.count > 0 && (core.units[core.count - 1] == '.' ||
                              core.units[core.count - 1] == ' '))
        core.count--;
    for (size_t i = 0; i < core.count; i++)
        scratch[i] = core.units[i] == '/' ? '\\' : core.units[i];
    return (struct hp_text){scratch, core.count};
}

static void find_unmatched(const struct finisher *finisher,
                           struct hp_finding_list *findings,
                           struct hp_text text)
{
    if (hp_exclusion_is_valid(text)) {
        size_t exe = hp_text_find_nocase(text, 0, ".exe");
        hp_findings_add(findings, "E_STALE");
        if (hp_text_index_find(&finisher->by_tail, hp_text_from(text, 1)) !=
            HP_NOT_FOUND)
            hp_findings_add(findings, "E_LETTER_MOVED");
        if (exe != HP_NOT_FOUND &&
            hp_text_index_find(&finisher->by_path,
                               hp_text_cut(text, 0, exe + 4)) != HP_NOT_FOUND)
            hp_findings_add(findings, "E_TRUNCATION");
    }
    if (text.count > HP_LIMIT_TEXT_UNITS)
        return;
    text = meant(finisher->scratch, text);
    if (hp_exclusion_is_valid(text) &&
        hp_text_index_find(&finisher->by_path, text) != HP_NOT_FOUND)
        hp_findings_add(findings, "E_WOULD_MATCH");
}

static bool finish_entry(const struct finisher *finisher, size_t i,
                         struct note note)
{
    struct hp_exclusions *exclusions = finisher->exclusions;
    struct hp_exclusion *entry = &exclusions->list[i];
    struct hp_finding_list findings = {.count = 0};

    if (!entry->live) {
        hp_findings_add(&findings, exclusions->type == HP_REG_MULTI_SZ
                                       ? "DEAD_ENTRIES"
                                       : "WRONG_TYPE");
        return hp_findings_seal(&entry->findings, finisher->arena, &findings);
    }
    find_in_entry(&findings, entry->text);
    if (hp_text_index_find(&exclusions->index, entry->text) != i)
        hp_findings_add(&findings, "E_DUPLICATE");
    else if (note.count == 0)
        find_unmatched(finisher, &findings, entry->text);
    if (note.nonascii)
        hp_findings_add(&findings, "CASE_NONASCII");
    if (note.local && exclusions->effect != HP_EXCLUSION_NO_EFFECT)
        hp_findings_add(&findings, "E_HIDES_LOCAL");
    if (exclusions->ignored_profile)
        hp_findings_add(&findings, "E_IGNORED_PROFILE");
    return hp_findings_seal(&entry->findings, finisher->arena, &findings);
}

bool hp_exclusions_finish(struct hp_exclusions *exclusions,
                          struct hp_arena *arena,
                          const struct hp_excludable *paths, size_t count)
{
    struct finisher finisher = {
        .exclusions = exclusions, .arena = arena, .paths = paths};

    if (exclusions->count == 0)
        return true;
    struct note *notes =
        hp_arena_array(arena, exclusions->count, sizeof(*notes));
    finisher.scratch =
        hp_arena_array(arena, HP_LIMIT_TEXT_UNITS, sizeof(uint16_t));
    if (notes == NULL || finisher.scratch == NULL ||
        !index_paths(&finisher, count) || !match_paths(&finisher, notes, count))
        return false;
    for (size_t i = 0; i < exclusions->count; i++) {
        if (!finish_entry(&finisher, i, notes[i]))
            return false;
    }
    return true;
}
