/* SPDX-License-Identifier: Apache-2.0
 *
 * jansson's memory, so that it can be refused like ours. */
#ifndef HP_JSON_MEMORY_H
#define HP_JSON_MEMORY_H

#include "fuzz.h"

/* From here on jansson's blocks are counted in `memory` with those of its
 * arena, and the failing one is refused, but for those that jansson does not
 * expect to be; NULL: none is. Hashes of names are the same in each process. */
void json_memory_count(struct fuzz_memory *memory);

/* True if bytes[0..size) are an object by jansson's own judgement. */
bool json_is_an_object(const uint8_t *bytes, size_t size);

#endif
