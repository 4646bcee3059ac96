/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_escape - text of a hive on its way into every sink.
 *
 * Input   UTF-16LE; of more than 4 KiB the rest is ignored.
 * Oracles 1. the output is UTF-8;
 *         2. nothing in it that the sink would take for markup, and on a
 *            terminal no control or format character;
 *         3. read as the sink reads it, it is the text, but for what the style
 *            says that it replaces or writes in a visible form;
 *         4. text is lossy if and only if that replaced something in JSON, or
 *            it holds a NUL.
 */
#include "escape_check.h"
#include "fuzz.h"

#define INPUT_LIMIT 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint16_t units[INPUT_LIMIT / 2];
    struct hp_span input =
        hp_span_of(data, size < INPUT_LIMIT ? size : INPUT_LIMIT);
    struct hp_text text = {units, hp_utf16le_count(input)};

    hp_utf16le_decode(units, input);
    for (int style = HP_ESCAPE_TERMINAL; style <= HP_ESCAPE_SHELL; style++)
        escape_check((enum hp_escape)style, text);
    return 0;
}
