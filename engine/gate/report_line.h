/* SPDX-License-Identifier: Apache-2.0
 *
 * All that the writer's model says, in one line of a table. */
#ifndef HP_REPORT_LINE_H
#define HP_REPORT_LINE_H

#include <stdio.h>

#include "enumerate.h"

/* Writes *report; text of the hive is escaped as for a terminal. */
void hp_report_line(FILE *out, const struct hp_report *report);

/* The same of the one service of hp_judge_path's report. */
void hp_service_line(FILE *out, const struct hp_report *report);

/* The same, and what the SOFTWARE hive says of the machine. */
void hp_machine_line(FILE *out, const struct hp_report *report);

#endif
