/* SPDX-License-Identifier: Apache-2.0
 *
 * Many cases, in random order, in worker processes that are forked here or are
 * this program started anew inside a sandbox. */
#ifndef HP_CASE_POOL_H
#define HP_CASE_POOL_H

#include "case_run.h"

/* Where the worker of a sandbox has its work and leaves its results. */
struct hp_case_pipes {
    int work, results;
};

struct hp_case_pool {
    const struct hp_conform_how *how;
    const uint32_t *selected; /* indexes of the vectors to run */
    size_t count;
    uint64_t seed; /* of the order */
    unsigned jobs;

    /* Starts this program in a sandbox as a worker with those pipes: called in
     * a process of its own, returns only when that failed. NULL: no sandbox. */
    void (*enter)(void *self, struct hp_case_pipes pipes);
    /* Called after every result; NULL: not wanted. */
    void (*progress)(void *self, size_t done, size_t bad);
    void *self;
};

/* Runs them all. results[i] is that of selected[i]; one that has not `ran` was
 * lost, or the user stopped the run. False: no worker could be started. */
bool hp_case_pool_run(const struct hp_case_pool *pool,
                      struct hp_case_result *results);

/* What a worker does: runs what comes, to the end of the pipe. */
void hp_case_pool_work(const struct hp_conform_how *how,
                       struct hp_case_pipes pipes);

/* The signal that ended the run, or 0. */
int hp_case_pool_interrupted(void);

#endif
