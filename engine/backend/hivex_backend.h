/* SPDX-License-Identifier: Apache-2.0
 *
 * libhivex as a back end. The image is copied to the heap by hivex
 * (HIVEX_OPEN_WRITE on a memfd), so that sanitizers see reads past it. It
 * reads strictly in both modes; in forensic mode an object that hivex cannot
 * read is a DAMAGE and the walk goes on. Run it isolated (source.h). */
#ifndef HP_HIVEX_BACKEND_H
#define HP_HIVEX_BACKEND_H

#include "hp_backend.h"

extern const struct hp_backend hp_backend_hivex;

#endif
