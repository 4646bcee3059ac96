/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe_rules.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_check.h"
#include "leaves.h"
#include "native.h"

struct line {
    const char *at;
    size_t size;
};

static const char recipe[] = "hiveproof recipe 1";

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next line of text[*at..size), without blanks around it. */
static bool next_line(struct line *line, const char *text, size_t size,
                      size_t *at)
{
    if (*at >= size)
        return false;
    const char *end = memchr(text + *at, '\n', size - *at);
    line->at = text + *at;
    line->size = end == NULL ? size - *at : (size_t)(end - line->at);
    *at += line->size + 1;
    while (line->size > 0 && is_blank(line->at[0])) {
        line->at++;
        line->size--;
    }
    while (line->size > 0 && is_blank(line->at[line->size - 1]))
        line->size--;
    return true;
}

static bool begins(const struct line *line, const char *with)
{
    size_t size = strlen(with);

    return line->size >= size && memcmp(line->at, with, size) == 0;
}

static bool has(const struct line *line, char what)
{
    return memchr(line->at, what, line->size) != NULL;
}

/* ---- order and leaves ---------------------------------------------------- */

/* A second "=" may be the one of a lie: "v" = dword:1 nk.flags=5. */
static bool has_lie(const struct line *line)
{
    const char *end = line->at + line->size;
    const char *at = memchr(line->at, '=', line->size);

    return at != NULL && memchr(at + 1, '=', (size_t)(end - at - 1)) != NULL;
}

/* The line says nothing of how subkeys are listed: a key without more, a
 * value, the version. */
static bool is_plain_line(const struct line *line)
{
    if (line->size == 0)
        return true;
    char last = line->at[line->size - 1];
    if (last == '\\' || memchr(line->at, '\0', line->size) != NULL)
        return false;
    if (line->at[0] == '[')
        return last == ']' && !has(line, ';');
    if (strchr("\"@", line->at[0]) != NULL)
        return !has_lie(line);
    return line->at[0] == ';' || begins(line, recipe) ||
           begins(line, "REGEDIT4") ||
           begins(line, "Windows Registry Editor Version 5.00");
}

static bool is_plain(const char *text, size_t size)
{
    struct line line;
    size_t at = 0;

    while (next_line(&line, text, size, &at))
        if (!is_plain_line(&line))
            return false;
    return true;
}

static void check_order(struct hp_span image)
{
    struct event_check events;
    uint32_t result = event_check_walk(&events, &hp_backend_native,
                                       HP_MODE_FORENSIC, image, true);

    FUZZ_CHECK(!events.disordered, "6: sorted, hinted, each name once");
    if (result == HP_WALK_DONE && !events.damaged)
        leaves_check(image);
}

/* The same with many keys more, about as many as one leaf can hold. */
static void check_many(const char *text, size_t size, uint64_t choice)
{
    enum { LINE = 16, MOST = 1032 };
    const unsigned limits[] = {511, 1022};
    unsigned count = limits[choice / 8 % 2] - 4 + choice % 8;
    struct fuzz_memory memory = {0, 0};
    char *out = malloc(size + 1 + MOST * LINE);
    struct forge_run run;
    size_t at = size;

    if (out == NULL)
        return;
    memcpy(out, text, size);
    out[at++] = '\n';
    for (unsigned i = 0; i < count; i++)
        at += (size_t)snprintf(out + at, LINE, "[\\many\\%04u]\n", i);
    forge_run(&run, &memory, out, at);
    if (run.done)
        check_order(hp_span_of(run.image.bytes, run.image.size));
    forge_run_close(&run);
    free(out);
}

/* ---- .reg files ---------------------------------------------------------- */

static const struct line current = {"CurrentControlSet", 17};

/* The next part of the path *rest, which loses it. */
static struct line next_part(struct line *rest)
{
    struct line part = *rest;
    const char *stop = memchr(rest->at, '\\', rest->size);

    if (stop != NULL)
        part.size = (size_t)(stop - rest->at);
    size_t used = stop == NULL ? part.size : part.size + 1;
    *rest = (struct line){rest->at + used, rest->size - used};
    return part;
}

/* The subkey of the root on a key's line of a .reg file, which is behind HKEY_x
 * and the hive's name, if they are there; none: empty. The last bracket of the
 * line closes the path, and a backslash may stand before it. */
static struct line root_part(const struct line *line)
{
    struct line rest = *line;

    while (rest.size > 0 && rest.at[rest.size - 1] != ']')
        rest.size--;
    if (rest.size < 2 || rest.at[0] != '[')
        return (struct line){NULL, 0};
    rest = (struct line){rest.at + 1, rest.size - 2};
    if (rest.size > 0 && rest.at[0] == '\\')
        (void)next_part(&rest);
    if (begins(&rest, "HKEY_")) {
        (void)next_part(&rest);
        (void)next_part(&rest);
    }
    return next_part(&rest);
}

static bool is_same_name(const struct line *a, const struct line *b)
{
    size_t i = 0;

    while (i < a->size && i < b->size &&
           tolower((unsigned char)a->at[i]) == tolower((unsigned char)b->at[i]))
        i++;
    return i == a->size && i == b->size;
}

/* The first subkey of the root on a key's line; none: empty. */
static struct line first_part(const char *text, size_t size)
{
    struct line line, part = {NULL, 0};
    size_t at = 0;

    while (part.size == 0 && next_line(&line, text, size, &at))
        part = root_part(&line);
    return part;
}

/* Forges the file with `name` for the root's subkey `part`. False: there is no
 * such, or no memory. */
static bool forge_renamed(struct forge_run *run, const char *text, size_t size,
                          const struct line *part, const char *name)
{
    enum { LINE_GROWS = 5 }; /* from [a] by 16 bytes, with its end */
    struct fuzz_memory memory = {0, 0};
    struct line line;
    size_t at = 0, from = 0, count = 0, length = strlen(name);
    char *out = malloc(LINE_GROWS * size);

    while (out != NULL && next_line(&line, text, size, &at)) {
        struct line found = root_part(&line);
        if (found.size == 0 || !is_same_name(&found, part))
            continue;
        size_t before = (size_t)(found.at - text) - from;
        memcpy(out + count, text + from, before);
        memcpy(out + count + before, name, length);
        count += before + length;
        from += before + found.size;
    }
    if (from > 0) {
        memcpy(out + count, text + from, size - from);
        forge_run(run, &memory, out, count + size - from);
    }
    free(out);
    return from > 0;
}

static void check_alike(const struct forge_run *a, const struct forge_run *b)
{
    bool memory = (!a->done && a->err.status == HP_E_NO_MEMORY) ||
                  (!b->done && b->err.status == HP_E_NO_MEMORY);

    FUZZ_CHECK(memory || a->done == b->done, "8: taken alike");
    FUZZ_CHECK(!a->done || !b->done ||
                   (a->image.size == b->image.size &&
                    memcmp(a->image.bytes, b->image.bytes, a->image.size) == 0),
               "8: CurrentControlSet is ControlSet001");
}

/* Where a .reg file has another subkey of the root. */
static void check_renamed(const char *text, size_t size)
{
    struct line part = first_part(text, size);
    struct forge_run first, second;

    if (part.size == 0 || !forge_renamed(&first, text, size, &part, current.at))
        return;
    if (forge_renamed(&second, text, size, &part, "ControlSet001")) {
        check_alike(&first, &second);
        forge_run_close(&second);
    }
    forge_run_close(&first);
}

static void check_reg(const struct forge_run *run, const char *text,
                      size_t size)
{
    struct forge_run other;

    if (forge_renamed(&other, text, size, &current, "ControlSet001")) {
        check_alike(run, &other);
        forge_run_close(&other);
    }
    check_renamed(text, size);
}

/* What is behind a recipe's first line may be that of a .reg file, too. */
static void check_recipe_as_reg(const char *text, size_t size)
{
    static const char reg[] = "REGEDIT4";
    size_t skip = sizeof recipe - sizeof reg;
    char *out = malloc(size - skip);

    if (out == NULL)
        return;
    memcpy(out, reg, sizeof reg - 1);
    memcpy(out + sizeof reg - 1, text + sizeof recipe - 1,
           size - (sizeof recipe - 1));
    check_renamed(out, size - skip);
    free(out);
}

void recipe_rules_check(const struct forge_run *run, const char *text,
                        size_t size)
{
    struct line whole = {text, size};
    uint64_t hash = fuzz_hash(0, text, size);
    bool is_recipe = begins(&whole, recipe);

    if (is_plain(text, size)) {
        check_order(hp_span_of(run->image.bytes, run->image.size));
        if (is_recipe && fuzz_asks(32, 2, hash))
            check_many(text, size, hash);
    }
    if (begins(&whole, "REGEDIT4") ||
        begins(&whole, "Windows Registry Editor Version 5.00"))
        check_reg(run, text, size);
    if (is_recipe && fuzz_asks(8, 7, hash))
        check_recipe_as_reg(text, size);
}
