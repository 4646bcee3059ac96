/* SPDX-License-Identifier: Apache-2.0
 *
 * The reports of `enumerate` and `path` as JSON: schema/hiveproof-*.json. */
#ifndef HP_REPORT_JSON_H
#define HP_REPORT_JSON_H

#include "input.h"
#include "options.h"
#include "output.h"

/* Writes hiveproof-enumerate/1. False without memory. */
bool hp_report_json(struct hp_output *output, const struct hp_options *options,
                    const struct hp_file *file, const struct hp_report *report);

/* Writes hiveproof-path/1, the one service of `report`. False without
 * memory. */
bool hp_path_json(struct hp_output *output, const struct hp_options *options,
                  const struct hp_report *report);

#endif
