/* SPDX-License-Identifier: Apache-2.0
 *
 * Many inputs, each in a process of its own: what scripts/triage asks. */
#ifndef HP_REPLAY_JUDGE_H
#define HP_REPLAY_JUDGE_H

#include <stdbool.h>

/* Answers one request after the other until standard input ends; 0, or 2 when a
 * line is no request, or 3 when the system refuses what is needed. A request is
 *
 *   CPU_MS RSS_MIB WALL_MS LEAKS GOES_ON PATH
 *
 * on a line: the limits, 1 if leaks count, 1 if an oracle that fails does not
 * end it (fuzz_goes_on), and the input. The answer is a line
 * "exit CODE SIZE" or "signal NUMBER SIZE" and SIZE bytes: what was printed on
 * standard error, at most 1 MiB. On the way it is said where the input is
 * ("judge: sample MIB", and a stack, some forty times until CPU_MS are
 * over), and which limit ended it ("judge: cpu limit", "memory", "wall").
 *
 * run  handles one input; false: it could not be read */
int replay_judge(bool (*run)(const char *path));

#endif
