/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

int main(void)
{
    return 0;
}
