/* SPDX-License-Identifier: Apache-2.0
 *
 * `conform` inside bubblewrap: no network, a read-only root, /tmp of its own,
 * processes of its own. The workers of a run are this program again, with the
 * same arguments and, in the environment, the pipes of their work. */
#ifndef HP_CONFORM_SANDBOX_H
#define HP_CONFORM_SANDBOX_H

#include "case_pool.h"
#include "options.h"

/* True if this process is such a worker; *pipes are set. */
bool hp_sandbox_is_inside(struct hp_case_pipes *pipes);

/* True if bubblewrap is there and can start this program. */
bool hp_sandbox_works(const struct hp_options *options);

/* Becomes a worker in a sandbox: hp_case_pool.enter, with the options. */
void hp_sandbox_enter(void *options, struct hp_case_pipes pipes);

#endif
