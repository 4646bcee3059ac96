/* SPDX-License-Identifier: Apache-2.0
 *
 * The reports of `enumerate` and `path` for a person. */
#ifndef HP_REPORT_TEXT_H
#define HP_REPORT_TEXT_H

#include "input.h"
#include "options.h"
#include "output.h"

/* A table, worst first; the verdict in the words Windows uses; why, the
 * remedy, and what was assumed. Colours and the width are the terminal's. */
void hp_report_text(struct hp_output *output, const struct hp_options *options,
                    const struct hp_file *file, const struct hp_report *report);

/* The one service of `report` in a few lines. */
void hp_path_text(struct hp_output *output, const struct hp_options *options,
                  const struct hp_report *report);

#endif
