/* SPDX-License-Identifier: Apache-2.0
 *
 * The copy of a hive that a program of somebody else's gets, and of its logs:
 * in a folder of its own, under a name that nothing can be remembered by. */
#ifndef HP_PRIVATE_COPY_H
#define HP_PRIVATE_COPY_H

#include "source.h"

#define HP_PRIVATE_ROOM 512

struct hp_private_copy {
    char folder[HP_PRIVATE_ROOM];             /* absolute; "": there is none */
    char file[HP_PRIVATE_ROOM];               /* in it; "": none is there */
    char log[HP_LIMIT_LOGS][HP_PRIVATE_ROOM]; /* beside the file, likewise */
};

/* Makes the folder, in $TMPDIR or /tmp. False: it cannot be made. */
bool hp_private_open(struct hp_private_copy *copy);

/* Writes image and logs of the source to new files of the folder: the logs
 * are called as the image with what log_suffix says behind it. */
bool hp_private_put(struct hp_private_copy *copy,
                    const struct hp_source *source);

/* True if the files are still what the source has. */
bool hp_private_same(const struct hp_private_copy *copy,
                     const struct hp_source *source);

/* Deletes the files, if there are any. */
void hp_private_drop(struct hp_private_copy *copy);

/* Deletes `folder` and all in it. "": nothing. */
void hp_private_remove(const char *folder);

#endif
