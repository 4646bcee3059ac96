/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the worker process of child.h: runs a back end and sends what
 * it reports. */
#ifndef HP_WORKER_H
#define HP_WORKER_H

#include "child.h"

/* Does the job and sends the stream of wire.h to `channel`. Returns when the
 * END frame is sent; the caller ends the process. */
void hp_worker_run(const struct hp_child_job *job, int channel);

#endif
