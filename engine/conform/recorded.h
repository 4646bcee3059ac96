/* SPDX-License-Identifier: Apache-2.0
 *
 * Results that were measured elsewhere: a file of JSON lines. A case begins
 * with
 *
 *     {"case":"ID"}            or {"case":"ID","mode":"strict"}
 *
 * and the lines of its text stream (contracts 3) follow, up to the end line.
 * What did not come to an end says so instead:
 *
 *     {"failed":"crash"}       hang, exhaustion, protocol, input_modified
 *
 * The first line may be {"reader":"NAME","version":"1.2"}. */
#ifndef HP_CONFORM_RECORDED_H
#define HP_CONFORM_RECORDED_H

#include "case_run.h"

/* Longest line that is read: 8 MiB of data in hexadecimal. */
#define HP_RECORDED_LINE ((size_t)17 << 20)

/* Judges the file `path` into results[0..vectors), which are in the order of
 * how->vectors; a case that is not in the file has not `ran`. *reader is set.
 * False, with *err: the file cannot be read, a case is no vector's, stands
 * there twice or was read in another mode. What is wrong inside a case is
 * protocol. */
bool hp_recorded_judge(struct hp_case_result *results,
                       struct hp_source_identity *reader,
                       const struct hp_conform_how *how, const char *path,
                       struct hp_conform_error *err);

#endif
