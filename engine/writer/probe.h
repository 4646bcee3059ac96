/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a few named keys and values of a hive through its events and skips
 * all others, so that the work is proportional to what is asked for. */
#ifndef HP_PROBE_H
#define HP_PROBE_H

#include "arena.h"
#include "enumerate.h"
#include "source.h"

/* A key to enter. Row 0 is the root. A row's subkeys stand behind it. */
struct hp_probe_key {
    size_t parent;    /* its row; of row 0: 0 */
    const char *name; /* ASCII, any case; NULL: every subkey of the parent that
                       * no row before this one names. A named key is entered
                       * once: the first in hive order is the one Windows
                       * finds. */
    bool decisive;    /* damage in it makes a result doubtful */
};

/* A value to read. The rows of one key stand together, in the order of the
 * keys. */
struct hp_probe_value {
    size_t key;       /* row of the key */
    const char *name; /* ASCII, any case; NULL: every value that no row before
                       * this one names */
    size_t keep;      /* bytes of data kept at most */
};

/* A value that was read, during the callback. */
struct hp_probe_datum {
    size_t row;          /* of struct hp_probe_value */
    struct hp_text name; /* only for a row without a name; in the arena */
    uint32_t type;
    struct hp_span data; /* what was kept; in the arena, but for a row that
                          * keeps at most HP_PROBE_SMALL bytes: those are valid
                          * until the callback returns */
    uint64_t came;       /* bytes that came */
    bool cut_short;      /* fewer bytes came than the hive declares */
};
#define HP_PROBE_SMALL 8

struct hp_probe {
    const struct hp_probe_key *keys;
    size_t key_count;
    const struct hp_probe_value *values;
    size_t value_count;

    /* A key of row `row` is entered; `event` holds its name. Answers
     * HP_CONTINUE, HP_SKIP or, without memory, HP_STOP. May be NULL. */
    uint32_t (*enter)(void *self, size_t row, const struct hp_key_event *event);
    /* False without memory. May be NULL if there are no values. */
    bool (*value)(void *self, const struct hp_probe_datum *datum);
    void *self;
    struct hp_arena *arena;
};

/* The most keys, values and events of damage that one probe takes. */
#define HP_PROBE_KEYS 16
#define HP_PROBE_VALUES 32
#define HP_PROBE_DAMAGE 1000

struct hp_probe_damage {
    size_t key; /* row in which it happened; HP_PROBE_OUTSIDE: in none */
    struct hp_report_damage damage;
};
#define HP_PROBE_OUTSIDE ((size_t)-1)

struct hp_probe_result {
    struct hp_hive_event hive;
    struct hp_probe_damage *damage; /* the first HP_PROBE_DAMAGE */
    size_t damage_count;
    bool decisive; /* some damage, kept or not, makes a result doubtful */
};

/* Walks `source` once. HP_OK; HP_E_NO_MEMORY; or, if the source was refused or
 * failed, its status, with *err and `text` as hp_source_walk sets them. */
enum hp_status hp_probe_run(struct hp_probe_result *result,
                            const struct hp_probe *probe,
                            const struct hp_source *source,
                            struct hp_error *err, char *text,
                            uint32_t text_size);

#endif
