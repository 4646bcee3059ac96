/* SPDX-License-Identifier: Apache-2.0
 *
 * The volumes of the machine, as far as anybody can know them offline: the
 * user's table, then the system drive, then SYSTEM\MountedDevices, which is
 * stale by design and so proves no volume's presence (4.2, 4.3). */
#ifndef HP_VOLUMES_H
#define HP_VOLUMES_H

#include "enumerate.h"
#include "image_path.h"
#include "text_index.h"

/* A value of MountedDevices. */
struct hp_mounted_device {
    struct hp_text name;
    uint32_t type;
    struct hp_span data; /* as far as it was kept */
    uint64_t data_size;  /* as far as it came */
};

struct hp_volumes {
    struct hp_volume *list;
    size_t count;
    size_t user_count;    /* of them, the user's; they stand first */
    size_t by_letter[26]; /* indexes of list, or HP_NOT_FOUND */
    struct hp_text_index by_guid;
    struct hp_arena *arena;
};

/* Builds the table in `arena`. `system_drive` is the letter of SystemRoot, or
 * 0. Adds MOUNTED_DEVICES_DATA (a value that is no REG_BINARY, is empty, has
 * an odd size or more than 64 KiB) and MOUNTED_DEVICES_DUPLICATE (two letters
 * with the same data, or a letter twice). False without memory. */
bool hp_volumes_build(struct hp_volumes *volumes, struct hp_arena *arena,
                      const struct hp_question *question, char system_drive,
                      const struct hp_mounted_device *devices,
                      size_t device_count, struct hp_finding_list *findings);

/* The volume that a shape of class P1 to P4 lies on, or NULL: nobody knows of
 * it. */
const struct hp_volume *hp_volumes_find(const struct hp_volumes *volumes,
                                        const struct hp_shape *shape);

#endif
