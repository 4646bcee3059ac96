/* SPDX-License-Identifier: Apache-2.0 */
#include "image_path.h"

#include "count.h"
#include "hp_limits.h"

/* Win32 takes MAX_PATH - 1 units without the \\?\ prefix. */
#define LONGEST_PLAIN_PATH 259

static bool is_text_type(uint32_t type, struct hp_finding_list *findings)
{
    switch (type) {
    case HP_REG_SZ:
    case HP_REG_EXPAND_SZ:
        return true;
    case HP_REG_LINK:
        hp_findings_add(findings, "LINK_TYPE");
        return true;
    case HP_REG_MULTI_SZ:
        hp_findings_add(findings, "MULTI_SZ_TYPE");
        return true;
    default:
        hp_findings_add(findings, "WRONG_TYPE");
        return false;
    }
}

static bool is_printable_ascii(uint32_t byte)
{
    return byte >= 0x20 && byte <= 0x7E;
}

/* B6: 8-bit text that somebody stored as UTF-16. */
static bool looks_8bit(struct hp_text text)
{
    for (size_t i = 0; i < text.count; i++) {
        if (!is_printable_ascii(text.units[i] & 0xFF) ||
            !is_printable_ascii(text.units[i] >> 8))
            return false;
    }
    return text.count > 0;
}

static void find_in_text(struct hp_finding_list *findings, struct hp_text text)
{
    if (hp_text_has_lone_surrogate(text))
        hp_findings_add(findings, "LONE_SURROGATE");
    if (text.count > 0 && text.units[0] == 0xFEFF)
        hp_findings_add(findings, "BOM");
    if (looks_8bit(text))
        hp_findings_add(findings, "LOOKS_8BIT");
}

bool hp_image_path_decode(enum hp_decoded *decoded, struct hp_text *text,
                          struct hp_arena *arena,
                          struct hp_finding_list *findings, uint32_t type,
                          struct hp_span data)
{
    size_t total = hp_utf16le_count(data);
    size_t count = 0;

    *text = (struct hp_text){NULL, 0};
    *decoded = HP_DECODED_WRONG_TYPE;
    if (!is_text_type(type, findings))
        return true;
    *decoded = HP_DECODED_TOO_LONG;
    if (total > HP_LIMIT_TEXT_UNITS) {
        hp_findings_add(findings, "TOO_LONG");
        return true;
    }

    uint16_t *units = hp_arena_array(arena, total, sizeof(uint16_t));
    if (units == NULL)
        return false;
    hp_utf16le_decode(units, data);
    while (count < total && units[count] != 0)
        count++;

    if (data.len % 2 != 0)
        hp_findings_add(findings, "ODD_LENGTH");
    /* No unit at all is an empty string, not one without its end. */
    if (count == total && total > 0)
        hp_findings_add(findings, "UNTERMINATED");
    for (size_t i = count; i < total && type != HP_REG_MULTI_SZ; i++) {
        if (units[i] != 0)
            hp_findings_add(findings, "EMBEDDED_NUL");
    }
    *text = (struct hp_text){units, count};
    find_in_text(findings, *text);
    *decoded = HP_DECODED_TEXT;
    return true;
}

bool hp_image_path_win32(struct hp_text *path, bool *has_exe,
                         struct hp_arena *arena, struct hp_text text)
{
    size_t at = hp_text_find_nocase(text, 0, ".exe");

    *has_exe = at != HP_NOT_FOUND;
    if (!*has_exe)
        return true;

    size_t end = at + 4;
    size_t start = text.units[0] == '"' && end < text.count ? 1 : 0;
    return hp_text_lower(path, arena, hp_text_cut(text, start, end - start));
}

bool hp_image_path_driver(struct hp_text *path, struct hp_arena *arena,
                          struct hp_text text, struct hp_text service)
{
    static const uint16_t root[] = u"%SystemRoot%\\System32\\Drivers\\";
    static const uint16_t sys[] = u".SYS";
    const struct hp_text system_root = {root, 13};
    struct hp_text parts[3] = {system_root, text, {NULL, 0}};

    if (text.count == 0) {
        parts[0].count = HP_COUNT(root) - 1;
        parts[1] = service;
        parts[2] = (struct hp_text){sys, 4};
    } else if (text.units[0] == '\\') {
        if (!hp_text_lower(&parts[1], arena, text))
            return false;
        if (hp_text_starts_nocase(text, "\\SystemRoot\\"))
            parts[1] = hp_text_from(parts[1], 12);
        else
            parts[0].count = 0;
        if (hp_text_starts_nocase(text, "\\??\\"))
            parts[1] = hp_text_from(parts[1], 4);
    }
    return hp_text_join(path, arena, parts, 3);
}

/* ---- classes ----------------------------------------------------------- */

static int hex_digit(uint16_t unit)
{
    if (unit >= '0' && unit <= '9')
        return unit - '0';
    unit = hp_lower_ascii(unit);
    return unit >= 'a' && unit <= 'f' ? unit - 'a' + 10 : -1;
}

bool hp_guid_parse(struct hp_guid *guid, struct hp_text text)
{
    static const char form[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
    struct hp_guid read = {{0}};
    size_t digits = 0;

    if (text.count < HP_GUID_UNITS)
        return false;
    for (size_t i = 0; i < HP_GUID_UNITS; i++) {
        if (form[i] != 'x') {
            if (text.units[i] != (unsigned char)form[i])
                return false;
            continue;
        }
        int digit = hex_digit(text.units[i]);
        if (digit < 0)
            return false;
        uint8_t *byte = &read.bytes[digits++ / 2];
        *byte = (uint8_t)(*byte << 4 | digit);
    }
    *guid = read;
    return true;
}

static bool separator_at(struct hp_text text, size_t at)
{
    return at < text.count && hp_is_separator(text.units[at]);
}

/* Units of a \\?\ or \\.\ at the start; Win32's way into the devices. */
static size_t device_prefix(struct hp_text path)
{
    return hp_text_starts_nocase(path, "\\\\?\\") ||
                   hp_text_starts_nocase(path, "\\\\.\\")
               ? 4
               : 0;
}

/* Where P8 starts to look: behind a prefix whose own units are no file
 * name's. */
static size_t syntax_start(struct hp_text path)
{
    if (hp_text_starts_nocase(path, "\\??\\"))
        return 4;
    if (hp_text_starts_nocase(path, "\\DosDevices\\"))
        return 12;
    return device_prefix(path);
}

static bool has_bad_character(struct hp_text path)
{
    size_t start = syntax_start(path);

    for (size_t i = start; i < path.count; i++) {
        /* One colon may stand where a drive's does. */
        if (path.units[i] < 0x20 || (path.units[i] == ':' && i > start + 1))
            return true;
    }
    return hp_text_find_any(path, start, "<>\"|?*") != HP_NOT_FOUND;
}

/* The shape of what follows \\?\ or \\.\, which is never P1. Sets *body to
 * where its components start. */
static void shape_of_device(struct hp_shape *shape, size_t *body,
                            struct hp_text path)
{
    struct hp_text rest = hp_text_from(path, 4);

    if (hp_text_starts_with_drive(rest)) {
        shape->path_class = 2;
        shape->letter = hp_drive_letter(rest.units[0]);
        shape->volume = hp_text_cut(rest, 0, 2);
        *body = 6;
    } else if (hp_text_starts_nocase(rest, "UNC\\")) {
        shape->path_class = 5;
        *body = 7;
    } else if (hp_text_starts_nocase(rest, "GLOBALROOT\\")) {
        shape->path_class = 4;
        shape->volume = hp_text_from(rest, 10);
        *body = 14;
    } else if (hp_text_starts_nocase(rest, "Volume{") &&
               hp_guid_parse(&shape->guid, hp_text_from(rest, 6)) &&
               separator_at(rest, 6 + HP_GUID_UNITS)) {
        shape->path_class = 3;
        shape->has_guid = true;
        shape->volume = hp_text_cut(rest, 0, 6 + HP_GUID_UNITS);
        *body = 4 + 6 + HP_GUID_UNITS;
    }
}

static bool is_nt_only(struct hp_text path)
{
    return hp_text_starts_nocase(path, "\\??\\") ||
           hp_text_starts_nocase(path, "\\DosDevices\\") ||
           hp_text_starts_nocase(path, "\\Device\\") ||
           hp_text_starts_nocase(path, "\\SystemRoot\\");
}

/* P1 to P7, with *body set to where the components start. */
static struct hp_shape shape_of(struct hp_text path, size_t *body)
{
    struct hp_shape shape = {.path_class = 7};

    if (device_prefix(path) != 0) {
        shape_of_device(&shape, body, path);
    } else if (is_nt_only(path)) {
        shape.path_class = 6;
    } else if (separator_at(path, 0) && separator_at(path, 1)) {
        shape.path_class = 5;
        *body = 2;
    } else if (hp_text_starts_with_drive(path)) {
        shape.path_class = 1;
        shape.letter = hp_drive_letter(path.units[0]);
        shape.volume = hp_text_cut(path, 0, 2);
        *body = 2;
    }
    return shape;
}

/* CON, NUL, COM1 and the like, also with an extension. */
static bool is_reserved(struct hp_text component)
{
    static const char *const names[] = {"con", "prn",    "aux",
                                        "nul", "conin$", "conout$"};
    size_t end = hp_text_find_any(component, 0, ".");
    struct hp_text base = component;

    if (end != HP_NOT_FOUND)
        base.count = end;
    while (base.count > 0 && base.units[base.count - 1] == ' ')
        base.count--;
    for (size_t i = 0; i < HP_COUNT(names); i++) {
        if (hp_text_is_nocase(base, names[i]))
            return true;
    }
    return base.count == 4 && base.units[3] >= '1' && base.units[3] <= '9' &&
           (hp_text_starts_nocase(base, "com") ||
            hp_text_starts_nocase(base, "lpt"));
}

static void find_in_component(struct hp_finding_list *findings,
                              struct hp_text component)
{
    if (component.count == 0)
        return;
    uint16_t last = component.units[component.count - 1];
    if (hp_text_is(component, ".") || hp_text_is(component, ".."))
        hp_findings_add(findings, "DOT_SEGMENT");
    else if (last == '.' || last == ' ')
        hp_findings_add(findings, "TRAILING_DOT_OR_SPACE");
    if (hp_text_has_short_name(component))
        hp_findings_add(findings, "SHORT_NAME");
    if (is_reserved(component))
        hp_findings_add(findings, "RESERVED_NAME");
}

/* P9. `body` is where the components start, with or without a separator. */
static void find_unusual(struct hp_finding_list *findings, struct hp_text path,
                         size_t body)
{
    size_t start = body; /* of the component */

    for (size_t i = body; i <= path.count; i++) {
        if (i < path.count && !hp_is_separator(path.units[i]))
            continue;
        find_in_component(findings, hp_text_cut(path, start, i - start));
        if (separator_at(path, i) && path.units[i] == '/')
            hp_findings_add(findings, "FORWARD_SLASH");
        if (separator_at(path, i) && separator_at(path, i + 1))
            hp_findings_add(findings, "DOUBLE_BACKSLASH");
        start = i + 1;
    }
    if (path.count > LONGEST_PLAIN_PATH &&
        !hp_text_starts_nocase(path, "\\\\?\\"))
        hp_findings_add(findings, "LONG_PATH");
}

static bool starts_with_variable(struct hp_text path)
{
    return hp_text_starts_nocase(path, "%") &&
           !hp_text_starts_nocase(path, "%%") &&
           hp_text_find_any(path, 1, "%") != HP_NOT_FOUND;
}

struct hp_shape hp_image_path_shape(struct hp_text path,
                                    struct hp_finding_list *findings)
{
    struct hp_finding_list unusual = {.count = 0};
    size_t body = 0;
    struct hp_shape shape = shape_of(path, &body);

    if (has_bad_character(path)) {
        shape.path_class = 8;
    } else if (shape.path_class <= 5) {
        find_unusual(&unusual, path, body);
        for (size_t i = 0; i < unusual.count; i++)
            hp_findings_add(findings, unusual.names[i]);
        shape.doubtful = hp_finding_list_has(&unusual, "FORWARD_SLASH") ||
                         hp_finding_list_has(&unusual, "LONG_PATH");
        /* A share stays one however it is spelled. */
        if (shape.path_class < 5 && unusual.count > 0)
            shape.path_class = 9;
    } else {
        shape.unknown_variable = starts_with_variable(path);
    }
    return shape;
}
