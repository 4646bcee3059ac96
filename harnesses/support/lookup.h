/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding a key by its path against finding it by going through all keys. */
#ifndef HP_LOOKUP_H
#define HP_LOOKUP_H

#include "hp_backend.h"
#include "span.h"

/* Walks all of `image`, chooses a key (`choice` modulo their number) and the
 * path of names to it, walks again into nothing but that path, each time into
 * the first key of the name, and checks (as oracle 5) that what it finds there
 * is what the first walk has at the end of that path. Gives up without memory
 * and where a limit ended a walk. */
void lookup_check(const struct hp_backend *backend, struct hp_span image,
                  uint64_t choice);

#endif
