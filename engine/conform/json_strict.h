/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON files that are taken only when they are exactly what is asked for: an
 * unknown member or a wrong type is an error that names file and member. */
#ifndef HP_JSON_STRICT_H
#define HP_JSON_STRICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is wrong with a file; both are NUL-terminated. The message names the
 * member and is ASCII but for what the file itself says. */
struct hp_conform_error {
    char file[512];
    char message[256];
};

/* Fills *err and returns false. */
__attribute__((__format__(__printf__, 3, 4))) bool
hp_conform_fail(struct hp_conform_error *err, const char *file,
                const char *format, ...);

/* A file that is being read. */
struct hp_strict_file {
    const char *path;
    struct hp_conform_error *err;
};

/* True if `object` is an object whose members are all of `names`, NULL at the
 * end. `where` is what the message calls it ("" is the file itself). */
bool hp_strict_has_only(const struct hp_strict_file *file, const json_t *object,
                        const char *where, const char *const *names);

/* The string object[name], which must be there, hold no NUL and, when `words`
 * is given, be one of them; it lives as long as `object`. */
bool hp_strict_string(const struct hp_strict_file *file, const json_t *object,
                      const char *where, const char *name, const char **string);

/* The same for one that may be missing or null: *string is NULL then. */
bool hp_strict_optional(const struct hp_strict_file *file, const json_t *object,
                        const char *where, const char *name,
                        const char **string);

/* Which of `words`, NULL at the end, the string object[name] is. */
bool hp_strict_choice(const struct hp_strict_file *file, const json_t *object,
                      const char *where, const char *name,
                      const char *const *words, unsigned *which);

/* The array object[name]; *array is NULL when it may be missing and is. */
bool hp_strict_array(const struct hp_strict_file *file, const json_t *object,
                     const char *where, const char *name, bool needed,
                     const json_t **array);

/* True if every element of `array` is a string without NUL. */
bool hp_strict_all_strings(const struct hp_strict_file *file,
                           const json_t *array, const char *where,
                           const char *name);

/* A whole number from 0 on. */
bool hp_strict_number(const struct hp_strict_file *file, const json_t *object,
                      const char *where, const char *name, uint64_t *number);

#endif
