/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of the text stream (contracts 3, schema/hiveproof-events-1.json) as
 * events: what text_stream.c writes, read from a program that is not ours. */
#ifndef HP_COMMAND_EVENT_H
#define HP_COMMAND_EVENT_H

#include <stddef.h>

#include "hp_backend.h"
#include "members.h"
#include "wire.h"

/* What a line is. */
enum hp_command_line {
    HP_COMMAND_EVENT,   /* event is set */
    HP_COMMAND_NOTHING, /* data of no bytes */
    HP_COMMAND_END,     /* result and reason are set */
    HP_COMMAND_BROKEN   /* reason is set: what is wrong */
};

struct hp_command_event {
    struct hp_event event; /* its strings lie in the line */
    char field[HP_WIRE_TEXT_SIZE];
    uint32_t result; /* HP_WALK_ */
    char reason[HP_WIRE_TEXT_SIZE];
};

/* Reads the members of a line, whose text is used up. The order of the events
 * is for others to judge. */
enum hp_command_line hp_command_event_of(struct hp_command_event *out,
                                         const struct hp_members *members);

#endif
