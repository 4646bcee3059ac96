/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HP_JUNIT_H
#define HP_JUNIT_H

#include "pool.h"

/* Writes the results as JUnit XML to the file `path`: a test case for each
 * case, its area as class. False, with a message, if it cannot be written. */
bool hp_junit_write(const char *path, const struct hp_cases *cases,
                    const struct hp_case_result *results);

#endif
