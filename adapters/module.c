/* SPDX-License-Identifier: Apache-2.0
 *
 * What makes a module of a back end: HP_MODULE_BACKEND is the back end's name.
 */
#include "hp_backend.h"

extern const struct hp_backend HP_MODULE_BACKEND;

const struct hp_backend *hp_backend_v1(void)
{
    return &HP_MODULE_BACKEND;
}
