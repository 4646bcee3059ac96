/* SPDX-License-Identifier: Apache-2.0
 *
 * What the minimiser's parts share.
 *
 * A candidate begins as a copy of the best file so far, with the table and the
 * facts of its hive; a pass edits it; settling makes right what was right
 * before, so that only what was a lie is one. Cells stay where they are until
 * they are packed. */
#ifndef HP_MINIMIZE_PARTS_H
#define HP_MINIMIZE_PARTS_H

#include "edit.h"
#include "finish.h"
#include "minimize.h"

/* What settling does, bits. Every pass is made with all of it first, then with
 * less: what keeps a bug may be just what is mended. */
enum settling {
    SETTLE_FOLLOW = 1, /* what was right becomes right again */
    SETTLE_COLLECT = 2 /* cells that nothing refers to any more are freed */
};

/* What was right in a cell, and what became of it; bits. */
enum fact {
    FACT_REACHED = 1,  /* from the root */
    FACT_PARENT = 2,   /* nk: it names a key that lists it */
    FACT_SUBKEYS = 4,  /* nk: the count is right, and not 0 */
    FACT_VALUES = 8,   /* nk, db: the count fits the list's cell */
    FACT_ORDER = 16,   /* leaf: sorted */
    FACT_HINTS = 32,   /* leaf */
    FACT_COUNT = 16,   /* sk: the number of keys */
    FACT_CIRCLE = 32,  /* sk: both neighbours name it */
    FACT_FILLED = 64,  /* list: had elements */
    FACT_MARKED = 128, /* by the walk that is at work */
};

struct hp_minimizer {
    hp_minimize_ask *ask;
    void *self;
    struct hp_mutator *m; /* looks at best or at work */
    uint8_t *best;
    uint8_t *work;
    size_t size;      /* of best */
    size_t work_size; /* room for both is what the first file had */
    size_t before;    /* bytes of the file before its hive */
    bool is_hive;
    bool is_pair; /* a hive and its logs */

    unsigned settling;
    bool stopped;
    bool moved; /* something was accepted in this round */
    const char *step;

    /* The facts, by the number of a cell. */
    uint8_t *facts;
    uint32_t *length;   /* values, segments: elements in use */
    uint32_t *waiting;  /* numbers of cells; of the walk that is at work */
    uint32_t *moved_to; /* packing: hive offset, 0: nowhere */
    bool right_sum;
    bool right_size;

    uint32_t budget; /* elements that may be looked at in lists that many
                      * records share */
    uint8_t *cut;    /* a bit for each 4 bytes of the hive: references to go */
    uint32_t *units; /* of the pass at work */
    size_t unit_count;
    uint32_t level; /* of the pass that goes by levels */
    bool deeper;    /* there are levels behind that one */

    uint64_t *seen; /* hashes of candidates that were refused */
};

/* ---- candidates ---------------------------------------------------------- */

/* Looks at the best file: table and facts are its. */
void minimize_look(struct hp_minimizer *mz);

/* Makes a copy of it the candidate, and looks at that. */
void minimize_begin(struct hp_minimizer *mz);

/* Asks about the candidate, if it is a new one; true: it is the best now. */
bool minimize_ask(struct hp_minimizer *mz);

/* minimize_settle and minimize_ask. */
bool minimize_try(struct hp_minimizer *mz);

/* A pass takes things away one by one: `collect` writes those that the best
 * file has into mz->units (after minimize_look), in an order that does not
 * change when some are gone; `edit` takes units[from..from+count) out of the
 * candidate. */
struct minimize_pass {
    const char *step;
    void (*collect)(struct hp_minimizer *mz);
    void (*edit)(struct hp_minimizer *mz, size_t from, size_t count);
};

/* All units, then halves of them, quarters, up to single ones. */
void minimize_eliminate(struct hp_minimizer *mz,
                        const struct minimize_pass *pass);

void minimize_add_unit(struct hp_minimizer *mz, size_t unit);

/* ---- facts, and what follows from an edit (minimize_settle.c) ------------ */

void minimize_learn(struct hp_minimizer *mz);
void minimize_settle(struct hp_minimizer *mz);

/* What a sound hive needs of such looks, and more. */
uint32_t minimize_budget(const struct hp_minimizer *mz);

/* The file position (in the hive) of the n-th reference of `cell` that a reader
 * follows, or 0; as reference_slot but for parents and what is behind the end
 * of a list. */
size_t minimize_slot(struct hp_minimizer *mz, const struct cell *cell,
                     uint32_t n);

/* A walk over cells: puts the number of the one that `at` lies in behind
 * mz->waiting[0..waiting) and returns how many there are now. A cell comes
 * once, until the marks are cleared; a free one never. */
size_t minimize_mark(struct hp_minimizer *mz, size_t waiting, uint32_t at);
void minimize_clear_marks(struct hp_minimizer *mz);

/* True if settling ties the circle of security records itself, without
 * `cell`, when that is freed. */
bool minimize_is_tied(const struct hp_minimizer *mz, const struct cell *cell);
void minimize_untie(struct hp_mutator *m, uint32_t sk);

/* Used cells in the table. */
size_t minimize_used(const struct hp_minimizer *mz);

/* Says that a reference is to go; settling takes it out. */
void minimize_cut(struct hp_minimizer *mz, size_t slot);
bool minimize_is_cut(const struct hp_minimizer *mz, size_t slot);
/* Takes them out. */
void minimize_apply_cuts(struct hp_minimizer *mz);

/* Of a hive with logs, both are about sums: which were right, and those again;
 * and it is asked for with other bytes where nothing is, too. */
void minimize_learn_sums(struct hp_minimizer *mz);
void minimize_settle_sums(struct hp_minimizer *mz);
bool minimize_ask_salted(struct hp_minimizer *mz);

/* ---- the passes ---------------------------------------------------------- */

void minimize_subtrees(struct hp_minimizer *mz); /* references, by levels */
void minimize_fields(struct hp_minimizer *mz);   /* all of one kind at once */
void minimize_loose(struct hp_minimizer *mz);    /* cells nothing refers to */
void minimize_hoist(struct hp_minimizer *mz); /* what is deep is put higher */
void minimize_contents(struct hp_minimizer *mz); /* names, data, security */
void minimize_pack(struct hp_minimizer *mz);     /* cells and bins together */
void minimize_mend(struct hp_minimizer *mz);     /* lies that are not needed */
void minimize_plain(struct hp_minimizer *mz);    /* odd numbers */
void minimize_zero(struct hp_minimizer *mz);     /* idle bytes of a hive */
void minimize_zeros(struct hp_minimizer *mz);    /* bytes of what is no hive */
void minimize_logs(struct hp_minimizer *mz);     /* of a hive with logs */
void minimize_bytes(
    struct hp_minimizer *mz); /* of what is no hive: lines, bytes */
/* What is before and behind the hive. */
void minimize_outside(struct hp_minimizer *mz);

#endif
