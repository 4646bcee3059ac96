/* SPDX-License-Identifier: Apache-2.0
 *
 * The volumes that the user names, by --volumes and --volume together. */
#ifndef HP_VOLUME_LIST_H
#define HP_VOLUME_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "enumerate.h"
#include "status.h"

struct hp_volume_list {
    struct hp_volume *items;
    size_t count, room;
};

/* Adds `volume`. One that shares its letter, GUID or device with a volume of
 * the list is the same volume: what only one of them says is kept.
 *
 * HP_OK            it is in the list
 * HP_E_MISMATCH    the two contradict each other; the list is unchanged
 * HP_E_NO_MEMORY   `arena` is exhausted */
enum hp_status hp_volume_list_add(struct hp_volume_list *list,
                                  struct hp_arena *arena,
                                  const struct hp_volume *volume);

/* How messages call `volume`: "C:", its GUID or "a volume". */
enum { HP_VOLUME_NAME_ROOM = 40 };
void hp_volume_describe(char name[HP_VOLUME_NAME_ROOM],
                        const struct hp_volume *volume);

#endif
