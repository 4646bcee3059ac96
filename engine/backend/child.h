/* SPDX-License-Identifier: Apache-2.0
 *
 * The processes behind an isolated back end:
 *
 *     program --- keeper --- worker (--- whatever the back end starts)
 *
 * The worker runs the back end. The keeper adopts everything that descends
 * from the worker, whatever session it moves to, samples its memory, and ends
 * only when nothing of it is left; it starts to clean up when the worker ends
 * or when the program closes `control` or dies. This keeps a faulty back end
 * from doing harm; it is no sandbox against a malicious one, which may kill
 * its keeper. */
#ifndef HP_CHILD_H
#define HP_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "private_copy.h"
#include "source.h"

/* Where the worker has its end of the channel. Its standard error is `said`. */
#define HP_CHILD_CHANNEL 3

struct hp_child_job {
    const struct hp_source *source;
    bool identify; /* send an identity instead of walking */
    bool prunes;   /* wait for an answer to each KEY_ENTER and VALUE */
    bool serves;   /* a session: what to do comes over the channel */
    const struct hp_private_copy *copy; /* of a command; NULL: there is none.
                                         * The keeper deletes its folder */
};

/* What to do in a session. The two processes are the same program. */
struct hp_child_order {
    uint32_t mode;   /* HP_MODE_; 0: say who you are */
    uint64_t output; /* most bytes of the answer */
    char file[HP_PRIVATE_ROOM];
    char log[HP_LIMIT_LOGS][HP_PRIVATE_ROOM]; /* "": there is none */
};

struct hp_child {
    int channel; /* a stream socket: frames of wire.h come, answers go */
    int control, report;
    int said; /* what the worker writes to its standard error; no waiting */
    pid_t keeper;
};

enum hp_child_cause {
    HP_CHILD_LOST,   /* the keeper died: nothing is known */
    HP_CHILD_UNBORN, /* the worker could not be started */
    HP_CHILD_MEMORY, /* the memory limit was reached */
    HP_CHILD_CPU,    /* the limit of processor time was, by all together */
    HP_CHILD_KILLED, /* it had to be killed: `control` was closed */
    HP_CHILD_ENDED   /* it ended by itself, see wait_status */
};

struct hp_child_report {
    enum hp_child_cause cause;
    int wait_status;      /* of the worker, as waitpid has it */
    uint64_t cpu_seconds; /* that the worker used, rounded down */
};

/* Starts the processes. HP_OK, or HP_E_SPAWN with nothing started. */
enum hp_status hp_child_start(struct hp_child *child,
                              const struct hp_child_job *job);

/* Gives the child other limits; what it used so far does not count. */
void hp_child_limit(const struct hp_child *child,
                    const struct hp_isolate_limits *limits);

/* Waits up to `patience_ms` for the processes to end by themselves, ends what
 * has not, waits for all and says how the worker ended. Closes all descriptors
 * of `child` but `said`, which the caller reads to its end and closes. */
struct hp_child_report hp_child_end(struct hp_child *child, int patience_ms);

#endif
