/* SPDX-License-Identifier: Apache-2.0
 *
 * All vectors in one ZIP archive, for machines where this program does not
 * run: the hives, what is expected as text streams, a runner in Python. */
#ifndef HP_CONFORM_EXPORT_H
#define HP_CONFORM_EXPORT_H

#include "vector.h"

/* Files that are part of the program, made from those beside export.c. */
struct hp_export_file {
    const char *name;
    const char *bytes;
    size_t size;
};
extern const struct hp_export_file hp_export_files[]; /* name NULL: the end */

/* Makes the archive `path`, which must not exist. The same vectors give the
 * same archive. False, with *err, and nothing is left there. */
bool hp_conform_export(const char *path, const struct hp_vectors *vectors,
                       struct hp_conform_error *err);

#endif
