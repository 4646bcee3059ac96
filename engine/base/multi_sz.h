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

/* Findings about the data, bits. In the examples a letter is a string and 0 a
 * NUL unit. "The list" is what the decode rule takes, "behind" is what comes
 * after its final NUL. */
enum hp_multi_sz_finding {
    /* The number of bytes is odd; the last byte is ignored. */
    HP_MSZ_ODD_LENGTH = 1,
    /* There is no unit at all. Excludes every bit but ODD_LENGTH. */
    HP_MSZ_EMPTY_VALUE = 2,
    /* The list's last string has no NUL: A, A0B. Never without NO_FINAL_NUL. */
    HP_MSZ_UNTERMINATED = 4,
    /* No empty string ends the list: A, A0, A0B0. */
    HP_MSZ_NO_FINAL_NUL = 8,
    /* An empty string stands between two strings: A00B, 0A00B, but not 0A.
     * Never without DEAD_ENTRIES. */
    HP_MSZ_EMBEDDED_EMPTY = 16,
    /* A string lies behind the list: A00B, 0A00, 00A. */
    HP_MSZ_DEAD_ENTRIES = 32,
    /* Behind the list lies a NUL, and nothing else: A000, 000. A list without
     * strings may be 0 or 00: real hives have both, one as often as the
     * other. */
    HP_MSZ_TRAILING_JUNK = 64,
    /* A surrogate without its other half, in the list or behind it. */
    HP_MSZ_LONE_SURROGATE = 128
};

struct hp_multi_sz {
    struct hp_span data; /* whole units only */
    size_t at;           /* bytes: where the next string starts; one unit past
                          * the end behind a string that has no NUL */
    bool dead;           /* the list has ended; now walking what is behind */
    bool with_dead;      /* do that walk */
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
