/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe_rules.h"

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
    return line->at[0] == ';' || begins(line, "hiveproof recipe 1") ||
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

/* The "CurrentControlSet" that is all of the third part of the path on a key's
 * line, or NULL. The last bracket of the line closes the path. */
static const char *control_set(const struct line *line)
{
    static const char name[] = "currentcontrolset";
    const char *at = line->at, *end = line->at + line->size;

    for (unsigned i = 0; i < 2 && at != NULL; i++) {
        at = memchr(at, '\\', (size_t)(end - at));
        at = at == NULL ? NULL : at + 1;
    }
    if (at == NULL || !begins(line, "[HKEY_") ||
        (size_t)(end - at) < sizeof name)
        return NULL;
    for (size_t i = 0; i < sizeof name - 1; i++)
        if ((at[i] | 0x20) != name[i])
            return NULL;
    const char *behind = at + sizeof name - 1;
    bool closed = *behind == ']' &&
                  memchr(behind + 1, ']', (size_t)(end - behind - 1)) == NULL;
    return *behind == '\\' || closed ? at : NULL;
}

/* The same file with ControlSet001 in those places; 0: there are none. */
static size_t replace(char *out, const char *text, size_t size)
{
    struct line line;
    size_t at = 0, from = 0, count = 0;

    while (next_line(&line, text, size, &at)) {
        const char *name = control_set(&line);
        if (name == NULL)
            continue;
        size_t before = (size_t)(name - text) - from;
        memcpy(out + count, text + from, before);
        memcpy(out + count + before, "ControlSet001", 13);
        count += before + 13;
        from += before + strlen("CurrentControlSet");
    }
    if (from == 0)
        return 0;
    memcpy(out + count, text + from, size - from);
    return count + size - from;
}

static void check_control_set(const struct forge_run *run, const char *text,
                              size_t size)
{
    struct fuzz_memory memory = {0, 0};
    struct forge_run other;
    char *out = malloc(size);
    size_t count = out == NULL ? 0 : replace(out, text, size);

    if (count > 0) {
        forge_run(&other, &memory, out, count);
        FUZZ_CHECK(other.done || other.err.status == HP_E_NO_MEMORY,
                   "8: taken alike");
        FUZZ_CHECK(!other.done || (other.image.size == run->image.size &&
                                   memcmp(other.image.bytes, run->image.bytes,
                                          run->image.size) == 0),
                   "8: CurrentControlSet is ControlSet001");
        forge_run_close(&other);
    }
    free(out);
}

void recipe_rules_check(const struct forge_run *run, const char *text,
                        size_t size)
{
    struct line whole = {text, size};

    if (is_plain(text, size)) {
        check_order(hp_span_of(run->image.bytes, run->image.size));
        uint64_t hash = fuzz_hash(0, text, size);
        if (begins(&whole, "hiveproof") && fuzz_asks(32, 2, hash))
            check_many(text, size, hash);
    }
    if (begins(&whole, "REGEDIT4") ||
        begins(&whole, "Windows Registry Editor Version 5.00"))
        check_control_set(run, text, size);
}
