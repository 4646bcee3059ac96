/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory that child processes do not get: what a case needs here is large, and
 * to copy its page tables twice a case costs more than reading most hives. */
#ifndef HP_UNFORKED_H
#define HP_UNFORKED_H

#include "arena.h"

extern const struct hp_allocator hp_allocator_unforked;

#endif
