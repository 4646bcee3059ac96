/* SPDX-License-Identifier: Apache-2.0
 *
 * What benchmarks in one process share: a clock, and the middle of what it
 * said. */
#ifndef HP_BENCH_TIMING_H
#define HP_BENCH_TIMING_H

#include <stddef.h>

#define TIMING_MOST 81 /* values that can be compared */

/* Seconds on a clock that only goes on. */
double timing_now(void);

/* The value below which lie `part` (0 to 1) of `count` values, at least 1 and
 * at most TIMING_MOST; 0.5: the median of an odd number of them. */
double timing_quantile(const double *values, size_t count, double part);

#endif
