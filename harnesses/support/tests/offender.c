/* SPDX-License-Identifier: Apache-2.0
 *
 * A harness that fails an oracle on inputs that start with "die": for the
 * tests of the replay. */
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ_CHECK(size < 3 || memcmp(data, "die", 3) != 0, "1: no death");
    return 0;
}
