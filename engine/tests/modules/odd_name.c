/* SPDX-License-Identifier: Apache-2.0 */
#include "bad_struct.h"

BAD_STRUCT(sizeof(struct hp_backend), "a\nb", "1", no_walk)
