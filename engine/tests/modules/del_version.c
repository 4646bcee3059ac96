/* SPDX-License-Identifier: Apache-2.0 */
#include "bad_struct.h"

BAD_STRUCT(sizeof(struct hp_backend), "x", "1\x7f", no_walk)
