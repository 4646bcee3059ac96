/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "hp_backend.h"

const struct hp_backend *hp_backend_v1(void)
{
    return NULL;
}
