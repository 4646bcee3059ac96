/* SPDX-License-Identifier: Apache-2.0
 *
 * A shared object that is no module. */
int hp_nothing(void);

int hp_nothing(void)
{
    return 0;
}
