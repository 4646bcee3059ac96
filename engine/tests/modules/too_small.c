/* SPDX-License-Identifier: Apache-2.0 */
#include "bad_struct.h"

BAD_STRUCT(offsetof(struct hp_backend, walk) + sizeof(void *) - 1, "x", "1",
           no_walk)
