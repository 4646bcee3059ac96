/* SPDX-License-Identifier: Apache-2.0
 *
 * Assertions on the events of a built hive (event_text.h). */
#ifndef HP_HIVE_ASSERTS_H
#define HP_HIVE_ASSERTS_H

#include "hp_cmocka.h"

#include <stdlib.h>

#include "event_text.h"
#include "native.h"

static inline void expect_walk(const struct hive_builder *h,
                               const struct hp_backend *backend, uint32_t mode,
                               const struct event_answer *answers,
                               const char *want)
{
    char *text = event_text(h, backend, mode, answers);

    assert_string_equal(text, want);
    free(text);
}

/* The events in both modes; `forensic` NULL: the same. */
static inline void expect_events(const struct hive_builder *h,
                                 const char *strict, const char *forensic)
{
    expect_walk(h, &hp_backend_native, HP_MODE_STRICT, NULL, strict);
    expect_walk(h, &hp_backend_native, HP_MODE_FORENSIC, NULL,
                forensic != NULL ? forensic : strict);
}

#endif
