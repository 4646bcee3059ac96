/* SPDX-License-Identifier: Apache-2.0
 *
 * The native reader as if it was a vendor's object. With HP_PARSER_LIES in the
 * environment it misreads the type of every value, or ("nesting") leaves the
 * root twice, or ("damage") says nothing of damage. */
#include <stdlib.h>
#include <string.h>

#include "native.h"

struct liar {
    const struct hp_sink *sink;
    const char *lie;
};

static uint32_t lie(void *self, const struct hp_event *event)
{
    struct liar *liar = self;
    struct hp_event other = *event;

    if (event->kind == HP_EVENT_VALUE && strcmp(liar->lie, "type") == 0)
        other.u.value.type ^= 1;
    if (event->kind == HP_EVENT_DAMAGE && strcmp(liar->lie, "damage") == 0)
        return HP_CONTINUE;
    if (event->kind == HP_EVENT_KEY_LEAVE && strcmp(liar->lie, "nesting") == 0)
        (void)liar->sink->event(liar->sink->self, &other);
    return liar->sink->event(liar->sink->self, &other);
}

static uint32_t walk(const struct hp_input *input, const struct hp_sink *sink)
{
    struct liar liar = {sink, getenv("HP_PARSER_LIES")};
    struct hp_sink between = {sizeof between, lie, &liar};

    if (liar.lie == NULL)
        return hp_backend_native.walk(input, sink);
    uint32_t result = hp_backend_native.walk(input, &between);
    return result == HP_WALK_PARTIAL && strcmp(liar.lie, "damage") == 0
               ? HP_WALK_DONE
               : result;
}

const struct hp_backend *hp_backend_v1(void)
{
    static struct hp_backend backend;

    backend = hp_backend_native;
    backend.name = "vendor";
    backend.walk = walk;
    return &backend;
}
