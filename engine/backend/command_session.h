/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker's side of a session: a program that is given one hive after the
 * other. */
#ifndef HP_COMMAND_SESSION_H
#define HP_COMMAND_SESSION_H

#include "command_run.h"

struct hp_command_session {
    struct hp_command program; /* start with .pid 0 */
    struct hp_wire_identity identity;
    uint64_t seq;      /* of the last hive */
    bool has_answered; /* to a hive, since it was started */
    bool late;         /* it died since then; the caller takes it back */
};

/* Does what `order` says, with `command` started when it does not run. *end as
 * a worker sends it: after a failure the session is over. */
void hp_command_serve(struct hp_command_session *session, const char *command,
                      const struct hp_child_order *order,
                      const struct hp_sink *sink, struct hp_wire_end *end);

/* Asks the program to end. True: it does so within its time, with exit code 0,
 * or there is none. */
bool hp_command_stop(struct hp_command_session *session);

#endif
