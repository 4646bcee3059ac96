/* SPDX-License-Identifier: Apache-2.0
 *
 * What a reader has to say of an image, event by event, and the comparison
 * with what one says. Names and data are compared by place: they have to be
 * the same bytes of the image. Damage is compared between two other events,
 * in any order, by what became of the object; its status, offset, field and
 * number too, unless several records may be to blame for it. */
#ifndef HP_READER_TAPE_H
#define HP_READER_TAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "hp_backend.h"
#include "span.h"

struct reader_tape {
    struct hp_event *events;
    size_t count, room;
    uint32_t result;                /* HP_WALK_DONE, _PARTIAL or _REFUSED */
    struct hp_damage_event refusal; /* why, where it says so */
    struct hp_span image;
    bool blank;  /* there was no memory: nothing is compared */
    bool shared; /* some record belongs to two others */
    /* A walk may also be ended by the integers it reads, which nobody counts
     * here. `reads` is more than it takes, UINT64_MAX where that cannot be
     * told; it may end so if that is above `reads_allowed`. */
    uint64_t reads, reads_allowed;

    /* The comparison. */
    size_t at;
    uint64_t damage; /* of what was said since the last other event */
    struct hp_damage_event *heard; /* the first of it */
    size_t heard_count, heard_room;
    bool over; /* a limit ended the walk */
    bool lost; /* something differed; on replay the walk goes on after that */
    bool ended_by_reads;
    bool limit_due; /* a key was cut off by one that is still to be told */
};

/* Adds an event. */
void reader_tape_add(struct reader_tape *tape, const struct hp_event *event);

/* Compares what is said next, and the result. Oracle 9 of the harness. */
void reader_tape_hear(struct reader_tape *tape, const struct hp_event *event);
void reader_tape_end(const struct reader_tape *tape, uint32_t result);

void reader_tape_close(struct reader_tape *tape);

#endif
