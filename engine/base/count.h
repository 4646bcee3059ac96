/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HP_COUNT_H
#define HP_COUNT_H

/* How many elements an array has; not for a pointer. */
#define HP_COUNT(array) (sizeof(array) / sizeof *(array))

#endif
