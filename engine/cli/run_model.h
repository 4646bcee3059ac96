/* SPDX-License-Identifier: Apache-2.0
 *
 * The model on the files that the options name: what `enumerate` and `remedy`
 * share. */
#ifndef HP_RUN_MODEL_H
#define HP_RUN_MODEL_H

#include "enumerate.h"
#include "input.h"
#include "options.h"

/* Enumerates options->operands[0]. HP_EXIT_GOOD: *report and *file are set,
 * and the caller closes the file; otherwise a message was printed. */
enum hp_exit hp_run_model(struct hp_report *report, struct hp_file *file,
                          struct hp_options *options);

/* Opens options->software_file, if there is one, as options->question's
 * software. False, with a message, if it cannot be. `file` and `source` must
 * outlive the question; the caller closes `file`. */
bool hp_open_software(struct hp_options *options, struct hp_file *file,
                      struct hp_source *source);

/* Prints why the model got no answer; *err and `detail` as the model left
 * them tell which of the hives it is about. */
enum hp_exit hp_refuse(const struct hp_options *options,
                       const struct hp_error *err, const char *detail);
#define HP_DETAIL_ROOM 256

#endif
