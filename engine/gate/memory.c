/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* In front of a block, and as wide as any type's alignment. */
union head {
    size_t size;
    max_align_t align;
};

/* What lies behind a block: backslashes, so that who reads on in a path goes
 * wrong as well. */
static const unsigned char tail[] = "\\\0\\\0\\\0\\\0\\\0\\\0\\\0\\\0"
                                    "\\\0\\\0\\\0\\\0\\\0\\\0\\\0\\\0"
                                    "\\\0\\\0\\\0\\\0\\\0\\\0\\\0\\\0"
                                    "\\\0\\\0\\\0\\\0\\\0\\\0\\\0\\";

static void *take(void *self, size_t size)
{
    struct hp_memory *memory = self;

    if (++memory->calls == memory->fail_at ||
        size > SIZE_MAX - sizeof(union head) - sizeof tail)
        return NULL;
    union head *head = malloc(sizeof *head + size + sizeof tail);
    if (head == NULL)
        return NULL;
    head->size = size;
    memcpy((unsigned char *)(head + 1) + size, tail, sizeof tail);
    return head + 1;
}

static void give(void *self, void *block)
{
    struct hp_memory *memory = self;
    union head *head = (union head *)block - 1;

    if (memcmp((unsigned char *)block + head->size, tail, sizeof tail) != 0)
        memory->overrun = true;
    free(head);
}

struct hp_allocator hp_memory_allocator(struct hp_memory *memory)
{
    return (struct hp_allocator){take, give, memory};
}
