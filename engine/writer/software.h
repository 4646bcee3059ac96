/* SPDX-License-Identifier: Apache-2.0
 *
 * What a SOFTWARE hive says of this machine's paths (E5) and of its Windows
 * (section 7). */
#ifndef HP_SOFTWARE_H
#define HP_SOFTWARE_H

#include "control_set.h"
#include "environment.h"
#include "probe.h"

/* Packages and winners kept; a sound machine has less than ten of each. */
#define HP_SOFTWARE_ITEMS_MAX 32

/* A key of Component Based Servicing\Packages that is KB 980794's. */
struct hp_package {
    struct hp_text name;
    struct hp_dword state; /* CurrentState */
};

/* The version that wins of the component of Cryptsvc.dll. */
struct hp_winner {
    struct hp_text component; /* its key's name */
    struct hp_text version;
};

/* The strings that are read, in the order of the hive's keys. */
enum hp_software_string {
    HP_SOFTWARE_SYSTEM_ROOT,
    HP_SOFTWARE_PATH_NAME, /* the other place of SystemRoot */
    HP_SOFTWARE_PRODUCT,
    HP_SOFTWARE_SERVICE_PACK,
    HP_SOFTWARE_VERSION,
    HP_SOFTWARE_BUILD,
    HP_SOFTWARE_BUILD_LAB,
    HP_SOFTWARE_PROGRAM_DATA,
    HP_SOFTWARE_ALL_USERS,
    HP_SOFTWARE_PUBLIC,
    HP_SOFTWARE_PROGRAM_FILES,
    HP_SOFTWARE_PROGRAM_FILES_X86,
    HP_SOFTWARE_PROGRAM_W6432,
    HP_SOFTWARE_COMMON_FILES,
    HP_SOFTWARE_COMMON_FILES_X86,
    HP_SOFTWARE_COMMON_W6432,
    HP_SOFTWARE_STRINGS
};

struct hp_software {
    struct hp_probe_result probe;
    struct hp_text strings[HP_SOFTWARE_STRINGS]; /* empty: there is none */
    struct hp_software_paths paths; /* those of them that are paths */
    struct hp_dword major, minor;   /* from Windows 10 on */
    struct hp_package packages[HP_SOFTWARE_ITEMS_MAX];
    struct hp_winner winners[HP_SOFTWARE_ITEMS_MAX];
    size_t package_count, winner_count;
    struct hp_text component; /* while its key is open */
    bool version_told;        /* a value of the open version key has come */
    struct hp_arena *arena;
};

/* Reads the hive. Results as hp_probe_run. */
enum hp_status hp_software_read(struct hp_software *software,
                                struct hp_arena *arena,
                                const struct hp_source *hive,
                                struct hp_error *err, char *text,
                                uint32_t text_size);

#endif
