/* SPDX-License-Identifier: Apache-2.0 */
#include "json_memory.h"

#include <jansson.h>
#include <stdlib.h>

static struct fuzz_memory *counted;

static void *take(size_t size)
{
    /* The buffer of a token grows so: that it could not, jansson 2.14 does not
     * notice, and asserts a little later. Tables have such sizes, too. */
    bool grows = size >= 32 && (size & (size - 1)) == 0;
    bool refused =
        !grows && counted != NULL && ++counted->calls == counted->failing;

    return refused ? NULL : malloc(size);
}

void json_memory_count(struct fuzz_memory *memory)
{
    counted = memory;
    json_object_seed(1);
    json_set_alloc_funcs(take, free);
}

bool json_is_an_object(const uint8_t *bytes, size_t size)
{
    json_t *json = json_loadb((const char *)bytes, size, 0, NULL);
    bool is_object = json_is_object(json);

    json_decref(json);
    return is_object;
}
