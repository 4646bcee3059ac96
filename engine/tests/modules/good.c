/* SPDX-License-Identifier: Apache-2.0
 *
 * A sound module: one key without a value. It also prints, which must never
 * reach the output of the program. */
#include <stdio.h>

#include "hp_backend.h"

static void send(const struct hp_sink *sink, uint32_t kind)
{
    struct hp_event event = {.size = sizeof(event), .kind = kind};

    event.u.key.name.encoding = HP_UTF8;
    (void)sink->event(sink->self, &event);
}

static uint32_t walk(const struct hp_input *input, const struct hp_sink *sink)
{
    (void)input;
    (void)puts("the module says hello");
    (void)fflush(stdout);
    send(sink, HP_EVENT_HIVE);
    send(sink, HP_EVENT_KEY_ENTER);
    send(sink, HP_EVENT_KEY_LEAVE);
    return HP_WALK_DONE;
}

/* Larger than what this program knows, as a later version's would be. */
static const struct {
    struct hp_backend known;
    uint64_t later;
} backend = {{sizeof(backend), "good", "1.2.3", "https://example.org",
              HP_CAN_CLASS | HP_CAN_FORENSIC, walk},
             7};

const struct hp_backend *hp_backend_v1(void)
{
    return &backend.known;
}
