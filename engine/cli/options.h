/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of all sub-commands: each is defined once, with the
 * sub-commands that take it, and --help is made from the same table. */
#ifndef HP_OPTIONS_H
#define HP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "enumerate.h"
#include "exit_codes.h"
#include "output.h"
#include "volume_list.h"

/* Sub-commands, bits. */
enum {
    HP_CMD_ENUMERATE = 1,
    HP_CMD_PATH = 2,
    HP_CMD_DUMP = 4,
    HP_CMD_DIFF = 8,
    HP_CMD_REMEDY = 16,
    HP_CMD_FORGE = 32,
    HP_CMD_INSPECT = 64,
    HP_CMD_MUTATE = 128,
    HP_CMD_CONFORM = 256,
    HP_CMD_CONFORM_LIST = 512,
    HP_CMD_CONFORM_SHOW = 1024,
    HP_CMD_CONFORM_EXPORT = 2048,
    HP_CMD_CONFORM_JUDGE = 4096,
    HP_CMD_RECOVER = 8192,
    HP_CMD_MINIMIZE = 16384
};

struct hp_options;

struct hp_command {
    unsigned bit;         /* HP_CMD_ */
    const char *name;     /* "enumerate" */
    const char *operands; /* "HIVE" */
    const char *summary;  /* one line */
    enum hp_exit (*run)(struct hp_options *options, struct hp_output *output);
};

/* A back end as the user named it. */
struct hp_reader {
    const char *name;
    const struct hp_backend *backend; /* or NULL and */
    const char *module;               /* or */
    const char *command;
    bool in_session;                 /* the command speaks the session's way */
    const struct hp_backend *pruned; /* for a sink that skips most keys */
    bool isolated;
};

/* Files that `conform` writes. */
enum hp_conform_file {
    HP_CONFORM_JUNIT,
    HP_CONFORM_SARIF,
    HP_CONFORM_CTRF,
    HP_CONFORM_MARKDOWN,
    HP_CONFORM_HTML,
    HP_CONFORM_JSON,
    HP_CONFORM_KNOWN,
    HP_CONFORM_FILES
};

enum hp_sandbox { HP_SANDBOX_AUTO, HP_SANDBOX_BWRAP, HP_SANDBOX_NONE };

struct hp_conform_options {
    const char *vectors; /* the folder; NULL: where they are installed */
    uint32_t profile;    /* enum hp_reader_profile */
    const char **groups;
    size_t group_count;          /* 0: all */
    uint32_t jobs;               /* 0: a job for each processor */
    uint32_t seconds, megabytes; /* 0: the defaults */
    uint32_t sandbox;            /* enum hp_sandbox */
    bool seeded;
    bool private_too;
    const char *known;                   /* NULL: none */
    const char *files[HP_CONFORM_FILES]; /* NULL: not written */
};

struct hp_minimize_options {
    uint32_t seconds; /* for all runs together */
    uint32_t runs;
    uint32_t timeout; /* seconds for one run */
    bool in_session;  /* one process answers for all candidates */
};

struct hp_options {
    const struct hp_command *command;
    struct hp_arena *arena;
    bool help;

    /* how hives are read */
    uint32_t mode; /* HP_MODE_ */
    struct hp_reader reader[2];
    size_t reader_count; /* given; reader[0] is set in any case */
    bool no_logs;
    const char *log_files[HP_LIMIT_LOGS]; /* of --log */
    size_t log_count;

    /* what is modelled */
    struct hp_question question; /* its pointers lie in the arena */
    struct hp_volume_list volumes;
    struct hp_variable *variables;
    const char *volumes_file;  /* NULL: none */
    const char *software_file; /* NULL: none */

    /* what is printed */
    bool json;
    bool count;
    bool recipe;      /* dump: as a recipe, */
    bool auto_layout; /* without what forge chooses itself, */
    bool scrub;       /* without content */

    /* forge, inspect, mutate, recover, minimize */
    const char *output_file;
    const char *html_file;    /* NULL: text */
    const char *against_file; /* NULL: none */
    bool force;
    const char *with_file; /* NULL: none */
    uint32_t seed;
    bool explain;

    /* path */
    struct hp_path_question path;
    bool has_data; /* STRING or --hex was given */

    struct hp_conform_options conform;
    struct hp_minimize_options minimize;

    /* the command line, argv[0] the command's name, permuted */
    int argc;
    char **argv;
    /* what is left: file names; of minimize also a command, ended by NULL */
    char **operands;
    int operand_count;
};

/* Reads argv (argv[0] is the sub-command's name) for `command`. Everything
 * *options points to lives in `arena` or argv.
 *
 * HP_EXIT_GOOD: *options is set, or options->help is and nothing else.
 * Otherwise the program ends with the result; a message was printed. */
enum hp_exit hp_options_read(struct hp_options *options, struct hp_arena *arena,
                             const struct hp_command *command, int argc,
                             char **argv);

/* The text of `hiveproof COMMAND --help`. */
void hp_options_help(const struct hp_command *command,
                     struct hp_output *output);

#endif
