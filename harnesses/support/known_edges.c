/* SPDX-License-Identifier: Apache-2.0 */
#include "known_edges.h"

#include <stdlib.h>
#include <string.h>

/* The linker's names for the counters of -fsanitize=fuzzer-no-link; both NULL
 * where there are none. */
extern uint8_t counters_begin[] __asm__("__start___sancov_cntrs")
    __attribute__((weak));
extern uint8_t counters_end[] __asm__("__stop___sancov_cntrs")
    __attribute__((weak));

/* Set by the mutator's functions for libFuzzer. */
extern bool hp_mutator_ran __attribute__((weak));

/* Of libFuzzer's edges; NULL: none is to be hidden. */
static uint8_t *known_here;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    if (counters_begin == NULL || &hp_mutator_ran == NULL)
        return 0;
    for (int i = 1; i < *argc && known_here == NULL; i++)
        if (strcmp((*argv)[i], "-use_counters=0") == 0)
            known_here = calloc((size_t)(counters_end - counters_begin), 1);
    return 0;
}

/* True if one is not zero that is not known: eight at a time. */
static bool has_new(const uint8_t *known, const uint8_t *counters, size_t count)
{
    uint64_t new = 0, counted, hidden;
    size_t i = 0;

    for (; i + sizeof new <= count; i += sizeof new) {
        memcpy(&counted, counters + i, sizeof counted);
        memcpy(&hidden, known + i, sizeof hidden);
        new |= counted & ~hidden;
    }
    for (; i < count; i++)
        new |= (uint8_t)(counters[i] & ~known[i]);
    return new != 0;
}

bool known_edges_add(uint8_t *known, const uint8_t *counters, size_t count)
{
    bool new = has_new(known, counters, count);

    for (size_t i = 0; i < count && new; i++)
        known[i] |= counters[i] != 0 ? UINT8_MAX : 0;
    return new;
}

void known_edges_hide(void)
{
    if (known_here == NULL)
        return;
    size_t count = (size_t)(counters_end - counters_begin);
    if (!known_edges_add(known_here, counters_begin, count) && hp_mutator_ran)
        memset(counters_begin, 0, count);
    hp_mutator_ran = false;
}
