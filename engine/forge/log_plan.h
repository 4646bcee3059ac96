/* SPDX-License-Identifier: Apache-2.0
 *
 * struct hp_log_plan - the transaction logs of a recipe: files, their entries
 * with the pages that each one takes from a state of the hive, and every lie
 * that is told about them. A state is the hive as far as the recipe was told
 * when an entry began; state 0 is the hive itself. */
#ifndef HP_LOG_PLAN_H
#define HP_LOG_PLAN_H

#include "hp_limits.h"
#include "plan.h"

/* The hive itself and one for each entry. Each of them is read anew. */
#define HP_LOG_STATES 64

#define HP_LOG_NO_STATE UINT32_MAX

/* Kinds of records in logs; none of a hive has such a number. */
enum hp_log_record { HP_LOG_BASE = 64, HP_LOG_ENTRY, HP_LOG_VECTOR };

enum hp_forged_format { HP_FORGED_NONE, HP_FORGED_DIRT, HP_FORGED_HVLE };

/* Where the fields of an entry stand; and of the dirty vector of a DIRT log. */
enum hp_log_entry_layout {
    ENTRY_SIGNATURE = 0,
    ENTRY_SIZE = 4,
    ENTRY_FLAGS = 8,
    ENTRY_SEQUENCE = 12,
    ENTRY_BINS_SIZE = 16,
    ENTRY_COUNT = 20,
    ENTRY_HASH1 = 24, /* of what follows the header */
    ENTRY_HASH2 = 32, /* of the 32 bytes before it */
    ENTRY_PAGES = 40, /* offset and size of each, then their bytes */
    ENTRY_PAGE_SIZE = 8
};
enum hp_log_vector_layout { VECTOR_SIGNATURE = 0, VECTOR_BITMAP = 4 };

/* A page, or many alike. */
struct hp_log_page {
    struct hp_log_page *next;
    uint32_t offset, size, times;
    struct hp_span bytes; /* its content, when `told`; else the hive's */
    bool told;
    struct hp_origin origin;
};

/* What brings the hive from one state to another: an entry of an HvLE log, or
 * the vector of a DIRT log. */
struct hp_log_entry {
    struct hp_plan_record record; /* its lies */
    struct hp_log_entry *next;    /* in its file */
    uint32_t state, from;
    uint32_t sequence; /* set by hp_log_number */
    bool aside;        /* what follows does not build on it */
    bool paged;        /* the pages are those that were said */
    struct hp_log_page *pages, **last_page;
};

struct hp_planned_log {
    bool present;
    uint8_t format;             /* enum hp_forged_format */
    struct hp_plan_record base; /* its lies */
    uint32_t begun;             /* the state in which it began */
    struct hp_log_entry *entries, **last_entry;
    struct hp_plan_raw *raws, **last_raw;
    struct hp_span tail;
    bool ends; /* `end` was given */
    uint64_t end;
};

struct hp_log_state {
    uint32_t upon; /* the state whose lines it goes on from; or none */
    struct hp_log_entry *entry; /* NULL: the hive itself */
};

struct hp_log_plan {
    struct hp_planned_log files[HP_LIMIT_LOGS];
    struct hp_planned_log *file; /* the one begun last */
    struct hp_log_entry *entry;  /* likewise */
    struct hp_log_state states[HP_LOG_STATES];
    uint32_t state_count;
    uint32_t latest; /* what the next state goes on from */
};

/* A plan without logs: the hive itself is there. */
void hp_log_plan_open(struct hp_log_plan *logs);

/* True if there is a log file. */
bool hp_log_plan_has_logs(const struct hp_log_plan *logs);

/* The field of that name in such a record, or NULL. The base block of a log
 * has the fields of any. */
const struct hp_field *hp_log_field_find(enum hp_log_record kind,
                                         const char *name, size_t length);

/* A number that `record` is to say in the field at `at`; false: nothing is
 * said of it. */
bool hp_log_number_told(uint32_t *number, const struct hp_plan_record *record,
                        int at);

/* Gives each entry its sequence number: what it says, else one more than that
 * of the one before, `first` in the first. */
void hp_log_number(struct hp_log_plan *logs, uint32_t first);

#endif
