/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HP_ABORTS_H
#define HP_ABORTS_H

#include <stdbool.h>
#include <stddef.h>

/* True if `work` ends with abort(), as an oracle that fails does; it runs in a
 * process of its own, which says nothing. The test fails if it ends otherwise
 * than so or by returning. */
bool aborts(void (*work)(void *self), void *self);

/* The same; `said` gets the first of what it says on standard error, as many
 * bytes as there is room for, and a NUL. */
bool aborts_saying(void (*work)(void *self), void *self, char *said,
                   size_t room);

#endif
