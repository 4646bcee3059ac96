/* SPDX-License-Identifier: Apache-2.0
 *
 * A source is a hive and the way it is read: a back end in this process, one
 * that runs isolated in a child, or any program that writes the text stream.
 * Consumers (tree, text stream, the System Writer's model) know only this. */
#ifndef HP_SOURCE_H
#define HP_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "hp_backend.h"
#include "hp_limits.h"
#include "status.h"

/* Limits of an isolated run; see hp_isolate_limits_of for the defaults. */
struct hp_isolate_limits {
    uint32_t cpu_seconds;
    uint32_t wall_seconds;
    uint64_t memory; /* bytes, peak of the process group */
    uint64_t output; /* bytes of events */
};

/* The defaults of contracts 4 for a hive and its logs of `image_size` bytes: 5
 * seconds of processor, four times that of wall clock, 256 MiB + 8 x image, 64
 * MiB. */
struct hp_isolate_limits hp_isolate_limits_of(uint64_t image_size);

/* The last of what a child wrote to its standard error. */
#define HP_SAID_ROOM 4096
struct hp_said {
    char text[HP_SAID_ROOM]; /* any bytes, no NUL added */
    size_t size;
};

/* The logs of a hive, as hp_input.log has them, and what their names end in
 * beside it. */
extern const char *const hp_log_suffixes[HP_LIMIT_LOGS];

struct hp_session;

/* One of `backend`, `module` and `command` is set. A command is split into
 * words (command_words.h) and run on a private copy of the image, the logs
 * beside it; it prints the text stream of contracts 3. Or it speaks the
 * session's protocol (session.h), and `session` keeps it running from one walk
 * to the next. It is isolated in any case. */
struct hp_source {
    struct hp_input input;
    const char
        *log_suffix[HP_LIMIT_LOGS];   /* in a program's copy; NULL: the usual */
    const struct hp_backend *backend; /* built in */
    const char *module;               /* the path of one */
    const char *command;              /* a program and its arguments */
    bool in_session;                  /* it speaks the session's protocol */
    struct hp_session *session;       /* NULL: one for this walk alone */
    bool isolated;                    /* run in a child process */
    struct hp_isolate_limits limits;  /* of the child */
    struct hp_said *said;             /* NULL: nobody asks */
};

/* Walks the source once and returns HP_WALK_. `prunes` says that the sink
 * answers HP_SKIP or HP_VALUES_ONLY often enough to pay for asking it: without
 * it an isolated back end runs through and what was skipped is thrown away
 * here; the sink sees the same events either way.
 *
 * For HP_WALK_FAILED and HP_WALK_REFUSED *err (may be NULL) says why; `text`
 * (may be NULL) receives up to text_size bytes of a NUL-terminated ASCII
 * detail, e.g. dlerror's or "signal 11". err->field is a reader's own only when
 * a built-in back end ran in this process; else it is "back end", and the
 * detail of a refusal is the reader's field. An isolated back end that crashes,
 * hangs, breaks the event protocol or exceeds a limit is HP_WALK_FAILED with
 * HP_E_CRASH, _WALL, _CPU, _MEMORY, _OUTPUT or _PROTOCOL. A command besides
 * with HP_E_COMMAND (it cannot be started), HP_E_EDITED (its copy of the hive
 * or of a log is not what it was) or HP_E_UNSUPPORTED (it says so). */
uint32_t hp_source_walk(const struct hp_source *source, bool prunes,
                        const struct hp_sink *sink, struct hp_error *err,
                        char *text, uint32_t text_size);

/* Who reads: name and version of the source's back end, for reports. A
 * module is loaded in a child to be asked, a session is started. A command of
 * one shot cannot be asked: its name is that of the file, its version "?", its
 * capabilities all, logs only if {logs} is one of its words. False (with *err,
 * text) if it cannot be. name and version are NUL-terminated, cut to 63 bytes.
 */
struct hp_source_identity {
    char name[64];
    char version[64];
    uint32_t capabilities;
};
bool hp_source_identify(const struct hp_source *source,
                        struct hp_source_identity *identity,
                        struct hp_error *err, char *text, uint32_t text_size);

#endif
