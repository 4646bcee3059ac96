/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_inspect - the annotated map of any bytes, as text and as a page.
 *
 * Input   any bytes; of more than 256 KiB the rest is ignored.
 * Oracles 1. only memory makes it fail, and only when memory was refused (1
 *            time in 4);
 *         2. parts stand in order and tile the file, but for loose cells;
 *         3. the reader's result, how much it found, and each thing that is
 *            wrong, as often as it said so, are the reader's;
 *         4. each key of the tree is a part that is reached, once, below its
 *            parent; each problem is its part's;
 *         5. text (1 time in 4) and page (1 in 16) are UTF-8 without controls,
 *            with a line for each part, and the page has no script, style or
 *            markup but its own; before it fails those of fuzz_escape are
 *            asked;
 *         6. each cell behind a bin header that can be is a part, as long and
 *            as used as it says, up to one whose size cannot be.
 */
#include "fuzz.h"
#include "inspect_check.h"

#define IMAGE_LIMIT ((size_t)256 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hp_span image =
        hp_span_of(data, size < IMAGE_LIMIT ? size : IMAGE_LIMIT);
    struct fuzz_memory memory = {0, 0};
    uint64_t hash = fuzz_choice(0, data, size);
    struct hp_map map;

    if (fuzz_once_in(4, 0, hash))
        memory.failing = 1 + hash % 12;
    struct hp_arena arena = fuzz_arena(&memory);
    bool opened = hp_map_open(&map, &arena, image);
    bool refused = memory.failing > 0 && memory.calls >= memory.failing;
    FUZZ_CHECK(opened == !refused, "1: memory");
    if (opened) {
        inspect_check_parts(&map);
        inspect_check_cells(&map);
        inspect_check_tree(&map);
        inspect_check_reader(&map);
        if (fuzz_asks(4, 1, hash))
            inspect_check_text(&map);
        if (fuzz_asks(16, 2, hash))
            inspect_check_page(&map);
    }
    hp_arena_close(&arena);
    return 0;
}
