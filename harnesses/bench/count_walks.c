/* SPDX-License-Identifier: Apache-2.0
 *
 * Linked into fuzz_hive with -Wl,--wrap: counts what its executions come to,
 * and says so at the end. */
#include <inttypes.h>
#include <stdio.h>

#include "event_check.h"
#include "fuzz.h"

static struct {
    uint64_t runs, bytes, walks, records;
    uint64_t whole; /* executions whose first walk was not refused */
    bool first;
} seen;

int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
uint32_t __wrap_event_check_start(struct event_check *check,
                                  const struct hp_backend *backend,
                                  uint32_t mode, struct hp_span image,
                                  struct event_wish wish);
uint32_t __real_event_check_start(struct event_check *check,
                                  const struct hp_backend *backend,
                                  uint32_t mode, struct hp_span image,
                                  struct event_wish wish);

int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    seen.runs++;
    seen.bytes += size;
    seen.first = true;
    return __real_LLVMFuzzerTestOneInput(data, size);
}

uint32_t __wrap_event_check_start(struct event_check *check,
                                  const struct hp_backend *backend,
                                  uint32_t mode, struct hp_span image,
                                  struct event_wish wish)
{
    uint32_t result =
        __real_event_check_start(check, backend, mode, image, wish);

    seen.walks++;
    seen.records += check->records;
    if (seen.first)
        seen.whole += result == HP_WALK_DONE || result == HP_WALK_PARTIAL;
    seen.first = false;
    return result;
}

__attribute__((destructor)) static void tell(void)
{
    (void)fprintf(stderr,
                  "counted: runs %" PRIu64 " bytes %" PRIu64 " walks %" PRIu64
                  " records %" PRIu64 " whole %" PRIu64 "\n",
                  seen.runs, seen.bytes, seen.walks, seen.records, seen.whole);
}
