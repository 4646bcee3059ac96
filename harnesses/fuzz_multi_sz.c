/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_multi_sz - REG_MULTI_SZ splitting, as used for ExcludedBinaryPaths.
 *
 * Input   the raw value data; of more than 4 KiB the rest is ignored.
 * Oracles 1. every string is the one that the slow model finds, in order, and
 *            lies inside the data;
 *         2. none is left out, none is made up, live ones come first;
 *         3. the walk of live strings is the start of the walk of all;
 *         4. the findings are the model's.
 */
#include "fuzz.h"
#include "multi_sz_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    multi_sz_check(hp_span_of(data, size));
    return 0;
}
