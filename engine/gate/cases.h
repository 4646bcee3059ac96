/* SPDX-License-Identifier: Apache-2.0
 *
 * What the gate runs: every case of the tree, found by where it lies.
 *
 *     regressions/<area>/<id>-<slug>/<half>.transcript   one case
 *     regressions/<area>/<id>-<slug>/<table>.tsv         a case each row
 *     corpus/recipes/<good|bad|open>-<what>.recipe       one case
 *
 * regressions/README.md says what stands in those files. */
#ifndef HP_CASES_H
#define HP_CASES_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

/* X(kind, table's name) */
#define HP_TABLE_KINDS(X)                                                      \
    X(LIES, "lies")         /* a recipe line: what both modes read */          \
    X(RUNS, "runs")         /* recipe lines, options: what the writer does */  \
    X(STARVED, "starved")   /* the same, each allocation denied once */        \
    X(PATHS, "paths")       /* options of `path`: what the writer does */      \
    X(SOFTWARE, "software") /* recipe lines, options of `path`: the same */    \
    X(MISTAKES, "mistakes") /* a recipe: where it is wrong, or its hive */     \
    X(PRINTS, "prints")     /* a recipe line: what its hive's recipe says */   \
    X(SCRUBS, "scrubs")     /* a recipe line: its hive without content */

enum hp_case_kind {
    HP_CASE_TRANSCRIPT,
    HP_CASE_SEED,
#define X(kind, name) HP_CASE_##kind,
    HP_TABLE_KINDS(X)
#undef X
};

/* Columns of a table before the expected one; the first is the row's name. */
enum { HP_CASE_COLUMNS = 3 };

struct hp_case_file {
    const char *path;   /* relative to the tree */
    const char *folder; /* that it lies in */
    const char *stem;   /* path without its ending */
    enum hp_case_kind kind;
    char *text; /* its bytes and a NUL */
    size_t size;
    size_t count; /* cases that it holds */
};

struct hp_case {
    const char *name; /* stem, or stem/row */
    const struct hp_case_file *file;
    const char *columns[HP_CASE_COLUMNS]; /* of a row; NUL at their ends */
    const char *expected;                 /* not NUL-terminated */
    size_t expected_size;
};

struct hp_cases {
    struct hp_case_file *files;
    size_t file_count;
    struct hp_case *cases;
    size_t count;
};

/* Finds the cases below the current folder whose names match the pattern
 * `only` (fnmatch; NULL: all). Everything lives in `arena`. False, with a
 * message, if something is there that cannot be understood. */
bool hp_cases_find(struct hp_cases *cases, struct hp_arena *arena,
                   const char *only);

/* The INDEX: each file that holds matching cases, and how many. True if the
 * cases found are all that corpus/INDEX lists; otherwise a message says what
 * is missing. */
bool hp_cases_check_index(const struct hp_cases *cases, struct hp_arena *arena,
                          const char *only);

/* Writes corpus/INDEX anew. False, with a message, if it cannot be. */
bool hp_cases_write_index(const struct hp_cases *cases);

#endif
