/* SPDX-License-Identifier: Apache-2.0
 *
 * libregf (LGPL-3) as a back end. It cannot tell flags, minor version and
 * sequence numbers, nor where something is broken. Names and classes it decodes
 * to valid UTF-16: one with a lone surrogate is an object it cannot read. It
 * has one mode. */
#ifndef HP_LIBREGF_BACKEND_H
#define HP_LIBREGF_BACKEND_H

#include "hp_backend.h"

extern const struct hp_backend hp_backend_libregf;

#endif
