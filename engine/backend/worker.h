/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the worker process of child.h: runs a back end and sends what
 * it reports. */
#ifndef HP_WORKER_H
#define HP_WORKER_H

#include "child.h"

/* Does the job and sends the stream of wire.h to `channel`; in a session does
 * one job after the other, as hp_child_order says. Returns when the END frame
 * is sent, or the session is over; the caller ends the process. False: the
 * program of a session did not end well. */
bool hp_worker_run(const struct hp_child_job *job, int channel);

#endif
