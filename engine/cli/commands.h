/* SPDX-License-Identifier: Apache-2.0
 *
 * The sub-commands, one file each. */
#ifndef HP_COMMANDS_H
#define HP_COMMANDS_H

#include "options.h"
#include "output.h"

enum hp_exit hp_cmd_enumerate(struct hp_options *options,
                              struct hp_output *output);
enum hp_exit hp_cmd_path(struct hp_options *options, struct hp_output *output);
enum hp_exit hp_cmd_dump(struct hp_options *options, struct hp_output *output);
enum hp_exit hp_cmd_diff(struct hp_options *options, struct hp_output *output);
enum hp_exit hp_cmd_remedy(struct hp_options *options,
                           struct hp_output *output);
enum hp_exit hp_cmd_forge(struct hp_options *options, struct hp_output *output);
enum hp_exit hp_cmd_inspect(struct hp_options *options,
                            struct hp_output *output);
enum hp_exit hp_cmd_mutate(struct hp_options *options,
                           struct hp_output *output);
enum hp_exit hp_cmd_recover(struct hp_options *options,
                            struct hp_output *output);
enum hp_exit hp_cmd_minimize(struct hp_options *options,
                             struct hp_output *output);
enum hp_exit hp_cmd_conform(struct hp_options *options,
                            struct hp_output *output);
enum hp_exit hp_cmd_conform_list(struct hp_options *options,
                                 struct hp_output *output);
enum hp_exit hp_cmd_conform_show(struct hp_options *options,
                                 struct hp_output *output);
enum hp_exit hp_cmd_conform_export(struct hp_options *options,
                                   struct hp_output *output);
enum hp_exit hp_cmd_conform_judge(struct hp_options *options,
                                  struct hp_output *output);

#endif
