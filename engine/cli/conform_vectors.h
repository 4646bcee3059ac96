/* SPDX-License-Identifier: Apache-2.0
 *
 * What all forms of `conform` begin with: the vectors. */
#ifndef HP_CONFORM_VECTORS_H
#define HP_CONFORM_VECTORS_H

#include "options.h"
#include "vector.h"

/* Prints *err and returns HP_EXIT_INPUT. */
enum hp_exit hp_conform_complain(const struct hp_conform_error *err);

/* True if the vector is of one of the groups that were asked for. */
bool hp_conform_wants(const struct hp_conform_options *conform,
                      const struct hp_vector *vector);

/* Reads the vectors and calls `command` with them. HP_EXIT_USAGE, with a
 * message, for a group that no vector is of. */
enum hp_exit hp_conform_with_vectors(
    struct hp_options *options, struct hp_output *output,
    enum hp_exit (*command)(struct hp_options *options,
                            const struct hp_vectors *vectors,
                            struct hp_output *output));

#endif
