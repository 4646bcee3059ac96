/* SPDX-License-Identifier: Apache-2.0
 *
 * What a module of a later, incompatible interface exports. */
const void *hp_backend_v2(void);

const void *hp_backend_v2(void)
{
    return "";
}
