/* SPDX-License-Identifier: Apache-2.0
 *
 * The same hive with another layout, by somebody who knows of the format only
 * bins and cells: for metamorphic oracles. */
#ifndef HP_RELAYOUT_H
#define HP_RELAYOUT_H

#include "span.h"

/* Copies `image`, which the strict reader took whole, with every free cell's
 * content changed, one more bin, and without what lies behind the bins.
 * malloc'ed; NULL without memory, where its bins are not what strict promises
 * and where the copy would be the shorter one, with which less work is allowed.
 */
uint8_t *relayout(size_t *size, struct hp_span image);

#endif
