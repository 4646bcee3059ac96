/* SPDX-License-Identifier: Apache-2.0
 *
 * Escaped text, read back as its sink would read it: by somebody who knows the
 * sinks' grammars and the header of the escaping module, not its code. */
#ifndef HP_ESCAPE_CHECK_H
#define HP_ESCAPE_CHECK_H

#include "escape.h"

/* Oracles 1 to 4 of the harness, for one style. */
void escape_check(enum hp_escape style, struct hp_text text);

#endif
