/* SPDX-License-Identifier: Apache-2.0
 *
 * What the chosen control set says: the subkeys of Services, the environment,
 * the exclusion list and the knobs of the writer (sections 1.5, 2, 3.1). */
#ifndef HP_SERVICES_H
#define HP_SERVICES_H

#include "control_set.h"
#include "enumerate.h"
#include "environment.h"
#include "probe.h"

/* Bytes of an ImagePath that are kept: 16 times what is worked on as text. */
#define HP_IMAGE_PATH_KEPT ((size_t)1 << 20)
/* Bytes of ExcludedBinaryPaths that are kept: two million long paths. */
#define HP_EXCLUSIONS_KEPT ((size_t)512 << 20)

/* A value as it lies in the hive. */
struct hp_raw_value {
    bool present;
    uint32_t type;
    struct hp_span data;
    bool cut_short; /* fewer bytes came than the hive declares */
    bool cut_off;   /* more came than are kept */
};

struct hp_service {
    struct hp_text name;
    struct hp_dword type, start, error_control;
    struct hp_raw_value image_path, display_name;
    bool delete_flag; /* the value exists (K7) */
    bool is_link;     /* a symbolic link (K11) */
    bool has_link;    /* SymbolicLinkValue exists: the first of them counts */
};

struct hp_services {
    struct hp_probe_result probe;
    bool has_services;
    struct hp_text services_key; /* as the hive spells it */
    struct hp_service **list;    /* every subkey, in hive order */
    size_t count, room;
    struct hp_env_value *environment; /* the strings among them */
    size_t environment_count, environment_room;
    struct hp_raw_value exclusions;
    struct hp_dword report_non_system_state; /* 1.5 */
    struct hp_text product_type;             /* "WinNT"; or empty */
    struct hp_arena *arena;
};

/* Reads control set `number` (1 to 999). Results as hp_probe_run. */
enum hp_status hp_services_read(struct hp_services *services,
                                struct hp_arena *arena,
                                const struct hp_source *hive, uint32_t number,
                                struct hp_error *err, char *text,
                                uint32_t text_size);

#endif
