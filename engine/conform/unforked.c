/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS, madvise */
#include "unforked.h"

#include <stdint.h>
#include <sys/mman.h>

/* In front of a block. Keeps the alignment. */
struct head {
    _Alignas(64) unsigned power; /* the block is 1 << power bytes long */
    struct head *next;           /* of those that are kept */
};

/* Blocks that were given back, by their power: to get pages from the system
 * anew for each case is a sixth of what a run takes. */
enum { LEAST_POWER = 12, MOST_POWER = 31 };
#define KEPT_MOST ((size_t)256 << 20)

static struct head *kept[MOST_POWER + 1];
static size_t kept_size;

static struct head *map(unsigned power)
{
    size_t size = (size_t)1 << power;
    struct head *head = mmap(NULL, size, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (head == MAP_FAILED)
        return NULL;
    (void)madvise(head, size, MADV_DONTFORK);
    head->power = power;
    return head;
}

static struct head *take_kept(unsigned power)
{
    struct head *head = kept[power];

    kept[power] = head->next;
    kept_size -= (size_t)1 << power;
    return head;
}

static void *take(void *self, size_t size)
{
    unsigned power = LEAST_POWER;
    struct head *head;

    (void)self;
    if (size > ((size_t)1 << MOST_POWER) - sizeof *head)
        return NULL;
    while ((size_t)1 << power < size + sizeof *head)
        power++;
    head = kept[power] != NULL ? take_kept(power) : map(power);
    return head == NULL ? NULL : head + 1;
}

static void give(void *self, void *block)
{
    (void)self;
    if (block == NULL)
        return;
    struct head *head = block;
    size_t size = (size_t)1 << (--head)->power;
    if (kept_size + size > KEPT_MOST) {
        (void)munmap(head, size);
        return;
    }
    head->next = kept[head->power];
    kept[head->power] = head;
    kept_size += size;
}

const struct hp_allocator hp_allocator_unforked = {take, give, NULL};
