/* SPDX-License-Identifier: Apache-2.0 */
#include "bad_struct.h"

/* Not bad at all: just all that interface 1 needs. */
BAD_STRUCT(offsetof(struct hp_backend, walk) + sizeof(void *), " ", "~",
           no_walk)
