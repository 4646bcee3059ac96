/* SPDX-License-Identifier: Apache-2.0
 *
 * The System Writer's enumeration of service binaries, as it would run on the
 * machine that a SYSTEM hive comes from, and what the system state backup
 * then does (KB 980794). The rules W, D, K, B, E, P, X and the volumes are
 * those of the project's model; what nobody has documented is a knob of
 * struct hp_policies, never a silent truth. */
#ifndef HP_ENUMERATE_H
#define HP_ENUMERATE_H

#include <stdbool.h>

#include "arena.h"
#include "source.h"
#include "status.h"
#include "utf16.h"

/* ---- what to model --------------------------------------------------- */

enum hp_profile {
    HP_PROFILE_PRE,       /* Vista SP1 to 2008 R2 without the hotfix */
    HP_PROFILE_KB980794,  /* with it: ExcludedBinaryPaths is honoured */
    HP_PROFILE_CLIENT8,   /* Windows 8 and later clients */
    HP_PROFILE_SERVER2012 /* Server 2012 and later: component split */
};

enum hp_active_drivers {
    HP_ACTIVE_BOOT, /* Start 0, 1 and 2 */
    HP_ACTIVE_ALL,
    HP_ACTIVE_NONE
};

enum hp_exclusion_type { /* ExcludedBinaryPaths that is no REG_MULTI_SZ (X6) */
                         HP_EXCLUSION_UNKNOWN,
                         HP_EXCLUSION_STRICT, /* ignored */
                         HP_EXCLUSION_LENIENT /* one entry */
};

enum hp_assume_volume { /* verdict for a volume of unknown state */
                        HP_ASSUME_UNKNOWN,
                        HP_ASSUME_ABSENT,
                        HP_ASSUME_PRESENT
};

enum hp_assume_unproven { /* what an unproven failure does to the run */
                          HP_UNPROVEN_INDETERMINATE,
                          HP_UNPROVEN_FAIL,
                          HP_UNPROVEN_OK
};

/* What is not known about Windows; zero is the default of each. */
struct hp_policies {
    enum hp_active_drivers active_drivers;
    enum hp_exclusion_type exclusion_type;
    enum hp_assume_volume assume_unknown;
    enum hp_assume_unproven assume_unproven;
    bool exclusions_cover_drivers;
    bool no_expand_drivers; /* the SCM does not expand a driver's string */
    bool no_user_services;  /* types with bit 0x40 or 0x80 are no services */
    bool missing_skips;     /* no ImagePath: skipped, not QSC_FAIL */
};

enum hp_volume_state { HP_VOLUME_ABSENT, HP_VOLUME_PRESENT, HP_VOLUME_UNKNOWN };

enum hp_volume_kind {
    HP_VOLUME_KIND_UNKNOWN,
    HP_VOLUME_FIXED,
    HP_VOLUME_REMOVABLE,
    HP_VOLUME_CDROM,
    HP_VOLUME_NETWORK,
    HP_VOLUME_SUBST,
    HP_VOLUME_CLUSTER
};

/* One volume, given by the user or learnt from the hive. */
struct hp_volume {
    char letter; /* 'A' to 'Z', or 0: none */
    bool has_guid;
    uint8_t guid[16];      /* in the order in which the text spells it */
    struct hp_text device; /* "\Device\HarddiskVolume2", or empty */
    enum hp_volume_state state;
    enum hp_volume_kind kind;
    const char *source; /* "user", "system-drive", "mounted-devices" */
    const char *hint; /* "same-disk", "was-known", "device-path"..., or NULL */
};

enum hp_control_set_choice {
    HP_CONTROL_SET_CURRENT,
    HP_CONTROL_SET_DEFAULT,
    HP_CONTROL_SET_LKG,
    HP_CONTROL_SET_NUMBER
};

struct hp_variable {
    struct hp_text name, value;
    const char *source; /* "user", "software", "environment", "derived",
                         * "assumed" */
};

/* Everything the user says. Borrowed; must outlive the report. */
struct hp_question {
    enum hp_profile profile;
    struct hp_policies policies;
    enum hp_control_set_choice control_set;
    uint32_t control_set_number; /* for HP_CONTROL_SET_NUMBER: 1 to 999 */
    struct hp_text system_root;  /* "D:\Windows"; empty: not given */
    const struct hp_volume *volumes;
    size_t volume_count;
    const struct hp_variable *variables; /* --env */
    size_t variable_count;
    const struct hp_source *software; /* the SOFTWARE hive, or NULL */
};

/* ---- what came out --------------------------------------------------- */

enum hp_verdict {
    HP_VERDICT_OK,
    HP_VERDICT_EXCLUDED,
    HP_VERDICT_SKIP_NO_EXE,
    HP_VERDICT_SKIP_INACTIVE_DRIVER,
    HP_VERDICT_SKIP_NOT_SERVICE,
    HP_VERDICT_QSC_FAIL,
    HP_VERDICT_FAIL_VOLUME,
    HP_VERDICT_FAIL_SYNTAX,
    HP_VERDICT_FAIL_FORMAT,
    HP_VERDICT_FAIL_REMOTE,
    HP_VERDICT_INDETERMINATE
};

/* "FAIL_VOLUME" and so on. */
const char *hp_verdict_name(enum hp_verdict verdict);

#define HP_CODE_NONE 0 /* no error, or one whose number is not known */
#define HP_CODE_PARAMETER 87
#define HP_CODE_NAME 123

/* A list of finding names ("ODD_LENGTH"), static strings, in the order in
 * which they were made, each at most once. */
struct hp_findings {
    const char **names;
    size_t count;
};

/* The result of one enumeration step (the W-step or the D-step) for one
 * service. */
struct hp_outcome {
    struct hp_text writer_path; /* empty with has_path false: none */
    bool has_path;
    int path_class;        /* 1 to 9 for P1 to P9; 0: none */
    struct hp_text volume; /* "Q:", "Volume{...}" as looked up; empty: none */
    enum hp_verdict verdict;
    unsigned code;    /* HP_CODE_ */
    long excluded_by; /* index of the exclusion entry; -1: none */
    struct hp_findings findings;
};

enum hp_service_kind {
    HP_KIND_NONE, /* no service */
    HP_KIND_WIN32,
    HP_KIND_DRIVER
};

struct hp_service_result {
    struct hp_text name;
    struct hp_text display_name; /* empty: none */
    enum hp_service_kind kind;
    bool has_type, has_start;
    uint32_t type, start;
    bool has_image_path;
    uint32_t image_path_type;
    struct hp_span image_path_raw;  /* borrowed from the report's arena */
    struct hp_text image_path_text; /* decoded up to the first NUL */
    struct hp_outcome outcome;      /* with both steps (K6): the worse one */
    bool has_driver; /* both steps ran: the other one stands here */
    struct hp_outcome driver;
    const struct hp_text *launch; /* candidates, most likely first */
    size_t launch_count;
};

struct hp_exclusion {
    struct hp_text text;
    struct hp_span raw;
    bool live; /* before the end of the list */
    struct hp_findings findings;
    const size_t *matches; /* indexes into the report's services */
    size_t match_count;
};

enum hp_hotfix_state {
    HP_HOTFIX_UNKNOWN,
    HP_HOTFIX_FIXED,
    HP_HOTFIX_NOT_FIXED,
    HP_HOTFIX_NOT_APPLICABLE
};

struct hp_hotfix {
    enum hp_hotfix_state state;
    struct hp_text product;      /* "Windows Server (R) 2008 ...", or empty */
    struct hp_text service_pack; /* CSDVersion, or empty */
    struct hp_text version;      /* "6.1.7600" or empty */
    const char *reason;          /* a sentence; static */
    const struct hp_text *evidence; /* each: key, value and what it says */
    size_t evidence_count;
};

enum hp_result { HP_RESULT_OK, HP_RESULT_FAILED, HP_RESULT_INDETERMINATE };

struct hp_report_damage {
    struct hp_damage_event event;
    bool decisive; /* on the path to what the result rests on */
};

struct hp_report {
    struct hp_hive_event hive;
    uint32_t control_set;        /* number used; 0: none (hp_judge_path) */
    struct hp_text services_key; /* as the hive spells it */
    struct hp_findings findings; /* about the run as a whole */
    enum hp_result result;
    unsigned code;          /* 87 or 123 when it failed for a known reason */
    const size_t *culprits; /* services behind the result, worst first */
    size_t culprit_count;
    const struct hp_volume *volumes; /* all that are known */
    size_t volume_count;
    const struct hp_variable *environment; /* those that were used */
    size_t environment_count;
    bool has_exclusions; /* the value exists */
    uint32_t exclusions_type;
    struct hp_findings exclusions_findings; /* about the value as a whole */
    const struct hp_exclusion *exclusions;  /* live, then dead ones */
    size_t exclusion_count;
    struct hp_hotfix hotfix;
    const struct hp_service_result *services; /* every subkey, hive order */
    size_t service_count;
    const struct hp_report_damage *damage;
    size_t damage_count;
    bool doubtful; /* some damage, listed or not, is decisive */
};

/* Runs the model on the SYSTEM hive of `hive`. Everything *report points to
 * lives in `arena`.
 *
 * HP_OK            *report is set
 * HP_E_NOT_SYSTEM  readable, but without a Services key ("not a SYSTEM hive");
 *                  `text` says of which control set, if one was asked for or
 *                  found
 * HP_E_NO_MEMORY   the arena is exhausted
 * other            the hive (err->field "software...": the SOFTWARE hive) was
 *                  refused or its back end failed; err and `text` as in
 *                  hp_source_walk */
enum hp_status hp_enumerate(struct hp_report *report, struct hp_arena *arena,
                            const struct hp_source *hive,
                            const struct hp_question *question,
                            struct hp_error *err, char *text,
                            uint32_t text_size);

/* One ImagePath without a hive (`hiveproof path`). */
struct hp_path_question {
    bool driver;
    struct hp_text name; /* of the service, for D2 */
    bool missing;        /* there is no ImagePath value */
    uint32_t type;
    struct hp_span data;
};

/* The service object for one value: a driver counts as active, Type is 0x10
 * or 0x1, Start 2 or 1, and the environment's defaults count as if SOFTWARE
 * had been given; question->software, if there is one, is read. *report holds
 * exactly one service. HP_OK, HP_E_NO_MEMORY, or as in hp_enumerate what is
 * wrong with the SOFTWARE hive. */
enum hp_status hp_judge_path(struct hp_report *report, struct hp_arena *arena,
                             const struct hp_path_question *path,
                             const struct hp_question *question,
                             struct hp_error *err, char *text,
                             uint32_t text_size);

/* The entries that a cured ExcludedBinaryPaths holds (`hiveproof remedy`):
 * every live entry that is there already and not empty, in order, then one for
 * each failing service that an entry can cure under HP_PROFILE_KB980794,
 * without duplicates. `incurable` are indexes of the failing services that no
 * entry can cure. HP_OK or HP_E_NO_MEMORY. */
struct hp_remedy {
    const struct hp_text *entries;
    size_t entry_count;
    size_t kept_count; /* of them, those that were there already */
    const size_t *cured, *incurable;
    size_t cured_count, incurable_count;
};
enum hp_status hp_remedy_of(struct hp_remedy *remedy, struct hp_arena *arena,
                            const struct hp_report *report);

#endif
