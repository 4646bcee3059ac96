/* SPDX-License-Identifier: Apache-2.0
 *
 * regfi (reglookup's library, GPL-3) as a back end. It gives names and data as
 * they are stored, but no security descriptor in bytes. Its state is global:
 * one walk at a time in a process. It has one mode. */
#ifndef HP_REGFI_BACKEND_H
#define HP_REGFI_BACKEND_H

#include "hp_backend.h"

extern const struct hp_backend hp_backend_regfi;

#endif
