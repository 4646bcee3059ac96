/* SPDX-License-Identifier: Apache-2.0
 *
 * A harness that does nothing: what the engine and the mutator take. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    return 0;
}
