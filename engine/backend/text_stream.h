/* SPDX-License-Identifier: Apache-2.0
 *
 * The text stream of contracts 3: one event a line, JSON, the last line the
 * verdict. Written here; read by the vendor protocol. */
#ifndef HP_TEXT_STREAM_H
#define HP_TEXT_STREAM_H

#include "escape.h"
#include "hp_backend.h"
#include "status.h"

struct hp_text_stream {
    struct hp_out out;
    bool begun;            /* a line was written: the schema was named */
    enum hp_status status; /* HP_E_IO after `out` refused */
};

/* Makes *sink a sink that writes each event as a line to stream->out. */
void hp_text_stream_begin(struct hp_text_stream *stream, struct hp_out out,
                          struct hp_sink *sink);

/* Writes the end line for HP_WALK_ `result` ("accept", "partial", "reject",
 * "unsupported" for HP_WALK_FAILED). `reason` is ASCII, may be NULL. False if
 * anything could not be written. */
bool hp_text_stream_end(struct hp_text_stream *stream, uint32_t result,
                        const char *reason);

#endif
