/* SPDX-License-Identifier: Apache-2.0
 *
 * The one escaping module: hive text on its way into any sink. Text of a hive
 * is hostile everywhere, also on a terminal. */
#ifndef HP_ESCAPE_H
#define HP_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "utf16.h"

/* The output is valid UTF-8 in every style. "Visible" says how a style writes
 * what must not reach a screen as it is (C0, DEL, C1, bidi and other format
 * characters, what shows nothing, U+2028/9, lone surrogates, noncharacters of
 * the BMP): as \xNN below U+0100, \uNNNN above, a pair of \uNNNN outside the
 * BMP. Where a style keeps such characters, its output is for a file and not
 * for a terminal. */
enum hp_escape {
    HP_ESCAPE_TERMINAL, /* visible, and \\ for a backslash: one line, from
                         * which the text can be had back */
    HP_ESCAPE_JSON,     /* the inside of a JSON string, also one in a script
                         * element (no < and >); only \uNNNN, \" and \\ are
                         * used; a lone surrogate becomes U+FFFD (see
                         * hp_text_is_lossy) */
    HP_ESCAPE_HTML,     /* element text and quoted attributes; visible */
    HP_ESCAPE_XML,      /* likewise for XML 1.0, with references in place of
                         * the visible form; what XML cannot hold becomes
                         * U+FFFD */
    HP_ESCAPE_MARKDOWN, /* one table cell: no markup, no line end, no pipe;
                         * visible */
    HP_ESCAPE_CSV,      /* one field with its quotes (RFC 4180), with ' in
                         * front where a spreadsheet could see a formula; NUL
                         * and lone surrogates become U+FFFD, the rest stays */
    HP_ESCAPE_REG,      /* the inside of a quoted string of a .reg file; C0
                         * and lone surrogates become U+FFFD, the rest is kept
                         * (text that has those belongs into a hex value) */
    HP_ESCAPE_CI,       /* the data of a CI workflow command (::error::);
                         * visible but for CR and LF, %0D and %0A */
    HP_ESCAPE_SHELL     /* one word for a POSIX shell, in single quotes; NUL
                         * and lone surrogates become U+FFFD, the rest stays */
};

/* Where escaped bytes go. `write` returns false when it cannot take them;
 * nothing more is written then. */
struct hp_out {
    bool (*write)(void *self, const char *bytes, size_t size);
    void *self;
};

/* An hp_out into memory: at most `room` bytes are kept, `size` counts all. */
struct hp_out_buffer {
    char *bytes;
    size_t room;
    size_t size;
};
struct hp_out hp_out_to_buffer(struct hp_out_buffer *buffer);

/* Writes `text` escaped for `style`. False if `out` refused. */
bool hp_escape_text(struct hp_out out, enum hp_escape style,
                    struct hp_text text);

/* True if a valid UTF-8 string cannot carry `text` through every reader: it
 * holds NUL or a lone surrogate (contracts 3: then `x_utf16` goes with it). */
bool hp_text_is_lossy(struct hp_text text);

#endif
