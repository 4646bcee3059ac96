/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS, MAP_POPULATE */
#include "shared_copy.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What malloc gives, too: a reader may rely on that. */
enum { ALIGNMENT = 16 };

static size_t round_up(size_t size, size_t to)
{
    return (size + to - 1) / to * to;
}

bool hp_shared_copy_open(struct hp_shared_copy *copy, struct hp_span image)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = round_up(image.len, page);

    copy->memory_size = room + page;
    copy->memory = mmap(NULL, copy->memory_size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (copy->memory == MAP_FAILED) {
        *copy = (struct hp_shared_copy){.bytes = NULL};
        return false;
    }
    uint8_t *end = (uint8_t *)copy->memory + room;
    (void)mprotect(end, page, PROT_NONE);
    copy->bytes = end - round_up(image.len, ALIGNMENT);
    copy->size = image.len;
    if (image.len > 0)
        memcpy(copy->bytes, image.ptr, image.len);
    return true;
}

bool hp_shared_copy_is_modified(const struct hp_shared_copy *copy,
                                struct hp_span image)
{
    return copy->size > 0 && memcmp(copy->bytes, image.ptr, image.len) != 0;
}

void hp_shared_copy_close(struct hp_shared_copy *copy)
{
    if (copy->memory != NULL)
        (void)munmap(copy->memory, copy->memory_size);
}
