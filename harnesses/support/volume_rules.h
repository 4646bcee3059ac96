/* SPDX-License-Identifier: Apache-2.0
 *
 * What is true of every table of volumes (4.3), checked one by one. */
#ifndef HP_VOLUME_RULES_H
#define HP_VOLUME_RULES_H

#include "fuzz.h"
#include "volumes.h"

/* Reads values of MountedDevices until the input ends: each a name (a length
 * byte and UTF-16 units), 1 byte type modulo 8, a length byte and data. */
#define VOLUME_DEVICES 32
size_t volume_rules_read(struct hp_mounted_device devices[VOLUME_DEVICES],
                         struct hp_arena *arena, struct fuzz_in *in);

/* hp_volumes_build; checks oracle 5 of fuzz_volumes. `arena` is of `memory`. */
bool volume_rules_build(struct hp_volumes *volumes, struct hp_arena *arena,
                        const struct fuzz_memory *memory,
                        const struct hp_question *question, char system_drive,
                        const struct hp_mounted_device *devices,
                        size_t device_count);

/* The same with each allocation denied once. Takes long: to find who overlooks
 * that memory ends. */
void volume_rules_check_starved(const struct hp_question *question,
                                char system_drive,
                                const struct hp_mounted_device *devices,
                                size_t device_count);

/* Checks oracles 1 to 4 of fuzz_volumes. */
void volume_rules_check(const struct hp_volumes *volumes,
                        const struct hp_question *question, char system_drive,
                        const struct hp_mounted_device *devices,
                        size_t device_count);

#endif
