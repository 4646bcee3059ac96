/* SPDX-License-Identifier: Apache-2.0 */
#include "file_out.h"

static bool write_file(void *self, const char *bytes, size_t size)
{
    return fwrite(bytes, 1, size, self) == size;
}

struct hp_out hp_out_to_file(FILE *file)
{
    return (struct hp_out){write_file, file};
}
