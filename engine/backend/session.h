/* SPDX-License-Identifier: Apache-2.0
 *
 * A program that reads one hive after the other: the session of
 * docs/vendor-guide.md. It is started when it is first needed and again after
 * it has failed. For one thread at a time. */
#ifndef HP_SESSION_H
#define HP_SESSION_H

#include "source.h"

struct hp_session;

/* A session of nobody yet: put it into hp_source.session of all sources of one
 * command. NULL: no memory. */
struct hp_session *hp_session_open(void);

/* How often the program died between two hives: after its answer to the one,
 * before it began to answer the next, which a new process then could read. The
 * walk before the one that raised this number is to blame. */
uint64_t hp_session_late(const struct hp_session *session);

/* Ends the program, if it runs, and frees the session. False: after the answer
 * to the last hive it ended badly: by a signal, with an exit code, or not of
 * its own. */
bool hp_session_close(struct hp_session *session);

#endif
