/* SPDX-License-Identifier: Apache-2.0
 *
 * Standard output, every write of which is checked, and the one-line messages
 * on standard error. */
#ifndef HP_OUTPUT_H
#define HP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "escape.h"
#include "exit_codes.h"
#include "hp_backend.h"
#include "status.h"
#include "utf16.h"

#define HP_PRINTF(string, first)                                               \
    __attribute__((__format__(__printf__, string, first)))

struct hp_output {
    int fd;
    int error; /* errno of the first write that failed; nothing is written
                * after it */
    size_t used;
    char bytes[1 << 16]; /* not yet written */
};

void hp_output_begin(struct hp_output *output, int fd);

/* False once a write has failed. `format` and its strings are ours or already
 * escaped. */
bool hp_output_write(struct hp_output *output, const char *bytes, size_t size);
HP_PRINTF(2, 3)
bool hp_output_printf(struct hp_output *output, const char *format, ...);

/* hp_output_write as the sink of the escaping module and the text stream. */
struct hp_out hp_output_out(struct hp_output *output);

/* Text of the hive for a terminal. A backslash stays one, because Windows
 * paths consist of them: what is exact is the JSON. */
bool hp_escape_path(struct hp_out out, struct hp_text text);

/* Writes a file name or argument, escaped for a terminal. */
void hp_output_bytes(struct hp_output *output, const char *bytes);

/* Writes what is left; false once a write has failed. */
bool hp_output_flush(struct hp_output *output);

/* Writes what is left and closes. Returns 0, or errno of the first write that
 * failed. */
int hp_output_close(struct hp_output *output);

/* The same for standard output. Returns `answer`, or HP_EXIT_INPUT, with a
 * message, when anything could not be written. */
enum hp_exit hp_output_end(struct hp_output *output, enum hp_exit answer);

/* One line on standard error: "hiveproof: SUBJECT: MESSAGE". `subject` is
 * bytes from outside (a file name, an argument), escaped here; NULL: none. */
HP_PRINTF(2, 3)
void hp_complain(const char *subject, const char *format, ...);

/* Says why a hive could not be read (hp_source_walk's error and detail) and
 * returns the exit code: HP_EXIT_INPUT, or HP_EXIT_INTERNAL for a bug.
 * `subject` is the file, or the back end where there are two. */
enum hp_exit hp_complain_refused(const char *subject,
                                 const struct hp_error *err,
                                 const char *detail);

/* One line about one place of damage. */
void hp_complain_damage(const char *file, const struct hp_damage_event *event);

/* Out of memory: says so and returns HP_EXIT_INPUT. */
enum hp_exit hp_complain_memory(void);

#endif
