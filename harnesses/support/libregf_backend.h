/* SPDX-License-Identifier: Apache-2.0
 *
 * libregf as a back end for fuzz_diff: in this process, without limits but its
 * own, so not for anything else. */
#ifndef HP_LIBREGF_BACKEND_H
#define HP_LIBREGF_BACKEND_H

#include "hp_backend.h"

extern const struct hp_backend fuzz_libregf_backend;

#endif
