/* SPDX-License-Identifier: Apache-2.0
 *
 * The environment block that services see (rules E), put together from what
 * the user says, the two hives and, without a SOFTWARE hive, the places where
 * things usually are. */
#ifndef HP_ENVIRONMENT_H
#define HP_ENVIRONMENT_H

#include "enumerate.h"
#include "text_index.h"

/* A variable as a hive holds it. */
struct hp_env_value {
    struct hp_text name, value;
    bool expand; /* REG_EXPAND_SZ */
};

/* What the SOFTWARE hive says of paths; empty: it does not. */
struct hp_software_paths {
    struct hp_text system_root;
    struct hp_text program_files, program_files_x86, program_w6432;
    struct hp_text common_files, common_files_x86, common_w6432;
    struct hp_text program_data, all_users, public_folder;
};

struct hp_environment {
    struct hp_variable *variables;
    bool *used;
    size_t count;
    struct hp_text_index index;
    struct hp_arena *arena;
    uint16_t *scratch; /* HP_LIMIT_TEXT_UNITS: an expansion while it is made */
};

/* Builds the block in `arena`: the user's variables win over the hive's
 * Session Manager\Environment (`values`), that over SOFTWARE's (`software`)
 * and, where that is NULL, over the defaults (source "assumed"). E6: REG_SZ
 * values first, then REG_EXPAND_SZ values expanded with what is known so
 * far. A root that does not look like X:\... is not believed. False without
 * memory. */
bool hp_environment_build(struct hp_environment *environment,
                          struct hp_arena *arena,
                          const struct hp_question *question,
                          const struct hp_env_value *values, size_t value_count,
                          const struct hp_software_paths *software);

/* The value of `name`, or an empty text; not marked as used. */
struct hp_text hp_environment_get(const struct hp_environment *environment,
                                  const char *name);

/* True if `name` has no other value than the usual one. */
bool hp_environment_is_assumed(const struct hp_environment *environment,
                               const char *name);

enum hp_expansion {
    HP_EXPANDED,
    HP_EXPANSION_TOO_LONG, /* more than HP_LIMIT_TEXT_UNITS (E4) */
    HP_EXPANSION_NO_MEMORY
};

/* Replaces each %name% in `text` (E2, E3) and marks what was used; *assumed
 * becomes true (else it stays) when a variable other than SystemRoot, of
 * which the report speaks once, was assumed. Without a % *expanded is
 * `text` itself. */
enum hp_expansion hp_environment_expand(struct hp_text *expanded, bool *assumed,
                                        struct hp_environment *environment,
                                        struct hp_text text);

/* Copies the variables that were used into `arena`. False without memory. */
bool hp_environment_used(const struct hp_variable **used, size_t *count,
                         struct hp_arena *arena,
                         const struct hp_environment *environment);

#endif
