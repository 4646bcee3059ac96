/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts and findings of the model as C strings, to compare them. */
#ifndef WRITER_ASSERTS_H
#define WRITER_ASSERTS_H

#include <stdlib.h>

#include "findings.h"
#include "hp_cmocka.h"

/* `ascii` as text, in memory that is valid until 64 calls later. */
static inline struct hp_text text_of(const char *ascii)
{
    static uint16_t rooms[64][1200];
    static size_t turn;
    uint16_t *units = rooms[turn++ % 64];
    size_t count = 0;

    for (; ascii[count] != '\0'; count++)
        units[count] = (unsigned char)ascii[count];
    return (struct hp_text){units, count};
}

/* `text` as WTF-8, likewise. */
static inline const char *shown(struct hp_text text)
{
    static char rooms[16][4000];
    static size_t turn;
    char *out = rooms[turn++ % 16];

    assert_in_range(text.count, 0, 1300);
    out[hp_text_to_wtf8(out, text)] = '\0';
    return out;
}

/* "A B C". */
static inline const char *names_shown(const char *const *names, size_t count)
{
    static char rooms[4][1000];
    static size_t turn;
    char *out = rooms[turn++ % 4];

    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        strcat(out, i == 0 ? "" : " ");
        strcat(out, names[i]);
    }
    return out;
}

static inline const char *findings_shown(struct hp_findings findings)
{
    return names_shown(findings.names, findings.count);
}

static inline const char *list_shown(const struct hp_finding_list *list)
{
    return names_shown(list->names, list->count);
}

#endif
