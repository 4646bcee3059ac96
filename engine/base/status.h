/* SPDX-License-Identifier: Apache-2.0
 *
 * The one set of error codes. The hundreds digit is the class: what a caller
 * does next depends on the class, what a person reads on the code. */
#ifndef HP_STATUS_H
#define HP_STATUS_H

#include <stdint.h>

/* Of functions that only something wrong leads to: keeps them, and the jumps to
 * them, out of the way of the others (a whole walk is 5 % faster). */
#define HP_COLD __attribute__((cold, noinline))

/* X(name, number, slug, text): every status, once. The slug is what JSON and
 * the text stream carry and never changes its meaning. */
#define HP_STATUS_TABLE(X)                                                     \
    X(HP_OK, 0, "ok", "no error")                                              \
    /* 1xx: the input is not what the format says */                           \
    X(HP_E_FILE_SHORT, 101, "file-short", "the file is too short")             \
    X(HP_E_SIGNATURE, 102, "signature", "wrong signature")                     \
    X(HP_E_VERSION, 103, "version", "unsupported version")                     \
    X(HP_E_FILE_TYPE, 104, "file-type", "not a primary hive file")             \
    X(HP_E_FORMAT, 105, "format", "unknown file format")                       \
    X(HP_E_CHECKSUM, 106, "checksum", "wrong checksum")                        \
    X(HP_E_BINS_SIZE, 107, "bins-size", "impossible hive bins size")           \
    X(HP_E_BIN_OFFSET, 108, "bin-offset", "the bin is not where it says")      \
    X(HP_E_BIN_SIZE, 109, "bin-size", "impossible bin size")                   \
    X(HP_E_CELL_OFFSET, 110, "cell-offset",                                    \
      "the reference is misaligned or outside the hive bins")                  \
    X(HP_E_CELL_START, 111, "cell-start", "no cell starts there")              \
    X(HP_E_CELL_FREE, 112, "cell-free", "the cell is free")                    \
    X(HP_E_CELL_SIZE, 113, "cell-size", "impossible cell size")                \
    X(HP_E_CELL_SHORT, 114, "cell-short", "the cell is too small")             \
    X(HP_E_COUNT, 116, "count", "the count does not fit what it counts")       \
    X(HP_E_NAME_LENGTH, 117, "name-length", "impossible name length")          \
    X(HP_E_NAME_CHARACTER, 118, "name-character",                              \
      "a character that a key name cannot hold")                               \
    X(HP_E_DATA_SIZE, 119, "data-size", "the data does not fit its cell")      \
    X(HP_E_ORDER, 120, "order", "out of order")                                \
    X(HP_E_DUPLICATE, 121, "duplicate", "a second one of the same name")       \
    X(HP_E_HINT, 122, "hint", "the hint or hash belongs to another name")      \
    X(HP_E_MISMATCH, 123, "mismatch", "contradicts another field")             \
    X(HP_E_TEXT, 124, "text", "not valid text")                                \
    X(HP_E_NOT_SYSTEM, 125, "not-system", "not a SYSTEM hive")                 \
    X(HP_E_READER, 126, "reader", "the reader reports damage")                 \
    /* of transaction logs */                                                  \
    X(HP_E_HASH, 127, "hash", "wrong hash")                                    \
    X(HP_E_ENTRY_SIZE, 128, "entry-size", "impossible log entry size")         \
    X(HP_E_PAGE, 129, "page", "a page outside the hive or the log entry")      \
    X(HP_E_SEQUENCE, 130, "sequence", "does not follow in the sequence")       \
    X(HP_E_STALE, 131, "stale", "older than the hive")                         \
    X(HP_E_TIMESTAMP, 132, "timestamp", "of another time than the hive")       \
    X(HP_E_NOT_NEEDED, 133, "not-needed", "the hive is clean")                 \
    X(HP_E_OTHER_LOG, 134, "other-log", "another log is used")                 \
    /* 2xx: a limit of ours ended the work */                                  \
    X(HP_E_DEPTH, 201, "depth", "nested too deeply")                           \
    X(HP_E_CYCLE, 202, "cycle", "a key lies below itself")                     \
    X(HP_E_WORK, 203, "work", "more records than the hive can hold")           \
    X(HP_E_DATA_WORK, 204, "data-work", "more data than the hive can hold")    \
    X(HP_E_TOO_LARGE, 205, "too-large", "larger than the limit")               \
    X(HP_E_CPU, 206, "cpu", "the processor time limit was reached")            \
    X(HP_E_WALL, 207, "wall", "the time limit was reached")                    \
    X(HP_E_MEMORY, 208, "memory", "the memory limit was reached")              \
    X(HP_E_OUTPUT, 209, "output", "the output limit was reached")              \
    /* 3xx: the system failed us */                                            \
    X(HP_E_NO_MEMORY, 301, "no-memory", "out of memory")                       \
    X(HP_E_IO, 302, "io", "input or output failed")                            \
    X(HP_E_SPAWN, 303, "spawn", "a child process could not be started")        \
    X(HP_E_CRASH, 304, "crash", "the back end crashed")                        \
    X(HP_E_PROTOCOL, 305, "protocol", "the back end broke the protocol")       \
    X(HP_E_MODULE, 306, "module", "the module cannot be used")                 \
    X(HP_E_CHANGED, 307, "changed", "the file changed while it was read")      \
    X(HP_E_COMMAND, 308, "command", "the command cannot be run")               \
    X(HP_E_EDITED, 309, "edited", "the command changed its copy of the hive")  \
    X(HP_E_UNSUPPORTED, 310, "unsupported", "the reader does not support it")  \
    /* 9xx: a bug of ours, never reachable from bytes */                       \
    X(HP_E_INTERNAL, 901, "internal", "internal error")

enum hp_status {
#define X(name, number, slug, text) name = number,
    HP_STATUS_TABLE(X)
#undef X
};

enum hp_class {
    HP_CLASS_OK = 0,
    HP_CLASS_INPUT = 1,
    HP_CLASS_LIMIT = 2,
    HP_CLASS_SYSTEM = 3,
    HP_CLASS_INTERNAL = 9
};

/* What went wrong and where. All strings are static. */
struct hp_error {
    enum hp_status status;
    uint64_t offset;   /* of the broken record: hive offset for bins and cells,
                        * 0 for the base block ("base_block." fields) */
    const char *field; /* "nk.name_length" */
    uint64_t found;    /* the field's value */
};

/* Fills *err (which may be NULL) and returns `status`. */
enum hp_status hp_fail(struct hp_error *err, enum hp_status status,
                       uint64_t offset, const char *field, uint64_t found);

enum hp_class hp_status_class(enum hp_status status);

/* The slug and the sentence of the table; for a number that is no status,
 * those of HP_E_INTERNAL. Never NULL. */
const char *hp_status_slug(enum hp_status status);
const char *hp_status_text(enum hp_status status);

#endif
