/* SPDX-License-Identifier: Apache-2.0
 *
 * The volumes file of --volumes:
 *
 *     {"system_root": "C:\\Windows",
 *      "volumes": [{"letter": "C", "guid": "...", "device": "\\Device\\...",
 *                   "state": "present|absent|unknown",
 *                   "kind": "fixed|removable|cdrom|network|subst|cluster|
 *                            unknown"}]}
 *
 * Every member but a volume's state is optional; another one is an error. */
#ifndef HP_VOLUMES_JSON_H
#define HP_VOLUMES_JSON_H

#include "options.h"

/* Reads options->volumes_file into options->volumes and the system root.
 *
 * HP_EXIT_GOOD   both are complete
 * HP_EXIT_INPUT  the file cannot be read or is not what stands above
 * HP_EXIT_USAGE  it contradicts itself or the options
 *
 * A message was printed for the last two. */
enum hp_exit hp_volumes_read(struct hp_options *options);

#endif
