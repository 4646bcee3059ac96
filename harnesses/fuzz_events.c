/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_events - events on the wire, their order, tree and JSON lines of them.
 *
 * Input   a stream of frames without its preamble.
 * Oracles 1. a frame lies inside the input; every shorter start of it needs
 *            more;
 *         2. a frame that was read can be written and says the same when it is
 *            read again;
 *         3. the tree takes the events that the order allows and no others;
 *         4. each event is one line of JSON, an object with its name;
 *         5. a failed allocation stops the tree, and says so.
 */
#include "event_lines.h"
#include "fuzz.h"
#include "tree.h"
#include "wire_check.h"

static bool to_tree(struct hp_tree *tree, const struct hp_sink *sink,
                    const struct hp_event *event, bool allowed,
                    const struct fuzz_memory *memory)
{
    uint32_t answer = sink->event(sink->self, event);
    bool ended = memory->failing > 0 && memory->calls >= memory->failing;

    if (!ended)
        FUZZ_CHECK((answer != HP_STOP) == allowed, "3: by the order");
    FUZZ_CHECK(answer != HP_STOP || tree->status == HP_E_PROTOCOL ||
                   (tree->status == HP_E_NO_MEMORY && ended),
               "5: says why it stops");
    return answer != HP_STOP; /* it goes on */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t hash = fuzz_choice(0, data, size);
    size_t failing = fuzz_once_in(4, 0, hash) ? 1 + hash % 40 : 0;
    struct fuzz_memory memory = {0, failing};
    struct hp_span left = hp_span_of(data, size);
    struct hp_nesting nesting = {0};
    struct hp_wire_frame frame;
    struct hp_tree tree;
    struct hp_sink sink;
    bool building = true;

    struct hp_arena arena = fuzz_arena(&memory);
    hp_tree_begin(&tree, &arena, &sink);
    while (wire_check_next(&frame, &left)) {
        if (frame.kind >= HP_WIRE_IDENTITY)
            continue;
        event_lines_check(&frame.event);
        bool allowed = hp_nesting_take(&nesting, frame.kind);
        building =
            building && to_tree(&tree, &sink, &frame.event, allowed, &memory);
        if (!allowed)
            break;
    }
    hp_arena_close(&arena);
    return 0;
}
