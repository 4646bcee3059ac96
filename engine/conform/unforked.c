/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS, madvise */
#include "unforked.h"

#include <stdint.h>
#include <sys/mman.h>

/* In front of a block: how much was mapped. Keeps the alignment. */
enum { HEAD = 64 };

static void *take(void *self, size_t size)
{
    (void)self;
    if (size > SIZE_MAX - HEAD)
        return NULL;
    void *memory = mmap(NULL, size + HEAD, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    (void)madvise(memory, size + HEAD, MADV_DONTFORK);
    size_t *head = memory;
    *head = size + HEAD;
    return (char *)memory + HEAD;
}

static void give(void *self, void *block)
{
    (void)self;
    if (block == NULL)
        return;
    char *memory = (char *)block - HEAD;
    const size_t *head = (const size_t *)(const void *)memory;
    (void)munmap(memory, *head);
}

const struct hp_allocator hp_allocator_unforked = {take, give, NULL};
