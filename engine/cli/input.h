/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that the user names. Their names and their content are hostile, and
 * they may be anything that open() takes: directories, pipes nobody writes
 * to, devices without end, files that change while they are read. */
#ifndef HP_INPUT_H
#define HP_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "source.h"

struct hp_logs;

struct hp_file {
    const char *path;
    void *bytes;        /* mapped private, or read into memory */
    uint64_t size;      /* bytes that are looked at */
    uint64_t full_size; /* bytes that the file has */
    bool mapped;
    bool may_be_empty;
    int fd;               /* of a mapped file */
    int64_t stamp;        /* its last modification, nanoseconds */
    struct hp_logs *logs; /* of a hive (logs.h); NULL: not looked for */
};

/* Ends the program with HP_EXIT_INPUT when a mapped file shrinks (SIGBUS). The
 * handler is inherited by isolated back ends. */
void hp_file_watch(void);

/* Opens a hive: at most HP_LIMIT_IMAGE_SIZE bytes are looked at; a pipe or
 * device that does not begin like a hive is left after its first page.
 * False, with a message, if it cannot be read. */
bool hp_file_open_hive(struct hp_file *file, const char *path);

/* The same for a transaction log, which may be empty: file->bytes is NULL. */
bool hp_file_open_log(struct hp_file *file, const char *path);

/* Opens a small text file, refused above `limit` bytes. */
bool hp_file_open_text(struct hp_file *file, const char *path, uint64_t limit);

struct stat;

/* True if `status` is that of the file, which is mapped, under whatever name:
 * what is done to the one would take away what is read of the other. */
bool hp_file_is(const struct hp_file *file, const struct stat *status);

/* True, with a message, if a mapped file or one of its logs is no longer what
 * was opened: what was read of it then means nothing. */
bool hp_file_has_changed(const struct hp_file *file);

/* Closes the file and its logs. */
void hp_file_close(struct hp_file *file);

/* Lets `arena` grow by what a hive like `file` can need. */
void hp_allow_memory(struct hp_arena *arena, const struct hp_file *file);

/* The source that reads `file` as the options say. `pruned`: the consumer
 * skips most keys, so hiveproof's own reader leaves out the full pass. */
struct hp_source hp_source_of(const struct hp_file *file,
                              const struct hp_options *options,
                              const struct hp_reader *reader, bool pruned);

#endif
