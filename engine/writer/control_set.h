/* SPDX-License-Identifier: Apache-2.0
 *
 * What a SYSTEM hive says outside its control sets: which of them is the
 * current one (section 5), and which volumes were ever mounted. */
#ifndef HP_CONTROL_SET_H
#define HP_CONTROL_SET_H

#include "enumerate.h"
#include "findings.h"
#include "probe.h"
#include "volumes.h"

#define HP_CONTROL_SET_MAX 999

/* A REG_DWORD of 4 bytes, as it should be. */
struct hp_dword {
    bool present; /* there is a value of the name */
    bool valid;
    uint32_t number;
};

/* Takes a value's data, unless there was one already. */
void hp_dword_take(struct hp_dword *dword, const struct hp_probe_datum *datum);

struct hp_control_sets {
    struct hp_probe_result probe;
    bool has_select;
    bool has_link; /* a key named CurrentControlSet */
    struct hp_dword current, default_set, last_known_good;
    bool exists[HP_CONTROL_SET_MAX + 1];
    struct hp_mounted_device *devices;
    size_t device_count, device_room;
    struct hp_arena *arena;
};

/* Reads Select, MountedDevices and the names of the control sets. Results as
 * hp_probe_run. */
enum hp_status hp_control_sets_read(struct hp_control_sets *sets,
                                    struct hp_arena *arena,
                                    const struct hp_source *hive,
                                    struct hp_error *err, char *text,
                                    uint32_t text_size);

/* The number of the control set to use, or 0: none. A choice by name falls
 * back from Current to Default, LastKnownGood and the lowest one; each step
 * adds a finding (SELECT_MISSING, CURRENT_UNUSABLE, DEFAULT_UNUSABLE,
 * LKG_UNUSABLE). A choice by number does not. */
uint32_t hp_control_set_choose(const struct hp_control_sets *sets,
                               const struct hp_question *question,
                               struct hp_finding_list *findings);

#endif
