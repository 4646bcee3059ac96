/* SPDX-License-Identifier: Apache-2.0
 *
 * A module whose struct is wrong in one member. */
#include <stddef.h>

#include "hp_backend.h"

static inline uint32_t no_walk(const struct hp_input *input,
                               const struct hp_sink *sink)
{
    (void)input;
    (void)sink;
    return HP_WALK_DONE;
}

#define BAD_STRUCT(size, name, version, walk)                                  \
    static const struct hp_backend backend = {size, name, version,             \
                                              NULL, 0,    walk};               \
    const struct hp_backend *hp_backend_v1(void)                               \
    {                                                                          \
        return &backend;                                                       \
    }
