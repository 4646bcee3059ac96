/* SPDX-License-Identifier: Apache-2.0 */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

static bool write_bytes(void *self, const char *bytes, size_t size)
{
    struct fuzz_output *output = self;

    if (size > output->limit - output->size)
        return false;
    if (size > output->room - output->size) {
        size_t room = 2 * (output->size + size);
        char *grown = realloc(output->bytes, room);
        if (grown == NULL)
            return false;
        output->bytes = grown;
        output->room = room;
    }
    if (size > 0) /* perhaps there is no memory yet */
        memcpy(output->bytes + output->size, bytes, size);
    output->size += size;
    return true;
}

struct hp_out fuzz_output_to(struct fuzz_output *output, size_t limit)
{
    *output = (struct fuzz_output){NULL, 0, 0, limit};
    return (struct hp_out){write_bytes, output};
}

void fuzz_output_close(struct fuzz_output *output)
{
    free(output->bytes);
}
