/* SPDX-License-Identifier: Apache-2.0
 *
 * The System Writer's rules a second time: slow, plain, and written from the
 * rules' text (docs and comments cite them as W, D, K, B, E, P, X). Of the
 * engine it uses the arena, the up-case table and the types of the question;
 * nothing that decides. What the rules leave open is decided as in
 * docs/decisions.md. */
#ifndef HP_MODEL_H
#define HP_MODEL_H

#include "enumerate.h"
#include "tree.h"

/* What the model knows of a machine. */
struct model_machine {
    struct hp_arena *arena;
    const struct hp_question *question;
    const struct hp_tree *software; /* NULL: there is none */
    struct hp_variable *variables;  /* in the order in which they were put */
    size_t variable_count;
    bool environment_is_known;
    bool all_drivers_active;
    char system_drive;
    uint16_t *scratch;                 /* of an expansion */
    bool too_long;                     /* why the last one failed */
    const struct hp_tree_key *mounted; /* MountedDevices, or NULL */
    bool has_exclusions;
    uint32_t exclusions_type;
    struct hp_span exclusions;
    bool win32_is_optional; /* 1.5 */
};

struct model_outcome {
    bool ran; /* the step was taken */
    enum hp_verdict verdict;
    bool has_path;
    struct hp_text path;
};

struct model_service {
    struct model_outcome win32, driver;
    enum hp_verdict whole; /* neither ran: SKIP_NOT_SERVICE */
    uint32_t findings;     /* model_findings.h */
};

/* The value of an ImagePath, and of whom. */
struct model_image {
    bool present;
    uint32_t type;
    struct hp_span data;
    struct hp_text service;
};

/* The machine without a SYSTEM hive, as `hiveproof path` has it; `software` as
 * in struct model_given. False: no memory or silent. */
bool model_machine_bare(struct model_machine *machine, struct hp_arena *arena,
                        const struct hp_question *question,
                        const struct hp_tree *software);

/* One step for one value. False: no memory, or an input on which the rules'
 * text says nothing: *outcome is not set. */
bool model_win32(struct model_outcome *outcome, struct model_machine *machine,
                 const struct model_image *image);
bool model_driver(struct model_outcome *outcome, struct model_machine *machine,
                  const struct model_image *image);

/* How bad a step is, the worst first in the run's result and in a service of
 * two steps: 5 volume, 4 syntax, 3 format, 2 remote, 1 indeterminate. */
unsigned model_badness(const struct model_machine *machine,
                       const struct model_outcome *outcome, bool driver);

struct model_report {
    struct model_machine machine;
    struct model_service *services;
    size_t count;
    enum hp_result result;
    unsigned code;
    uint32_t control_set;
    unsigned unusable; /* bits: Current, Default, LastKnownGood were looked at
                        * and could not be used */
};

struct model_given {
    const struct hp_question *question; /* its `software` is not looked at */
    const struct hp_tree *software;     /* or NULL */
    const struct hp_span *exclusions; /* the list's bytes instead of the hive's,
                                       * or NULL */
};

/* The whole run over a hive's tree. */
enum model_run {
    MODEL_RAN,
    MODEL_NOT_SYSTEM,
    MODEL_SILENT /* no memory, or the rules' text says nothing */
};
enum model_run model_run(struct model_report *report, struct hp_arena *arena,
                         const struct hp_tree *tree,
                         const struct model_given *given);

#endif
