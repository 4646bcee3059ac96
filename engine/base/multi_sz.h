/* SPDX-License-Identifier: Apache-2.0
 *
 * REG_MULTI_SZ: NUL-terminated UTF-16LE strings, then an empty one. What
 * Windows' own hives hold is often less tidy (9 % of the values of real
 * hives), so every shape has a meaning here (system-writer 6.3): the units
 * are split at NUL, the list ends at the first empty string or at the end of
 * the data, and what lies behind that is "dead". */
#ifndef HP_MULTI_SZ_H
#define HP_MULTI_SZ_H

#include <stdbool.h>

#include "span.h"

/* Findings about the data as a whole, bits. */
enum hp_multi_sz_finding {
    HP_MSZ_ODD_LENGTH = 1,      /* an odd last byte, ignored */
    HP_MSZ_EMPTY_VALUE = 2,     /* no unit at all */
    HP_MSZ_UNTERMINATED = 4,    /* the last string has no NUL */
    HP_MSZ_NO_FINAL_NUL = 8,    /* no empty string ends the list */
    HP_MSZ_EMBEDDED_EMPTY = 16, /* an empty string with strings behind it */
    HP_MSZ_DEAD_ENTRIES = 32,   /* strings behind the end of the list */
    HP_MSZ_TRAILING_JUNK = 64,  /* only NUL units more than needed */
    HP_MSZ_LONE_SURROGATE = 128
};

struct hp_multi_sz {
    struct hp_span data; /* whole units only */
    size_t at;           /* bytes: where the next string starts */
    bool dead;           /* the list has ended; now walking what is behind */
    bool with_dead;
};

/* Walks the live strings of `data`; hp_multi_sz_all_of goes on behind the end
 * of the list and yields the dead ones too (it->dead tells). Empty strings
 * are never yielded. */
struct hp_multi_sz hp_multi_sz_of(struct hp_span data);
struct hp_multi_sz hp_multi_sz_all_of(struct hp_span data);

/* Sets *item to the next string, its bytes without NUL, borrowed from the
 * data. False at the end, with *item untouched. */
bool hp_multi_sz_next(struct hp_multi_sz *it, struct hp_span *item);

/* The findings about `data`, a set of enum hp_multi_sz_finding. */
uint32_t hp_multi_sz_findings(struct hp_span data);

#endif
