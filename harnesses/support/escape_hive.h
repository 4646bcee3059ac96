/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose fault it is when what was made of a hive is not its text: the escaping
 * module's, which is told by its own oracles then, or that of what asked it. */
#ifndef HP_ESCAPE_HIVE_H
#define HP_ESCAPE_HIVE_H

#include "span.h"

/* escape_check, for the names and the data of a hive, and for all its bytes as
 * text, in each style: what takes long, for one that failed another oracle. */
void escape_check_hive(struct hp_span image);

#endif
