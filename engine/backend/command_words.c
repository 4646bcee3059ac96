/* SPDX-License-Identifier: Apache-2.0 */
#include "command_words.h"

#include <string.h>

#include "source.h"

#define LOGS "{logs}"

struct splitter {
    struct hp_command_words *out;
    const char *at, *file;
    const char *const *logs;
    size_t used;
    const char *why; /* what is wrong; NULL: nothing yet */
};

static void put(struct splitter *s, char c)
{
    if (s->used == HP_COMMAND_ROOM)
        s->why = "the command is too long";
    else
        s->out->text[s->used++] = c;
}

static void put_file(struct splitter *s)
{
    s->out->names_file = true;
    for (const char *c = s->file; *c != '\0'; c++)
        put(s, *c);
}

/* Takes one character, or {}, outside of single quotes. */
static void take_plain(struct splitter *s, const char *escapable)
{
    bool escapes = *s->at == '\\' && s->at[1] != '\0' &&
                   (escapable == NULL || strchr(escapable, s->at[1]) != NULL);

    if (escapes)
        s->at++;
    else if (s->at[0] == '{' && s->at[1] == '}') {
        put_file(s);
        s->at += 2;
        return;
    }
    put(s, *s->at++);
}

/* Takes what stands between two quotes, the first of which is at s->at. */
static void take_quoted(struct splitter *s)
{
    char quote = *s->at++;

    while (*s->at != '\0' && *s->at != quote) {
        if (quote == '"')
            take_plain(s, "\"\\$`");
        else if (s->at[0] == '{' && s->at[1] == '}')
            take_plain(s, "");
        else
            put(s, *s->at++);
    }
    if (*s->at == '\0')
        s->why = "a quote without an end";
    else
        s->at++;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool begin_word(struct splitter *s)
{
    struct hp_command_words *out = s->out;

    if (out->count == HP_COMMAND_WORDS)
        s->why = "the command has too many words";
    else
        out->words[out->count++] = out->text + s->used;
    return s->why == NULL;
}

static bool is_logs(const struct splitter *s)
{
    size_t size = strlen(LOGS);

    return strncmp(s->at, LOGS, size) == 0 &&
           (s->at[size] == '\0' || is_space(s->at[size]));
}

static void take_logs(struct splitter *s)
{
    s->at += strlen(LOGS);
    s->out->names_logs = true;
    for (unsigned i = 0; s->logs != NULL && i < HP_LIMIT_LOGS; i++) {
        const char *log = s->logs[i];
        if (log == NULL || *log == '\0' || !begin_word(s))
            continue;
        for (; *log != '\0'; log++)
            put(s, *log);
        put(s, '\0');
    }
}

static void take_word(struct splitter *s)
{
    if (!begin_word(s))
        return;
    while (*s->at != '\0' && !is_space(*s->at) && s->why == NULL) {
        if (*s->at == '\'' || *s->at == '"')
            take_quoted(s);
        else
            take_plain(s, NULL);
    }
    put(s, '\0');
}

const char *hp_command_split(struct hp_command_words *words,
                             const char *command, const char *file,
                             const char *const *logs)
{
    struct splitter s = {words, command, file, logs, 0, NULL};

    words->count = 0;
    words->names_file = words->names_logs = false;
    for (;;) {
        while (is_space(*s.at))
            s.at++;
        if (*s.at == '\0' || s.why != NULL)
            break;
        if (is_logs(&s))
            take_logs(&s);
        else
            take_word(&s);
    }
    words->words[words->count] = NULL;
    if (s.why == NULL && (words->count == 0 || words->words[0][0] == '\0'))
        s.why = "the command is empty";
    return s.why;
}
