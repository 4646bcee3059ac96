/* SPDX-License-Identifier: Apache-2.0
 *
 * The copy of a hive that a program of somebody else's gets: in a folder of
 * its own, under a name that nothing can be remembered by. */
#ifndef HP_PRIVATE_COPY_H
#define HP_PRIVATE_COPY_H

#include <stdbool.h>
#include <stdint.h>

#define HP_PRIVATE_ROOM 512

struct hp_private_copy {
    char folder[HP_PRIVATE_ROOM]; /* absolute; "": there is none */
    char file[HP_PRIVATE_ROOM];   /* in it; "": none is there */
};

/* Makes the folder, in $TMPDIR or /tmp. False: it cannot be made. */
bool hp_private_open(struct hp_private_copy *copy);

/* Writes image[0..size) to a new file of the folder. */
bool hp_private_put(struct hp_private_copy *copy, const void *image,
                    uint64_t size);

/* True if the file is still image[0..size). */
bool hp_private_same(const struct hp_private_copy *copy, const void *image,
                     uint64_t size);

/* Deletes the file, if there is one. */
void hp_private_drop(struct hp_private_copy *copy);

/* Deletes `folder` and all in it. "": nothing. */
void hp_private_remove(const char *folder);

#endif
