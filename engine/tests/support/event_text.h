/* SPDX-License-Identifier: Apache-2.0
 *
 * The events of a walk of a built hive as one line of text, so that a test can
 * say exactly which events come:
 *
 *   hive5            HIVE, minor version; "*2/1" behind it: dirty, sequences
 *   +A{c=6100}{s=8}  KEY_ENTER; class in hex and bytes of security where there
 *                    are any, {c?} and {s?} where they are unknown
 *   =V/4/2           VALUE: name, type, declared size
 *   :2a00            DATA in hex; above 8 bytes :<size>#<first><last byte>
 *   -                KEY_LEAVE
 *   !cell-free@nk:A/nk.values=20(skipped)
 *                    DAMAGE: status, label of the record, field, found in hex,
 *                    action
 *   done partial refused stopped failed
 *                    the result
 *
 * A character of a name that is no graphic ASCII is \x and hex. */
#ifndef HP_EVENT_TEXT_H
#define HP_EVENT_TEXT_H

#include "hive_builder.h"
#include "hp_backend.h"

/* What a sink is to answer when its text ends in `after` (e.g. "+A"). */
struct event_answer {
    const char *after;
    uint32_t answer;
};

/* The text of the walk of h->image by `backend`, in malloc'ed memory. `answers`
 * ends with after == NULL, or is NULL itself. */
char *event_text(const struct hive_builder *h, const struct hp_backend *backend,
                 uint32_t mode, const struct event_answer *answers);

#endif
