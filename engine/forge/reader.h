/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the recipe reader: what they share. */
#ifndef HP_READER_H
#define HP_READER_H

#include "log_plan.h"
#include "recipe.h"
#include "scan.h"

enum hp_syntax { HP_SYNTAX_RECIPE, HP_SYNTAX_REG4, HP_SYNTAX_REG5 };

/* One file that is being read. */
struct hp_recipe_file {
    struct hp_scan scan;
    uint8_t syntax; /* enum hp_syntax */
    const char *name;
    struct hp_plan_key *key;  /* whose values follow; NULL: none yet */
    struct hp_text prefix[2]; /* of a .reg file's keys */
    uint8_t prefix_count;
    bool has_prefix; /* the first key was seen */
};

/* Something about records, which may come later in the text: it is read again
 * when all of them are there. */
struct hp_pending {
    struct hp_pending *next;
    struct hp_scan scan;
    struct hp_plan_key *key;       /* on whose line it stands; or NULL */
    struct hp_plan_value *value;   /* likewise */
    struct hp_plan_record *record; /* of fields without a record's name */
    struct hp_plan_number *number; /* of a link; NULL: a lie */
};

struct hp_reader_state {
    struct hp_plan *plan;   /* what the lines go into: the wanted one, or one */
    struct hp_plan *wanted; /* for lines about other states, thrown away */
    bool chain[HP_LOG_STATES]; /* the states that the wanted one consists of */
    struct hp_log_plan *logs;
    struct hp_recipe_error *err;
    const struct hp_recipe_opener *opener;
    struct hp_recipe_file files[HP_RECIPE_DEPTH];
    unsigned depth;
    unsigned opened;
    struct hp_pending *pending, **last_pending;
};

/* What fields without a record's name belong to. */
struct hp_line {
    struct hp_plan_key *key;
    struct hp_plan_value *value;
    struct hp_plan_record *record;
};

/* ---- recipe.c -------------------------------------------------------- */

/* Reads the plan of one state of the hive, and what the recipe says of logs.
 * `logs` was opened. As hp_recipe_read otherwise, which reads state 0; `before`
 * is a plan of logs that knows the state, NULL for state 0. */
bool hp_recipe_read_state(struct hp_plan *plan, struct hp_log_plan *logs,
                          const struct hp_log_plan *before, uint32_t state,
                          struct hp_recipe_text text,
                          const struct hp_recipe_opener *opener,
                          struct hp_recipe_error *err);

/* The lines that follow are about that state. */
bool hp_reader_turn(struct hp_reader_state *r, uint32_t state);

/* ---- log_line.c ------------------------------------------------------ */

/* The lines that begin with log, entry and page, behind the word. */
bool hp_read_log(struct hp_reader_state *r, struct hp_recipe_file *recipe);
bool hp_read_entry(struct hp_reader_state *r, struct hp_recipe_file *recipe);
bool hp_read_page(struct hp_reader_state *r, struct hp_recipe_file *recipe);

/* raw, tail and end with the name of a log in brackets, behind the word. */
bool hp_read_log_bytes(struct hp_reader_state *r, struct hp_recipe_file *recipe,
                       struct hp_word_span word);

/* log[NAME], entry[NAME]#N or vector[NAME], behind the word. *record is NULL
 * when there is none; `dry`: it may come later. */
bool hp_read_log_record(struct hp_plan_record **record,
                        struct hp_reader_state *r, struct hp_scan *scan,
                        struct hp_word_span word, bool dry);

/* ---- path.c ---------------------------------------------------------- */

/* The next component of a key's path, up to the backslash or bracket behind
 * it. */
bool hp_read_component(struct hp_text *text, struct hp_scan *scan);

/* [\path]: the key, with those above it, made if need be. */
bool hp_read_key_path(struct hp_plan_key **key, struct hp_reader_state *r,
                      struct hp_scan *scan);

/* The same of a .reg file, prefix and CurrentControlSet included. */
bool hp_read_reg_path(struct hp_plan_key **key, struct hp_reader_state *r,
                      struct hp_recipe_file *file);

/* ---- lie.c ----------------------------------------------------------- */

/* NUMBER or offset(RECORD) with or without + or - NUMBER. `dry`: records are
 * not looked up. */
bool hp_read_number(struct hp_plan_number *number, struct hp_scan *scan,
                    bool dry);

/* FIELD = VALUE of the line's record, or RECORD.FIELD = VALUE. What is about
 * other records, or says where one is, is put off. */
bool hp_read_lie(struct hp_reader_state *r, struct hp_scan *scan,
                 const struct hp_line *line);

/* The lies about one record, up to the end of the line. */
bool hp_read_fields(struct hp_reader_state *r, struct hp_scan *scan,
                    struct hp_plan_record *record);

/* Reads a number for later into *number. */
bool hp_read_target(struct hp_reader_state *r, struct hp_scan *scan,
                    struct hp_plan_number *number);

/* Does what was put off. */
bool hp_read_pending(struct hp_reader_state *r);

/* ---- data.c ---------------------------------------------------------- */

/* The type and data of a value, behind its equals sign. */
bool hp_read_data(struct hp_plan_value *value, struct hp_scan *scan,
                  enum hp_syntax syntax);

/* ---- line_options.c -------------------------------------------------- */

/* [@OFFSET][+SIZE] of a cell. */
bool hp_read_pin(struct hp_plan_record *record, struct hp_scan *scan);

/* What follows a key or a value on its line, up to the end of the line. */
bool hp_read_key_options(struct hp_reader_state *r, struct hp_scan *scan,
                         struct hp_plan_key *key);
bool hp_read_value_options(struct hp_reader_state *r, struct hp_scan *scan,
                           struct hp_plan_key *key,
                           struct hp_plan_value *value);

#endif
