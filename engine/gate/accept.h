/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HP_ACCEPT_H
#define HP_ACCEPT_H

#include "cases.h"

/* Writes what every case of `cases` says now into its file, as what is
 * expected of it from now on. False, with a message, if it cannot. */
bool hp_accept(const struct hp_cases *cases);

#endif
