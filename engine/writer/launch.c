/* SPDX-License-Identifier: Apache-2.0 */
#include "launch.h"

#include "count.h"

static const uint16_t exe[] = u".exe";
static const uint16_t system32[] = u"\\System32\\";
static const uint16_t system16[] = u"\\System\\";
static const uint16_t separator[] = u"\\";
static const uint16_t nt_root[] = u"\\SystemRoot\\";
static const uint16_t nt_drivers[] = u"\\SystemRoot\\System32\\drivers\\";
static const uint16_t sys[] = u".sys";

#define TEXT_OF(array) ((struct hp_text){(array), HP_COUNT(array) - 1})

static bool add(struct hp_launch *launch, struct hp_arena *arena,
                struct hp_text first, struct hp_text second,
                struct hp_text third)
{
    const struct hp_text parts[] = {first, second, third};

    if (launch->count == HP_LAUNCH_MAX)
        return true;
    return hp_text_join(&launch->list[launch->count++], arena, parts, 3);
}

static bool has_extension(struct hp_text token)
{
    for (size_t i = token.count; i > 0; i--) {
        if (token.units[i - 1] == '.')
            return true;
        if (hp_is_separator(token.units[i - 1]))
            return false;
    }
    return false;
}

/* One name that CreateProcess looks for. */
static bool add_token(struct hp_launch *launch, struct hp_arena *arena,
                      struct hp_text token, struct hp_text root)
{
    const struct hp_text none = {NULL, 0};
    struct hp_text end = has_extension(token) ? none : TEXT_OF(exe);
    struct hp_text name;

    if (token.count == 0 ||
        !hp_text_join(&name, arena, (struct hp_text[]){token, end}, 2))
        return token.count == 0;
    if (hp_is_separator(token.units[0]) ||
        (token.count > 1 && token.units[1] == ':'))
        return add(launch, arena, name, none, none);
    if (!add(launch, arena, root, TEXT_OF(system32), name))
        return false;
    return hp_text_find_any(token, 0, "\\/") != HP_NOT_FOUND ||
           (add(launch, arena, root, TEXT_OF(system16), name) &&
            add(launch, arena, root, TEXT_OF(separator), name));
}

bool hp_launch_win32(struct hp_launch *launch, struct hp_arena *arena,
                     struct hp_text text, struct hp_text system_root)
{
    size_t end;

    if (text.count > 0 && text.units[0] == '"') {
        end = hp_text_find_any(text, 1, "\"");
        if (end == HP_NOT_FOUND)
            end = text.count;
        return add_token(launch, arena, hp_text_cut(text, 1, end - 1),
                         system_root);
    }
    for (size_t at = 0; at < text.count && launch->count < HP_LAUNCH_MAX;
         at = end + 1) {
        end = hp_text_find_any(text, at, " \t");
        if (end == HP_NOT_FOUND)
            end = text.count;
        /* Of several blanks only the first ends a new name. */
        if (end > at &&
            !add_token(launch, arena, hp_text_cut(text, 0, end), system_root))
            return false;
    }
    return true;
}

bool hp_launch_driver(struct hp_launch *launch, struct hp_arena *arena,
                      struct hp_text text, struct hp_text service)
{
    const struct hp_text none = {NULL, 0};

    if (text.count == 0)
        return add(launch, arena, TEXT_OF(nt_drivers), service, TEXT_OF(sys));
    return text.units[0] == '\\'
               ? add(launch, arena, text, none, none)
               : add(launch, arena, TEXT_OF(nt_root), text, none);
}

/* candidate[from..) follows `root` and a separator in `path`. */
static bool is_below(struct hp_text path, struct hp_text root,
                     struct hp_text rest)
{
    return path.count == root.count + rest.count &&
           hp_text_equal_nocase(hp_text_cut(path, 0, root.count), root) &&
           hp_text_equal_nocase(hp_text_from(path, root.count), rest);
}

bool hp_launch_has(const struct hp_launch *launch, struct hp_text path,
                   struct hp_text system_root)
{
    for (size_t i = 0; i < launch->count; i++) {
        struct hp_text candidate = launch->list[i];
        if (hp_text_equal_nocase(candidate, path))
            return true;
        if (hp_text_starts_nocase(candidate, "\\SystemRoot\\") &&
            is_below(path, system_root, hp_text_from(candidate, 11)))
            return true;
        if (hp_text_starts_nocase(candidate, "\\??\\") &&
            hp_text_equal_nocase(hp_text_from(candidate, 4), path))
            return true;
    }
    return false;
}

/* ---- Microsoft's script ------------------------------------------------ */

/* Where the script ends the path: behind the last ".exe", else behind "dll".
 * The worked cases decide: a ".exe" inside a folder's name does not end its
 * path (I10), and its ".dll" is a pattern whose dot stands for any character,
 * which is why it takes "rundll32" for a path that ends in "dll" (I16). */
static size_t script_end(struct hp_text text)
{
    size_t end = 0;
    size_t at = hp_text_find_nocase(text, 0, ".exe");

    for (; at != HP_NOT_FOUND; at = hp_text_find_nocase(text, end, ".exe"))
        end = at + 4;
    if (end == 0 && (at = hp_text_find_nocase(text, 1, "dll")) != HP_NOT_FOUND)
        end = at + 3;
    return end;
}

void hp_microsoft_script(struct hp_finding_list *findings, struct hp_text text)
{
    struct hp_text path = hp_text_cut(text, 0, script_end(text));
    bool quoted = path.count > 0 && path.units[0] == '"';

    if (path.count == 0) {
        hp_findings_add(findings, "MS_UNRECOGNIZED_PATH");
        return;
    }
    if (quoted)
        path = hp_text_from(path, 1);
    if (hp_text_starts_nocase(path, "\\\\?\\") ||
        hp_text_starts_nocase(path, "\\\\.\\"))
        path = hp_text_from(path, 4);
    if (!quoted && hp_text_find_any(path, 0, " ") != HP_NOT_FOUND) {
        hp_findings_add(findings, "MS_SPACE_IN_PATH");
        return;
    }
    if (hp_text_find_any(path, 0, "<>\"|?*") != HP_NOT_FOUND) {
        hp_findings_add(findings, "MS_INVALID_CHARS");
        return;
    }
    if (hp_text_find_nocase(path, 0, "\\\\") != HP_NOT_FOUND)
        hp_findings_add(findings, "MS_DOUBLE_SLASH");
    if (hp_text_find_nocase(path, 0, "\\.\\") != HP_NOT_FOUND ||
        hp_text_find_nocase(path, 0, "\\..\\") != HP_NOT_FOUND)
        hp_findings_add(findings, "MS_RELATIVE_PATH");
    if (hp_text_find_any(path, 0, "/") != HP_NOT_FOUND)
        hp_findings_add(findings, "MS_FOWARD_SLASH");
    if (!hp_text_is_rooted(path))
        hp_findings_add(findings, "MS_INVALID_FORMAT");
}
